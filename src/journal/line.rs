//! The journal's own line format: one row for an entry, with the rest of it as JSON.
//!
//! Only words that are written here are stored, so renaming a Rust type never changes an old file.

use serde_json::{Map, Value, json};

use crate::course::{Answer, Place, StepId, Verdict};
use crate::progress::{Armed, Disarm, Entry};
use crate::restart::BootId;
use crate::session::HostKind;

use super::file::Row;

/// The row of an entry.
pub fn row(at_ms: u64, entry: &Entry) -> Row {
    let (kind, chapter, step, body) = match entry {
        Entry::Ran { step, command, place, text, edited } => {
            let body = json!({ "command": command, "place": place.name(), "text": text, "edited": edited });
            ("ran", Some(&step.chapter), Some(&step.step), body)
        }
        Entry::Finished { step, command, status } => {
            ("finished", Some(&step.chapter), Some(&step.step), json!({ "command": command, "status": status }))
        }
        Entry::Observed { step, check, answer } => {
            let Answer { verdict, seen, expected } = answer;
            let body = json!({ "check": check, "verdict": verdict.name(), "seen": seen, "expected": expected });
            ("observed", Some(&step.chapter), Some(&step.step), body)
        }
        Entry::Judged { step, verdict, reason } => {
            ("judged", Some(&step.chapter), Some(&step.step), json!({ "verdict": verdict.name(), "reason": reason }))
        }
        Entry::Ticked { step, task, on } => ("ticked", Some(&step.chapter), Some(&step.step), json!({ "task": task, "on": on })),
        Entry::Declared { step, done } => ("declared", Some(&step.chapter), Some(&step.step), json!({ "done": done })),
        Entry::Skipped { step } => ("skipped", Some(&step.chapter), Some(&step.step), json!({})),
        Entry::Undone { step, command, place, text } => {
            let body = json!({ "command": command, "place": place.name(), "text": text });
            ("undone", Some(&step.chapter), Some(&step.step), body)
        }
        Entry::Valued { chapter, name, value } => ("valued", Some(chapter), None, json!({ "name": name, "value": value })),
        Entry::Trusted { course } => ("trusted", None, None, json!({ "course": course })),
        Entry::Placed { vm, same } => ("placed", None, None, json!({ "vm": vm.to_string(), "same": same })),
        Entry::Opened { chapter } => ("opened", Some(chapter), None, json!({})),
        Entry::Booted { host, boot } => ("booted", None, None, json!({ "host": host.to_string(), "boot": boot_of(boot) })),
        Entry::Armed(armed) => {
            let Armed { step, command, place, host, at, before, saw, returns } = armed;
            let body = json!({
                "command": command, "place": place.name(), "host": host.to_string(), "at": at, "before": boot_of(before), "saw": saw, "returns": returns
            });
            ("armed", Some(&step.chapter), Some(&step.step), body)
        }
        Entry::Returned { boot } => ("returned", None, None, json!({ "boot": boot_of(boot) })),
        Entry::Disarmed { how } => ("disarmed", None, None, json!({ "how": how.name() })),
        Entry::Reset { step: Some(step) } => ("reset", Some(&step.chapter), Some(&step.step), json!({})),
        Entry::Reset { step: None } => ("reset", None, None, json!({})),
    };
    Row {
        seq: None,
        at: i64::try_from(at_ms).unwrap_or(i64::MAX),
        kind: kind.into(),
        chapter: chapter.cloned(),
        step: step.cloned(),
        body: body.to_string(),
    }
}

/// The entry of a row, if this version knows its kind and finds in it what it needs.
pub fn entry(row: &Row) -> Option<Entry> {
    let body: Value = serde_json::from_str(&row.body).ok()?;
    let body = Body(body.as_object()?);
    let step = || Some(StepId { chapter: row.chapter.clone()?, step: row.step.clone()? });
    Some(match row.kind.as_str() {
        "ran" => Entry::Ran {
            step: step()?,
            command: body.text("command")?,
            place: body.place()?,
            text: body.text("text")?,
            edited: body.flag("edited")?,
        },
        "finished" => Entry::Finished { step: step()?, command: body.text("command")?, status: body.status()? },
        "observed" => {
            let answer = Answer { verdict: body.verdict()?, seen: body.text("seen")?, expected: body.text("expected")? };
            Entry::Observed { step: step()?, check: body.text("check")?, answer }
        }
        "judged" => Entry::Judged { step: step()?, verdict: body.verdict()?, reason: body.text("reason")? },
        "ticked" => Entry::Ticked { step: step()?, task: body.text("task")?, on: body.flag("on")? },
        "declared" => Entry::Declared { step: step()?, done: body.flag("done")? },
        "skipped" => Entry::Skipped { step: step()? },
        "undone" => {
            Entry::Undone { step: step()?, command: body.text("command")?, place: body.place()?, text: body.text("text")? }
        }
        "valued" => Entry::Valued { chapter: row.chapter.clone()?, name: body.text("name")?, value: body.text("value")? },
        "trusted" => Entry::Trusted { course: body.text("course")? },
        "placed" => Entry::Placed { vm: body.host("vm")?, same: body.flag("same")? },
        "opened" => Entry::Opened { chapter: row.chapter.clone()? },
        "booted" => Entry::Booted { host: body.host("host")?, boot: body.boot("boot")? },
        "armed" => Entry::Armed(Armed {
            step: step()?,
            command: body.text("command")?,
            place: body.place()?,
            host: body.host("host")?,
            at: body.count("at")?,
            before: body.boot("before")?,
            saw: body.pairs("saw")?,
            returns: u32::try_from(body.count("returns")?).ok()?,
        }),
        "returned" => Entry::Returned { boot: body.boot("boot")? },
        "disarmed" => {
            Entry::Disarmed { how: Disarm::ALL.into_iter().find(|how| body.text("how").as_deref() == Some(how.name()))? }
        }
        "reset" if row.chapter.is_none() => Entry::Reset { step: None },
        "reset" => Entry::Reset { step: Some(step()?) },
        _ => return None,
    })
}

fn boot_of(boot: &BootId) -> Value {
    json!({ "counter": boot.counter, "time": boot.time, "up": boot.up, "shown": boot.shown })
}

struct Body<'a>(&'a Map<String, Value>);

impl Body<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.0.get(key)?.as_str().map(Into::into)
    }

    fn flag(&self, key: &str) -> Option<bool> {
        self.0.get(key)?.as_bool()
    }

    fn place(&self) -> Option<Place> {
        let name = self.text("place")?;
        Place::ALL.into_iter().find(|place| place.name() == name)
    }

    fn host(&self, key: &str) -> Option<HostKind> {
        self.text(key)?.parse().ok()
    }

    fn count(&self, key: &str) -> Option<u64> {
        self.0.get(key)?.as_u64()
    }

    fn boot(&self, key: &str) -> Option<BootId> {
        let boot = Body(self.0.get(key)?.as_object()?);
        Some(BootId { counter: boot.text("counter"), time: boot.text("time"), up: boot.count("up"), shown: boot.text("shown")? })
    }

    fn pairs(&self, key: &str) -> Option<Vec<(String, String)>> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.0.get(key)?.as_array()?.iter().map(|pair| Some((text(pair.get(0)?)?, text(pair.get(1)?)?))).collect()
    }

    fn verdict(&self) -> Option<Verdict> {
        let name = self.text("verdict")?;
        [Verdict::Pass, Verdict::Warn, Verdict::Fail, Verdict::Unknown].into_iter().find(|verdict| verdict.name() == name)
    }

    fn status(&self) -> Option<Option<i32>> {
        match self.0.get("status")? {
            Value::Null => Some(None),
            number => Some(Some(i32::try_from(number.as_i64()?).ok()?)),
        }
    }
}
