//! Questions about the state that both `update` and `view` ask. Nothing here changes anything.

use crate::app::App;
use crate::app::Card;
use crate::app::CheckKind;
use crate::app::CheckRef;
use crate::app::CheckState;
use crate::app::Link;
use crate::app::Lost;
use crate::app::Run;
use crate::app::Seat;
use crate::app::Standing;
use crate::app::Time;
use crate::app::Untyped;
use crate::app::known;
use crate::course::Answer;
use crate::course::Block;
use crate::course::Chapter;
use crate::course::Command;
use crate::course::Os;
use crate::course::Place;
use crate::course::Shell;
use crate::course::Step;
use crate::course::StepId;
use crate::course::Value;
use crate::course::Values;
use crate::course::Verdict;
use crate::judge;
use crate::session::HostKind;
use crate::terminal::SYNC_LIMIT;
use crate::values;

/// After so long without a word a command may be waiting for the learner, or have ended unheard; in milliseconds.
pub const QUIET: Time = 8_000;

/// A run whose end was heard is over after so long without a word, also if the prompt's own mark never comes; in milliseconds.
pub const CONFIRMED: Time = 2_000;

/// How long a program may hold the screen back, in milliseconds.
pub const HOLD: Time = SYNC_LIMIT.as_millis() as Time;

impl App {
    pub fn chapter(&self) -> Option<&Chapter> {
        self.course.chapters.get(self.chapter)
    }

    /// The step on the screen, unless it is the page after the last.
    pub fn step(&self) -> Option<&Step> {
        self.chapter()?.steps.get(self.step)
    }

    pub fn find(&self, id: &StepId) -> Option<&Step> {
        let chapter = self.course.chapters.iter().find(|c| c.slug == id.chapter)?;
        chapter.steps.iter().find(|s| s.id == *id)
    }

    pub fn values(&self) -> &Values {
        self.progress.values(self.chapter().map_or("", |c| c.slug.as_str()))
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        self.chapter()?.values.iter().find(|v| v.name == name)
    }

    /// The place whose terminal is shown: the step's, or the laptop's.
    pub fn place(&self) -> Place {
        self.step().map_or(Place::Laptop, |s| s.place)
    }

    /// The place whose terminal is on the screen: a place without a machine has none to show, so the laptop's stands in.
    pub fn shown(&self) -> Place {
        if self.reaches(self.place()) { self.place() } else { Place::Laptop }
    }

    /// The seat whose terminal is on the screen.
    pub fn seat(&self) -> Option<&Seat> {
        self.seats.get(&self.shown())
    }

    /// Whether commands can run at this place and checks can be asked there.
    pub fn reaches(&self, place: Place) -> bool {
        self.seats.get(&place).is_some_and(|s| s.host != HostKind::Rehearsal)
    }

    /// When the machine whose terminal is on the screen is tried again to be reached, if it is out of reach and that is done by itself.
    pub fn next_try(&self) -> Option<Time> {
        match &self.seat()?.link {
            Link::Lost(lost) => lost.next,
            Link::Closed | Link::Opening | Link::Up | Link::Ended(_) | Link::Refused(_) => None,
        }
    }

    /// Whether the step on the screen is the one whose restart is under way: then Enter shows how far it is.
    pub fn shows_restart(&self) -> bool {
        self.restart.as_ref().is_some_and(|r| self.step().is_some_and(|s| s.id == r.step))
    }

    /// Whether what needs administrator's rights cannot run at this place. Elsewhere than on Windows a command can ask for them itself
    /// (`sudo`), so there nothing is in its way.
    pub fn lacks_rights(&self, place: Place, elevated: bool) -> bool {
        let seat = self.seats.get(&place);
        elevated && seat.is_some_and(|s| s.os == Some(Os::Windows) && s.elevated == Some(false))
    }

    /// The run that is under way anywhere, and where.
    pub fn running(&self) -> Option<(Place, &Run)> {
        self.seats.iter().find_map(|(place, seat)| Some((*place, seat.current()?)))
    }

    /// Whether the run under way still waits for its shell's prompt.
    pub fn waits(&self) -> bool {
        self.seats.values().any(|seat| seat.queued.is_some())
    }

    pub fn runs(&self, id: &StepId) -> Option<&Run> {
        self.running().map(|(_, run)| run).filter(|run| run.step == *id)
    }

    pub fn check_state(&self, step: &StepId, kind: CheckKind, index: usize) -> Option<&CheckState> {
        self.checks.get(&CheckRef { step: step.clone(), kind, index })
    }

    /// What is known of a check: asked of the machine, or seen in a run and kept in the journal.
    pub fn answer(&self, step: &Step, index: usize) -> Option<&Answer> {
        let check = step.checks().nth(index)?;
        if check.look.is_of_a_run() {
            return self.progress.step(&step.id).observed.get(&check.says);
        }
        known(self.check_state(&step.id, CheckKind::Check, index)?)
    }

    pub fn is_asking(&self, step: &StepId, kind: CheckKind, index: usize) -> bool {
        matches!(self.check_state(step, kind, index), Some(CheckState::Asking { .. }))
    }

    /// Whether any check or need of the step waits for its answer.
    pub fn asks(&self, id: &StepId) -> bool {
        self.checks.iter().any(|(at, state)| at.step == *id && matches!(state, CheckState::Asking { .. }))
    }

    /// Why the step does not apply here, if it does not.
    pub fn not_here(&self, step: &Step) -> Option<String> {
        if let Some(os) = step.os
            && let Some(seat) = self.seats.get(&step.place)
            && seat.host != HostKind::Rehearsal
            && seat.os != Some(os)
        {
            let here = seat.os.map_or("another system", Os::title);
            return Some(format!("It needs {}; this {} runs {here}.", os.title(), step.place.name()));
        }
        for (index, need) in step.needs().enumerate() {
            let Some(answer) = self.check_state(&step.id, CheckKind::Need, index).and_then(known) else { continue };
            if answer.verdict == Verdict::Fail {
                let why = need.why.as_deref().map(|w| format!(" {w}")).unwrap_or_default();
                return Some(format!("Not so here: {} ({}).{why}", lower_first(&need.check.says), answer.seen));
            }
        }
        None
    }

    pub fn standing(&self, step: &Step) -> Standing {
        let record = self.progress.step(&step.id);
        let restarts = self.restart.as_ref().is_some_and(|r| r.step == step.id && r.holds());
        if restarts || self.runs(&step.id).is_some() {
            return Standing::Running;
        }
        if let Some(why) = self.not_here(step) {
            return Standing::NotHere(why);
        }
        let unsure = step.needs().enumerate().find_map(|(index, need)| {
            let answer = self.check_state(&step.id, CheckKind::Need, index).and_then(known)?;
            (answer.verdict == Verdict::Unknown).then(|| format!("{}: {}", need.check.says, answer.seen))
        });
        let checked = self.checked(step);
        match checked {
            Some((Verdict::Pass, _)) => return Standing::Done,
            Some((Verdict::Warn, _)) => return Standing::Warned,
            Some((Verdict::Fail | Verdict::Unknown, _)) | None => {}
        }
        if record.declared {
            return Standing::ByHand;
        }
        if record.skipped {
            return Standing::Skipped;
        }
        if let Some(reason) = unsure {
            return Standing::Unknown(reason);
        }
        // In the middle of a step a check of what is still to run is not a failure.
        let waits = self.is_midway(step);
        let seen_wrong = record.observed.values().any(|a| a.verdict == Verdict::Fail);
        let tried = (!record.finished.is_empty() || record.open.is_some()) && (!waits || seen_wrong);
        match checked {
            Some((Verdict::Fail, reason)) if tried => Standing::Failed(reason),
            Some((Verdict::Unknown, reason)) => Standing::Unknown(reason),
            _ => Standing::Todo,
        }
    }

    /// Whether the step has checks and every one of them, as last asked, is met.
    pub fn is_met(&self, step: &Step) -> bool {
        let met = |index| self.answer(step, index).is_some_and(|a| matches!(a.verdict, Verdict::Pass | Verdict::Warn));
        step.checks().next().is_some() && (0..step.checks().count()).all(met)
    }

    /// What the step's checks come to; `None` while nothing is known of them. A step without checks is decided by its
    /// commands, else by its task list.
    fn checked(&self, step: &Step) -> Option<(Verdict, String)> {
        if step.checks().next().is_none() {
            return self.unchecked(step);
        }
        let mut worst: Option<(Verdict, String)> = None;
        let mut open = false;
        let is_worse = |new: Verdict, old: Verdict| new != old && judge::worst([new, old]) == new;
        for (index, check) in step.checks().enumerate() {
            let Some(answer) = self.answer(step, index) else {
                open = true;
                continue;
            };
            let reason = || match answer.expected.as_str() {
                "" => format!("{}: {}", check.says, answer.seen),
                expected => format!("{}: saw {}, expected {expected}", check.says, answer.seen),
            };
            if worst.as_ref().is_none_or(|(v, _)| is_worse(answer.verdict, *v)) {
                worst = Some((answer.verdict, reason()));
            }
        }
        match worst {
            // Not all is known yet: what the journal remembers holds until the machine has answered.
            None | Some((Verdict::Pass | Verdict::Warn, _)) if open => self.progress.step(&step.id).verdict.clone(),
            other => other,
        }
    }

    fn unchecked(&self, step: &Step) -> Option<(Verdict, String)> {
        let record = self.progress.step(&step.id);
        let required: Vec<&Command> = step.commands().filter(|c| !c.optional).collect();
        if !required.is_empty() {
            let bad = required
                .iter()
                .filter(|c| !c.interactive)
                .find_map(|c| record.finished.get(&c.id).copied().flatten().filter(|s| *s != 0));
            if let Some(status) = bad {
                return Some((Verdict::Fail, format!("the command ended with status {status}")));
            }
            if required.iter().any(|c| record.open.as_ref() == Some(&c.id)) {
                return Some((Verdict::Unknown, "it was interrupted: nobody saw how the command ended".into()));
            }
            let unsaid = |c: &&Command| !c.interactive && record.finished.get(&c.id) == Some(&None);
            if required.iter().any(unsaid) {
                return Some((Verdict::Unknown, "the shell did not say how the command ended".into()));
            }
            let all = required.iter().all(|c| record.finished.contains_key(&c.id));
            return all.then(|| (Verdict::Pass, String::new()));
        }
        let mut tasks = step.tasks().peekable();
        tasks.peek()?;
        tasks.all(|t| record.ticked.contains(&t.key)).then(|| (Verdict::Pass, String::new()))
    }

    /// Whether a required command of the step has not been run yet.
    pub fn is_midway(&self, step: &Step) -> bool {
        let record = self.progress.step(&step.id);
        step.commands().any(|c| !c.optional && !record.finished.contains_key(&c.id))
    }

    /// The next thing to do on this step.
    pub fn card(&self, step: &Step) -> Card {
        let count = step.commands().count();
        if let Some(picked) = self.picked
            && picked < count
        {
            return Card::Command(picked);
        }
        if let Some(run) = self.runs(&step.id)
            && let Some(index) = step.commands().position(|c| c.id == run.command)
        {
            return Card::Command(index);
        }
        if self.standing(step).is_settled() {
            return Card::Next;
        }
        if let Some((index, _)) = self.way_out(step) {
            return Card::Command(index);
        }
        let record = self.progress.step(&step.id);
        // What an interactive program ends with says nothing: the container's shell ends with its last command's status.
        let open = |c: &Command| match record.finished.get(&c.id) {
            // 126 and 127 are the shell's own: the program could not be started.
            Some(status) if c.interactive => matches!(status, Some(126 | 127)),
            Some(status) => *status != Some(0),
            None => true,
        };
        let next = step.commands().position(|c| !c.optional && open(c));
        match next {
            Some(index) => Card::Command(index),
            None if step.tasks().any(|t| !record.ticked.contains(&t.key)) => Card::Tasks,
            // All has run and a check is still unmet: offer the last required command again.
            None if count > 0 && step.checks().next().is_some() => {
                Card::Command(step.commands().collect::<Vec<_>>().iter().rposition(|c| !c.optional).unwrap_or(count - 1))
            }
            None if step.checks().next().is_some() => Card::Ask,
            None => Card::Read,
        }
    }

    /// The exact text of a command for the shell of its place, with the learner's values; or why there is none.
    pub fn text_of(&self, step: &Step, command: &Command) -> Result<String, Untyped> {
        let seat = self.seats.get(&step.place);
        let shell = seat.map_or(Shell::Sh, |s| s.shell);
        // Which shell there is over there is known once somebody has been there.
        let unknown = seat.is_some_and(|s| matches!(s.host, HostKind::Ssh(_)) && s.link != Link::Up);
        let Some(variant) = command.variant(shell) else {
            if unknown {
                return Err(Untyped::Shell(format!("There is no link to the {} yet.", step.place.name())));
            }
            let wants = command.variants.first().map_or("another shell", |v| v.language.title());
            return Err(Untyped::Shell(format!("It is written for {wants}; the {} runs {}.", step.place.name(), shell.title())));
        };
        let known = self.progress.values(&step.id.chapter);
        match values::fill_command(&variant.text, shell, known) {
            Ok(text) => Ok(text),
            Err(values::FillError::Missing(name)) => Err(Untyped::Missing(name)),
            Err(values::FillError::Refused { name, why }) => {
                Err(Untyped::Shell(format!("The value {name} cannot be used: {why}.")))
            }
        }
    }

    /// How many steps of a chapter are settled, of how many that count: optional ones and those that do not apply here do not.
    pub fn tally(&self, chapter: &Chapter) -> (usize, usize) {
        let counted = chapter.steps.iter().filter(|s| !s.optional && !matches!(self.standing(s), Standing::NotHere(_)));
        let done = counted.clone().filter(|s| self.standing(s).is_settled()).count();
        (done, counted.count())
    }

    /// The first step that still wants something of the learner, or the page after the last.
    pub fn first_unmet(&self, chapter: &Chapter) -> usize {
        chapter.steps.iter().position(|s| !s.optional && !self.standing(s).is_settled()).unwrap_or(chapter.steps.len())
    }

    /// When the loop must wake although nothing happens; `None` lets it sleep.
    pub fn deadline(&self) -> Option<Time> {
        // A program may hold the screen back with a synchronized update, but not for long.
        let held = self.seats.values().filter(|s| s.terminal.pending_sync()).map(|s| s.heard + HOLD).min();
        let restarts = self.restart.as_ref().is_some_and(|r| r.moves() || r.ask_at.is_some());
        let tick = restarts || self.running().is_some() || self.checks.values().any(|c| matches!(c, CheckState::Asking { .. }));
        let second = tick.then(|| (self.now / 1000 + 1) * 1000);
        // A link that is gone is tried again, and the seconds until then are shown.
        let lost = self.seats.values().any(|s| matches!(&s.link, Link::Lost(Lost { next: Some(_), .. })));
        let try_at = lost.then(|| (self.now / 1000 + 1) * 1000);
        [held, second, try_at].into_iter().flatten().min()
    }
}

/// Every text of a block that is code, with its language, for highlighting.
pub fn code_of(block: &Block) -> Vec<(&str, &str)> {
    match block {
        Block::Code { language, text } => vec![(language.as_str(), text.as_str())],
        Block::Command(c) | Block::Undo(c) => c.variants.iter().map(|v| (v.language.name(), v.text.as_str())).collect(),
        Block::Quote(blocks) | Block::Admonition(_, blocks) => blocks.iter().flat_map(code_of).collect(),
        Block::List(list) => list.items.iter().flatten().flat_map(code_of).collect(),
        Block::Tasks(tasks) => tasks.iter().flat_map(|t| t.blocks.iter()).flat_map(code_of).collect(),
        Block::Heading(..)
        | Block::Paragraph(_)
        | Block::Table(_)
        | Block::Sample { .. }
        | Block::Image { .. }
        | Block::Rule
        | Block::Check(_)
        | Block::Need(_)
        | Block::Hint(_) => Vec::new(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
