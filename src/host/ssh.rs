//! A shell on a machine behind ssh: logged in to, looked at, opened with its marks.
//!
//! The stages, each an ssh in a terminal of its own, with one pane for all: the login, which asks what it must ask and then holds the
//! connection for the rest; the question which shell is there, over a channel without a terminal; the session. Where no connection can be
//! shared (a Windows client, or one that fails to), question and session log in for themselves, which goes without questions only
//! with a key or an agent: with a password the plain login shell is opened, without marks, and nothing can be checked.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::course::Shell;
use crate::host::connection::Connection;
use crate::host::handshake::{self, Gate};
use crate::host::program::Program;
use crate::host::remote::{self, Found};
use crate::host::session::{News, Shared};
use crate::host::words::{self, Tail};
use crate::host::{Remote, pty};
use crate::private;
use crate::session::{Ending, Loss, SessionEvent};

/// How long the answer to a question may take: ssh's own limits end it before.
const ANSWER: Duration = Duration::from_secs(30);

/// How often is looked whether the login is done: ssh tells nobody.
const LOOK: Duration = Duration::from_millis(20);

/// How long the ssh that holds the connection has to notice what its client noticed.
const NOTICE: Duration = Duration::from_secs(1);

/// What the status of ssh itself is when it fails; a remote shell may end with it too.
const OWN: Ending = Ending::Exited(255);

/// The life of a session.
pub fn run(connection: &Connection, folder: Option<PathBuf>, shared: &Arc<Shared>, news: &News) {
    connection.found(None);
    let visit = Visit { connection, folder, shared, news };
    let last = visit.life().unwrap_or_else(|event| event);
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

/// Ends the login with the session.
struct Login<'a>(&'a Connection, Arc<Mutex<Watched>>);

impl Drop for Login<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Visit<'_> {
    /// The last event, either way.
    fn life(&self) -> Result<SessionEvent, SessionEvent> {
        let login = if self.connection.shares() { self.login()? } else { None };
        let held = login.as_ref().map(|login| &login.1);
        match self.look()? {
            Some((found, remote)) => {
                self.connection.found(Some(remote));
                let nonce = private::secret();
                let text = handshake::command(remote.shell, found, &nonce);
                self.session(Some(&text), handshake::script(remote.shell, found, &nonce), remote, nonce, held)
            }
            None => self.session(None, None, Remote { shell: Shell::Sh, os: None }, private::secret(), held),
        }
    }

    fn program(&self, arguments: Vec<std::ffi::OsString>) -> Result<Program, SessionEvent> {
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

    fn start(&self, arguments: Vec<std::ffi::OsString>) -> Result<pty::Running, SessionEvent> {
        let program = self.program(arguments)?;
        pty::start(&program, self.shared).map_err(|error| {
            SessionEvent::Refused(format!(
                "ssh could not be started ({error:#}): close other programs, then open the session again."
            ))
        })
    }

    /// Logs in, and says who holds the connection: none where somebody does already, or where none can be shared.
    fn login(&self) -> Result<Option<Login<'_>>, SessionEvent> {
        if self.connection.alive() {
            return Ok(None);
        }
        self.connection.clear();
        let running = self.start(self.connection.master())?;
        let tree = running.tree();
        self.connection.held_by(tree.clone());
        let watched = Arc::<Mutex<Watched>>::default();
        let login = Login(self.connection, Arc::clone(&watched));
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
                lock(&login.1).quiet = true;
                self.shared.hold_keys();
                return Ok(Some(login));
            }
            let (words, over) = {
                let watched = lock(&login.1);
                (watched.words.text(), watched.over)
            };
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

    /// Which shell is there. None where it cannot be asked without a person, but a person could log in.
    fn look(&self) -> Result<Option<(Found, Remote)>, SessionEvent> {
        let mut words = String::new();
        for question in [remote::QUESTION, remote::AGAIN] {
            let answer = self.ask(question)?;
            if let Some(found) = remote::read(&answer.said) {
                let windows = found.os == Some(crate::course::Os::Windows);
                let there = if windows { Some(self.ask(remote::WHERE)?.said) } else { None };
                return Ok(Some((found, remote::choose(found, there.as_deref()))));
            }
            words = answer.words;
            let asks = ["Permission denied (", "Host key verification failed", "Too many authentication failures"];
            if !self.connection.shares() && !words.contains("HAS CHANGED") && asks.iter().any(|text| words.contains(text)) {
                return Ok(None);
            }
            if answer.failed {
                return Err(SessionEvent::Lost(words::loss(&words, self.connection.address())));
            }
        }
        let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let last: String = last.chars().filter(|c| !c.is_control()).take(160).collect();
        let said = if last.is_empty() { String::new() } else { format!(" ({last})") };
        Err(SessionEvent::Refused(format!(
            "{} lets this user in, but runs no commands for it{said}: log in as a user with an ordinary shell.",
            self.connection.address().host
        )))
    }

    /// What the machine's login shell answers. Nobody is asked anything.
    fn ask(&self, text: &str) -> Result<Answer, SessionEvent> {
        self.program(Vec::new())?;
        let begun = self.connection.second(text).and_then(|mut command| {
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            #[cfg(unix)]
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            #[cfg(windows)]
            std::os::windows::process::CommandExt::creation_flags(&mut command, crate::windows::NO_WINDOW);
            command.spawn()
        });
        let lost = |why: String| SessionEvent::Lost(Loss { why, again: true });
        let host = &self.connection.address().host;
        let mut child =
            begun.map_err(|why| lost(format!("{host} could not be asked for its shell ({why}): open the session again.")))?;
        let said = child.stdout.take().map(heard);
        let words = child.stderr.take().map(heard);
        let status = self
            .wait(&mut child)
            .ok_or_else(|| lost(format!("{host} did not say which shell it has: open the session again.")))?;
        let text = |heard: Option<thread::JoinHandle<String>>| heard.and_then(|heard| heard.join().ok()).unwrap_or_default();
        Ok(Answer { said: text(said), words: text(words), failed: status == Some(255) })
    }

    /// Its status. None where it took too long, or is not wanted any more: then it is gone too.
    fn wait(&self, child: &mut Child) -> Option<Option<i32>> {
        let until = Instant::now() + ANSWER;
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status.code());
            }
            if Instant::now() > until || self.shared.lock().ending {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            self.pause();
        }
    }

    /// The session itself, without a text that of the login shell, which tells no marks.
    fn session(
        &self,
        text: Option<&str>,
        script: Option<Vec<u8>>,
        remote: Remote,
        nonce: String,
        held: Option<&Arc<Mutex<Watched>>>,
    ) -> Result<SessionEvent, SessionEvent> {
        let shares = self.connection.shares();
        let running = self.start(self.connection.session(text))?;
        let (input, tree) = (running.input(), running.tree());
        let opened = SessionEvent::Opened { shell: remote.shell, nonce, os: remote.os };
        let stage = Arc::<Mutex<Stage>>::default();
        let waits = script.is_some();
        if waits {
            // Without a shared connection ssh may still have a question to ask; of the rest only the word is listened for.
            if !shares {
                self.shared.take_keys(&input);
            }
            self.give_up_late(&stage, tree);
        } else {
            self.shared.take_keys(&input);
            lock(&stage).opened = true;
            self.news.tell(opened.clone());
        }
        let ending = {
            let (stage, news, shared) = (Arc::clone(&stage), self.news.clone(), Arc::clone(self.shared));
            let mut gate = waits.then(Gate::new);
            let mut script = script;
            running.follow(self.shared, move |bytes| {
                lock(&stage).words.push(bytes);
                let Some(gate) = &mut gate else { return news.tell(SessionEvent::Output(bytes.to_vec())) };
                let passed = gate.feed(bytes);
                let tell = |bytes: Vec<u8>| bytes.is_empty() || news.tell(SessionEvent::Output(bytes));
                if !shares && !tell(passed.before) {
                    return false;
                }
                if let Some(wanted) = passed.ready {
                    lock(&stage).opened = true;
                    shared.hold_keys();
                    news.tell(opened.clone());
                    let (script, input, shared) = (script.take().filter(|_| wanted), Arc::clone(&input), Arc::clone(&shared));
                    // Apart: it is read on meanwhile.
                    thread::spawn(move || {
                        if let Some(script) = script {
                            let _ = input.write_all(&script);
                        }
                        shared.take_keys(&input);
                    });
                }
                tell(passed.after)
            })
        };
        let (words, opened, late) = {
            let mut stage = lock(&stage);
            stage.over = true;
            (stage.words.text(), stage.opened, stage.late)
        };
        self.shared.change(|_| {});
        let ending_wanted = self.shared.lock().ending;
        if ending_wanted {
            return Ok(SessionEvent::Ended(ending));
        }
        if late {
            return Err(SessionEvent::Refused(format!(
                "The shell on {} did not come up within {} seconds: log in with `ssh {}` in another terminal to see what its start files wait for.",
                self.connection.address().host,
                self.connection.patience().as_secs(),
                self.connection.address().destination()
            )));
        }
        if ending == OWN || !opened {
            if let Some(loss) = self.lost(&words, held, opened) {
                return Ok(SessionEvent::Lost(loss));
            }
            if !opened {
                return Err(self.gave_up(&words, ending));
            }
        }
        Ok(SessionEvent::Ended(ending))
    }

    /// Why the link broke, if it did. The status alone does not tell.
    fn lost(&self, words: &str, held: Option<&Arc<Mutex<Watched>>>, opened: bool) -> Option<Loss> {
        let to = self.connection.address();
        if !self.connection.shares() {
            return words::broken(words, to);
        }
        let until = Instant::now() + NOTICE;
        while self.connection.alive() {
            if Instant::now() > until {
                return None;
            }
            self.pause();
        }
        // Its last words, a moment later.
        let until = Instant::now() + NOTICE;
        let of_master = || {
            held.map(|held| {
                let held = lock(held);
                (held.words.text(), held.over.is_some())
            })
            .unwrap_or_default()
        };
        while Instant::now() < until && held.is_some() && !of_master().1 {
            self.pause();
        }
        let gone = || Loss {
            why: format!("The link to {} broke: the machine went down, or the network between did.", to.host),
            again: true,
        };
        Some(words::broken(&of_master().0, to).or_else(|| words::broken(words, to).filter(|_| !opened)).unwrap_or_else(gone))
    }

    /// Why there is no session, from ssh's own words or from how it ended.
    fn gave_up(&self, words: &str, ending: Ending) -> SessionEvent {
        let to = self.connection.address();
        match ending {
            _ if self.shared.lock().ending => SessionEvent::Ended(ending),
            Ending::Killed(_) | Ending::Exited(130) => {
                let why = format!("The login to {} was stopped: open the session again to log in.", to.host);
                SessionEvent::Lost(Loss { why, again: false })
            }
            _ => SessionEvent::Lost(words::loss(words, to)),
        }
    }

    /// Ends a session that does not say that it is ready.
    fn give_up_late(&self, stage: &Arc<Mutex<Stage>>, tree: pty::Tree) {
        let (stage, patience) = (Arc::clone(stage), self.connection.patience());
        self.shared.apart(move |shared| {
            let waits = |stage: &Mutex<Stage>| {
                let stage = lock(stage);
                !stage.opened && !stage.over
            };
            let until = Instant::now() + patience;
            while waits(&stage) {
                let now = Instant::now();
                if now >= until {
                    lock(&stage).late = true;
                    return tree.end();
                }
                let state = shared.lock();
                drop(shared.changed.wait_timeout(state, LOOK.min(until - now)));
            }
        });
    }

    fn pause(&self) {
        drop(self.shared.changed.wait_timeout(self.shared.lock(), LOOK));
    }
}

/// Of the session itself.
#[derive(Default)]
struct Stage {
    words: Tail,
    opened: bool,
    over: bool,
    late: bool,
}

struct Answer {
    said: String,
    words: String,
    /// ssh itself failed.
    failed: bool,
}

/// Reads a stream to its end, and keeps its beginning.
fn heard(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stream.by_ref().take(64 * 1024).read_to_end(&mut text);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
