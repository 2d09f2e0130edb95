//! The warm shells of one kind.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use crate::course::Shell;
use crate::probe::tree::Living;
use crate::probe::warm::{self, Warm, Way};

/// How many of a kind answer at the same time.
const AT_ONCE: usize = 3;

/// How long a question waits for a shell that answers another, before one more is started.
const HOLD: Duration = Duration::from_secs(2);

/// A few that speak alike, and the way to more of them.
pub struct Pool {
    pub way: Way,
    pub permits: Semaphore,
    idle: Mutex<Vec<Warm>>,
    /// How many answer.
    out: AtomicUsize,
    /// Told when one has answered.
    back: Notify,
    /// Held while one starts: several at once would only take longer.
    pub starting: tokio::sync::Mutex<()>,
}

impl Pool {
    pub fn new(way: Way) -> Self {
        Self {
            way,
            permits: Semaphore::new(AT_ONCE),
            idle: Mutex::default(),
            out: AtomicUsize::new(0),
            back: Notify::new(),
            starting: tokio::sync::Mutex::new(()),
        }
    }
}

/// A shell that is out, answering.
pub struct Out<'a>(&'a Pool);

impl<'a> Out<'a> {
    pub fn new(pool: &'a Pool) -> Self {
        pool.out.fetch_add(1, Ordering::SeqCst);
        Self(pool)
    }
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        self.0.out.fetch_sub(1, Ordering::SeqCst);
        self.0.back.notify_one();
    }
}

impl Pool {
    /// One that waits for a question. Where one answers another question, it is waited for a while: most answers take less time than a
    /// start, and a PowerShell takes memory.
    pub async fn spare(&self, shell: Shell) -> Option<Warm> {
        // Time in which one is started is not of the wait.
        drop(self.starting.lock().await);
        let until = Instant::now() + HOLD;
        loop {
            let spare = self.idle().pop();
            if spare.is_some() || !warm::serves_again(shell) || self.out.load(Ordering::SeqCst) == 0 {
                return spare;
            }
            if tokio::time::timeout_at(until, self.back.notified()).await.is_err() {
                return self.idle().pop();
            }
        }
    }

    /// Puts one to rest that is of this era, if none rests yet.
    pub fn rest(&self, warm: Warm, living: &Living, era: u64) {
        let mut idle = self.idle();
        if idle.is_empty() && living.era() == era {
            idle.push(warm);
        }
    }

    pub fn idle(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
