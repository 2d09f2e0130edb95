//! The journal on the disk: an append-only table in one SQLite file, and the only door to `rusqlite`.
//!
//! It stores entries and gives them back; what they come to is `progress`. A rollback journal, not WAL: writes are rare, a file
//! that is complete by itself can be copied and read with no helper beside it, and network folders work. `TRUNCATE`, not `DELETE`: with
//! `synchronous=FULL` SQLite syncs the truncation that commits, but not the folder after a deletion, so a power cut could take back a
//! commit; and on Windows nothing has to be deleted while a virus scanner looks at it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use rusqlite::Connection;

use crate::private;
use crate::progress::Entry;

mod error;
mod file;
mod line;
mod repair;

pub use error::{OpenError, WriteError};

use file::{Bad, Row};

/// The variable that names the state folder.
pub const STATE: &str = "WCI_STATE";

/// The journal, open for writing. While it lives, no other instance can open the same one.
#[derive(Debug)]
pub struct Journal {
    db: Connection,
    folder: PathBuf,
    _lock: File,
}

/// Entries with their times in milliseconds since 1970, oldest first.
pub type Entries = Vec<(u64, Entry)>;

/// What opening gave.
#[derive(Debug)]
pub struct Opened {
    pub journal: Journal,
    /// Those this version understands.
    pub entries: Entries,
    /// What the learner should know: a damaged file was set aside, entries of a newer version were left out.
    pub notice: Option<String>,
}

/// The folder for the journal: the flag's, else `WCI_STATE`, else where the platform keeps such things.
pub fn state_folder(flag: Option<&Path>) -> Result<PathBuf, OpenError> {
    let variable = std::env::var_os(STATE).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folder = match flag.map(Path::to_owned).or(variable) {
        Some(folder) => folder,
        None => {
            let base = BaseDirs::new().ok_or(OpenError::Homeless)?;
            base.state_dir().unwrap_or(base.data_local_dir()).join("wci")
        }
    };
    std::path::absolute(&folder).map_err(|why| OpenError::denied(&folder, why))
}

/// Opens the folder's journal for writing, making both where they are missing.
///
/// A damaged file is set aside under a name the notice tells, and what could be read of it is carried over.
pub fn open(folder: &Path) -> Result<Opened, OpenError> {
    private::folders(folder).map_err(|why| OpenError::denied(folder, why))?;
    let lock = lock(folder)?;
    let path = folder.join(file::NAME);
    repair::finish(folder).map_err(|why| OpenError::denied(&path, why))?;
    private::file(&path).map_err(|why| OpenError::denied(&path, why))?;
    let mut notices = Vec::new();
    let (db, rows) = match file::load(&path) {
        Ok(loaded) => loaded,
        Err(Bad::Damaged(why)) => {
            let (aside, saved) = repair::set_aside(folder).map_err(|bad| OpenError::of(bad, &path))?;
            let aside = aside.display();
            notices.push(format!("The journal was damaged ({why}). It is kept as {aside}; {} saved.", entries_are(saved)));
            file::load(&path).map_err(|bad| OpenError::of(bad, &path))?
        }
        Err(bad) => return Err(OpenError::of(bad, &path)),
    };
    let entries = understood(&rows, &mut notices);
    let journal = Journal { db, folder: folder.to_owned(), _lock: lock };
    Ok(Opened { journal, entries, notice: join(notices) })
}

/// Reads the folder's journal without the lock and without changing it, also while another instance writes. No journal is an empty one.
pub fn read(folder: &Path) -> Result<(Entries, Option<String>), OpenError> {
    let path = folder.join(file::NAME);
    if fs::metadata(&path).is_ok_and(|meta| meta.len() == 0) {
        return Ok((Vec::new(), None));
    }
    match fs::metadata(&path) {
        Ok(_) => {}
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
        Err(why) => return Err(OpenError::denied(&path, why)),
    }
    let mut notices = Vec::new();
    let rows = match file::look(&path) {
        Ok(rows) => rows,
        Err(Bad::Damaged(why)) => {
            let rows = file::salvage(&path);
            notices.push(format!(
                "The journal is damaged ({why}); {} read. wci repairs it at its next start.",
                entries_are(rows.len())
            ));
            rows
        }
        Err(bad) => return Err(OpenError::of(bad, &path)),
    };
    let entries = understood(&rows, &mut notices);
    Ok((entries, join(notices)))
}

impl Journal {
    /// Adds an entry. It is on the disk when this returns.
    pub fn write(&mut self, at_ms: u64, entry: &Entry) -> Result<(), WriteError> {
        let row = line::row(at_ms, entry);
        file::append(&self.db, &row).map_err(|bad| WriteError::of(bad, &self.folder))
    }
}

/// The entries of the rows this version knows. The others stay in the file and are counted in a notice.
fn understood(rows: &[Row], notices: &mut Vec<String>) -> Entries {
    let entries: Entries = rows.iter().filter_map(|row| Some((u64::try_from(row.at).unwrap_or(0), line::entry(row)?))).collect();
    let foreign = rows.len() - entries.len();
    if foreign > 0 {
        notices.push(format!("{} left out: a newer wci wrote them.", entries_are(foreign)));
    }
    entries
}

fn entries_are(count: usize) -> String {
    match count {
        1 => "1 entry was".into(),
        n => format!("{n} entries were"),
    }
}

fn join(notices: Vec<String>) -> Option<String> {
    (!notices.is_empty()).then(|| notices.join(" "))
}

/// The proof that no other instance has this journal.
///
/// The process id stands in a file of its own, because Windows lets nobody read a locked one.
fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("journal.lock");
    let pid = folder.join("journal.pid");
    let lock = private::file(&path).map_err(|why| OpenError::denied(&path, why))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(pid).ok().and_then(|text| text.trim().parse().ok());
            return Err(OpenError::Busy { pid });
        }
        Err(TryLockError::Error(why)) => return Err(OpenError::denied(&path, why)),
    }
    private::file(&pid)
        .and_then(|mut file| {
            file.set_len(0)?;
            io::Write::write_all(&mut file, format!("{}\n", std::process::id()).as_bytes())
        })
        .map_err(|why| OpenError::denied(&pid, why))?;
    Ok(lock)
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tests;
