//! Putting text into the buffer: cut at the right edge, never beyond it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::page::Row;
use crate::view::theme::Theme;

/// Writes a text and says at which column it ended.
pub fn text(buffer: &mut Buffer, at: (u16, u16), text: &str, style: Style, right: u16) -> u16 {
    let (x, y) = at;
    if x >= right || y >= buffer.area.bottom() || x >= buffer.area.right() {
        return x;
    }
    buffer.set_stringn(x, y, text, usize::from(right - x), style).0
}

/// Writes a row of a page.
pub fn row(buffer: &mut Buffer, at: (u16, u16), row: &Row, right: u16, theme: &Theme) {
    let mut x = at.0;
    for piece in &row.pieces {
        x = text(buffer, (x, at.1), &piece.text, theme.role(piece.role), right);
    }
}

/// Repeats a sign along a row or a column.
pub fn line(buffer: &mut Buffer, area: Rect, sign: &str, style: Style) {
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            buffer[(x, y)].set_symbol(sign).set_style(style);
        }
    }
}
