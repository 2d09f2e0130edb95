//! A live shell, driven as the companion drives it: commands are typed, marks and output are heard through the emulator.

use std::fmt;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver};

use crate::course::Shell;
use crate::entry::entry;
use crate::host::{self, BACKLOG, Door, NotSent, Session, ShellChoice};
use crate::session::{Ending, SessionEvent, SessionId, Size};
use crate::terminal::{Heard, Mark, MarkKind, Terminal};

/// Wide, so that marks which count as text, as under Wine, wrap no line.
const SIZE: Size = Size { columns: 500, rows: 50 };
/// After the prompt is back, for what is still on its way.
const QUIET: Duration = Duration::from_millis(150);
/// A question that stands for so long waits for a person.
const ASKS: Duration = Duration::from_secs(2);
/// Of what came in raw.
const KEEP: usize = 256 * 1024;

pub struct Live {
    session: Session,
    events: Receiver<(SessionId, SessionEvent)>,
    terminal: Terminal,
    shell: Shell,
    opened: bool,
    /// Since the last command was typed.
    marks: Vec<Mark>,
    raw: Vec<u8>,
    /// Of the last end that was told.
    number: u64,
    /// The line editor runs several lines as soon as they are complete.
    at_once: bool,
    over: Option<Over>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    Refused(String),
    Ended(Ending),
}

/// Why there is no prompt.
pub enum Unopened {
    /// Whoever lets in has a question.
    Asks(String),
    Why(String),
}

/// How a command came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Back {
    /// With the status its mark told, if it told one.
    Prompt(Option<i32>),
    /// The shell ended with it.
    Ended(Ending),
    /// No mark within the time.
    Lost,
}

impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Back::Prompt(Some(status)) => write!(f, "status {status}"),
            Back::Prompt(None) => write!(f, "back without a status"),
            Back::Ended(ending) => write!(f, "the shell ended {}", how(*ending)),
            Back::Lost => write!(f, "no end was told in time"),
        }
    }
}

fn how(ending: Ending) -> String {
    match ending {
        Ending::Exited(status) => format!("with {status}"),
        Ending::Killed(signal) => format!("by signal {signal}"),
        Ending::Unknown => "and did not tell with what".into(),
    }
}

pub struct Ran {
    pub back: Back,
    pub printed: String,
    /// The letters of the marks, in their order.
    pub marks: String,
    /// All that came, also the marks.
    pub raw: Vec<u8>,
}

impl Live {
    /// Opens a shell of this machine and waits for its first prompt with a mark, so long at most.
    pub async fn open(choice: &ShellChoice, within: Duration) -> Result<(Self, Duration), String> {
        let opened = Self::behind(Door::Local(choice.clone()), choice.shell, within).await;
        opened.map_err(|unopened| match unopened {
            Unopened::Asks(what) => format!("it asks: {what}"),
            Unopened::Why(why) => why,
        })
    }

    /// The same behind any door. What is asked there before the shell is there, nobody answers.
    pub async fn behind(door: Door, shell: Shell, within: Duration) -> Result<(Self, Duration), Unopened> {
        let began = Instant::now();
        let (tell, events) = mpsc::channel(BACKLOG);
        let session = host::open(SessionId(1), door, SIZE, None, tell);
        let terminal = Terminal::new(SIZE);
        let mut live = Self {
            session,
            events,
            terminal,
            shell,
            opened: false,
            marks: Vec::new(),
            raw: Vec::new(),
            number: 0,
            at_once: false,
            over: None,
        };
        let deadline = began + within;
        while !live.marks.iter().any(|mark| mark.kind == MarkKind::PromptEnd) {
            if !live.hear(deadline.min(Instant::now() + ASKS)).await {
                if live.over.is_none() && Instant::now() < deadline {
                    match live.terminal.question().filter(|_| !live.opened) {
                        Some(question) => return Err(Unopened::Asks(question)),
                        None => continue,
                    }
                }
                return Err(Unopened::Why(match &live.over {
                    Some(Over::Refused(why)) => why.clone(),
                    Some(Over::Ended(ending)) => format!("before its first prompt it ended {}", how(*ending)),
                    None => format!("no prompt with a mark in {} s; it shows: {}", within.as_secs(), live.terminal.text()),
                }));
            }
        }
        let took = began.elapsed();
        live.settle().await;
        Ok((live, took))
    }

    /// Types a command and waits until it is back.
    pub async fn run(&mut self, text: &str, within: Duration) -> Ran {
        self.begin(text);
        self.back(within).await
    }

    /// The same, with a Ctrl-C in between.
    pub async fn run_and_stop(&mut self, text: &str, after: Duration, within: Duration) -> Ran {
        self.begin(text);
        self.listen_for(after).await;
        // One that is not taken shows in that the command does not come back.
        let _ = self.type_in(b"\x03");
        self.back(within).await
    }

    /// Types a command and leaves it running.
    pub fn begin(&mut self, text: &str) {
        self.marks.clear();
        self.raw.clear();
        let typed = entry(self.shell, text, &self.terminal.modes(), self.at_once);
        self.terminal.begin_capture(&typed);
        let _ = self.type_in(&typed);
    }

    fn type_in(&self, bytes: &[u8]) -> Result<(), NotSent> {
        self.session.send(bytes.to_vec())
    }

    /// Hears what comes for so long.
    pub async fn listen_for(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        while self.hear(deadline).await {}
    }

    /// Ends the shell with all it started. The time it took, or none if it did not end.
    pub fn end(self, within: Duration) -> Option<Duration> {
        let began = Instant::now();
        self.session.end();
        // Nobody listens any more: what is still told must not hold the end up.
        drop(self.events);
        self.session.wait(within).then(|| began.elapsed())
    }

    async fn back(&mut self, within: Duration) -> Ran {
        let deadline = Instant::now() + within;
        let back = loop {
            if let Some(status) = self.status() {
                self.settle().await;
                break Back::Prompt(status);
            }
            if !self.hear(deadline).await {
                break match &self.over {
                    Some(Over::Ended(ending)) => Back::Ended(*ending),
                    _ => Back::Lost,
                };
            }
        };
        let letters = self.marks.iter().map(|mark| match mark.kind {
            MarkKind::PromptStart => 'A',
            MarkKind::PromptEnd => 'B',
            MarkKind::CommandStart => 'C',
            MarkKind::CommandEnd(_) => 'D',
        });
        let printed = self.terminal.capture().unwrap_or_default();
        Ran { back, printed, marks: letters.collect(), raw: std::mem::take(&mut self.raw) }
    }

    /// Of the last command that ended, once the prompt after it stands.
    fn status(&self) -> Option<Option<i32>> {
        let prompt = self.marks.iter().rposition(|mark| mark.kind == MarkKind::PromptEnd)?;
        self.marks[..prompt].iter().rev().find_map(|mark| match mark.kind {
            MarkKind::CommandEnd(status) => Some(status),
            _ => None,
        })
    }

    async fn settle(&mut self) {
        let limit = Instant::now() + QUIET * 10;
        while Instant::now() < limit && self.hear(Instant::now() + QUIET).await {}
    }

    /// Takes the next piece of news. False when the time is over or the shell is.
    async fn hear(&mut self, deadline: Instant) -> bool {
        // In a flood there is always news: the timeout alone would never end.
        if self.over.is_some() || Instant::now() >= deadline {
            return false;
        }
        let Ok(news) = tokio::time::timeout_at(deadline.into(), self.events.recv()).await else { return false };
        match news {
            Some((_, SessionEvent::Output(bytes))) => self.feed(&bytes),
            Some((_, SessionEvent::Opened { nonce, shell, .. })) => {
                (self.shell, self.opened) = (shell, true);
                self.terminal.trust(&nonce);
            }
            Some((_, SessionEvent::Lost(loss))) => self.over = Some(Over::Refused(loss.why)),
            Some((_, SessionEvent::Refused(why))) => self.over = Some(Over::Refused(why)),
            Some((_, SessionEvent::Ended(ending))) => self.over = Some(Over::Ended(ending)),
            None => self.over = Some(Over::Ended(Ending::Unknown)),
        }
        self.over.is_none()
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.raw.extend(&bytes[..bytes.len().min(KEEP.saturating_sub(self.raw.len()))]);
        for heard in self.terminal.feed(bytes) {
            match heard {
                // A shell that does not take an answer has ended, and says so itself.
                Heard::Reply(answer) => drop(self.type_in(&answer)),
                Heard::Mark(mark) => self.mark(mark),
                Heard::Folder(_) | Heard::Bell => {}
            }
        }
    }

    /// A repaint can repeat a mark: an end is news only with a higher number.
    fn mark(&mut self, mark: Mark) {
        self.at_once = mark.at_once.unwrap_or(self.at_once);
        if let (MarkKind::CommandEnd(_), Some(number)) = (mark.kind, mark.number) {
            if number <= self.number {
                return;
            }
            self.number = number;
        }
        self.marks.push(mark);
    }
}
