//! `wci undo`: a step's undo commands, with the same consent and the same report as a run.

use std::io::Write;

use super::Halt;
use super::Pilot;
use super::Ran;
use super::WRONG;
use super::report::Event;
use super::report::Told;
use crate::app::Msg;
use crate::app::Overlay;
use crate::app::Standing;
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
        if let Err(why) = self.reach(&step).await? {
            self.waits = true;
            self.skip(&step, &why)?;
            return Ok(self.code());
        }
        self.apply(Msg::Show { chapter, step: index });
        self.settled(&step.id).await?;
        if let Standing::NotHere(why) = self.app().standing(&step) {
            self.verdict(&step, Told::Skipped, &why)?;
            return Ok(self.code());
        }
        if !self.app().reaches(step.place) {
            self.waits = true;
            self.skip(&step, &format!("no machine is connected as {}: take it back there", step.place.name()))?;
            return Ok(self.code());
        }
        let before = self.deciding(&step);
        let mut ends = Vec::new();
        for number in 0..step.undo().count() {
            match self.undo_command(&step, number).await? {
                Ran::Yes(status) => ends.push(status),
                Ran::No(why) => {
                    self.halted = Some(Halt::Failed);
                    self.verdict(&step, Told::Fail, &why)?;
                    return Ok(self.code());
                }
                Ran::Person(why) | Ran::Restart(why) | Ran::Late(why) => {
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
        let (verdict, reason) = outcome(&before, &self.deciding(&step), &ends);
        if verdict != Told::Pass {
            self.halted = Some(Halt::Failed);
        }
        self.verdict(&step, verdict, &reason)?;
        Ok(self.code())
    }

    async fn undo_command(&mut self, step: &Step, number: usize) -> anyhow::Result<Ran> {
        let Some(command) = step.undo().nth(number) else { return Ok(Ran::Yes(None)) };
        if let Some(kept) = self.kept_from(step, command, true).await? {
            return Ok(kept);
        }
        self.engine.app.overlay = Some(Overlay::Undo { command: number });
        self.go(step, &command.id).await
    }

    /// What each check says now that can tell whether the step is done.
    fn deciding(&self, step: &Step) -> Vec<Verdict> {
        let decide = step.checks().enumerate().filter(|(_, check)| !check.warn && !check.look.is_of_a_run());
        decide.map(|(index, _)| self.app().answer(step, index).map_or(Verdict::Unknown, |answer| answer.verdict)).collect()
    }
}

/// What came of an undo, from the checks before and after it and from how its commands ended.
///
/// The checks decide here too: a step is taken back when one that was met is not met any more. But a command that says it failed may
/// have done half of it, and no check sees all.
fn outcome(before: &[Verdict], after: &[Verdict], ends: &[Option<i32>]) -> (Told, String) {
    if let Some(status) = ends.iter().flatten().find(|status| **status != 0) {
        return (Told::Fail, format!("undoing ended with status {status}"));
    }
    if before.is_empty() {
        return (Told::Pass, "taken back, as far as its commands say".into());
    }
    let pairs = || before.iter().zip(after).filter(|(before, _)| **before == Verdict::Pass);
    if pairs().any(|(_, after)| *after == Verdict::Fail) {
        return (Told::Pass, "taken back".into());
    }
    if pairs().any(|(_, after)| *after != Verdict::Pass) {
        return (Told::Unknown, "its checks could not say whether it was taken back".into());
    }
    if before.contains(&Verdict::Pass) || after.contains(&Verdict::Pass) {
        return (Told::Fail, "its checks are still met: not all of it was taken back".into());
    }
    if before.contains(&Verdict::Unknown) {
        return (Told::Unknown, "its checks could not say whether it was done before".into());
    }
    match ends.iter().all(Option::is_some) {
        true => (Told::Pass, "it was not done before: there was nothing to take back".into()),
        false => (Told::Unknown, "it was not done before, and the shell does not say how undoing ended".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Verdict::{Fail, Pass, Unknown};

    #[test]
    fn what_came_of_an_undo_is_told_from_before_and_after_and_the_statuses() {
        const WELL: &[Option<i32>] = &[Some(0), Some(0)];
        const UNTOLD: &[Option<i32>] = &[Some(0), None];
        const BAD: &[Option<i32>] = &[Some(0), Some(3)];
        type Row = (&'static [Verdict], &'static [Verdict], &'static [Option<i32>], Told, &'static str);
        let table: &[Row] = &[
            (&[Pass], &[Fail], WELL, Told::Pass, "taken back"),
            (&[Pass, Pass], &[Pass, Fail], UNTOLD, Told::Pass, "taken back"),
            (&[Pass, Fail], &[Pass, Fail], WELL, Told::Fail, "still met"),
            (&[Pass], &[Fail], BAD, Told::Fail, "status 3"),
            (&[Fail], &[Fail], BAD, Told::Fail, "status 3"),
            (&[], &[], BAD, Told::Fail, "status 3"),
            (&[Pass], &[Pass], WELL, Told::Fail, "still met"),
            (&[Fail], &[Pass], WELL, Told::Fail, "still met"),
            (&[Pass], &[Unknown], WELL, Told::Unknown, "whether it was taken back"),
            (&[Fail, Fail], &[Fail, Fail], WELL, Told::Pass, "not done before"),
            (&[Fail], &[Fail], UNTOLD, Told::Unknown, "not done before"),
            (&[Fail, Unknown], &[Fail, Fail], WELL, Told::Unknown, "whether it was done before"),
            (&[], &[], WELL, Told::Pass, "as far as"),
        ];
        for (before, after, ends, verdict, reason) in table {
            let (told, why) = outcome(before, after, ends);
            assert!(told == *verdict && why.contains(reason), "{before:?} {after:?} {ends:?}: {told:?}, {why}");
        }
    }
}
