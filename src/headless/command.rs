//! One command of a headless run: shown, agreed to, typed, waited for.

use std::io;
use std::io::IsTerminal;
use std::io::Write;

use super::Pilot;
use super::missing_value;
use super::report::Event;
use crate::app::Action;
use crate::app::Msg;
use crate::app::Untyped;
use crate::course::Command;
use crate::course::Step;
use crate::tty;

/// Windows gives no program more rights than it was started with.
const NO_RIGHTS: &str = "it needs administrator's rights: start wci from Windows PowerShell (Admin)";

/// What became of a command.
pub(super) enum Ran {
    /// It ran and ended with this status, if the shell said it; the checks say more.
    Yes(Option<i32>),
    /// It did not run, and why; the word is for the step.
    No(String),
    /// It is not for a program to run.
    Person(String),
    /// It restarts the machine, which has not gone.
    Restart(String),
    /// It restarts the machine, of which is not known whether it is back.
    Late(String),
    /// A value is missing.
    Usage(String),
}

impl<W: Write> Pilot<'_, W> {
    pub(super) async fn command(&mut self, step: &Step, index: usize) -> anyhow::Result<Ran> {
        let Some(command) = step.commands().nth(index) else { return Ok(Ran::Yes(None)) };
        if let Some(kept) = self.kept_from(step, command, false).await? {
            return Ok(kept);
        }
        self.engine.app.picked = Some(index);
        self.go(step, &command.id).await
    }

    /// What keeps a command from being typed, if anything does. What is about to be typed is shown, and agreed to.
    pub(super) async fn kept_from(&mut self, step: &Step, command: &Command, undo: bool) -> anyhow::Result<Option<Ran>> {
        let text = match self.app().text_of(step, command) {
            Ok(text) => text,
            Err(Untyped::Missing(name)) => return Ok(Some(Ran::Usage(missing_value(step, &name)))),
            Err(Untyped::Shell(why)) => return Ok(Some(Ran::Person(why))),
        };
        if command.interactive {
            let which = if undo { "undo" } else { "command" };
            return Ok(Some(Ran::Person(format!("its {which} is for a person to type into: open wci"))));
        }
        if self.app().lacks_rights(step.place, command.elevated) {
            return Ok(Some(Ran::Person(NO_RIGHTS.into())));
        }
        let shell = self.app().seats.get(&step.place).map_or("sh", |s| s.shell.name());
        self.report.tell(&Event::Run { step, command: &command.id, shell, text: &text, undo })?;
        let agreed = self.yes || consents().await;
        Ok((!agreed).then(|| Ran::Person("not run: nobody agreed to it (--yes agrees to all)".into())))
    }

    /// Presses Enter on what is chosen, waits for its end and tells what it printed.
    pub(super) async fn go(&mut self, step: &Step, command: &str) -> anyhow::Result<Ran> {
        self.apply(Msg::Do(Action::Go));
        if self.restarts(step) {
            return self.restart(step).await;
        }
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
        let Some(status) = self.app().seats.get(&step.place).and_then(|s| s.ended) else {
            let why = self.app().notice.as_ref().map_or_else(|| "it did not run".to_owned(), |n| n.text.clone());
            return Ok(Ran::No(why));
        };
        self.report.tell(&Event::Finished { step, command, status })?;
        Ok(Ran::Yes(status))
    }
}

/// Asks the person at the terminal, if there is one. On a thread of its own, so that Ctrl-C is heard meanwhile.
async fn consents() -> bool {
    if !io::stdin().is_terminal() {
        return false;
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    // Nobody waits for the answer after Ctrl-C.
    std::thread::spawn(move || tell.send(tty::agrees("Run it?").unwrap_or(false)));
    told.await.unwrap_or(false)
}
