//! A live shell as the rest of the program knows it: what stands behind it, an id, a size, and what it tells.

mod address;

use std::fmt;
use std::str::FromStr;

use crate::course::Os;
use crate::course::Shell;

pub use address::Address;

/// What stands behind a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostKind {
    /// A shell on this machine.
    Here,
    /// A machine reached by the system's `ssh`.
    Ssh(Address),
    /// No machine: steps can be read and ticked by hand.
    Rehearsal,
}

impl fmt::Display for HostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostKind::Here => f.write_str("here"),
            HostKind::Ssh(address) => address.fmt(f),
            HostKind::Rehearsal => f.write_str("rehearsal"),
        }
    }
}

impl FromStr for HostKind {
    type Err = String;

    /// The error is one sentence for the learner.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            text if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ssh:")) && !text.starts_with("ssh://") => {
                Err("An address over ssh begins with ssh:// (as in ssh://user@host).".into())
            }
            "here" => Ok(HostKind::Here),
            "rehearsal" => Ok(HostKind::Rehearsal),
            text if text.starts_with("ssh://") || text.contains('@') => text.parse().map(HostKind::Ssh),
            _ => Err("It is here, rehearsal, or ssh:// with user@host[:port] or a name of your ssh config.".into()),
        }
    }
}

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
    /// The shell has started. Marks carry `nonce`; any other mark is somebody else's. The system it runs on, if it is known.
    Opened { shell: Shell, nonce: String, os: Option<Os> },
    /// A machine behind `ssh` could not be reached, or the link to it broke: this session is over.
    Lost(Loss),
    /// It could not be started. One sentence for the learner, with what to do.
    Refused(String),
    /// What it wrote.
    Output(Vec<u8>),
    /// It has ended, and all it wrote has been told.
    Ended(Ending),
}

/// Why there is no link to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// One sentence for the learner, with what to do where there is something to do.
    pub why: String,
    /// Whether the same may well go better after a while, as with a machine that restarts. A wrong host key does not go away.
    pub again: bool,
}

/// How a shell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Exited(i32),
    /// By a signal, on Unix.
    Killed(i32),
    Unknown,
}
