//! Which key means what, where: one table. It feeds `update`, the status line and the help, so they cannot disagree.

mod hints;
mod table;

use crate::app::Action;
use crate::app::App;
use crate::app::Focus;
use crate::app::Glyphs;
use crate::app::Overlay;
use crate::app::Screen;
use crate::keys::Code;
use crate::keys::Key;

pub use hints::hints;

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// The chapter has the keys.
    Guide,
    /// The program in the terminal has them.
    Terminal,
    /// The map.
    Home,
    /// A dialog that informs or offers a choice.
    Dialog,
    /// What is shown of a restart.
    Restart,
    /// A dialog that takes text: it reads its keys itself.
    Typing,
}

impl Where {
    pub fn title(self) -> &'static str {
        match self {
            Where::Guide => "In the chapter",
            Where::Terminal => "In the terminal",
            Where::Home => "On the map",
            Where::Dialog => "In a list or a question",
            Where::Restart => "While a machine restarts",
            Where::Typing => "While typing",
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    pub wheres: &'static [Where],
    pub presses: &'static [Press],
    /// As written for people; empty for the key that is set by the learner.
    pub keys: &'static str,
    pub action: Action,
    pub help: &'static str,
}

/// A key of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    Plain(Code),
    Ctrl(char),
    Shift(Code),
    /// The key that leaves the terminal: `app.leave`.
    Leave,
}

/// Where the keys go now.
pub fn place(app: &App) -> Where {
    match &app.overlay {
        Some(Overlay::Ask { .. } | Overlay::Edit { .. } | Overlay::Search { .. } | Overlay::Place { .. }) => Where::Typing,
        Some(
            Overlay::Help { .. }
            | Overlay::Outline { .. }
            | Overlay::Hints { .. }
            | Overlay::Undo { .. }
            | Overlay::Links { .. }
            | Overlay::Quit
            | Overlay::Ended
            | Overlay::Elevate(_),
        ) => Where::Dialog,
        Some(Overlay::Restart { .. }) => Where::Restart,
        None => match (app.screen, app.focus) {
            (Screen::Home, _) => Where::Home,
            (Screen::Chapter, Focus::Terminal) => Where::Terminal,
            (Screen::Chapter, Focus::Guide) => Where::Guide,
        },
    }
}

/// What a key means now. `None` in the terminal means that it is the program's; while typing, that it is the dialog's.
pub fn action(app: &App, key: Key) -> Option<Action> {
    let at = place(app);
    if at == Where::Typing {
        return None;
    }
    if at == Where::Guide
        && app.search.is_some()
        && let Some(action) = in_search(key)
    {
        return Some(action);
    }
    if let Where::Guide | Where::Terminal = at
        && app.next_try().is_some()
        && let Some(action) = out_of_reach(app, key)
    {
        return Some(action);
    }
    let found = table::TABLE.iter().find(|b| b.wheres.contains(&at) && b.presses.iter().any(|p| p.is(key, app.leave)))?;
    Some(found.action)
}

/// While a search is on, `n` and `N` go along what was found.
fn in_search(key: Key) -> Option<Action> {
    if Press::Plain(Code::Char('n')).is(key, key) {
        return Some(Action::FindNext);
    }
    Press::Plain(Code::Char('N')).is(key, key).then_some(Action::FindPrevious)
}

/// While the machine on the screen is tried again and again, the next thing to do is to try now.
fn out_of_reach(app: &App, key: Key) -> Option<Action> {
    let enter = Press::Plain(Code::Enter).is(key, key) && !app.shows_restart();
    if enter || Press::Plain(Code::Char('r')).is(key, key) {
        return Some(Action::Restart);
    }
    Press::Plain(Code::Char('.')).is(key, key).then_some(Action::Stop)
}

/// Every line of the table that counts in one place, as text: keys and what they do.
pub fn rows(app: &App, at: Where) -> Vec<(String, &'static str)> {
    if at == Where::Typing {
        return table::TYPING.iter().map(|(keys, help)| (written(app, keys), *help)).collect();
    }
    table::TABLE.iter().filter(|b| b.wheres.contains(&at)).map(|b| (keys_of(app, b), b.help)).collect()
}

fn keys_of(app: &App, binding: &Binding) -> String {
    if binding.keys.is_empty() { app.leave.to_string() } else { written(app, binding.keys) }
}

/// Arrows become words where they cannot be drawn.
fn written(app: &App, keys: &str) -> String {
    match app.appearance.glyphs {
        Glyphs::Rich | Glyphs::Console => keys.to_owned(),
        Glyphs::Ascii => keys.replace('↑', "Up").replace('↓', "Down").replace('←', "Left").replace('→', "Right"),
    }
}

impl Press {
    fn is(self, key: Key, leave: Key) -> bool {
        match self {
            // A shifted character already is another character.
            Press::Plain(Code::Char(c)) => key.code == Code::Char(c) && !key.ctrl && !key.alt,
            Press::Plain(code) => key.code == code && !key.ctrl && !key.alt && !key.shift,
            Press::Ctrl(c) => key.code == Code::Char(c) && key.ctrl && !key.alt,
            Press::Shift(code) => key.code == code && key.shift && !key.ctrl && !key.alt,
            Press::Leave => key == leave,
        }
    }
}

#[cfg(test)]
mod tests;
