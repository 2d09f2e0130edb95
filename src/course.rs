//! What a course is made of: chapters, steps and blocks, as plain values.
//!
//! Nothing here reads files or talks to a machine. `markdown` makes these from text, `app` walks them, `probe` answers checks.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

mod windows;

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

/// A shell language a command is written in, or a shell that runs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shell {
    /// Any POSIX shell.
    Sh,
    Bash,
    Zsh,
    /// Windows PowerShell 5.1; as a language also 7.
    PowerShell,
    /// PowerShell 7.
    Pwsh,
    Cmd,
}

impl Shell {
    pub const ALL: [Shell; 6] = [Shell::Sh, Shell::Bash, Shell::Zsh, Shell::PowerShell, Shell::Pwsh, Shell::Cmd];

    /// The word a fence uses.
    pub fn name(self) -> &'static str {
        match self {
            Shell::Sh => "sh",
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::PowerShell => "powershell",
            Shell::Pwsh => "pwsh",
            Shell::Cmd => "cmd",
        }
    }

    /// The name on a badge.
    pub fn title(self) -> &'static str {
        match self {
            Shell::PowerShell => "PowerShell",
            Shell::Pwsh => "PowerShell 7",
            other => other.name(),
        }
    }

    pub fn parse(word: &str) -> Option<Shell> {
        Shell::ALL.into_iter().find(|s| s.name() == word)
    }

    /// Windows PowerShell 5.1 or PowerShell 7.
    pub fn is_powershell(self) -> bool {
        matches!(self, Shell::PowerShell | Shell::Pwsh)
    }

    /// Whether this running shell understands text written in `language`.
    pub fn runs(self, language: Shell) -> bool {
        self == language
            || match language {
                Shell::Sh => matches!(self, Shell::Bash | Shell::Zsh),
                Shell::PowerShell => self == Shell::Pwsh,
                _ => false,
            }
    }

    /// `text` as one literal word of this shell.
    ///
    /// A value from outside must never be more than a word: every shell's strongest quoting is used. cmd has none for `%`, `!`, `"`
    /// and line ends, so those are refused.
    pub fn quote(self, text: &str) -> Result<String, String> {
        if text.contains(['\0', '\n', '\r']) {
            return Err("a value cannot hold a line break".into());
        }
        match self {
            Shell::Sh | Shell::Bash | Shell::Zsh => Ok(format!("'{}'", text.replace('\'', r"'\''"))),
            // PowerShell takes the typographic quotes for quotes too (about_Quoting_Rules): each is doubled.
            Shell::PowerShell | Shell::Pwsh => {
                let mut out = String::from("'");
                for c in text.chars() {
                    if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
                        out.push(c);
                    }
                    out.push(c);
                }
                out.push('\'');
                Ok(out)
            }
            Shell::Cmd if text.contains(['"', '%', '!']) => Err("cmd cannot take a value with \", % or ! in it".into()),
            Shell::Cmd => Ok(format!("\"{text}\"")),
        }
    }
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

/// Reads state and decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub says: String,
    pub look: Look,
    pub expect: Option<Expect>,
    /// Another place than the step's.
    pub place: Option<Place>,
    /// Unmet means warn.
    pub warn: bool,
    /// For one asking.
    pub timeout: Duration,
    /// Keep asking this long after the command.
    pub retry: Option<Duration>,
    pub every: Duration,
    pub hint: Option<String>,
    pub line: usize,
}

impl Check {
    pub const TIMEOUT: Duration = Duration::from_secs(10);
    pub const EVERY: Duration = Duration::from_secs(2);
    /// For what Windows can take long to tell: the first question about a feature after a boot has taken minutes.
    pub const FEATURE_TIMEOUT: Duration = Duration::from_secs(300);
    pub const WINDOWS_TIMEOUT: Duration = Duration::from_secs(60);

    /// One that looks at this and expects nothing more.
    pub fn of(look: Look) -> Self {
        Self {
            says: String::new(),
            look,
            expect: None,
            place: None,
            warn: false,
            timeout: Self::TIMEOUT,
            retry: None,
            every: Self::EVERY,
            hint: None,
            line: 0,
        }
    }
}

/// The one thing a check looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// How a command of the step ended: judged from the session, not asked.
    Exit {
        of: Option<String>,
        equals: i32,
    },
    /// What a command of the step printed: judged from the session, not asked.
    Output {
        of: Option<String>,
    },
    /// A command in a second shell.
    Ask {
        shell: Shell,
        text: String,
        exits: i32,
    },
    File {
        path: String,
        missing: bool,
    },
    OnPath {
        folder: String,
    },
    Port {
        host: String,
        port: u16,
    },
    Http {
        url: String,
        status: u16,
    },
    Process {
        name: String,
    },
    Service {
        name: String,
    },
    Machine(Fact),
    Windows(OfWindows),
}

impl Look {
    /// Whether it is judged from a command the learner ran in this session rather than asked of the machine.
    pub fn is_of_a_run(&self) -> bool {
        matches!(self, Look::Exit { .. } | Look::Output { .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    Os,
    Version,
    Build,
    Arch,
    /// Installed memory, in bytes.
    Memory,
    /// Free space on the system's disk, in bytes.
    Disk,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    Equals(String),
    Contains(String),
    /// Multi-line mode is on: `^` and `$` match at lines.
    Matches(String),
    /// A number; sizes are in bytes.
    AtLeast(f64),
    /// The numbers of a version, the first counting most.
    AtLeastVersion(Vec<u64>),
}

impl Expect {
    /// The numbers of a version: `1.2402.24001.0`. A missing number counts less than any.
    pub fn version(text: &str) -> Option<Vec<u64>> {
        text.split('.').map(|number| number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse().ok())?).collect()
    }
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

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Pass,
    Warn,
    Fail,
    /// Timed out, or could not ask. Unknown is not failed.
    Unknown,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
            Verdict::Unknown => "unknown",
        }
    }
}

/// A verdict and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub verdict: Verdict,
    /// What was seen, in a few words; one line.
    pub seen: String,
    /// What was expected, in a few words; one line.
    pub expected: String,
}

/// The learner's values by name.
pub type Values = BTreeMap<String, String>;
