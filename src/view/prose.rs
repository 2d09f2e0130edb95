//! The page: the rows that are in view, what a search found in them, and whether there is more above and below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::Screen;
use crate::page::Row;
use crate::page::glyphs::set;
use crate::page::page;
use crate::page::top;
use crate::page::wrap::columns;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

pub fn prose(app: &App, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let page = page(app, area.width);
    let first = top(app, &page, area.height);
    let needle = app.search.as_ref().filter(|_| app.screen == Screen::Chapter).map(|s| s.text.trim().to_lowercase());
    for (y, row) in (area.top()..area.bottom()).zip(page.rows.iter().skip(first)) {
        draw::row(buffer, (area.x + 1, y), row, area.right(), theme);
        if let Some(needle) = &needle {
            found(buffer, (area.x + 1, y), row, needle, area.right(), theme);
        }
    }
    let set = set(app.appearance.glyphs);
    let edge = area.right().saturating_sub(1);
    let style = theme.part(Part::More);
    if first > 0 {
        draw::text(buffer, (edge, area.top()), set.above, style, area.right());
    }
    if first + usize::from(area.height) < page.rows.len() {
        draw::text(buffer, (edge, area.bottom() - 1), set.below, style, area.right());
    }
}

/// Marks what a search found in one row.
fn found(buffer: &mut Buffer, at: (u16, u16), row: &Row, needle: &str, right: u16, theme: &Theme) {
    let text = row.text();
    let lower = text.to_lowercase();
    // Rarely a letter has another length in lower case: then places do not match, and nothing is marked.
    if needle.is_empty() || lower.len() != text.len() {
        return;
    }
    for (start, hit) in lower.match_indices(needle) {
        let (Some(before), Some(part)) = (text.get(..start), text.get(start..start + hit.len())) else { continue };
        let x = at.0.saturating_add(u16::try_from(columns(before)).unwrap_or(u16::MAX));
        draw::text(buffer, (x, at.1), part, theme.part(Part::Found), right);
    }
}
