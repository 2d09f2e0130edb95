//! What the learner's own ssh tells of itself and of its configuration.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::session::Address;

/// How long ssh may take to tell its configuration: that can run programs of the learner's.
const TELLING: Duration = Duration::from_secs(2);

/// What a program writes, if it has ended soon; both streams in one.
fn said_soon(mut command: Command) -> Option<String> {
    let (mut said, out) = std::io::pipe().ok()?;
    let mut child = command.stdin(Stdio::null()).stderr(out.try_clone().ok()?).stdout(out).spawn().ok()?;
    // It holds the other end of the pipe.
    drop(command);
    let (tell, told) = std::sync::mpsc::channel();
    // Something it started may hold the pipe for longer: this thread then waits alone.
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = said.by_ref().take(256 * 1024).read_to_end(&mut all);
        let _ = tell.send(all);
    });
    let said = told.recv_timeout(TELLING).ok();
    let _ = child.kill();
    let _ = child.wait();
    Some(String::from_utf8_lossy(&said?).into_owned())
}

/// What ssh tells of itself.
pub fn version(ssh: &Path) -> Option<String> {
    let mut command = Command::new(ssh);
    // It says so on its standard error.
    command.arg("-V");
    said_soon(command)
}

/// Whether another machine or a program stands between, as ssh itself tells it.
pub fn goes_by_another(ssh: &Path, arguments: &[OsString], address: &Address) -> bool {
    let mut command = Command::new(ssh);
    command.args(arguments).arg("-G");
    command.args(address.port.into_iter().flat_map(|port| ["-p".to_owned(), port.to_string()]));
    command.arg("--").arg(address.destination());
    said_soon(command).is_some_and(|configuration| has_another_between(&configuration))
}

/// The number in what [`version`] tells. Only OpenSSH's say what we want to know.
pub fn number(version: &str) -> Option<(u32, u32)> {
    let (_, rest) = version.split_once("OpenSSH_")?;
    let (major, rest) = rest.strip_prefix("for_Windows_").unwrap_or(rest).split_once('.')?;
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    number(major).zip(number(rest))
}

fn has_another_between(configuration: &str) -> bool {
    configuration
        .lines()
        .any(|line| matches!(line.split_once(' '), Some(("proxyjump" | "proxycommand", what)) if what.trim() != "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_configuration_that_never_comes_holds_nobody() {
        let begun = std::time::Instant::now();
        let mut stuck = Command::new("sh");
        stuck.args(["-c", "exec sleep 4711.9"]);
        assert_eq!(said_soon(stuck), None);
        assert!(begun.elapsed() < TELLING * 3);
        let mut quick = Command::new("echo");
        quick.arg("proxyjump gate");
        assert_eq!(said_soon(quick).as_deref(), Some("proxyjump gate\n"));
    }

    #[test]
    fn an_ssh_that_would_ask_on_our_terminal_is_known_by_its_version() {
        assert_eq!(number("OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.13\n"), Some((9, 2)));
        assert_eq!(number("OpenSSH_for_Windows_8.6p1, LibreSSL 3.4.3\r\n"), Some((8, 6)));
        assert_eq!(number("OpenSSH_10.0p2\n"), Some((10, 0)));
        assert_eq!(number("Dropbear v2022.83\n"), None);
    }

    #[test]
    fn a_jump_host_is_given_time_for_a_password() {
        assert!(has_another_between("user me\nproxyjump gate\nport 22\n"));
        assert!(has_another_between("proxycommand nc gate 22\n"));
        assert!(!has_another_between("proxyusefdpass no\nproxycommand none\nhost vm\n"));
    }
}
