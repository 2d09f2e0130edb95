//! The way questions take to a warm PowerShell: a pipe with a name, so that its input is empty and a program that reads it is not held up.
//!
//! .NET speaks of both as named pipes: on Windows it is one, on Unix it is a socket in a folder of our own.

use std::ffi::OsString;
use std::io;

#[cfg(unix)]
use crate::private;
#[cfg(unix)]
use std::path::PathBuf;

use tokio::io::AsyncWrite;

/// Where questions will be written.
pub type Input = Box<dyn AsyncWrite + Send + Unpin>;

/// An end that waits for the other.
pub struct Channel {
    #[cfg(unix)]
    listener: tokio::net::UnixListener,
    #[cfg(unix)]
    folder: PathBuf,
    #[cfg(windows)]
    server: Option<tokio::net::windows::named_pipe::NamedPipeServer>,
    #[cfg(windows)]
    name: OsString,
}

#[cfg(unix)]
impl Channel {
    /// The name is a word that nobody knows before.
    pub fn open(name: &str) -> io::Result<Self> {
        // A socket's path is at most some 100 bytes long.
        let folder = private::scratch(&name[..name.len().min(20)])?;
        match tokio::net::UnixListener::bind(folder.join("ask")) {
            Ok(listener) => Ok(Self { listener, folder }),
            Err(why) => {
                let _ = std::fs::remove_dir(&folder);
                Err(why)
            }
        }
    }

    /// What .NET calls it.
    pub fn name(&self) -> OsString {
        self.folder.join("ask").into()
    }

    /// Waits for the other end.
    pub async fn accept(&mut self) -> io::Result<Input> {
        let (stream, _) = self.listener.accept().await?;
        Ok(Box::new(stream))
    }
}

#[cfg(unix)]
impl Drop for Channel {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(windows)]
impl Channel {
    /// The name is a word that nobody knows before; but every program can list the pipes there are.
    pub fn open(name: &str) -> io::Result<Self> {
        use crate::windows::{pipe, security::Whose};
        use tokio::net::windows::named_pipe::ServerOptions;
        let mut options = ServerOptions::new();
        options.access_inbound(false).first_pipe_instance(true).max_instances(1).reject_remote_clients(true);
        let server = pipe::create(&options, name, Whose::ours())?;
        Ok(Self { server: Some(server), name: name.into() })
    }

    /// What .NET calls it.
    pub fn name(&self) -> OsString {
        self.name.clone()
    }

    /// Waits for the other end.
    pub async fn accept(&mut self) -> io::Result<Input> {
        let server = self.server.take().ok_or(io::ErrorKind::NotConnected)?;
        server.connect().await?;
        Ok(Box::new(server))
    }
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    use crate::windows::security::Whose;
    use crate::windows::security::tests::{is_closed, list};
    use crate::windows::token;

    #[tokio::test]
    async fn nobody_else_can_read_the_questions() {
        let channel = Channel::open("wci-a-pipe-of-a-test").unwrap();
        let list = list(channel.server.as_ref().unwrap());
        is_closed(&list);
        assert!(list.contains(";SY)") && list.contains(";BA)"), "{list}");
        assert_eq!(list.contains(&token::user().unwrap()), Whose::ours() == Whose::User, "{list}");
    }
}
