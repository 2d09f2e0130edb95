//! The screen of a shell: bytes in, a grid of cells out, and what was heard on the way.
//!
//! The only door to alacritty_terminal. A scanner stands in front of it (`scanner`), so that marks are exact, memory stays flat and
//! nothing a program prints reaches the outer terminal but text and its style. No clock: the owner ends a synchronized update that
//! takes too long. Colour queries (OSC 4, 10, 11) are not answered: this layer does not know the outer terminal's colours.

pub mod capture;
mod emulator;
mod marks;
mod scanner;

use std::fmt;

use crate::keys::Modes;
use crate::session::Size;
use crate::terminal::capture::Capture;
use crate::terminal::emulator::{Emulator, Word};
use crate::terminal::marks::Found;
use crate::terminal::scanner::{Piece, Scanner};

/// Lines that can be scrolled back to.
pub const SCROLLBACK: usize = 10_000;

/// The longest a program may hold the screen back with a synchronized update; then the owner calls [`Terminal::flush_sync`].
pub const SYNC_LIMIT: std::time::Duration = std::time::Duration::from_millis(150);

pub struct Terminal {
    scanner: Scanner,
    emulator: Emulator,
    capture: Capture,
    nonce: Option<String>,
}

/// Something that came with the output and is not for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// To be sent to the program: it asked something, and may wait for this.
    Reply(Vec<u8>),
    Mark(Mark),
    /// The folder the shell is in.
    Folder(String),
    Bell,
}

/// A mark of our own shell. A repaint can repeat one: then its number is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub kind: MarkKind,
    /// Runs up from prompt to prompt; cmd has none.
    pub number: Option<u64>,
    /// In its place the time of day at cmd's prompt, its digits as one number.
    pub clock: Option<u64>,
    /// At the start of a prompt of PowerShell: its line editor runs several lines at once when they are complete.
    pub at_once: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    PromptStart,
    /// The prompt stands, and the shell reads a command. Only now is an end before it certain.
    PromptEnd,
    /// Output begins. Plain sh does not tell.
    CommandStart,
    CommandEnd(Option<i32>),
}

/// Where the cursor is, in cells of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub column: u16,
    pub row: u16,
    pub shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Block,
    Underline,
    Bar,
}

/// One cell that is shown. The second half of a wide character is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    pub ch: char,
    /// What combines with `ch`.
    pub extra: &'a [char],
    /// 1 or 2 columns.
    pub width: u8,
    pub foreground: Colour,
    pub background: Colour,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub reverse: bool,
    pub hidden: bool,
    pub strike: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    #[default]
    Default,
    /// The first 16 are the outer terminal's own.
    Indexed(u8),
    Rgb(u8, u8, u8),
}

impl Terminal {
    /// A size of nothing becomes one cell.
    pub fn new(size: Size) -> Self {
        Self { scanner: Scanner::default(), emulator: Emulator::new(size, SCROLLBACK), capture: Capture::default(), nonce: None }
    }

    /// From now on marks with this nonce are marks. Others never are.
    pub fn trust(&mut self, nonce: &str) {
        self.nonce = (!nonce.is_empty()).then(|| nonce.to_string());
    }

    /// Shows what a program wrote. At each mark the screen is exactly what was written before it.
    #[must_use]
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Heard> {
        let Self { scanner, emulator, capture, nonce } = self;
        let mut heard = Vec::new();
        scanner.scan(bytes, |piece| match piece {
            Piece::Pass(bytes) => {
                emulator.advance(bytes);
                capture.pass(bytes);
                listen(emulator, &mut heard);
            }
            Piece::Osc(inside) => match marks::read(inside, nonce.as_deref()) {
                Some(Found::Mark(mark)) => {
                    emulator.flush_sync();
                    listen(emulator, &mut heard);
                    note(capture, mark.kind);
                    heard.push(Heard::Mark(mark));
                }
                Some(Found::More) => capture.more(),
                Some(Found::Folder(path)) => heard.push(Heard::Folder(path)),
                None => {}
            },
        });
        heard
    }

    /// Whether a program holds the screen back. It must not do so for longer than [`SYNC_LIMIT`].
    pub fn pending_sync(&self) -> bool {
        self.emulator.pending_sync()
    }

    /// Shows what a program held back, and tells what was asked in it.
    #[must_use]
    pub fn flush_sync(&mut self) -> Vec<Heard> {
        let mut heard = Vec::new();
        self.emulator.flush_sync();
        listen(&self.emulator, &mut heard);
        heard
    }

    /// Lines are wrapped anew.
    pub fn resize(&mut self, size: Size) {
        self.emulator.resize(size);
    }

    pub fn size(&self) -> Size {
        self.emulator.size()
    }

    pub fn modes(&self) -> Modes {
        self.emulator.modes()
    }

    /// None while it is hidden or scrolled out of sight.
    pub fn cursor(&self) -> Option<Cursor> {
        self.emulator.cursor()
    }

    /// By so many lines: up, to older ones, is positive.
    pub fn scroll(&mut self, lines: i32) {
        self.emulator.scroll(lines);
    }

    pub fn scroll_to_bottom(&mut self) {
        self.emulator.scroll_to_bottom();
    }

    /// How many lines what is shown is above the bottom.
    pub fn scrolled(&self) -> usize {
        self.emulator.scrolled()
    }

    /// How many lines there are above the screen.
    pub fn history(&self) -> usize {
        self.emulator.history()
    }

    /// Tells `row, column, cell` for every cell shown, row by row.
    pub fn for_each_cell(&self, tell: impl FnMut(u16, u16, &Cell<'_>)) {
        self.emulator.for_each_cell(tell);
    }

    /// What is shown as text: a line for each row without the blanks at its end, no blank lines at the end.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let top = i32::try_from(self.scrolled()).unwrap_or(i32::MAX);
        for row in 0..i32::from(self.size().rows) {
            self.emulator.push_line(row - top, &mut text);
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        text.truncate(text.trim_end_matches('\n').len());
        text
    }

    /// The last line with something on it.
    pub fn last_line(&self) -> Option<String> {
        let text = self.text();
        text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(Into::into)
    }

    /// The last line, where it looks like a question.
    pub fn question(&self) -> Option<String> {
        self.last_line().filter(|line| line.ends_with([':', '?']))
    }

    /// A command is about to be typed as these bytes: keep what it prints.
    ///
    /// Where the shell tells that output begins, what it prints starts there; otherwise after the echo of what was typed.
    pub fn begin_capture(&mut self, typed: &[u8]) {
        self.capture.begin(typed.iter().filter(|byte| **byte == b'\r').count());
    }

    /// Whether the whole echo of what was typed has passed, or the shell has said that output begins.
    pub fn echoed(&self) -> bool {
        self.capture.echoed()
    }

    /// What the command has printed, as text; then nothing is kept any more. None if no capture was begun.
    pub fn capture(&mut self) -> Option<String> {
        self.capture.take(self.size())
    }
}

fn note(capture: &mut Capture, kind: MarkKind) {
    match kind {
        MarkKind::PromptStart => {}
        MarkKind::PromptEnd => capture.prompted(),
        MarkKind::CommandStart => capture.started(),
        MarkKind::CommandEnd(_) => capture.ended(),
    }
}

/// Many answers in a row are one, and so are many bells.
fn listen(emulator: &Emulator, heard: &mut Vec<Heard>) {
    for word in emulator.words() {
        match (word, heard.last_mut()) {
            (Word::Reply(more), Some(Heard::Reply(bytes))) => bytes.extend(more),
            (Word::Reply(bytes), _) => heard.push(Heard::Reply(bytes)),
            (Word::Bell, Some(Heard::Bell)) => {}
            (Word::Bell, _) => heard.push(Heard::Bell),
        }
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size { columns, rows } = self.size();
        write!(f, "Terminal({columns}x{rows}, {:?})", self.cursor())
    }
}

#[cfg(test)]
mod tests;
