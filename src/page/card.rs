//! Commands: a box for the one to do next, with all there is to know before Enter; a bar and a mark for the others.

use crate::app::App;
use crate::app::Link;
use crate::app::QUIET;
use crate::app::Remedy;
use crate::app::Run;
use crate::app::Seat;
use crate::app::Standing;
use crate::app::Untyped;
use crate::course::Command;
use crate::course::Step;
use crate::layout::MEASURE;
use crate::page::Piece;
use crate::page::Role;
use crate::page::code;
use crate::page::glyphs::set;
use crate::page::marks::clock;
use crate::page::marks::span;
use crate::page::paper::Paper;
use crate::page::wrap::Span;
use crate::page::wrap::columns;
use crate::page::wrap::push;
use crate::page::wrap::wrap;

/// What the shell of the place is given, and in which language it is coloured.
struct Text {
    language: &'static str,
    text: String,
    untyped: Option<Untyped>,
}

/// The box of the command that Enter runs.
pub fn card(paper: &mut Paper<'_>, step: &Step, command: &Command, index: usize) {
    let text = text(paper, step, command);
    let room = width(paper, &text.text);
    let inside = room.saturating_sub(4).max(2);
    let from = paper.here();
    let badges = badges(command, &text);
    let order = match step.commands().count() {
        0 | 1 => String::new(),
        count => format!("{} of {count} (])", index + 1),
    };
    let rest = top(paper, &badges, &order, room);
    if !rest.is_empty() {
        let joined = rest.iter().map(|(t, _)| t.as_str()).collect::<Vec<_>>().join(&format!(" {} ", paper.set.dot));
        boxed(paper, wrap(&[Span::new(joined, Role::Alarm)], inside), room);
    }
    let rows = code::rows(paper, text.language, &text.text, inside);
    boxed(paper, rows, room);
    if let Some(changes) = &command.changes {
        let spans = [Span::new("changes: ", Role::Dim), Span::new(paper.filled(changes).into_owned(), Role::Dim)];
        boxed(paper, wrap(&spans, inside.min(usize::from(MEASURE))), room);
    }
    let (says, keys) = foot(paper.app, step, command, &text);
    for line in says {
        boxed(paper, wrap(&[Span::new(line, Role::Advice)], inside.min(usize::from(MEASURE))), room);
    }
    bottom(paper, &keys, room);
    paper.page.card = Some(from..paper.here());
}

/// A command that is not the next thing to do.
pub fn line(paper: &mut Paper<'_>, step: &Step, command: &Command) {
    let text = text(paper, step, command);
    let set = paper.set;
    let record = paper.app.progress.step(&step.id);
    let (sign, role, word) = match record.finished.get(&command.id) {
        Some(Some(status)) if *status != 0 && !command.interactive => {
            (set.unmet, Role::Unmet, format!("ended with status {status}"))
        }
        Some(_) => (set.done, Role::Done, "ran".to_owned()),
        None if command.optional => (set.optional, Role::Todo, "optional".to_owned()),
        None => (set.todo, Role::Todo, String::new()),
    };
    let (first, rest) = (format!("{sign} {} ", set.code_bar), format!("  {} ", set.code_bar));
    paper.push_lead((&first, role), (&rest, Role::Line));
    let room = paper.room();
    let rows = code::rows(paper, text.language, &text.text, room);
    let last = rows.len().saturating_sub(1);
    for (i, mut row) in rows.into_iter().enumerate() {
        let used: usize = row.iter().map(|p| columns(&p.text)).sum();
        if i == last && !word.is_empty() && used + word.len() + 3 <= room {
            push(&mut row, &format!("   {word}"), Role::Dim);
        }
        paper.row(row);
    }
    paper.pop_lead();
}

fn text(paper: &Paper<'_>, step: &Step, command: &Command) -> Text {
    let seat = paper.app.seats.get(&step.place);
    let variant = seat.and_then(|s| command.variant(s.shell)).or_else(|| command.variants.first());
    let language = variant.map_or("text", |v| v.language.name());
    // What runs is what is shown, edited or not.
    if let Some(run) = paper.app.runs(&step.id).filter(|r| r.command == command.id && !r.undo) {
        return Text { language, text: run.text.clone(), untyped: None };
    }
    match paper.app.text_of(step, command) {
        Ok(text) => Text { language, text, untyped: None },
        Err(untyped) => {
            let text = variant.map_or(String::new(), |v| paper.filled(&v.text).into_owned());
            Text { language, text, untyped: Some(untyped) }
        }
    }
}

/// The columns of the box: wider than prose only where a line needs it.
fn width(paper: &Paper<'_>, text: &str) -> usize {
    let widest = text.lines().map(columns).max().unwrap_or(0);
    (widest + 4).max(paper.measure()).min(paper.room())
}

fn badges(command: &Command, text: &Text) -> Vec<(String, Role)> {
    let shell = command.variants.iter().find(|v| v.language.name() == text.language).map_or("", |v| v.language.title());
    let mut out = vec![(shell.to_owned(), Role::Badge)];
    let mut add = |on: bool, text: String, role: Role| {
        if on {
            out.push((text, role));
        }
    };
    add(command.elevated, "elevated".into(), Role::Alarm);
    add(command.restart, "restarts".into(), Role::Alarm);
    if let Some(size) = &command.download {
        add(true, format!("downloads {size}"), Role::Badge);
    }
    if let Some(time) = command.typical {
        add(true, format!("about {}", span(time)), Role::Badge);
    }
    add(command.interactive, "interactive".into(), Role::Badge);
    add(command.optional, "optional".into(), Role::Badge);
    out
}

/// The upper border with as many badges as fit; the others are returned.
fn top<'b>(paper: &mut Paper<'_>, badges: &'b [(String, Role)], order: &str, room: usize) -> &'b [(String, Role)] {
    let l = &paper.set.line;
    let mut row = Vec::new();
    push(&mut row, &format!("{}{}", l.tl, l.h), Role::CardLine);
    let mut used = 2;
    let mut shown = 0;
    for (index, (text, role)) in badges.iter().enumerate() {
        let before = if index == 0 { " ".to_owned() } else { format!(" {} ", paper.set.dot) };
        // A space and a corner follow.
        if used + columns(&before) + columns(text) + 3 > room {
            break;
        }
        push(&mut row, &before, Role::CardLine);
        push(&mut row, text, *role);
        used += columns(&before) + columns(text);
        shown += 1;
    }
    if shown > 0 {
        push(&mut row, " ", Role::CardLine);
        used += 1;
    }
    if shown == badges.len() && !order.is_empty() && used + columns(order) + 6 <= room {
        let fill = room - used - columns(order) - 4;
        push(&mut row, &format!("{} ", l.h.repeat(fill)), Role::CardLine);
        push(&mut row, order, Role::Dim);
        push(&mut row, &format!(" {}{}", l.h, l.tr), Role::CardLine);
    } else {
        push(&mut row, &format!("{}{}", l.h.repeat(room.saturating_sub(used + 1)), l.tr), Role::CardLine);
    }
    paper.row(row);
    &badges[shown..]
}

/// Rows between the sides of the box.
fn boxed(paper: &mut Paper<'_>, rows: Vec<Vec<Piece>>, room: usize) {
    let side = paper.set.line.v;
    for pieces in rows {
        let used: usize = pieces.iter().map(|p| columns(&p.text)).sum();
        let mut row = Vec::with_capacity(pieces.len() + 2);
        push(&mut row, &format!("{side} "), Role::CardLine);
        row.extend(pieces);
        let fill = room.saturating_sub(used + 3);
        push(&mut row, &format!("{}{side}", " ".repeat(fill)), Role::CardLine);
        paper.row(row);
    }
}

/// The lower border with what fits of what the keys do.
fn bottom(paper: &mut Paper<'_>, keys: &[String], room: usize) {
    let l = &paper.set.line;
    let dot = format!(" {} ", paper.set.dot);
    let mut text = String::new();
    for key in keys {
        let more = if text.is_empty() { key.clone() } else { format!("{text}{dot}{key}") };
        if columns(&more) + 6 > room {
            break;
        }
        text = more;
    }
    let mut row = Vec::new();
    if text.is_empty() {
        push(&mut row, &format!("{}{}{}", l.bl, l.h.repeat(room.saturating_sub(2)), l.br), Role::CardLine);
    } else {
        let fill = room - columns(&text) - 6;
        push(&mut row, &format!("{}{} ", l.bl, l.h.repeat(fill)), Role::CardLine);
        push(&mut row, &text, Role::Key);
        push(&mut row, &format!(" {}{}{}", l.h, l.h, l.br), Role::CardLine);
    }
    paper.row(row);
}

/// What is to be said in the box, and what the keys do.
fn foot(app: &App, step: &Step, command: &Command, text: &Text) -> (Vec<String>, Vec<String>) {
    let say = |says: &str, keys: &[&str]| (vec![says.to_owned()], keys.iter().map(|k| (*k).to_owned()).collect());
    if let (Some(run), Some(seat)) = (app.runs(&step.id).filter(|r| r.command == command.id), app.seats.get(&step.place)) {
        return running(app, command, run, seat);
    }
    if !app.reaches(step.place) {
        return say(
            "Your Windows machine runs this; no machine is connected (v says where it is): do it there, then t marks it done.",
            &["t done by hand", "y copy"],
        );
    }
    if matches!(app.standing(step), Standing::NotHere(_)) {
        return (Vec::new(), vec!["n next".into(), "t done by hand".into()]);
    }
    let restart = app.restart.as_ref().filter(|r| r.step == step.id);
    if restart.is_some_and(|r| r.moves() || r.holds()) {
        return say("This restart is not over yet.", &["Enter shows how far it is"]);
    }
    match &text.untyped {
        Some(Untyped::Missing(name)) => (Vec::new(), vec![format!("Enter asks for {name}")]),
        Some(Untyped::Shell(why)) => say(why, &["y copy", "t done by hand"]),
        None => (why(app, step, command), ready(app, step, command)),
    }
}

/// What speaks for this command: the known cause it helps against, or what its last run came to.
fn why(app: &App, step: &Step, command: &Command) -> Vec<String> {
    let helps = app.way_out(step).filter(|(_, hint)| hint.run.as_ref() == Some(&command.id) && !app.asks(&step.id));
    match helps {
        Some((_, hint)) => vec![hint.says.clone()],
        None => outcome(app, step, command),
    }
}

/// What the last run came to, said here as well as below: the checks may be out of view.
fn outcome(app: &App, step: &Step, command: &Command) -> Vec<String> {
    if !app.progress.step(&step.id).finished.contains_key(&command.id) {
        return Vec::new();
    }
    if app.asks(&step.id) {
        return vec!["It has ended. Its checks are being asked.".into()];
    }
    let sign = set(app.appearance.glyphs).unmet;
    match app.standing(step) {
        Standing::Failed(why) if step.hints().next().is_some() => vec![format!("{sign} Not met: {why}. h shows known causes.")],
        Standing::Failed(why) => vec![format!("{sign} Not met: {why}.")],
        Standing::Unknown(why) => {
            let (sign, remedy) = (set(app.appearance.glyphs).unknown, app.remedy(step));
            let what = if remedy == Remedy::RunAgain { "Not known" } else { "Could not ask" };
            vec![format!("{sign} {what}: {why}. {}", remedy.says())]
        }
        _ => Vec::new(),
    }
}

fn ready(app: &App, step: &Step, command: &Command) -> Vec<String> {
    let record = app.progress.step(&step.id);
    let link = app.seats.get(&step.place).map(|s| &s.link);
    let mut out: Vec<String> = Vec::new();
    if app.next_try().is_some() {
        return vec!["out of reach: Enter tries now".into(), ". stops trying".into()];
    }
    match record.finished.get(&command.id) {
        Some(Some(0) | None) => out.push("Enter runs it again".into()),
        Some(Some(status)) if command.interactive => out.push(format!("it ended with status {status}, Enter runs it again")),
        Some(Some(status)) => out.push(format!("ended with status {status}, Enter tries again")),
        None if matches!(link, Some(Link::Ended(_) | Link::Refused(_))) => {
            out.push("r starts a shell, then Enter runs this".into())
        }
        None if command.restart => out.push("Enter shows what a restart would do".into()),
        None => out.push("Enter runs this".into()),
    }
    out.push("e edit".into());
    if step.undo().next().is_some() {
        out.push("u undo".into());
    }
    out
}

fn running(app: &App, command: &Command, run: &Run, seat: &Seat) -> (Vec<String>, Vec<String>) {
    let took = app.now.saturating_sub(run.started);
    let mut says = Vec::new();
    if seat.run.is_none() {
        return (says, vec!["waits for the shell's prompt".into(), "Ctrl-C takes it back".into()]);
    }
    if let Some(status) = run.status {
        let with = status.map_or(String::new(), |s| format!(" with status {s}"));
        return (says, vec![format!("ended{with} after {}, the prompt is awaited", clock(took))]);
    }
    let typical = command.typical.filter(|t| u128::from(took) > t.as_millis());
    if let Some(typical) = typical {
        says.push(format!("Longer than usual ({}).", span(typical)));
    }
    if run.interactive {
        says.push(format!("It has the keys: type in the terminal. {} brings you back here.", app.leave));
    } else if app.now.saturating_sub(seat.heard.max(run.started)) > QUIET {
        says.push("Quiet: it may be waiting for you (Tab to type). Finished? Enter".into());
    }
    let state = if run.stopping {
        "stopping"
    } else if run.undo {
        "undoing"
    } else {
        "running"
    };
    (says, vec![format!("{state} {}", clock(took)), "Ctrl-C stops".into()])
}
