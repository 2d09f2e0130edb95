//! Text to course: reads a chapter's Markdown and says, at its exact place, what is wrong with it.
//!
//! Reading never fails. What cannot be understood is reported and shown as plain text or code, so that a chapter with mistakes can still
//! be opened. The grammar is in `content/README.md`. This is the only door to pulldown-cmark and toml; it reads no files.

mod chapter;
mod check;
mod command;
mod front;
mod html;
mod inline;
mod prose;
mod source;
mod step;
mod table;
mod value;
mod windows;
mod words;

use crate::course::Block;
use crate::course::Chapter;
use crate::problem::Problem;

pub use words::duration;

/// What `course.md` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Front {
    pub title: String,
    pub summary: String,
    pub intro: Vec<Block>,
}

/// Reads one chapter. The chapter's name is taken from the file's.
pub fn chapter(file: &str, text: &str) -> (Chapter, Vec<Problem>) {
    let source = source::Source::new(file, text);
    let mut notes = source::Notes::new(&source);
    let front = front::read(&mut notes, &["title", "summary", "minutes", "done"]);
    let body = chapter::body(&mut notes, &front, chapter::slug(file), chapter::Page::Chapter);
    (chapter::made(file, front, body), notes.finish())
}

/// Reads `course.md`.
pub fn course(file: &str, text: &str) -> (Front, Vec<Problem>) {
    let source = source::Source::new(file, text);
    let mut notes = source::Notes::new(&source);
    let front = front::read(&mut notes, &["title", "summary"]);
    let body = chapter::body(&mut notes, &front, "", chapter::Page::Course);
    (Front { title: front.title, summary: front.summary, intro: body.intro }, notes.finish())
}

/// The name of the chapter in a file: `01-introduction.md` holds `introduction`.
pub fn slug(file: &str) -> &str {
    chapter::slug(file)
}

#[cfg(test)]
mod tests;
