//! What stands for a step: a sign, a role and always a word.

use crate::app::App;
use crate::app::Standing;
use crate::course::Step;
use crate::page::Role;
use crate::page::glyphs::Set;
use crate::page::glyphs::set;

/// A sign with its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub sign: &'static str,
    pub role: Role,
    pub word: &'static str,
}

/// The mark of a step, wherever the learner is.
pub fn mark(app: &App, step: &Step) -> Mark {
    let set = set(app.appearance.glyphs);
    let (sign, role, word) = match app.standing(step) {
        Standing::Todo => return to_do(set, step),
        Standing::Running => (set.busy, Role::Busy, "running"),
        Standing::Done => (set.done, Role::Done, "done"),
        Standing::Warned => (set.warned, Role::Warned, "done, with a warning"),
        Standing::ByHand => (set.done, Role::Done, "done by hand"),
        Standing::Failed(_) => (set.unmet, Role::Unmet, "not met"),
        Standing::Unknown(_) => (set.unknown, Role::Unknown, "could not ask"),
        Standing::Skipped => (set.skipped, Role::Faint, "skipped"),
        Standing::NotHere(_) => (set.not_here, Role::Faint, "does not apply here"),
    };
    Mark { sign, role, word }
}

fn to_do(set: &Set, step: &Step) -> Mark {
    let (sign, word) = if step.commands().any(|c| c.restart) {
        (set.restart, "to do, with a restart")
    } else if step.optional {
        (set.optional, "optional")
    } else {
        (set.todo, "to do")
    };
    Mark { sign, role: Role::Todo, word }
}

/// A progress bar of so many columns.
pub fn bar(set: &Set, done: usize, of: usize, columns: usize) -> (String, String) {
    let full = (done * columns).checked_div(of).unwrap_or(0).min(columns);
    // Something done is something seen.
    let full = if done > 0 { full.max(1) } else { full };
    (set.full.repeat(full), set.empty.repeat(columns - full))
}

/// `0:41`, `1:02:03`.
pub fn clock(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `2 min`, `90 s`, `1 h`.
pub fn span(time: std::time::Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        s if s > 0 && s % 3600 == 0 => format!("{} h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{} min", s / 60),
        s if s > 600 => format!("{} min", s.div_ceil(60)),
        s => format!("{s} s"),
    }
}

/// Small numbers as words.
pub fn count(n: usize) -> String {
    const WORDS: [&str; 11] = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
    WORDS.get(n).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}
