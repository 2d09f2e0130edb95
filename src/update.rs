//! The only place where the state changes: a message in, effects out. No I/O, no clock, nothing that can fail.
//!
//! `links` finds and loses machines behind ssh, `restart` carries one through its restart.
//!
//! `keys` and `mouse` find out what is meant, `act` does what an action says, `overlay` types into dialogs, `travel` moves between
//! steps, `places` says where the Windows machine is, `running` puts commands through a shell, `unwritten` takes back what could not be journalled, `sessions` hears what shells say, `checking` asks and settles.

mod act;
mod checking;
mod keys;
mod links;
mod mouse;
mod overlay;
mod places;
pub mod restart;
mod running;
mod sessions;
mod travel;
mod unwritten;

use crate::app::App;
use crate::app::Effect;
use crate::app::Highlight;
use crate::app::Msg;
use crate::app::Notice;
use crate::app::Screen;
use crate::app::Tone;
use crate::layout::layout;
use crate::progress::Entry;

pub use checking::command_of;

/// Carries one message into the state. The effects are to be performed in order, and none after a journal entry that failed.
#[must_use]
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    if !matches!(msg, Msg::NotWritten { .. }) {
        app.before = None;
    }
    let mut effects = match msg {
        Msg::Started => travel::start(app),
        Msg::Key(key) => keys::key(app, key),
        Msg::Paste(text) => keys::paste(app, &text),
        Msg::Mouse(mouse) => mouse::mouse(app, mouse),
        Msg::Resize(size) => {
            app.size = size;
            Vec::new()
        }
        Msg::Show { chapter, step } => travel::show(app, chapter, step),
        Msg::Session(place, session, event) => sessions::heard(app, place, session, event),
        Msg::Judged { check, round, answer } => checking::judged(app, &check, round, answer),
        Msg::Time(now) => {
            app.now = now;
            let mut effects = sessions::release(app);
            effects.extend(links::tick(app));
            effects.extend(restart::tick(app));
            return effects;
        }
        Msg::Booted { place, round, boot } => {
            if app.seats.get(&place).is_some_and(|s| s.boot_asked == round) {
                links::booted(app, place, boot)
            } else {
                Vec::new()
            }
        }
        Msg::WayBack(way) => restart::way_back(app, way),
        Msg::Registered(came) => restart::registered(app, came),
        Msg::Removed(came) => restart::removed(app, came),
        Msg::Highlighted { language, text, lines } => {
            app.highlights.insert((language, text), Highlight::Done(lines));
            return Vec::new();
        }
        Msg::NotWritten { why, written, dropped } => unwritten::unwritten(app, &why, &written, dropped),
        Msg::Reloaded { course, problems, untrusted } => travel::reloaded(app, course, problems, untrusted),
        Msg::Said(notice) => {
            app.notice = Some(notice);
            Vec::new()
        }
        Msg::Reopened => vec![Effect::Quit],
        Msg::Reach(place) => running::open(app, place),
        Msg::Do(action) => act::act(app, action),
    };
    effects.extend(fit(app));
    effects
}

/// The entry takes effect here and is to be written.
fn record(app: &mut App, entry: Entry) -> Effect {
    if app.before.is_none() {
        app.before = Some(app.progress.clone());
    }
    app.progress.apply(&entry);
    Effect::Journal(entry)
}

fn say(app: &mut App, tone: Tone, text: impl Into<String>) -> Vec<Effect> {
    app.notice = Some(Notice { text: text.into(), tone });
    Vec::new()
}

/// Gives the terminal on the screen the size it has there.
fn fit(app: &mut App) -> Vec<Effect> {
    if app.screen != Screen::Chapter || app.headless {
        return Vec::new();
    }
    let areas = layout(app);
    let Some(size) = areas.terminal_size() else { return Vec::new() };
    let place = app.shown();
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    if seat.terminal.size() == size {
        return Vec::new();
    }
    seat.terminal.resize(size);
    vec![Effect::Resize(seat.session, size)]
}
