//! The terminal: its frame, and the shell's screen inside it, cell by cell into the buffer.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::Focus;
use crate::app::HostKind;
use crate::app::Link;
use crate::app::Seat;
use crate::course::Place;
use crate::layout::Areas;
use crate::page::glyphs::set;
use crate::page::wrap::columns;
use crate::page::wrap::cut;
use crate::page::wrap::wrap;
use crate::page::wrap::Span;
use crate::page::Role;
use crate::page::Row;
use crate::session::Ending;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

pub fn screen(app: &App, frame: &mut Frame<'_>, areas: &Areas, theme: &Theme) {
    border(app, frame.buffer_mut(), areas, theme);
    let Some(seat) = app.seat() else { return };
    if let Some(says) = message(app, seat) {
        words(frame.buffer_mut(), areas.terminal, &says, theme);
    }
}

fn border(app: &App, buffer: &mut Buffer, areas: &Areas, theme: &Theme) {
    let set = set(app.appearance.glyphs);
    let focused = app.focus == Focus::Terminal;
    let (lines, style) = if focused { (&set.heavy, theme.part(Part::FocusedBorder)) } else { (&set.line, theme.part(Part::Border)) };
    let area = areas.frame;
    draw::line(buffer, Rect { height: 1, ..area }, lines.h, style);
    if areas.wide {
        let bottom = area.bottom().saturating_sub(1);
        draw::line(buffer, Rect { y: bottom, height: 1, ..area }, lines.h, style);
        draw::line(buffer, Rect { width: 1, ..area }, lines.v, style);
        draw::line(buffer, Rect { x: area.right().saturating_sub(1), width: 1, ..area }, lines.v, style);
        let right = area.right().saturating_sub(1);
        for (x, y, sign) in [(area.x, area.y, lines.tl), (right, area.y, lines.tr), (area.x, bottom, lines.bl), (right, bottom, lines.br)] {
            draw::text(buffer, (x, y), sign, style, area.right());
        }
    }
    let label = label(app);
    let room = usize::from(area.width).saturating_sub(6);
    let label = format!(" {} ", cut(&label, room, set.ellipsis));
    let end = draw::text(buffer, (area.x + 2, area.y), &label, theme.part(if focused { Part::FocusedLabel } else { Part::Label }), area.right());
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
    if let Some(folder) = &seat.folder {
        label.push_str(&format!("  {folder}"));
    }
    label
}

/// What is to be said where there is no living shell to show.
fn message(app: &App, seat: &Seat) -> Option<String> {
    if seat.host == HostKind::Nothing {
        return Some("No machine is connected here.".into());
    }
    match &seat.link {
        Link::Up => None,
        Link::Closed => Some("The shell starts when you need it. Tab starts it now.".into()),
        Link::Opening => Some(format!("{} is starting.", seat.shell.title())),
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
        Link::Refused(why) => Some(format!("{why} r tries again.")),
    }
}

/// A sentence at the bottom of the pane, over whatever the shell left there.
fn words(buffer: &mut Buffer, area: Rect, text: &str, theme: &Theme) {
    let lines = wrap(&[Span::new(text, Role::Advice)], usize::from(area.width.saturating_sub(2)).max(2));
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let top = area.bottom() - count;
    for (y, pieces) in (top..area.bottom()).zip(lines) {
        draw::line(buffer, Rect { y, height: 1, ..area }, " ", theme.base());
        draw::row(buffer, (area.x + 1, y), &Row { pieces }, area.right(), theme);
    }
}
