//! A live shell as the rest of the program knows it: an id, a size, and what it tells.

use crate::course::Shell;

/// Names one opening of a shell. A place that is reopened gets a new one, so late news of an old shell can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// Of a terminal, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// What a session tells.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// The shell has started. Marks carry `nonce`; any other mark is somebody else's.
    Opened { shell: Shell, nonce: String },
    /// It could not be started. One sentence for the learner, with what to do.
    Refused(String),
    /// What it wrote.
    Output(Vec<u8>),
    /// It has ended, and all it wrote has been told.
    Ended(Ending),
}

/// How a shell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Exited(i32),
    /// By a signal, on Unix.
    Killed(i32),
    Unknown,
}
