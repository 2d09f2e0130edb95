//! The checks of a step: what each says, its mark, what was seen, and what to do about it.

use crate::app::App;
use crate::app::CheckKind;
use crate::app::CheckState;
use crate::app::Remedy;
use crate::app::Standing;
use crate::course::Check;
use crate::course::Step;
use crate::course::Verdict;
use crate::page::Role;
use crate::page::marks::clock;
use crate::page::paper::Paper;
use crate::page::wrap::Span;
use crate::page::wrap::columns;

/// A check takes this long before we say for how long it has been asked.
const SLOW: u64 = 3_000;

/// What is known of one check, for the eye.
struct Look {
    sign: &'static str,
    role: Role,
    /// What was seen, or that it is being asked.
    detail: String,
    /// What to do next.
    advice: Option<String>,
}

/// Checks that stand together: their indexes among the step's.
pub fn checks(paper: &mut Paper<'_>, step: &Step, group: &[(usize, &Check)]) {
    paper.line(&[("Checks", Role::Heading)]);
    for (index, check) in group {
        one(paper, step, *index, check);
    }
}

fn one(paper: &mut Paper<'_>, step: &Step, index: usize, check: &Check) {
    let look = look(paper, step, index, check);
    let says = paper.filled(&check.says).into_owned();
    let mark = format!("{} ", look.sign);
    paper.push_lead((&mark, look.role), ("  ", Role::Text));
    let room = paper.measure();
    let used = columns(&says);
    if look.detail.is_empty() {
        paper.say(&says, Role::Text);
    } else if used + 3 + columns(&look.detail) <= room {
        // Details line up where they can.
        let gap = if used < 30 && 32 + columns(&look.detail) <= room { 32 - used } else { 3 };
        paper.line(&[(&says, Role::Text), (&" ".repeat(gap), Role::Text), (&look.detail, Role::Dim)]);
    } else {
        paper.say(&says, Role::Text);
        paper.say(&look.detail, Role::Dim);
    }
    if let Some(advice) = &look.advice {
        let arrow = format!("{} ", paper.set.arrow);
        paper.push_lead((&arrow, Role::Advice), ("  ", Role::Text));
        let advice = paper.filled(advice).into_owned();
        paper.flow(&[Span::new(advice, Role::Advice)]);
        paper.pop_lead();
    }
    paper.pop_lead();
}

fn look(paper: &Paper<'_>, step: &Step, index: usize, check: &Check) -> Look {
    let (app, set) = (paper.app, paper.set);
    let asking = asking(app, step, index);
    let Some(answer) = app.answer(step, index) else {
        let detail = asking.unwrap_or_else(|| not_asked(app, step, check));
        let sign = if app.is_asking(&step.id, CheckKind::Check, index) { (set.busy, Role::Busy) } else { (set.todo, Role::Todo) };
        return Look { sign: sign.0, role: sign.1, detail, advice: None };
    };
    let saw = |also: bool| match (answer.seen.is_empty(), also && !answer.expected.is_empty()) {
        (true, true) => format!("expected {}", answer.expected),
        (true, false) => String::new(),
        (false, true) => format!("saw {}, expected {}", answer.seen, answer.expected),
        (false, false) => format!("saw {}", answer.seen),
    };
    let tried = is_tried(app, step);
    let (sign, role, mut detail, advice) = match answer.verdict {
        Verdict::Pass => (set.done, Role::Done, saw(false), None),
        Verdict::Warn => (set.warned, Role::Warned, format!("warning: {}", saw(true)), check.hint.clone()),
        Verdict::Fail => {
            let word = if tried { "" } else { "not yet: " };
            (set.unmet, Role::Unmet, format!("{word}{}", saw(true)), check.hint.clone().filter(|_| tried))
        }
        Verdict::Unknown => {
            let advice = Remedy::of(check, answer).says();
            (set.unknown, Role::Unknown, format!("could not ask: {}", answer.seen), Some(advice.into()))
        }
    };
    if let Some(asking) = asking {
        detail = if detail.is_empty() { asking } else { format!("{detail}; {asking}") };
    }
    Look { sign, role, detail, advice }
}

/// `asking`, and for how long when it takes long.
fn asking(app: &App, step: &Step, index: usize) -> Option<String> {
    let Some(CheckState::Asking { since, before, .. }) = app.check_state(&step.id, CheckKind::Check, index) else { return None };
    let took = app.now.saturating_sub(*since);
    let word = if before.is_some() { "asking again" } else { "asking" };
    Some(if took > SLOW { format!("{word} {}", clock(took)) } else { word.to_owned() })
}

fn not_asked(app: &App, step: &Step, check: &Check) -> String {
    if check.look.is_of_a_run() {
        "seen when the command runs".into()
    } else if app.reaches(check.place.unwrap_or(step.place)) {
        String::new()
    } else {
        "cannot be asked from here".into()
    }
}

/// Whether the learner has done something that should have met the checks.
fn is_tried(app: &App, step: &Step) -> bool {
    matches!(app.standing(step), Standing::Failed(_) | Standing::ByHand) || step.commands().next().is_none()
}
