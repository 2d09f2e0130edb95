//! A restart of a machine on its way: from the plan that is shown before it to the checks that are met after it.

use crate::app::Run;
use crate::app::Time;
use crate::course::Place;
use crate::course::StepId;
use crate::progress::Armed;
use crate::restart::BootId;
use crate::restart::WayBack;

/// How long the learner can take it back before anything is typed, in milliseconds.
pub const COUNTDOWN: Time = 10_000;

/// After so many restarts in a row that did not meet the step it is no longer tried.
pub const ENOUGH: u32 = 3;

/// How long a machine may take to say which boot it is in, in milliseconds: a PowerShell may have to start for it.
pub const ANSWER: Time = 25_000;

/// A machine that is still up so long after the command that was to restart it may not go down at all, in milliseconds.
const LINGERS: Time = 45_000;

/// A restart, as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Restart {
    pub step: StepId,
    /// The command's id.
    pub command: String,
    pub place: Place,
    /// What is typed, exactly; nothing after a return, when it was typed by the program before.
    pub run: Option<Run>,
    pub stage: Stage,
    /// When the stage began.
    pub since: Time,
    /// When it was armed.
    pub at: Time,
    /// When the command was typed, and then when it had ended.
    pub typed: Option<Time>,
    /// Whether the way back is gone again; nothing as long as nobody has said so.
    pub removed: Option<Result<(), String>>,
    pub before: Option<BootId>,
    pub after: Option<BootId>,
    pub way_back: Back,
    /// Restarts in a row for this step after which it was not met.
    pub returns: u32,
    /// What the step's checks had seen before, by what they say.
    pub saw: Vec<(String, String)>,
    /// The rungs climbed, each with how long it took, in milliseconds.
    pub climbed: Vec<(Rung, Time)>,
    /// Why the rung is not yet climbed, as last heard.
    pub why: Option<String>,
    /// When the boot is asked for again.
    pub ask_at: Option<Time>,
}

/// Where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What will happen is shown. Nothing has been done.
    Plan,
    /// The journal has it; the way back is being registered.
    Registering,
    /// It is typed when the time is over.
    Countdown,
    Climbing(Rung),
    /// Windows has a restart planned already (1190), by somebody else.
    Planned,
    /// The machine has not restarted: it is in the same boot.
    Postponed,
    /// It has restarted, and the step is not met.
    Unmet,
    /// It has restarted often enough without meeting the step.
    Enough,
    /// The time for a rung is over.
    Late(Rung),
    /// It has restarted, and the step is met, or wants nothing more.
    Settled,
}

/// What is proven one after the other before a machine counts as back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// The machine has gone.
    Down,
    /// It lets one log in again.
    Network,
    /// It is in another boot.
    Boot,
    /// Its shell shows a prompt.
    Shell,
    /// The step's checks are met.
    Checks,
}

impl Rung {
    pub const ALL: [Rung; 5] = [Rung::Down, Rung::Network, Rung::Boot, Rung::Shell, Rung::Checks];

    /// How long it may take, in milliseconds. Windows may install updates on its way down and up.
    pub fn budget(self) -> Time {
        let minutes = match self {
            Rung::Down => 5,
            Rung::Network => 10,
            Rung::Boot | Rung::Shell => 2,
            Rung::Checks => 10,
        };
        minutes * 60_000
    }
}

/// How the companion comes back, where it goes down with the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// It stays up: the machine is another one.
    Stays,
    /// Not known yet, or that of an earlier run of the program.
    Asked,
    /// It can be registered, and is if the learner wants it.
    Offered { way: WayBack, wanted: bool },
    /// It was registered and read back.
    Registered(WayBack),
    /// It could not be; one sentence.
    Failed { way: Option<WayBack>, why: String },
}

impl Back {
    pub fn way(&self) -> Option<&WayBack> {
        match self {
            Back::Offered { way, .. } | Back::Registered(way) | Back::Failed { way: Some(way), .. } => Some(way),
            Back::Stays | Back::Asked | Back::Failed { way: None, .. } => None,
        }
    }
}

impl Restart {
    /// One that is only shown.
    pub fn planned(run: Run, place: Place, way_back: Back, returns: u32, now: Time) -> Self {
        Self {
            step: run.step.clone(),
            command: run.command.clone(),
            place,
            run: Some(run),
            stage: Stage::Plan,
            since: now,
            at: now,
            typed: None,
            removed: None,
            before: None,
            after: None,
            way_back,
            returns,
            saw: Vec::new(),
            climbed: Vec::new(),
            why: None,
            ask_at: None,
        }
    }

    /// One that an earlier run of the program began.
    ///
    /// `seen` is the boot its machine was last found in: where that is not the one before, a return is known already.
    pub fn returning(armed: &Armed, seen: Option<&BootId>, rung: Rung, now: Time) -> Self {
        Self {
            step: armed.step.clone(),
            command: armed.command.clone(),
            place: armed.place,
            run: None,
            stage: Stage::Climbing(rung),
            since: now,
            at: armed.at,
            typed: None,
            removed: None,
            before: Some(armed.before.clone()),
            after: seen.filter(|seen| armed.before.differs(seen)).cloned(),
            way_back: if rung == Rung::Boot { Back::Asked } else { Back::Stays },
            returns: armed.returns,
            saw: armed.saw.clone(),
            climbed: Vec::new(),
            why: None,
            ask_at: None,
        }
    }

    /// It was to go down a while ago, and is still up.
    pub fn lingers(&self, now: Time) -> bool {
        let since = self.typed.is_some_and(|typed| now.saturating_sub(typed) > LINGERS);
        self.stage == Stage::Climbing(Rung::Down) && self.run.is_some() && since
    }

    /// The step is neither met nor unmet before it is over.
    pub fn holds(&self) -> bool {
        self.expects_loss() && !matches!(self.stage, Stage::Climbing(Rung::Checks) | Stage::Late(Rung::Checks))
    }

    /// How long a rung may take, in milliseconds: what was said for going and coming back, else its own.
    pub fn budget(&self, rung: Rung, patience: Option<Time>) -> Time {
        match (rung, patience) {
            // Whoever restarts by hand does it when it suits.
            (Rung::Down, _) if self.run.is_none() => Time::MAX,
            (Rung::Down | Rung::Network, Some(patience)) => patience,
            _ => rung.budget(),
        }
    }

    /// It goes on by itself, and how far it is changes with time.
    pub fn moves(&self) -> bool {
        matches!(self.stage, Stage::Registering | Stage::Countdown | Stage::Climbing(_))
    }

    /// Which boot the machine is in says how it goes on.
    pub fn expects_boot(&self) -> bool {
        match self.stage {
            Stage::Plan => self.before.is_none(),
            Stage::Climbing(Rung::Down | Rung::Network | Rung::Boot) => true,
            Stage::Late(Rung::Down | Rung::Network | Rung::Boot) | Stage::Planned | Stage::Postponed => true,
            Stage::Climbing(Rung::Shell | Rung::Checks) | Stage::Late(Rung::Shell | Rung::Checks) => false,
            Stage::Registering | Stage::Countdown | Stage::Unmet | Stage::Enough | Stage::Settled => false,
        }
    }

    /// The machine may go down at any moment, or is down.
    pub fn expects_loss(&self) -> bool {
        match self.stage {
            Stage::Climbing(_) | Stage::Late(_) | Stage::Planned | Stage::Postponed => true,
            Stage::Plan | Stage::Registering | Stage::Countdown | Stage::Unmet | Stage::Enough | Stage::Settled => false,
        }
    }
}
