use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::*;
use crate::course::{Answer, Place, StepId, Verdict};
use crate::progress::{Armed, Disarm};
use crate::restart::BootId;
use crate::session::HostKind;

/// Memory where there is some: thousands of openings need no disk.
pub fn folder() -> TempDir {
    match tempfile::tempdir_in("/dev/shm") {
        Ok(folder) => folder,
        Err(_) => tempfile::tempdir().unwrap(),
    }
}

/// One entry of every kind. The match is there to break the build when a kind is added: add it to the list then.
pub fn every_kind() -> Vec<Entry> {
    let step = || StepId::new("01-intro", "größe");
    let answer = Answer { verdict: Verdict::Warn, seen: "7.9 GiB".into(), expected: "at least 8 GiB".into() };
    let boot = |counter: Option<&str>, time: Option<&str>, shown: &str| BootId {
        counter: counter.map(Into::into),
        time: time.map(Into::into),
        up: None,
        shown: shown.into(),
    };
    let entries = vec![
        Entry::Ran {
            step: step(),
            command: "1".into(),
            place: Place::Vm,
            text: "a\n'b' \"c\" \u{0}\u{1f600}".into(),
            edited: true,
        },
        Entry::Ran { step: step(), command: "1".into(), place: Place::Laptop, text: String::new(), edited: false },
        Entry::Finished { step: step(), command: "1".into(), status: Some(i32::MIN) },
        Entry::Finished { step: step(), command: "1".into(), status: None },
        Entry::Observed { step: step(), check: "it ended well".into(), answer },
        Entry::Judged { step: step(), verdict: Verdict::Unknown, reason: "no answer in 10 s".into() },
        Entry::Judged { step: step(), verdict: Verdict::Pass, reason: String::new() },
        Entry::Judged { step: step(), verdict: Verdict::Fail, reason: String::new() },
        Entry::Ticked { step: step(), task: "size".into(), on: true },
        Entry::Declared { step: step(), done: false },
        Entry::Skipped { step: step() },
        Entry::Undone { step: step(), command: "undo".into(), place: Place::Vm, text: "x".into() },
        Entry::Valued { chapter: "01-intro".into(), name: "vm".into(), value: "20.51.3.7".into() },
        Entry::Trusted { course: "digest".into() },
        Entry::Placed { vm: "ssh://wci@10.0.0.4:22".parse().expect("a host"), same: true },
        Entry::Opened { chapter: "01-intro".into() },
        Entry::Booted { host: HostKind::Here, boot: boot(None, Some("133"), "2026-11-24 09:12") },
        Entry::Armed(Armed {
            step: step(),
            command: "1".into(),
            place: Place::Laptop,
            host: "ssh://wci@10.0.0.4".parse().expect("a host"),
            at: 1_795_000_000_000,
            before: boot(Some("7d01"), None, ""),
            saw: vec![("it is \"enabled\"".into(), "EnablePending".into())],
            returns: 2,
        }),
        Entry::Returned { boot: boot(Some("7d02"), Some("134"), "") },
        Entry::Disarmed { how: Disarm::GivenUp },
        Entry::Reset { step: Some(step()) },
        Entry::Reset { step: None },
    ];
    for entry in &entries {
        match entry {
            Entry::Ran { .. } | Entry::Finished { .. } | Entry::Observed { .. } | Entry::Judged { .. } => {}
            Entry::Ticked { .. } | Entry::Declared { .. } | Entry::Skipped { .. } | Entry::Undone { .. } => {}
            Entry::Booted { .. } | Entry::Armed(_) | Entry::Returned { .. } | Entry::Disarmed { .. } => {}
            Entry::Valued { .. } | Entry::Trusted { .. } | Entry::Placed { .. } | Entry::Opened { .. } | Entry::Reset { .. } => {}
        }
    }
    entries
}

pub fn timed(entries: &[Entry]) -> Vec<(u64, Entry)> {
    entries.iter().cloned().enumerate().map(|(i, entry)| (1_700_000_000_000 + i as u64, entry)).collect()
}

/// Opens; waits while a process that another test is just starting still holds a copy of a lock that was given back.
pub fn open(folder: &Path) -> Result<Opened, OpenError> {
    for _ in 0..100 {
        match super::open(folder) {
            Err(OpenError::Busy { pid: Some(pid) }) if pid == std::process::id() => {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            other => return other,
        }
    }
    super::open(folder)
}

pub fn write(folder: &Path, entries: &[(u64, Entry)]) {
    let mut journal = open(folder).unwrap().journal;
    for (at, entry) in entries {
        journal.write(*at, entry).unwrap();
    }
}

/// An entry with a number in it.
fn numbered(n: u64) -> Entry {
    Entry::Opened { chapter: format!("{n} {}", "x".repeat(300)) }
}

#[test]
fn every_kind_of_entry_comes_back_as_it_was() {
    let folder = folder();
    let entries = timed(&every_kind());
    write(folder.path(), &entries);
    let opened = open(folder.path()).unwrap();
    assert_eq!(opened.entries, entries);
    assert_eq!(opened.notice, None);
    assert_eq!(read(folder.path()).unwrap(), (entries, None), "read while another instance has it");
}

#[test]
fn a_missing_folder_is_made_for_its_user_alone() {
    let parent = folder();
    let deep = parent.path().join("a b").join("Ünïcödé 世界").join(if cfg!(windows) { "c%20#d" } else { "c%20?#d" });
    assert_eq!(read(&deep).unwrap(), (Vec::new(), None));
    assert!(!deep.exists(), "reading makes nothing");
    write(&deep, &timed(&every_kind()));
    assert_eq!(open(&deep).unwrap().entries.len(), every_kind().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&deep), 0o700);
        assert_eq!(mode(deep.parent().unwrap()), 0o700);
        for file in fs::read_dir(&deep).unwrap() {
            let file = file.unwrap().path();
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[test]
fn a_second_instance_is_told_who_has_it() {
    let folder = folder();
    let first = open(folder.path()).unwrap();
    let told = open(folder.path()).unwrap_err();
    assert!(matches!(told, OpenError::Busy { pid: Some(pid) } if pid == std::process::id()), "{told:?}");
    assert!(told.to_string().contains("--state"));
    drop(first);
    assert!(open(folder.path()).is_ok());
}

#[test]
fn nothing_can_be_changed_or_deleted() {
    let folder = folder();
    write(folder.path(), &timed(&every_kind()));
    let db = Connection::open(folder.path().join(file::NAME)).unwrap();
    for attempt in [
        "UPDATE entry SET kind = 'x' WHERE seq = 1",
        "DELETE FROM entry",
        "REPLACE INTO entry VALUES (1, 0, 'x', NULL, NULL, '{}')",
        "INSERT INTO entry VALUES (1, 0, 'x', NULL, NULL, '{}') ON CONFLICT DO UPDATE SET kind = 'x'",
    ] {
        let told = db.execute(attempt, []).unwrap_err().to_string();
        assert!(told.contains("only added to"), "{attempt}: {told}");
    }
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let folder = folder();
    write(folder.path(), &timed(&every_kind()));
    let path = folder.path().join(file::NAME);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let before = fs::read(&path).unwrap();
    let told = open(folder.path()).unwrap_err();
    assert!(matches!(told, OpenError::Newer { version: 7, .. }), "{told:?}");
    assert!(told.to_string().contains("Update wci"), "{told}");
    assert!(matches!(read(folder.path()), Err(OpenError::Newer { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn unknown_kinds_are_kept_skipped_and_counted() {
    let folder = folder();
    let entries = timed(&every_kind());
    write(folder.path(), &entries);
    let db = Connection::open(folder.path().join(file::NAME)).unwrap();
    db.execute("INSERT INTO entry VALUES (NULL, 1, 'danced', NULL, NULL, '{}')", []).unwrap();
    db.execute("INSERT INTO entry VALUES (NULL, 1, 'ticked', 'c', 's', '{\"task\":\"t\",\"on\":\"twice\"}')", []).unwrap();
    let opened = open(folder.path()).unwrap();
    assert_eq!(opened.entries, entries);
    assert_eq!(opened.notice.as_deref(), Some("2 entries were left out: a newer wci wrote them."));
    let count: i64 = db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).unwrap();
    assert_eq!(count, entries.len() as i64 + 2);
}

#[test]
fn a_folder_that_cannot_be_is_a_clear_error() {
    let parent = folder();
    let file = parent.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below")] {
        let told = open(&path).unwrap_err();
        assert!(told.to_string().contains("there is a file where a folder must be"), "{told}");
    }
    #[cfg(target_os = "linux")]
    assert!(matches!(open(Path::new("/proc/wci")), Err(OpenError::Denied { .. })));
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_a_clear_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if File::create(folder.path().join("x")).is_ok() {
        println!("skipped: this user may write to read-only folders");
        return;
    }
    assert!(matches!(open(folder.path()), Err(OpenError::Denied { .. })));
}

#[test]
fn the_flag_names_the_state_folder_and_else_the_platform() {
    let flag = state_folder(Some(Path::new("here"))).unwrap();
    assert!(flag.is_absolute() && flag.ends_with("here"));
    if std::env::var_os(STATE).is_none() {
        assert!(state_folder(None).unwrap().ends_with("wci"));
    }
}

/// Not a test by itself: what `child` starts again.
#[test]
fn a_child_that_writes() {
    let Some(folder) = std::env::var_os("WCI_TEST_WRITER") else { return };
    let opened = open(Path::new(&folder)).unwrap();
    let (mut journal, mut out) = (opened.journal, std::io::stdout());
    for n in opened.entries.len() as u64.. {
        match journal.write(n, &numbered(n)) {
            Ok(()) => writeln!(out, "\nack {n}").and_then(|()| out.flush()).unwrap(),
            Err(why) => {
                writeln!(out, "\nrefused {why}").unwrap();
                return;
            }
        }
    }
}

/// This very test program, made to write to a journal until it is stopped; `how` is what the shell does before.
fn child(folder: &Path, how: &str) -> std::process::Child {
    let run = "exec \"$0\" --exact journal::tests::a_child_that_writes --nocapture";
    Command::new("sh")
        .args(["-c", &format!("{how}{run}")])
        .arg(std::env::current_exe().unwrap())
        .env("WCI_TEST_WRITER", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_killed_writer_loses_nothing_it_acknowledged() {
    let folder = folder();
    let mut expected = 0;
    for round in 0..20 {
        let mut child = child(folder.path(), "");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut last = None;
        let until = expected + 1 + round * 7 % 23;
        while let Some(Ok(line)) = lines.next() {
            if let Some(n) = line.strip_prefix("ack ") {
                last = Some(n.parse::<u64>().unwrap());
                if last >= Some(until) {
                    break;
                }
            }
        }
        child.kill().unwrap();
        for line in lines.map_while(Result::ok) {
            if let Some(n) = line.strip_prefix("ack ") {
                last = Some(n.parse().unwrap());
            }
        }
        child.wait().unwrap();
        let last = last.expect("it wrote");
        let opened = open(folder.path()).unwrap();
        assert_eq!(opened.notice, None);
        let found = opened.entries.len() as u64;
        // One more than acknowledged may have reached the disk.
        assert!(found == last + 1 || found == last + 2, "{found} entries, acknowledged up to number {last}");
        assert!(opened.entries.iter().enumerate().all(|(n, (at, entry))| *at == n as u64 && *entry == numbered(n as u64)));
        expected = found;
    }
}

/// Fills the disk, and tells what the writer said and how many entries it had been promised.
#[cfg(unix)]
fn fills_up(folder: &Path, how: &str) -> (String, u64) {
    let mut child = child(folder, how);
    let (mut promised, mut refused) = (0, String::new());
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if line.starts_with("ack ") {
            promised += 1;
        } else if let Some(why) = line.strip_prefix("refused ") {
            refused = why.into();
        }
    }
    child.wait().unwrap();
    (refused, promised)
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_is_an_error_and_keeps_what_was() {
    let folder = folder();
    let (refused, promised) = fills_up(folder.path(), "trap '' XFSZ; ulimit -f 64; ");
    assert!(refused.starts_with("Failed to record progress"), "{refused}");
    let opened = open(folder.path()).unwrap();
    assert!(promised > 10);
    assert_eq!((opened.entries.len() as u64, opened.notice), (promised, None));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_keeps_what_was() {
    let folder = folder();
    // A disk of its own, in a mount namespace of its own: only root may. The files are copied out before it is gone.
    let out = folder.path().join("out");
    fs::create_dir_all(&out).unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir_all(&disk).unwrap();
    let mount = format!(
        "mount -t tmpfs -o size=128k none '{}' || exit 0; trap \"cp '{}'/* '{}'\" EXIT; ",
        disk.display(),
        disk.display(),
        out.display()
    );
    let how = format!(
        "command -v unshare >/dev/null || exit 0; if [ -z \"$INSIDE\" ]; then export INSIDE=1; exec unshare -m sh -c '{}' \"$0\"; fi; ",
        format!("{mount}\"$0\" --exact journal::tests::a_child_that_writes --nocapture").replace('\'', "'\\''")
    );
    let (refused, promised) = fills_up(&disk, &how);
    if refused.is_empty() {
        println!("skipped: no small disk could be mounted");
        return;
    }
    assert!(refused.contains("is full"), "{refused}");
    let opened = open(&out).unwrap();
    assert!(promised > 10);
    assert_eq!((opened.entries.len() as u64, opened.notice), (promised, None));
}
