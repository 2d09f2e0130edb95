//! A scripted learner over the pure core: keys and host output in, effects and the screen out. No process, no clock, no files.

use std::collections::BTreeMap;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use wci::app::App;
use wci::app::Appearance;
use wci::app::CheckKind;
use wci::app::CheckRef;
use wci::app::Effect;
use wci::app::Glyphs;
use wci::app::Msg;
use wci::app::Seat;
use wci::app::Start;
use wci::app::ThemeName;
use wci::course::Answer;
use wci::course::Course;
use wci::course::Os;
use wci::course::Place;
use wci::course::Shell;
use wci::course::Verdict;
use wci::keys::Button;
use wci::keys::Key;
use wci::keys::Mouse;
use wci::keys::MouseKind;
use wci::markdown;
use wci::progress::Entry;
use wci::progress::Progress;
use wci::restart::BootId;
use wci::session::Ending;
use wci::session::HostKind;
use wci::session::Loss;
use wci::session::SessionEvent;
use wci::session::SessionId;
use wci::session::Size;
use wci::update::update;
use wci::view::view;

pub const NONCE: &str = "0123456789abcdef";

pub struct Player {
    pub app: App,
    /// Everything asked for since the last look.
    effects: Vec<Effect>,
    /// Everything ever written to the journal.
    pub journal: Vec<Entry>,
    asked: BTreeMap<CheckRef, u64>,
    number: u64,
    pub quit: bool,
    /// Where what is heard comes from.
    pub place: Place,
    boot_round: u64,
    /// No journal entry can be written.
    pub disk_is_full: bool,
}

impl Player {
    /// A course of one chapter `demo` with this text, in a window of 80 by 24.
    pub fn new(chapter: &str) -> Self {
        Self::resume(chapter, &[])
    }

    /// The same, with a journal from before.
    pub fn resume(chapter: &str, journal: &[Entry]) -> Self {
        Self::with_vm(chapter, journal, HostKind::Rehearsal)
    }

    fn with_vm(chapter: &str, journal: &[Entry], vm: HostKind) -> Self {
        let (chapter, problems) = markdown::chapter("01-demo.md", chapter);
        assert!(problems.is_empty(), "the test's chapter has problems: {problems:#?}");
        let course = Course { title: "A course".into(), chapters: vec![chapter], ..Course::default() };
        let size = Size { columns: 80, rows: 24 };
        let label = match vm {
            HostKind::Here => "vm: this machine",
            HostKind::Ssh(_) => "vm: 10.0.0.4",
            HostKind::Rehearsal => "vm",
        };
        let seats = BTreeMap::from([
            (Place::Laptop, Seat::new(HostKind::Here, Some(Os::Linux), Shell::Bash, "laptop", size)),
            (Place::Vm, Seat::new(vm, Some(Os::Windows), Shell::PowerShell, label, size)),
        ]);
        let app = App::new(Start {
            course,
            problems: 0,
            progress: Progress::of(journal),
            size,
            appearance: Appearance { theme: ThemeName::Dark, glyphs: Glyphs::Rich },
            leave: Key::parse("ctrl-]").expect("a key"),
            now: 1_000_000,
            seats,
        });
        let mut player = Self {
            app,
            effects: Vec::new(),
            journal: journal.to_vec(),
            asked: BTreeMap::new(),
            number: 0,
            quit: false,
            place: Place::Laptop,
            boot_round: 0,
            disk_is_full: false,
        };
        player.send(Msg::Started);
        player
    }

    /// The vm is a Windows machine behind ssh; opened, and not connected yet.
    pub fn over_ssh(chapter: &str, journal: &[Entry]) -> Self {
        let host = HostKind::Ssh("ssh://wci@10.0.0.4".parse().expect("an address"));
        let mut player = Self::with_vm(chapter, journal, host);
        player.place = Place::Vm;
        player
    }

    /// The vm is the machine the program runs on: it goes down with it.
    pub fn on_the_vm(chapter: &str, journal: &[Entry]) -> Self {
        let mut player = Self::with_vm(chapter, journal, HostKind::Here);
        player.place = Place::Vm;
        player
    }

    /// Opened at its first chapter, with a shell at its prompt; no check has answered yet.
    pub fn opened(chapter: &str) -> Self {
        let mut player = Self::new(chapter);
        player.keys("enter").shell_starts();
        player
    }

    pub fn send(&mut self, msg: Msg) -> &mut Self {
        let mut effects = update(&mut self.app, msg).into_iter();
        let mut written = Vec::new();
        while let Some(effect) = effects.next() {
            if let (Effect::Journal(entry), true) = (&effect, self.disk_is_full) {
                let dropped = std::iter::once(Effect::Journal(entry.clone())).chain(effects).collect();
                return self.send(Msg::NotWritten { why: "the disk is full".into(), written, dropped });
            }
            if let Effect::Journal(entry) = &effect {
                written.push(entry.clone());
            }
            match &effect {
                Effect::Journal(entry) => self.journal.push(entry.clone()),
                Effect::Ask { check, round, .. } => drop(self.asked.insert(check.clone(), *round)),
                Effect::AskBoot { round, .. } => self.boot_round = *round,
                Effect::Quit => self.quit = true,
                _ => {}
            }
            self.effects.push(effect);
        }
        self
    }

    /// Key names with spaces between: `"n enter ctrl-c"`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            let key = Key::parse(word).unwrap_or_else(|| panic!("{word} is no key"));
            self.send(Msg::Key(key));
        }
        self
    }

    pub fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let key = if c == ' ' { Key::parse("space") } else { Key::parse(&c.to_string()) };
            self.send(Msg::Key(key.expect("a key")));
        }
        self
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.send(Msg::Resize(Size { columns, rows }))
    }

    pub fn mouse(&mut self, kind: MouseKind, column: u16, row: u16) -> &mut Self {
        self.send(Msg::Mouse(Mouse { kind, column, row, ctrl: false, alt: false, shift: false }))
    }

    pub fn click(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseKind::Down(Button::Left), column, row).mouse(MouseKind::Up(Button::Left), column, row)
    }

    /// The author saves the chapter.
    pub fn reload(&mut self, chapter: &str) -> &mut Self {
        let (chapter, problems) = markdown::chapter("01-demo.md", chapter);
        let course = Course { chapters: vec![chapter], ..self.app.course.clone() };
        self.send(Msg::Reloaded { course, problems: problems.len(), untrusted: None })
    }

    pub fn later(&mut self, seconds: u64) -> &mut Self {
        let now = self.app.now + seconds * 1000;
        self.send(Msg::Time(now))
    }

    fn session(&self) -> SessionId {
        self.app.seats[&self.place].session
    }

    pub fn heard(&mut self, event: SessionEvent) -> &mut Self {
        let session = self.session();
        let place = self.place;
        self.send(Msg::Session(place, session, event))
    }

    pub fn prints(&mut self, text: &str) -> &mut Self {
        self.heard(SessionEvent::Output(text.replace('\n', "\r\n").into_bytes()))
    }

    /// The shell that was asked for starts and shows its prompt.
    pub fn shell_starts(&mut self) -> &mut Self {
        self.number = 0;
        self.heard(SessionEvent::Opened { shell: Shell::Bash, nonce: NONCE.into(), os: None });
        self.prompt()
    }

    pub fn prompt(&mut self) -> &mut Self {
        self.prints(&format!("\x1b]133;A;k={NONCE}\x1b\\$ \x1b]133;B;k={NONCE}\x1b\\"))
    }

    /// The command on its way runs, prints and ends.
    pub fn runs(&mut self, output: &str, status: i32) -> &mut Self {
        self.begins(output).ends(status)
    }

    pub fn begins(&mut self, output: &str) -> &mut Self {
        self.prints(&format!("\n\x1b]133;C;k={NONCE}\x1b\\{output}"))
    }

    pub fn ends(&mut self, status: i32) -> &mut Self {
        self.number += 1;
        let number = self.number;
        self.prints(&format!("\x1b]133;D;{status};k={NONCE};n={number}\x1b\\"));
        self.prompt()
    }

    /// The shell tells that the command has ended, and not how.
    pub fn ends_unsaid(&mut self) -> &mut Self {
        self.number += 1;
        let number = self.number;
        self.prints(&format!("\x1b]133;D;k={NONCE};n={number}\x1b\\"));
        self.prompt()
    }

    pub fn dies(&mut self, ending: Ending) -> &mut Self {
        self.heard(SessionEvent::Ended(ending))
    }

    /// The machine says which boot it is in, and when that began.
    pub fn boots(&mut self, counter: &str, shown: &str) -> &mut Self {
        let boot = BootId { counter: Some(counter.into()), time: Some(shown.into()), up: None, shown: shown.into() };
        let (place, round) = (self.place, self.boot_round);
        self.send(Msg::Booted { place, round, boot: Ok(boot) })
    }

    /// It cannot say it.
    pub fn boots_unknown(&mut self, why: &str) -> &mut Self {
        let (place, round) = (self.place, self.boot_round);
        self.send(Msg::Booted { place, round, boot: Err(why.into()) })
    }

    /// The link to the machine breaks, or was not to be had.
    pub fn loses(&mut self, why: &str, again: bool) -> &mut Self {
        self.heard(SessionEvent::Lost(Loss { why: why.into(), again }))
    }

    /// The machine answers a check of a step.
    pub fn answers(&mut self, step: &str, index: usize, verdict: Verdict, seen: &str) -> &mut Self {
        self.answer(step, CheckKind::Check, index, verdict, seen)
    }

    pub fn need(&mut self, step: &str, index: usize, verdict: Verdict, seen: &str) -> &mut Self {
        self.answer(step, CheckKind::Need, index, verdict, seen)
    }

    fn answer(&mut self, step: &str, kind: CheckKind, index: usize, verdict: Verdict, seen: &str) -> &mut Self {
        let check = CheckRef { step: wci::course::StepId::new("demo", step), kind, index };
        let round = *self.asked.get(&check).unwrap_or_else(|| panic!("{check:?} was not asked"));
        let answer = Answer { verdict, seen: seen.into(), expected: "something".into() };
        self.send(Msg::Judged { check, round, answer })
    }

    /// What was asked for since the last look, in short words. Highlighting and the size of the pane are left out.
    pub fn effects(&mut self) -> Vec<String> {
        self.effects
            .drain(..)
            .filter_map(|effect| match effect {
                Effect::Journal(entry) => Some(format!("journal {}", short(&entry))),
                Effect::Open { place, host, session, .. } => match host {
                    HostKind::Here => Some(format!("open {} {}", place.name(), session.0)),
                    other => Some(format!("open {} {} at {other}", place.name(), session.0)),
                },
                Effect::Send(_, bytes) => Some(format!("send {:?}", String::from_utf8_lossy(&bytes))),
                Effect::Close(session) => Some(format!("close {}", session.0)),
                Effect::Ask { check, poll, .. } => {
                    let kind = if check.kind == CheckKind::Need { "need" } else { "check" };
                    Some(format!("ask {} {kind} {}{}", check.step, check.index, if poll { " poll" } else { "" }))
                }
                Effect::Copy(text) => Some(format!("copy {text:?}")),
                Effect::Browse(url) => Some(format!("browse {url}")),
                Effect::AskBoot { place, .. } => Some(format!("ask boot {}", place.name())),
                Effect::PlanWayBack => Some("plan way back".into()),
                Effect::RegisterWayBack(way) => Some(format!("register {}", way.name.unwrap_or_default())),
                Effect::RemoveWayBack => Some("remove way back".into()),
                Effect::Elevate(step) => Some(format!("elevate {step}")),
                Effect::Quit => Some("quit".into()),
                Effect::Resize(..) | Effect::Highlight { .. } => None,
            })
            .collect()
    }

    /// Forgets what was asked for so far.
    pub fn forget(&mut self) -> &mut Self {
        self.effects.clear();
        self
    }

    pub fn screen(&self) -> String {
        let Size { columns, rows } = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test backend");
        terminal.draw(|frame| view(&self.app, frame)).expect("drawn");
        terminal.backend().to_string()
    }

    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "no {text:?} on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub fn asks_for(&mut self, expected: &[&str]) -> &mut Self {
        assert_eq!(self.effects(), expected);
        self
    }

    pub fn at(&self) -> &str {
        self.app.step().map_or("the end", |s| s.id.step.as_str())
    }
}

fn short(entry: &Entry) -> String {
    match entry {
        Entry::Ran { step, command, text, edited, .. } => {
            format!("ran {step} {command} {text:?}{}", if *edited { " edited" } else { "" })
        }
        Entry::Finished { step, command, status } => format!("finished {step} {command} {status:?}"),
        Entry::Observed { step, check, answer } => format!("observed {step} {check:?} {}", answer.verdict.name()),
        Entry::Judged { step, verdict, .. } => format!("judged {step} {}", verdict.name()),
        Entry::Ticked { step, task, on } => format!("ticked {step} {task} {on}"),
        Entry::Declared { step, done } => format!("declared {step} {done}"),
        Entry::Skipped { step } => format!("skipped {step}"),
        Entry::Undone { step, text, .. } => format!("undone {step} {text:?}"),
        Entry::Valued { name, value, .. } => format!("valued {name}={value}"),
        Entry::Opened { chapter } => format!("opened {chapter}"),
        Entry::Trusted { .. } => "trusted".into(),
        Entry::Placed { vm, .. } => format!("placed {vm}"),
        Entry::Booted { host, boot } => format!("booted {host} {}", boot.shown),
        Entry::Armed(armed) => format!("armed {} {} after {} returns", armed.step, armed.command, armed.returns),
        Entry::Returned { boot } => format!("returned {}", boot.shown),
        Entry::Disarmed { how } => format!("disarmed {}", how.name()),
        Entry::Reset { step } => format!("reset {step:?}"),
    }
}
