//! Who a key is for: a dialog, the program in the terminal, or the companion.

use crate::app::Action;
use crate::app::App;
use crate::app::Draft;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Link;
use crate::app::Prompt;
use crate::app::Seat;
use crate::app::Time;
use crate::app::Tone;
use crate::course::Shell;
use crate::keymap;
use crate::keys::Code;
use crate::keys::Key;
use crate::keys::encode;
use crate::keys::encode_paste;
use crate::update::act;
use crate::update::overlay;
use crate::update::say;

/// Fingers are slower, in milliseconds.
const PASTED: Time = 12;

pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    let noticed = app.notice.take().is_some();
    let at_once = app.now.saturating_sub(app.typed) < PASTED;
    if matches!(key.code, Code::Char(_)) {
        app.typed = app.now;
    }
    if overlay::types(app) {
        return overlay::key(app, key);
    }
    let ours = app.overlay.is_some() || app.focus == Focus::Guide;
    if app.pastes_as_keys && at_once && key.code == Code::Enter && ours {
        return say(
            app,
            Tone::Info,
            "That Enter came with a paste and did nothing. Tab first: then a paste goes to the terminal.",
        );
    }
    // Escape puts a notice away before it leaves anything.
    if noticed && key.code == Code::Escape && app.overlay.is_none() && app.focus == Focus::Guide {
        return Vec::new();
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
        return say(app, Tone::Info, "Tab first: then a paste goes to the terminal.");
    }
    let place = app.shown();
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    seat.terminal.scroll_to_bottom();
    let bytes = encode_paste(text, &seat.terminal.modes());
    type_into(seat, bytes)
}

fn pass_on(app: &mut App, key: Key) -> Vec<Effect> {
    let place = app.shown();
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    // What was still being typed when the shell ended is nobody's.
    let gone = match seat.link {
        Link::Ended(_) | Link::Refused(_) => Some("The shell has ended. r starts a new one"),
        Link::Lost(_) => Some("There is no link to the machine. r tries now"),
        Link::Closed | Link::Opening | Link::Up => None,
    };
    if let Some(gone) = gone {
        if key.code == Code::Char('r') {
            return act::act(app, Action::Restart);
        }
        let leave = app.leave;
        return say(app, Tone::Bad, format!("{gone}; {leave} goes back to the guide."));
    }
    seat.terminal.scroll_to_bottom();
    let bytes = encode(key, &seat.terminal.modes());
    if bytes.is_empty() { Vec::new() } else { type_into(seat, bytes) }
}

/// What the learner types. A PowerShell without a line editor and cmd do not tell that a command starts: Enter at their prompt does.
fn type_into(seat: &mut Seat, bytes: Vec<u8>) -> Vec<Effect> {
    let entered = bytes.ends_with(b"\r");
    seat.draft = if entered { Draft::Entered } else { Draft::Begun };
    let silent = match seat.shell {
        Shell::PowerShell | Shell::Pwsh => !seat.at_once,
        Shell::Cmd => true,
        Shell::Sh | Shell::Bash | Shell::Zsh => false,
    };
    if entered && silent && seat.prompt == Prompt::Ready {
        seat.prompt = Prompt::Busy;
    }
    vec![Effect::Send(seat.session, bytes)]
}
