//! The panel over the screen in which a dialog is shown.

use ratatui::Frame;
use ratatui::layout::Position;
use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use crate::app::App;
use crate::layout::Areas;
use crate::page::Sheet;
use crate::page::dialog;
use crate::page::glyphs::set;
use crate::page::wrap::cut;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

pub fn panel(app: &App, frame: &mut Frame<'_>, areas: &Areas, theme: &Theme) {
    let Some(sheet) = dialog(app) else { return };
    let area = place(areas, &sheet);
    frame.render_widget(Clear, area);
    frame.buffer_mut().set_style(area, theme.base());
    border(app, frame, area, &sheet, theme);
    let inside =
        Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height.saturating_sub(2) };
    let first = first_row(&sheet, inside.height);
    for (y, (index, row)) in (inside.top()..inside.bottom()).zip(sheet.rows.iter().enumerate().skip(first)) {
        draw::row(frame.buffer_mut(), (inside.x, y), row, inside.right(), theme);
        if sheet.chosen == Some(index) {
            frame
                .buffer_mut()
                .set_style(Rect { x: area.x + 1, y, width: area.width.saturating_sub(2), height: 1 }, theme.part(Part::Chosen));
        }
    }
    let set = set(app.appearance.glyphs);
    let edge = area.right().saturating_sub(2);
    if first > 0 {
        draw::text(frame.buffer_mut(), (edge, inside.top()), set.above, theme.part(Part::More), area.right());
    }
    if first + usize::from(inside.height) < sheet.rows.len() {
        draw::text(frame.buffer_mut(), (edge, inside.bottom() - 1), set.below, theme.part(Part::More), area.right());
    }
    if let Some((row, column)) = sheet.cursor.filter(|(row, _)| (first..first + usize::from(inside.height)).contains(row)) {
        let x = inside.x.saturating_add(u16::try_from(column).unwrap_or(0)).min(inside.right().saturating_sub(1));
        frame.set_cursor_position(Position::new(x, inside.y + u16::try_from(row - first).unwrap_or(0)));
    }
}

/// In the middle, as large as it needs to be, above the status line and below the title.
fn place(areas: &Areas, sheet: &Sheet) -> Rect {
    let whole = areas.whole;
    let width = u16::try_from(sheet.width + 4).unwrap_or(u16::MAX).min(whole.width);
    let height = u16::try_from(sheet.rows.len() + 2).unwrap_or(u16::MAX).min(whole.height.saturating_sub(2));
    Rect { x: (whole.width - width) / 2, y: 1 + (whole.height.saturating_sub(2) - height) / 2, width, height }
}

/// The chosen row and the cursor stay in view.
fn first_row(sheet: &Sheet, height: u16) -> usize {
    let height = usize::from(height).max(1);
    let most = sheet.rows.len().saturating_sub(height);
    match sheet.cursor.map(|(row, _)| row).or(sheet.chosen) {
        Some(row) => (row + 1 + height / 3).saturating_sub(height).min(most).min(row),
        None => sheet.scroll.min(most),
    }
}

fn border(app: &App, frame: &mut Frame<'_>, area: Rect, sheet: &Sheet, theme: &Theme) {
    let set = set(app.appearance.glyphs);
    let (l, style) = (&set.heavy, theme.part(Part::FocusedBorder));
    let buffer = frame.buffer_mut();
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    draw::line(buffer, Rect { height: 1, ..area }, l.h, style);
    draw::line(buffer, Rect { y: bottom, height: 1, ..area }, l.h, style);
    draw::line(buffer, Rect { width: 1, ..area }, l.v, style);
    draw::line(buffer, Rect { x: right, width: 1, ..area }, l.v, style);
    for (x, y, sign) in [(area.x, area.y, l.tl), (right, area.y, l.tr), (area.x, bottom, l.bl), (right, bottom, l.br)] {
        draw::text(buffer, (x, y), sign, style, area.right());
    }
    let title = format!(" {} ", cut(&sheet.title, usize::from(area.width).saturating_sub(6), set.ellipsis));
    draw::text(buffer, (area.x + 2, area.y), &title, theme.part(Part::FocusedLabel), area.right());
}
