//! Breaking text into lines by grapheme and display width. A grapheme is never split, nothing is lost, and no line is too wide.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::page::Piece;
use crate::page::Role;
use crate::values::is_hidden;

/// A piece of text before it is broken into lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Span<'a> {
    pub text: Cow<'a, str>,
    pub role: Role,
    /// A line break the author asked for; the text is empty.
    pub end: bool,
}

impl<'a> Span<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>, role: Role) -> Self {
        Self { text: text.into(), role, end: false }
    }

    pub fn end() -> Self {
        Self { text: Cow::Borrowed(""), role: Role::Text, end: true }
    }
}

/// How many columns a text takes.
pub fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Breaks at white space; words wider than a line, and wide scripts, break between graphemes.
pub fn wrap(spans: &[Span<'_>], width: usize) -> Vec<Vec<Piece>> {
    let mut filler = Filler { width: width.max(2), ..Filler::default() };
    for span in spans {
        if span.end {
            filler.end_word();
            filler.end_line();
        } else {
            filler.span(&clean(&span.text), span.role);
        }
    }
    filler.end_word();
    if !filler.line.is_empty() {
        filler.end_line();
    }
    filler.lines
}

/// Breaks one line of code anywhere, keeping every space: `room` columns for the first row, `less` for those that go on.
pub fn chop(pieces: &[(&str, Role)], room: usize, less: usize) -> Vec<Vec<Piece>> {
    let mut rows = vec![Vec::new()];
    let mut left = room.max(2);
    for (text, role) in pieces {
        if text.is_ascii() && text.len() <= left {
            left -= text.len();
            push(rows.last_mut().unwrap_or(&mut Vec::new()), text, *role);
            continue;
        }
        for grapheme in text.graphemes(true) {
            let wide = columns(grapheme);
            if wide > left {
                rows.push(Vec::new());
                left = less.max(2);
            }
            left = left.saturating_sub(wide);
            if let Some(row) = rows.last_mut() {
                push(row, grapheme, *role);
            }
        }
    }
    rows
}

/// The start of a text that fits, with a sign where it was cut.
pub fn cut(text: &str, width: usize, ellipsis: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = columns(ellipsis);
    for grapheme in text.graphemes(true) {
        used += columns(grapheme);
        if used > width {
            break;
        }
        out.push_str(grapheme);
    }
    if width > 0 {
        out.push_str(ellipsis);
    }
    out
}

/// A text without what would move the cursor or turn the order of what is read: such characters are named instead.
pub fn clean(text: &str) -> Cow<'_, str> {
    let harmless = text.is_ascii() && text.bytes().all(|b| (b' '..0x7f).contains(&b));
    if harmless || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => out.push_str("    "),
            '\n' | '\r' => out.push(' '),
            c if c.is_ascii_control() => {
                out.push('^');
                out.push(char::from((c as u8) ^ 0x40));
            }
            c if is_unsafe(c) => out.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn is_unsafe(c: char) -> bool {
    matches!(c, '\n' | '\t') || is_hidden(c)
}

/// Adds a text to a row, joined to the piece before it where both have one role.
pub fn push(row: &mut Vec<Piece>, text: &str, role: Role) {
    match row.last_mut() {
        Some(last) if last.role == role => last.text.push_str(text),
        _ => row.push(Piece { text: text.to_owned(), role }),
    }
}

#[derive(Default)]
struct Filler {
    width: usize,
    lines: Vec<Vec<Piece>>,
    line: Vec<Piece>,
    used: usize,
    word: Vec<Piece>,
    word_width: usize,
    /// White space since the last word: how much, and of what.
    gap: Option<(usize, Role)>,
}

impl Filler {
    fn span(&mut self, text: &str, role: Role) {
        if text.is_ascii() {
            self.ascii(text, role);
            return;
        }
        for grapheme in text.graphemes(true) {
            if grapheme.chars().all(is_space) {
                self.space(1, role);
                continue;
            }
            let wide = columns(grapheme);
            if wide > 1 {
                self.end_word();
            }
            push(&mut self.word, grapheme, role);
            self.word_width += wide;
            if wide > 1 {
                self.end_word();
            }
        }
    }

    fn ascii(&mut self, text: &str, role: Role) {
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(' ').unwrap_or(rest.len());
            if self.word.is_empty() && end > 0 && end < rest.len() && self.whole(&rest[..end], role) {
                rest = &rest[end..];
            } else if end > 0 {
                push(&mut self.word, &rest[..end], role);
                self.word_width += end;
                rest = &rest[end..];
            }
            let spaces = rest.len() - rest.trim_start_matches(' ').len();
            if spaces > 0 {
                self.space(spaces, role);
                rest = &rest[spaces..];
            }
        }
    }

    /// Puts a word that has ended straight onto a line, where it fits on one.
    fn whole(&mut self, word: &str, role: Role) -> bool {
        if word.len() > self.width {
            return false;
        }
        let (gap, space) = self.gap.take().filter(|_| self.used > 0).unwrap_or((0, role));
        if self.used + gap + word.len() > self.width {
            self.end_line();
        } else {
            for _ in 0..gap {
                push(&mut self.line, " ", space);
            }
            self.used += gap;
        }
        push(&mut self.line, word, role);
        self.used += word.len();
        true
    }

    fn space(&mut self, count: usize, role: Role) {
        self.end_word();
        // Only in code does it matter how many there are.
        let before = self.gap.map_or(0, |(n, _)| n);
        let count = if role == Role::InlineCode { before + count } else { 1 };
        self.gap = Some((count, role));
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let (gap, role) = self.gap.take().filter(|_| self.used > 0).unwrap_or((0, Role::Text));
        if self.used + gap + self.word_width <= self.width {
            for _ in 0..gap {
                push(&mut self.line, " ", role);
            }
            self.used += gap + self.word_width;
            for piece in self.word.drain(..) {
                push(&mut self.line, &piece.text, piece.role);
            }
        } else {
            if self.used > 0 {
                self.end_line();
            }
            self.place_word();
        }
        self.word.clear();
        self.word_width = 0;
    }

    /// Puts the word on an empty line, and on more where it is wider than one.
    fn place_word(&mut self) {
        for piece in std::mem::take(&mut self.word) {
            if self.word_width <= self.width {
                push(&mut self.line, &piece.text, piece.role);
                continue;
            }
            for grapheme in piece.text.graphemes(true) {
                let wide = columns(grapheme);
                if self.used + wide > self.width && self.used > 0 {
                    self.end_line();
                }
                push(&mut self.line, grapheme, piece.role);
                self.used += wide;
            }
        }
        if self.word_width <= self.width {
            self.used = self.word_width;
        }
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.used = 0;
        self.gap = None;
    }
}

/// White space at which a line may break.
fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}
