//! What a course is made of: chapters, steps and blocks, as plain values.
//!
//! Nothing here reads files or talks to a machine. `markdown` makes these from text, `app` walks them, `probe` answers checks.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

mod check;
mod shell;
mod windows;

pub use check::{Answer, Check, Expect, Fact, Look, Verdict};
pub use shell::Shell;
pub use windows::{OfWindows, Scope};

/// A whole course: what `content/` holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    pub title: String,
    pub summary: String,
    /// The body of `course.md`.
    pub intro: Vec<Block>,
    pub chapters: Vec<Chapter>,
}

/// One Markdown file of a course.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chapter {
    /// The file name without its number and ending: `warm-up`.
    pub slug: String,
    /// The file's path below the course folder, for messages.
    pub file: String,
    pub title: String,
    pub summary: String,
    /// How long it takes a learner, in minutes.
    pub minutes: Option<u32>,
    /// What to say when every step is done.
    pub done: Option<String>,
    pub values: Vec<Value>,
    pub intro: Vec<Block>,
    pub steps: Vec<Step>,
}

/// Names one step for ever: the journal keys progress by it. Shown and typed as `chapter#step`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId {
    pub chapter: String,
    pub step: String,
}

impl StepId {
    pub fn new(chapter: impl Into<String>, step: impl Into<String>) -> Self {
        Self { chapter: chapter.into(), step: step.into() }
    }

    /// Reads `chapter#step`.
    pub fn parse(text: &str) -> Option<Self> {
        let (chapter, step) = text.split_once('#')?;
        (!chapter.is_empty() && !step.is_empty()).then(|| Self::new(chapter, step))
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.chapter, self.step)
    }
}

/// Where a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Place {
    /// The learner's own machine.
    #[default]
    Laptop,
    /// The Windows machine under study.
    Vm,
}

impl Place {
    pub const ALL: [Place; 2] = [Place::Laptop, Place::Vm];

    pub fn name(self) -> &'static str {
        match self {
            Place::Laptop => "laptop",
            Place::Vm => "vm",
        }
    }
}

/// An operating system a step can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    Linux,
    Macos,
    Windows,
}

impl Os {
    pub const ALL: [Os; 3] = [Os::Linux, Os::Macos, Os::Windows];

    pub fn name(self) -> &'static str {
        match self {
            Os::Linux => "linux",
            Os::Macos => "macos",
            Os::Windows => "windows",
        }
    }

    /// The name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Os::Linux => "Linux",
            Os::Macos => "macOS",
            Os::Windows => "Windows",
        }
    }

    /// The system this program was built for, or none of the three.
    pub fn here() -> Option<Os> {
        Os::ALL.into_iter().find(|os| os.name() == std::env::consts::OS)
    }
}

/// A heading of level two and all that follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub id: StepId,
    pub title: String,
    pub place: Place,
    pub os: Option<Os>,
    pub optional: bool,
    /// It opens windows on the desktop of its machine.
    pub desktop: bool,
    /// How long it takes a learner, in minutes.
    pub minutes: Option<u32>,
    /// In the order of the text.
    pub blocks: Vec<Block>,
    /// The line of its heading, from 1.
    pub line: usize,
}

impl Step {
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.blocks.iter().filter_map(|b| match b {
            Block::Command(c) => Some(c),
            _ => None,
        })
    }

    /// The checks that decide, numbered by their order; a check's index here is its name in verdicts.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.blocks.iter().filter_map(|b| match b {
            Block::Check(c) => Some(c),
            _ => None,
        })
    }

    pub fn needs(&self) -> impl Iterator<Item = &Need> {
        self.blocks.iter().filter_map(|b| match b {
            Block::Need(n) => Some(n),
            _ => None,
        })
    }

    pub fn hints(&self) -> impl Iterator<Item = &Hint> {
        self.blocks.iter().filter_map(|b| match b {
            Block::Hint(h) => Some(h),
            _ => None,
        })
    }

    pub fn undo(&self) -> impl Iterator<Item = &Command> {
        self.blocks.iter().filter_map(|b| match b {
            Block::Undo(c) => Some(c),
            _ => None,
        })
    }

    /// Every item of every task list, in order.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.blocks
            .iter()
            .filter_map(|b| match b {
                Block::Tasks(tasks) => Some(tasks),
                _ => None,
            })
            .flatten()
    }

    pub fn command(&self, id: &str) -> Option<&Command> {
        self.commands().find(|c| c.id == id)
    }
}

/// One piece of a step, in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading of level 3 or 4 inside a step.
    Heading(u8, Vec<Inline>),
    Paragraph(Vec<Inline>),
    List(List),
    Quote(Vec<Block>),
    Admonition(Admonition, Vec<Block>),
    Table(Table),
    /// A fence that is only shown.
    Code {
        language: String,
        text: String,
    },
    /// Output to expect, labelled as a sample.
    Sample {
        language: String,
        text: String,
    },
    Image {
        alt: String,
        path: String,
    },
    Rule,
    Tasks(Vec<Task>),
    Command(Command),
    Undo(Command),
    Check(Check),
    Need(Need),
    Hint(Hint),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    Strike(Vec<Inline>),
    Link {
        text: Vec<Inline>,
        url: String,
    },
    Image {
        alt: String,
        path: String,
    },
    /// A line break the author asked for.
    Break,
}

#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The first number of an ordered list.
    pub start: Option<u64>,
    pub items: Vec<Vec<Block>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admonition {
    Note,
    Tip,
    Important,
    Warning,
    Caution,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub align: Vec<Align>,
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// An item of a task list: something done by hand and ticked.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Names the item in the journal: made from its first words, unique in the step, so that items can move.
    pub key: String,
    /// The item's first block is its text; more may follow.
    pub blocks: Vec<Block>,
}

/// What Enter runs, and what the learner should know before.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    pub id: String,
    /// The first is the author's own; the others say the same for other shells.
    pub variants: Vec<Variant>,
    pub elevated: bool,
    pub restart: bool,
    pub interactive: bool,
    pub optional: bool,
    /// As the author wrote it: `192 MB`.
    pub download: Option<String>,
    pub typical: Option<Duration>,
    pub changes: Option<String>,
    /// The line of the first fence, from 1.
    pub line: usize,
}

impl Command {
    /// The text for a running shell, if the author gave one it understands. An exact match wins over a compatible one.
    pub fn variant(&self, shell: Shell) -> Option<&Variant> {
        self.variants.iter().find(|v| v.language == shell).or_else(|| self.variants.iter().find(|v| shell.runs(v.language)))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    pub language: Shell,
    /// Without a trailing line end; `{{name}}` not yet replaced.
    pub text: String,
}

/// A check that says whether the step applies on this machine at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    pub check: Check,
    pub why: Option<String>,
}

/// What to do about a known failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Hint {
    /// A regular expression on what was printed and seen.
    pub when: Option<String>,
    pub says: String,
    pub action: Option<String>,
    /// The id of the step's command that helps: Enter offers it while an unmet check saw what `when` means.
    pub run: Option<String>,
}

/// Something the learner supplies.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub name: String,
    pub asks: String,
    pub kind: ValueKind,
    pub matches: Option<String>,
    pub default: Option<String>,
    pub example: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    Word,
    Host,
    User,
    Path,
    Number,
    Port,
    Url,
}

/// The learner's values by name.
pub type Values = BTreeMap<String, String>;
