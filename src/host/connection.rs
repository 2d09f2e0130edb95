//! The way to a machine behind `ssh`: where it is, what was found there, and the second channel to it, without a terminal.
//!
//! The session in the terminal logs in; where the client can share a connection (`ControlMaster`), all else goes over that one. The
//! program is always the system's own `ssh`, so configuration, agents, jump hosts and keys are the learner's.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use crate::course::{Os, Shell};
use crate::host::find;
use crate::private;
use crate::session::Address;

/// Clones share one connection; the last of them ends it.
#[derive(Debug, Clone)]
pub struct Connection(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    address: Address,
    /// The folder of the shared connection's socket; none where the client cannot share one, as on Windows.
    folder: Option<PathBuf>,
    remote: Mutex<Option<Remote>>,
}

/// What was found on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// The shell that sessions and checks of the machine speak.
    pub shell: Shell,
    pub os: Option<Os>,
}

impl Connection {
    /// Connects nothing yet.
    pub fn new(address: Address) -> io::Result<Self> {
        let folder = if cfg!(unix) { Some(private::scratch(&format!("wci-{}", private::secret()))?) } else { None };
        Ok(Self(Arc::new(Inner { address, folder, remote: Mutex::default() })))
    }

    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// What was found when the session was opened last.
    pub fn remote(&self) -> Option<Remote> {
        *self.0.remote.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The command that has the machine's login shell run `text`, with pipes for its streams. It never asks anybody anything.
    pub fn second(&self, text: &str) -> io::Result<Command> {
        let ssh = find(Path::new("ssh")).ok_or(io::ErrorKind::NotFound)?;
        let mut command = Command::new(ssh);
        command.args(["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5"]);
        command.args(["-o", "ServerAliveCountMax=3", "-o", "ClearAllForwardings=yes"]);
        if let Some(folder) = &self.0.folder {
            command.args(["-o", "ControlMaster=no", "-S"]).arg(folder.join("s"));
        }
        if let Some(port) = self.0.address.port {
            command.arg("-p").arg(port.to_string());
        }
        command.arg("--").arg(self.0.address.destination()).arg(text);
        Ok(command)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
