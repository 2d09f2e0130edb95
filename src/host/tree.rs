//! Ends every process of a terminal session.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long processes have to go by themselves, and how long the kernel has to take them away.
const GRACE: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(10);

/// Hangs up on all processes of the session that `shell` leads, and kills those that stay.
///
/// `reaped` says whether the shell itself is gone: then a process with its number is somebody else's.
pub fn end(shell: Pid, reaped: impl Fn() -> bool) {
    let until = Instant::now() + GRACE;
    let mut told = Vec::new();
    loop {
        let groups = groups(shell, reaped());
        if groups.is_empty() {
            return;
        }
        let now = Instant::now();
        if now > until + LAST {
            return;
        }
        if now > until {
            signal(&groups, Signal::KILL);
        }
        let new: Vec<Pid> = groups.into_iter().filter(|group| !told.contains(group)).collect();
        signal(&new, Signal::HUP);
        // A stopped process reads no signal.
        signal(&new, Signal::CONT);
        told.extend(new);
        sleep(LOOK);
    }
}

fn signal(groups: &[Pid], signal: Signal) {
    for group in groups {
        // It may just have gone.
        let _ = kill_process_group(*group, signal);
    }
}

struct Process {
    pid: i32,
    group: i32,
}

/// The process groups of the session that still have a living process.
fn groups(shell: Pid, reaped: bool) -> Vec<Pid> {
    let session = shell.as_raw_nonzero().get();
    let members = members(session);
    if reaped && members.iter().any(|process| process.pid == session) {
        return Vec::new();
    }
    let mut groups: Vec<i32> = members.into_iter().map(|process| process.group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups.into_iter().filter_map(Pid::from_raw).collect()
}

#[cfg(target_os = "linux")]
fn members(session: i32) -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before the bracket may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?;
        let group = fields.nth(1)?.parse().ok()?;
        let of: i32 = fields.next()?.parse().ok()?;
        (of == session && !matches!(state, "Z" | "X")).then_some(Process { pid, group })
    })
    .collect()
}

#[cfg(not(target_os = "linux"))]
fn members(session: i32) -> Vec<Process> {
    let Ok(list) = std::process::Command::new("ps").args(["-axo", "pid=,pgid=,stat="]).output() else { return Vec::new() };
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    list.lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (pid, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            let of = rustix::process::getsid(Pid::from_raw(pid)).ok()?;
            (of.as_raw_nonzero().get() == session && !fields.next()?.starts_with('Z')).then_some(Process { pid, group })
        })
        .collect()
}
