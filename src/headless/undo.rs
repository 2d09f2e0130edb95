//! `wci undo`: a step's undo commands, with the same consent and the same report as a run.

use std::io::Write;

use super::Halt;
use super::Pilot;
use super::Ran;
use super::WRONG;
use super::command::NO_RIGHTS;
use super::missing_value;
use super::report::Event;
use super::report::Told;
use crate::app::Msg;
use crate::app::Overlay;
use crate::app::Standing;
use crate::app::Untyped;
use crate::course::Answer;
use crate::course::Step;
use crate::course::Verdict;

impl<W: Write> Pilot<'_, W> {
    pub(super) async fn take_back(&mut self, chapter: usize, index: usize) -> anyhow::Result<u8> {
        let Some(step) = self.app().course.chapters.get(chapter).and_then(|c| c.steps.get(index)).cloned() else {
            return Ok(WRONG);
        };
        let (slug, title) = (step.id.chapter.as_str(), step.title.as_str());
        self.report.tell(&Event::Start { chapter: slug, title, steps: 1 })?;
        self.report.tell(&Event::Begin { step: &step, number: 1, of: 1 })?;
        self.apply(Msg::Show { chapter, step: index });
        self.settled(&step.id).await?;
        if let Standing::NotHere(why) = self.app().standing(&step) {
            self.skip(&step, &why)?;
            return Ok(self.code());
        }
        if !self.app().reaches(step.place) {
            self.waits = true;
            self.skip(&step, &format!("no machine is connected as {}: take it back there", step.place.name()))?;
            return Ok(self.code());
        }
        let mut bad = None;
        for number in 0..step.undo().count() {
            match self.undo_command(&step, number).await? {
                Ran::Yes(status) => bad = bad.or(status.filter(|s| *s != 0)),
                Ran::No(why) => {
                    self.halted = Some(Halt::Failed);
                    self.verdict(&step, Told::Fail, &why)?;
                    return Ok(self.code());
                }
                Ran::Person(why) | Ran::Restart(why) => {
                    self.waits = true;
                    self.skip(&step, &why)?;
                    return Ok(self.code());
                }
                Ran::Usage(why) => {
                    self.verdict(&step, Told::Fail, &why)?;
                    return Ok(WRONG);
                }
            }
        }
        self.checks(&step)?;
        let (verdict, reason) = self.outcome(&step, bad);
        if verdict != Told::Pass {
            self.halted = Some(Halt::Failed);
        }
        self.verdict(&step, verdict, &reason)?;
        Ok(self.code())
    }

    async fn undo_command(&mut self, step: &Step, number: usize) -> anyhow::Result<Ran> {
        let Some(command) = step.undo().nth(number) else { return Ok(Ran::Yes(None)) };
        let text = match self.app().text_of(step, command) {
            Ok(text) => text,
            Err(Untyped::Missing(name)) => return Ok(Ran::Usage(missing_value(step, &name))),
            Err(Untyped::Shell(why)) => return Ok(Ran::Person(why)),
        };
        if command.interactive {
            return Ok(Ran::Person("its undo is for a person to type into: open wci".into()));
        }
        if self.app().lacks_rights(step.place, command.elevated) {
            return Ok(Ran::Person(NO_RIGHTS.into()));
        }
        if !self.consent(step, &command.id, &text, true).await? {
            return Ok(Ran::Person("not run: nobody agreed to it (--yes agrees to all)".into()));
        }
        self.engine.app.overlay = Some(Overlay::Undo { command: number });
        self.go(step, &command.id).await
    }

    /// The checks decide here too: a step is taken back when they are not met any more. Where there are none, the statuses say it.
    fn outcome(&self, step: &Step, bad: Option<i32>) -> (Told, String) {
        let decide = step.checks().enumerate().filter(|(_, check)| !check.warn && !check.look.is_of_a_run());
        let answers: Vec<Option<&Answer>> = decide.map(|(index, _)| self.app().answer(step, index)).collect();
        let any = |wanted: Verdict| answers.iter().flatten().any(|answer| answer.verdict == wanted);
        let all_known = answers.iter().all(|answer| answer.is_some_and(|a| a.verdict != Verdict::Unknown));
        let ended = bad.map(|status| format!("undoing ended with status {status}"));
        match ended {
            _ if any(Verdict::Fail) => (Told::Pass, "taken back".into()),
            Some(ended) => (Told::Fail, ended),
            None if answers.is_empty() => (Told::Pass, "taken back, as far as its commands say".into()),
            None if all_known => (Told::Fail, "its checks are still met: not all of it was taken back".into()),
            None => (Told::Unknown, "its checks could not say whether it was taken back".into()),
        }
    }
}
