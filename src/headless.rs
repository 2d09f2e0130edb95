//! `wci run`: the same engine without the screen. It plays the learner who presses Enter on every card, and tells what happens in lines.

mod report;

use std::io;
use std::io::BufRead;
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

use crate::app::Action;
use crate::app::App;
use crate::app::Msg;
use crate::app::Notice;
use crate::app::Standing;
use crate::app::Tone;
use crate::app::Untyped;
use crate::course::Step;
use crate::course::StepId;
use crate::engine::Engine;
use crate::engine::now;

use report::Event;
pub use report::Format;
use report::Report;
use report::Told;

/// Every step that applies passed.
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

/// What to run.
pub struct Request {
    pub chapter: usize,
    /// One step of it by its index, or all.
    pub step: Option<usize>,
    /// Run without asking before each command.
    pub yes: bool,
    pub format: Format,
}

/// Runs the steps and gives the exit code.
pub async fn run(engine: &mut Engine, request: &Request, out: &mut impl Write) -> anyhow::Result<u8> {
    engine.app.headless = true;
    let mut pilot = Pilot { engine, report: Report::new(request.format, out), yes: request.yes, waits: false, failed: false };
    let result = tokio::select! {
        code = pilot.fly(request) => code,
        () = crate::signals::stop() => Ok(STOPPED),
    };
    let code = result?;
    if code == STOPPED {
        pilot.report.tell(&Event::Stopped)?;
    }
    pilot.report.tell(&Event::End { exit: code })?;
    Ok(code)
}

struct Pilot<'a, W: Write> {
    engine: &'a mut Engine,
    report: Report<'a, W>,
    yes: bool,
    waits: bool,
    failed: bool,
}

/// What became of a command.
enum Ran {
    /// It ran; the checks say more.
    Yes,
    /// It did not run, and why; the word is for the step.
    No(String),
    /// It is not for a program to run.
    Person(String),
    /// A value is missing.
    Usage(String),
}

impl<W: Write> Pilot<'_, W> {
    fn app(&self) -> &App {
        &self.engine.app
    }

    async fn fly(&mut self, request: &Request) -> anyhow::Result<u8> {
        let Some(chapter) = self.app().course.chapters.get(request.chapter) else { return Ok(WRONG) };
        let steps: Vec<(usize, Step)> = match request.step {
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
        for (number, (index, step)) in steps.iter().enumerate() {
            if self.failed {
                self.skip(step, "not reached: an earlier step did not pass")?;
                continue;
            }
            self.report.tell(&Event::Begin { step, number: number + 1, of: steps.len() })?;
            if let Some(code) = self.step(request.chapter, *index, step).await? {
                return Ok(code);
            }
        }
        Ok(match (self.failed, self.waits) {
            (true, _) => NOT_PASSED,
            (false, true) => WAITING,
            (false, false) => PASSED,
        })
    }

    /// One step, to its verdict. An exit code ends the whole run.
    async fn step(&mut self, chapter: usize, index: usize, step: &Step) -> anyhow::Result<Option<u8>> {
        self.apply(Msg::Show { chapter, step: index });
        self.settled(&step.id).await?;
        match self.app().standing(step) {
            Standing::NotHere(why) => {
                self.skip(step, &why)?;
                return Ok(None);
            }
            Standing::ByHand => {
                self.verdict(step, Told::Pass, "marked done by hand")?;
                return Ok(None);
            }
            // Evidence of an earlier run is no evidence of this one; state that is there is.
            Standing::Done | Standing::Warned
                if step.checks().next().is_some() && !step.checks().any(|c| c.look.is_of_a_run()) =>
            {
                self.checks(step)?;
                self.verdict(step, told(&self.app().standing(step)), "already done")?;
                return Ok(None);
            }
            _ => {}
        }
        if !self.app().reaches(step.place) {
            self.waits |= !step.optional;
            self.skip(step, &format!("no machine is connected as {}: do it there and mark it done in wci", step.place.name()))?;
            return Ok(None);
        }
        for command in step.commands().filter(|c| !c.optional) {
            let position = step.commands().position(|c| c.id == command.id).unwrap_or(0);
            match self.command(step, position).await? {
                Ran::Yes => {}
                Ran::No(why) => {
                    self.failed |= !step.optional;
                    self.verdict(step, Told::Fail, &why)?;
                    return Ok(None);
                }
                Ran::Person(why) => {
                    self.waits |= !step.optional;
                    self.skip(step, &why)?;
                    return Ok(None);
                }
                Ran::Usage(why) if step.optional => {
                    self.skip(step, &why)?;
                    return Ok(None);
                }
                Ran::Usage(why) => {
                    self.verdict(step, Told::Fail, &why)?;
                    return Ok(Some(WRONG));
                }
            }
        }
        self.conclude(step)?;
        Ok(None)
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
            return self.skip(step, "nothing of it is required");
        }
        // A check without its value was never asked: that is not a failure of the step.
        let unasked = step.checks().enumerate().any(|(i, c)| !c.look.is_of_a_run() && self.app().answer(step, i).is_none());
        if standing == Standing::Todo && unasked {
            self.failed |= !step.optional;
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
            self.failed |= !step.optional;
        }
        self.verdict(step, verdict, &reason)
    }

    async fn command(&mut self, step: &Step, index: usize) -> anyhow::Result<Ran> {
        let Some(command) = step.commands().nth(index) else { return Ok(Ran::Yes) };
        let text = match self.app().text_of(step, command) {
            Ok(text) => text,
            Err(Untyped::Missing(name)) => {
                return Ok(Ran::Usage(missing_value(step, &name)));
            }
            Err(Untyped::Shell(why)) => return Ok(Ran::Person(why)),
        };
        if command.interactive {
            return Ok(Ran::Person("its command is for a person to type into: open wci".into()));
        }
        if self.app().lacks_rights(step.place, command.elevated) {
            let how = "it needs administrator's rights: start wci from Windows PowerShell (Admin)";
            return Ok(Ran::Person(how.into()));
        }
        if command.restart {
            return Ok(Ran::Person("its command restarts the machine, which this version leaves to a person".into()));
        }
        let shell = self.app().seats.get(&step.place).map_or("sh", |s| s.shell.name());
        self.report.tell(&Event::Run { step, command: &command.id, shell, text: &text })?;
        if !self.yes && !consents().await {
            return Ok(Ran::Person("not run: nobody agreed to it (--yes agrees to all)".into()));
        }
        self.engine.app.picked = Some(index);
        self.apply(Msg::Do(Action::Go));
        if self.app().runs(&step.id).is_none() {
            let why = self.app().notice.as_ref().map_or_else(|| "it could not be started".to_owned(), |n| n.text.clone());
            return Ok(Ran::No(why));
        }
        self.ended(&step.id).await?;
        self.settled(&step.id).await?;
        let output = self.app().seats.get(&step.place).and_then(|s| s.output.clone()).unwrap_or_default();
        for line in output.lines() {
            self.report.tell(&Event::Output { step, line })?;
        }
        // What the journal holds may be of an earlier run: this one must have ended here.
        let ended = self.app().seats.get(&step.place).is_some_and(|s| s.ended);
        let finished = self.app().progress.step(&step.id).finished.get(&command.id).copied();
        let Some(status) = finished.filter(|_| ended) else {
            let why = self.app().notice.as_ref().map_or_else(|| "it did not run".to_owned(), |n| n.text.clone());
            return Ok(Ran::No(why));
        };
        self.report.tell(&Event::Finished { step, command: &command.id, status })?;
        Ok(Ran::Yes)
    }

    fn apply(&mut self, msg: Msg) {
        // Copying and quitting are the screen's.
        drop(self.engine.apply(msg));
    }

    /// Until the step's command has ended.
    async fn ended(&mut self, id: &StepId) -> anyhow::Result<()> {
        self.until(id, |app, id| app.runs(id).is_none()).await
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
                    self.report.tell(&Event::Waiting { id, seconds: started.elapsed().as_secs() })?;
                    if started.elapsed() > PROMPT && self.app().seats.values().any(|s| s.queued.is_some()) {
                        self.apply(Msg::Do(Action::Stop));
                        let text = "the shell has shown no prompt that wci knows; look at its start files, or set WCI_SHELL=bash".into();
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

    fn skip(&mut self, step: &Step, why: &str) -> anyhow::Result<()> {
        self.verdict(step, Told::Skipped, why)
    }

    fn verdict(&mut self, step: &Step, verdict: Told, reason: &str) -> anyhow::Result<()> {
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

/// Asks the person at the terminal, if there is one. On a thread of its own, so that Ctrl-C is heard meanwhile.
async fn consents() -> bool {
    if !io::stdin().is_terminal() {
        return false;
    }
    eprint!("Run it? [y/N] ");
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        // Nobody waits for the answer after Ctrl-C.
        let _ = tell.send(read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes"));
    });
    told.await.unwrap_or(false)
}
