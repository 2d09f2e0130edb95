//! The first row: where the learner is, which machine and shell, how far.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::Link;
use crate::app::Screen;
use crate::page::glyphs::Set;
use crate::page::glyphs::set;
use crate::page::marks;
use crate::page::wrap::columns;
use crate::page::wrap::cut;
use crate::session::HostKind;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

/// From this many columns on there is room for the long form.
const ROOMY: u16 = 110;

pub fn title(app: &App, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let set = set(app.appearance.glyphs);
    let style = theme.part(Part::Title);
    buffer.set_style(area, style);
    let right = match app.screen {
        Screen::Home => String::new(),
        Screen::Chapter => state(app, set, area.width),
    };
    let start = area.right().saturating_sub(u16::try_from(columns(&right)).unwrap_or(0) + 1);
    let room = usize::from(start.saturating_sub(area.x + 3));
    let crumbs = crumbs(app, set, room);
    draw::text(buffer, (area.x + 1, area.y), &crumbs, style, area.right());
    draw::text(buffer, (start, area.y), &right, style, area.right());
}

/// As much of the way to the step as fits, its end first.
fn crumbs(app: &App, set: &Set, room: usize) -> String {
    let between = format!(" {} ", set.crumb);
    if app.screen == Screen::Home {
        return cut("wci: the map of the course", room, set.ellipsis);
    }
    let mut parts = vec![app.course.title.clone()];
    if let Some(chapter) = app.chapter() {
        parts.push(format!("{} {}", app.chapter + 1, chapter.title));
        parts.push(app.step().map_or_else(|| "the end".to_owned(), |s| s.title.clone()));
    }
    for from in 0..parts.len() {
        let text = parts[from..].join(&between);
        if columns(&text) <= room {
            return text;
        }
        // A short form of the chapter is better than none of it.
        if from + 2 == parts.len() && from > 0 {
            let text = format!("{}{between}{}", app.chapter + 1, parts[from + 1]);
            if columns(&text) <= room {
                return text;
            }
        }
    }
    cut(parts.last().map_or("", String::as_str), room, set.ellipsis)
}

/// Machine, shell and progress.
fn state(app: &App, set: &Set, width: u16) -> String {
    let mut out = String::new();
    if width >= 60 {
        out.push_str(&machine(app, set));
        out.push_str("   ");
    }
    let Some(chapter) = app.chapter() else { return out };
    let (done, of) = app.tally(chapter);
    if width >= ROOMY {
        let (full, empty) = marks::bar(set, done, of, 10);
        out.push_str(&format!("{done} of {of} {full}{empty}"));
    } else {
        let (full, empty) = marks::bar(set, done, of, 7);
        out.push_str(&format!("{done}/{of} {full}{empty}"));
    }
    out
}

/// The place of the step: what stands behind it, and how its shell is.
fn machine(app: &App, set: &Set) -> String {
    let place = app.place();
    let Some(seat) = app.seats.get(&place) else { return place.name().to_owned() };
    let shell = seat.shell.title();
    let (sign, word) = match (&seat.host, &seat.link) {
        (HostKind::Rehearsal, _) => (set.down, "no machine"),
        (_, Link::Up) => (set.up, shell),
        (HostKind::Here, Link::Opening) => (set.busy, "shell starts"),
        (HostKind::Ssh(_), Link::Opening) => (set.busy, "connecting"),
        (_, Link::Closed) => (set.down, shell),
        (_, Link::Ended(_)) => (set.unmet, "shell ended"),
        (_, Link::Refused(_)) => (set.unmet, "no shell"),
        (_, Link::Lost(lost)) if lost.next.is_some() => (set.busy, "link lost"),
        (_, Link::Lost(_)) => (set.unmet, "no link"),
    };
    format!("{} {sign} {word}", place.name())
}
