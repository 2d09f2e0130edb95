//! The lines of `key: value` at the top of a file.

use crate::markdown::source::Notes;
use crate::markdown::words;

/// What the front matter says; what it does not say is empty.
#[derive(Debug, Default)]
pub(super) struct Front {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) minutes: Option<u32>,
    pub(super) done: Option<String>,
    /// Where the text after it begins.
    pub(super) body: usize,
}

/// Reads the front matter; `keys` are those this kind of file may have.
pub(super) fn read(notes: &mut Notes, keys: &[&str]) -> Front {
    let text = notes.text();
    let mut front = Front::default();
    let mut at = text.find('\n').map_or(text.len(), |n| n + 1);
    if text[..at].trim_end() != "---" {
        notes.advise(0, "the front matter is missing", "begin the file with `---`, a line `title: …`, and `---`");
        return front;
    }
    let mut seen: Vec<&str> = Vec::new();
    loop {
        let rest = &text[at..];
        if rest.is_empty() {
            notes.advise(0, "the front matter is never closed", "end it with a line of `---`");
            break;
        }
        let length = rest.find('\n').map_or(rest.len(), |n| n + 1);
        let line = rest[..length].trim_end();
        let start = at;
        at += length;
        if line == "---" {
            front.body = at;
            break;
        }
        // Without a closing line the rest would be read as keys: a heading or a fence shows that it is not.
        if line.starts_with("## ") || line.starts_with("```") {
            notes.advise(0, "the front matter is never closed", "end it with a line of `---`");
            front.body = start;
            break;
        }
        if !line.is_empty() {
            entry(notes, &mut front, &mut seen, (line, start), keys);
        }
    }
    if front.title.is_empty() && !seen.contains(&"title") {
        notes.advise(0, "the title is missing", "write `title: …` between the two `---` lines");
    }
    front
}

fn entry<'t>(notes: &mut Notes, front: &mut Front, seen: &mut Vec<&'t str>, (line, at): (&'t str, usize), keys: &[&str]) {
    let Some((key, value)) = line.split_once(':') else {
        notes.advise(at, "this is not a line of `key: value`", format!("known here: {}", words::listed(keys)));
        return;
    };
    let value_at = at + line.len() - value.trim_start().len();
    let value = unquoted(value.trim());
    if !keys.contains(&key) {
        notes.advise(at, format!("unknown key `{}`", words::short(key)), words::instead(key.trim(), keys));
        return;
    }
    if seen.contains(&key) {
        notes.report(at, format!("`{key}` is given twice"));
        return;
    }
    seen.push(key);
    if value.is_empty() {
        notes.report(at, format!("`{key}` is empty"));
        return;
    }
    match key {
        "title" => front.title = value.to_owned(),
        "summary" => front.summary = value.to_owned(),
        "done" => front.done = Some(value.to_owned()),
        _ => match value.parse::<u32>() {
            Ok(minutes) if minutes > 0 => front.minutes = Some(minutes),
            _ => notes.advise(
                value_at,
                format!("`{}` is not a number of minutes", words::short(value)),
                "write a whole number: `minutes: 60`",
            ),
        },
    }
    notes.uses_in(value_at..at + line.len());
}

/// Front matter that a YAML reader must take too has quotes around a value with a colon in it.
fn unquoted(value: &str) -> &str {
    match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        Some(inner) if !inner.contains(['"', '\\']) => inner,
        _ => value,
    }
}
