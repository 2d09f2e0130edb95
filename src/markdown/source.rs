//! A course's text made safe to read, and the way back from an offset in it to a line and column of the file.
//!
//! Characters that steer a terminal or hide text are cut out here, before anything is parsed, so nothing made from the text can hold
//! them; what decodes to one later (`&#27;`, `"\u001b"`) passes through `Notes::clean`.

use std::borrow::Cow;

use crate::problem::Problem;
use crate::values;

/// So many problems are told for one file; a file with more is not a chapter.
const MOST: usize = 200;
/// A problem keeps so many characters of its line.
const LONGEST: usize = 1000;

/// The file's text, as it is and as it is read.
pub(super) struct Source<'t> {
    pub(super) file: &'t str,
    original: &'t str,
    /// Without byte order mark, carriage returns and hidden characters. All offsets are offsets in this.
    pub(super) clean: String,
    /// Where something was cut out of `clean`, and how many bytes of the original are gone up to there.
    cuts: Vec<(usize, usize)>,
    /// Offsets in the original at which lines begin.
    lines: Vec<usize>,
    /// Hidden characters and where they stand in the original, the first of each line.
    hidden: Vec<(usize, char)>,
}

impl<'t> Source<'t> {
    pub(super) fn new(file: &'t str, original: &'t str) -> Self {
        let mark = if original.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut source = Source {
            file,
            original,
            clean: String::with_capacity(original.len()),
            cuts: vec![(0, mark)],
            lines: vec![mark],
            hidden: Vec::new(),
        };
        let mut from = mark;
        let mut gone = mark;
        let mut told = false;
        for (at, c) in original.char_indices().skip_while(|(at, _)| *at < mark) {
            if c == '\n' {
                source.lines.push(at + 1);
                told = false;
            }
            if !values::is_hidden(c) {
                continue;
            }
            source.clean.push_str(&original[from..at]);
            from = at + c.len_utf8();
            gone += c.len_utf8();
            let line_end = c == '\r' && original[from..].starts_with('\n');
            if !line_end && !told {
                told = true;
                source.hidden.push((at, c));
            }
            source.cuts.push((source.clean.len(), gone));
        }
        source.clean.push_str(&original[from..]);
        source
    }

    /// The place in the original of an offset in the clean text.
    fn original_at(&self, at: usize) -> usize {
        let cut = self.cuts.partition_point(|(clean, _)| *clean <= at);
        at + cut.checked_sub(1).and_then(|n| self.cuts.get(n)).map_or(0, |(_, gone)| *gone)
    }

    /// The line of an offset in the clean text, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_of(self.original_at(at))
    }

    fn line_of(&self, original: usize) -> usize {
        self.lines.partition_point(|start| *start <= original).max(1)
    }

    fn problem_at(&self, original: usize, what: String, help: Option<String>) -> Problem {
        let line = self.line_of(original);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let end = self.lines.get(line).map_or(self.original.len(), |next| next - 1);
        let column = self.original.get(start..original.min(end)).map_or(0, |before| before.chars().count()) + 1;
        let text = self.original.get(start..end).unwrap_or_default().trim_end_matches('\r');
        let shown = text.chars().take(LONGEST).map(|c| if values::is_hidden(c) { '\u{fffd}' } else { c }).collect();
        Problem { file: self.file.to_owned(), line, column, what, help, source: shown }
    }
}

/// What is gathered while a file is read: problems, and the values its text asks for.
pub(super) struct Notes<'s> {
    pub(super) source: &'s Source<'s>,
    problems: Vec<Problem>,
    /// Names of values and where they are used.
    pub(super) uses: Vec<(String, usize)>,
    /// `#id` links and where they stand.
    pub(super) anchors: Vec<(String, usize)>,
}

impl<'s> Notes<'s> {
    pub(super) fn new(source: &'s Source<'s>) -> Self {
        let mut notes = Notes { source, problems: Vec::new(), uses: Vec::new(), anchors: Vec::new() };
        for (original, c) in &source.hidden {
            notes.place(*original, hidden_words(*c), Some("it was left out".to_owned()));
        }
        notes
    }

    pub(super) fn text(&self) -> &'s str {
        &self.source.clean
    }

    /// Notes a mistake at an offset of the clean text.
    pub(super) fn report(&mut self, at: usize, what: impl Into<String>) {
        self.place(self.source.original_at(at), what.into(), None);
    }

    /// Notes a mistake and what to write instead.
    pub(super) fn advise(&mut self, at: usize, what: impl Into<String>, help: impl Into<String>) {
        self.place(self.source.original_at(at), what.into(), Some(help.into()));
    }

    fn place(&mut self, original: usize, what: String, help: Option<String>) {
        if self.problems.len() < MOST {
            self.problems.push(self.source.problem_at(original, what, help));
        } else if self.problems.len() == MOST {
            let what = format!("there are more than {MOST} problems, and the others are not listed");
            self.problems.push(self.source.problem_at(original, what, None));
        }
    }

    /// Notes the values that a stretch of the clean text asks for.
    pub(super) fn uses_in(&mut self, range: std::ops::Range<usize>) {
        let text = self.text().get(range.clone()).unwrap_or_default();
        self.uses.extend(values::names(text).into_iter().map(|(at, name)| (name.to_owned(), range.start + at.start)));
    }

    /// Text that was decoded from entities or escapes, without what it must not hold.
    pub(super) fn clean<'c>(&mut self, text: impl Into<Cow<'c, str>>, at: usize) -> Cow<'c, str> {
        let text = text.into();
        match text.chars().find(|c| values::is_hidden(*c)) {
            Some(c) => {
                self.advise(at, hidden_words(c), "it was left out");
                Cow::Owned(text.chars().filter(|c| !values::is_hidden(*c)).collect())
            }
            None => text,
        }
    }

    /// The problems in the order of the text.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|p| (p.line, p.column));
        self.problems
    }
}

pub(super) fn hidden_words(c: char) -> String {
    let kind = match c {
        '\r' => "a carriage return inside a line",
        '\u{1b}' => "an escape character",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "a character that turns the direction of text",
        c if c.is_control() => "a control character",
        _ => "an invisible character",
    };
    format!("{kind} (U+{:04X}) is not allowed", u32::from(c))
}
