//! Progress is a fold over the journal's entries; there is no second copy to drift.

use std::collections::{BTreeMap, BTreeSet};

use crate::course::{Answer, Place, StepId, Values, Verdict};
use crate::restart::BootId;
use crate::session::HostKind;

/// One line of the journal: something that happened, or is about to.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// About to type a command into a shell.
    Ran { step: StepId, command: String, place: Place, text: String, edited: bool },
    /// The shell said that the command ended; no status where the shell gave none.
    Finished { step: StepId, command: String, status: Option<i32> },
    /// What a check of a run (its status, its output) came to. Kept, because it cannot be asked again.
    Observed { step: StepId, check: String, answer: Answer },
    /// The step as a whole came to another verdict than before.
    Judged { step: StepId, verdict: Verdict, reason: String },
    /// An item of a task list was ticked or unticked.
    Ticked { step: StepId, task: String, on: bool },
    /// The learner says the step is done (or takes it back): read it, or did it elsewhere.
    Declared { step: StepId, done: bool },
    /// The learner goes on without it.
    Skipped { step: StepId },
    /// About to take the step back: what was known of it holds no longer.
    Undone { step: StepId, command: String, place: Place, text: String },
    /// A value the learner supplied.
    Valued { chapter: String, name: String, value: String },
    /// The course's chapter was opened on the screen.
    Opened { chapter: String },
    /// The learner trusts a course from elsewhere, named by the digest of its files.
    Trusted { course: String },
    /// The learner says where the Windows machine of the course is.
    /// While it restarts it may be the same one at another address.
    Placed { vm: HostKind, same: bool },
    /// The boot a machine was found in, where it is another than the one known before.
    Booted { host: HostKind, boot: BootId },
    /// A restart is about to be: what is needed to know it again afterwards.
    Armed(Armed),
    /// The machine of the restart is in another boot: it has restarted.
    Returned { boot: BootId },
    /// The restart is no longer waited for.
    Disarmed { how: Disarm },
    /// Everything known of a step (or of all) is put aside.
    Reset { step: Option<StepId> },
}

/// A restart that was begun and whose return is waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Armed {
    pub step: StepId,
    /// The command's id.
    pub command: String,
    pub place: Place,
    /// The machine that restarts.
    pub host: HostKind,
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// The boot it is to end.
    pub before: BootId,
    /// What the step's checks had seen until then, by what they say.
    pub saw: Vec<(String, String)>,
    /// How often the machine has restarted for this step and the step was not met after it.
    pub returns: u32,
}

/// Why a restart is no longer waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disarm {
    /// The machine is back, and the step is met, or wants nothing more: skipped, marked by hand, not for this machine.
    Settled,
    /// It is back, the step is not met, and the learner left it there.
    Unmet,
    /// It was back often enough without meeting the step.
    Enough,
    /// The learner took it back before it began.
    Cancelled,
    /// The learner does not wait any longer.
    GivenUp,
    /// The command that was to restart the machine failed.
    Failed,
}

impl Disarm {
    pub const ALL: [Disarm; 6] =
        [Disarm::Settled, Disarm::Unmet, Disarm::Enough, Disarm::Cancelled, Disarm::GivenUp, Disarm::Failed];

    /// The word the journal uses.
    pub fn name(self) -> &'static str {
        match self {
            Disarm::Settled => "back",
            Disarm::Unmet => "unmet",
            Disarm::Enough => "enough",
            Disarm::Cancelled => "cancelled",
            Disarm::GivenUp => "given-up",
            Disarm::Failed => "failed",
        }
    }
}

/// What is known of one step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// The commands whose last run ended, with its status. One that restarts its machine has ended well once that is in another boot.
    pub finished: BTreeMap<String, Option<i32>>,
    /// A command that was about to run, with no word of its end.
    pub open: Option<String>,
    pub verdict: Option<(Verdict, String)>,
    /// By what the check says.
    pub observed: BTreeMap<String, Answer>,
    pub ticked: BTreeSet<String>,
    pub declared: bool,
    pub skipped: bool,
}

/// What the journal comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    steps: BTreeMap<StepId, Record>,
    values: BTreeMap<String, Values>,
    /// The chapter last opened.
    pub chapter: Option<String>,
    /// The step of the last run, tick or declaration.
    pub last: Option<StepId>,
    /// Where the learner said that the Windows machine is.
    pub vm: Option<HostKind>,
    /// The restart whose return is waited for.
    pub armed: Option<Armed>,
    /// The boot each machine was last found in, by its host.
    boots: BTreeMap<String, BootId>,
    /// How often a step was met by no restart in a row.
    returns: BTreeMap<StepId, u32>,
}

static NOTHING: Record = Record {
    finished: BTreeMap::new(),
    open: None,
    verdict: None,
    observed: BTreeMap::new(),
    ticked: BTreeSet::new(),
    declared: false,
    skipped: false,
};
static NO_VALUES: Values = Values::new();

impl Progress {
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut progress = Progress::default();
        for entry in entries {
            progress.apply(entry);
        }
        progress
    }

    pub fn step(&self, id: &StepId) -> &Record {
        self.steps.get(id).unwrap_or(&NOTHING)
    }

    pub fn values(&self, chapter: &str) -> &Values {
        self.values.get(chapter).unwrap_or(&NO_VALUES)
    }

    /// The step a command was running in when the last word came.
    pub fn interrupted(&self) -> Option<&StepId> {
        self.last.as_ref().filter(|id| self.step(id).open.is_some())
    }

    /// The boot a machine was last found in.
    pub fn boot(&self, host: &HostKind) -> Option<&BootId> {
        self.boots.get(&host.to_string())
    }

    /// How often a machine has restarted for this step in a row and the step was not met after it.
    pub fn returns(&self, step: &StepId) -> u32 {
        self.returns.get(step).copied().unwrap_or(0)
    }

    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Ran { step, command, .. } => {
                let record = self.touch(step);
                record.finished.remove(command);
                record.open = Some(command.clone());
                record.skipped = false;
            }
            Entry::Finished { step, command, status } => {
                let record = self.touch(step);
                record.open = None;
                record.finished.insert(command.clone(), *status);
            }
            Entry::Observed { step, check, answer } => {
                self.record(step).observed.insert(check.clone(), answer.clone());
            }
            Entry::Judged { step, verdict, reason } => {
                if matches!(verdict, Verdict::Pass | Verdict::Warn) {
                    self.returns.remove(step);
                }
                self.record(step).verdict = Some((*verdict, reason.clone()));
            }
            Entry::Ticked { step, task, on } => {
                let record = self.touch(step);
                if *on {
                    record.ticked.insert(task.clone());
                } else {
                    record.ticked.remove(task);
                }
            }
            Entry::Declared { step, done } => {
                let record = self.touch(step);
                record.declared = *done;
                record.skipped = false;
            }
            Entry::Skipped { step } => self.record(step).skipped = true,
            Entry::Undone { step, .. } => *self.touch(step) = Record::default(),
            Entry::Valued { chapter, name, value } => {
                self.values.entry(chapter.clone()).or_default().insert(name.clone(), value.clone());
            }
            Entry::Opened { chapter } => self.chapter = Some(chapter.clone()),
            Entry::Trusted { .. } => {}
            Entry::Placed { vm, same } => {
                if let Some(armed) = self.armed.as_mut().filter(|_| *same) {
                    armed.host = vm.clone();
                }
                self.vm = Some(vm.clone());
            }
            Entry::Booted { host, boot } => drop(self.boots.insert(host.to_string(), boot.clone())),
            Entry::Armed(armed) => {
                self.last = Some(armed.step.clone());
                self.boots.insert(armed.host.to_string(), armed.before.clone());
                self.armed = Some(armed.clone());
            }
            Entry::Returned { boot } => {
                if let Some(armed) = &mut self.armed {
                    self.boots.insert(armed.host.to_string(), boot.clone());
                    armed.returns += 1;
                    self.returns.insert(armed.step.clone(), armed.returns);
                    // It was for this. What else was to be done with it only the step's checks can tell.
                    let (step, command) = (armed.step.clone(), armed.command.clone());
                    let record = self.record(&step);
                    record.open.take_if(|open| *open == command);
                    record.finished.insert(command, Some(0));
                }
            }
            Entry::Disarmed { how } => {
                if let (Some(armed), Disarm::GivenUp) = (self.armed.take(), how) {
                    self.returns.remove(&armed.step);
                }
            }
            Entry::Reset { step: Some(step) } => {
                self.steps.remove(step);
                self.returns.remove(step);
                self.armed.take_if(|armed| armed.step == *step);
            }
            // Also where the machine is: a new beginning may well be on another one.
            Entry::Reset { step: None } => *self = Progress::default(),
        }
    }

    fn record(&mut self, step: &StepId) -> &mut Record {
        self.steps.entry(step.clone()).or_default()
    }

    /// The record, which is then the last one worked on.
    fn touch(&mut self, step: &StepId) -> &mut Record {
        self.last = Some(step.clone());
        self.record(step)
    }
}

#[cfg(test)]
mod tests;
