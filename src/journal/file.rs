//! The SQLite file: how it is opened, its table, reading all of it, adding to it.
//!
//! Knows rows, not entries; decides nothing about a damaged file beyond saying that it is one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use serde_json::Value;

pub const NAME: &str = "journal.db";

/// Of the table. A file with a higher one is refused; new kinds of entries do not need one.
const VERSION: i64 = 1;

const TABLE: &str = "
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    chapter TEXT,
    step TEXT,
    body TEXT NOT NULL
) STRICT;
";

/// Append-only also for a stray hand with the sqlite3 program. `replace` deletes without the second trigger, hence the third.
const TRIGGERS: &str = "
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'the journal is only added to'); END;
CREATE TRIGGER IF NOT EXISTS no_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE seq = new.seq)
    BEGIN SELECT raise(ABORT, 'the journal is only added to'); END;
";

const COLUMNS: &str = "SELECT seq, at, kind, chapter, step, body FROM entry ORDER BY seq";

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// None gets the next number.
    pub seq: Option<i64>,
    pub at: i64,
    pub kind: String,
    pub chapter: Option<String>,
    pub step: Option<String>,
    /// A JSON object.
    pub body: String,
}

/// Why a file could not be used.
#[derive(Debug)]
pub enum Bad {
    Damaged(String),
    Newer(i64),
    Locked,
    Full,
    Denied(String),
    Other(String),
}

impl From<rusqlite::Error> for Bad {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, text) = &error else {
            // A column of a wrong type, text that is not UTF-8, no row where there must be one.
            return Bad::Damaged(error.to_string());
        };
        let why = text.clone().unwrap_or_else(|| failure.to_string());
        match (failure.code, failure.extended_code) {
            (_, ffi::SQLITE_READONLY_DIRECTORY) => Bad::Denied("the folder cannot be written to".into()),
            (_, ffi::SQLITE_READONLY_DBMOVED) => Bad::Other("the journal was moved or deleted".into()),
            (_, ffi::SQLITE_IOERR_SHORT_READ) => Bad::Damaged("it ends too early".into()),
            // The file itself could be opened for writing before: a read-only database is one whose header says so.
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ReadOnly, _)
            | (ErrorCode::TooBig | ErrorCode::TypeMismatch | ErrorCode::SchemaChanged | ErrorCode::Unknown, _) => {
                Bad::Damaged(why)
            }
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed, _) => Bad::Locked,
            (ErrorCode::DiskFull, _) => Bad::Full,
            (ErrorCode::PermissionDenied | ErrorCode::CannotOpen | ErrorCode::AuthorizationForStatementDenied, _) => {
                Bad::Denied(why)
            }
            _ => Bad::Other(why),
        }
    }
}

/// Opens a journal for writing and reads all of it, having made the table in an empty file.
pub fn load(path: &Path) -> Result<(Connection, Vec<Row>), Bad> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The first read rolls back what a killed process left half done, also a half made table: only then is the length true.
    let version = version(&db)?;
    if fs::metadata(path).is_ok_and(|meta| meta.len() == 0) {
        db.execute_batch(&format!("BEGIN IMMEDIATE; {TABLE} {TRIGGERS} PRAGMA user_version = {VERSION}; COMMIT;"))?;
    } else if version < VERSION {
        return Err(Bad::Damaged("it is in no known form".into()));
    }
    let rows = check(&db)?;
    if db.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", [], |row| row.get::<_, i64>(0))? < 3 {
        db.execute_batch(TRIGGERS)?;
    }
    Ok((db, rows))
}

/// Reads all of a journal and writes nothing, unless a killed process left a transaction to roll back.
pub fn look(path: &Path) -> Result<Vec<Row>, Bad> {
    let attempt = |flags| {
        let db = connect(path, flags)?;
        db.pragma_update(None, "query_only", true)?;
        version(&db)?;
        check(&db)
    };
    match attempt(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        Err(Bad::Damaged(_) | Bad::Denied(_) | Bad::Other(_)) => attempt(OpenFlags::SQLITE_OPEN_READ_WRITE),
        other => other,
    }
}

/// Whatever rows of a damaged file can still be read, from both ends.
pub fn salvage(path: &Path) -> Vec<Row> {
    let mut saved = BTreeMap::new();
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(db) = Connection::open_with_flags(path, flags) else { return Vec::new() };
    // Lets SQLite read a file that is shorter than its header says, and past a schema it finds odd.
    let _ = db.pragma_update(None, "writable_schema", true);
    for order in ["ASC", "DESC"] {
        let Ok(mut statement) = db.prepare(&format!("{COLUMNS} {order}")) else { continue };
        let Ok(mut rows) = statement.query([]) else { continue };
        while let Ok(Some(row)) = rows.next() {
            let Ok(row) = row_of(row) else { continue };
            if let Some(seq) = row.seq
                && is_object(&row.body)
            {
                saved.entry(seq).or_insert(row);
            }
        }
    }
    saved.into_values().collect()
}

/// Makes a journal of these rows in an empty file.
pub fn fill(path: &Path, rows: &[Row]) -> Result<(), Bad> {
    let (db, _) = load(path)?;
    db.execute_batch("BEGIN IMMEDIATE")?;
    for row in rows {
        append(&db, row)?;
    }
    db.execute_batch("COMMIT")?;
    Ok(())
}

pub fn append(db: &Connection, row: &Row) -> Result<(), Bad> {
    let mut statement = db.prepare_cached("INSERT INTO entry (seq, at, kind, chapter, step, body) VALUES (?, ?, ?, ?, ?, ?)")?;
    statement.execute((row.seq, row.at, &row.kind, &row.chapter, &row.step, &row.body))?;
    Ok(())
}

/// The local time as a file name takes it.
pub fn now() -> Result<String, Bad> {
    let clock = Connection::open_in_memory()?;
    Ok(clock.query_row("SELECT strftime('%Y%m%d-%H%M%S', 'now', 'localtime')", [], |row| row.get(0))?)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Bad> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // A reader of `wci status` holds the file for moments.
    db.busy_timeout(Duration::from_secs(5))?;
    // `fullfsync` is for macOS, whose fsync does not reach the disk. No memory map: a file cut under us would be a signal.
    db.execute_batch(
        "PRAGMA page_size = 4096; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;",
    )?;
    if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        db.pragma_update_and_check(None, "journal_mode", "TRUNCATE", |_| Ok(()))?;
    }
    Ok(db)
}

fn version(db: &Connection) -> Result<i64, Bad> {
    match db.query_row("PRAGMA user_version", [], |row| row.get(0))? {
        newer if newer > VERSION => Err(Bad::Newer(newer)),
        version => Ok(version),
    }
}

/// Every row, of a file in which every page is sound.
fn check(db: &Connection) -> Result<Vec<Row>, Bad> {
    let told: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if told != "ok" {
        return Err(Bad::Damaged(told.lines().last().unwrap_or_default().into()));
    }
    let mut statement = db.prepare(COLUMNS)?;
    let rows = statement.query_map([], row_of)?.collect::<Result<Vec<Row>, _>>()?;
    match rows.iter().find(|row| !is_object(&row.body)) {
        Some(row) => Err(Bad::Damaged(format!("entry {} is garbled", row.seq.unwrap_or_default()))),
        None => Ok(rows),
    }
}

fn row_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row { seq: row.get(0)?, at: row.get(1)?, kind: row.get(2)?, chapter: row.get(3)?, step: row.get(4)?, body: row.get(5)? })
}

fn is_object(body: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|value| value.is_object())
}
