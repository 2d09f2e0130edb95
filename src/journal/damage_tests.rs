//! A damaged file is never a panic, never a silent loss and never overwritten.

use std::fs;
use std::path::{Path, PathBuf};

use super::tests::{every_kind, folder, open, timed, write};
use super::{file, read};
use crate::progress::Entry;

/// The bytes of a journal of four pages, and its entries.
fn sound() -> (Vec<u8>, Vec<(u64, Entry)>) {
    let folder = folder();
    let mut entries = every_kind();
    entries.extend((0..40).map(|n| Entry::Opened { chapter: format!("{n} {}", "x".repeat(80)) }));
    let entries = timed(&entries);
    write(folder.path(), &entries);
    (fs::read(folder.path().join(file::NAME)).unwrap(), entries)
}

fn set_aside(folder: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    names.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("journal.damaged-")).collect()
}

fn empty(folder: &Path) {
    for file in fs::read_dir(folder).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
}

/// Opens a journal of these bytes; whatever is read must be among `all`, in order, and a loss must have been told.
fn opens(folder: &Path, bytes: &[u8], all: &[(u64, Entry)]) -> usize {
    empty(folder);
    fs::write(folder.join(file::NAME), bytes).unwrap();
    // Every cut is opened; what is only read and what is opened again is looked at for every eighth, which keeps this quick.
    let closely = bytes.len().is_multiple_of(8);
    let looked = closely.then(|| read(folder).unwrap());
    let opened = open(folder).unwrap();
    let mut rest = all.iter();
    for entry in &opened.entries {
        assert!(rest.any(|known| known == entry), "{entry:?} was never written, or comes out of order");
    }
    let aside = set_aside(folder);
    match &opened.notice {
        None => {
            assert!(aside.is_empty());
            assert!(bytes.is_empty() || opened.entries == all, "entries are gone and nothing was told");
        }
        Some(notice) => {
            let [aside] = &aside[..] else { panic!("{notice} but {aside:?}") };
            assert!(notice.contains(&*aside.to_string_lossy()), "{notice}");
            assert_eq!(fs::read(aside).unwrap(), bytes, "the damaged file is kept as it was");
            if let Some((entries, told)) = looked {
                assert_eq!(entries, opened.entries, "what is only read is what is saved");
                assert!(told.is_some());
            }
        }
    }
    let count = opened.entries.len();
    drop(opened);
    if closely {
        let again = open(folder).unwrap();
        assert_eq!((again.entries.len(), again.notice), (count, None), "a repaired journal is sound");
    }
    count
}

#[test]
fn a_file_cut_at_any_byte_opens() {
    let (bytes, entries) = sound();
    assert_eq!(bytes.len(), 4 * 4096, "two full leaves below a root");
    // All 16384 take 18 s of a processor, so that is for CI; elsewhere every byte of the first and the last page, every seventh between.
    let all = std::env::var_os("WCI_CI").is_some();
    let cuts: Vec<usize> = (0..bytes.len()).filter(|len| all || *len <= 4096 || *len >= 3 * 4096 || len % 7 == 0).collect();
    let saved: usize = std::thread::scope(|scope| {
        let half = |first: usize| {
            let folder = folder();
            cuts.iter().skip(first).step_by(2).map(|len| opens(folder.path(), &bytes[..*len], &entries)).sum::<usize>()
        };
        let other = scope.spawn(move || half(1));
        half(0) + other.join().unwrap()
    });
    assert!(saved > 0, "some cuts leave whole pages to save");
    assert_eq!(opens(folder().path(), &bytes, &entries), entries.len());
}

#[test]
fn flipped_bytes_never_panic() {
    let (bytes, entries) = sound();
    let folder = folder();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for _ in 0..3000 {
        let mut bytes = bytes.clone();
        for _ in 0..=next(4) {
            // Half of them where the structure is: the heads of the pages.
            let at = if next(2) == 0 { next(bytes.len()) } else { next(bytes.len() / 4096) * 4096 + next(108) };
            bytes[at] ^= 1 << next(8);
        }
        empty(folder.path());
        fs::write(folder.path().join(file::NAME), &bytes).unwrap();
        let _ = read(folder.path());
        if let Ok(opened) = open(folder.path())
            && opened.notice.is_none()
        {
            assert_eq!(opened.entries.len(), entries.len(), "entries are gone and nothing was told");
        }
    }
}

#[test]
fn a_file_that_is_no_database_is_set_aside() {
    let folder = folder();
    for bytes in [&b"x"[..], &[0; 5000], &[0xff; 20_000], b"SQLite format 3\0"] {
        assert_eq!(opens(folder.path(), bytes, &[]), 0);
    }
}

#[test]
fn damaged_files_of_one_second_get_names_of_their_own() {
    let folder = folder();
    for n in 1..5 {
        fs::write(folder.path().join(file::NAME), format!("damage {n}")).unwrap();
        assert!(open(folder.path()).unwrap().notice.is_some());
        assert_eq!(set_aside(folder.path()).len(), n);
    }
}

#[test]
fn a_garbled_entry_costs_only_itself() {
    let (mut bytes, entries) = sound();
    let needle = b"\"status\":null";
    // Everywhere: SQLite leaves stale copies where pages were split.
    while let Some(at) = bytes.windows(needle.len()).position(|w| w == needle) {
        bytes[at + 9] = b'!';
    }
    let folder = folder();
    assert_eq!(opens(folder.path(), &bytes, &entries), entries.len() - 1);
}

#[test]
fn a_repair_that_was_cut_off_is_ended() {
    let (bytes, entries) = sound();
    let folder = folder();
    // Power went after the old file had moved.
    fs::write(folder.path().join("journal.new.db"), &bytes).unwrap();
    assert_eq!(open(folder.path()).unwrap().entries, entries);
    // Power went before it moved: the half made file goes.
    fs::write(folder.path().join("journal.new.db"), &bytes[..5000]).unwrap();
    fs::write(folder.path().join("journal.new.db-journal"), b"x").unwrap();
    let opened = open(folder.path()).unwrap();
    assert_eq!((opened.entries, opened.notice), (entries, None));
    assert!(!folder.path().join("journal.new.db").exists());
    assert!(!folder.path().join("journal.new.db-journal").exists());
}

#[test]
fn what_a_killed_process_left_half_done_is_rolled_back() {
    let (first, second, third) = (folder(), folder(), folder());
    let entries = timed(&every_kind());
    write(first.path(), &entries);
    let path = first.path().join(file::NAME);
    let db = rusqlite::Connection::open(&path).unwrap();
    // So little memory that the file itself is changed before the commit, which never comes.
    db.execute_batch("PRAGMA cache_size = 1; BEGIN").unwrap();
    for _ in 0..500 {
        db.execute("INSERT INTO entry VALUES (NULL, 1, 'opened', hex(randomblob(200)), NULL, '{}')", []).unwrap();
    }
    assert!(fs::metadata(&path).unwrap().len() > 100_000);
    for copy in [&second, &third] {
        for name in [file::NAME, "journal.db-journal"] {
            fs::copy(first.path().join(name), copy.path().join(name)).unwrap();
        }
    }
    let opened = open(second.path()).unwrap();
    assert_eq!((opened.entries, opened.notice), (entries.clone(), None));
    assert_eq!(read(third.path()).unwrap(), (entries, None));
}
