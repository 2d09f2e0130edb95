//! Carries effects out and brings news back, for the screen and for the headless run alike.
//!
//! The engine owns the edges: the journal, the shells, the prober. It decides nothing; `update` does.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use tokio::sync::mpsc;

use crate::app::App;
use crate::app::Effect;
use crate::app::Msg;
use crate::app::Notice;
use crate::app::Time;
use crate::app::Tone;
use crate::browse;
use crate::course::Check;
use crate::course::Place;
use crate::course::Shell;
use crate::highlight;
use crate::host;
use crate::journal::Journal;
use crate::probe::Prober;
use crate::probe::Question;
use crate::session::SessionEvent;
use crate::session::SessionId;
use crate::update::update;

/// How long the shells may take to end.
const FAREWELL: Duration = Duration::from_millis(2500);
/// Other news is small and rare.
const NEWS: usize = 256;

/// What outlives the engine: the screen's own doings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// Put this on the outer terminal's clipboard.
    Copy(String),
    Quit,
}

pub struct Engine {
    pub app: App,
    journal: Journal,
    prober: Prober,
    sessions: HashMap<SessionId, (Place, host::Session)>,
    events: mpsc::Sender<(SessionId, SessionEvent)>,
    heard: mpsc::Receiver<(SessionId, SessionEvent)>,
    tell: mpsc::Sender<Msg>,
    news: mpsc::Receiver<Msg>,
    shell: host::ShellChoice,
}

impl Engine {
    pub fn new(app: App, journal: Journal, shell: host::ShellChoice) -> Self {
        let (events, heard) = mpsc::channel(host::BACKLOG);
        let (tell, news) = mpsc::channel(NEWS);
        Self { app, journal, prober: Prober::new(), sessions: HashMap::new(), events, heard, tell, news, shell }
    }

    /// Where others may send messages to.
    pub fn sender(&self) -> mpsc::Sender<Msg> {
        self.tell.clone()
    }

    /// The next piece of news. Cancel-safe.
    pub async fn next(&mut self) -> Msg {
        loop {
            tokio::select! {
                biased;
                Some(msg) = self.news.recv() => return msg,
                Some((session, event)) = self.heard.recv() => {
                    if let Some(msg) = self.place(session, event) {
                        return msg;
                    }
                }
            }
        }
    }

    /// A piece of news that is there already.
    pub fn ready(&mut self) -> Option<Msg> {
        if let Ok(msg) = self.news.try_recv() {
            return Some(msg);
        }
        let (session, event) = self.heard.try_recv().ok()?;
        self.place(session, event)
    }

    fn place(&self, session: SessionId, event: SessionEvent) -> Option<Msg> {
        let (place, _) = self.sessions.get(&session)?;
        Some(Msg::Session(*place, session, event))
    }

    /// Carries a message into the state and performs what follows. What only the screen can do is given back.
    pub fn apply(&mut self, msg: Msg) -> Vec<Outside> {
        let mut outside = Vec::new();
        let mut queue = VecDeque::from([Msg::Time(now()), msg]);
        while let Some(msg) = queue.pop_front() {
            for effect in update(&mut self.app, msg) {
                match self.perform(effect) {
                    Done::Yes => {}
                    Done::Outside(it) => outside.push(it),
                    Done::NotWritten(why) => {
                        queue.push_back(Msg::NotWritten(why));
                        break;
                    }
                }
            }
        }
        outside
    }

    fn perform(&mut self, effect: Effect) -> Done {
        match effect {
            Effect::Journal(entry) => {
                if let Err(why) = self.journal.write(now(), &entry) {
                    return Done::NotWritten(why.to_string());
                }
            }
            Effect::Open { place, session, shell: _, size } => {
                let opened = host::open(session, self.shell.clone(), size, None, self.events.clone());
                self.sessions.insert(session, (place, opened));
            }
            Effect::Send(session, bytes) => {
                if let Some((_, session)) = self.sessions.get(&session)
                    && let Err(why) = session.send(bytes)
                {
                    self.say(why.to_string());
                }
            }
            Effect::Resize(session, size) => {
                if let Some((_, session)) = self.sessions.get(&session) {
                    session.resize(size);
                }
            }
            Effect::Close(session) => drop(self.sessions.remove(&session)),
            Effect::Ask { check, round, place: _, shell, question, poll } => self.ask(check, round, shell, question, poll),
            Effect::Highlight { language, text } => self.highlight(language, text),
            Effect::Browse(url) => self.browse(url),
            Effect::Copy(text) => return Done::Outside(Outside::Copy(text)),
            Effect::Quit => return Done::Outside(Outside::Quit),
        }
        Done::Yes
    }

    fn ask(&self, check: crate::app::CheckRef, round: u64, shell: Shell, question: Check, poll: bool) {
        let prober = self.prober.clone();
        let tell = self.tell.clone();
        tokio::spawn(async move {
            let answer = prober.ask(Question { check: question, shell, poll }).await;
            // Nobody listens any more only when the program ends.
            drop(tell.send(Msg::Judged { check, round, answer }).await);
        });
    }

    fn highlight(&self, language: String, text: String) {
        let tell = self.tell.clone();
        tokio::task::spawn_blocking(move || {
            let lines = highlight::highlight(&language, &text);
            drop(tell.blocking_send(Msg::Highlighted { language, text, lines }));
        });
    }

    fn browse(&self, url: String) {
        let tell = self.tell.clone();
        tokio::spawn(async move {
            if let Err(why) = browse::open(&url).await {
                drop(tell.send(Msg::Said(Notice { text: why, tone: Tone::Bad })).await);
            }
        });
    }

    fn say(&self, text: String) {
        drop(self.tell.try_send(Msg::Said(Notice { text, tone: Tone::Bad })));
    }

    /// Ends every shell and its tree, and waits for that: a drop alone would leave what ignores a hang-up.
    pub fn end(&mut self) {
        self.prober.forget();
        for (_, session) in self.sessions.values() {
            session.end();
        }
        for (_, (_, session)) in self.sessions.drain() {
            session.wait(FAREWELL);
        }
    }

    /// How long the loop may sleep.
    pub fn nap(&self) -> Option<Duration> {
        self.app.deadline().map(|at| Duration::from_millis(at.saturating_sub(now()).max(1)))
    }
}

enum Done {
    Yes,
    Outside(Outside),
    NotWritten(String),
}

pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
