//! From what was seen to a verdict.
//!
//! Pure: `probe` and the session do the looking, this decides and words it. What it words is shown on a terminal and may come from
//! anywhere, so it is one short line without control characters.

use std::cmp::Reverse;

use regex::{Regex, RegexBuilder};

use crate::course::{Answer, Check, Expect, Fact, Hint, Look, OfWindows, Verdict};

mod windows;

pub use windows::{NOT_WINDOWS, service, windows};

/// How many characters of what was seen are told.
const CLIP: usize = 120;

/// Whether the text that was seen satisfies the check's expectation. Without one, seeing is enough.
pub fn judge(check: &Check, seen: &str) -> Answer {
    let text = plain(seen);
    let Some(expect) = &check.expect else {
        return answer(check, true, &text);
    };
    match expect {
        Expect::Equals(want) => answer(check, text == plain(want), &text),
        Expect::Contains(want) => {
            let want = plain(want);
            answer(check, text.contains(&want), line_of(&text, text.find(&want)))
        }
        Expect::Matches(pattern) => match pattern_of(pattern) {
            Ok(regex) => {
                let found = regex.find(&text);
                answer(check, found.is_some(), line_of(&text, found.map(|m| m.start())))
            }
            Err(why) => unknown(check, &why),
        },
        Expect::AtLeast(least) => match amount(&text) {
            Some(found) if is_size(check) => answer(check, found >= *least, &size(found)),
            Some(found) => answer(check, found >= *least, &text),
            None if text.is_empty() => answer(check, false, ""),
            None => answer(check, false, &format!("no number in: {text}")),
        },
        Expect::AtLeastVersion(least) => match Expect::version(&text) {
            Some(found) => answer(check, found >= *least, &text),
            None => answer(check, false, &format!("no version: {text}")),
        },
    }
}

/// The same for a text of which only so many bytes were kept: what is unmet in them may be met in the rest.
pub fn part(check: &Check, seen: &str, kept: usize) -> Answer {
    let answer = judge(check, seen);
    match answer.verdict {
        Verdict::Pass | Verdict::Unknown => answer,
        Verdict::Fail | Verdict::Warn => unknown(check, &format!("it printed more than {} KiB: let it print less", kept / 1024)),
    }
}

/// Whether a command ended as the check says.
pub fn exit(check: &Check, status: Option<i32>) -> Answer {
    let Some(status) = status else {
        return unknown(check, "the shell told no exit status");
    };
    let met = match &check.look {
        Look::Exit { equals, .. } => status == *equals,
        Look::Ask { exits, .. } => status == *exits,
        _ => status == 0,
    };
    answer(check, met, &format!("exit status {status}"))
}

/// The answer for a check that was seen to be met or not. An unmet check that only warns, warns.
pub fn answer(check: &Check, met: bool, seen: &str) -> Answer {
    let verdict = match (met, check.warn) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Warn,
        (false, false) => Verdict::Fail,
    };
    let seen = match line(seen) {
        empty if empty.is_empty() => "nothing".to_owned(),
        line => line,
    };
    Answer { verdict, seen, expected: expected(check) }
}

/// The answer for a check that could not be asked, with the reason.
pub fn unknown(check: &Check, why: &str) -> Answer {
    Answer { verdict: Verdict::Unknown, seen: line(why), expected: expected(check) }
}

/// The verdict of a step from those of its checks: a failure outweighs what is not known, and that a warning.
pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let weight = |verdict: &Verdict| match verdict {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        Verdict::Unknown => 2,
        Verdict::Fail => 3,
    };
    verdicts.into_iter().max_by_key(weight).unwrap_or(Verdict::Pass)
}

/// The order in which to show hints: those whose `when` matches the text, those for every case, the rest.
pub fn hints_first<'a>(hints: impl IntoIterator<Item = &'a Hint>, text: &str) -> Vec<usize> {
    let fit = |hint: &Hint| match &hint.when {
        Some(_) if fits(hint, text) => 2,
        Some(_) => 0,
        None => 1,
    };
    let fits: Vec<i32> = hints.into_iter().map(fit).collect();
    let mut order: Vec<usize> = (0..fits.len()).collect();
    order.sort_by_key(|&i| Reverse(fits[i]));
    order
}

/// Whether the text is what a hint's `when` means.
pub fn fits(hint: &Hint, text: &str) -> bool {
    let when = hint.when.as_deref().and_then(|when| pattern_of(when).ok());
    when.is_some_and(|regex| regex.is_match(&plain(text)))
}

/// A number of bytes as people write it: `10 GiB`, `1.5 MB`, `2G` (binary, as `df -h` and `free -h` mean it), `512`.
pub fn bytes(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, end) = number(text)?;
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (factor, unit) = unit(&text[end..]);
    text[end + unit..].trim().is_empty().then_some(number * factor)
}

/// A number of bytes in the largest binary unit that gives at least one: `7.8 GiB`.
pub fn size(bytes: f64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let (mut n, mut i) = (bytes, 0);
    while n >= 1024.0 && i + 1 < units.len() {
        (n, i) = (n / 1024.0, i + 1);
    }
    // One decimal, cut: 7.96 GiB must not look like the 8 that were asked for.
    format!("{} {}", (n * 10.0).floor() / 10.0, units[i])
}

/// Text for one line of a terminal: no control characters, nothing that turns the reading direction, clipped.
pub fn line(text: &str) -> String {
    let text = text.split("\r\n").collect::<Vec<_>>().join("\n");
    let parts = text.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty());
    let mut out = String::new();
    let mut count = 0;
    for part in parts {
        let gap = if out.is_empty() { "" } else { " | " };
        for c in gap.chars().chain(part.chars()) {
            if count == CLIP {
                out.pop();
                return out + "…";
            }
            out.push(safe(c));
            count += 1;
        }
    }
    out
}

fn safe(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        // Marks, embeddings, overrides and isolates of bidirectional text; line and paragraph separators; invisible joiners.
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => '\u{fffd}',
        c => c,
    }
}

/// What a check wants, in a few words.
fn expected(check: &Check) -> String {
    match &check.expect {
        Some(Expect::Equals(want)) => return line(want),
        Some(Expect::Contains(want)) => return line(&format!("something with {want}")),
        Some(Expect::Matches(pattern)) => return line(&format!("something like {pattern}")),
        Some(Expect::AtLeast(least)) if is_size(check) => return line(&format!("at least {}", size(*least))),
        Some(Expect::AtLeast(least)) => return line(&format!("at least {least}")),
        Some(Expect::AtLeastVersion(least)) => {
            let numbers: Vec<String> = least.iter().map(u64::to_string).collect();
            return line(&format!("at least {}", numbers.join(".")));
        }
        None => {}
    }
    match &check.look {
        Look::Exit { equals, .. } => format!("exit status {equals}"),
        Look::Ask { exits, .. } => format!("exit status {exits}"),
        Look::Output { .. } => "something printed".into(),
        Look::File { path, missing: false } => line(&format!("{path} exists")),
        Look::File { path, missing: true } => line(&format!("{path} does not exist")),
        Look::OnPath { folder } => line(&format!("{folder} on the PATH")),
        Look::Port { host, port } => line(&format!("{host}:{port} accepts connections")),
        Look::Http { url, status } => line(&format!("{url} answers {status}")),
        Look::Process { name } => line(&format!("{name} runs")),
        Look::Service { name } => line(&format!("the service {name} runs")),
        Look::Machine(_) => "any".into(),
        Look::Windows(what) => line(&of_windows(what)),
    }
}

fn of_windows(what: &OfWindows) -> String {
    match what {
        OfWindows::Feature { name, pending: false } => format!("the feature {name} enabled"),
        OfWindows::Feature { name, pending: true } => format!("the feature {name} enabled, now or after a restart"),
        OfWindows::Elevated => "administrator's rights".into(),
        OfWindows::Build(build) => format!("build {build}"),
        OfWindows::PathEntry { folder, scope } => format!("{folder} on the {}'s PATH", scope.name()),
        OfWindows::Appx { name } => format!("the package {name}"),
        OfWindows::Task { name, missing: false } => format!("the task {name} exists"),
        OfWindows::Task { name, missing: true } => format!("the task {name} does not exist"),
        OfWindows::Signature { signer: None, .. } => "a valid signature".into(),
        OfWindows::Signature { signer: Some(signer), .. } => format!("a valid signature of {signer}"),
        OfWindows::NoRestart => "no restart waiting".into(),
    }
}

/// Whether the number a check wants is one of bytes.
fn is_size(check: &Check) -> bool {
    let whole = |least: f64| least > 0.0 && (least % 1_048_576.0 == 0.0 || least % 1e9 == 0.0);
    match (&check.look, &check.expect) {
        (Look::Machine(Fact::Memory | Fact::Disk), _) => true,
        (_, Some(Expect::AtLeast(least))) => whole(*least),
        _ => false,
    }
}

/// Line ends of one kind, and no white space at the end.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

fn pattern_of(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .build()
        .map_err(|_| format!("the check's pattern is not a regular expression: {pattern}"))
}

/// The line at an offset, or all.
fn line_of(text: &str, at: Option<usize>) -> &str {
    let Some(at) = at else { return text };
    let start = text[..at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i);
    match text[start..end].trim() {
        "" => text,
        line => line,
    }
}

/// The first number of a text, in bytes when a unit follows.
fn amount(text: &str) -> Option<f64> {
    let (number, end) = number(text)?;
    Some(number * unit(&text[end..]).0)
}

/// The first number of a text, and where it ends. A comma before three digits groups thousands; a minus counts at the start of a word.
fn number(text: &str) -> Option<(f64, usize)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let digit = |i: usize| text.as_bytes().get(i).is_some_and(u8::is_ascii_digit);
    let mut end = start;
    let mut whole = String::new();
    loop {
        if digit(end) {
            whole.push(char::from(text.as_bytes()[end]));
            end += 1;
        } else if text[end..].starts_with(',') && whole.len() <= 12 && (1..4).all(|i| digit(end + i)) && !digit(end + 4) {
            end += 1;
        } else {
            break;
        }
    }
    if text[end..].starts_with('.') && digit(end + 1) {
        let rest = text[end + 1..].bytes().take_while(u8::is_ascii_digit).count();
        whole.push_str(&text[end..end + 1 + rest]);
        end += 1 + rest;
    }
    let before = &text[..start];
    let negative = before.strip_suffix('-').is_some_and(|b| !b.ends_with(|c: char| c.is_alphanumeric()));
    let value: f64 = whole.parse().ok()?;
    Some((if negative { -value } else { value }, end))
}

/// The factor of a unit of size at the start of a text, and its length with the blanks before it; one for anything else.
fn unit(text: &str) -> (f64, usize) {
    let word = text.trim_start_matches([' ', '\u{a0}']);
    let len = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let name = word[..len].to_ascii_lowercase();
    let (base, power): (f64, i32) = match name.as_str() {
        "b" | "byte" | "bytes" => (1.0, 1),
        "k" | "kib" => (1024.0, 1),
        "m" | "mib" => (1024.0, 2),
        "g" | "gib" => (1024.0, 3),
        "t" | "tib" => (1024.0, 4),
        "kb" => (1000.0, 1),
        "mb" => (1000.0, 2),
        "gb" => (1000.0, 3),
        "tb" => (1000.0, 4),
        _ => return (1.0, 0),
    };
    (base.powi(power), text.len() - word.len() + len)
}

#[cfg(test)]
mod tests;
