//! What is to be read, laid out in rows of a width: the page of a step, the closing page, the map, and what dialogs say.
//!
//! Rows carry roles, not colours: `view` gives them a style. Nothing here remembers anything; `update` uses the same rows to scroll.

mod blocks;
mod card;
mod checks;
mod closing;
mod code;
mod dialog;
pub mod glyphs;
mod help;
mod hints;
mod home;
pub mod marks;
mod paper;
mod place;
mod restart;
mod search;
mod step;
mod table;
pub mod wrap;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::app::App;
use crate::app::Screen;
use crate::app::Token;

pub use dialog::Sheet;
pub use dialog::dialog;
pub use dialog::overlay_rows;
pub use search::search;

/// Rows of text, and where in them the things are that keys and clicks act on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    pub rows: Vec<Row>,
    pub links: Vec<Link>,
    /// The rows of what Enter acts on.
    pub card: Option<Range<usize>>,
    /// The first row of each task of the step, or of each chapter on the map, and its index.
    pub tasks: Vec<(usize, usize)>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub text: String,
    pub role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub number: usize,
    pub url: String,
    pub row: usize,
}

/// What a piece of text is. `view/theme.rs` says how each looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Text,
    Strong,
    Emphasis,
    StrongEmphasis,
    Strike,
    InlineCode,
    Link,
    LinkNumber,
    Title,
    Heading,
    /// Less important than text.
    Dim,
    /// Bars, rules and the lines of tables.
    Line,
    Bullet,
    TableHead,
    Note,
    Tip,
    Important,
    Warning,
    Caution,
    Code(Token),
    Sample,
    /// The box of the thing to do next.
    CardLine,
    Badge,
    /// A badge to heed before Enter: elevated, restarts.
    Alarm,
    /// A key, in a sentence about keys.
    Key,
    /// Something to do or to know about a command or a check.
    Advice,
    Todo,
    Here,
    Done,
    Warned,
    Unmet,
    Unknown,
    Busy,
    Faint,
    Full,
    Empty,
    /// A text being typed.
    Input,
}

impl Row {
    pub fn text(&self) -> String {
        self.pieces.iter().map(|p| p.text.as_str()).collect()
    }

    pub fn width(&self) -> usize {
        self.pieces.iter().map(|p| wrap::columns(&p.text)).sum()
    }
}

/// The page on the screen, for a pane this wide. One column at each side stays free.
pub fn page(app: &App, width: u16) -> Page {
    let inner = usize::from(width.saturating_sub(2)).max(4);
    match app.screen {
        Screen::Home => home::home(app, inner),
        Screen::Chapter => match app.chapter() {
            Some(chapter) if app.step < chapter.steps.len() => step::step(app, chapter, app.step, inner),
            Some(chapter) => closing::closing(app, chapter, inner),
            None => Page::default(),
        },
    }
}

/// The first row of the page that is shown in a pane this high: where the learner scrolled to, or the chosen chapter on the map.
pub fn top(app: &App, page: &Page, height: u16) -> usize {
    let height = usize::from(height);
    let most = page.rows.len().saturating_sub(height);
    match app.screen {
        Screen::Chapter => app.scroll.min(most),
        Screen::Home => {
            let card = page.card.clone().unwrap_or(0..0);
            // Rolled away from the chosen chapter to read the rest, until another is chosen.
            let chosen = if card.end <= height { 0 } else { (card.end + 1).saturating_sub(height) };
            (if app.scroll == 0 { chosen } else { app.scroll }).min(most)
        }
    }
}
