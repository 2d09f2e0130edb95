//! A window in which nothing useful fits: it says so, down to one cell.

use ratatui::Frame;

use crate::app::App;
use crate::layout::SMALLEST;
use crate::page::Role;
use crate::page::Row;
use crate::page::wrap::Span;
use crate::page::wrap::wrap;
use crate::view::draw;
use crate::view::theme::Theme;

pub fn small(app: &App, frame: &mut Frame<'_>, theme: &Theme) {
    let area = frame.area();
    let text = format!(
        "Too small: {}x{}. wci needs {}x{}. Make this window larger; nothing is lost.",
        app.size.columns, app.size.rows, SMALLEST.columns, SMALLEST.rows
    );
    let lines = wrap(&[Span::new(text, Role::Strong)], usize::from(area.width).max(2));
    for (y, pieces) in (area.top()..area.bottom()).zip(lines) {
        draw::row(frame.buffer_mut(), (area.x, y), &Row { pieces }, area.right(), theme);
    }
}
