//! Small words of the grammar: attributes, durations, sizes, ids, slugs, and the guess at what a misspelt word should have been.

use std::time::Duration;

use crate::markdown::source::Notes;

/// One attribute of a heading or a fence.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) name: String,
    pub(super) at: usize,
    /// The text after `=` and its place.
    pub(super) value: Option<(String, usize)>,
}

/// Splits `name flag key=value key="two words"`, which stands at `base` in the text.
pub(super) fn words(notes: &mut Notes, text: &str, base: usize) -> Vec<Word> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        if rest.is_empty() {
            return out;
        }
        let name_len = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let mut word = Word { name: rest[..name_len].to_owned(), at: base + at, value: None };
        at += name_len;
        if text[at..].starts_with('=') {
            at += 1;
            let start = at;
            let value;
            (value, at) = if text[at..].starts_with('"') { quoted(notes, text, at, base) } else { bare(text, at) };
            word.value = Some((value, base + start));
        }
        out.push(word);
    }
}

fn bare(text: &str, at: usize) -> (String, usize) {
    let len = text[at..].find(char::is_whitespace).unwrap_or(text.len() - at);
    (text[at..at + len].to_owned(), at + len)
}

/// Reads from the opening quote; `\"` and `\\` are the only escapes.
fn quoted(notes: &mut Notes, text: &str, at: usize, base: usize) -> (String, usize) {
    let mut out = String::new();
    let mut chars = text[at + 1..].char_indices().peekable();
    while let Some((n, c)) = chars.next() {
        match c {
            '"' => {
                let end = at + 1 + n + 1;
                if text[end..].starts_with(|c: char| !c.is_whitespace()) {
                    notes.report(base + end, "a space is missing after the closing quote");
                }
                return (out, end);
            }
            '\\' if chars.peek().is_some_and(|(_, c)| matches!(c, '"' | '\\')) => out.extend(chars.next().map(|(_, c)| c)),
            c => out.push(c),
        }
    }
    notes.advise(base + at, "this quote is never closed", "end it with `\"` on the same line");
    (out, text.len())
}

/// `90s`, `2m`, `1h`.
pub fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at(text.len().checked_sub(1).filter(|n| text.is_char_boundary(*n))?);
    let each = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let count = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok())??;
    (count > 0).then(|| Duration::from_secs(u64::from(count) * each))
}

/// `192 MB`, `8 GiB`, in bytes.
pub(super) fn size(text: &str) -> Option<f64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.')?);
    let each: f64 = match unit.strip_prefix(' ').unwrap_or(unit) {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        "TiB" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    number.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| n * each)
}

/// Lower-case letters, digits and `-`.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// An id made from words.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// A size, which may be a rough one: `192 MB`, `about 120 MB`.
pub(super) fn rough_size(text: &str) -> bool {
    let exact = ["about ", "some ", "over ", "under "].iter().find_map(|rough| text.strip_prefix(rough)).unwrap_or(text);
    size(exact).is_some()
}

/// Words people write for ours.
const ALIASES: [(&str, &str); 18] = [
    ("reboot", "restart"),
    ("admin", "elevated"),
    ("sudo", "elevated"),
    ("root", "elevated"),
    ("size", "download"),
    ("duration", "time"),
    ("shell", "sh"),
    ("console", "sh"),
    ("ps", "powershell"),
    ("ps1", "powershell"),
    ("bat", "cmd"),
    ("batch", "cmd"),
    ("url", "http"),
    ("https", "http"),
    ("regex", "matches"),
    ("message", "says"),
    ("fix", "do"),
    ("mac", "macos"),
];

/// What to say about a word that is not one of `known`: the nearest, or all of them.
pub(super) fn instead(word: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return "leave it out".to_owned();
    }
    let lower: String = word.to_lowercase().chars().take(40).collect();
    let alias = ALIASES.iter().find(|(theirs, ours)| *theirs == lower && known.contains(ours)).map(|(_, ours)| *ours);
    let near = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(&lower, &k.to_lowercase()), *k))
        .filter(|(distance, k)| *distance <= (k.len() / 3).max(1))
        .min()
        .map(|(_, k)| k);
    match alias.or(near) {
        Some(k) => format!("did you mean `{k}`?"),
        None => format!("known here: {}", listed(known)),
    }
}

/// `a`, `b` and `c`.
pub(super) fn listed(words: &[&str]) -> String {
    let ticked: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    match ticked.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// A word from the text, short enough for a message.
pub(super) fn short(word: &str) -> String {
    if word.chars().count() <= 60 { word.to_owned() } else { format!("{}…", word.chars().take(60).collect::<String>()) }
}
