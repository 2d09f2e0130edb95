//! A process and everything it starts, which end together.
//!
//! On Unix the process leads a session of its own: no terminal to read a password from or to write on, and one signal reaches
//! its group. On Windows the system's `taskkill /T` walks the tree.
#![allow(unsafe_code, reason = "setsid and kill have no safe form in std")]

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, ChildStdin, ChildStdout, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use super::machine;

/// How long a hung tree has between being asked to end and being made to.
const GRACE: Duration = Duration::from_millis(200);

/// The process ids of all trees that have not ended. Each stays in here until just before it is reaped, so that it names no other process.
#[derive(Clone, Default)]
pub struct Living(Arc<Mutex<BTreeSet<u32>>>);

impl Living {
    fn ids(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends every tree now, also those that were given time.
    pub fn kill_all(&self) {
        let ids = self.ids();
        for id in ids.iter() {
            kill(*id);
        }
        #[cfg(unix)]
        if !ids.is_empty() {
            machine::end_sessions(&ids);
        }
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.ids().len()
    }
}

/// Dropping it ends the tree, in the background.
pub struct Tree {
    child: Option<Child>,
    living: Living,
    /// It has nothing left to do: it need not be asked to end.
    pub idle: bool,
}

impl Tree {
    /// Starts a command that has a pipe for its output, and may have one for its input.
    pub fn start(mut command: Command, living: &Living) -> io::Result<(Tree, Option<ChildStdin>, ChildStdout)> {
        alone(&mut command);
        let mut ids = living.ids();
        let mut child = command.spawn()?;
        ids.insert(child.id());
        drop(ids);
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let tree = Tree { child: Some(child), living: living.clone(), idle: false };
        let stdout = stdout.ok_or_else(|| io::Error::other("a pipe is missing"))?;
        Ok((tree, stdin, stdout))
    }

    /// How the first process ended: its status where it exited, none where it was killed. Nothing while it runs.
    pub fn ended(&mut self) -> Option<Option<i32>> {
        let child = self.child.as_mut()?;
        let mut ids = self.living.ids();
        let status = child.try_wait().ok()??;
        // Reaped, but its group may live on under its id, which the system gives nobody while it does.
        if !group_lives(child.id()) {
            ids.remove(&child.id());
        }
        Some(status.code())
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let Some(child) = self.child.take() else { return };
        let (living, idle) = (self.living.clone(), self.idle);
        let ids = living.ids();
        match (ids.contains(&child.id()), idle) {
            (false, _) => {}
            (true, true) => kill(child.id()),
            (true, false) => ask_to_end(child.id()),
        }
        drop(ids);
        // Waiting takes a thread: a drop must not block, and there may be no runtime any more.
        thread::spawn(move || end(child, &living, idle));
    }
}

fn end(mut child: Child, living: &Living, idle: bool) {
    let id = child.id();
    if !idle {
        let until = Instant::now() + GRACE;
        while group_lives(id) && Instant::now() < until {
            thread::sleep(Duration::from_millis(10));
        }
        let ids = living.ids();
        if ids.contains(&id) {
            kill(id);
            #[cfg(unix)]
            machine::end_sessions(&BTreeSet::from([id]));
        }
    }
    living.ids().remove(&id);
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(unix)]
fn alone(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: setsid is async-signal-safe and touches no memory of ours.
    unsafe {
        command.pre_exec(|| match libc::setsid() {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
}

#[cfg(unix)]
fn ask_to_end(id: u32) {
    signal(id, libc::SIGTERM);
}

#[cfg(unix)]
fn kill(id: u32) {
    signal(id, libc::SIGKILL);
}

#[cfg(unix)]
fn group_lives(id: u32) -> bool {
    signal(id, 0)
}

#[cfg(unix)]
fn signal(group: u32, signal: libc::c_int) -> bool {
    match libc::pid_t::try_from(group) {
        // 0 and 1 would be our own group and everybody.
        // SAFETY: kill takes two integers.
        Ok(group) if group > 1 => unsafe { libc::kill(-group, signal) == 0 },
        _ => false,
    }
}

#[cfg(windows)]
fn alone(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(windows)]
fn ask_to_end(_: u32) {}

#[cfg(windows)]
fn kill(id: u32) {
    let mut taskkill = Command::new(super::look::system32("taskkill.exe"));
    taskkill.args(["/T", "/F", "/PID", &id.to_string()]);
    taskkill.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    alone(&mut taskkill);
    let _ = taskkill.status();
}

/// On Windows a process id is not a group's: what matters is only that `end` gives no time there.
#[cfg(windows)]
fn group_lives(_: u32) -> bool {
    false
}
