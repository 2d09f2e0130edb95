//! The fences a learner runs: `run`, `or` and `undo`.

use crate::course::Command;
use crate::course::Shell;
use crate::course::Variant;
use crate::markdown::prose::Fence;
use crate::markdown::source::Notes;
use crate::markdown::table::DURATION_HELP;
use crate::markdown::table::quotes_help;
use crate::markdown::words;
use crate::markdown::words::Word;
use crate::values;

pub(super) const RUN: [&str; 8] = ["id", "elevated", "restart", "interactive", "optional", "download", "time", "changes"];
pub(super) const UNDO: [&str; 4] = ["elevated", "interactive", "time", "changes"];
const FLAGS: [&str; 4] = ["elevated", "restart", "interactive", "optional"];

/// The text of one shell, or nothing if the language is not one.
pub(super) fn variant(notes: &mut Notes, fence: &Fence, language: &Word) -> Option<Variant> {
    let Some(shell) = Shell::parse(&language.name) else {
        let known = Shell::ALL.map(Shell::name);
        let what = format!("wci cannot run `{}`", words::short(&language.name));
        notes.advise(language.at, what, words::instead(&language.name, &known));
        return None;
    };
    let text = fence.body.text.trim_end().to_owned();
    if text.trim().is_empty() {
        notes.advise(fence.at, "this command is empty", "write it between the two lines of the fence");
        return None;
    }
    for (range, name) in values::names(&text) {
        notes.uses.push((name.to_owned(), fence.body.at(range.start)));
    }
    for bad in values::enclosed(&text, shell) {
        let what = format!("`{{{{{}}}}}` stands inside {}", bad.name, bad.within);
        notes.advise(fence.body.at(bad.range.start), what, quotes_help(bad.within));
    }
    Some(Variant { language: shell, text })
}

/// A command with the attributes of its fence; its id is given to it later if the author did not.
pub(super) fn command(notes: &mut Notes, fence: &Fence, variant: Variant, attributes: &[Word], known: &[&str]) -> Command {
    let mut command = Command {
        id: String::new(),
        variants: vec![variant],
        elevated: false,
        restart: false,
        interactive: false,
        optional: false,
        download: None,
        typical: None,
        changes: None,
        line: notes.source.line(fence.at),
    };
    for (n, word) in attributes.iter().enumerate() {
        if !known.contains(&word.name.as_str()) {
            unknown(notes, word, known);
        } else if attributes[..n].iter().any(|w| w.name == word.name) {
            notes.report(word.at, format!("`{}` is given twice", word.name));
        } else {
            attribute(notes, &mut command, word);
        }
    }
    command
}

pub(super) fn unknown(notes: &mut Notes, word: &Word, known: &[&str]) {
    let what = if word.name.is_empty() {
        "a name is missing before `=`".to_owned()
    } else {
        format!("unknown attribute `{}`", words::short(&word.name))
    };
    notes.advise(word.at, what, words::instead(&word.name, known));
}

fn attribute(notes: &mut Notes, command: &mut Command, word: &Word) {
    let name = word.name.as_str();
    if FLAGS.contains(&name) {
        if let Some((_, at)) = &word.value {
            notes.advise(*at, format!("`{name}` takes no value"), format!("write only `{name}`, or leave it out"));
        }
        match name {
            "elevated" => command.elevated = true,
            "restart" => command.restart = true,
            "interactive" => command.interactive = true,
            _ => command.optional = true,
        }
        return;
    }
    let Some((value, at)) = word.value.as_ref().filter(|(value, _)| !value.trim().is_empty()) else {
        notes.advise(word.at, format!("`{name}` needs a value"), format!("write `{name}={}`", example(name)));
        return;
    };
    let short = words::short(value);
    match name {
        "id" if words::is_id(value) && value.contains(|c: char| c.is_ascii_lowercase()) => command.id.clone_from(value),
        "id" => {
            notes.advise(*at, format!("`{short}` cannot be an id"), "use lower-case letters, digits and `-`, at least one letter")
        }
        "download" if words::rough_size(value) => command.download = Some(value.clone()),
        "download" => notes.advise(*at, format!("`{short}` is no size"), "write `\"192 MB\"` or `\"about 1.5 GB\"`"),
        "time" => match words::duration(value) {
            Some(time) => command.typical = Some(time),
            None => notes.advise(*at, format!("`{short}` is no duration"), DURATION_HELP),
        },
        _ => command.changes = Some(value.clone()),
    }
}

fn example(name: &str) -> &'static str {
    match name {
        "id" => "name",
        "download" => "\"192 MB\"",
        "time" => "2m",
        _ => "\"…\"",
    }
}
