//! A real shell in a real pseudo-terminal, with a terminal, as the program has it.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, channel};

use wci::course::Shell;
use wci::entry::{entry, printed};
use wci::host::{BACKLOG, Door, Session, ShellChoice, open};
use wci::session::{SessionEvent, SessionId, Size};
use wci::terminal::{Heard, Mark, MarkKind, Terminal};

pub const SIZE: Size = Size { columns: 80, rows: 24 };
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Live {
    pub runtime: tokio::runtime::Runtime,
    pub events: Receiver<(SessionId, SessionEvent)>,
    pub session: Session,
    pub terminal: Terminal,
    pub shell: Shell,
    pub opened: Option<String>,
    pub marks: Vec<Mark>,
    pub at_once: bool,
    pub folder: String,
    pub raw: Vec<u8>,
    pub over: Option<SessionEvent>,
}

impl Live {
    pub fn open(choice: ShellChoice) -> Self {
        let shell = choice.shell;
        Self::at(Door::Local(choice), shell)
    }

    /// Behind any door, where this shell is expected.
    pub fn at(door: Door, shell: Shell) -> Self {
        let (sender, events) = channel(BACKLOG);
        let session = open(SessionId(7), door, SIZE, None, sender);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let terminal = Terminal::new(SIZE);
        let (opened, marks, folder, raw, over) = (None, Vec::new(), String::new(), Vec::new(), None);
        Self { runtime, events, session, terminal, shell, opened, marks, at_once: false, folder, raw, over }
    }

    /// Without the start files of whoever runs the tests.
    pub fn plain(program: &str) -> Self {
        let mut live = Self::open(ShellChoice { plain: true, ..ShellChoice::named(program) });
        live.prompt();
        live
    }

    /// One event; false when nothing came for `limit`.
    pub fn turn(&mut self, limit: Duration) -> bool {
        let next = self.runtime.block_on(async { tokio::time::timeout(limit, self.events.recv()).await });
        let Ok(Some((id, event))) = next else { return false };
        assert_eq!(id, SessionId(7));
        match event {
            SessionEvent::Opened { shell, nonce, .. } => {
                assert_eq!(shell, self.shell);
                self.terminal.trust(&nonce);
                self.opened = Some(nonce);
            }
            SessionEvent::Output(bytes) => {
                assert!(self.over.is_none() && bytes.len() <= wci::host::CHUNK);
                self.raw.extend_from_slice(&bytes);
                for heard in self.terminal.feed(&bytes) {
                    match heard {
                        Heard::Reply(bytes) => self.session.send(bytes).unwrap(),
                        Heard::Mark(mark) => {
                            self.at_once = mark.at_once.unwrap_or(self.at_once);
                            self.marks.push(mark);
                        }
                        Heard::Folder(path) => self.folder = path,
                        Heard::Bell => {}
                    }
                }
            }
            other @ (SessionEvent::Refused(_) | SessionEvent::Lost(_) | SessionEvent::Ended(_)) => self.over = Some(other),
        }
        true
    }

    pub fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let limit = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(
                self.turn(PATIENCE) && Instant::now() < limit,
                "waiting for {what}\n{:?}\n{}",
                self.marks,
                self.raw.escape_ascii()
            );
        }
    }

    /// Until the prompt stands and all is quiet.
    pub fn prompt(&mut self) {
        self.until("a prompt", |live| live.marks.last().is_some_and(|mark| mark.kind == MarkKind::PromptEnd));
        while self.turn(Duration::from_millis(60)) {}
    }

    /// Types a command; its status and what it printed.
    pub fn run(&mut self, text: &str) -> (Option<i32>, String) {
        let typed = entry(self.shell, text, &self.terminal.modes(), self.at_once);
        self.marks.clear();
        self.terminal.begin_capture(&typed);
        self.session.send(typed).unwrap();
        self.prompt();
        // Only a prompt makes it an end, the first one after it: an older one can be drawn anew while a text is pasted, and an empty
        // line after it brings one more.
        let of = |mark: &Mark| if let MarkKind::CommandEnd(status) = mark.kind { Some(status) } else { None };
        let first = self.marks.iter().position(|mark| of(mark).is_some()).unwrap_or(0);
        let prompt = self.marks[first..].iter().position(|mark| mark.kind == MarkKind::PromptEnd).expect("a prompt");
        let end = self.marks[first..first + prompt].iter().rev().find_map(of);
        let status = end.unwrap_or_else(|| panic!("no end: {:?}\n{}", self.marks, self.raw.escape_ascii()));
        (status, printed(self.shell, text, self.at_once, self.terminal.capture().unwrap()))
    }

    pub fn says(&mut self, text: &str) -> String {
        self.run(text).1
    }

    pub fn end(&mut self) -> SessionEvent {
        self.until("the end", |live| live.over.is_some());
        self.over.clone().unwrap()
    }
}
