//! `wci run`: the same engine without the screen. It plays the learner who presses Enter on every card, and tells what happens in lines.
//! `wci undo` plays the one who takes a step back.

mod command;
mod report;
mod restart;
mod undo;

use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::app::Action;
use crate::app::App;
use crate::app::Msg;
use crate::app::Notice;
use crate::app::Overlay;
use crate::app::Prompt;
use crate::app::Standing;
use crate::app::Tone;
use crate::app::Untyped;
use crate::course::Step;
use crate::course::StepId;
use crate::engine::Engine;
use crate::engine::now;

use command::Ran;
use report::Event;
pub use report::Format;
use report::Report;
use report::Told;

/// Every required step that applies passed.
pub const PASSED: u8 = 0;
/// A step did not pass.
pub const NOT_PASSED: u8 = 1;
/// Usage or content is wrong.
pub const WRONG: u8 = 2;
/// Waiting for something only a person or a restart can do.
pub const WAITING: u8 = 3;
/// Stopped by Ctrl-C or a signal.
pub const STOPPED: u8 = 130;

/// How often a run without news says that it goes on.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long a shell may take to its first prompt. Start files can be slow; one that never ends must not hold a script for ever.
const PROMPT: Duration = Duration::from_secs(35);

/// How often what helps against a known cause is tried.
const TRIES: u32 = 2;

/// What of a chapter; steps by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    Step(usize),
    /// A step, taken back.
    Undo(usize),
}

/// What to run.
pub struct Request {
    pub chapter: usize,
    pub part: Part,
    /// Run without asking before each command.
    pub yes: bool,
    pub format: Format,
    /// A command that has said nothing for so long, and for five times what it usually takes, is given up.
    pub patience: Duration,
}

/// Runs the steps and gives the exit code.
pub async fn run(engine: &mut Engine, request: &Request, out: &mut impl Write) -> anyhow::Result<u8> {
    engine.app.headless = true;
    let report = Report::new(request.format, out);
    let (yes, patience) = (request.yes, request.patience);
    engine.app.patience = Some(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
    let begun = tokio::time::Instant::now();
    let mut pilot =
        Pilot { engine, report, yes, patience, waits: false, halted: None, missed: 0, said: String::new(), begun, beat: begun };
    let flight = async {
        match request.part {
            Part::Undo(step) => pilot.take_back(request.chapter, step).await,
            Part::Step(step) => pilot.fly(request.chapter, Some(step)).await,
            Part::All => pilot.fly(request.chapter, None).await,
        }
    };
    let result = tokio::select! {
        code = flight => code,
        () = crate::signals::stop() => Ok(STOPPED),
    };
    let code = result?;
    if code == STOPPED {
        pilot.report.tell(&Event::Stopped)?;
    }
    let undone = matches!(request.part, Part::Undo(_)).then_some(pilot.said.as_str());
    let halted = pilot.halted.map(Halt::last_words);
    pilot.report.tell(&Event::End { exit: code, missed: pilot.missed, undone, halted })?;
    Ok(code)
}

struct Pilot<'a, W: Write> {
    engine: &'a mut Engine,
    report: Report<'a, W>,
    yes: bool,
    waits: bool,
    /// Why the steps that follow are not begun.
    halted: Option<Halt>,
    patience: Duration,
    /// How many optional steps were to be done and did not pass.
    missed: usize,
    /// The reason of the last verdict.
    said: String,
    /// When the run began, and when it last said that it waits.
    begun: tokio::time::Instant,
    beat: tokio::time::Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Halt {
    Failed,
    /// What follows counts on a restart that has not been.
    Restart,
    /// A machine cannot be reached.
    Away,
}

impl Halt {
    fn why(self) -> &'static str {
        match self {
            Halt::Failed => "not reached: an earlier step did not pass",
            Halt::Restart => "not reached: the machine must restart first",
            Halt::Away => "not reached: there is no link to the machine",
        }
    }

    /// What is to be done next.
    fn last_words(self) -> &'static str {
        match self {
            Halt::Failed => "A step did not pass.",
            Halt::Restart => "It stopped at a restart. Run this again once the machine is back.",
            Halt::Away => "There is no link to the machine. Run this again once there is, or open wci.",
        }
    }
}

impl<W: Write> Pilot<'_, W> {
    fn app(&self) -> &App {
        &self.engine.app
    }

    async fn fly(&mut self, number: usize, only: Option<usize>) -> anyhow::Result<u8> {
        let Some(chapter) = self.app().course.chapters.get(number) else { return Ok(WRONG) };
        let steps: Vec<(usize, Step)> = match only {
            Some(index) => chapter.steps.get(index).map(|s| (index, s.clone())).into_iter().collect(),
            None => chapter.steps.iter().cloned().enumerate().collect(),
        };
        let (slug, title) = (chapter.slug.clone(), chapter.title.clone());
        self.report.tell(&Event::Start { chapter: &slug, title: &title, steps: steps.len() })?;
        // A value that is missing later is said now, before anything has run.
        for (_, step) in steps.iter().filter(|(_, s)| !s.optional && self.app().reaches(s.place)) {
            let missing = step.commands().filter(|c| !c.optional).find_map(|c| match self.app().text_of(step, c) {
                Err(Untyped::Missing(name)) => Some(name),
                Err(Untyped::Shell(_)) | Ok(_) => None,
            });
            if let Some(name) = missing {
                self.verdict(step, Told::Fail, &missing_value(step, &name))?;
                return Ok(WRONG);
            }
        }
        for (position, (index, step)) in steps.iter().enumerate() {
            if let Some(halt) = self.halted {
                self.skip(step, halt.why())?;
                continue;
            }
            self.report.tell(&Event::Begin { step, number: position + 1, of: steps.len() })?;
            if let Some(code) = self.step(number, *index, step).await? {
                return Ok(code);
            }
        }
        Ok(self.code())
    }

    fn code(&self) -> u8 {
        match (self.halted, self.waits) {
            (Some(Halt::Failed), _) => NOT_PASSED,
            (Some(Halt::Restart | Halt::Away), _) | (None, true) => WAITING,
            (None, false) => PASSED,
        }
    }

    /// An optional step decides nothing.
    fn halt(&mut self, step: &Step, why: Halt) {
        if !step.optional {
            self.halted = Some(why);
        }
    }

    /// One step, to its verdict. An exit code ends the whole run.
    async fn step(&mut self, chapter: usize, index: usize, step: &Step) -> anyhow::Result<Option<u8>> {
        self.apply(Msg::Show { chapter, step: index });
        if self.restarts(step) {
            let came = self.restart(step).await?;
            if !matches!(came, Ran::No(_))
                && let ControlFlow::Break(code) = self.kept(step, came)?
            {
                return Ok(code);
            }
            // It has restarted and is not met: one restart more is for whoever runs it again.
            if !self.app().standing(step).is_settled() {
                self.conclude(step)?;
                return Ok(None);
            }
        }
        if let Err(why) = self.reach(step).await? {
            self.halt(step, Halt::Away);
            self.verdict(step, Told::Unknown, &why)?;
            return Ok(None);
        }
        // Once more, now that its machine can answer.
        self.apply(Msg::Show { chapter, step: index });
        self.settled(&step.id).await?;
        if self.needs_nothing(step)? {
            return Ok(None);
        }
        if !self.app().reaches(step.place) {
            self.waits |= !step.optional;
            self.skip(step, &format!("no machine is connected as {}: do it there and mark it done in wci", step.place.name()))?;
            return Ok(None);
        }
        self.commands(step).await
    }

    /// Gives the verdict of a step that has it without a command.
    fn needs_nothing(&mut self, step: &Step) -> anyhow::Result<bool> {
        match self.app().standing(step) {
            Standing::NotHere(why) => self.verdict(step, Told::Skipped, &why)?,
            Standing::ByHand => self.verdict(step, Told::Pass, "marked done by hand")?,
            // Evidence of an earlier run is no evidence of this one; state that is there is.
            Standing::Done | Standing::Warned
                if step.checks().next().is_some() && !step.checks().any(|c| c.look.is_of_a_run()) =>
            {
                self.checks(step)?;
                self.verdict(step, told(&self.app().standing(step)), "already done")?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Runs what is required of a step, and what helps against a known cause, and gives the verdict.
    async fn commands(&mut self, step: &Step) -> anyhow::Result<Option<u8>> {
        let mut required = step.commands().enumerate().filter(|(_, c)| !c.optional).map(|(position, _)| position);
        let mut tries = 0;
        loop {
            // What helps against a known cause goes first, as Enter has it. If it does not help, nothing else is tried.
            let position = match self.app().way_out(step) {
                Some((position, _)) if tries < TRIES => {
                    tries += 1;
                    position
                }
                Some(_) => break,
                None if tries > 0 && self.app().standing(step).is_settled() => break,
                None => match required.next() {
                    Some(position) => position,
                    None => break,
                },
            };
            let came = self.command(step, position).await?;
            if let ControlFlow::Break(code) = self.kept(step, came)? {
                return Ok(code);
            }
        }
        self.conclude(step)?;
        Ok(None)
    }

    /// Gives the verdict where a command did not run to its end, and breaks off; an exit code ends the whole run.
    fn kept(&mut self, step: &Step, came: Ran) -> anyhow::Result<ControlFlow<Option<u8>>> {
        match came {
            Ran::Yes(_) => return Ok(ControlFlow::Continue(())),
            Ran::No(why) => {
                self.halt(step, Halt::Failed);
                self.verdict(step, Told::Fail, &why)?;
            }
            Ran::Person(why) => {
                self.waits |= !step.optional;
                self.skip(step, &why)?;
            }
            Ran::Restart(why) => {
                self.halt(step, Halt::Restart);
                self.skip(step, &why)?;
            }
            Ran::Late(why) => {
                self.halt(step, Halt::Restart);
                self.verdict(step, Told::Unknown, &why)?;
            }
            Ran::Usage(why) if step.optional => self.skip(step, &why)?,
            Ran::Usage(why) => {
                self.verdict(step, Told::Fail, &why)?;
                return Ok(ControlFlow::Break(Some(WRONG)));
            }
        }
        Ok(ControlFlow::Break(None))
    }

    /// The verdict of a step whose commands have run.
    fn conclude(&mut self, step: &Step) -> anyhow::Result<()> {
        self.checks(step)?;
        let standing = self.app().standing(step);
        let open = step.tasks().filter(|t| !self.app().progress.step(&step.id).ticked.contains(&t.key)).count();
        if standing == Standing::Todo && step.checks().next().is_none() && step.commands().next().is_none() {
            if open == 0 {
                return self.verdict(step, Told::Pass, "to read; nothing to run");
            }
            self.waits |= !step.optional;
            return self.skip(step, &format!("{open} things to do by hand"));
        }
        if standing == Standing::Todo && step.checks().next().is_none() && step.commands().all(|c| c.optional) {
            return self.verdict(step, Told::Skipped, "nothing of it is required");
        }
        // A check without its value was never asked: that is not a failure of the step.
        let unasked = step.checks().enumerate().any(|(i, c)| !c.look.is_of_a_run() && self.app().answer(step, i).is_none());
        if standing == Standing::Todo && unasked {
            self.halt(step, Halt::Failed);
            return self.verdict(step, Told::Unknown, "a check could not be asked: it needs a value (--set)");
        }
        let verdict = told(&standing);
        let reason = match &standing {
            Standing::Failed(reason) | Standing::Unknown(reason) => reason.clone(),
            Standing::Todo => "a check is not met".into(),
            _ => String::new(),
        };
        if matches!(verdict, Told::Fail | Told::Unknown) {
            // What only a person can do is not a failure.
            if open > 0 && step.commands().next().is_none() {
                self.waits |= !step.optional;
                return self.skip(step, &format!("{open} things to do by hand"));
            }
            self.halt(step, Halt::Failed);
        }
        self.verdict(step, verdict, &reason)
    }

    fn apply(&mut self, msg: Msg) {
        // Copying and quitting are the screen's.
        drop(self.engine.apply(msg));
    }

    /// Until the step's command has ended, or has said nothing for so long that it is given up: it may wait for input nobody gives,
    /// or the shell no longer tells its prompt.
    async fn ended(&mut self, id: &StepId) -> anyhow::Result<()> {
        let usual = self.app().runs(id).and_then(|run| self.app().find(id)?.command(&run.command)?.typical);
        let patience = usual.map_or(self.patience, |usual| self.patience.max(usual * 5));
        let seconds = patience.as_secs();
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        // One that still waits for the shell's first prompt is not silent: `until` has its own word on that.
        let silent = |app: &App| app.seats.values().any(|s| s.run.is_some() && app.now.saturating_sub(s.heard) >= patience);
        self.until(id, |app, id| app.runs(id).is_none() || silent(app)).await?;
        if self.app().runs(id).is_some() {
            self.report.tell(&Event::GivenUp { id, seconds })?;
            self.engine.app.overlay = Some(Overlay::Ended);
            self.apply(Msg::Do(Action::Go));
            self.fresh_shell();
        }
        Ok(())
    }

    /// Ends the shell with all that still runs in it, and starts another.
    fn fresh_shell(&mut self) {
        let place = self.app().shown();
        let Some(seat) = self.engine.app.seats.get_mut(&place) else { return };
        seat.prompt = Prompt::Busy;
        // What the old one has told is still of the step.
        let (ended, output) = (seat.ended, seat.output.take());
        self.apply(Msg::Do(Action::Restart));
        if let Some(seat) = self.engine.app.seats.get_mut(&place) {
            (seat.ended, seat.output) = (ended, output);
        }
    }

    /// Until nothing of the step is being asked.
    async fn settled(&mut self, id: &StepId) -> anyhow::Result<()> {
        self.until(id, |app, id| !app.asks(id)).await
    }

    async fn until(&mut self, id: &StepId, done: impl Fn(&App, &StepId) -> bool) -> anyhow::Result<()> {
        let started = tokio::time::Instant::now();
        let mut beat = tokio::time::interval_at(started + HEARTBEAT, HEARTBEAT);
        while !done(self.app(), id) {
            let nap = self.engine.nap();
            tokio::select! {
                msg = self.engine.next() => self.apply(msg),
                () = tokio::time::sleep(nap.unwrap_or(HEARTBEAT)) => self.apply(Msg::Time(now())),
                _ = beat.tick() => {
                    let place = self.app().shown();
                    let last = self.app().seats.get(&place).and_then(|s| s.terminal.last_line()).unwrap_or_default();
                    self.report.tell(&Event::Waiting { id, seconds: started.elapsed().as_secs(), last: &last })?;
                    if started.elapsed() > PROMPT && self.app().seats.values().any(|s| s.queued.is_some()) {
                        self.apply(Msg::Do(Action::Stop));
                        let text = "the shell has shown no prompt that wci knows; look at its start files, or choose another with --shell".into();
                        self.apply(Msg::Said(Notice { text, tone: Tone::Bad }));
                    }
                }
            }
        }
        Ok(())
    }

    fn checks(&mut self, step: &Step) -> anyhow::Result<()> {
        for (index, check) in step.checks().enumerate() {
            let answer = self.engine.app.answer(step, index);
            self.report.tell(&Event::Check { step, check, answer })?;
        }
        Ok(())
    }

    /// One that was to be done.
    fn skip(&mut self, step: &Step, why: &str) -> anyhow::Result<()> {
        self.missed += usize::from(step.optional);
        self.verdict(step, Told::Skipped, why)
    }

    fn verdict(&mut self, step: &Step, verdict: Told, reason: &str) -> anyhow::Result<()> {
        self.missed += usize::from(step.optional && matches!(verdict, Told::Fail | Told::Unknown));
        reason.clone_into(&mut self.said);
        let answers: Vec<_> = step.checks().enumerate().map(|(i, c)| (c, self.engine.app.answer(step, i))).collect();
        Ok(self.report.tell(&Event::Step { step, verdict, reason, answers: &answers })?)
    }
}

fn missing_value(step: &Step, name: &str) -> String {
    format!("it needs a value: wci run {} --set {name}=…", step.id)
}

fn told(standing: &Standing) -> Told {
    match standing {
        Standing::Done | Standing::ByHand => Told::Pass,
        Standing::Warned => Told::Warn,
        Standing::Unknown(_) => Told::Unknown,
        Standing::Skipped | Standing::NotHere(_) => Told::Skipped,
        Standing::Todo | Standing::Running | Standing::Failed(_) => Told::Fail,
    }
}
