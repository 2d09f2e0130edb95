//! What a learner's value may look like: one function, one sentence for each way to be wrong.

use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use regex::Regex;

use crate::course::Value;
use crate::course::ValueKind;
use crate::values::is_hidden;

/// What the learner typed, made regular, or one sentence that says what is wrong and how it could look.
pub fn check(value: &Value, given: &str) -> Result<String, String> {
    let given = given.trim();
    if given.is_empty() {
        return Err(wrong(value, "Nothing was given."));
    }
    if given.chars().any(|c| c.is_control() || is_hidden(c)) {
        return Err(wrong(value, "It holds a control character or an invisible one."));
    }
    let regular = regular(value.kind, given).map_err(|why| wrong(value, why))?;
    // A pattern that is no regular expression is the author's mistake, which lint shows: the learner is not held up by it.
    let narrowed = value.matches.as_deref().and_then(|m| Regex::new(m).ok());
    if narrowed.is_some_and(|m| !m.is_match(&regular)) {
        return Err(wrong(value, "It does not have the form that is asked for."));
    }
    Ok(regular)
}

fn wrong(value: &Value, why: &str) -> String {
    let example = value.example.as_deref().or(value.default.as_deref()).unwrap_or(match value.kind {
        ValueKind::Text => "a few words",
        ValueKind::Word => "word",
        ValueKind::Host => "20.51.3.7",
        ValueKind::User => "wci",
        ValueKind::Path => "/tmp/wci",
        ValueKind::Number => "42",
        ValueKind::Port => "22",
        ValueKind::Url => "https://example.org/",
    });
    format!("{why} An example: {example}")
}

fn regular(kind: ValueKind, given: &str) -> Result<String, &'static str> {
    match kind {
        ValueKind::Text => Ok(given.to_owned()),
        ValueKind::Word if given.contains(char::is_whitespace) => Err("It must be one word, without white space."),
        ValueKind::Word => Ok(given.to_owned()),
        ValueKind::Host => host(given).ok_or("It must be the name or the address of a machine."),
        ValueKind::User => user(given).ok_or("It must be a user's name: letters, digits and . _ - only, and no - at its start."),
        ValueKind::Path if given.starts_with('-') => {
            Err("A path that begins with - would be taken for an option: write ./ before it.")
        }
        ValueKind::Path => Ok(given.to_owned()),
        ValueKind::Number => number(given).ok_or("It must be a number."),
        ValueKind::Port => match given.parse::<u16>() {
            Ok(port) if port > 0 => Ok(port.to_string()),
            _ => Err("A port is a number from 1 to 65535."),
        },
        ValueKind::Url => url(given).ok_or("It must be an address that begins with http:// or https://."),
    }
}

/// A DNS name, an IPv4 or an IPv6 address. Never anything `ssh` could take for an option.
fn host(given: &str) -> Option<String> {
    let bare = given.strip_prefix('[').and_then(|g| g.strip_suffix(']')).unwrap_or(given);
    if let Ok(v6) = bare.parse::<Ipv6Addr>() {
        return Some(v6.to_string());
    }
    let name = given.strip_suffix('.').unwrap_or(given);
    if name.split('.').all(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_digit())) {
        return name.parse::<Ipv4Addr>().ok().map(|v4| v4.to_string());
    }
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    (name.len() <= 253 && name.split('.').all(label)).then(|| name.to_ascii_lowercase())
}

/// Also `DOMAIN\user` and `user@domain`.
fn user(given: &str) -> Option<String> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '\\' | '@' | '+');
    (!given.starts_with('-') && given.chars().count() <= 104 && given.chars().all(allowed)).then(|| given.to_owned())
}

fn number(given: &str) -> Option<String> {
    let digits = given.strip_prefix(['-', '+']).unwrap_or(given);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    (all(whole) && all(part)).then(|| given.strip_prefix('+').unwrap_or(given).to_owned())
}

fn url(given: &str) -> Option<String> {
    let lower = given.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = !given.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '}' | '|'));
    (plain && !authority.is_empty() && !authority.starts_with(['-', ':', '@'])).then(|| given.to_owned())
}
