//! The terminal: its frame, and the shell's screen inside it, cell by cell into the buffer.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::style::Modifier;
use ratatui::style::Style;

use crate::app::App;
use crate::app::Focus;
use crate::app::Link;
use crate::app::Seat;
use crate::course::Place;
use crate::layout::Areas;
use crate::page::Role;
use crate::page::Row;
use crate::page::glyphs::set;
use crate::page::wrap::Span;
use crate::page::wrap::columns;
use crate::page::wrap::cut;
use crate::page::wrap::wrap;
use crate::session::Ending;
use crate::session::HostKind;
use crate::terminal::Cell;
use crate::terminal::Colour;
use crate::terminal::Terminal;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

pub fn screen(app: &App, frame: &mut Frame<'_>, areas: &Areas, theme: &Theme) {
    border(app, frame.buffer_mut(), areas, theme);
    let Some(seat) = app.seat() else { return };
    cells(&seat.terminal, frame.buffer_mut(), areas.terminal, theme);
    if let Some(says) = message(app, seat) {
        words(frame.buffer_mut(), areas.terminal, &says, theme);
    } else if app.focus == Focus::Terminal && app.overlay.is_none() {
        cursor(&seat.terminal, frame, areas.terminal);
    }
}

/// What the shell shows, cell by cell. Nothing is allocated: a frame of a flood costs no more than a still one.
fn cells(terminal: &Terminal, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let area = area.intersection(buffer.area);
    let mut extra = String::new();
    terminal.for_each_cell(|row, column, cell| {
        if column + u16::from(cell.width) > area.width || row >= area.height {
            return;
        }
        let (x, y) = (area.x + column, area.y + row);
        let target = &mut buffer[(x, y)];
        let shown = if cell.hidden || cell.ch.is_control() { ' ' } else { cell.ch };
        target.set_char(shown);
        if !cell.extra.is_empty() && !cell.hidden {
            extra.clear();
            extra.push(shown);
            extra.extend(cell.extra);
            // A sign that the outer terminal would draw wider than its cell stays without what makes it so.
            if columns(&extra) == usize::from(cell.width) {
                target.set_symbol(&extra);
            }
        }
        let style = style(cell, theme);
        target.set_style(style);
        if cell.width == 2 {
            buffer[(x + 1, y)].set_char(' ').set_style(style);
        }
    });
}

fn style(cell: &Cell<'_>, theme: &Theme) -> Style {
    let mut style = Style::new();
    style.fg = colour(cell.foreground).and_then(|c| theme.outside(c));
    style.bg = colour(cell.background).and_then(|c| theme.outside(c));
    let mut with = Modifier::empty();
    with.set(Modifier::BOLD, cell.bold);
    with.set(Modifier::DIM, cell.dim);
    with.set(Modifier::ITALIC, cell.italic);
    with.set(Modifier::UNDERLINED, cell.underline);
    with.set(Modifier::REVERSED, cell.reverse);
    with.set(Modifier::CROSSED_OUT, cell.strike);
    style.add_modifier(with)
}

fn colour(colour: Colour) -> Option<Color> {
    match colour {
        Colour::Default => None,
        Colour::Indexed(n) => Some(Color::Indexed(n)),
        Colour::Rgb(r, g, b) => Some(Color::Rgb(r, g, b)),
    }
}

fn cursor(terminal: &Terminal, frame: &mut Frame<'_>, area: Rect) {
    let Some(cursor) = terminal.cursor() else { return };
    if cursor.column < area.width && cursor.row < area.height {
        frame.set_cursor_position(Position::new(area.x + cursor.column, area.y + cursor.row));
    }
}

fn border(app: &App, buffer: &mut Buffer, areas: &Areas, theme: &Theme) {
    let set = set(app.appearance.glyphs);
    let focused = app.focus == Focus::Terminal;
    let (lines, style) =
        if focused { (&set.heavy, theme.part(Part::FocusedBorder)) } else { (&set.line, theme.part(Part::Border)) };
    let area = areas.frame;
    draw::line(buffer, Rect { height: 1, ..area }, lines.h, style);
    if areas.wide {
        let bottom = area.bottom().saturating_sub(1);
        draw::line(buffer, Rect { y: bottom, height: 1, ..area }, lines.h, style);
        draw::line(buffer, Rect { width: 1, ..area }, lines.v, style);
        draw::line(buffer, Rect { x: area.right().saturating_sub(1), width: 1, ..area }, lines.v, style);
        let right = area.right().saturating_sub(1);
        for (x, y, sign) in
            [(area.x, area.y, lines.tl), (right, area.y, lines.tr), (area.x, bottom, lines.bl), (right, bottom, lines.br)]
        {
            draw::text(buffer, (x, y), sign, style, area.right());
        }
    }
    let label = label(app);
    let room = usize::from(area.width).saturating_sub(6);
    let label = format!(" {} ", cut(&label, room, set.ellipsis));
    let end = draw::text(
        buffer,
        (area.x + 2, area.y),
        &label,
        theme.part(if focused { Part::FocusedLabel } else { Part::Label }),
        area.right(),
    );
    let how = if focused { format!(" keys go here {} {} back ", set.dot, app.leave) } else { " Tab type here ".to_owned() };
    let y = if areas.wide { area.bottom().saturating_sub(1) } else { area.y };
    let start = area.right().saturating_sub(u16::try_from(columns(&how)).unwrap_or(0) + 2);
    if y != area.y || start > end {
        draw::text(buffer, (start, y), &how, style, area.right());
    }
}

/// Whose terminal this is.
fn label(app: &App) -> String {
    let Some(seat) = app.seat() else { return "terminal".into() };
    let mut label = seat.label.clone();
    if app.place() == Place::Vm && !app.reaches(Place::Vm) {
        label.push_str(", not the vm");
    }
    if seat.terminal.scrolled() > 0 {
        label.push_str(&format!(": {} of {} lines back, Shift-PgDn", seat.terminal.scrolled(), seat.terminal.history()));
    } else if let Some(folder) = &seat.folder {
        label.push_str(&format!("  {folder}"));
    }
    label
}

/// What is to be said where there is no living shell to show.
fn message(app: &App, seat: &Seat) -> Option<String> {
    if seat.host == HostKind::Rehearsal {
        return Some("No machine is connected here.".into());
    }
    match &seat.link {
        Link::Up => None,
        Link::Closed => Some("The shell starts when you need it. Tab starts it now.".into()),
        // What ssh asks stands there, and is to be seen.
        Link::Opening if matches!(seat.host, HostKind::Ssh(_)) => {
            (!seat.is_asked()).then(|| format!("Connecting to {}.", seat.label.trim_start_matches("vm: ")))
        }
        Link::Opening => Some(format!("{} is starting.", seat.shell.title())),
        // It goes down with its machine.
        Link::Ended(_) if app.restart.as_ref().is_some_and(|r| r.place == app.shown() && r.expects_loss()) => None,
        Link::Ended(ending) => {
            let how = match ending {
                Ending::Exited(0) => "The shell has ended.".to_owned(),
                Ending::Exited(status) => format!("The shell has ended with {status}."),
                Ending::Killed(signal) => format!("The shell was ended by signal {signal}."),
                Ending::Unknown => "The shell has ended; how is not known.".to_owned(),
            };
            let back = if app.focus == Focus::Terminal { format!("{} goes back, then ", app.leave) } else { String::new() };
            Some(format!("{how} {back}r starts a new one."))
        }
        Link::Lost(lost) => Some(match lost.next {
            Some(next) => {
                let (dot, left) = (set(app.appearance.glyphs).dot, next.saturating_sub(app.now).div_ceil(1000));
                let key = if app.shows_restart() { "r" } else { "Enter or r" };
                format!("{}\nNext try in {left} s {dot} {key} tries now {dot} . stops trying", lost.why)
            }
            None => format!("{} r tries again.", lost.why),
        }),
        Link::Refused(why) => Some(format!("{why} r tries again.")),
    }
}

/// A sentence at the bottom of the pane, over whatever the shell left there.
fn words(buffer: &mut Buffer, area: Rect, text: &str, theme: &Theme) {
    let width = usize::from(area.width.saturating_sub(2)).max(2);
    let lines: Vec<_> = text.lines().flat_map(|line| wrap(&[Span::new(line, Role::Advice)], width)).collect();
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let top = area.bottom() - count;
    for (y, pieces) in (top..area.bottom()).zip(lines) {
        draw::line(buffer, Rect { y, height: 1, ..area }, " ", theme.base());
        draw::row(buffer, (area.x + 1, y), &Row { pieces }, area.right(), theme);
    }
}
