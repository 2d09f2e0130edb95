//! Carries effects out and brings news back, for the screen and for the headless run alike.
//!
//! The engine owns the edges: the journal, the shells, the prober. It decides nothing; `update` does.

mod machines;

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
use crate::course::Shell;
use crate::course::StepId;
use crate::elevate;
use crate::highlight;
use crate::host;
use crate::journal::Journal;
use crate::judge;
use crate::probe::Prober;
use crate::probe::Question;
use crate::restart::WayBack;
use crate::session::HostKind;
use crate::session::SessionEvent;
use crate::session::SessionId;
use crate::update::update;
use crate::wayback;

use machines::Machines;

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
    machines: Machines,
    sessions: HashMap<SessionId, (Place, host::Session)>,
    events: mpsc::Sender<(SessionId, SessionEvent)>,
    heard: mpsc::Receiver<(SessionId, SessionEvent)>,
    tell: mpsc::Sender<Msg>,
    news: mpsc::Receiver<Msg>,
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
            machines: Machines::new(shell),
            sessions: HashMap::new(),
            events,
            heard,
            tell,
            news,
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
            Effect::Open { place, host, session, size } => match self.machines.door(place, &host) {
                Ok(door) => {
                    let opened = host::open(session, door, size, None, self.events.clone());
                    self.sessions.insert(session, (place, opened));
                }
                Err(why) => drop(self.tell.try_send(Msg::Session(place, session, SessionEvent::Refused(why)))),
            },
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
            Effect::Close(session) => {
                if let Some((place, _)) = self.sessions.remove(&session) {
                    self.machines.leave(place);
                }
            }
            Effect::Ask { place, check, round, shell, question, poll } => {
                self.ask(place, check, round, Question { check: question, shell, poll })
            }
            Effect::AskBoot { place, round, shell, limit } => self.ask_boot(place, round, shell, Duration::from_millis(limit)),
            Effect::PlanWayBack => {
                let arguments = self.reopen.clone();
                self.apart(move || Msg::WayBack(wayback::plan(&arguments)));
            }
            Effect::RegisterWayBack(way) => self.register(way),
            Effect::RemoveWayBack => {
                self.apart(|| Msg::Removed(wayback::remove()));
            }
            Effect::Highlight { language, text } => self.highlight(language, text),
            Effect::Browse(url) => self.browse(url),
            Effect::Elevate(step) => self.elevate(&step),
            Effect::Copy(text) => return Some(Outside::Copy(text)),
            Effect::Quit => return Some(Outside::Quit),
        }
        None
    }

    /// Asks in the background. A newer asking of the same check ends the older one, and the shell that it keeps busy.
    fn ask(&mut self, place: Place, check: CheckRef, round: u64, question: Question) {
        let Some(prober) = self.prober(place) else {
            let answer = judge::unknown(&question.check, "no machine is connected");
            return drop(self.tell.try_send(Msg::Judged { check, round, answer }));
        };
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

    fn prober(&self, place: Place) -> Option<Prober> {
        let host = self.app.seats.get(&place).map_or(HostKind::Rehearsal, |seat| seat.host.clone());
        self.machines.prober(place, &host).cloned()
    }

    fn ask_boot(&self, place: Place, round: u64, shell: Shell, limit: Duration) {
        let tell = self.tell.clone();
        let prober = self.prober(place);
        tokio::spawn(async move {
            let boot = match prober {
                Some(prober) => {
                    let asked = tokio::time::timeout(limit, prober.boot(shell)).await;
                    asked.unwrap_or_else(|_| Err(format!("no answer in {} s", limit.as_secs())))
                }
                None => Err("no machine is connected".into()),
            };
            drop(tell.send(Msg::Booted { place, round, boot }).await);
        });
    }

    fn register(&self, way: WayBack) {
        self.apart(move || Msg::Registered(wayback::register(&way)));
    }

    /// Does what may take long on a thread of its own, and tells what came of it.
    fn apart(&self, what: impl FnOnce() -> Msg + Send + 'static) {
        let tell = self.tell.clone();
        tokio::task::spawn_blocking(move || drop(tell.blocking_send(what())));
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
        self.machines.forget();
        // A shell that waits for its news to be taken could not end.
        self.heard.close();
        for (_, session) in self.sessions.values() {
            session.end();
        }
        for (_, (_, session)) in self.sessions.drain() {
            session.wait(FAREWELL);
        }
        self.machines.end();
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
