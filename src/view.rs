//! Draws the state. It reads `&App`, remembers nothing and decides nothing: where things are says `layout`, what they say says `page`,
//! how they look says `theme`.

mod draw;
mod panel;
mod prose;
mod rail;
mod screen;
mod small;
mod status;
mod theme;
mod title;

#[cfg(test)]
mod tests;

use ratatui::Frame;

use crate::app::App;
use crate::app::Screen;
use crate::layout::layout;
use crate::layout::too_small;
use crate::view::theme::Theme;

/// The whole screen, once.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let theme = Theme::of(app.appearance.theme);
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.base());
    if too_small(app.size) || area.width < app.size.columns || area.height < app.size.rows {
        small::small(app, frame, &theme);
        return;
    }
    let areas = layout(app);
    title::title(app, frame.buffer_mut(), areas.title, &theme);
    if app.screen == Screen::Chapter && !areas.rail.is_empty() {
        rail::rail(app, frame.buffer_mut(), areas.rail, &theme);
    }
    if !areas.prose.is_empty() {
        prose::prose(app, frame.buffer_mut(), areas.prose, &theme);
    }
    if !areas.frame.is_empty() {
        screen::screen(app, frame, &areas, &theme);
    }
    status::status(app, frame, areas.status, &theme);
    panel::panel(app, frame, &areas, &theme);
}
