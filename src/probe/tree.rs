//! A process and everything it starts, which end together.

use std::collections::BTreeMap;
use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[cfg_attr(unix, path = "tree/unix.rs")]
#[cfg_attr(windows, path = "tree/windows.rs")]
mod group;

use group::Group;

/// How long a hung tree has between being asked to end and being made to.
const GRACE: Duration = Duration::from_millis(200);

/// How long starts under way are waited for at the end.
const STARTS: Duration = Duration::from_secs(2);

/// All trees that have not ended, by the id of their first process. Each stays in here until just before that is reaped.
#[derive(Clone, Default)]
pub struct Living(Arc<Shared>);

#[derive(Default)]
struct Shared {
    groups: Mutex<BTreeMap<u32, Group>>,
    era: AtomicU64,
    /// How many are being started.
    starting: Mutex<usize>,
    started: Condvar,
}

/// A start under way.
struct Starting(Living);

impl Drop for Starting {
    fn drop(&mut self) {
        *self.0.starting() -= 1;
        self.0.0.started.notify_all();
    }
}

impl Living {
    fn groups(&self) -> MutexGuard<'_, BTreeMap<u32, Group>> {
        self.0.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grows when all are ended: what was begun before is not wanted any more.
    pub fn era(&self) -> u64 {
        self.0.era.load(Ordering::SeqCst)
    }

    fn starting(&self) -> MutexGuard<'_, usize> {
        self.0.starting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a start that is wanted in this era. It is counted before the era is looked at: so whoever ends the era either stops it
    /// here or knows of it.
    fn begin(&self, era: u64) -> io::Result<Starting> {
        *self.starting() += 1;
        let starting = Starting(self.clone());
        if self.era() == era { Ok(starting) } else { Err(io::Error::other("it is not wanted any more")) }
    }

    /// Ends every tree now, also those that were given time, and those that are being started once they have.
    pub fn kill_all(&self) {
        let groups = self.groups();
        self.0.era.fetch_add(1, Ordering::SeqCst);
        groups.values().for_each(Group::kill);
        Group::sweep(groups.values());
    }

    /// Waits for the starts under way, but not for ever: what they start would outlive this program.
    pub fn settle(&self) {
        drop(self.0.started.wait_timeout_while(self.starting(), STARTS, |starting| *starting > 0));
    }

    /// Takes in a process whose start began in this era.
    fn take(&self, child: &Child, era: u64) -> io::Result<()> {
        let group = Group::of(child)?;
        let mut groups = self.groups();
        if self.era() != era {
            group.kill();
            return Err(io::Error::other("it is not wanted any more"));
        }
        groups.insert(child.id(), group);
        Ok(())
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.groups().len()
    }

    /// Does something while no tree can be taken in: a start that takes long.
    #[cfg(test)]
    pub fn holding(&self, what: impl FnOnce()) {
        let _groups = self.groups();
        what();
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
    /// Starts a command that has a pipe for its output, and may have one for its input. Where a virus scanner looks at each program first
    /// this takes long: nothing is held meanwhile.
    pub fn start(mut command: Command, living: &Living, era: u64) -> io::Result<(Tree, Option<ChildStdin>, ChildStdout)> {
        let _starting = living.begin(era)?;
        group::alone(&mut command);
        let mut child = command.spawn()?;
        if let Err(why) = living.take(&child, era) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(why);
        }
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let tree = Tree { child: Some(child), living: living.clone(), idle: false };
        let stdout = stdout.ok_or_else(|| io::Error::other("a pipe is missing"))?;
        Ok((tree, stdin, stdout))
    }

    /// What the first process says beside its output, where that has a pipe of its own.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.as_mut()?.stderr.take()
    }

    /// How the first process ended: its status where it exited, none where it was killed. Nothing while it runs.
    pub fn ended(&mut self) -> Option<Option<i32>> {
        let child = self.child.as_mut()?;
        let mut groups = self.living.groups();
        let status = child.try_wait().ok()??;
        // Reaped, but what it started may live on.
        if groups.get(&child.id()).is_some_and(|group| !group.lives()) {
            groups.remove(&child.id());
        }
        Some(status.code())
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let Some(child) = self.child.take() else { return };
        let (living, idle) = (self.living.clone(), self.idle);
        let groups = living.groups();
        let asked = match groups.get(&child.id()) {
            Some(group) if idle => {
                group.kill();
                false
            }
            Some(group) => group.ask_to_end(),
            None => false,
        };
        drop(groups);
        // Waiting takes a thread: a drop must not block, and there may be no runtime any more.
        thread::spawn(move || end(child, &living, asked, idle));
    }
}

fn end(mut child: Child, living: &Living, asked: bool, idle: bool) {
    let id = child.id();
    let until = Instant::now() + GRACE;
    let lives = || living.groups().get(&id).is_some_and(Group::lives);
    while asked && lives() && Instant::now() < until {
        thread::sleep(Duration::from_millis(10));
    }
    let mut groups = living.groups();
    if let Some(group) = groups.remove(&id) {
        group.kill();
        if !idle {
            Group::sweep(std::iter::once(&group));
        }
    }
    drop(groups);
    let _ = child.kill();
    let _ = child.wait();
}
