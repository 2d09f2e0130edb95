//! A mistake in a course, at its exact place.
//!
//! Readers make these, `lint` prints them. Nothing here looks for mistakes.

/// One mistake and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, as one short sentence without a full stop.
    pub what: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The line itself, characters that a terminal would obey replaced.
    pub source: String,
}
