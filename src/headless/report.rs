//! What `wci run` says: one line of text, or one JSON object, for each thing that happens.
//!
//! The JSON is an interface: README lists every event and key; keys are added, never renamed.

use std::io;
use std::io::Write;

use serde_json::Value;
use serde_json::json;

use crate::course::Answer;
use crate::course::Check;
use crate::course::Step;
use crate::course::StepId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// A step's verdict in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Pass,
    Warn,
    Fail,
    Unknown,
    Skipped,
}

impl Told {
    fn name(self) -> &'static str {
        match self {
            Told::Pass => "pass",
            Told::Warn => "warn",
            Told::Fail => "fail",
            Told::Unknown => "unknown",
            Told::Skipped => "skipped",
        }
    }
}

pub enum Event<'a> {
    Start {
        chapter: &'a str,
        title: &'a str,
        steps: usize,
    },
    Begin {
        step: &'a Step,
        number: usize,
        of: usize,
    },
    Run {
        step: &'a Step,
        command: &'a str,
        shell: &'a str,
        text: &'a str,
        undo: bool,
    },
    Waiting {
        id: &'a StepId,
        seconds: u64,
        last: &'a str,
    },
    GivenUp {
        id: &'a StepId,
        seconds: u64,
    },
    Output {
        step: &'a Step,
        line: &'a str,
    },
    Finished {
        step: &'a Step,
        command: &'a str,
        status: Option<i32>,
    },
    Restart {
        step: &'a Step,
        phase: &'a str,
        seconds: u64,
        boot: &'a str,
        why: &'a str,
    },
    Check {
        step: &'a Step,
        check: &'a Check,
        answer: Option<&'a Answer>,
    },
    Step {
        step: &'a Step,
        verdict: Told,
        reason: &'a str,
        answers: &'a [(&'a Check, Option<&'a Answer>)],
    },
    Stopped,
    /// `halted` is why the rest was not begun.
    End {
        exit: u8,
        missed: usize,
        undone: Option<&'a str>,
        halted: Option<&'a str>,
    },
}

pub struct Report<'a, W> {
    format: Format,
    out: &'a mut W,
}

impl<'a, W: Write> Report<'a, W> {
    pub fn new(format: Format, out: &'a mut W) -> Self {
        Self { format, out }
    }

    /// Whoever reads may have gone (`| head`): that ends the run as any write that fails does.
    pub fn tell(&mut self, event: &Event<'_>) -> io::Result<()> {
        match self.format {
            Format::Json => writeln!(self.out, "{}", object(event))?,
            Format::Text => text(self.out, event)?,
        }
        self.out.flush()
    }
}

fn object(event: &Event<'_>) -> Value {
    let at = |name: &str, id: &StepId, rest: Value| {
        let mut all = json!({ "event": name, "chapter": id.chapter, "step": id.step });
        if let (Some(all), Value::Object(rest)) = (all.as_object_mut(), rest) {
            all.extend(rest);
        }
        all
    };
    match event {
        Event::Start { chapter, title, steps } => {
            json!({ "event": "start", "chapter": chapter, "title": title, "steps": steps, "wci": env!("CARGO_PKG_VERSION") })
        }
        Event::Begin { step, .. } => {
            at("begin", &step.id, json!({ "title": step.title, "place": step.place.name(), "optional": step.optional }))
        }
        Event::Run { step, command, shell, text, undo } => at(
            "run",
            &step.id,
            json!({ "command": command, "place": step.place.name(), "shell": shell, "text": text, "undo": undo }),
        ),
        Event::Waiting { id, seconds, last } => at("waiting", id, json!({ "seconds": seconds, "last": last })),
        Event::GivenUp { id, seconds } => at("given-up", id, json!({ "seconds": seconds })),
        Event::Output { step, line } => at("output", &step.id, json!({ "text": line })),
        Event::Finished { step, command, status } => at("finished", &step.id, json!({ "command": command, "status": status })),
        Event::Restart { step, phase, seconds, boot, why } => {
            at("restart", &step.id, json!({ "phase": phase, "seconds": seconds, "boot": boot, "why": why }))
        }
        Event::Check { step, check, answer } => at("check", &step.id, checked(check, *answer)),
        Event::Step { step, verdict, reason, answers } => {
            let checks: Vec<Value> = answers.iter().map(|(check, answer)| checked(check, *answer)).collect();
            at(
                "step",
                &step.id,
                json!({ "verdict": verdict.name(), "reason": reason, "checks": checks, "optional": step.optional }),
            )
        }
        Event::Stopped => json!({ "event": "stopped" }),
        Event::End { exit, .. } => json!({ "event": "end", "exit": exit }),
    }
}

fn checked(check: &Check, answer: Option<&Answer>) -> Value {
    match answer {
        Some(a) => json!({ "says": check.says, "verdict": a.verdict.name(), "seen": a.seen, "expected": a.expected }),
        None => json!({ "says": check.says, "verdict": "unknown", "seen": Value::Null, "expected": Value::Null }),
    }
}

fn text(out: &mut impl Write, event: &Event<'_>) -> io::Result<()> {
    match event {
        Event::Start { title, steps: 1, .. } => writeln!(out, "{title}: 1 step"),
        Event::Start { title, steps, .. } => writeln!(out, "{title}: {steps} steps"),
        Event::Begin { step, number, of } => {
            let optional = if step.optional { ", optional" } else { "" };
            writeln!(out, "\nStep {number} of {of}: {} ({}{optional})", step.title, step.id)
        }
        Event::Run { step, shell, text, undo, .. } => {
            let what = if *undo { "Undo" } else { "Command" };
            writeln!(out, "{what} for {shell} on the {}:", step.place.name())?;
            text.lines().try_for_each(|line| writeln!(out, "  $ {line}"))
        }
        Event::Waiting { seconds, last: "", .. } => writeln!(out, "  still going after {seconds} s; Ctrl-C stops it"),
        Event::Waiting { seconds, last, .. } => writeln!(out, "  still going after {seconds} s; the last line is: {last}"),
        Event::GivenUp { seconds, .. } => writeln!(
            out,
            "Given up after {seconds} s without a word: it may wait for input, or the shell no longer tells its prompt. The shell is started anew; the checks decide. (--patience changes how long.)"
        ),
        Event::Output { line, .. } => writeln!(out, "  | {line}"),
        Event::Finished { status: Some(status), .. } => writeln!(out, "Ended with status {status}"),
        Event::Finished { status: None, .. } => writeln!(out, "Ended; the shell gave no status"),
        Event::Restart { phase, seconds, why: "", .. } => writeln!(out, "Restart {seconds:>4} s: {}", phase_says(phase)),
        Event::Restart { phase, seconds, why, .. } => writeln!(out, "Restart {seconds:>4} s: {} ({why})", phase_says(phase)),
        Event::Check { check, answer: Some(a), .. } => {
            writeln!(out, "Check {}: {} (saw {}, expected {})", a.verdict.name(), check.says, a.seen, a.expected)
        }
        Event::Check { check, answer: None, .. } => writeln!(out, "Check unknown: {} (not asked)", check.says),
        Event::Step { step, verdict, reason: "", .. } => writeln!(out, "Verdict {}: {}", verdict.name(), step.title),
        Event::Step { step, verdict, reason, .. } => writeln!(out, "Verdict {}: {} ({reason})", verdict.name(), step.title),
        Event::Stopped => writeln!(out, "\nStopped."),
        Event::End { exit: 3, undone: None, halted: Some(why), .. } => writeln!(out, "\n{why}"),
        Event::End { exit, missed, undone, .. } => writeln!(out, "\n{}", last_words(*exit, *missed, *undone)),
    }
}

/// The stage of a restart, for people.
fn phase_says(phase: &str) -> &str {
    match phase {
        "armed" => "written to the journal",
        "down" => "the machine is to go down",
        "network" => "it is gone; it is tried until it lets us in",
        "boot" => "it answers; which boot is it?",
        "shell" => "it is a new boot; its shell is awaited",
        "checks" => "the step's checks are asked",
        "back" => "it is back",
        "postponed" => "it is in the same boot as before",
        "planned" => "Windows has another restart planned",
        "unmet" => "it has restarted, and a check is not met; run this again to have it restarted once more",
        "enough" => "it has restarted three times, and a check is not met",
        "late" => "the time is over",
        other => other,
    }
}

/// `missed` optional steps did not pass; `undone` is what came of taking a step back, where that was asked for.
fn last_words(exit: u8, missed: usize, undone: Option<&str>) -> String {
    match (exit, undone) {
        (0 | 1 | 3, Some(what)) => sentence(what),
        (0, None) if missed == 0 => "Every step that applies passed.".into(),
        (0, None) if missed == 1 => "The required steps passed; 1 optional one did not.".into(),
        (0, None) => format!("The required steps passed; {missed} optional ones did not."),
        (1, None) => "A step did not pass.".into(),
        (3, None) => "Some steps wait for a person. Open wci to do them.".into(),
        (130, _) => "It was stopped before its end.".into(),
        _ => "It could not be run as asked.".into(),
    }
}

/// A verdict's reason as a line by itself.
fn sentence(reason: &str) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_says_no_more_than_is_so() {
        assert_eq!(last_words(0, 0, None), "Every step that applies passed.");
        assert_eq!(last_words(0, 1, None), "The required steps passed; 1 optional one did not.");
        assert_eq!(last_words(0, 9, None), "The required steps passed; 9 optional ones did not.");
        assert_eq!(last_words(1, 9, None), "A step did not pass.");
        assert_eq!(last_words(0, 0, Some("taken back")), "Taken back.");
        assert_eq!(last_words(1, 0, Some("undoing ended with status 3")), "Undoing ended with status 3.");
        assert_eq!(last_words(1, 0, Some("The shell has ended.")), "The shell has ended.");
        assert_eq!(last_words(2, 0, Some("it needs a value")), "It could not be run as asked.");
    }
}
