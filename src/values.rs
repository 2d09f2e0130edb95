//! The learner's values in a course's text: finds `{{name}}`, fills it in, and checks what the learner typed.
//!
//! A value comes from outside, so in a command it is only ever one literal word of the shell: it is quoted here, and a place where
//! quoting cannot work (inside quotes, in a here-document) is refused rather than guessed at.

mod kinds;
mod quotes;

use std::fmt;
use std::ops::Range;

use crate::course::Shell;
use crate::course::Values;

pub use kinds::check;
pub use quotes::Enclosed;
pub use quotes::enclosed;

/// Go templates use these words between double braces too; they are never values.
pub const KEYWORDS: [&str; 4] = ["end", "else", "break", "continue"];

/// Why a text cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FillError {
    /// The learner has not given this value yet.
    Missing(String),
    /// This value cannot stand where it is asked for.
    Refused { name: String, why: String },
}

impl fmt::Display for FillError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FillError::Missing(name) => write!(f, "the value {name} is not known yet"),
            FillError::Refused { name, why } => write!(f, "the value {name} cannot be used here: {why}"),
        }
    }
}

impl std::error::Error for FillError {}

/// Every `{{name}}` of a text: where it stands and the name.
///
/// Only the exact form counts, so `{{.Id}}`, `{{ name }}` and `{{end}}` stay what they are.
pub fn names(text: &str) -> Vec<(Range<usize>, &str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(ahead) = text.get(at..).and_then(|rest| rest.find("{{")) {
        let start = at + ahead;
        let name = start + 2;
        let length = bytes[name..].iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || **b == b'_').count();
        let end = name + length;
        let word = &text[name..end];
        if is_name(word) && text[end..].starts_with("}}") {
            found.push((start..end + 2, word));
            at = end + 2;
        } else {
            at = start + 1;
        }
    }
    found
}

/// Whether a value can be called this.
pub fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !KEYWORDS.contains(&word)
}

/// Characters nobody sees: they steer a terminal, or make text read otherwise than it runs.
#[inline]
pub fn is_hidden(c: char) -> bool {
    // Nearly every character of a chapter ends here.
    if matches!(c, ' '..='~' | '\n' | '\t') {
        return false;
    }
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A command with its values, each as one word of the shell.
pub fn fill_command(text: &str, shell: Shell, values: &Values) -> Result<String, FillError> {
    if let Some(bad) = enclosed(text, shell).into_iter().next() {
        return Err(FillError::Refused { name: bad.name.to_owned(), why: format!("it stands inside {}", bad.within) });
    }
    let found = names(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut next = 0;
    while let Some((range, name)) = found.get(next) {
        out.push_str(&text[at..range.start]);
        let word;
        (word, at, next) = match shell {
            Shell::PowerShell | Shell::Pwsh => glued(text, &found, next, values)?,
            Shell::Sh | Shell::Bash | Shell::Zsh | Shell::Cmd => (plain_word(name, values)?.to_owned(), range.end, next + 1),
        };
        let quoted = shell.quote(&word).map_err(|why| FillError::Refused { name: (*name).to_owned(), why })?;
        out.push_str(&quoted);
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// Prose, a path, an address or a sample with its values as they are.
pub fn fill_plain(text: &str, values: &Values) -> Result<String, FillError> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, name) in names(text) {
        out.push_str(&text[at..range.start]);
        out.push_str(plain_word(name, values)?);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// Commands are typed into a terminal, where a control character is a key press: no quoting helps against that.
fn plain_word<'v>(name: &str, values: &'v Values) -> Result<&'v str, FillError> {
    let value = values.get(name).ok_or_else(|| FillError::Missing(name.to_owned()))?;
    if value.chars().any(|c| is_hidden(c) || c.is_control()) {
        return Err(FillError::Refused { name: name.to_owned(), why: "it holds a control character".to_owned() });
    }
    Ok(value)
}

/// PowerShell ends a word at a closing quote: `'wci'@'host'` is not one word, and not even valid. So whatever stands directly after a
/// value, up to the end of the word, joins it inside the quotes: `{{user}}@{{host}}` becomes `'wci@host'`. Gives the word, where the
/// text goes on, and the value to look at next.
fn glued(
    text: &str,
    found: &[(Range<usize>, &str)],
    mut next: usize,
    values: &Values,
) -> Result<(String, usize, usize), FillError> {
    let mut word = String::new();
    let mut at = found.get(next).map_or(text.len(), |(range, _)| range.start);
    loop {
        if let Some((range, name)) = found.get(next)
            && range.start == at
        {
            word.push_str(plain_word(name, values)?);
            at = range.end;
            next += 1;
            continue;
        }
        match text[at..].chars().next() {
            Some(c) if !ends_word(c) => {
                word.push(c);
                at += c.len_utf8();
            }
            _ => return Ok((word, at, next)),
        }
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ';' | '|' | '&' | '(' | ')' | '{' | '}' | '[' | ']' | ',' | '<' | '>' | '$' | '`' | '\'' | '"' | '=')
        || matches!(c, '\u{2018}'..='\u{201e}')
}

#[cfg(test)]
mod tests;
