//! Carries effects out and brings news back, for the screen and for the headless run alike.
//!
//! The engine owns the edges: the journal, the shells, the prober. It decides nothing; `update` does.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::app::App;
use crate::app::CheckRef;
use crate::app::Effect;
use crate::app::Msg;
use crate::app::Notice;
use crate::app::Time;
use crate::app::Tone;
use crate::browse;
use crate::course::Place;
use crate::course::StepId;
use crate::elevate;
use crate::highlight;
use crate::host;
use crate::journal::Journal;
use crate::judge;
use crate::probe::Prober;
use crate::probe::Question;
use crate::session::SessionEvent;
use crate::session::SessionId;
use crate::update::update;

/// How long the shells may take to end.
const FAREWELL: Duration = Duration::from_millis(2500);
/// Other news is small and rare.
const NEWS: usize = 256;

/// What only the screen can do.
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
    /// The arguments that start this program as it is.
    reopen: Vec<OsString>,
    /// What is being asked, so that it can be given up.
    askings: HashMap<CheckRef, AbortHandle>,
}

impl Engine {
    /// `reopen` are the arguments that would start this program as it is: same course, same journal, same looks.
    pub fn new(app: App, journal: Journal, shell: host::ShellChoice, reopen: Vec<OsString>) -> Self {
        let (events, heard) = mpsc::channel(host::BACKLOG);
        let (tell, news) = mpsc::channel(NEWS);
        Self {
            app,
            journal,
            prober: Prober::beside(&shell),
            sessions: HashMap::new(),
            events,
            heard,
            tell,
            news,
            shell,
            reopen,
            askings: HashMap::new(),
        }
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
            let mut effects = update(&mut self.app, msg).into_iter();
            let mut written = Vec::new();
            while let Some(effect) = effects.next() {
                if let Effect::Journal(entry) = effect {
                    if let Err(why) = self.journal.write(now(), &entry) {
                        let dropped = std::iter::once(Effect::Journal(entry)).chain(effects).collect();
                        queue.push_front(Msg::NotWritten { why: why.to_string(), written, dropped });
                        break;
                    }
                    written.push(entry);
                } else {
                    outside.extend(self.perform(effect));
                }
            }
        }
        outside
    }

    /// Everything but the journal, which may fail. Gives back what only the screen can do.
    fn perform(&mut self, effect: Effect) -> Option<Outside> {
        match effect {
            Effect::Journal(_) => {}
            Effect::Open { place, host: _, session, size } => {
                let opened = host::open(session, host::Door::Local(self.shell.clone()), size, None, self.events.clone());
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
            Effect::Ask { check, round, shell, question, poll, .. } => {
                self.ask(check, round, Question { check: question, shell, poll })
            }
            Effect::AskBoot { .. } | Effect::PlanWayBack | Effect::RegisterWayBack(_) | Effect::RemoveWayBack => {}
            Effect::Highlight { language, text } => self.highlight(language, text),
            Effect::Browse(url) => self.browse(url),
            Effect::Elevate(step) => self.elevate(&step),
            Effect::Copy(text) => return Some(Outside::Copy(text)),
            Effect::Quit => return Some(Outside::Quit),
        }
        None
    }

    /// Asks in the background. A newer asking of the same check ends the older one, and the shell that it keeps busy.
    fn ask(&mut self, check: CheckRef, round: u64, question: Question) {
        let prober = self.prober.clone();
        let tell = self.tell.clone();
        let asked = question.check.clone();
        let asking = tokio::spawn(async move { prober.ask(question).await });
        if let Some(older) = self.askings.insert(check.clone(), asking.abort_handle()) {
            older.abort();
        }
        tokio::spawn(async move {
            let answer = match asking.await {
                Ok(answer) => answer,
                Err(gone) if gone.is_cancelled() => return,
                Err(_) => judge::unknown(&asked, "wci has a defect and could not ask"),
            };
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

    /// The new program waits until this one has let go of the journal.
    fn elevate(&self, step: &StepId) {
        let tell = self.tell.clone();
        let mut arguments = self.reopen.clone();
        arguments.extend(["--reopened".into(), "--at".into(), step.to_string().into()]);
        tokio::task::spawn_blocking(move || {
            let msg = match elevate::reopen(&arguments) {
                Ok(()) => Msg::Reopened,
                Err(why) => Msg::Said(Notice { text: why, tone: Tone::Bad }),
            };
            drop(tell.blocking_send(msg));
        });
    }

    fn say(&self, text: String) {
        drop(self.tell.try_send(Msg::Said(Notice { text, tone: Tone::Bad })));
    }

    /// Ends every shell and its tree, and waits for that: a drop alone would leave what ignores a hang-up.
    pub fn end(&mut self) {
        self.prober.forget();
        // A shell that waits for its news to be taken could not end.
        self.heard.close();
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

pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
