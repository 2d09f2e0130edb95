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
use crate::keymap::Where::Restart;
use crate::keymap::Where::Terminal;
use crate::keys::Code;

const fn line(wheres: &'static [Where], presses: &'static [Press], keys: &'static str, what: (Action, &'static str)) -> Binding {
    Binding { wheres, presses, keys, action: what.0, help: what.1 }
}

const fn c(c: char) -> Press {
    Plain(Code::Char(c))
}

pub static TABLE: &[Binding] = &[
    line(
        &[Guide, Home, Dialog, Restart],
        &[Plain(Code::Enter)],
        "Enter",
        (Action::Go, "do the next thing: run the command, tick, open, go on"),
    ),
    line(&[Guide], &[c('e')], "e", (Action::Edit, "change the command before it runs")),
    line(&[Guide], &[c('c')], "c", (Action::Check, "ask the step's checks again")),
    line(&[Guide], &[c('n'), Plain(Code::Right)], "n →", (Action::Next, "go to the next step")),
    line(&[Guide], &[c('p'), Plain(Code::Left)], "p ←", (Action::Previous, "go to the step before")),
    line(&[Guide], &[c('[')], "[", (Action::PreviousCard, "choose the command before")),
    line(&[Guide], &[c(']')], "]", (Action::NextCard, "choose the command after")),
    line(&[Guide], &[c(' ')], "Space", (Action::Tick, "tick the item of the list, or untick it")),
    line(&[Guide], &[c('t')], "t", (Action::Declare, "say that you did the step by hand, or take that back")),
    line(&[Guide], &[c('s')], "s", (Action::Skip, "go on without this step")),
    line(&[Guide, Dialog], &[c('h')], "h", (Action::Hints, "known causes when it failed")),
    line(&[Guide, Dialog], &[c('u')], "u", (Action::Undo, "take the step back")),
    line(&[Guide, Dialog], &[c('y')], "y", (Action::Copy, "copy the command, or the chosen link")),
    line(&[Guide, Dialog], &[c('l')], "l", (Action::Links, "the links of this page")),
    line(&[Guide, Dialog], &[c('o')], "o", (Action::Outline, "all steps with titles, minutes and marks")),
    line(&[Guide], &[c('/')], "/", (Action::Search, "search the chapter; then n and N go along, Esc ends it")),
    line(&[Guide, Home, Dialog, Restart], &[Plain(Code::Up), c('k')], "↑ k", (Action::Up, "scroll or choose up")),
    line(&[Guide, Home, Dialog, Restart], &[Plain(Code::Down), c('j')], "↓ j", (Action::Down, "scroll or choose down")),
    line(&[Guide, Home, Dialog, Restart], &[Plain(Code::PageUp)], "PgUp", (Action::PageUp, "a page up")),
    line(&[Guide, Home, Dialog, Restart], &[Plain(Code::PageDown)], "PgDn", (Action::PageDown, "a page down")),
    line(&[Guide, Home, Dialog], &[c('g'), Plain(Code::Home)], "g Home", (Action::Top, "to the top")),
    line(&[Guide, Home, Dialog], &[c('G'), Plain(Code::End)], "G End", (Action::Bottom, "to the bottom")),
    line(&[Guide], &[Plain(Code::Tab)], "Tab", (Action::Enter, "give the keys to the terminal")),
    line(&[Terminal], &[Leave], "", (Action::Leave, "take the keys back; all other keys are the program's")),
    line(&[Guide, Terminal], &[Shift(Code::PageUp)], "Shift-PgUp", (Action::ScrollTerminalUp, "scroll the terminal back")),
    line(&[Guide, Terminal], &[Shift(Code::PageDown)], "Shift-PgDn", (Action::ScrollTerminalDown, "scroll the terminal forward")),
    line(&[Restart], &[c('w')], "w", (Action::WaitOn, "wait once more as long")),
    line(&[Restart], &[c('i')], "i", (Action::Details, "what was registered, to come back")),
    line(&[Restart], &[c('a')], "a", (Action::ComeBack, "come back by itself, or not")),
    line(&[Restart], &[c('m')], "m", (Action::ByHand, "restart the machine myself; wci waits for it")),
    line(&[Restart], &[c('x')], "x", (Action::Anew, "take the planned restart back, and restart now")),
    line(&[Guide, Home, Dialog, Restart], &[Ctrl('c')], "Ctrl-C", (Action::Stop, "stop what runs")),
    line(&[Guide], &[c('r')], "r", (Action::Restart, "start a new shell where the old one ended")),
    line(&[Guide, Home], &[c('v')], "v", (Action::Place, "say where the Windows machine is")),
    line(&[Guide], &[c('z')], "z", (Action::Zoom, "the terminal alone, or both again")),
    line(&[Guide], &[c('b')], "b", (Action::Big, "the prose alone, for a projector, or both again")),
    line(&[Guide], &[c('+'), c('=')], "+", (Action::Grow, "more room for the prose")),
    line(&[Guide], &[c('-')], "-", (Action::Shrink, "less room for the prose")),
    line(&[Guide, Home, Dialog], &[c('?'), Plain(Code::F(1))], "? F1", (Action::Help, "these keys")),
    line(
        &[Guide, Dialog, Restart],
        &[Plain(Code::Escape), Plain(Code::Backspace)],
        "Esc",
        (Action::Home, "close what is open, else go to the map of the course"),
    ),
    line(&[Guide, Home], &[c('T')], "T", (Action::Trust, "trust a course that has changed on disk as it is now")),
    line(&[Guide, Home, Dialog, Restart], &[c('q')], "q", (Action::Quit, "quit; progress is already written")),
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
