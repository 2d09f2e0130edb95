//! One descriptor of our own for the master side of a pseudo-terminal.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use portable_pty::MasterPty;

/// portable-pty's own reader blocks for ever and its writer types Ctrl-D when dropped; both are avoided with this.
pub fn own(master: &dyn MasterPty) -> io::Result<OwnedFd> {
    let raw = master.as_raw_fd().ok_or(io::ErrorKind::Unsupported)?;
    // SAFETY: the descriptor belongs to `master`, which is borrowed until the end of this call, so it is open while it is duplicated.
    unsafe { BorrowedFd::borrow_raw(raw) }.try_clone_to_owned()
}
