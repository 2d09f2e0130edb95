//! What a check looks at, what it expects, and what comes of it.

use std::time::Duration;

use crate::course::{OfWindows, Place, Shell};

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
