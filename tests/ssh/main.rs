//! Sessions over a real OpenSSH on loopback.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod alone;
mod doctor;
#[path = "../engine/mod.rs"]
mod engine;
mod links;
#[path = "../live/mod.rs"]
mod live;
mod logins;
mod server;
mod shells;
mod users;
mod windows;

use wci::course::Shell;
use wci::host::{Connection, Door};

use live::Live;

fn open(connection: &Connection, shell: Shell) -> Live {
    Live::at(Door::Ssh(connection.clone()), shell)
}
