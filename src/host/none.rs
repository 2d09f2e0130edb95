//! Stands in for live shells on a system this build has none for.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc::Sender;

use crate::host::{NotSent, ShellChoice};
use crate::session::{SessionEvent, SessionId, Size};

/// Never more than a refusal.
#[derive(Debug)]
pub struct Session;

impl Session {
    pub fn send(&self, _: Vec<u8>) -> Result<(), NotSent> {
        Err(NotSent::Ended)
    }

    pub fn resize(&self, _: Size) {}

    pub fn end(&self) {}

    pub fn wait(&self, _: std::time::Duration) -> bool {
        true
    }
}

pub fn open(id: SessionId, _: ShellChoice, _: Size, _: Option<PathBuf>, events: Sender<(SessionId, SessionEvent)>) -> Session {
    let why = "This build has no Windows shell yet: read on and rehearse, or use a machine over SSH.";
    std::thread::spawn(move || events.blocking_send((id, SessionEvent::Refused(why.into()))));
    Session
}

pub fn find(_: &Path) -> Option<PathBuf> {
    None
}
