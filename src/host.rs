//! Live shells behind a pseudo-terminal, here or on a machine behind ssh: opened, typed into, resized and ended; what they write comes as
//! events.
//!
//! The only door to portable-pty. This edge knows bytes and processes; what the bytes mean is for `terminal`.

mod askpass;
mod connection;
#[cfg(unix)]
mod fd;
mod find;
mod handshake;
mod integration;
mod local;
mod program;
#[cfg_attr(unix, path = "host/unix.rs")]
#[cfg_attr(windows, path = "host/windows.rs")]
mod pty;
mod remote;
mod session;
mod ssh;
#[cfg(unix)]
mod tree;
#[cfg(windows)]
mod wine;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::course::Shell;

pub use crate::host::askpass::answered;
pub use crate::host::connection::{Connection, Remote, Way};
pub use crate::host::find::find;
pub use crate::host::session::{Session, open};
pub use crate::host::words::refused;

/// What a session tells is at most this long.
pub const CHUNK: usize = 64 * 1024;

/// How many events the channel should hold. More would only make what is typed late during a flood: this is a quarter of a megabyte.
pub const BACKLOG: usize = 4;

/// What outer terminals tell their programs and is not true of ours.
const FOREIGN: [&str; 12] = [
    "COLUMNS",
    "LINES",
    "TMUX",
    "TMUX_PANE",
    "STY",
    "TERM_PROGRAM_VERSION",
    "VTE_VERSION",
    "KITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "WT_SESSION",
    "ITERM_SESSION_ID",
    "ENV",
];

/// A shell to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellChoice {
    pub shell: Shell,
    /// A path, or a name to look for on the PATH.
    pub program: PathBuf,
    /// Without the learner's own start files: for when those do not let a shell come up.
    pub plain: bool,
}

impl ShellChoice {
    pub fn new(shell: Shell, program: impl Into<PathBuf>) -> Self {
        Self { shell, program: program.into(), plain: false }
    }

    /// Made from a name or a path; an unknown shell is refused when it is opened.
    pub fn named(program: &str) -> Self {
        Self::new(known(Path::new(program)).unwrap_or(Shell::Sh), program)
    }
}

/// What a session is opened with.
#[derive(Debug, Clone)]
pub enum Door {
    /// A shell on this machine.
    Local(ShellChoice),
    /// A shell on a machine behind `ssh`.
    Ssh(Connection),
}

/// Why bytes were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The program does not read what it was sent.
    Full,
    Ended,
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotSent::Full => "The program in the terminal does not read what is typed; Ctrl-C may stop it.",
            NotSent::Ended => "The shell has ended.",
        })
    }
}

/// What this shell must not inherit from us, whatever it is started for.
pub fn not_inherited(shell: Shell) -> &'static [&'static str] {
    match shell {
        // With the modules of PowerShell 7 in front, as where wci was started from one, 5.1 cannot load some of its own.
        Shell::PowerShell => &["PSModulePath"],
        _ => &[],
    }
}

/// The shell the learner works in, if wci knows it; what is wanted, or else `WCI_SHELL`, says otherwise (a name or a path).
pub fn default_shell(wanted: Option<&str>) -> ShellChoice {
    let told = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    choose(wanted.map(str::to_owned).or_else(|| told("WCI_SHELL")), told("SHELL"), |name| find(Path::new(name)).is_some())
}

fn choose(wanted: Option<String>, own: Option<String>, exists: impl Fn(&str) -> bool) -> ShellChoice {
    if let Some(program) = wanted {
        return ShellChoice::named(&program);
    }
    if cfg!(windows) {
        // The course speaks Windows PowerShell; every Windows has it, but for the smallest.
        let there = ["powershell", "pwsh"].into_iter().find(|name| exists(name));
        return ShellChoice::named(there.unwrap_or("cmd"));
    }
    match own.filter(|program| known(Path::new(program)).is_some() && exists(program)) {
        Some(program) => ShellChoice::named(&program),
        None if exists("bash") => ShellChoice::named("bash"),
        None => ShellChoice::named("sh"),
    }
}

/// Which of the shells we can integrate with this program is.
fn known(program: &Path) -> Option<Shell> {
    let name = if cfg!(windows) { program.file_stem()? } else { program.file_name()? };
    match name.to_str()?.to_ascii_lowercase().as_str() {
        "powershell" if cfg!(windows) => Some(Shell::PowerShell),
        "pwsh" if cfg!(windows) => Some(Shell::Pwsh),
        "cmd" if cfg!(windows) => Some(Shell::Cmd),
        _ if cfg!(windows) => None,
        "bash" => Some(Shell::Bash),
        "pwsh" => Some(Shell::Pwsh),
        "zsh" => Some(Shell::Zsh),
        "sh" | "dash" | "ash" | "ksh" | "mksh" => Some(Shell::Sh),
        _ => None,
    }
}

/// Where a shell is that is to be started, or one sentence why it is not and what to do.
fn whereabouts(program: &Path) -> Result<PathBuf, String> {
    let name = program.display();
    match find(program) {
        None => Err(format!("There is no {name} on this machine: {}", other_shell(program))),
        Some(_) if known(program).is_none() => Err(format!("wci cannot follow {name}: {}", other_shell(program))),
        Some(found) => Ok(found),
    }
}

/// Opening the shell again would open the same one: only a new wci takes another.
fn other_shell(than: &Path) -> String {
    let other = match find(Path::new("bash")) {
        _ if cfg!(windows) => "powershell, pwsh or cmd",
        bash @ Some(_) if bash != find(than) => "bash",
        _ => "sh",
    };
    format!("leave, and start again with --shell {other}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(windows)]
    #[test]
    fn windows_own_powershell_comes_first() {
        let chosen = |wanted: Option<&str>, there: &[&str]| {
            let choice = choose(wanted.map(Into::into), None, |name| there.contains(&name));
            (choice.shell, choice.program.display().to_string())
        };
        assert_eq!(chosen(None, &["powershell", "pwsh"]), (Shell::PowerShell, "powershell".into()));
        assert_eq!(chosen(None, &["pwsh"]), (Shell::Pwsh, "pwsh".into()));
        assert_eq!(chosen(None, &[]), (Shell::Cmd, "cmd".into()));
        let path = "C:\\Program Files\\PowerShell\\7\\PWSH.EXE";
        assert_eq!(chosen(Some(path), &[]), (Shell::Pwsh, path.into()));
    }

    #[cfg(unix)]
    #[test]
    fn the_learners_shell_is_taken_if_known() {
        let chosen = |wanted: Option<&str>, own: Option<&str>, there: &[&str]| {
            let choice = choose(wanted.map(Into::into), own.map(Into::into), |name| there.contains(&name));
            (choice.shell, choice.program.display().to_string())
        };
        let path = |shell, program: &str| (shell, program.to_string());
        assert_eq!(chosen(None, Some("/bin/zsh"), &["/bin/zsh", "bash"]), path(Shell::Zsh, "/bin/zsh"));
        assert_eq!(chosen(None, Some("/bin/ksh"), &["/bin/ksh", "bash"]), path(Shell::Sh, "/bin/ksh"));
        assert_eq!(chosen(None, Some("/usr/bin/fish"), &["/usr/bin/fish", "bash"]), path(Shell::Bash, "bash"));
        assert_eq!(chosen(None, Some("/bin/zsh"), &["bash"]), path(Shell::Bash, "bash"), "named, but not there");
        assert_eq!(chosen(None, None, &[]), path(Shell::Sh, "sh"));
        assert_eq!(chosen(None, Some("/usr/bin/pwsh"), &["/usr/bin/pwsh"]), path(Shell::Pwsh, "/usr/bin/pwsh"));
        assert_eq!(chosen(Some("/opt/it's/pwsh"), None, &[]), path(Shell::Pwsh, "/opt/it's/pwsh"));
        assert_eq!(chosen(Some("dash"), Some("/bin/zsh"), &["/bin/zsh"]), path(Shell::Sh, "dash"));
    }
}
