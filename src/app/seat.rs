//! A place's seat at the table: its host, its shell, its terminal, and what runs there.

use crate::app::Time;
use crate::course::Os;
use crate::course::Shell;
use crate::course::StepId;
use crate::session::Ending;
use crate::session::HostKind;
use crate::session::SessionId;
use crate::session::Size;
use crate::terminal::Terminal;

/// What stands behind one place, as far as it is known.
#[derive(Debug)]
pub struct Seat {
    pub host: HostKind,
    /// The system that runs there, if known.
    pub os: Option<Os>,
    /// The shell that runs there, or will.
    pub shell: Shell,
    /// Its shell has administrator's (root's) rights, if known.
    pub elevated: Option<bool>,
    /// A name for the border: `laptop`, `vm: wci-ws2022`.
    pub label: String,
    pub session: SessionId,
    pub link: Link,
    pub terminal: Terminal,
    /// The shell's working directory, as it last said.
    pub folder: Option<String>,
    pub prompt: Prompt,
    /// The running numbers of the last end mark and of the last prompt, so that a repeated one is not news.
    pub number: u64,
    pub prompted: u64,
    /// The time of day at the last end mark of a shell without numbers.
    pub clock: Option<u64>,
    /// PowerShell's line editor runs several lines when they are complete. Where nothing is known, it is taken to have none.
    pub at_once: bool,
    pub draft: Draft,
    /// Typed as soon as the shell is at its prompt.
    pub queued: Option<Run>,
    pub run: Option<Run>,
    /// What the last run printed in this session, for checks of a run.
    pub output: Option<String>,
    /// How the run that was started last has ended, once it has; the status may be unsaid.
    pub ended: Option<Option<i32>>,
    /// When it last wrote something.
    pub heard: Time,
    /// How often the link was tried since it was last there.
    pub tries: u32,
    /// The last asking for its boot: the answer to an older one is of no use.
    pub boot_asked: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Closed,
    Opening,
    Up,
    Ended(Ending),
    Refused(String),
    /// No way to the machine, or no longer.
    Lost(Lost),
}

/// A link that is not there, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// One sentence for the learner.
    pub why: String,
    /// When it is tried again by itself; never where the learner stopped that, or where it would not help.
    pub next: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// No mark yet.
    Unseen,
    /// At its prompt: a command can be typed.
    Ready,
    Busy,
}

/// What the learner typed into the terminal that no prompt has answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draft {
    Nothing,
    /// It may still stand at the prompt.
    Begun,
    /// It ended with Enter.
    Entered,
}

/// A command of a step on its way through the shell.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub step: StepId,
    /// The command's id.
    pub command: String,
    pub text: String,
    pub started: Time,
    pub undo: bool,
    /// The learner changed the text first.
    pub edited: bool,
    pub interactive: bool,
    /// It needs administrator's rights.
    pub elevated: bool,
    /// An end mark was heard; the prompt confirms it.
    pub status: Option<Option<i32>>,
    /// Ctrl-C was sent.
    pub stopping: bool,
    /// The machine restarts at its end.
    pub restarts: bool,
}

impl Seat {
    pub fn new(host: HostKind, os: Option<Os>, shell: Shell, label: impl Into<String>, size: Size) -> Self {
        Self {
            host,
            os,
            shell,
            elevated: None,
            label: label.into(),
            session: SessionId(0),
            link: Link::Closed,
            terminal: Terminal::new(size),
            folder: None,
            prompt: Prompt::Unseen,
            number: 0,
            prompted: 0,
            clock: None,
            at_once: false,
            draft: Draft::Nothing,
            queued: None,
            run: None,
            output: None,
            ended: None,
            heard: 0,
            tries: 0,
            boot_asked: 0,
        }
    }

    /// Checks can be asked of its machine: it is this one, or there is a link to it.
    pub fn answers(&self) -> bool {
        match self.host {
            HostKind::Here => true,
            HostKind::Ssh(_) => self.link == Link::Up,
            HostKind::Rehearsal => false,
        }
    }

    /// ssh has something in the pane while it logs in: mostly a question.
    pub fn is_asked(&self) -> bool {
        self.link == Link::Opening && matches!(self.host, HostKind::Ssh(_)) && self.terminal.last_line().is_some()
    }

    /// The seat of the Windows machine when it is at this host; `laptop` tells of the machine wci runs on.
    pub fn of(host: &HostKind, laptop: &Seat) -> Self {
        let size = laptop.terminal.size();
        match host {
            HostKind::Here => {
                let here = Self::new(host.clone(), laptop.os, laptop.shell, "vm: this machine", size);
                Self { elevated: laptop.elevated, ..here }
            }
            // Until the link says otherwise.
            HostKind::Ssh(address) => {
                Self::new(host.clone(), Some(Os::Windows), Shell::PowerShell, format!("vm: {}", address.host), size)
            }
            HostKind::Rehearsal => Self::new(host.clone(), Some(Os::Windows), Shell::PowerShell, "vm", size),
        }
    }

    /// A run that is typed or waits to be.
    pub fn current(&self) -> Option<&Run> {
        self.run.as_ref().or(self.queued.as_ref())
    }
}
