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

/// Answers a question of ssh once it stands there for the `nth` time.
fn answer(live: &mut Live, nth: usize, question: &str, answer: &str) {
    live.until(question, |live| live.raw.windows(question.len()).filter(|text| *text == question.as_bytes()).count() >= nth);
    live.session.send(format!("{answer}\r").into_bytes()).unwrap();
}
