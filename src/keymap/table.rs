//! The table itself. Within one place the first line with a key wins, and no key stands in two of them.

use crate::app::Action;
use crate::keymap::Binding;
use crate::keymap::Press;
use crate::keymap::Press::Ctrl;
use crate::keymap::Press::Leave;
use crate::keymap::Press::Plain;
use crate::keymap::Press::Shift;
use crate::keymap::Where;
use crate::keymap::Where::Dialog;
use crate::keymap::Where::Guide;
use crate::keymap::Where::Home;
use crate::keymap::Where::Terminal;
use crate::keys::Code;

const fn line(
    wheres: &'static [Where],
    presses: &'static [Press],
    keys: &'static str,
    what: (Action, &'static str, &'static str),
) -> Binding {
    Binding { wheres, presses, keys, action: what.0, label: what.1, help: what.2 }
}

const fn c(c: char) -> Press {
    Plain(Code::Char(c))
}

pub static TABLE: &[Binding] = &[
    line(
        &[Guide, Home, Dialog],
        &[Plain(Code::Enter)],
        "Enter",
        (Action::Go, "go", "do the next thing: run the command, tick, open, go on"),
    ),
    line(&[Guide], &[c('e')], "e", (Action::Edit, "edit", "change the command before it runs")),
    line(&[Guide], &[c('c')], "c", (Action::Check, "check", "ask the step's checks again")),
    line(&[Guide], &[c('n'), Plain(Code::Right)], "n →", (Action::Next, "next", "go to the next step")),
    line(&[Guide], &[c('p'), Plain(Code::Left)], "p ←", (Action::Previous, "back", "go to the step before")),
    line(&[Guide], &[c('[')], "[", (Action::PreviousCard, "other command", "choose the command before")),
    line(&[Guide], &[c(']')], "]", (Action::NextCard, "other command", "choose the command after")),
    line(&[Guide], &[c(' ')], "Space", (Action::Tick, "tick", "tick the item of the list, or untick it")),
    line(&[Guide], &[c('t')], "t", (Action::Declare, "done by hand", "say that you did the step by hand, or take that back")),
    line(&[Guide], &[c('s')], "s", (Action::Skip, "skip", "go on without this step")),
    line(&[Guide, Dialog], &[c('h')], "h", (Action::Hints, "hints", "known causes when it failed")),
    line(&[Guide, Dialog], &[c('u')], "u", (Action::Undo, "undo", "take the step back")),
    line(&[Guide, Dialog], &[c('y')], "y", (Action::Copy, "copy", "copy the command, or the chosen link")),
    line(&[Guide, Dialog], &[c('l')], "l", (Action::Links, "links", "the links of this page")),
    line(&[Guide, Dialog], &[c('o')], "o", (Action::Outline, "outline", "all steps with titles, minutes and marks")),
    line(&[Guide], &[c('/')], "/", (Action::Search, "search", "search the chapter; then n and N go along, Esc ends it")),
    line(&[Guide, Home, Dialog], &[Plain(Code::Up), c('k')], "↑ k", (Action::Up, "up", "scroll or choose up")),
    line(&[Guide, Home, Dialog], &[Plain(Code::Down), c('j')], "↓ j", (Action::Down, "down", "scroll or choose down")),
    line(&[Guide, Home, Dialog], &[Plain(Code::PageUp)], "PgUp", (Action::PageUp, "page up", "a page up")),
    line(&[Guide, Home, Dialog], &[Plain(Code::PageDown)], "PgDn", (Action::PageDown, "page down", "a page down")),
    line(&[Guide, Home, Dialog], &[c('g'), Plain(Code::Home)], "g Home", (Action::Top, "top", "to the top")),
    line(&[Guide, Home, Dialog], &[c('G'), Plain(Code::End)], "G End", (Action::Bottom, "bottom", "to the bottom")),
    line(&[Guide], &[Plain(Code::Tab)], "Tab", (Action::Enter, "type here", "give the keys to the terminal")),
    line(&[Terminal], &[Leave], "", (Action::Leave, "back", "take the keys back; all other keys are the program's")),
    line(
        &[Guide, Terminal],
        &[Shift(Code::PageUp)],
        "Shift-PgUp",
        (Action::ScrollTerminalUp, "terminal up", "scroll the terminal back"),
    ),
    line(
        &[Guide, Terminal],
        &[Shift(Code::PageDown)],
        "Shift-PgDn",
        (Action::ScrollTerminalDown, "terminal down", "scroll the terminal forward"),
    ),
    line(&[Guide, Home, Dialog], &[Ctrl('c')], "Ctrl-C", (Action::Stop, "stop", "stop what runs")),
    line(&[Guide], &[c('r')], "r", (Action::Restart, "restart shell", "start a new shell where the old one ended")),
    line(&[Guide], &[c('z')], "z", (Action::Zoom, "zoom", "the terminal alone, or both again")),
    line(&[Guide], &[c('b')], "b", (Action::Big, "big", "the prose alone, for a projector, or both again")),
    line(&[Guide], &[c('+'), c('=')], "+", (Action::Grow, "more prose", "more room for the prose")),
    line(&[Guide], &[c('-')], "-", (Action::Shrink, "less prose", "less room for the prose")),
    line(&[Guide, Home, Dialog], &[c('?'), Plain(Code::F(1))], "? F1", (Action::Help, "help", "these keys")),
    line(
        &[Guide, Dialog],
        &[Plain(Code::Escape), Plain(Code::Backspace)],
        "Esc",
        (Action::Home, "map", "close what is open, else go to the map of the course"),
    ),
    line(&[Guide, Home], &[c('T')], "T", (Action::Trust, "trust", "trust a course that has changed on disk as it is now")),
    line(&[Guide, Home, Dialog], &[c('q')], "q", (Action::Quit, "quit", "quit; progress is already written")),
];

/// The keys of dialogs that take text; the dialogs read them themselves.
pub static TYPING: &[(&str, &str)] = &[
    ("Enter", "accept: run the edited command, keep the value, search"),
    ("Alt-Enter", "a new line, while editing a command"),
    ("Esc", "leave it as it was"),
    ("← → ↑ ↓", "move; Home and End within the line"),
    ("Ctrl-U Ctrl-K", "delete to the start, to the end"),
    ("Ctrl-W", "delete the word before"),
];
