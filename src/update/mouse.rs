//! What a click, a drag or the wheel means, by where it is.

use ratatui::layout::Position;

use crate::app::Action;
use crate::app::App;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Overlay;
use crate::app::Screen;
use crate::keys::Button;
use crate::keys::Mouse;
use crate::keys::MouseKind;
use crate::keys::encode_mouse;
use crate::layout::Areas;
use crate::layout::layout;
use crate::layout::rail_top;
use crate::page;
use crate::update::act;
use crate::update::overlay;
use crate::update::travel;

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

pub fn mouse(app: &mut App, mouse: Mouse) -> Vec<Effect> {
    let areas = layout(app);
    let at = Position::new(mouse.column, mouse.row);
    if app.dragging {
        return drag(app, &areas, mouse);
    }
    if app.overlay.is_some() {
        return over(app, mouse);
    }
    if areas.terminal.contains(at) && (app.focus == Focus::Terminal || is_wheel(mouse)) {
        return in_terminal(app, &areas, mouse);
    }
    match mouse.kind {
        MouseKind::WheelUp if areas.prose.contains(at) => wheel(app, -NOTCH),
        MouseKind::WheelDown if areas.prose.contains(at) => wheel(app, NOTCH),
        MouseKind::Down(Button::Left) => click(app, &areas, at),
        _ => Vec::new(),
    }
}

fn is_wheel(mouse: Mouse) -> bool {
    matches!(mouse.kind, MouseKind::WheelUp | MouseKind::WheelDown)
}

fn wheel(app: &mut App, by: isize) -> Vec<Effect> {
    app.landing = false;
    match app.screen {
        Screen::Home => act::act(app, if by < 0 { Action::Up } else { Action::Down }),
        Screen::Chapter => {
            act::roll(app, by);
            Vec::new()
        }
    }
}

fn over(app: &mut App, mouse: Mouse) -> Vec<Effect> {
    match mouse.kind {
        MouseKind::WheelUp if !overlay::types(app) => overlay::act(app, Action::Up),
        MouseKind::WheelDown if !overlay::types(app) => overlay::act(app, Action::Down),
        // A click beside a list or a text that only informs puts it away; a question stays until it is answered.
        MouseKind::Down(_)
            if matches!(
                app.overlay,
                Some(Overlay::Help { .. } | Overlay::Hints { .. } | Overlay::Outline { .. } | Overlay::Links { .. })
            ) =>
        {
            app.overlay = None;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn click(app: &mut App, areas: &Areas, at: Position) -> Vec<Effect> {
    app.landing = false;
    app.notice = None;
    if on_divider(areas, at) {
        app.dragging = true;
        return Vec::new();
    }
    if areas.rail.contains(at) {
        app.focus = Focus::Guide;
        let step = rail_top(app) + usize::from(at.y - areas.rail.y);
        let count = app.chapter().map_or(0, |c| c.steps.len());
        return if step < count { travel::go(app, step) } else { Vec::new() };
    }
    if areas.frame.contains(at) {
        return act::act(app, Action::Enter);
    }
    if areas.prose.contains(at) {
        app.focus = Focus::Guide;
        return click_page(app, areas, at);
    }
    Vec::new()
}

/// A click on a task ticks it; a click on the map chooses a chapter. Nothing runs by a click: Enter does.
fn click_page(app: &mut App, areas: &Areas, at: Position) -> Vec<Effect> {
    let page = page::page(app, areas.prose.width);
    let row = page::top(app, &page, areas.prose.height) + usize::from(at.y - areas.prose.y);
    if app.screen == Screen::Home {
        if let Some((_, chapter)) = page.tasks.iter().find(|(r, _)| *r == row) {
            app.choice = *chapter;
        }
        return Vec::new();
    }
    let Some((_, task)) = page.tasks.iter().find(|(r, _)| *r == row) else { return Vec::new() };
    app.task = *task;
    act::act(app, Action::Tick)
}

fn on_divider(areas: &Areas, at: Position) -> bool {
    if areas.frame.is_empty() || areas.prose.is_empty() || !areas.frame.contains(at) {
        return false;
    }
    if areas.wide { at.x == areas.frame.x } else { at.y == areas.frame.y }
}

fn drag(app: &mut App, areas: &Areas, mouse: Mouse) -> Vec<Effect> {
    match mouse.kind {
        MouseKind::Drag(_) => {
            let to =
                if areas.wide { mouse.column.saturating_sub(areas.prose.x) } else { mouse.row.saturating_sub(areas.prose.y) };
            app.divider = Some(to.max(1));
        }
        MouseKind::Up(_) => app.dragging = false,
        _ => {}
    }
    Vec::new()
}

/// The program's, if it asked for the mouse and has the keys; else the wheel scrolls back.
fn in_terminal(app: &mut App, areas: &Areas, mouse: Mouse) -> Vec<Effect> {
    let place = app.shown();
    let focused = app.focus == Focus::Terminal;
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    let inside = Mouse { column: mouse.column - areas.terminal.x, row: mouse.row - areas.terminal.y, ..mouse };
    if focused && let Some(bytes) = encode_mouse(inside, &seat.terminal.modes()) {
        return vec![Effect::Send(seat.session, bytes)];
    }
    match mouse.kind {
        MouseKind::WheelUp => act::scroll_terminal(app, NOTCH),
        MouseKind::WheelDown => act::scroll_terminal(app, -NOTCH),
        _ => Vec::new(),
    }
}
