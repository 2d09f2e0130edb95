//! Answers checks: asks a second, warm shell, the file system, the network and the system, each with its own timeout.
//!
//! It reads and never decides (`judge` does) and never touches the learner's session. The only door to `reqwest` and `sysinfo`.
//! Cancel-safe: dropping an asking ends the process tree it started.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::course::{Answer, Check, Expect, Fact, Look, Shell, Verdict};
use crate::host::{Connection, ShellChoice};
use crate::judge;
use crate::restart::BootId;

mod boot;
mod channel;
mod clixml;
mod cmd;
mod frame;
mod link;
mod look;
mod machine;
mod net;
mod remote;
mod shells;
mod tree;
mod warm;
mod windows;

use link::Link;
use shells::{Heard, Shells};

/// Asks questions. Clones share the warm shells, which end with the last of them.
#[derive(Clone, Default)]
pub struct Prober {
    shells: Arc<Shells>,
}

/// A check to ask, with the learner's values filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub check: Check,
    /// The shell of the check's place.
    pub shell: Shell,
    /// Whether the check's `retry` counts: after a command it does, on opening it does not.
    pub poll: bool,
}

impl Prober {
    /// Asks the system's own shells. Starts nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, but of the kind the learner works in exactly the program they work in, where it was named by its path.
    pub fn beside(choice: &ShellChoice) -> Self {
        let mut shells = Shells::default();
        if choice.program.components().count() > 1 {
            shells.prefer(choice.shell, choice.program.clone());
        }
        Self { shells: Arc::new(shells) }
    }

    /// Asks a machine behind `ssh`, over channels of their own beside the session. Connects nothing: until the session has, nothing is
    /// known.
    pub fn over(connection: Connection) -> Self {
        Self { shells: Arc::new(Shells::over(Link::new(connection))) }
    }

    /// Which boot the machine is in. An error says why that is not known. The shell is that of the place.
    pub async fn boot(&self, shell: Shell) -> Result<BootId, String> {
        match self.unconnected() {
            Some(why) => Err(why),
            None => boot::ask(&self.shells, shell).await,
        }
    }

    /// Why nothing can be asked, where the machine was not reached yet.
    fn unconnected(&self) -> Option<String> {
        let link = self.shells.link().filter(|link| link.remote().is_none())?;
        Some(format!("not connected to {}", link.address()))
    }

    /// The answer to a question. Within the check's `retry` a question is asked again until it passes.
    pub async fn ask(&self, question: Question) -> Answer {
        let Question { check, shell, poll } = question;
        let until = check.retry.filter(|_| poll).map(|retry| Instant::now() + retry);
        // Not faster than this, whatever the chapter says: a question costs a process.
        let every = check.every.max(Duration::from_millis(50));
        loop {
            let answer = self.once(&check, shell).await;
            match until {
                Some(until) if unmet(&check, &answer) && Instant::now() + every <= until => tokio::time::sleep(every).await,
                _ => return answer,
            }
        }
    }

    /// Ends every warm shell with all it started, and all that runs over ssh. The next question starts a fresh one.
    pub fn forget(&self) {
        self.shells.forget();
    }

    async fn once(&self, check: &Check, shell: Shell) -> Answer {
        if !matches!(check.look, Look::Exit { .. } | Look::Output { .. })
            && let Some(why) = self.unconnected()
        {
            return judge::unknown(check, &why);
        }
        if self.shells.link().is_some()
            && let Some(answer) = remote::look(&self.shells, check, shell).await
        {
            return answer;
        }
        match &check.look {
            Look::Exit { .. } | Look::Output { .. } => {
                judge::unknown(check, "run the step's command: this is judged from its run")
            }
            Look::Ask { shell: language, text, exits } => {
                let heard = self.shells.ask(&candidates(*language, shell), text, check.timeout).await;
                replied(check, *exits, heard)
            }
            Look::File { path, missing } => {
                let (path, missing, reads) = (path.clone(), *missing, check.expect.is_some());
                let found = within(check, move || look::file(&path, reads)).await;
                found.map_or_else(|why| judge::unknown(check, &why), |found| filed(check, missing, &found))
            }
            Look::OnPath { folder } => self.on_path(check, shell, folder).await,
            Look::Port { host, port } => net::port(check, host, *port).await,
            Look::Http { url, status } => net::http(check, url, *status).await,
            Look::Process { name } => {
                let wanted = name.clone();
                let runs = within(check, move || machine::runs(&wanted)).await;
                runs.map_or_else(|why| judge::unknown(check, &why), |runs| running(check, name, runs))
            }
            Look::Service { name } => self.service(check, shell, name).await,
            Look::Windows(what) => windows::ask(&self.shells, check, what).await,
            Look::Machine(fact) => {
                let fact = *fact;
                let seen = within(check, move || machine::fact(fact)).await;
                seen.map_or_else(|why| judge::unknown(check, &why), |seen| measured(check, fact, &seen))
            }
        }
    }

    async fn on_path(&self, check: &Check, shell: Shell, folder: &str) -> Answer {
        let text = match shell {
            Shell::Sh | Shell::Bash | Shell::Zsh => "printf %s \"$PATH\"",
            Shell::PowerShell | Shell::Pwsh => "$env:PATH",
            Shell::Cmd => "echo %PATH%",
        };
        let wanted = look::home_path(folder, &home());
        match self.shells.ask(&candidates(shell, shell), text, check.timeout).await {
            Heard::Replied { text, status: 0, .. } => searched(check, look::on_path(&wanted, &text, cfg!(windows))),
            heard => replied(check, 0, heard),
        }
    }

    /// A service of Windows where the place's shell is one of Windows; else one of systemd.
    async fn service(&self, check: &Check, shell: Shell, name: &str) -> Answer {
        let of_windows =
            self.shells.of_windows() || self.shells.link().is_none() && (shell.is_powershell() || shell == Shell::Cmd);
        if of_windows && let Some(answer) = windows::service(&self.shells, check, name).await {
            return answer;
        }
        let text = match Shell::Sh.quote(name) {
            Ok(name) => format!("systemctl is-active -- {name}"),
            Err(why) => return judge::unknown(check, &why),
        };
        match self.shells.ask(&[Shell::Sh], &text, check.timeout).await {
            // systemctl's status for a unit it does not know.
            Heard::Replied { status: 4, .. } => judge::answer(check, false, &format!("there is no service named {name}")),
            Heard::Replied { text, .. } => match look::service(&text) {
                Some(true) => judge::answer(check, true, &format!("{name} is running")),
                Some(false) => judge::answer(check, false, &format!("{name} is {}", text.trim())),
                None => judge::unknown(check, &format!("no service manager answers here: {text}")),
            },
            heard => replied(check, 0, heard),
        }
    }
}

impl fmt::Debug for Prober {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prober").finish_non_exhaustive()
    }
}

/// Whether asking again could help. What warns by itself would go on doing so.
fn unmet(check: &Check, answer: &Answer) -> bool {
    match answer.verdict {
        Verdict::Pass => false,
        Verdict::Warn => check.warn,
        Verdict::Fail | Verdict::Unknown => true,
    }
}

/// The shells that may run text in a language, the best first.
fn candidates(language: Shell, place: Shell) -> Vec<Shell> {
    match language {
        Shell::Sh if matches!(place, Shell::Bash | Shell::Zsh) => vec![Shell::Sh, place],
        Shell::Sh => vec![Shell::Sh, Shell::Bash],
        // Where the learner sits in PowerShell 7, its modules and version count; elsewhere the series' 5.1.
        Shell::PowerShell if place == Shell::Pwsh => vec![Shell::Pwsh, Shell::PowerShell],
        Shell::PowerShell => vec![Shell::PowerShell, Shell::Pwsh],
        Shell::Bash | Shell::Zsh | Shell::Pwsh | Shell::Cmd => vec![language],
    }
}

fn replied(check: &Check, exits: i32, heard: Heard) -> Answer {
    match heard {
        Heard::Replied { text, status, .. } if status != exits => {
            let seen =
                if text.trim().is_empty() { format!("exit status {status}") } else { format!("exit status {status}: {text}") };
            judge::answer(check, false, &seen)
        }
        Heard::Replied { text, status, .. } if check.expect.is_none() => match judge::line(&text) {
            said if said.is_empty() => judge::answer(check, true, &format!("exit status {status}")),
            said => judge::answer(check, true, &said),
        },
        Heard::Replied { text, whole: false, .. } => judge::part(check, &text, frame::KEPT),
        Heard::Replied { text, .. } => judge::judge(check, &text),
        Heard::Silent => silent(check),
        Heard::No(why) => judge::unknown(check, &why),
    }
}

fn filed(check: &Check, missing: bool, found: &look::Found) -> Answer {
    match (found, missing) {
        (look::Found::Nothing, _) => judge::answer(check, missing, "no such file"),
        (look::Found::Folder, true) | (look::Found::File, true) | (look::Found::Text { .. }, true) => {
            judge::answer(check, false, "it exists")
        }
        (look::Found::Folder, false) if check.expect.is_some() => judge::answer(check, false, "a folder, not a file with text"),
        (look::Found::Folder, false) => judge::answer(check, true, "a folder"),
        (look::Found::File, false) if check.expect.is_some() => judge::unknown(check, "a device or a pipe is not read"),
        (look::Found::File, false) => judge::answer(check, true, "a file"),
        (look::Found::Text { text, whole }, false) => {
            let mut answer = judge::judge(check, text);
            let partial = !whole && answer.verdict != Verdict::Pass && !matches!(check.expect, Some(Expect::AtLeast(_)));
            if partial {
                answer.seen = judge::line(&format!("in its first MiB: {}", answer.seen));
            }
            answer
        }
    }
}

fn running(check: &Check, name: &str, runs: bool) -> Answer {
    let seen = if runs { format!("{name} runs") } else { format!("no process named {name}") };
    judge::answer(check, runs, &seen)
}

fn measured(check: &Check, fact: Fact, seen: &str) -> Answer {
    if check.expect.is_none() && matches!(fact, Fact::Memory | Fact::Disk) {
        return judge::answer(check, true, &judge::size(seen.parse().unwrap_or_default()));
    }
    judge::judge(check, seen)
}

/// Of a folder's place on the PATH, or only how many there are.
fn searched(check: &Check, found: Result<(usize, usize), usize>) -> Answer {
    match found {
        Ok((at, count)) => judge::answer(check, true, &format!("folder {at} of the {count} on the PATH")),
        Err(count) => judge::answer(check, false, &format!("not among the {count} folders on the PATH")),
    }
}

/// The answer for a check that took longer than it may. Not known is not failed.
fn silent(check: &Check) -> Answer {
    judge::unknown(check, &format!("no answer in {}", span(check.timeout)))
}

fn span(time: Duration) -> String {
    match time.as_millis() {
        ms @ ..1000 => format!("{ms} ms"),
        ms if ms % 1000 != 0 => format!("{:.1} s", time.as_secs_f64()),
        ms if ms >= 120_000 && ms % 60_000 == 0 => format!("{} min", ms / 60_000),
        ms => format!("{} s", ms / 1000),
    }
}

/// A blocking look, on a thread of its own: a file on a sleeping network drive must not hold the program.
async fn within<T: Send + 'static>(
    check: &Check,
    look: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let looking = tokio::task::spawn_blocking(look);
    match timed(check.timeout, looking).await {
        Some(Ok(found)) => found,
        Some(Err(_)) => Err("the look was cut off".into()),
        None => Err(format!("no answer in {}", span(check.timeout))),
    }
}

async fn timed<T>(timeout: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(timeout, future).await.ok()
}

/// Where checks run: the home folder.
fn home() -> PathBuf {
    std::env::home_dir().filter(|home| home.is_dir()).unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod powershell_tests;
#[cfg(test)]
pub mod shell_tests;
#[cfg(test)]
mod tests;
