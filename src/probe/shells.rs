//! The warm shells: a few of each kind, so that a slow check does not hold the others up.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;

use crate::course::Shell;

use super::clixml;
use super::frame::Kept;
use super::tree::Living;
use super::warm::{self, Said, Warm};

/// How many of a kind answer at the same time.
const AT_ONCE: usize = 3;

/// How long a question waits for a shell that answers another, before one more is started.
const HOLD: Duration = Duration::from_secs(2);

/// How long a shell may take to get ready. Not of the check's own time: the first PowerShell on a busy machine is slow.
const START: Duration = Duration::from_secs(30);

/// What came of a question.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Replied {
        text: String,
        status: i32,
        /// The text is all that it printed.
        whole: bool,
    },
    /// The time was over.
    Silent,
    /// It could not be asked; a sentence says why.
    No(String),
}

pub struct Shells {
    pools: BTreeMap<Shell, Arc<Pool>>,
    pub(super) living: Living,
}

struct Pool {
    program: PathBuf,
    permits: Semaphore,
    idle: Mutex<Vec<Warm>>,
    /// How many answer.
    out: AtomicUsize,
    /// Told when one has answered.
    back: Notify,
    /// Held while one starts: several at once would only take longer.
    starting: tokio::sync::Mutex<()>,
}

impl Pool {
    fn new(program: PathBuf) -> Self {
        Self {
            program,
            permits: Semaphore::new(AT_ONCE),
            idle: Mutex::default(),
            out: AtomicUsize::new(0),
            back: Notify::new(),
            starting: tokio::sync::Mutex::new(()),
        }
    }
}

impl Default for Shells {
    fn default() -> Self {
        let pool = |shell: Shell| (shell, Arc::new(Pool::new(shell.name().into())));
        Self { pools: Shell::ALL.into_iter().map(pool).collect(), living: Living::default() }
    }
}

impl Drop for Shells {
    fn drop(&mut self) {
        self.forget();
        self.living.settle();
    }
}

impl Shells {
    /// Takes this program for a shell.
    pub fn prefer(&mut self, shell: Shell, program: PathBuf) {
        self.pools.insert(shell, Arc::new(Pool::new(program)));
    }

    /// Puts text to the first of these shells that is on the machine. The time counts from when the shell takes the question.
    pub async fn ask(&self, shells: &[Shell], text: &str, timeout: Duration) -> Heard {
        if text.contains('\0') {
            return Heard::No("the check's command holds a zero byte".into());
        }
        let mut why_not = None;
        for shell in shells {
            match self.ask_one(*shell, text, timeout).await {
                Ok(heard) => return heard,
                Err(Unstarted::Missing) => {}
                Err(Unstarted::Broken(why)) => why_not = Some(why),
            }
        }
        let missing = || format!("{} is not on this machine", shells.first().map_or("the shell", |shell| shell.name()));
        Heard::No(why_not.unwrap_or_else(missing))
    }

    pub fn forget(&self) {
        // In this order: what is put to rest meanwhile is seen by one of the two.
        self.living.kill_all();
        for pool in self.pools.values() {
            pool.idle().clear();
        }
    }

    #[cfg(test)]
    pub fn rests(&self, shell: Shell) -> bool {
        self.pools.get(&shell).is_some_and(|pool| !pool.idle().is_empty())
    }

    async fn ask_one(&self, shell: Shell, text: &str, timeout: Duration) -> Result<Heard, Unstarted> {
        let pool = self.pools.get(&shell).ok_or(Unstarted::Missing)?;
        let _permit = pool.permits.acquire().await.map_err(|why| Unstarted::Broken(why.to_string()))?;
        let era = self.living.era();
        // A shell that waited for long may be gone: then a fresh one is asked.
        loop {
            let spare = pool.spare(shell).await;
            let _out = Out::new(pool);
            let fresh = spare.is_none();
            let mut warm = match spare {
                Some(warm) => warm,
                None => self.start(pool, shell, era).await?,
            };
            let said = match tokio::time::timeout(timeout, warm.ask(text)).await {
                Ok(Ok(said)) => said,
                Ok(Err(why)) => return Ok(Heard::No(format!("{} could not be asked: {why}", shell.name()))),
                Err(_) => return Ok(Heard::Silent),
            };
            let same_era = || self.living.era() == era;
            let replied = |kept: Kept, status| Heard::Replied { text: clixml::without(kept.text), status, whole: kept.whole };
            return Ok(match said {
                Said::Reply { kept, end } => {
                    if same_era() && !end.spent {
                        self.keep(pool, shell, warm, era);
                    }
                    replied(kept, end.status)
                }
                Said::Gone if !fresh && same_era() => continue,
                // `exit` in PowerShell ends the loop with the status it gives.
                Said::Ended { kept, status: Some(status) } if same_era() => match broke_off(status) {
                    Some(why) => Heard::No(why),
                    None => replied(kept, status),
                },
                Said::Ended { .. } | Said::Gone => Heard::No("the shell was ended while it was asked".into()),
            });
        }
    }

    /// A fresh shell that can take a question.
    async fn start(&self, pool: &Arc<Pool>, shell: Shell, era: u64) -> Result<Warm, Unstarted> {
        let _one = pool.starting.lock().await;
        let (of, living) = (Arc::clone(pool), self.living.clone());
        // Starting a process can take seconds, and the thread that asks also draws the screen.
        let starting = tokio::task::spawn_blocking(move || Warm::start(shell, &of.program, &living, era));
        let started = starting.await.unwrap_or_else(|cut| Err(io::Error::other(cut)));
        let mut warm = started.map_err(|why| Unstarted::new(shell, &why))?;
        match tokio::time::timeout(START, warm.ready()).await {
            Ok(Ok(())) => Ok(warm),
            Ok(Err(why)) => Err(Unstarted::new(shell, &why)),
            Err(_) => Err(Unstarted::Broken(format!("{} did not start in {}", shell.name(), super::span(START)))),
        }
    }

    /// Leaves a shell ready for the next question. One is enough at rest: the others were for a time of need.
    fn keep(&self, pool: &Arc<Pool>, shell: Shell, warm: Warm, era: u64) {
        if warm::serves_again(shell) {
            return pool.rest(warm, &self.living, era);
        }
        drop(warm);
        if pool.idle().is_empty() {
            let (pool, living) = (Arc::clone(pool), self.living.clone());
            tokio::task::spawn_blocking(move || {
                if let Ok(next) = Warm::start(shell, &pool.program, &living, era) {
                    pool.rest(next.rest(), &living, era);
                }
            });
        }
    }
}

/// What a shell's own end says that was none of the check's: Windows gives what crashed or was killed from .NET a negative status.
/// A check's own `exit -1` looks the same.
fn broke_off(status: i32) -> Option<String> {
    (status < 0).then(|| format!("the shell broke off ({status:#010X})"))
}

/// Why no shell took the question.
enum Unstarted {
    Missing,
    Broken(String),
}

impl Unstarted {
    fn new(shell: Shell, why: &io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Broken(format!("{} did not start: {why}", shell.name())),
        }
    }
}

/// A shell that is out, answering.
struct Out<'a>(&'a Pool);

impl<'a> Out<'a> {
    fn new(pool: &'a Pool) -> Self {
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
    async fn spare(&self, shell: Shell) -> Option<Warm> {
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
    fn rest(&self, warm: Warm, living: &Living, era: u64) {
        let mut idle = self.idle();
        if idle.is_empty() && living.era() == era {
            idle.push(warm);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_told_from_an_exit() {
        assert_eq!(broke_off(0xC000_0602_u32 as i32).as_deref(), Some("the shell broke off (0xC0000602)"));
        assert_eq!(broke_off(-1).as_deref(), Some("the shell broke off (0xFFFFFFFF)"));
        assert_eq!([0, 3, 255, i32::MAX].map(broke_off), [None, None, None, None]);
    }
}
