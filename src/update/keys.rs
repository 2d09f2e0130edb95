//! Who a key is for: a dialog, the program in the terminal, or the companion.

use crate::app::Action;
use crate::app::App;
use crate::app::Effect;
use crate::app::Focus;
use crate::keymap;
use crate::keys::Key;
use crate::keys::encode;
use crate::keys::encode_paste;
use crate::update::act;
use crate::update::overlay;

pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    app.notice = None;
    if overlay::types(app) {
        return overlay::key(app, key);
    }
    match keymap::action(app, key) {
        Some(action) => {
            app.landing = app.landing && action == Action::Check;
            act::act(app, action)
        }
        None if app.overlay.is_none() && app.focus == Focus::Terminal => pass_on(app, key),
        None => Vec::new(),
    }
}

pub fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    app.notice = None;
    if overlay::types(app) {
        return overlay::paste(app, text);
    }
    if app.overlay.is_some() || app.focus != Focus::Terminal {
        return crate::update::say(app, crate::app::Tone::Info, "Tab first: then a paste goes to the terminal.");
    }
    let place = app.shown();
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    seat.terminal.scroll_to_bottom();
    vec![Effect::Send(seat.session, encode_paste(text, &seat.terminal.modes()))]
}

fn pass_on(app: &mut App, key: Key) -> Vec<Effect> {
    let place = app.shown();
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    seat.terminal.scroll_to_bottom();
    let bytes = encode(key, &seat.terminal.modes());
    if bytes.is_empty() { Vec::new() } else { vec![Effect::Send(seat.session, bytes)] }
}
