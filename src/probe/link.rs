//! A machine behind `ssh` as checks see it: what is there, how a shell is started on it, what its end says of the link.

use std::io;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::course::{Os, Shell};
use crate::host::{Connection, Remote};

/// What ssh itself ends with where it has no link, or loses it. A check may end with it too.
const NO_LINK: i32 = 255;

/// What a login shell ends with where it finds no such program, or may not run it.
const NO_PROGRAM: [i32; 2] = [126, 127];

/// What is different in a check's shell, as in one of this machine.
const PLAIN: &str = "env ENV= BASH_ENV= TERM=dumb NO_COLOR=1 PAGER=cat GIT_TERMINAL_PROMPT=0";

/// Reads one line, and does what it says: so the command line stays far under the 8191 characters that cmd takes.
const BOOTSTRAP: &str = include_str!("bootstrap.ps1");

/// What the bootstrap says first of all.
pub const STARTED: &str = "wci-started";

const RELAY: &str = include_str!("relay.ps1");

#[derive(Clone)]
pub struct Link(Connection);

/// Why a shell that was started over the link has ended.
#[derive(Debug, PartialEq)]
pub enum Ended {
    NoLink,
    /// There is no such program.
    Missing,
    /// With this status, for its own reasons.
    Other(i32),
}

impl Link {
    pub fn new(connection: Connection) -> Self {
        Self(connection)
    }

    pub fn remote(&self) -> Option<Remote> {
        self.0.remote()
    }

    pub fn address(&self) -> String {
        self.0.address().to_string()
    }

    pub fn lost(&self) -> String {
        format!("no link to {}", self.address())
    }

    /// Where one connection cannot be shared each channel logs in, and nothing that was typed at the session's login answers for it.
    pub fn refused(&self) -> String {
        format!("{} lets checks in with a key or an agent only: nobody can type a password for them", self.address())
    }

    /// Why there is no link, from what kept it from being made; nothing where something else is the matter.
    pub fn kept_from(&self, why: &io::Error) -> Option<String> {
        match why.kind() {
            io::ErrorKind::NotConnected => Some(self.lost()),
            io::ErrorKind::ConnectionRefused => Some(self.refused()),
            io::ErrorKind::Unsupported => Some(format!("there is no ssh here to reach {} with", self.address())),
            _ => None,
        }
    }

    pub fn is_windows(&self) -> bool {
        self.remote().is_some_and(|remote| is_windows(&remote))
    }

    /// The command that starts a shell there. One that no such machine has is not looked for.
    pub fn command(&self, shell: Shell) -> io::Result<Command> {
        let remote = self.remote().ok_or(io::ErrorKind::NotConnected)?;
        let text = start(shell, &remote).ok_or(io::ErrorKind::NotFound)?;
        self.0.second(&text).map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => io::ErrorKind::Unsupported.into(),
            _ => why,
        })
    }
}

/// Where the system is not known, its shell tells.
pub fn is_windows(remote: &Remote) -> bool {
    match remote.os {
        Some(os) => os == Os::Windows,
        None => matches!(remote.shell, Shell::PowerShell | Shell::Cmd),
    }
}

/// What the login shell is told, whichever it is.
fn start(shell: Shell, remote: &Remote) -> Option<String> {
    // Where nothing stands between, the shell leads its session, and can end all that is in it.
    let exec = if matches!(remote.shell, Shell::Sh | Shell::Bash | Shell::Zsh) { "exec " } else { "" };
    let posix = |command: &str| (!is_windows(remote)).then(|| format!("{exec}{PLAIN} {command}"));
    let powershell = |program: &str| {
        let bytes: Vec<u8> = BOOTSTRAP.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let policy = "-ExecutionPolicy Bypass -OutputFormat Text";
        let encoded = STANDARD.encode(bytes);
        format!("{exec}{program} -NoLogo -NoProfile -NonInteractive {policy} -EncodedCommand {encoded}")
    };
    match shell {
        Shell::Sh => posix("sh"),
        Shell::Bash => posix("bash --norc --noprofile"),
        Shell::Zsh => posix("zsh -f"),
        Shell::PowerShell => is_windows(remote).then(|| powershell("powershell")),
        Shell::Pwsh => Some(powershell("pwsh")),
        // It has no quoting that holds: its questions are files that PowerShell writes.
        Shell::Cmd => None,
    }
}

/// What a PowerShell reads first: the relay, then the loop.
pub fn opening(request_loop: &str) -> String {
    format!("{}\n{}\n", STANDARD.encode(RELAY), STANDARD.encode(request_loop))
}

/// A question for a POSIX shell behind a link, as [`super::warm`] puts it to one here.
///
/// All that a question started ends when the link does, or its time is over: who reads the rest of the input sees that end, and ends
/// the session that the shell leads. In braces, so that the shell has read all of it before anybody else reads.
pub fn watched(question: &str) -> String {
    format!("{{ exec 9<&0; ( cat <&9; kill -9 -$$ ) >/dev/null 2>&1 & exec 9<&-; {question}; kill -9 -$$ 2>/dev/null; exit; }}\n")
}

/// What an end without an answer means: ssh's status, where it ended by itself.
pub fn ended(status: Option<i32>) -> Ended {
    match status {
        None | Some(NO_LINK) => Ended::NoLink,
        Some(status) if NO_PROGRAM.contains(&status) => Ended::Missing,
        Some(status) => Ended::Other(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What cmd takes in one line, less what a login shell puts before it.
    const LINE: usize = 8191 - 200;

    #[test]
    fn what_starts_a_shell_fits_into_a_line_of_cmd() {
        for (shell, os) in [(Shell::Cmd, Os::Windows), (Shell::Bash, Os::Linux), (Shell::Pwsh, Os::Windows)] {
            let remote = Remote { shell, os: Some(os) };
            for shell in Shell::ALL {
                let Some(text) = start(shell, &remote) else { continue };
                assert!(text.len() < LINE, "{}: {text}", text.len());
                // Every login shell reads these as they are.
                assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || " =_+/-".contains(c)), "{text}");
            }
        }
    }

    #[test]
    fn only_what_can_be_there_is_started() {
        let starts = |remote: &Remote| Shell::ALL.map(|shell| start(shell, remote).is_some());
        let windows = Remote { shell: Shell::Cmd, os: None };
        assert_eq!(starts(&windows), [false, false, false, true, true, false]);
        let linux = Remote { shell: Shell::Pwsh, os: Some(Os::Linux) };
        assert_eq!(starts(&linux), [true, true, true, false, true, false]);
        assert!(!start(Shell::Sh, &linux).unwrap().starts_with("exec"), "PowerShell knows no exec");
    }

    #[test]
    fn ends_are_told_apart() {
        assert_eq!(
            [None, Some(255), Some(127), Some(1)].map(ended),
            [Ended::NoLink, Ended::NoLink, Ended::Missing, Ended::Other(1)]
        );
    }
}
