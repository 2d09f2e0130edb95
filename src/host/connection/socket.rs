//! The socket of a shared connection: its private folder, and what a wci that was killed has left of one.

use std::io;
use std::path::{Path, PathBuf};

use crate::private;

/// A socket's path is at most some 100 bytes long, and ssh adds some of its own while it makes one.
const LONGEST: usize = 75;

/// A private folder for the socket, where its path fits.
pub fn folder() -> io::Result<PathBuf> {
    let name = format!("{FOLDER}{}-{}", std::process::id(), private::secret());
    let base = match private::scratch_base() {
        long if long.as_os_str().len() + "/".len() + name.len() + "/s".len() > LONGEST => PathBuf::from("/tmp"),
        base => base,
    };
    sweep(&base);
    private::scratch_in(&base, &name)
}

const FOLDER: &str = "wci-";

/// Takes away what a wci that was killed has left.
fn sweep(base: &Path) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let socket = entry.path().join("s");
        // One that is answered is another container's, and a link leads somewhere else.
        let ours = entry.file_name().to_str().and_then(owner).is_some_and(is_gone) && private::is_own_folder(&entry.path());
        if ours && !listens(&socket) {
            // One with more in it than the socket of an ssh that was killed too is not ours.
            let _ = std::fs::remove_file(socket);
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}

/// Somebody listens there.
#[cfg(unix)]
pub fn listens(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

/// Windows' client makes no sockets.
#[cfg(windows)]
pub fn listens(_: &Path) -> bool {
    false
}

/// The process that has made a folder of this name, if it is one of ours.
fn owner(name: &str) -> Option<i32> {
    let (owner, secret) = name.strip_prefix(FOLDER)?.split_once('-')?;
    let ours = secret.len() == 16 && secret.bytes().all(|b| b.is_ascii_hexdigit());
    owner.parse().ok().filter(|owner| ours && *owner > 0)
}

#[cfg(unix)]
fn is_gone(process: i32) -> bool {
    let process = rustix::process::Pid::from_raw(process);
    process.is_some_and(|process| rustix::process::test_kill_process(process) == Err(rustix::io::Errno::SRCH))
}

/// There are no such folders.
#[cfg(windows)]
fn is_gone(_: i32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_a_killed_wci_has_left_is_taken_away_and_nothing_else() {
        let base = tempfile::tempdir().unwrap();
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let name = |owner: u32| format!("wci-{owner}-0123456789abcdef");
        let (dead, alive) = (name(child.id()), name(std::process::id()));
        for name in [&dead, &alive, "wci-1-short", "wci-0123456789abcdef", "other"] {
            std::fs::create_dir(base.path().join(name)).unwrap();
            std::fs::write(base.path().join(name).join("s"), "").unwrap();
        }
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("s"), "").unwrap();
        let link = base.path().join(format!("wci-{}-fedcba9876543210", child.id()));
        std::os::unix::fs::symlink(elsewhere.path(), &link).unwrap();
        sweep(base.path());
        assert!(elsewhere.path().join("s").exists(), "a link is not followed");
        let left = |name: &str| base.path().join(name).join("s").exists();
        assert!(!base.path().join(&dead).exists());
        assert!(left(&alive) && left("wci-1-short") && left("wci-0123456789abcdef") && left("other"));
    }
}
