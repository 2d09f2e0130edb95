//! What a command prints. A write that fails is told, where `println!` would panic: the disk may be full, and whoever reads may have gone.

use std::fmt::Display;
use std::io;
use std::io::Write;

use super::Failure;
use crate::headless;

/// The result of a command.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|why| Failure(headless::NOT_PASSED, format!("the output could not be written: {why}")))
}

/// A word beside the result. Where nobody can read it, the exit code has to do.
pub fn aside(text: impl Display) {
    let _ = write!(io::stderr(), "{text}");
}
