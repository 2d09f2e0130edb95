//! The keys of a check that asks Windows.

use std::time::Duration;

use crate::course::{Check, Look, OfWindows, Os, Scope};
use crate::markdown::source::Notes;
use crate::markdown::table::{ESCAPE_HELP, Table};
use crate::markdown::words;
use crate::values;

pub(super) const LOOKS: [&str; 8] =
    ["feature", "elevated", "windows_build", "path_entry", "appx", "task", "signature", "pending_restart"];
/// What may stand beside one of them.
pub(super) const OTHERS: [&str; 3] = ["pending", "scope", "signer"];

pub(super) fn look(notes: &mut Notes, table: &Table, key: &'static str) -> Option<Look> {
    let text = |notes: &mut Notes| table.text(notes, key).map(|t| t.text);
    let flag = |notes: &mut Notes, key: &str| table.flag(notes, key).is_some_and(|(flag, _)| flag);
    Some(Look::Windows(match key {
        "feature" => OfWindows::Feature { name: feature(notes, table)?, pending: flag(notes, "pending") },
        "elevated" => {
            table.only(notes, key, true)?;
            OfWindows::Elevated
        }
        "windows_build" => {
            let (build, _) = table.integer(notes, key, 10240..1_000_000)?;
            OfWindows::Build(u32::try_from(build).ok()?)
        }
        "path_entry" => OfWindows::PathEntry { folder: folder(notes, table, key)?, scope: scope(notes, table)? },
        "appx" => OfWindows::Appx { name: name(notes, table, key)? },
        "task" => OfWindows::Task { name: name(notes, table, key)?, missing: flag(notes, "missing") },
        "signature" => OfWindows::Signature { path: text(notes)?, signer: table.text(notes, "signer").map(|t| t.text) },
        "pending_restart" => {
            table.only(notes, key, false)?;
            OfWindows::NoRestart
        }
        _ => return None,
    }))
}

/// How long one asking may take where the author does not say.
pub(super) fn patience(look: &Look) -> Duration {
    match look {
        Look::Windows(OfWindows::Feature { .. }) => Check::FEATURE_TIMEOUT,
        Look::Windows(_) => Check::WINDOWS_TIMEOUT,
        _ => Check::TIMEOUT,
    }
}

/// Reports what only Windows can answer in a step for another system.
pub(super) fn elsewhere(notes: &mut Notes, table: &Table, key: &str, os: Option<Os>) {
    let Some(os) = os.filter(|os| *os != Os::Windows) else { return };
    if key == "cmd" || LOOKS.contains(&key) {
        let at = table.key_at(key).unwrap_or(table.at());
        let what = format!("`{key}` asks Windows, and this step is for `os={}`", os.name());
        notes.advise(at, what, "ask `sh` or `file`, or move the check into a step with `os=windows`");
    }
}

/// The name of one thing. The commands that are asked would take `*` for many.
fn name(notes: &mut Notes, table: &Table, key: &str) -> Option<String> {
    let name = table.text(notes, key)?;
    if let Some(odd) = name.text.chars().find(|c| matches!(c, '*' | '?' | '[' | ']' | '\\' | '`')) {
        notes.advise(name.at, format!("`{odd}` cannot stand in the name of a {key}"), "write the whole name, without a folder");
        return None;
    }
    Some(name.text)
}

fn feature(notes: &mut Notes, table: &Table) -> Option<String> {
    let name = table.text(notes, "feature")?;
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if let Some(odd) = without_values(&name.text).chars().find(|c| !known(*c)) {
        let help = "it has letters, digits, `-`, `_` and `.`: `Get-WindowsOptionalFeature -Online` lists the names";
        notes.advise(name.at, format!("`{odd}` cannot stand in the name of a feature"), help);
        return None;
    }
    Some(name.text)
}

/// What the author wrote of it; a value can be anything.
fn without_values(text: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (range, _) in values::names(text) {
        out.push_str(&text[from..range.start]);
        from = range.end;
    }
    out + &text[from..]
}

fn folder(notes: &mut Notes, table: &Table, key: &str) -> Option<String> {
    let folder = table.text(notes, key)?;
    if folder.text.contains(';') {
        notes.advise(folder.at, "`path_entry` is one folder", "make a check for each");
        return None;
    }
    if folder.text.contains("$env:") {
        notes.advise(folder.at, "the registry knows no `$env:`", "write `%SystemRoot%\\system32`, as it stands there");
        return None;
    }
    if folder.text.contains(['\t', '\n']) {
        notes.advise(folder.at, "no folder has a tab or a line end in its name", ESCAPE_HELP);
        return None;
    }
    let drive = matches!(folder.text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    if !drive && !["\\\\", "%", "{{"].iter().any(|start| folder.text.starts_with(start)) {
        let help = r"begin it with a drive or a variable, as in `'C:\bin'` or `'%SystemRoot%\system32'`";
        notes.advise(folder.at, format!("`{}` is no whole path", words::short(&folder.text)), help);
        return None;
    }
    Some(folder.text)
}

fn scope(notes: &mut Notes, table: &Table) -> Option<Scope> {
    if table.key_at("scope").is_none() {
        return Some(Scope::Machine);
    }
    let text = table.text(notes, "scope")?;
    let scope = Scope::ALL.into_iter().find(|scope| scope.name() == text.text);
    if scope.is_none() {
        let known = Scope::ALL.map(Scope::name);
        notes.advise(text.at, format!("unknown scope `{}`", words::short(&text.text)), words::instead(&text.text, &known));
    }
    scope
}
