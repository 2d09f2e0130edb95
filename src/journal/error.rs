//! What can go wrong with the journal, in sentences that end with what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::file::Bad;

/// Why the journal could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Another instance has it; its process id where it could be read.
    Busy { pid: Option<u32> },
    /// Written by a newer version in a form this one does not know.
    Newer { path: PathBuf, version: i64 },
    /// The system does not let us.
    Denied { path: PathBuf, why: String },
    /// No space left.
    Full { path: PathBuf },
    /// Anything else the database or the disk said.
    Trouble { path: PathBuf, why: String },
    /// The user has no home folder.
    Homeless,
}

impl OpenError {
    pub(super) fn denied(path: &Path, why: io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::Full { path: path.into() },
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                OpenError::Denied { path: path.into(), why: "there is a file where a folder must be".into() }
            }
            _ => OpenError::Denied { path: path.into(), why: why.to_string() },
        }
    }

    pub(super) fn of(bad: Bad, path: &Path) -> Self {
        let path = path.to_owned();
        match bad {
            Bad::Locked => OpenError::Busy { pid: None },
            Bad::Newer(version) => OpenError::Newer { path, version },
            Bad::Full => OpenError::Full { path },
            Bad::Denied(why) => OpenError::Denied { path, why },
            Bad::Damaged(why) | Bad::Other(why) => OpenError::Trouble { path, why },
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Busy { pid: Some(pid) } => write!(
                f,
                "Another wci (process {pid}) is using this journal. Close it, or give this one a folder of its own with --state FOLDER."
            ),
            OpenError::Busy { pid: None } => write!(
                f,
                "Another program is using this journal. Close it, or give this wci a folder of its own with --state FOLDER."
            ),
            OpenError::Newer { path, version } => write!(
                f,
                "{} was written by a newer wci (format {version}). Update wci, or give this one a folder of its own with --state FOLDER.",
                path.display()
            ),
            OpenError::Denied { path, why } => {
                write!(f, "Failed to open {}: {why}. Choose another folder with --state FOLDER.", path.display())
            }
            OpenError::Full { path } => write!(f, "The disk with {} is full. Free some space and start again.", path.display()),
            OpenError::Trouble { path, why } => {
                write!(f, "Failed to read the journal {}: {why}. Try again, or start afresh with --state FOLDER.", path.display())
            }
            OpenError::Homeless => {
                write!(f, "There is no home folder to keep progress in. Name a folder with --state FOLDER or {}.", super::STATE)
            }
        }
    }
}

impl std::error::Error for OpenError {}

/// Why an entry could not be written. What was written before is kept.
#[derive(Debug)]
pub enum WriteError {
    /// No space left.
    Full { folder: PathBuf },
    /// Anything else the database or the disk said.
    Trouble { folder: PathBuf, why: String },
}

impl WriteError {
    pub(super) fn of(bad: Bad, folder: &Path) -> Self {
        let folder = folder.to_owned();
        let why = match bad {
            Bad::Full => return WriteError::Full { folder },
            Bad::Locked => "another program holds it".into(),
            Bad::Newer(version) => format!("format {version} is unknown"),
            Bad::Denied(why) | Bad::Damaged(why) | Bad::Other(why) => why,
        };
        WriteError::Trouble { folder, why }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Full { folder } => {
                write!(
                    f,
                    "The disk with {} is full: progress cannot be recorded. Free some space and try again.",
                    folder.display()
                )
            }
            WriteError::Trouble { folder, why } => {
                write!(f, "Failed to record progress in {}: {why}. Try again, or start wci again.", folder.display())
            }
        }
    }
}

impl std::error::Error for WriteError {}
