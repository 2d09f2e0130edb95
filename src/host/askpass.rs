//! What ssh asks where no connection can be shared, and each channel logs in for itself.
//!
//! Such an ssh is told (`SSH_ASKPASS`) to have this program ask: started once more, as its [helper](answered), it brings the question to
//! the pane of the session that is being opened. A password or passphrase that was typed there is held in memory for as long as the
//! connection is, and answers the same question of the channels that follow; it is never written anywhere. `SSH_ASKPASS_REQUIRE` is known
//! to OpenSSH since 8.4; Windows' client starts the helper where it has no console, and older ones where `DISPLAY` is set besides
//! (PowerShell/Win32-OpenSSH, issues 1726, 1943 and 2115). Not tried on Windows.

mod line;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::host::askpass::line::{Key, Line, Typed};
use crate::host::session::{News, Shared, Taker};
use crate::private;
use crate::session::SessionEvent;

/// What tells the helper where to ask: a port of this machine, what proves that it is ours, and which ssh asks.
const VARIABLE: &str = "WCI_ASKPASS";

/// No question is longer.
const LONGEST: u64 = 8 * 1024;

/// Ends what a helper says; an argument has none.
const END: u8 = 0;

/// What kind of question has no answer: ssh only wants something known, as that a security key waits to be touched.
const NOTICE: &str = "none";

/// How long a helper may take to put its question.
const PATIENCE: Duration = Duration::from_secs(5);

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
    state: Mutex<State>,
    /// One question at a time.
    turn: Mutex<()>,
}

#[derive(Default)]
struct State {
    desk: Option<Desk>,
    held: BTreeMap<String, String>,
    /// What each ssh has asked already: one that asks again was given a wrong answer.
    asked: VecDeque<(u64, String)>,
    stopped: bool,
    standing: bool,
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
        if cfg!(windows) {
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

    /// Something was typed that answers what follows.
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

    /// The answer to a question of the ssh with that number, if there is one.
    fn answer(&self, which: u64, question: &str, hung_up: impl Fn() -> bool) -> Option<String> {
        let _turn = self.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (desk, again) = {
            let mut state = self.lock();
            let asked = (which, question.to_owned());
            let again = state.asked.contains(&asked);
            if again {
                state.held.remove(question);
            } else {
                state.asked.push_back(asked);
                if state.asked.len() > REMEMBERED {
                    state.asked.pop_front();
                }
            }
            if let Some(known) = state.held.get(question) {
                return Some(known.clone());
            }
            if state.stopped {
                return None;
            }
            state.standing = state.desk.is_some();
            (state.desk.clone()?, again)
        };
        let typed = desk.ask(question, again, || self.0.over.load(Ordering::SeqCst) || hung_up());
        let mut state = self.lock();
        state.standing = false;
        state.stopped |= matches!(typed, Err(Stopped));
        let typed = typed.ok().flatten()?;
        if is_secret(question) {
            state.held.insert(question.to_owned(), typed.clone());
        }
        Some(typed)
    }

    /// One helper, from its question to its answer.
    fn serve(&self, mut helper: TcpStream) -> io::Result<()> {
        helper.set_read_timeout(Some(PATIENCE))?;
        let mut text = Vec::new();
        BufReader::new(&helper).take(LONGEST).read_until(END, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        let mut parts = text.trim_end_matches(char::from(END)).splitn(4, '\n');
        let (proof, which) = (parts.next(), parts.next().and_then(|which| which.parse().ok()));
        let (kind, question) = (parts.next(), parts.next());
        let (true, Some(which), Some(question)) = (proof == Some(self.0.proof.as_str()), which, question) else { return Ok(()) };
        if kind == Some(NOTICE) {
            let desk = self.lock().desk.clone();
            if let Some(desk) = desk {
                desk.say(&format!("{}\r\n", shown(question)));
            }
            return Ok(());
        }
        helper.set_nonblocking(true)?;
        let answer = self.answer(which, question, || hung_up(&helper));
        helper.set_nonblocking(false)?;
        // So an empty answer is told from none.
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
            let (Ok(helper), asked) = (helper, asked.clone()) else { continue };
            thread::spawn(move || drop(asked.serve(helper)));
        }
    });
    Some(port)
}

/// The ssh that had it asked has gone, and its helper with it. The helper says nothing more, and does not wait to be read.
fn hung_up(helper: &TcpStream) -> bool {
    helper.peek(&mut [0]).map_or_else(|why| why.kind() != io::ErrorKind::WouldBlock, |length| length == 0)
}

/// Whether an answer is not to be shown, and good for the channels that follow. The question about a host key is neither.
fn is_secret(question: &str) -> bool {
    !question.contains("(yes/no")
}

/// The learner would not answer.
struct Stopped;

impl Desk {
    /// What is typed in the pane, up to Enter. None where nobody waits for it any more.
    fn ask(&self, question: &str, again: bool, over: impl Fn() -> bool) -> Result<Option<String>, Stopped> {
        let (keys, typed) = mpsc::channel();
        let line: Arc<dyn Taker> = Arc::new(Line(keys));
        let before = self.shared.lend_keys(Arc::clone(&line));
        let refused = if again { "That was not accepted.\r\n" } else { "" };
        self.say(&format!("{refused}{}", shown(question)));
        let answer = self.typed(&typed, is_secret(question), over);
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
                self.say(&format!("{}{}", "\x08 \x08".repeat(before.chars().count()), line.text()));
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

/// A question as a terminal takes it: what ssh, and through it a server, says is no more than text.
fn shown(question: &str) -> String {
    let text: String = question.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    text.replace('\n', "\r\n")
}

/// Where ssh has started this program to ask: it has asked, and this is its exit code.
pub fn answered() -> Option<ExitCode> {
    let told = std::env::var(VARIABLE).ok()?;
    let question = std::env::args().nth(1).unwrap_or_default();
    let answer = ask(&told, &question).ok().flatten();
    let Some(answer) = answer else { return Some(ExitCode::FAILURE) };
    let mut out = io::stdout();
    let wrote = writeln!(out, "{answer}").and_then(|()| out.flush());
    Some(if wrote.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn ask(told: &str, question: &str) -> io::Result<Option<String>> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
    let mut parts = told.split(' ');
    let port: u16 = parts.next().and_then(|port| port.parse().ok()).ok_or_else(wrong)?;
    let (proof, which) = parts.next().zip(parts.next()).ok_or_else(wrong)?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let kind = std::env::var("SSH_ASKPASS_PROMPT").unwrap_or_default();
    stream.write_all(format!("{proof}\n{which}\n{kind}\n{question}\0").as_bytes())?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    Ok(said.strip_prefix('+').map(Into::into))
}

#[cfg(test)]
mod tests;
