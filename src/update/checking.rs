//! Asking checks, hearing answers, and what a step comes to.

use crate::app::App;
use crate::app::CheckKind;
use crate::app::CheckRef;
use crate::app::CheckState;
use crate::app::Effect;
use crate::app::Remedy;
use crate::app::Standing;
use crate::app::Tone;
use crate::app::known;
use crate::course::Answer;
use crate::course::Block;
use crate::course::Check;
use crate::course::Command;
use crate::course::Expect;
use crate::course::Look;
use crate::course::Place;
use crate::course::Step;
use crate::course::StepId;
use crate::course::Values;
use crate::course::Verdict;
use crate::judge;
use crate::progress::Entry;
use crate::terminal::capture;
use crate::update::record;
use crate::update::restart;
use crate::update::say;
use crate::update::travel;
use crate::values;
use crate::values::FillError;

/// Asks every check and need of a step that is asked of the machine. With `poll` each keeps asking as it says.
pub fn ask(app: &mut App, id: &StepId, poll: bool) -> Vec<Effect> {
    let Some(step) = app.find(id) else { return Vec::new() };
    let step = step.clone();
    let mut effects = Vec::new();
    for (index, need) in step.needs().enumerate() {
        effects.extend(ask_one(app, &step, CheckKind::Need, index, &need.check, false));
    }
    for (index, check) in step.checks().enumerate() {
        if !check.look.is_of_a_run() {
            effects.extend(ask_one(app, &step, CheckKind::Check, index, check, poll));
        }
    }
    effects
}

/// Asks the checks of the step on the screen, unless it is settled already.
pub fn ask_if_open(app: &mut App) -> Vec<Effect> {
    let open = app.step().filter(|s| !app.standing(s).is_settled()).map(|s| s.id.clone());
    open.map(|id| ask(app, &id, false)).unwrap_or_default()
}

fn ask_one(app: &mut App, step: &Step, kind: CheckKind, index: usize, check: &Check, poll: bool) -> Option<Effect> {
    let place = check.place.unwrap_or(step.place);
    if app.untrusted.is_some() {
        return None;
    }
    let seat = app.seats.get(&place).filter(|s| s.answers())?;
    if step.os.is_some() && step.place == place && step.os != seat.os {
        return None;
    }
    let shell = seat.shell;
    // A value nobody has given yet: there is nothing to ask before there is something to run.
    let question = filled(check, app.progress.values(&step.id.chapter)).ok()?;
    let at = CheckRef { step: step.id.clone(), kind, index };
    // What is asked again and again after a command is not cut short by a single question.
    if !poll && matches!(app.checks.get(&at), Some(CheckState::Asking { poll: true, .. })) {
        return None;
    }
    app.round += 1;
    let before = app.checks.get(&at).and_then(known).cloned();
    app.checks.insert(at.clone(), CheckState::Asking { round: app.round, since: app.now, poll, before });
    Some(Effect::Ask { place, check: at, round: app.round, shell, question, poll })
}

/// What is asked will not be answered: what was known before holds until it is asked again.
pub fn unask(app: &mut App, at: CheckRef) {
    if let Some(answer) = app.checks.remove(&at).as_ref().and_then(known) {
        app.checks.insert(at, CheckState::Answered(answer.clone()));
    }
}

/// The check with the learner's values in it, quoted where a shell reads them.
fn filled(check: &Check, given: &Values) -> Result<Check, FillError> {
    let plain = |text: &str| values::fill_plain(text, given);
    let look = match &check.look {
        Look::Ask { shell, text, exits } => {
            Look::Ask { shell: *shell, text: values::fill_command(text, *shell, given)?, exits: *exits }
        }
        Look::File { path, missing } => Look::File { path: plain(path)?, missing: *missing },
        Look::OnPath { folder } => Look::OnPath { folder: plain(folder)? },
        Look::Port { host, port } => Look::Port { host: plain(host)?, port: *port },
        Look::Http { url, status } => Look::Http { url: plain(url)?, status: *status },
        Look::Process { name } => Look::Process { name: plain(name)? },
        Look::Service { name } => Look::Service { name: plain(name)? },
        Look::Windows(what) => Look::Windows(what.map(plain)?),
        look @ (Look::Exit { .. } | Look::Output { .. } | Look::Machine(_)) => look.clone(),
    };
    let expect = match &check.expect {
        Some(Expect::Equals(text)) => Some(Expect::Equals(plain(text)?)),
        Some(Expect::Contains(text)) => Some(Expect::Contains(plain(text)?)),
        other => other.clone(),
    };
    Ok(Check { look, expect, ..check.clone() })
}

/// The command a check of a run is about: the one it names, or the last before it.
pub fn command_of(step: &Step, index: usize) -> Option<&Command> {
    let check = step.checks().nth(index)?;
    let named = match &check.look {
        Look::Exit { of, .. } | Look::Output { of } => of.as_deref(),
        _ => return None,
    };
    if let Some(name) = named {
        return step.command(name);
    }
    let mut last = None;
    let mut seen = 0;
    for block in &step.blocks {
        match block {
            Block::Command(command) => last = Some(command),
            Block::Check(_) if seen == index => return last,
            Block::Check(_) => seen += 1,
            _ => {}
        }
    }
    None
}

/// Judges what checks of a run can see of the command that has just ended. Kept in the journal: it cannot be asked again.
pub fn observe(app: &mut App, place: Place, id: &StepId, command: &str, status: Option<i32>) -> Vec<Effect> {
    let Some(step) = app.find(id).cloned() else { return Vec::new() };
    let output = app.seats.get(&place).and_then(|s| s.output.clone());
    let given = app.progress.values(&id.chapter).clone();
    let mut effects = Vec::new();
    for (index, check) in step.checks().enumerate() {
        if command_of(&step, index).is_none_or(|c| c.id != command) {
            continue;
        }
        let Ok(check) = filled(check, &given) else { continue };
        let answer = match &check.look {
            Look::Exit { .. } => judge::exit(&check, status),
            Look::Output { .. } => match &output {
                Some(text) if capture::is_whole(text) => judge::judge(&check, text),
                Some(text) => judge::part(&check, text, capture::KEPT),
                None => Answer {
                    verdict: Verdict::Unknown,
                    seen: "no output that could be told apart".into(),
                    expected: "what the command prints".into(),
                },
            },
            _ => continue,
        };
        effects.push(record(app, Entry::Observed { step: id.clone(), check: check.says.clone(), answer }));
    }
    effects
}

/// What checks of a run would see of a command whose end nobody saw.
pub fn unobserved(app: &mut App, id: &StepId, command: &str) -> Vec<Effect> {
    let Some(step) = app.find(id).cloned() else { return Vec::new() };
    let mut effects = Vec::new();
    for (index, check) in step.checks().enumerate() {
        if check.look.is_of_a_run() && command_of(&step, index).is_some_and(|c| c.id == command) {
            let answer = judge::unknown(check, CUT_OFF);
            effects.push(record(app, Entry::Observed { step: id.clone(), check: check.says.clone(), answer }));
        }
    }
    effects
}

/// What is seen of a command whose link broke.
pub const CUT_OFF: &str = "the link to the machine broke while the command ran";

pub fn judged(app: &mut App, at: &CheckRef, round: u64, answer: Answer) -> Vec<Effect> {
    match app.checks.get(at) {
        Some(CheckState::Asking { round: asked, .. }) if *asked == round => {}
        _ => return Vec::new(),
    }
    app.checks.insert(at.clone(), CheckState::Answered(answer));
    let mut effects = settle(app, &at.step);
    effects.extend(restart::weigh(app));
    effects.extend(travel::land(app));
    effects
}

/// Notes what a step comes to once nothing of it is being asked, if that is news.
pub fn settle(app: &mut App, id: &StepId) -> Vec<Effect> {
    if app.asks(id) || app.runs(id).is_some() {
        return Vec::new();
    }
    let Some(step) = app.find(id) else { return Vec::new() };
    let (verdict, reason) = match app.standing(step) {
        Standing::Done => (Verdict::Pass, String::new()),
        Standing::Warned => (Verdict::Warn, String::new()),
        Standing::Failed(reason) => (Verdict::Fail, reason),
        Standing::Unknown(reason) => (Verdict::Unknown, reason),
        // What was done once and is not so any more.
        Standing::Todo if matches!(app.progress.step(id).verdict, Some((Verdict::Pass | Verdict::Warn, _))) => {
            (Verdict::Fail, "it is not so any more".to_owned())
        }
        Standing::Todo | Standing::Running | Standing::ByHand | Standing::Skipped | Standing::NotHere(_) => return Vec::new(),
    };
    let before = app.progress.step(id).verdict.clone();
    if before.as_ref().is_some_and(|(v, r)| *v == verdict && *r == reason) {
        return Vec::new();
    }
    let title = step.title.clone();
    let remedy = app.remedy(step);
    let unsaid = remedy == Remedy::RunAgain && step.checks().next().is_none();
    let here = app.step().is_some_and(|s| s.id == *id);
    let effect = record(app, Entry::Judged { step: id.clone(), verdict, reason });
    if here && !app.landing {
        match verdict {
            Verdict::Pass => drop(say(app, Tone::Good, format!("Done: {title}. Enter goes on."))),
            Verdict::Warn => drop(say(app, Tone::Good, format!("Done, with a warning: {title}. Enter goes on."))),
            Verdict::Fail => {
                drop(say(app, Tone::Bad, "Not yet: a check is not met. h shows hints, Enter runs it again, c asks again."))
            }
            Verdict::Unknown => {
                let what = if unsaid { "The shell did not say how the command ended" } else { "A check could not be asked" };
                drop(say(app, Tone::Info, format!("{what}. {}", remedy.says())))
            }
        }
    }
    vec![effect]
}
