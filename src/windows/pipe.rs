//! Pipes with a name and an access list of their own.

use std::io;

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};

use super::security::{Descriptor, Whose};

/// Makes the first end of a pipe. By itself Windows would let everybody read from one.
pub fn create(options: &ServerOptions, name: &str, whose: Whose) -> io::Result<NamedPipeServer> {
    let descriptor = Descriptor::new(whose)?;
    let mut attributes = descriptor.attributes();
    // SAFETY: the attributes and their descriptor outlive the call, which copies them.
    unsafe { options.create_with_security_attributes_raw(format!(r"\\.\pipe\{name}"), (&raw mut attributes).cast()) }
}
