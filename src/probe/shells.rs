//! The warm shells: a few of each kind, so that a slow check does not hold the others up.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::course::Shell;

use super::clixml;
use super::frame::{self, Kept};
use super::link::{self, Ended, Link};
use super::tree::Living;
use super::warm::{self, Said, Warm, Way};

mod pool;

use pool::{Out, Pool};

/// How long a shell may take to get ready. Not of the check's own time: the first PowerShell on a busy machine is slow.
const START: Duration = Duration::from_secs(30);

/// The same behind a link, where a longer wait may mean that nobody is there. Of the longer of this and the check's own time.
const START_OVER: Duration = Duration::from_secs(20);

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
    /// The way to the machine they are on, where that is not this one.
    link: Option<Link>,
    /// When the link failed last: who waited for it meanwhile need not try it again.
    failed: Mutex<Option<Instant>>,
    pub(super) living: Living,
}

impl Default for Shells {
    fn default() -> Self {
        Self::reached(None, |shell| Way::Here(shell.name().into()))
    }
}

impl Drop for Shells {
    fn drop(&mut self) {
        self.forget();
        self.living.settle();
    }
}

impl Shells {
    /// Those of the machine at the other end.
    pub fn over(link: Link) -> Self {
        Self::reached(Some(link.clone()), |_| Way::Over(link.clone()))
    }

    fn reached(link: Option<Link>, way: impl Fn(Shell) -> Way) -> Self {
        let pool = |shell: Shell| (shell, Arc::new(Pool::new(way(shell))));
        let pools = Shell::ALL.into_iter().map(pool).collect();
        Self { pools, link, failed: Mutex::default(), living: Living::default() }
    }

    /// The way to their machine, where that is not this one.
    pub fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// Whether their machine is one of Windows.
    pub fn of_windows(&self) -> bool {
        self.link.as_ref().map_or(cfg!(windows), Link::is_windows)
    }

    /// Takes this program for a shell.
    pub fn prefer(&mut self, shell: Shell, program: PathBuf) {
        self.pools.insert(shell, Arc::new(Pool::new(Way::Here(program))));
    }

    /// Puts text to the first of these shells that is on the machine. The time counts from when the shell takes the question.
    pub async fn ask(&self, shells: &[Shell], text: &str, timeout: Duration) -> Heard {
        self.ask_for(shells, text, timeout, frame::KEPT).await
    }

    /// The same, but so much of the answer is kept.
    pub async fn ask_for(&self, shells: &[Shell], text: &str, timeout: Duration, most: usize) -> Heard {
        if text.contains('\0') {
            return Heard::No("the check's command holds a zero byte".into());
        }
        let mut why_not = None;
        for shell in shells {
            match self.ask_one(*shell, text, timeout, most).await {
                Ok(heard) => return heard,
                Err(Unstarted::Missing) => {}
                Err(Unstarted::Broken(why)) => why_not = Some(why),
                // No other would have one.
                Err(Unstarted::NoLink(why)) => return Heard::No(why),
            }
        }
        let machine = self.link.as_ref().map_or("this machine".into(), Link::address);
        let missing = || format!("{} is not on {machine}", shells.first().map_or("the shell", |shell| shell.name()));
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

    async fn ask_one(&self, shell: Shell, text: &str, timeout: Duration, most: usize) -> Result<Heard, Unstarted> {
        let asked = Instant::now();
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
                None => self.start(pool, shell, era, asked, timeout).await?,
            };
            let said = match tokio::time::timeout(timeout, warm.ask(text, most)).await {
                Ok(Ok(said)) => said,
                Ok(Err(why)) => return Ok(Heard::No(format!("{} could not be asked: {why}", shell.name()))),
                Err(_) => {
                    if !warm.begun() {
                        self.fails();
                    }
                    return Ok(Heard::Silent);
                }
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
                Said::Gone { .. } if !fresh && same_era() => continue,
                Said::Gone { status } if same_era() && self.link.is_some() => {
                    return Err(self.unstarted(shell, status, warm.refused().await));
                }
                Said::Ended { status, .. } if same_era() && self.link.is_some() => Heard::No(self.broke(status)),
                // `exit` in PowerShell ends the loop with the status it gives.
                Said::Ended { kept, status: Some(status) } if same_era() => match broke_off(status) {
                    Some(why) => Heard::No(why),
                    None => replied(kept, status),
                },
                Said::Ended { .. } | Said::Gone { .. } => Heard::No("the shell was ended while it was asked".into()),
            });
        }
    }

    /// A fresh shell that can take a question.
    async fn start(
        &self,
        pool: &Arc<Pool>,
        shell: Shell,
        era: u64,
        asked: Instant,
        timeout: Duration,
    ) -> Result<Warm, Unstarted> {
        let _one = pool.starting.lock().await;
        if let Some(link) = &self.link
            && self.failed().is_some_and(|failed| failed > asked)
        {
            return Err(Unstarted::NoLink(link.lost()));
        }
        let limit = if self.link.is_some() { START_OVER.max(timeout) } else { START };
        let (of, living) = (Arc::clone(pool), self.living.clone());
        // Starting a process can take seconds, and the thread that asks also draws the screen.
        let starting = tokio::task::spawn_blocking(move || Warm::start(shell, &of.way, &living, era));
        let started = starting.await.unwrap_or_else(|cut| Err(io::Error::other(cut)));
        let mut warm = started.map_err(|why| self.kept_from(shell, &why))?;
        match tokio::time::timeout(limit, warm.ready()).await {
            Ok(Ok(())) => Ok(warm),
            Ok(Err(why)) => Err(self.kept_from(shell, &why)),
            Err(_) => {
                self.fails();
                let why = format!("{} did not start in {}", shell.name(), super::span(limit));
                Err(if self.link.is_some() { Unstarted::NoLink(why) } else { Unstarted::Broken(why) })
            }
        }
    }

    fn kept_from(&self, shell: Shell, why: &io::Error) -> Unstarted {
        match self.link.as_ref().and_then(|link| link.kept_from(why)) {
            Some(why) => {
                self.fails();
                Unstarted::NoLink(why)
            }
            None => Unstarted::new(shell, why),
        }
    }

    /// Why a shell behind a link was gone before it took its first question.
    fn unstarted(&self, shell: Shell, status: Option<i32>, refused: bool) -> Unstarted {
        match link::ended(status) {
            Ended::Missing => Unstarted::Missing,
            Ended::NoLink => {
                let lost = self.broke(status);
                Unstarted::NoLink(self.link.as_ref().filter(|_| refused).map_or(lost, Link::refused))
            }
            Ended::Other(status) => Unstarted::Broken(format!("{} did not start: exit status {status}", shell.name())),
        }
    }

    /// What is said of a shell behind a link that ended in the middle of a question: nothing that it printed counts.
    fn broke(&self, status: Option<i32>) -> String {
        match &self.link {
            Some(link) if link::ended(status) == Ended::NoLink => {
                self.fails();
                link.lost()
            }
            _ => "the shell was ended while it was asked".into(),
        }
    }

    fn failed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fails(&self) {
        *self.failed() = Some(Instant::now());
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
                if let Ok(next) = Warm::start(shell, &pool.way, &living, era) {
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
    NoLink(String),
}

impl Unstarted {
    fn new(shell: Shell, why: &io::Error) -> Self {
        match why.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Broken(format!("{} did not start: {why}", shell.name())),
        }
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
