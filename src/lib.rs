//! `wci`, the terminal companion to *Windows Containers Internals*: the architecture page.
#![doc = ""]

pub mod course;
pub mod session;
pub mod values;
pub mod keys;
pub mod entry;
pub mod terminal;
pub mod judge;
pub mod markdown;
pub mod progress;
pub mod content;
pub mod host;
pub mod journal;
pub mod highlight;
pub mod probe;
pub mod lint;
