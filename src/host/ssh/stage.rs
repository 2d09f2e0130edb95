//! The session itself: opened with its marks, or given up, and how it ended.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::{LOOK, Login, Visit, lock};
use crate::host::handshake::Gate;
use crate::host::session::Taker;
use crate::host::words::{self, Tail};
use crate::host::{Remote, pty};
use crate::session::{Ending, Loss, SessionEvent};

/// How long the ssh that holds the connection has to notice what its client noticed. A machine that goes down may end its shells first.
const NOTICE: Duration = Duration::from_secs(3);

/// What the status of ssh itself is when it fails; a remote shell may end with it too.
const OWN: Ending = Ending::Exited(255);

/// Of the session itself.
#[derive(Default)]
struct Stage {
    words: Tail,
    opened: bool,
    over: bool,
    late: bool,
}

/// What is opened, and by what.
pub struct Opening {
    /// What the login shell over there is told to run; none for that shell as it is.
    pub text: Option<String>,
    /// What is typed once it is ready.
    pub script: Option<Vec<u8>>,
    pub remote: Remote,
    pub nonce: String,
    /// By which its ready word is told from all that is written over there.
    pub word: String,
}

impl Visit<'_> {
    /// The session itself, and its last event, either way.
    pub fn session(&self, opening: Opening, login: Option<&Login>) -> Result<SessionEvent, SessionEvent> {
        let plain = opening.text.is_none();
        // The plain shell's own ssh asks in its terminal.
        let askers = if plain { None } else { self.connection.askers() };
        let asked_here = !self.connection.shares() && (askers.is_none() || !self.connection.asks_others_always());
        let running = self.start(self.connection.session(opening.text.as_deref()), askers)?;
        let stage = Arc::<Mutex<Stage>>::default();
        let ending = self.follow(running, opening, asked_here, &stage);
        let (words, opened, late) = {
            let mut stage = lock(&stage);
            stage.over = true;
            (stage.words.text(), stage.opened, stage.late)
        };
        self.shared.change(|_| {});
        let wanted = self.shared.lock().ending;
        if wanted {
            return Ok(SessionEvent::Ended(ending));
        }
        if self.connection.askpass().was_stopped() {
            return Err(self.stopped());
        }
        if late {
            return Err(SessionEvent::Refused(format!(
                "The shell on {} did not come up within {} seconds: log in with `ssh {}` in another terminal to see what its start files \
                 wait for.",
                self.connection.address().host,
                self.connection.patience().as_secs(),
                self.connection.address().destination()
            )));
        }
        if ending == OWN || !opened {
            if let Some(loss) = self.lost(&words, login, opened, plain) {
                return Ok(SessionEvent::Lost(loss));
            }
            if !opened {
                return Err(self.gave_up(&words, ending));
            }
        }
        Ok(SessionEvent::Ended(ending))
    }

    /// From its first byte to its end.
    ///
    /// `asked_here` is whether its ssh asks in its own terminal.
    fn follow(&self, running: pty::Running, opening: Opening, asked_here: bool, stage: &Arc<Mutex<Stage>>) -> Ending {
        let shares = self.connection.shares();
        let Opening { mut script, remote, nonce, word, .. } = opening;
        let (input, opened) = (running.input(), SessionEvent::Opened { shell: remote.shell, nonce, os: remote.os });
        let mut gate = script.is_some().then(|| Gate::new(&word));
        if gate.is_none() || asked_here {
            self.shared.take_keys(&input);
        }
        if gate.is_some() {
            self.give_up_late(stage, running.tree());
        } else {
            lock(stage).opened = true;
            self.news.tell(opened.clone());
        }
        let (stage, news, shared) = (Arc::clone(stage), self.news.clone(), Arc::clone(self.shared));
        let askpass = self.connection.askpass().clone();
        running.follow(self.shared, move |bytes| {
            lock(&stage).words.push(bytes);
            let Some(gate) = &mut gate else {
                // It has logged in.
                askpass.ask_nobody();
                return news.tell(SessionEvent::Output(bytes.to_vec()));
            };
            let passed = gate.feed(bytes);
            let tell = |bytes: Vec<u8>| bytes.is_empty() || news.tell(SessionEvent::Output(bytes));
            if !shares && !tell(passed.before) {
                return false;
            }
            if let Some(wanted) = passed.ready {
                lock(&stage).opened = true;
                askpass.ask_nobody();
                shared.hold_keys();
                news.tell(opened.clone());
                let (script, input, shared) = (script.take().filter(|_| wanted), Arc::clone(&input), Arc::clone(&shared));
                // Apart: it is read on meanwhile.
                thread::spawn(move || {
                    if let Some(script) = script {
                        let _ = input.take(&script);
                    }
                    shared.take_keys(&input);
                });
            }
            tell(passed.after)
        })
    }

    /// Why the link broke, if it did. The status alone does not tell.
    fn lost(&self, words: &str, login: Option<&Login>, opened: bool, plain: bool) -> Option<Loss> {
        let to = self.connection.address();
        if !self.connection.shares() {
            // Here the login is a part of it.
            return if plain && !words::closed(words) { Some(words::loss(words, to)) } else { words::broken(words, to) };
        }
        let until = Instant::now() + NOTICE;
        while self.connection.alive() {
            if Instant::now() > until {
                return None;
            }
            self.pause();
        }
        // The last words of whoever held the connection, a moment later.
        let until = Instant::now() + NOTICE;
        let mut last = String::new();
        while let Some(login) = login {
            let (said, over) = login.state();
            last = said;
            if over.is_some() || Instant::now() > until {
                break;
            }
            self.pause();
        }
        let of_session = || words::broken(words, to).filter(|_| !opened);
        Some(words::broken(&last, to).or_else(of_session).unwrap_or_else(|| words::gone(to)))
    }

    /// Ends a session that does not say that it is ready.
    fn give_up_late(&self, stage: &Arc<Mutex<Stage>>, tree: pty::Tree) {
        let (stage, patience) = (Arc::clone(stage), self.connection.patience());
        let askpass = self.connection.askpass().clone();
        self.shared.apart(move |shared| {
            let waits = |stage: &Mutex<Stage>| {
                let stage = lock(stage);
                !stage.opened && !stage.over
            };
            let mut until = Instant::now() + patience;
            while waits(&stage) {
                let now = Instant::now();
                // A person takes longer.
                if askpass.stands() {
                    until = now + patience;
                }
                if askpass.was_stopped() {
                    return tree.end();
                }
                if now >= until {
                    lock(&stage).late = true;
                    return tree.end();
                }
                let state = shared.lock();
                drop(shared.changed.wait_timeout(state, LOOK.min(until - now)));
            }
        });
    }
}
