//! What each dialog says, as rows for the panel that `view` draws over the screen.

use crate::app::App;
use crate::app::Card;
use crate::app::Input;
use crate::app::Overlay;
use crate::app::Untyped;
use crate::course::Hint;
use crate::course::Step;
use crate::judge;
use crate::layout;
use crate::page::Role;
use crate::page::Row;
use crate::page::code;
use crate::page::help;
use crate::page::marks;
use crate::page::page;
use crate::page::paper::Paper;
use crate::page::place;
use crate::page::restart;
use crate::page::wrap::Span;
use crate::page::wrap::chop;
use crate::page::wrap::columns;

/// The widest panel of text; help may be wider.
const WIDEST: u16 = 84;

/// A dialog, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    pub title: String,
    pub rows: Vec<Row>,
    /// The columns the rows were laid out for.
    pub width: usize,
    /// The row that is chosen: it is marked, and kept in view.
    pub chosen: Option<usize>,
    /// Where the text cursor stands: row and column.
    pub cursor: Option<(usize, usize)>,
    /// The first row shown, as far as the panel's height allows.
    pub scroll: usize,
}

/// The dialog on the screen. A search is typed into the status line and has no panel.
pub fn dialog(app: &App) -> Option<Sheet> {
    let overlay = app.overlay.as_ref()?;
    let width = width(app, overlay);
    let mut paper = Paper::new(app, app.chapter(), width);
    let mut sheet = Sheet { width, ..Sheet::default() };
    match overlay {
        Overlay::Help { scroll } => {
            let rows = help::help(app, width);
            return Some(Sheet { title: "Keys".into(), rows, scroll: *scroll, ..sheet });
        }
        Overlay::Outline { choice } => outline(&mut paper, &mut sheet, *choice),
        Overlay::Hints { scroll } => {
            sheet.title = "It failed?".into();
            sheet.scroll = *scroll;
            hints(&mut paper);
        }
        Overlay::Undo { command } => undo(&mut paper, &mut sheet, *command),
        Overlay::Links { choice } => links(&mut paper, &mut sheet, *choice),
        Overlay::Ask { value, input, error } => ask(&mut paper, &mut sheet, value, input, error.as_deref()),
        Overlay::Edit { input } => {
            sheet.title = "Edit the command".into();
            sheet.cursor = Some(field(&mut paper, input));
            paper.gap();
            paper.say("It runs as it stands here, and the journal says that you edited it.", Role::Dim);
        }
        Overlay::Search { .. } => return None,
        Overlay::Quit => quit(&mut paper, &mut sheet),
        Overlay::Ended => ended(&mut paper, &mut sheet),
        Overlay::Elevate(_) => elevate(&mut paper, &mut sheet),
        Overlay::Place { choice, input, error } => place::place(&mut paper, &mut sheet, *choice, input, error.as_deref()),
        Overlay::Restart { details } => restart::sheet(&mut paper, &mut sheet, *details),
    }
    sheet.rows = paper.done().rows;
    Some(sheet)
}

/// How many places the dialog on the screen can be scrolled to: one, when all of it is in view.
pub fn overlay_rows(app: &App) -> usize {
    // The title, the status line and the border take four rows.
    let height = usize::from(app.size.rows.saturating_sub(4));
    dialog(app).map_or(0, |sheet| sheet.rows.len().saturating_sub(height) + 1)
}

fn width(app: &App, overlay: &Overlay) -> usize {
    // In a window of 80 columns the border then stands on the line of the rail, and the marks stay readable.
    let around = if app.size.columns < 60 { 8 } else { 12 };
    let free = app.size.columns.saturating_sub(around);
    let most = match overlay {
        Overlay::Help { .. } => 130,
        Overlay::Edit { .. } => 110,
        Overlay::Place { .. } => 72,
        Overlay::Quit | Overlay::Ended | Overlay::Elevate(_) => 64,
        Overlay::Restart { .. } => 76,
        Overlay::Outline { .. }
        | Overlay::Hints { .. }
        | Overlay::Undo { .. }
        | Overlay::Links { .. }
        | Overlay::Ask { .. }
        | Overlay::Search { .. } => WIDEST,
    };
    usize::from(free.min(most)).max(8)
}

fn outline(paper: &mut Paper<'_>, sheet: &mut Sheet, choice: usize) {
    let app = paper.app;
    let Some(chapter) = app.chapter() else { return };
    let (done, of) = app.tally(chapter);
    sheet.title = format!("{} {} {done} of {of}", chapter.title, paper.set.dot);
    for (index, step) in chapter.steps.iter().enumerate() {
        if index == choice {
            sheet.chosen = Some(paper.here());
        }
        outline_row(paper, index, step);
    }
}

fn outline_row(paper: &mut Paper<'_>, index: usize, step: &Step) {
    let app = paper.app;
    let mark = marks::mark(app, step);
    let here = if index == app.step { paper.set.here } else { " " };
    let number = format!("{here} {:>2} ", index + 1);
    let sign = format!("{} ", mark.sign);
    let mut facts = vec![mark.word.to_owned(), step.place.name().to_owned()];
    facts.extend(step.os.map(|os| os.title().to_owned()));
    facts.extend(step.minutes.map(|m| format!("{m} min")));
    let facts = facts.join(&format!(" {} ", paper.set.dot));
    let used = columns(&number) + columns(&sign);
    let title_room = paper.width.saturating_sub(used + columns(&facts) + 2);
    if title_room < 12 {
        let title = crate::page::wrap::cut(&step.title, paper.width.saturating_sub(used), paper.set.ellipsis);
        paper.line(&[(&number, Role::Here), (&sign, mark.role), (&title, Role::Text)]);
        return;
    }
    let title = crate::page::wrap::cut(&step.title, title_room, paper.set.ellipsis);
    let gap = " ".repeat(paper.width.saturating_sub(used + columns(&title) + columns(&facts)));
    paper.line(&[(&number, Role::Here), (&sign, mark.role), (&title, Role::Text), (&gap, Role::Text), (&facts, Role::Dim)]);
}

/// Those that match what was printed and seen come first.
fn hints(paper: &mut Paper<'_>) {
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

/// What the step's last run printed and its checks saw.
fn evidence(app: &App, step: &Step) -> String {
    let mut text = app.seats.get(&step.place).and_then(|s| s.output.clone()).unwrap_or_default();
    for (index, _) in step.checks().enumerate() {
        if let Some(answer) = app.answer(step, index) {
            text.push('\n');
            text.push_str(&answer.seen);
        }
    }
    text
}

fn undo(paper: &mut Paper<'_>, sheet: &mut Sheet, chosen: usize) {
    let app = paper.app;
    let Some(step) = app.step() else { return };
    sheet.title = "Undo this step".into();
    let count = step.undo().count();
    for (index, command) in step.undo().enumerate() {
        paper.gap();
        if count > 1 {
            let sign = if index == chosen { paper.set.here } else { " " };
            let text = format!("{sign} {} of {count}", index + 1);
            paper.line(&[(&text, if index == chosen { Role::Here } else { Role::Dim })]);
        }
        if index == chosen {
            sheet.chosen = Some(paper.here()).filter(|_| count > 1);
        }
        let variant = app.seats.get(&step.place).and_then(|s| command.variant(s.shell)).or_else(|| command.variants.first());
        let language = variant.map_or("text", |v| v.language.name());
        let (text, why) = match app.text_of(step, command) {
            Ok(text) => (text, None),
            Err(untyped) => (variant.map_or(String::new(), |v| paper.filled(&v.text).into_owned()), Some(untyped)),
        };
        code::code(paper, language, &text);
        if command.elevated {
            paper.say("It needs administrator (root) rights.", Role::Alarm);
        }
        if let Some(changes) = &command.changes {
            let text = format!("changes: {}", paper.filled(changes));
            paper.say(&text, Role::Dim);
        }
        match why {
            Some(Untyped::Shell(why)) => paper.say(&why, Role::Advice),
            Some(Untyped::Missing(name)) => paper.say(&format!("Enter asks for {name} first."), Role::Advice),
            None => {}
        }
    }
    paper.gap();
    paper.say("Enter runs exactly this. What was known of the step is put aside; its checks are asked anew.", Role::Dim);
}

fn links(paper: &mut Paper<'_>, sheet: &mut Sheet, choice: usize) {
    sheet.title = "Links of this page".into();
    let links = page(paper.app, layout::layout(paper.app).prose.width).links;
    for (index, link) in links.iter().enumerate() {
        if index == choice {
            sheet.chosen = Some(paper.here());
        }
        let lead = format!("{} [{}] ", if index == choice { paper.set.here } else { " " }, link.number);
        let indent = " ".repeat(columns(&lead));
        paper.push_lead((&lead, Role::LinkNumber), (&indent, Role::Text));
        paper.say(&link.url, Role::Link);
        paper.pop_lead();
    }
}

fn ask(paper: &mut Paper<'_>, sheet: &mut Sheet, name: &str, input: &Input, error: Option<&str>) {
    sheet.title = format!("A value: {name}");
    let value = paper.app.value(name);
    let asks = value.map_or(name, |v| v.asks.as_str()).to_owned();
    paper.say(&asks, Role::Text);
    if let Some(example) = value.and_then(|v| v.example.clone()) {
        paper.say(&format!("For example {example}"), Role::Dim);
    }
    paper.gap();
    sheet.cursor = Some(field(paper, input));
    if let Some(why) = error {
        let text = format!("{} {why}", paper.set.unmet);
        paper.say(&text, Role::Unmet);
    }
    paper.gap();
    paper.say("It is kept for this chapter. Passwords are never asked for here.", Role::Dim);
}

/// A text being typed, and where its cursor is: row and column.
pub fn field(paper: &mut Paper<'_>, input: &Input) -> (usize, usize) {
    let bar = format!("{} ", paper.set.code_bar);
    paper.push_bar(&bar, Role::Here);
    let (room, from) = (paper.room(), paper.here());
    let before: String = input.text.chars().take(input.cursor).collect();
    let (mut row, mut column) = (0, 0);
    let at_line = before.matches('\n').count();
    for (index, line) in input.text.split('\n').enumerate() {
        let line = line.replace('\t', " ");
        let rows = chop(&[(&line, Role::Input)], room, room);
        if index == at_line {
            let typed = before.rsplit('\n').next().unwrap_or_default().replace('\t', " ");
            let part = chop(&[(&typed, Role::Input)], room, room);
            row = paper.here() - from + part.len() - 1;
            column = part.last().map_or(0, |r| r.iter().map(|p| columns(&p.text)).sum());
        }
        for pieces in rows {
            paper.row(pieces);
        }
    }
    let lead = paper.width - room;
    // At the end of a full row the cursor stands on its last column.
    let at = (from + row, (lead + column).min(paper.width.saturating_sub(1)));
    paper.pop_lead();
    at
}

fn quit(paper: &mut Paper<'_>, sheet: &mut Sheet) {
    sheet.title = "Quit?".into();
    match paper.app.running() {
        Some((place, run)) => {
            let text = format!("This runs on the {}:", place.name());
            paper.say(&text, Role::Text);
            code::code(paper, "text", &run.text);
            paper.gap();
            paper.say("Quitting ends its shell and everything that runs in it. Progress is already written: the next start comes back to this step.", Role::Text);
        }
        None => paper.say("Nothing runs. Progress is already written.", Role::Text),
    }
    paper.gap();
    paper.flow(&[
        Span::new("Enter", Role::Key),
        Span::new(" quits, ", Role::Text),
        Span::new("Ctrl-C", Role::Key),
        Span::new(" stops what runs, ", Role::Text),
        Span::new("Esc", Role::Key),
        Span::new(" stays.", Role::Text),
    ]);
}

fn ended(paper: &mut Paper<'_>, sheet: &mut Sheet) {
    let waits = paper.app.waits();
    sheet.title = if waits { "Is the prompt there?" } else { "Has it ended?" }.into();
    if let Some((_, run)) = paper.app.running() {
        code::code(paper, "text", &run.text.clone());
        paper.gap();
    }
    let (why, go, stop) = if waits {
        (
            "The shell has not said yet that what you typed into it ended. If you see its prompt, it has.",
            " type it, ",
            " drop it, ",
        )
    } else {
        (
            "The shell has not said yet that this command ended. If you see its prompt, it has: then the checks decide.",
            " it has ended, ",
            " stop it, ",
        )
    };
    paper.say(why, Role::Text);
    paper.gap();
    paper.flow(&[
        Span::new("Enter", Role::Key),
        Span::new(go, Role::Text),
        Span::new("Ctrl-C", Role::Key),
        Span::new(stop, Role::Text),
        Span::new("Esc", Role::Key),
        Span::new(" wait on.", Role::Text),
    ]);
}

fn elevate(paper: &mut Paper<'_>, sheet: &mut Sheet) {
    sheet.title = "Administrator's rights".into();
    paper.say("This command needs administrator's rights, and this window does not have them.", Role::Text);
    paper.gap();
    paper.say(
        "wci can start anew as administrator, on this step, in a window of its own. Windows asks you first. This window then closes; your progress is already written.",
        Role::Text,
    );
    paper.gap();
    paper.flow(&[
        Span::new("Enter", Role::Key),
        Span::new(" reopens wci as administrator, ", Role::Text),
        Span::new("Esc", Role::Key),
        Span::new(" stays here.", Role::Text),
    ]);
}
