//! Sets a damaged journal aside and puts a sound one in its place.
//!
//! The new file is complete before the old one moves, and nothing is ever overwritten or deleted but our own half-made file, so
//! power may go at any moment: `finish` ends what was begun.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::file::{self, Bad, NAME};
use crate::private;

/// Being made.
const MADE: &str = "journal.new.db";

impl From<io::Error> for Bad {
    fn from(why: io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Bad::Full,
            _ => Bad::Denied(why.to_string()),
        }
    }
}

/// Ends a repair that was cut off. Needs the lock.
pub fn finish(folder: &Path) -> io::Result<()> {
    let made = folder.join(MADE);
    if !made.exists() {
        return Ok(());
    }
    if folder.join(NAME).exists() {
        discard(&made)
    } else {
        // The old one has moved already, so this one was complete.
        fs::rename(made, folder.join(NAME))
    }
}

/// Sets the journal aside; gives its new path and how many entries are in the new journal. Needs the lock.
pub fn set_aside(folder: &Path) -> Result<(PathBuf, usize), Bad> {
    let (old, made) = (folder.join(NAME), folder.join(MADE));
    let rows = file::salvage(&old);
    private::file(&made)?;
    file::fill(&made, &rows)?;
    remove(&beside(&made))?;
    let aside = free_name(folder)?;
    // SQLite's own journal first: left behind, it would be played back into the new file.
    if beside(&old).exists() {
        fs::rename(beside(&old), beside(&aside))?;
    }
    fs::rename(&old, &aside)?;
    fs::rename(&made, &old)?;
    // Windows cannot sync a folder, and orders renames itself.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    if fs::metadata(beside(&aside)).is_ok_and(|meta| meta.len() == 0) {
        remove(&beside(&aside))?;
    }
    Ok((aside, rows.len()))
}

/// A name nobody has yet.
fn free_name(folder: &Path) -> Result<PathBuf, Bad> {
    let now = file::now()?;
    let names = (1..).map(|n| match n {
        1 => format!("journal.damaged-{now}.db"),
        n => format!("journal.damaged-{now}-{n}.db"),
    });
    Ok(names.map(|name| folder.join(name)).find(|path| !path.exists() && !beside(path).exists()).unwrap_or_default())
}

/// The path of SQLite's rollback journal for a file.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

fn discard(path: &Path) -> io::Result<()> {
    remove(path)?;
    remove(&beside(path))
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
