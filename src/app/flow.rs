//! What comes in, what is asked for, and what a key can mean: the closed enums around `update`.

use crate::app::CheckRef;
use crate::app::Notice;
use crate::app::Time;
use crate::app::Token;
use crate::course::Answer;
use crate::course::Check;
use crate::course::Course;
use crate::course::Place;
use crate::course::Shell;
use crate::course::StepId;
use crate::keys::Key;
use crate::keys::Mouse;
use crate::progress::Entry;
use crate::restart::BootId;
use crate::restart::WayBack;
use crate::session::HostKind;
use crate::session::SessionEvent;
use crate::session::SessionId;
use crate::session::Size;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The first frame is on the screen: what can wait until then may start.
    Started,
    Key(Key),
    Paste(String),
    Mouse(Mouse),
    Resize(Size),
    /// Go straight to this step of this chapter, by their indexes.
    Show {
        chapter: usize,
        step: usize,
    },
    Session(Place, SessionId, SessionEvent),
    Judged {
        check: CheckRef,
        round: u64,
        answer: Answer,
    },
    Time(Time),
    /// The boot a place's machine is in, or one sentence why that is not known.
    Booted {
        place: Place,
        round: u64,
        boot: Result<BootId, String>,
    },
    /// What a way back would be.
    WayBack(Result<WayBack, String>),
    /// It was registered and read back, or was not.
    Registered(Result<(), String>),
    /// None is registered any more, or it could not be removed.
    Removed(Result<(), String>),
    Highlighted {
        language: String,
        text: String,
        lines: Vec<Vec<(usize, Token)>>,
    },
    /// The journal could not be written. What was written of the same batch before, and what was not done: the entry and all after it.
    NotWritten {
        why: String,
        written: Vec<Entry>,
        dropped: Vec<Effect>,
    },
    /// The course on disk has changed and was read again; `untrusted` is its digest if nobody has trusted it as it is now.
    Reloaded {
        course: Course,
        problems: usize,
        untrusted: Option<String>,
    },
    /// Something outside failed or is worth a word.
    Said(Notice),
    /// The program was started anew elsewhere: this one is to make room.
    Reopened,
    /// From a program instead of a key: connect a place's machine.
    Reach(Place),
    /// From a program instead of a key.
    Do(Action),
}

/// What is to be done, in this order; after a journal entry that could not be written nothing further is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Journal(Entry),
    Open {
        place: Place,
        host: HostKind,
        session: SessionId,
        size: Size,
    },
    Send(SessionId, Vec<u8>),
    Resize(SessionId, Size),
    Close(SessionId),
    /// Ask a check of the machine; `poll` keeps asking as the check says.
    Ask {
        place: Place,
        check: CheckRef,
        round: u64,
        shell: Shell,
        question: Check,
        poll: bool,
    },
    Highlight {
        language: String,
        text: String,
    },
    /// Put a text on the outer terminal's clipboard.
    Copy(String),
    /// Open an address with the desktop's program for it.
    Browse(String),
    /// Ask which boot a place's machine is in.
    AskBoot {
        place: Place,
        round: u64,
        shell: Shell,
        /// How long it may take, in milliseconds.
        limit: Time,
    },
    /// Find out how the program could be brought back after a restart of this machine.
    PlanWayBack,
    /// Register it, and read it back.
    RegisterWayBack(WayBack),
    /// Remove whatever way back is registered, and prove that it is gone.
    RemoveWayBack,
    /// Start the program anew on this step, with administrator's rights.
    Elevate(StepId),
    Quit,
}

/// What a key can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The next thing to do: run, tick, go on.
    Go,
    Edit,
    Check,
    Next,
    Previous,
    NextCard,
    PreviousCard,
    Tick,
    /// Say that the step is done by hand, or take that back.
    Declare,
    Skip,
    Hints,
    Undo,
    Copy,
    Links,
    Outline,
    Search,
    FindNext,
    FindPrevious,
    Help,
    /// Say where the Windows machine is.
    Place,
    Zoom,
    Big,
    Enter,
    Leave,
    Stop,
    Restart,
    Home,
    Quit,
    /// Trust the course as it is on disk now.
    Trust,
    /// Of a restart: show what was registered.
    Details,
    /// Of a restart: wait once more as long.
    WaitOn,
    /// Of a restart: the learner restarts the machine.
    ByHand,
    /// Of a restart: come back by itself or not.
    ComeBack,
    /// Of a restart that another one is in the way of: take that back, and restart now.
    Anew,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    ScrollTerminalUp,
    ScrollTerminalDown,
    Grow,
    Shrink,
}
