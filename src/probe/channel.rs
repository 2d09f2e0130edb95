//! The way questions take to a warm PowerShell: a pipe with a name, so that its input is empty and a program that reads it is not held up.
//!
//! .NET speaks of both as named pipes: on Windows it is one, on Unix it is a socket in a folder of our own.

use std::ffi::OsString;
use std::io;
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
        use std::fs::DirBuilder;
        use std::os::unix::fs::DirBuilderExt;
        // A socket's path is at most some 100 bytes long.
        let folder = std::env::temp_dir().join(&name[..name.len().min(20)]);
        DirBuilder::new().mode(0o700).create(&folder)?;
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
    /// The name is a word that nobody knows before.
    pub fn open(name: &str) -> io::Result<Self> {
        use tokio::net::windows::named_pipe::ServerOptions;
        let mut options = ServerOptions::new();
        options.access_inbound(false).first_pipe_instance(true).max_instances(1).reject_remote_clients(true);
        let server = options.create(format!(r"\\.\pipe\{name}"))?;
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
