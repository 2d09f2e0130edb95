//! `wci`, the terminal companion to *Windows Containers Internals*: the architecture page.
#![doc = ""]

pub mod app;
pub mod content;
pub mod course;
pub mod problem;
pub mod highlight;
pub mod host;
pub mod journal;
pub mod judge;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod lint;
pub mod markdown;
pub mod page;
pub mod probe;
pub mod progress;
pub mod session;
pub mod terminal;
pub mod values;
pub mod view;

#[cfg(test)]
mod fixture;
