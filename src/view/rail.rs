//! Every step in four columns: its mark and its number. The line to the right is bold while the guide has the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::App;
use crate::app::Focus;
use crate::layout::rail_top;
use crate::page::glyphs::set;
use crate::page::marks::mark;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

pub fn rail(app: &App, buffer: &mut Buffer, area: Rect, theme: &Theme) {
    let set = set(app.appearance.glyphs);
    let border = if app.focus == Focus::Guide { Part::FocusedBorder } else { Part::Border };
    let line = Rect { x: area.right().saturating_sub(1), width: 1, ..area };
    draw::line(buffer, line, set.line.v, theme.part(border));
    let Some(chapter) = app.chapter() else { return };
    let top = rail_top(app);
    for (y, (index, step)) in (area.top()..area.bottom()).zip(chapter.steps.iter().enumerate().skip(top)) {
        let here = index == app.step;
        let mark = mark(app, step);
        let (sign, style) = if here { (set.here, theme.part(Part::RailHere)) } else { (mark.sign, theme.role(mark.role)) };
        draw::text(buffer, (area.x, y), sign, style, line.x);
        let number = if here { theme.part(Part::RailHere) } else { theme.part(Part::Rail) };
        draw::text(buffer, (area.x + 1, y), &format!("{:>2}", index + 1), number, line.x);
    }
    // There are more than fit.
    if top > 0 {
        draw::text(buffer, (area.x + 3, area.top()), set.above, theme.part(Part::Rail), line.x);
    }
    if top + usize::from(area.height) < chapter.steps.len() {
        draw::text(buffer, (area.x + 3, area.bottom() - 1), set.below, theme.part(Part::Rail), line.x);
    }
}
