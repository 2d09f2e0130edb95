//! A TOML fence as a table of keys, each with its place in the file; the only place that knows the toml crate.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::course::Shell;
use crate::markdown::prose::Fence;
use crate::markdown::source::Notes;
use crate::markdown::source::hidden_words;
use crate::markdown::words;
use crate::values;

/// The keys of one fence.
pub(super) struct Table<'b, 's> {
    fence: &'b Fence<'s>,
    entries: Vec<Entry<'b>>,
}

struct Entry<'b> {
    key: String,
    key_at: usize,
    value: Spanned<DeValue<'b>>,
}

/// A text and where its value begins in the file.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) at: usize,
    span: Range<usize>,
}

/// What stands in a key that takes a number or a text.
pub(super) enum Scalar {
    Number(f64, usize),
    Text(Text),
}

impl<'b, 's> Table<'b, 's> {
    /// Reads the fence; a mistake of syntax and unknown keys are reported.
    pub(super) fn read(notes: &mut Notes, fence: &'b Fence<'s>, known: &[&str]) -> Option<Self> {
        let table = match DeTable::parse(&fence.body.text) {
            Ok(table) => table.into_inner(),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start).min(fence.body.text.len());
                let message = error.message().lines().next().unwrap_or("it cannot be read").to_owned();
                let message = notes.clean(message, fence.at).into_owned();
                let escape = fence.body.text.get(..at).is_some_and(|before| before.ends_with('\\'));
                let help =
                    if escape || message.contains("escape") { ESCAPE_HELP } else { "write `key = \"text\"`, one on each line" };
                notes.advise(fence.body.at(at), format!("this is not TOML: {message}"), help);
                return None;
            }
        };
        let mut entries: Vec<Entry> = Vec::new();
        for (key, value) in table {
            let key_at = fence.body.at(key.span().start);
            let name = key.into_inner().into_owned();
            if known.contains(&name.as_str()) {
                entries.push(Entry { key: name, key_at, value });
            } else {
                let name = notes.clean(name, key_at).into_owned();
                notes.advise(key_at, format!("unknown key `{}`", words::short(&name)), words::instead(&name, known));
            }
        }
        Some(Table { fence, entries })
    }

    /// Where the fence begins.
    pub(super) fn at(&self) -> usize {
        self.fence.at
    }

    fn entry(&self, key: &str) -> Option<&Entry<'b>> {
        self.entries.iter().find(|e| e.key == key)
    }

    /// Where a key stands, if it is given.
    pub(super) fn key_at(&self, key: &str) -> Option<usize> {
        self.entry(key).map(|e| e.key_at)
    }

    fn value(&self, key: &str) -> Option<(&DeValue<'b>, Range<usize>, usize)> {
        let entry = self.entry(key)?;
        let span = entry.value.span();
        let at = self.fence.body.at(span.start);
        Some((entry.value.get_ref(), span, at))
    }

    /// A text, without what it must not hold; the values it asks for are noted.
    pub(super) fn text(&self, notes: &mut Notes, key: &str) -> Option<Text> {
        let (value, span, at) = self.value(key)?;
        let Some(text) = value.as_str() else {
            let text = self.number(key).map_or("…", |(number, _)| number);
            notes.advise(at, format!("`{key}` must be a text"), format!("write `{key} = \"{text}\"`"));
            return None;
        };
        if let Some(hidden) = text.chars().find(|c| values::is_hidden(*c)) {
            // The fence itself is clean: only an escape makes one.
            notes.advise(at, hidden_words(hidden), ESCAPE_HELP);
            return None;
        }
        let text = text.to_owned();
        if text.trim().is_empty() {
            notes.report(at, format!("`{key}` is empty"));
            return None;
        }
        let text = Text { text, at, span };
        for (n, (_, name)) in values::names(&text.text).into_iter().enumerate() {
            let at = self.name_at(&text, n, name);
            notes.uses.push((name.to_owned(), at));
        }
        Some(text)
    }

    /// The place in the file of the `n`th value of a text: its escapes are not counted out, the name is looked for.
    fn name_at(&self, text: &Text, n: usize, name: &str) -> usize {
        let raw = self.fence.body.text.get(text.span.clone()).unwrap_or_default();
        let found = values::names(raw).into_iter().nth(n).filter(|(_, raw)| *raw == name);
        found.map_or(text.at, |(range, _)| self.fence.body.at(text.span.start + range.start))
    }

    /// A text for a shell: no value may stand inside quotes.
    pub(super) fn command(&self, notes: &mut Notes, key: &str, shell: Shell) -> Option<Text> {
        let text = self.text(notes, key)?;
        let found = values::names(&text.text);
        for bad in values::enclosed(&text.text, shell) {
            let n = found.iter().position(|(range, _)| *range == bad.range).unwrap_or(0);
            let at = self.name_at(&text, n, bad.name);
            notes.advise(at, format!("`{{{{{}}}}}` stands inside {}", bad.name, bad.within), quotes_help(bad.within));
        }
        Some(text)
    }

    /// A text that must be there.
    pub(super) fn required(&self, notes: &mut Notes, key: &str, why: &str) -> Option<Text> {
        if self.entry(key).is_none() {
            notes.advise(self.at(), format!("`{key}` is missing"), format!("write `{key} = \"…\"`: {why}"));
            return None;
        }
        self.text(notes, key)
    }

    pub(super) fn flag(&self, notes: &mut Notes, key: &str) -> Option<(bool, usize)> {
        let (value, _, at) = self.value(key)?;
        let flag = value.as_bool();
        if flag.is_none() {
            let meant = value.as_str().is_none_or(|text| !text.trim().eq_ignore_ascii_case("false"));
            notes.advise(at, format!("`{key}` must be true or false"), format!("write `{key} = {meant}`"));
        }
        flag.map(|flag| (flag, at))
    }

    /// A flag that can be said in one way.
    pub(super) fn only(&self, notes: &mut Notes, key: &str, way: bool) -> Option<()> {
        let (value, _, at) = self.value(key)?;
        let flag = value.as_bool();
        if flag != Some(way) {
            notes.advise(at, format!("`{key}` can only be {way}"), format!("leave the check out, or write `{key} = {way}`"));
        }
        flag.map(drop)
    }

    /// A number as it is written, without quotes.
    pub(super) fn number(&self, key: &str) -> Option<(&str, usize)> {
        let (value, span, at) = self.value(key)?;
        let number = matches!(value, DeValue::Integer(_) | DeValue::Float(_));
        self.fence.body.text.get(span).filter(|_| number).map(|text| (text, at))
    }

    /// A whole number within bounds.
    pub(super) fn integer(&self, notes: &mut Notes, key: &str, bounds: Range<i64>) -> Option<(i64, usize)> {
        let (value, _, at) = self.value(key)?;
        let number = value.as_integer().and_then(|i| i64::from_str_radix(i.as_str(), i.radix()).ok());
        let Some(number) = number.filter(|n| bounds.contains(n)) else {
            let what = format!("`{key}` must be a whole number from {} to {}", bounds.start, bounds.end - 1);
            let quoted = value.as_str().and_then(|text| text.trim().parse().ok()).filter(|n| bounds.contains(n));
            let help = match quoted {
                Some(n) => format!("write it without quotes: `{key} = {n}`"),
                None => format!("write such a number without quotes, as in `{key} = {}`", bounds.start.max(0)),
            };
            notes.advise(at, what, help);
            return None;
        };
        Some((number, at))
    }

    /// A number of any kind, or a text.
    pub(super) fn scalar(&self, notes: &mut Notes, key: &str) -> Option<Scalar> {
        let (value, _, at) = self.value(key)?;
        let number = match value {
            DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(|n| n as f64),
            DeValue::Float(f) => f.as_str().parse::<f64>().ok().filter(|n| n.is_finite()),
            _ => return self.text(notes, key).map(Scalar::Text),
        };
        if number.is_none() {
            notes.report(at, format!("`{key}` is no number we can compare"));
        }
        number.map(|n| Scalar::Number(n, at))
    }

    pub(super) fn duration(&self, notes: &mut Notes, key: &str) -> Option<Duration> {
        let (value, _, at) = self.value(key)?;
        let text = value.as_str();
        let duration = text.and_then(words::duration);
        if duration.is_none() {
            let what = text.map_or_else(
                || format!("`{key}` must be a duration in quotes"),
                |t| format!("`{}` is no duration", words::short(t)),
            );
            let what = notes.clean(what, at).into_owned();
            notes.advise(at, what, DURATION_HELP);
        }
        duration
    }
}

pub(super) const ESCAPE_HELP: &str = "a backslash in double quotes begins an escape: use single quotes";
pub(super) const DURATION_HELP: &str = "write `90s`, `2m` or `1h`";

/// What to do about a value that stands inside something.
pub(super) fn quotes_help(within: &str) -> &'static str {
    match within {
        "single quotes" | "double quotes" => "leave the quotes out: wci quotes it",
        "backticks" => "write `$(…)` instead of the backticks",
        _ => "wci quotes it, and quotes mean nothing there: put it into a variable first",
    }
}
