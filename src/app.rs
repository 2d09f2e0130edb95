//! All the state there is, what can happen to it, and what it can ask for. Plain data: no I/O, no clock.
//!
//! `update` changes an [`App`]; `view` shows one; `engine` carries effects out. The queries here answer questions both of those ask.

mod flow;
mod queries;
mod remedy;
mod restart;
mod seat;
mod whereabouts;

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::course::Answer;
use crate::course::Course;
use crate::course::Place;
use crate::course::StepId;
use crate::keys::Key;
use crate::progress::Progress;
use crate::session::Size;

/// Milliseconds since the Unix epoch. Time comes in with [`Msg::Time`]; nobody below the loop reads a clock.
pub type Time = u64;

/// The one owner of state.
#[derive(Debug)]
pub struct App {
    pub course: Course,
    /// How many problems `wci lint` would list for this course.
    pub problems: usize,
    pub progress: Progress,
    pub size: Size,
    pub appearance: Appearance,
    /// The key that takes the keys back from the terminal.
    pub leave: Key,
    pub now: Time,
    pub screen: Screen,
    pub chapter: usize,
    /// The step shown; as many as there are steps means the page after the last.
    pub step: usize,
    /// The command of the step the learner picked with `[` and `]`, if not the next one to do.
    pub picked: Option<usize>,
    /// The item of the step's task lists that Space ticks.
    pub task: usize,
    /// The chapter on the map that Enter opens.
    pub choice: usize,
    /// The first line of the page that is shown.
    pub scroll: usize,
    pub focus: Focus,
    pub overlay: Option<Overlay>,
    /// The terminal has the whole window.
    pub zoom: bool,
    /// Prose and command only, for a projector.
    pub big: bool,
    /// Where the learner dragged the divider to: columns of prose when side by side, rows when stacked.
    pub divider: Option<u16>,
    pub dragging: bool,
    pub search: Option<Search>,
    pub seats: BTreeMap<Place, Seat>,
    pub checks: BTreeMap<CheckRef, CheckState>,
    /// Counts askings, so that an answer to an older one can be told apart.
    pub round: u64,
    /// The learner has not moved yet: the first unmet step may still be found.
    pub landing: bool,
    pub notice: Option<Notice>,
    pub highlights: HashMap<(String, String), Highlight>,
    pub next_session: u64,
    /// Nobody has said yet where the Windows machine is: the screen asks at its start.
    pub unplaced: bool,
    /// The restart under way, or come to its end and not yet read.
    pub restart: Option<Restart>,
    /// How long a machine may take to go and to come back, where that was said; in milliseconds.
    pub patience: Option<Time>,
    /// Nobody watches: no highlighting, no landing, no focus.
    pub headless: bool,
    /// The digest of a course that has changed on disk and that nobody has trusted as it is now: nothing of it is asked or run.
    pub untrusted: Option<String>,
    /// The outer terminal tells a paste as keys, as a plain Windows console does.
    pub pastes_as_keys: bool,
    /// When a character was last typed.
    pub typed: Time,
    /// Progress as it was before the entries of the batch under way, in case they cannot be written.
    pub before: Option<Progress>,
}

/// What is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The course as a map.
    Home,
    Chapter,
}

/// Who gets the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Guide,
    Terminal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appearance {
    pub theme: ThemeName,
    pub glyphs: Glyphs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeName {
    Dark,
    Light,
    Contrast,
    /// The terminal's own 16 colours.
    Sixteen,
    /// No colour at all (`NO_COLOR`): bold, reverse and underline carry it.
    Plain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    Rich,
    /// What the fonts of a plain Windows console can draw (Windows Glyph List 4).
    Console,
    Ascii,
}

/// What lies over the screen and has the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    Help {
        scroll: usize,
    },
    Outline {
        choice: usize,
    },
    Hints {
        scroll: usize,
    },
    Undo {
        command: usize,
    },
    Links {
        choice: usize,
    },
    /// A value is asked for before a command can be shown or run.
    Ask {
        value: String,
        input: Input,
        error: Option<String>,
    },
    /// The card's command is being edited.
    Edit {
        input: Input,
    },
    Search {
        input: Input,
    },
    /// Something runs: quit all the same?
    Quit,
    /// The learner may say that a run has ended, although the shell did not.
    Ended,
    /// Where is the Windows machine? `input` is the address over SSH.
    Place {
        choice: Whereabouts,
        input: Input,
        error: Option<String>,
    },
    /// The run of this step needs administrator's rights that this program does not have: start it anew with them?
    Elevate(StepId),
    /// How far a restart is; or what is registered for the way back, scrolled so far.
    Restart {
        details: Option<usize>,
    },
}

/// A text being typed. The cursor counts characters from the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    pub text: String,
    pub cursor: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    pub text: String,
    /// Steps and lines of their pages at which it was found, at the present width.
    pub found: Vec<(usize, usize)>,
    pub at: usize,
}

/// A sentence for the learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Info,
    Good,
    Bad,
}

/// Names a check or a need of a step by its index among its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckRef {
    pub step: StepId,
    pub kind: CheckKind,
    pub index: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    Check,
    Need,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CheckState {
    /// Asked in this round. What was known before stays shown.
    Asking {
        round: u64,
        since: Time,
        poll: bool,
        before: Option<Answer>,
    },
    Answered(Answer),
}

/// Spans of a highlighted text: for each line, pieces with what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Highlight {
    Asked,
    Done(Vec<Vec<(usize, Token)>>),
}

/// What a piece of code is. The number beside it in [`Highlight::Done`] is the piece's length in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    Plain,
    Comment,
    Text,
    Number,
    Keyword,
    Function,
    Variable,
    Operator,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Todo,
    Running,
    Done,
    /// Done, with a check that warns.
    Warned,
    /// The learner says so.
    ByHand,
    Failed(String),
    Unknown(String),
    Skipped,
    /// It does not apply on this machine, and why.
    NotHere(String),
}

impl Standing {
    /// Whether the learner has nothing left to do here.
    pub fn is_settled(&self) -> bool {
        match self {
            Standing::Done | Standing::Warned | Standing::ByHand | Standing::Skipped | Standing::NotHere(_) => true,
            Standing::Todo | Standing::Running | Standing::Failed(_) | Standing::Unknown(_) => false,
        }
    }
}

/// The one thing that Enter does next on this step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// The step's command with this index.
    Command(usize),
    /// Its task lists.
    Tasks,
    /// Nothing but to read it.
    Read,
    /// Its checks are to be asked again: they decide, and nothing of it is left to run or tick.
    Ask,
    /// It is done: go on.
    Next,
}

/// What must be known at the start.
#[derive(Debug)]
pub struct Start {
    pub course: Course,
    pub problems: usize,
    pub progress: Progress,
    pub size: Size,
    pub appearance: Appearance,
    pub leave: Key,
    pub now: Time,
    pub seats: BTreeMap<Place, Seat>,
}

impl App {
    pub fn new(start: Start) -> Self {
        Self {
            course: start.course,
            problems: start.problems,
            progress: start.progress,
            size: start.size,
            appearance: start.appearance,
            leave: start.leave,
            now: start.now,
            screen: Screen::Home,
            chapter: 0,
            step: 0,
            picked: None,
            task: 0,
            choice: 0,
            scroll: 0,
            focus: Focus::Guide,
            overlay: None,
            zoom: false,
            big: false,
            divider: None,
            dragging: false,
            search: None,
            seats: start.seats,
            checks: BTreeMap::new(),
            round: 0,
            landing: false,
            notice: None,
            highlights: HashMap::new(),
            next_session: 1,
            unplaced: false,
            restart: None,
            patience: None,
            headless: false,
            untrusted: None,
            pastes_as_keys: false,
            typed: 0,
            before: None,
        }
    }
}

/// Why a command has no text to run yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untyped {
    /// A value is to be asked for first.
    Missing(String),
    /// One sentence.
    Shell(String),
}

/// The answer a state rests on, if there is one.
pub fn known(state: &CheckState) -> Option<&Answer> {
    match state {
        CheckState::Answered(answer) => Some(answer),
        CheckState::Asking { before, .. } => before.as_ref(),
    }
}

pub use flow::Action;
pub use flow::Effect;
pub use flow::Msg;
pub use queries::CONFIRMED;
pub use queries::HOLD;
pub use queries::QUIET;
pub use queries::code_of;
pub use remedy::Remedy;
pub use restart::ANSWER;
pub use restart::Back;
pub use restart::COUNTDOWN;
pub use restart::ENOUGH;
pub use restart::Restart;
pub use restart::Rung;
pub use restart::Stage;
pub use seat::Draft;
pub use seat::Link;
pub use seat::Lost;
pub use seat::Prompt;
pub use seat::Run;
pub use seat::Seat;
pub use whereabouts::Whereabouts;
