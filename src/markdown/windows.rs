//! The keys of a check that asks Windows.

use std::time::Duration;

use crate::course::{Check, Look, OfWindows, Scope};
use crate::markdown::source::Notes;
use crate::markdown::table::Table;
use crate::markdown::words;

pub(super) const LOOKS: [&str; 8] =
    ["feature", "elevated", "windows_build", "path_entry", "appx", "task", "signature", "pending_restart"];
/// What may stand beside one of them.
pub(super) const OTHERS: [&str; 3] = ["pending", "scope", "signer"];

pub(super) fn look(notes: &mut Notes, table: &Table, key: &'static str) -> Option<Look> {
    let text = |notes: &mut Notes| table.text(notes, key).map(|t| t.text);
    let flag = |notes: &mut Notes, key: &str| table.flag(notes, key).is_some_and(|(flag, _)| flag);
    Some(Look::Windows(match key {
        "feature" => OfWindows::Feature { name: name(notes, table, key)?, pending: flag(notes, "pending") },
        "elevated" => {
            only(notes, table, key, true)?;
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
            only(notes, table, key, false)?;
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

/// A flag that can be said in one way.
fn only(notes: &mut Notes, table: &Table, key: &str, way: bool) -> Option<()> {
    let (said, at) = table.flag(notes, key)?;
    if said != way {
        notes.advise(at, format!("`{key}` can only be {way}"), format!("leave the check out, or write `{key} = {way}`"));
    }
    Some(())
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
