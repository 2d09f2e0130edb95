//! The warm shells: a few of each kind, so that a slow check does not hold the others up.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::course::Shell;

use super::tree::Living;
use super::warm::{self, Said, Warm};

/// How many of a kind answer at the same time.
const AT_ONCE: usize = 3;

/// How long a shell may take to get ready. Not of the check's own time: the first PowerShell on a busy machine is slow.
const START: Duration = Duration::from_secs(30);

/// What came of a question.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Replied {
        text: String,
        status: i32,
    },
    /// The time was over.
    Silent,
    /// It could not be asked; a sentence says why.
    No(String),
}

pub struct Shells {
    pools: BTreeMap<Shell, Pool>,
    pub(super) living: Living,
    /// Grows when all shells are ended: what was asked before is not asked again.
    era: AtomicU64,
}

struct Pool {
    permits: Semaphore,
    idle: Mutex<Vec<Warm>>,
}

impl Default for Shells {
    fn default() -> Self {
        let pool = |shell| (shell, Pool { permits: Semaphore::new(AT_ONCE), idle: Mutex::default() });
        Self { pools: Shell::ALL.into_iter().map(pool).collect(), living: Living::default(), era: AtomicU64::new(0) }
    }
}

impl Drop for Shells {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Shells {
    /// Puts text to the first of these shells that is on the machine. The time counts from when the shell takes the question.
    pub async fn ask(&self, shells: &[Shell], text: &str, timeout: Duration) -> Heard {
        if text.contains('\0') {
            return Heard::No("the check's command holds a zero byte".into());
        }
        for shell in shells {
            match self.ask_one(*shell, text, timeout).await {
                Ok(heard) => return heard,
                Err(why) if why.kind() == io::ErrorKind::NotFound => {}
                Err(why) => return Heard::No(format!("{} could not be asked: {why}", shell.name())),
            }
        }
        Heard::No(format!("{} is not on this machine", shells.first().map_or("the shell", |shell| shell.name())))
    }

    pub fn forget(&self) {
        self.era.fetch_add(1, Ordering::SeqCst);
        for pool in self.pools.values() {
            pool.idle().clear();
        }
        self.living.kill_all();
    }

    /// An error is one of starting.
    async fn ask_one(&self, shell: Shell, text: &str, timeout: Duration) -> io::Result<Heard> {
        let Some(pool) = self.pools.get(&shell) else { return Err(io::ErrorKind::NotFound.into()) };
        let _permit = pool.permits.acquire().await.map_err(io::Error::other)?;
        let era = self.era.load(Ordering::SeqCst);
        // A shell that waited for long may be gone: then a fresh one is asked.
        loop {
            let spare = pool.idle().pop();
            let fresh = spare.is_none();
            let mut warm = match spare {
                Some(warm) => warm,
                None => Warm::start(shell, &self.living)?,
            };
            match tokio::time::timeout(START, warm.ready()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) if !fresh => continue,
                Ok(Err(why)) => return Ok(Heard::No(format!("{} did not start: {why}", shell.name()))),
                Err(_) => return Ok(Heard::No(format!("{} did not start in {}", shell.name(), super::span(START)))),
            }
            let said = match tokio::time::timeout(timeout, warm.ask(text)).await {
                Ok(said) => said?,
                Err(_) => return Ok(Heard::Silent),
            };
            let same_era = || self.era.load(Ordering::SeqCst) == era;
            return Ok(match said {
                Said::Reply { text, status } => {
                    if same_era() {
                        self.keep(pool, shell, warm);
                    }
                    Heard::Replied { text, status }
                }
                Said::Gone if !fresh && same_era() => continue,
                // `exit` in PowerShell ends the loop with the status it gives.
                Said::Ended { text, status: Some(status) } if same_era() => Heard::Replied { text, status },
                Said::Ended { .. } | Said::Gone => Heard::No("the shell was ended while it was asked".into()),
            });
        }
    }

    /// Leaves a shell ready for the next question.
    fn keep(&self, pool: &Pool, shell: Shell, warm: Warm) {
        if warm::serves_again(shell) {
            pool.idle().push(warm);
            return;
        }
        drop(warm);
        if pool.idle().is_empty()
            && let Ok(next) = Warm::start(shell, &self.living)
        {
            pool.idle().push(next.rest());
        }
    }
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
