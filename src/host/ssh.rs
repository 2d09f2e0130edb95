//! A shell on a machine behind ssh: logged in to, looked at, opened with its marks.
//!
//! The stages, each an ssh in a terminal of its own, with one pane for all: the login, which asks what it must ask and then holds the
//! connection for the rest; the question which shell is there, over a channel without a terminal; the session. Where no connection can be
//! shared (a Windows client, or one that fails to), question and session log in for themselves: what the first of them asks is asked in
//! the pane and answers the others too. With an ssh that lets nobody else ask (OpenSSH before 8.4 on Unix) that goes with a key or an
//! agent only: with a password the plain login shell is opened, without marks, and nothing can be checked.

mod look;
mod stage;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::course::Shell;
use crate::host::connection::Connection;
use crate::host::handshake;
use crate::host::program::Program;
use crate::host::session::{News, Shared};
use crate::host::ssh::stage::Opening;
use crate::host::words::{self, Tail};
use crate::host::{Remote, pty};
use crate::private;
use crate::session::{Ending, Loss, SessionEvent};

/// How often is looked whether the login is done: ssh tells nobody.
const LOOK: Duration = Duration::from_millis(20);

/// The life of a session.
pub fn run(connection: &Connection, folder: Option<PathBuf>, shared: &Arc<Shared>, news: &News) {
    connection.found(None);
    connection.askpass().ask_nobody();
    let visit = Visit { connection, folder, shared, news };
    let last = visit.life().unwrap_or_else(|event| event);
    connection.askpass().ask_nobody();
    news.tell(last);
}

struct Visit<'a> {
    connection: &'a Connection,
    folder: Option<PathBuf>,
    shared: &'a Arc<Shared>,
    news: &'a News,
}

/// What is known of an ssh that runs, shared with the thread that reads it.
#[derive(Default)]
struct Watched {
    words: Tail,
    /// The stage is done: what it writes now is only kept.
    quiet: bool,
    over: Option<Ending>,
}

/// Somebody is logged in by this session, which ends it.
struct Login {
    connection: Connection,
    watched: Arc<Mutex<Watched>>,
}

impl Login {
    /// The end of what it wrote, and how it ended.
    fn state(&self) -> (String, Option<Ending>) {
        let watched = lock(&self.watched);
        (watched.words.text(), watched.over)
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        self.connection.end();
    }
}

impl Visit<'_> {
    /// The last event, either way.
    fn life(&self) -> Result<SessionEvent, SessionEvent> {
        let login = if self.connection.shares() { self.login()? } else { None };
        let (nonce, word) = (private::secret(), private::secret());
        let opening = match self.look()? {
            Some((found, remote)) => {
                self.connection.found(Some(remote));
                let text = Some(handshake::command(remote.shell, found, &nonce, &word));
                Opening { text, script: handshake::script(remote.shell, found, &nonce), remote, nonce, word }
            }
            None => Opening { text: None, script: None, remote: Remote { shell: Shell::Sh, os: None }, nonce, word },
        };
        self.session(opening, login.as_ref())
    }

    fn program(&self, arguments: Vec<OsString>) -> Result<Program, SessionEvent> {
        let Some(ssh) = self.connection.program() else {
            let what = if cfg!(windows) {
                "add the Windows feature OpenSSH Client"
            } else {
                "install it (the package is called openssh-client, openssh-clients or openssh)"
            };
            return Err(SessionEvent::Refused(format!("There is no ssh on this machine: {what}, then open the session again.")));
        };
        let mut program = Program::new(&ssh, arguments, self.folder.clone());
        // On Unix every terminal of ours has it.
        program.environment.push(("TERM", "xterm-256color".into()));
        Ok(program)
    }

    fn start(
        &self,
        arguments: Vec<OsString>,
        environment: Option<Vec<(&'static str, OsString)>>,
    ) -> Result<pty::Running, SessionEvent> {
        let mut program = self.program(arguments)?;
        program.environment.extend(environment.into_iter().flatten());
        pty::start(&program, self.shared).map_err(|error| {
            SessionEvent::Refused(format!(
                "ssh could not be started ({error:#}): close other programs, then open the session again."
            ))
        })
    }

    /// Logs in, and says who holds the connection: none where somebody does already, or where none can be shared.
    fn login(&self) -> Result<Option<Login>, SessionEvent> {
        if self.connection.alive() {
            return Ok(None);
        }
        self.connection.clear();
        let running = self.start(self.connection.master(), None)?;
        let tree = running.tree();
        self.connection.held_by(tree.clone());
        let watched = Arc::<Mutex<Watched>>::default();
        let login = Login { connection: self.connection.clone(), watched: Arc::clone(&watched) };
        self.shared.take_keys(&running.input());
        let news = self.news.clone();
        self.shared.apart(move |shared| {
            let own = Arc::clone(&watched);
            let ending = running.follow(shared, move |bytes| {
                let mut watched = lock(&own);
                watched.words.push(bytes);
                if watched.quiet {
                    return true;
                }
                drop(watched);
                news.tell(SessionEvent::Output(bytes.to_vec()))
            });
            lock(&watched).over = Some(ending);
            shared.change(|_| {});
        });
        loop {
            if self.connection.alive() {
                lock(&login.watched).quiet = true;
                self.shared.hold_keys();
                return Ok(Some(login));
            }
            let (words, over) = login.state();
            // The path is too long for a socket, or the folder cannot hold one: it would stay, and nobody could use it.
            let cannot = ["disabling multiplexing", "ControlPath", "unix_listener", "muxserver_listen"];
            if words.lines().any(|line| cannot.iter().any(|word| line.contains(word))) {
                tree.end();
                self.connection.share_no_more();
                self.shared.hold_keys();
                return Ok(None);
            }
            if let Some(ending) = over {
                return Err(self.gave_up(&words, ending));
            }
            self.pause();
        }
    }

    /// Why there is no session, from ssh's own words or from how it ended.
    fn gave_up(&self, words: &str, ending: Ending) -> SessionEvent {
        let to = self.connection.address();
        match ending {
            _ if self.shared.lock().ending => SessionEvent::Ended(ending),
            _ if self.connection.askpass().was_stopped() => self.stopped(),
            Ending::Killed(_) | Ending::Exited(130) => self.stopped(),
            _ => SessionEvent::Lost(words::loss(words, to)),
        }
    }

    /// By the learner, at a question.
    fn stopped(&self) -> SessionEvent {
        let why = format!("The login to {} was stopped: open the session again to log in.", self.connection.address().host);
        SessionEvent::Lost(Loss { why, again: false })
    }

    fn pause(&self) {
        drop(self.shared.changed.wait_timeout(self.shared.lock(), LOOK));
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
