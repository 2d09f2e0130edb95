//! The page of one step: its text in order, with the thing to do next in a box, its checks, and what folds away behind a key.

use crate::app::App;
use crate::app::Card;
use crate::app::CheckKind;
use crate::app::Remedy;
use crate::app::Standing;
use crate::course::Block;
use crate::course::Chapter;
use crate::course::Check;
use crate::course::Os;
use crate::course::Place;
use crate::course::Step;
use crate::course::Task;
use crate::page::Page;
use crate::page::Role;
use crate::page::blocks;
use crate::page::card;
use crate::page::checks;
use crate::page::marks;
use crate::page::paper::Paper;
use crate::page::wrap::Span;
use crate::page::wrap::columns;
use crate::session::HostKind;

pub fn step(app: &App, chapter: &Chapter, index: usize, width: usize) -> Page {
    let mut paper = Paper::new(app, Some(chapter), width);
    let Some(step) = chapter.steps.get(index) else { return paper.done() };
    if index == 0 && !chapter.intro.is_empty() {
        paper.say(&chapter.title, Role::Title);
        paper.gap();
        blocks::blocks(&mut paper, &chapter.intro);
        paper.gap();
        paper.rule();
        paper.gap();
    }
    heading(&mut paper, step);
    applies(&mut paper, step);
    if !matches!(app.card(step), Card::Command(_)) {
        desktop(&mut paper, step);
    }
    body(&mut paper, step);
    folded(&mut paper, step);
    ending(&mut paper, chapter, step, index);
    paper.done()
}

/// The title, and what is to be known of the step before it is read.
fn heading(paper: &mut Paper<'_>, step: &Step) {
    let dot = format!(" {} ", paper.set.dot);
    let mut facts = vec![step.place.name().to_owned()];
    facts.extend(step.os.map(|os| os.title().to_owned()));
    facts.extend(step.minutes.map(|m| format!("{m} min")));
    facts.extend(step.optional.then(|| "optional".to_owned()));
    let facts = facts.join(&dot);
    if columns(&step.title) + columns(&facts) + 3 <= paper.measure() {
        paper.line(&[(&step.title, Role::Title), ("   ", Role::Text), (&facts, Role::Dim)]);
    } else {
        paper.say(&step.title, Role::Title);
        paper.say(&facts, Role::Dim);
    }
    paper.gap();
}

/// Whether the step applies on this machine: said first where it does not, or where that is being asked.
fn applies(paper: &mut Paper<'_>, step: &Step) {
    if let Some(why) = paper.app.not_here(step) {
        let bar = format!("{} ", paper.set.note_bar);
        paper.push_bar(&bar, Role::Warning);
        let mark = format!("{} This step does not apply here", paper.set.not_here);
        paper.line(&[(&mark, Role::Warning)]);
        paper.say(&why, Role::Text);
        paper.say("You can still read it. n goes on.", Role::Dim);
        paper.pop_lead();
        paper.gap();
        return;
    }
    let asked = (0..step.needs().count()).any(|i| paper.app.is_asking(&step.id, CheckKind::Need, i));
    let known = (0..step.needs().count())
        .any(|i| paper.app.check_state(&step.id, CheckKind::Need, i).and_then(crate::app::known).is_some());
    if asked && !known {
        let text = format!("{} Asking whether this step applies here", paper.set.busy);
        paper.say(&text, Role::Busy);
        paper.gap();
    }
}

fn body(paper: &mut Paper<'_>, step: &Step) {
    let card = paper.app.card(step);
    let mut command = 0;
    let mut check = 0;
    let mut group: Vec<(usize, &Check)> = Vec::new();
    let mut first = true;
    for block in &step.blocks {
        match block {
            Block::Check(c) => {
                group.push((check, c));
                check += 1;
                continue;
            }
            // These stand elsewhere; checks on both sides of them are one list.
            Block::Undo(_) | Block::Need(_) | Block::Hint(_) => continue,
            _ => flush(paper, step, &mut group),
        }
        if !first {
            paper.gap();
        }
        first = false;
        match block {
            Block::Command(c) => {
                if card == Card::Command(command) {
                    desktop(paper, step);
                    card::card(paper, step, c, command);
                } else {
                    card::line(paper, step, c);
                }
                command += 1;
            }
            Block::Tasks(items) => tasks(paper, step, items, card == Card::Tasks),
            other => blocks::block(paper, other),
        }
    }
    flush(paper, step, &mut group);
}

/// Over SSH there is no desktop: said where the learner is about to act.
fn desktop(paper: &mut Paper<'_>, step: &Step) {
    let app = paper.app;
    let Some(HostKind::Ssh(address)) = app.seats.get(&step.place).map(|s| &s.host) else { return };
    if !step.desktop {
        return;
    }
    let bar = format!("{} ", paper.set.note_bar);
    paper.push_bar(&bar, Role::Important);
    paper.say("This step needs the machine's desktop", Role::Important);
    let client = match app.seats.get(&Place::Laptop).and_then(|s| s.os) {
        Some(Os::Windows) => format!("mstsc /v:{}", address.host),
        _ => format!("to {}", address.host),
    };
    let says =
        format!("Over SSH you would not see the windows it opens. Do it by Remote Desktop ({client}); its checks still count.");
    paper.say(&says, Role::Text);
    paper.pop_lead();
    paper.gap();
}

fn flush(paper: &mut Paper<'_>, step: &Step, group: &mut Vec<(usize, &Check)>) {
    if group.is_empty() {
        return;
    }
    paper.gap();
    checks::checks(paper, step, group);
    group.clear();
}

fn tasks(paper: &mut Paper<'_>, step: &Step, items: &[Task], current: bool) {
    let ticked = &paper.app.progress.step(&step.id).ticked;
    let set = paper.set;
    for item in items {
        let index = paper.task;
        paper.task += 1;
        let from = paper.here();
        paper.page.tasks.push((from, index));
        let here = paper.app.task == index;
        let (sign, role) = if ticked.contains(&item.key) { (set.done, Role::Done) } else { (set.optional, Role::Todo) };
        let (pointer, color) = if here { (set.here, Role::Here) } else { (" ", Role::Text) };
        let mark = format!("{pointer} {sign} ");
        paper.push_lead((&mark, if here { color } else { role }), ("    ", Role::Text));
        blocks::blocks(paper, &item.blocks);
        paper.pop_lead();
        if current && here {
            paper.page.card = Some(from..paper.here());
        }
    }
}

/// What a key unfolds.
fn folded(paper: &mut Paper<'_>, step: &Step) {
    let hints = step.hints().count();
    let undo = step.undo().count();
    if hints + undo > 0 {
        paper.gap();
    }
    let fold = format!("{} ", paper.set.fold);
    if hints > 0 {
        let causes = if hints == 1 { "cause" } else { "causes" };
        let text = format!("It failed? {} known {causes} ", marks::count(hints));
        paper.flow(&[Span::new(fold.clone(), Role::Bullet), Span::new(text, Role::Dim), Span::new("(h)", Role::Key)]);
    }
    if undo > 0 {
        paper.flow(&[Span::new(fold, Role::Bullet), Span::new("Undo this step ", Role::Dim), Span::new("(u)", Role::Key)]);
    }
}

/// How the step stands, and what Enter does where that is not a card's.
fn ending(paper: &mut Paper<'_>, chapter: &Chapter, step: &Step, index: usize) {
    let app = paper.app;
    let next = chapter.steps.get(index + 1).map_or("the end of the chapter", |s| s.title.as_str());
    let card = app.card(step);
    let set = paper.set;
    let (sign, role, says) = match app.standing(step) {
        Standing::Done => (set.done, Role::Done, "Done.".to_owned()),
        Standing::Warned => (set.warned, Role::Warned, "Done, with a warning.".to_owned()),
        Standing::ByHand if step.checks().next().is_none() && step.commands().next().is_none() => {
            (set.done, Role::Done, "Read.".to_owned())
        }
        Standing::ByHand => (set.done, Role::Done, "Done by hand: you said so. t takes that back.".to_owned()),
        Standing::Skipped => (set.skipped, Role::Faint, "Skipped. t marks it done by hand.".to_owned()),
        Standing::NotHere(_) => (set.not_here, Role::Faint, "Nothing to do here.".to_owned()),
        Standing::Failed(_) if step.hints().next().is_some() => {
            (set.unmet, Role::Unmet, "Not met. h shows known causes.".to_owned())
        }
        Standing::Failed(why) => {
            (set.unmet, Role::Unmet, if step.checks().next().is_some() { "Not met.".into() } else { format!("Not met: {why}.") })
        }
        Standing::Todo | Standing::Running | Standing::Unknown(_) => ("", Role::Text, String::new()),
    };
    let by_hand = matches!(app.standing(step), Standing::Unknown(_)) && app.remedy(step) == Remedy::ByHand;
    let enter = match card {
        Card::Next => format!("Enter goes on to: {next}"),
        Card::Read => "Enter: read, go on.".to_owned(),
        Card::Tasks => "Space or Enter ticks the item at the pointer.".to_owned(),
        Card::Ask if app.reaches(step.place) && by_hand => Remedy::ByHand.says().to_owned(),
        Card::Ask if app.reaches(step.place) => "Enter asks the checks again; t marks it done by hand.".to_owned(),
        Card::Ask => "No machine is connected for its checks: do it there, then t marks it done.".to_owned(),
        Card::Command(_) => String::new(),
    };
    if says.is_empty() && enter.is_empty() {
        return;
    }
    paper.gap();
    let from = paper.here();
    let mut spans = Vec::new();
    if !says.is_empty() {
        spans.push(Span::new(format!("{sign} {says} "), role));
    }
    spans.push(Span::new(enter, Role::Key));
    paper.flow(&spans);
    if paper.page.card.is_none() {
        paper.page.card = Some(from..paper.here());
    }
}
