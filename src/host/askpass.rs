//! What ssh asks where no connection can be shared, and each channel logs in for itself.
//!
//! Such an ssh is told (`SSH_ASKPASS`) to have this program ask: started once more, as its [`helper`], it brings the question to
//! the pane of the session that is being opened. A password or passphrase that was typed there is held in memory for as long as the
//! connection is, and answers the same question of the channels that follow; it is never written anywhere. A code that is good for one
//! login is not held. `SSH_ASKPASS_REQUIRE` is known to OpenSSH since 8.4; Windows' client starts the helper where it has no console, and
//! older ones where `DISPLAY` is set besides (PowerShell/Win32-OpenSSH, issues 1726, 1943 and 2115). Not tried on Windows.

mod helper;
mod line;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub use crate::host::askpass::helper::answered;
use crate::host::askpass::line::{Key, Line, Typed};
use crate::host::session::{News, Shared, Taker};
use crate::private;
use crate::session::SessionEvent;

/// What tells the helper where to ask: a port of this machine, what proves that it is ours, and which ssh asks.
const VARIABLE: &str = "WCI_ASKPASS";

/// No question is longer.
const LONGEST: usize = 8 * 1024;

/// Ends what a helper says; an argument has none.
const END: u8 = 0;

/// What kind of question has no answer: ssh only wants something known, as that a security key waits to be touched.
const NOTICE: &str = "none";

/// How long a helper may take to put its question, and one that gets no answer to go.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many helpers are served at a time: more than ssh ever starts.
const HELPERS: usize = 16;

/// What is typed before a question is no answer to it. So long it may be on its way.
const AHEAD: Duration = Duration::from_millis(30);

/// How often is looked whether a question still stands.
const LOOK: Duration = Duration::from_millis(100);

/// Of so many ssh is known what they have asked already: far more than log in at a time.
const REMEMBERED: usize = 64;

/// Who answers for one connection. Clones are the same.
#[derive(Clone)]
pub struct Askpass(Arc<Inner>);

struct Inner {
    /// The program that is started to ask, if there is one.
    helper: Option<PathBuf>,
    proof: String,
    port: OnceLock<Option<u16>>,
    next: AtomicU64,
    over: AtomicBool,
    served: AtomicUsize,
    state: Mutex<State>,
    /// One question at a time.
    turn: Mutex<()>,
}

#[derive(Default)]
struct State {
    desk: Option<Desk>,
    held: BTreeMap<String, String>,
    /// What each ssh has asked already: one that asks again was given a wrong answer.
    asked: VecDeque<(Asker, String)>,
    stopped: bool,
    standing: bool,
}

/// An ssh that asks: the number it was given, which the ssh of a jump host has from it, and its process where the system tells that.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Asker {
    number: u64,
    process: u32,
}

/// The pane of the session that is being opened.
#[derive(Clone)]
struct Desk {
    shared: Arc<Shared>,
    news: News,
}

impl fmt::Debug for Askpass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Askpass")
    }
}

impl Askpass {
    /// Nothing is listened to before an ssh is told of it.
    pub fn new(helper: Option<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            helper,
            proof: format!("{}{}", private::secret(), private::secret()),
            port: OnceLock::new(),
            next: AtomicU64::new(0),
            over: AtomicBool::new(false),
            served: AtomicUsize::new(0),
            state: Mutex::default(),
            turn: Mutex::default(),
        }))
    }

    /// What one ssh has to have in its environment. None where nobody can be started to ask, or listened to.
    pub fn environment(&self) -> Option<Vec<(&'static str, OsString)>> {
        let helper = self.0.helper.clone()?;
        let port = (*self.0.port.get_or_init(|| listen(&self.0)))?;
        let which = self.0.next.fetch_add(1, Ordering::Relaxed);
        let mut all = vec![
            ("SSH_ASKPASS", helper.into()),
            ("SSH_ASKPASS_REQUIRE", "force".into()),
            (VARIABLE, format!("{port} {} {which}", self.0.proof).into()),
        ];
        if cfg!(windows) && std::env::var_os("DISPLAY").is_none() {
            all.push(("DISPLAY", ":0".into()));
        }
        Some(all)
    }

    /// From now on the session answers what is not known; keys that are typed go to the question.
    pub fn ask_in(&self, shared: &Arc<Shared>, news: &News) {
        self.lock().desk = Some(Desk { shared: Arc::clone(shared), news: news.clone() });
    }

    /// From now on only what is known is answered.
    pub fn ask_nobody(&self) {
        let mut state = self.lock();
        state.desk = None;
        state.stopped = false;
    }

    /// Something is held that answers what follows.
    pub fn knows(&self) -> bool {
        !self.lock().held.is_empty()
    }

    /// What is not known is asked.
    pub fn asks(&self) -> bool {
        self.lock().desk.is_some()
    }

    /// A question stands in the pane.
    pub fn stands(&self) -> bool {
        self.lock().standing
    }

    /// The learner would not answer.
    pub fn was_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// What was typed answers nothing any more.
    pub fn forget(&self) {
        self.lock().held.clear();
    }

    /// Answers nothing any more, and forgets what it knows.
    pub fn close(&self) {
        self.0.over.store(true, Ordering::SeqCst);
        self.forget();
        self.ask_nobody();
        if let Some(Some(port)) = self.0.port.get() {
            // Wakes whoever listens.
            let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, *port));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a question, if there is one.
    fn answer(&self, asker: Asker, question: &str, hung_up: impl Fn() -> bool) -> Result<Option<String>, Stopped> {
        let _turn = self.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = {
            let mut state = self.lock();
            let asked = (asker, question.to_owned());
            if state.asked.contains(&asked) {
                state.held.remove(question);
            } else {
                state.asked.push_back(asked);
                if state.asked.len() > REMEMBERED {
                    state.asked.pop_front();
                }
            }
            if let Some(known) = state.held.get(question) {
                return Ok(Some(known.clone()));
            }
            if state.stopped {
                return Err(Stopped);
            }
            let Some(desk) = state.desk.clone().filter(|_| !hung_up()) else {
                // What is held does not let in any more: it is not tried again and again.
                state.held.clear();
                return Ok(None);
            };
            state.standing = true;
            desk
        };
        let typed = desk.ask(question, || self.0.over.load(Ordering::SeqCst) || hung_up());
        let mut state = self.lock();
        state.standing = false;
        state.stopped |= typed.is_err();
        let typed = typed?;
        if let Some(typed) = typed.as_ref().filter(|_| is_held(question)) {
            state.held.insert(question.to_owned(), typed.clone());
        }
        Ok(typed)
    }

    /// One helper, from its question to its answer.
    fn serve(&self, mut helper: TcpStream) -> io::Result<()> {
        let Some(text) = heard(&helper)? else { return Ok(()) };
        let mut parts = text.splitn(5, '\n');
        let proof = parts.next();
        let mut number = || parts.next().and_then(|number| number.parse::<u64>().ok());
        let (which, process) = (number(), number().and_then(|process| u32::try_from(process).ok()));
        let (kind, question) = (parts.next(), parts.next());
        let issued = |number: &u64| *number < self.0.next.load(Ordering::Relaxed);
        let (true, Some(number), Some(process), Some(question)) =
            (proof == Some(self.0.proof.as_str()), which.filter(issued), process, question)
        else {
            return Ok(());
        };
        if kind == Some(NOTICE) {
            let desk = self.lock().desk.clone();
            desk.into_iter().for_each(|desk| desk.say(&format!("{}\r\n", shown(question))));
            return Ok(());
        }
        helper.set_nonblocking(true)?;
        let answer = self.answer(Asker { number, process }, question, || hung_up(&helper));
        if answer.is_err() {
            // Without an answer ssh would log in with none. It is about to be ended.
            let until = Instant::now() + PATIENCE;
            while Instant::now() < until && !hung_up(&helper) && !self.0.over.load(Ordering::SeqCst) {
                thread::sleep(LOOK);
            }
        }
        helper.set_nonblocking(false)?;
        // So an empty answer is told from none.
        let answer = answer.ok().flatten();
        answer.map_or(Ok(()), |answer| helper.write_all(format!("+{answer}").as_bytes()))
    }
}

/// Accepts helpers on a thread that ends with the connection. None where no port of this machine is to be had.
fn listen(inner: &Arc<Inner>) -> Option<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    let port = listener.local_addr().ok()?.port();
    let asked = Askpass(Arc::clone(inner));
    thread::spawn(move || {
        for helper in listener.incoming() {
            if asked.0.over.load(Ordering::SeqCst) {
                return;
            }
            let Ok(helper) = helper else {
                thread::sleep(LOOK);
                continue;
            };
            // Any user of this machine can knock here.
            if asked.0.served.fetch_add(1, Ordering::SeqCst) >= HELPERS {
                asked.0.served.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let asked = asked.clone();
            thread::spawn(move || {
                drop(asked.serve(helper));
                asked.0.served.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    Some(port)
}

/// What a helper says. None where it says too much, or takes too long.
fn heard(helper: &TcpStream) -> io::Result<Option<String>> {
    let until = Instant::now() + PATIENCE;
    let mut text = Vec::new();
    let mut piece = [0; 1024];
    while text.last() != Some(&END) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || text.len() > LONGEST {
            return Ok(None);
        }
        helper.set_read_timeout(Some(left))?;
        match (&*helper).read(&mut piece)? {
            0 => return Ok(None),
            length => text.extend(&piece[..length]),
        }
    }
    text.pop();
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// The helper has gone. It says nothing more, and does not wait to be read.
fn hung_up(helper: &TcpStream) -> bool {
    helper.peek(&mut [0]).map_or_else(|why| why.kind() != io::ErrorKind::WouldBlock, |length| length == 0)
}

/// ssh's own questions about a host key. All others are not for other eyes: what a server asks looks as it likes.
fn is_of_a_host_key(question: &str) -> bool {
    ["The authenticity of host ", "Please type 'yes', 'no'", "Accept updated hostkeys"]
        .iter()
        .any(|own| question.starts_with(own))
}

/// Whether an answer is good for the channels that follow: ssh's own words for a password and for a passphrase, and those of a server
/// that ssh has put the user and the host before (since 8.5; before that the server is not let ask). Codes are good for one login.
fn is_held(question: &str) -> bool {
    question.ends_with("'s password: ")
        || question.starts_with("Enter passphrase for key ")
        || question.starts_with('(') && question.trim_end().to_ascii_lowercase().ends_with(") password:")
}

/// The learner would not answer.
struct Stopped;

impl Desk {
    /// What is typed in the pane, up to Enter. None where nobody waits for it any more.
    fn ask(&self, question: &str, over: impl Fn() -> bool) -> Result<Option<String>, Stopped> {
        let (keys, typed) = mpsc::channel();
        let line: Arc<dyn Taker> = Arc::new(Line(keys));
        let before = self.shared.lend_keys(Arc::clone(&line));
        while typed.recv_timeout(AHEAD).is_ok() {}
        self.say(&shown(question));
        let answer = self.typed(&typed, !is_of_a_host_key(question), over);
        self.say("\r\n");
        self.shared.give_keys_back(&line, before);
        answer
    }

    fn typed(&self, typed: &Receiver<Vec<u8>>, hidden: bool, over: impl Fn() -> bool) -> Result<Option<String>, Stopped> {
        let mut line = Typed::default();
        loop {
            if over() || self.shared.lock().ending {
                return Ok(None);
            }
            let bytes = match typed.recv_timeout(LOOK) {
                Ok(bytes) => bytes,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            };
            let before = line.text();
            let came = line.feed(&bytes);
            if !hidden {
                self.say(&line.since(&before));
            }
            match came {
                None => {}
                Some(Key::Enter) => return Ok(Some(line.text())),
                Some(Key::Stop) => return Err(Stopped),
            }
        }
    }

    fn say(&self, text: &str) {
        self.news.tell(SessionEvent::Output(text.as_bytes().to_vec()));
    }
}

/// What ssh, and through it a server, says, as a terminal takes it: no more than text.
pub fn shown(question: &str) -> String {
    let text: String = question.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    text.replace('\n', "\r\n")
}

#[cfg(test)]
mod tests;
