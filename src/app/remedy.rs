//! What to do about what could not be asked. Asking again does not always help.

use crate::app::App;
use crate::app::CheckKind;
use crate::app::known;
use crate::course::Answer;
use crate::course::Check;
use crate::course::Hint;
use crate::course::Step;
use crate::course::Verdict;
use crate::judge;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    AskAgain,
    RunAgain,
    ByHand,
}

impl Remedy {
    /// For a check whose answer is not known.
    pub fn of(check: &Check, answer: &Answer) -> Self {
        if check.look.is_of_a_run() {
            Self::RunAgain
        } else if answer.seen == judge::NOT_WINDOWS {
            Self::ByHand
        } else {
            Self::AskAgain
        }
    }

    pub fn says(self) -> &'static str {
        match self {
            Self::AskAgain => "c asks again.",
            Self::RunAgain => "Enter runs it again, t marks it done.",
            Self::ByHand => "t marks it done by hand.",
        }
    }
}

impl App {
    /// The command that helps against what an unmet check saw, by its place in the step, and the hint that says so.
    pub fn way_out<'s>(&self, step: &'s Step) -> Option<(usize, &'s Hint)> {
        if self.standing(step).is_settled() {
            return None;
        }
        let unmet = |index| self.answer(step, index).filter(|answer| answer.verdict == Verdict::Fail);
        let seen: Vec<&str> = (0..step.checks().count()).filter_map(unmet).map(|answer| answer.seen.as_str()).collect();
        let named = |hint: &'s Hint| Some((step.commands().position(|c| Some(&c.id) == hint.run.as_ref())?, hint));
        step.hints().filter(|hint| seen.iter().any(|seen| judge::fits(hint, seen))).find_map(named)
    }

    /// For a step of which it is not known whether it is done.
    pub fn remedy(&self, step: &Step) -> Remedy {
        let checks = step.checks().enumerate().map(|(index, check)| (check, self.answer(step, index)));
        let needs = step.needs().enumerate().map(|(index, need)| {
            let state = self.check_state(&step.id, CheckKind::Need, index);
            (&need.check, state.and_then(known))
        });
        let unknown = checks.chain(needs).filter_map(|(check, answer)| {
            let answer = answer.filter(|answer| answer.verdict == Verdict::Unknown)?;
            Some(Remedy::of(check, answer))
        });
        // Without any it was the command that did not tell how it ended, or the journal that remembers.
        let nothing_to_ask = step.checks().next().is_none();
        unknown.min().unwrap_or(if nothing_to_ask { Remedy::RunAgain } else { Remedy::AskAgain })
    }
}
