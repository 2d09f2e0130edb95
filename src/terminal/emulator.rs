//! The one place that talks to alacritty_terminal: bytes to a grid, the grid to plain values.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::{Dimensions, Row, Scroll};
use alacritty_terminal::index::Line;
use alacritty_terminal::term::cell::{Cell as Raw, Flags};
use alacritty_terminal::term::{Config, Osc52, Term, TermMode};
use alacritty_terminal::vte::ansi::{Color, CursorShape, NamedColor, Processor, Timeout};

use crate::keys::{Encoding, Modes, Tracking};
use crate::session::Size;
use crate::terminal::{Cell, Colour, Cursor, Shape};

/// What the emulator itself has to say.
#[derive(Debug, PartialEq, Eq)]
pub enum Word {
    Reply(Vec<u8>),
    Bell,
}

/// A wider or higher terminal is nobody's screen, and history has a price for each column.
const WIDEST: u16 = 1000;

pub struct Emulator {
    term: Term<Ears>,
    parser: Processor<Sync>,
    words: Receiver<Word>,
    size: Size,
    /// The beginning of a character whose end is still to come.
    partial: Vec<u8>,
}

/// What alacritty_terminal tells goes through a channel: its listener may not change anything itself.
struct Ears(Sender<Word>);

impl EventListener for Ears {
    fn send_event(&self, event: Event) {
        let word = match event {
            Event::PtyWrite(text) => Word::Reply(text.into_bytes()),
            Event::Bell => Word::Bell,
            // Titles, the clipboard and colours never come this far: the scanner takes every OSC out.
            _ => return,
        };
        // The other end lives as long as this one.
        let _ = self.0.send(word);
    }
}

/// Whether a synchronized update is open. Time is the caller's: it ends one that takes too long.
#[derive(Default)]
struct Sync(bool);

impl Timeout for Sync {
    fn set_timeout(&mut self, _: Duration) {
        self.0 = true;
    }

    fn clear_timeout(&mut self) {
        self.0 = false;
    }

    fn pending_timeout(&self) -> bool {
        self.0
    }
}

/// The emulator needs two columns to hold a wide character; one more than asked for is not shown.
struct Grid(Size);

impl Dimensions for Grid {
    fn total_lines(&self) -> usize {
        self.screen_lines()
    }

    fn screen_lines(&self) -> usize {
        usize::from(self.0.rows)
    }

    fn columns(&self) -> usize {
        usize::from(self.0.columns).max(2)
    }
}

impl Emulator {
    pub fn new(size: Size, scrollback: usize) -> Self {
        let size = sane(size);
        let (ears, words) = channel();
        let config = Config { scrolling_history: scrollback, osc52: Osc52::Disabled, ..Config::default() };
        Self { term: Term::new(config, &Grid(size), Ears(ears)), parser: Processor::new(), words, size, partial: Vec::new() }
    }

    /// A character split between two calls is put together here: vte treats some differently from whole ones.
    pub fn advance(&mut self, bytes: &[u8]) {
        let joined;
        let mut bytes = bytes;
        if !self.partial.is_empty() {
            joined = [&std::mem::take(&mut self.partial)[..], bytes].concat();
            bytes = &joined;
        }
        let (whole, partial) = bytes.split_at(bytes.len() - unfinished(bytes));
        self.partial.extend_from_slice(partial);
        self.parser.advance(&mut self.term, whole);
    }

    pub fn words(&self) -> impl Iterator<Item = Word> {
        self.words.try_iter()
    }

    pub fn pending_sync(&self) -> bool {
        self.parser.sync_timeout().pending_timeout()
    }

    pub fn flush_sync(&mut self) {
        if self.pending_sync() {
            self.parser.stop_sync(&mut self.term);
        }
    }

    pub fn resize(&mut self, size: Size) {
        self.size = sane(size);
        self.term.resize(Grid(self.size));
    }

    pub fn size(&self) -> Size {
        self.size
    }

    pub fn modes(&self) -> Modes {
        let mode = *self.term.mode();
        let on = |flag| mode.contains(flag);
        Modes {
            application_cursor: on(TermMode::APP_CURSOR),
            application_keypad: on(TermMode::APP_KEYPAD),
            bracketed_paste: on(TermMode::BRACKETED_PASTE),
            tracking: match () {
                () if on(TermMode::MOUSE_MOTION) => Tracking::Moves,
                () if on(TermMode::MOUSE_DRAG) => Tracking::Drags,
                () if on(TermMode::MOUSE_REPORT_CLICK) => Tracking::Clicks,
                () => Tracking::Off,
            },
            encoding: match () {
                () if on(TermMode::SGR_MOUSE) => Encoding::Sgr,
                () if on(TermMode::UTF8_MOUSE) => Encoding::Utf8,
                () => Encoding::Legacy,
            },
            alternate_screen: on(TermMode::ALT_SCREEN),
            alternate_scroll: on(TermMode::ALTERNATE_SCROLL),
            focus: on(TermMode::FOCUS_IN_OUT),
        }
    }

    pub fn cursor(&self) -> Option<Cursor> {
        let shape = match self.term.cursor_style().shape {
            CursorShape::Underline => Shape::Underline,
            CursorShape::Beam => Shape::Bar,
            CursorShape::Hidden => return None,
            CursorShape::Block | CursorShape::HollowBlock => Shape::Block,
        };
        if !self.term.mode().contains(TermMode::SHOW_CURSOR) {
            return None;
        }
        let (point, rows) = (self.term.grid().cursor.point, self.size.rows);
        let row = u16::try_from(usize::try_from(point.line.0).ok()? + self.scrolled()).ok()?;
        let column = u16::try_from(point.column.0).ok()?.min(self.size.columns - 1);
        (row < rows).then_some(Cursor { column, row, shape })
    }

    /// Up is positive: towards older lines.
    pub fn scroll(&mut self, lines: i32) {
        self.term.scroll_display(Scroll::Delta(lines));
    }

    pub fn scroll_to_bottom(&mut self) {
        self.term.scroll_display(Scroll::Bottom);
    }

    pub fn scrolled(&self) -> usize {
        self.term.grid().display_offset()
    }

    pub fn history(&self) -> usize {
        self.term.grid().history_size()
    }

    pub fn clear_history(&mut self) {
        self.term.grid_mut().clear_history();
    }

    /// Line `index` of what is shown; negative ones are older than what is shown.
    fn row(&self, index: i32) -> &Row<Raw> {
        &self.term.grid()[Line(index)]
    }

    pub fn for_each_cell(&self, mut tell: impl FnMut(u16, u16, &Cell<'_>)) {
        let top = i32::try_from(self.scrolled()).unwrap_or(i32::MAX);
        for row in 0..self.size.rows {
            let cells = &self.row(i32::from(row) - top)[..];
            for (column, raw) in (0..self.size.columns).zip(cells) {
                if !raw.flags.contains(Flags::WIDE_CHAR_SPACER) {
                    tell(row, column, &cell(raw, self.size.columns - column));
                }
            }
        }
    }

    /// Adds the text of line `index` (0 is the top of the screen, negative is history) to `out`; says whether the next continues it.
    pub fn push_line(&self, index: i32, out: &mut String) -> bool {
        let cells = &self.row(index)[..];
        for raw in cells.iter().take(usize::from(self.size.columns)) {
            if raw.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                continue;
            }
            out.push(if raw.flags.contains(Flags::HIDDEN) { ' ' } else { printable(raw.c) });
            out.extend(raw.zerowidth().unwrap_or_default());
        }
        cells.last().is_some_and(|raw| raw.flags.contains(Flags::WRAPLINE))
    }
}

/// How many bytes at the end begin a character and do not end it.
fn unfinished(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    let Some(lead) = bytes[from..].iter().rposition(|byte| *byte >= 0xc0) else { return 0 };
    let tail = &bytes[from + lead..];
    match std::str::from_utf8(tail) {
        // An error without a length means that more bytes could make it good.
        Err(error) if error.valid_up_to() == 0 && error.error_len().is_none() => tail.len(),
        Ok(_) | Err(_) => 0,
    }
}

fn sane(size: Size) -> Size {
    Size { columns: size.columns.clamp(1, WIDEST), rows: size.rows.clamp(1, WIDEST) }
}

/// A tab is kept in its first cell so that it can be copied; it is drawn as a blank.
fn printable(c: char) -> char {
    if c == '\t' { ' ' } else { c }
}

fn cell(raw: &Raw, room: u16) -> Cell<'_> {
    let on = |flag| raw.flags.intersects(flag);
    let (foreground, dim) = colour(raw.fg);
    let wide = on(Flags::WIDE_CHAR);
    let fits = !wide || room > 1;
    Cell {
        ch: if fits { printable(raw.c) } else { ' ' },
        extra: raw.zerowidth().filter(|_| fits).unwrap_or_default(),
        width: if wide && fits { 2 } else { 1 },
        foreground,
        background: colour(raw.bg).0,
        bold: on(Flags::BOLD),
        dim: dim || on(Flags::DIM),
        italic: on(Flags::ITALIC),
        underline: on(Flags::ALL_UNDERLINES),
        reverse: on(Flags::INVERSE),
        hidden: on(Flags::HIDDEN),
        strike: on(Flags::STRIKEOUT),
    }
}

/// The colour, and whether it is the dim form of it.
fn colour(raw: Color) -> (Colour, bool) {
    let number = match raw {
        Color::Spec(rgb) => return (Colour::Rgb(rgb.r, rgb.g, rgb.b), false),
        Color::Indexed(index) => return (Colour::Indexed(index), false),
        Color::Named(named) => named as usize,
    };
    const DIM: usize = NamedColor::DimBlack as usize;
    match u8::try_from(number.checked_sub(DIM).unwrap_or(number)) {
        Ok(index @ 0..=15) if number < 16 => (Colour::Indexed(index), false),
        Ok(index @ 0..=7) => (Colour::Indexed(index), true),
        _ => (Colour::Default, number == NamedColor::DimForeground as usize),
    }
}
