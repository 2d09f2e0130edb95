//! What a machine behind ssh is: one line that its login shell runs, whichever it is, and what the answers mean.

use crate::course::{Os, Shell};
use crate::host::Remote;

/// Understood by sh, bash, zsh, ksh, fish, cmd and PowerShell at once, and answered by each in its own way. No quotes: Windows' sshd and
/// the shells do not agree on them.
pub const QUESTION: &str = "echo wci-%OS%-$PSEdition- ; uname -s ; command -v bash";

/// For shells that stumble over a variable that is not there, as csh does.
pub const AGAIN: &str = "uname -s ; which bash";

/// In Windows' shells: which of the better ones are there. With its extension, because in PowerShell `where` is another word.
pub const WHERE: &str = "where.exe powershell pwsh";

/// What the session logs in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// A shell that takes a POSIX command; whether there is a bash.
    Posix {
        bash: bool,
    },
    PowerShell {
        desktop: bool,
    },
    Cmd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub login: Login,
    pub os: Option<Os>,
}

/// Reads what was answered to [`QUESTION`], or to [`AGAIN`]; start files may have printed before it.
pub fn read(answer: &str) -> Option<Found> {
    let lines: Vec<&str> = answer.lines().map(str::trim).collect();
    let at = lines.iter().rposition(|line| line.starts_with("wci-"));
    let after = &lines[at.map_or(0, |at| at + 1)..];
    let system = after.iter().find_map(|line| system(line));
    let told = at.map(|at| lines[at].trim_start_matches("wci-"));
    let login = match told {
        // cmd puts its own variables in, and nothing else.
        Some(told) if told.contains("$PSEdition") => Login::Cmd,
        Some(told) if told.starts_with("%OS%-Desktop-") => Login::PowerShell { desktop: true },
        Some(told) if told.starts_with("%OS%-Core-") => Login::PowerShell { desktop: false },
        // In fish a word with an empty variable in it is no word at all; csh answers only the second question.
        _ => {
            system?;
            Login::Posix { bash: after.iter().any(|line| line.ends_with("/bash")) }
        }
    };
    let os = match (login, system) {
        (Login::Cmd, _) => Some(Os::Windows),
        // There is no uname on Windows, but for that of Git and the like.
        (Login::PowerShell { .. }, None) => Some(Os::Windows),
        (_, system) => system.flatten(),
    };
    Some(Found { login, os })
}

/// Whether a line is what `uname -s` prints, and the system it is if we know it.
fn system(line: &str) -> Option<Option<Os>> {
    let is = |names: &[&str]| names.iter().any(|name| line.starts_with(name));
    match line {
        "Linux" => Some(Some(Os::Linux)),
        "Darwin" => Some(Some(Os::Macos)),
        _ if is(&["MINGW", "MSYS", "CYGWIN"]) => Some(Some(Os::Windows)),
        "FreeBSD" | "OpenBSD" | "NetBSD" | "DragonFly" | "SunOS" | "AIX" => Some(None),
        _ => None,
    }
}

/// The shell that sessions and checks of it speak; on Windows with the answer to [`WHERE`], if there was one.
pub fn choose(found: Found, there: Option<&str>) -> Remote {
    let shell = match (found.os, found.login) {
        (Some(Os::Windows), login) => {
            let there = there.unwrap_or_default().to_ascii_lowercase();
            let has = |name: &str| there.lines().any(|line| line.trim_end().ends_with(name));
            match login {
                _ if has("\\powershell.exe") => Shell::PowerShell,
                Login::PowerShell { desktop: true } => Shell::PowerShell,
                _ if has("\\pwsh.exe") => Shell::Pwsh,
                Login::PowerShell { desktop: false } => Shell::Pwsh,
                Login::Cmd | Login::Posix { .. } => Shell::Cmd,
            }
        }
        (_, Login::PowerShell { .. }) => Shell::Pwsh,
        (_, Login::Posix { bash: true }) => Shell::Bash,
        (_, Login::Posix { bash: false } | Login::Cmd) => Shell::Sh,
    };
    Remote { shell, os: found.os }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(answer: &str, there: Option<&str>) -> Option<(Shell, Option<Os>)> {
        read(answer).map(|found| choose(found, there)).map(|remote| (remote.shell, remote.os))
    }

    /// As each answered on Linux.
    #[test]
    fn posix_shells_are_told_apart() {
        let linux = |shell| Some((shell, Some(Os::Linux)));
        assert_eq!(shell("wci-%OS%--\nLinux\n/usr/bin/bash\n", None), linux(Shell::Bash), "bash, dash, zsh");
        assert_eq!(shell("wci-%OS%--\nLinux\n", None), linux(Shell::Sh), "no bash there");
        assert_eq!(shell("\nLinux\n/bin/bash\n", None), linux(Shell::Bash), "fish");
        assert_eq!(shell("Linux\n/usr/bin/bash\n", None), linux(Shell::Bash), "csh, asked again");
        assert_eq!(shell("Linux\nbash: Command not found.\n", None), linux(Shell::Sh), "csh, asked again");
        assert_eq!(shell("wci-%OS%-Core-\nLinux\n", None), linux(Shell::Pwsh), "pwsh");
        assert_eq!(shell("hello from rc\nLinux fan\nwci-%OS%--\nDarwin\n", None), Some((Shell::Sh, Some(Os::Macos))));
        assert_eq!(shell("wci-%OS%--\nFreeBSD\n", None), Some((Shell::Sh, None)));
        assert_eq!(shell("", None), None);
        assert_eq!(shell("This account is currently not available.\n", None), None);
    }

    /// From what is known of Windows: not tried on one.
    #[test]
    fn windows_shells_are_told_apart() {
        let windows = |shell| Some((shell, Some(Os::Windows)));
        let both = Some(
            "C:\\Program Files\\PowerShell\\7\\pwsh.exe\r\nC:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\r\n",
        );
        let cmd = "wci-Windows_NT-$PSEdition- ; uname -s ; command -v bash\r\n";
        assert_eq!(shell(cmd, both), windows(Shell::PowerShell));
        assert_eq!(shell(cmd, Some("C:\\Program Files\\PowerShell\\7\\pwsh.exe\r\n")), windows(Shell::Pwsh));
        assert_eq!(shell(cmd, None), windows(Shell::Cmd));
        assert_eq!(shell("wci-%OS%-Desktop-\r\n", None), windows(Shell::PowerShell));
        assert_eq!(shell("wci-%OS%-Core-\r\n", None), windows(Shell::Pwsh));
        assert_eq!(shell("wci-%OS%-Core-\r\n", both), windows(Shell::PowerShell));
        assert_eq!(shell("wci-%OS%-Desktop-\r\nMINGW64_NT-10.0-20348\r\n", both), windows(Shell::PowerShell), "Git's uname");
        assert_eq!(shell("wci-%OS%--\nMINGW64_NT-10.0-20348\n/usr/bin/bash\n", both), windows(Shell::PowerShell), "Git's bash");
    }
}
