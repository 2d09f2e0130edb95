//! The known causes of a step, and what helps against them.

use crate::app::App;
use crate::app::Card;
use crate::app::Link;
use crate::app::Lost;
use crate::course::Hint;
use crate::course::Step;
use crate::judge;
use crate::page::Role;
use crate::page::code;
use crate::page::paper::Paper;

/// Those that match what was printed and seen come first.
pub fn hints(paper: &mut Paper<'_>) {
    let app = paper.app;
    let Some(step) = app.step() else { return };
    let all: Vec<&Hint> = step.hints().collect();
    let order = judge::hints_first(all.iter().copied(), &evidence(app, step));
    for hint in order.into_iter().filter_map(|index| all.get(index)) {
        paper.gap();
        let says = paper.filled(&hint.says).into_owned();
        paper.say(&says, Role::Text);
        if let Some(action) = &hint.action {
            let action = paper.filled(action).into_owned();
            code::code(paper, "text", &action);
        }
        helps(paper, step, hint);
    }
}

/// The command of the step that a hint names, and how to get to it.
fn helps(paper: &mut Paper<'_>, step: &Step, hint: &Hint) {
    let app = paper.app;
    let Some(at) = step.commands().position(|c| Some(&c.id) == hint.run.as_ref()) else { return };
    let Some(command) = step.commands().nth(at) else { return };
    let variant = app.seats.get(&step.place).and_then(|s| command.variant(s.shell)).or_else(|| command.variants.first());
    let Some(variant) = variant else { return };
    let text = app.text_of(step, command).unwrap_or_else(|_| paper.filled(&variant.text).into_owned());
    code::code(paper, variant.language.name(), &text);
    let says = if app.card(step) == Card::Command(at) {
        "It is in the box on the page: Enter there runs it.".to_owned()
    } else {
        format!("It is command {} of the step: ] goes to it.", at + 1)
    };
    paper.say(&says, Role::Dim);
}

/// What the step's last run printed, its checks saw, and the link said when it broke.
fn evidence(app: &App, step: &Step) -> String {
    let seat = app.seats.get(&step.place);
    let mut text = seat.and_then(|s| s.output.clone()).unwrap_or_default();
    if let Some(Link::Lost(Lost { why, .. }) | Link::Refused(why)) = seat.map(|s| &s.link) {
        text.push('\n');
        text.push_str(why);
    }
    for (index, _) in step.checks().enumerate() {
        if let Some(answer) = app.answer(step, index) {
            text.push('\n');
            text.push_str(&answer.seen);
        }
    }
    text
}
