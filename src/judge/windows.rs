//! What Windows told, as verdicts. Each reason says what is, in words a learner can act on.

use super::{answer, judge, line, unknown};
use crate::course::{Answer, Check, OfWindows, Verdict};

/// Why a question for Windows has no answer elsewhere.
pub const NOT_WINDOWS: &str = "this is a question for Windows, and this machine is not one";

/// What a question of `probe` told: lines of `wci`, a word, and what belongs to it. Other lines are noise.
struct Told<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Told<'a> {
    fn read(text: &'a str) -> Self {
        let told = text.lines().filter_map(|line| line.strip_prefix("wci "));
        Self(told.map(|line| line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""))).collect())
    }

    fn all(&self, word: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(told, _)| *told == word).map(|(_, what)| *what)
    }

    fn get(&self, word: &str) -> Option<&'a str> {
        self.all(word).next()
    }

    fn foreign(&self) -> bool {
        self.get("foreign").is_some()
    }

    /// Why it could not be asked, where it could not.
    fn trouble(&self) -> Option<String> {
        if self.foreign() {
            return Some(NOT_WINDOWS.into());
        }
        if self.get("denied").is_some() {
            return Some("asking this needs administrator's rights".into());
        }
        if let Some(command) = self.get("lacks") {
            return Some(format!("the PowerShell that was asked has no {command}"));
        }
        if let Some(why) = self.get("odd") {
            return Some(format!("Windows could not say: {why}"));
        }
        let told = self.get("is").is_some() || self.get("none").is_some();
        (!told).then(|| "PowerShell gave no answer to this question".into())
    }
}

/// The answer to a question put to Windows.
pub fn windows(check: &Check, what: &OfWindows, told: &str) -> Answer {
    let told = Told::read(told);
    if let Some(why) = told.trouble() {
        return unknown(check, &why);
    }
    let is = told.get("is");
    match what {
        OfWindows::Feature { name, pending } => feature(check, name, *pending, is),
        OfWindows::Elevated => match is {
            Some("True") => answer(check, true, "administrator's rights"),
            _ => answer(check, false, "no administrator's rights"),
        },
        OfWindows::Build(wanted) => match is.and_then(|build| build.parse::<u32>().ok()) {
            Some(build) => answer(check, build == *wanted, &format!("build {build}")),
            None => unknown(check, "Windows does not tell its build"),
        },
        OfWindows::PathEntry { folder, .. } => path(check, folder, &told),
        OfWindows::Appx { name } if is.is_none() => answer(check, false, &format!("no package {name} for this user")),
        OfWindows::Appx { .. } => {
            // Several architectures of one package: the one that fits counts.
            let judged: Vec<Answer> = told.all("is").map(|version| judge(check, version)).collect();
            let best = judged.into_iter().min_by_key(|answer| answer.verdict);
            best.unwrap_or_else(|| unknown(check, "the package has no version"))
        }
        OfWindows::Task { name, missing } => match is {
            Some(state) => answer(check, !missing, &format!("the task {name} is there ({state})")),
            None => answer(check, *missing, &format!("no task {name}")),
        },
        OfWindows::Signature { path, signer } => signature(check, path, signer.as_deref(), &told),
        OfWindows::NoRestart => restart(check, &told),
    }
}

/// How a service is; nothing where the machine that told it is not Windows.
pub fn service(check: &Check, name: &str, told: &str) -> Option<Answer> {
    let told = Told::read(told);
    if told.foreign() {
        return None;
    }
    if let Some(why) = told.trouble() {
        return Some(unknown(check, &why));
    }
    Some(match told.get("is") {
        Some("Running") => answer(check, true, &format!("{name} is running")),
        Some("Stopped") => answer(check, false, &format!("{name} is stopped")),
        Some("Paused") => answer(check, false, &format!("{name} is paused")),
        Some(state) => answer(check, false, &format!("{name} is on its way: {state}")),
        None => answer(check, false, &format!("there is no service named {name}")),
    })
}

fn feature(check: &Check, name: &str, pending: bool, is: Option<&str>) -> Answer {
    let Some(state) = is else {
        return answer(check, false, &format!("Windows knows no feature named {name}"));
    };
    let waits = state.contains("Pending");
    // What waits to be taken away will not be there after the restart.
    let comes = state.starts_with("Enable") || state.starts_with("Install");
    match (state, waits) {
        ("Enabled", _) => answer(check, true, state),
        (_, true) if comes => answer(check, pending, &format!("{state}: a restart is waiting")),
        (_, true) => answer(check, false, &format!("{state}: it goes with the restart that is waiting")),
        ("DisabledWithPayloadRemoved", _) => answer(check, false, "DisabledWithPayloadRemoved: its files are not on the disk"),
        _ => answer(check, false, state),
    }
}

/// A folder is on the PATH as it is written there or as that is meant. One with a variable in it is wanted as written: spelled out, it
/// works, but Windows did not write it so.
fn path(check: &Check, folder: &str, told: &Told) -> Answer {
    let entries: Vec<&str> = told.all("entry").filter(|entry| !entry.trim().is_empty()).collect();
    let count = entries.len();
    let wanted = plain(folder);
    if let Some(at) = entries.iter().position(|entry| plain(entry) == wanted) {
        if folder.contains('%') && told.get("is") == Some("String") {
            return answer(check, false, &format!("the PATH is kept as plain text, in which {folder} stands for nothing"));
        }
        return answer(check, true, &format!("entry {} of {count}", at + 1));
    }
    let spelled = plain(told.get("wanted").unwrap_or(folder));
    if told.all("means").any(|entry| plain(entry) == spelled) {
        return answer(check, true, &format!("one of {count} entries, written with a variable"));
    }
    match entries.iter().find(|entry| plain(entry) == spelled) {
        Some(entry) => warning(check, &format!("it is there, but spelled out as {entry}")),
        None if count == 0 => answer(check, false, "this PATH is empty"),
        None => answer(check, false, &format!("not among its {count} entries")),
    }
}

/// A folder as Windows compares it.
fn plain(folder: &str) -> String {
    let folder = folder.trim().trim_matches('"').trim().replace('/', "\\").to_lowercase();
    match folder.trim_end_matches('\\') {
        "" => folder,
        short => short.to_owned(),
    }
}

fn signature(check: &Check, path: &str, signer: Option<&str>, told: &Told) -> Answer {
    let says = told.get("says").unwrap_or_default();
    let by = told.get("by").unwrap_or_default();
    match told.get("is") {
        None => answer(check, false, &format!("no file {path}")),
        Some("Valid") => match signer {
            Some(signer) if !signed_by(by, signer) => answer(check, false, &format!("valid, but signed by {by}")),
            _ => answer(check, true, &format!("valid, signed by {}", named(by))),
        },
        Some("NotSigned") => answer(check, false, "it is not signed"),
        Some("HashMismatch") => answer(check, false, "it was changed after it was signed"),
        Some("NotTrusted") => answer(check, false, "its signer is not trusted here"),
        Some(status) => answer(check, false, &format!("{status}: {says}")),
    }
}

/// Whether the certificate's common name or organisation is this.
fn signed_by(subject: &str, signer: &str) -> bool {
    parts(subject).any(|(key, value)| matches!(key, "CN" | "O") && value.eq_ignore_ascii_case(signer))
}

fn named(subject: &str) -> String {
    parts(subject).find(|(key, _)| *key == "CN").map_or_else(|| subject.to_owned(), |(_, value)| value)
}

/// `CN=Name, O="Name, Inc."` in parts. A quote inside a quoted value is doubled.
fn parts(subject: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = subject;
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once('=')?;
        let mut quoted = false;
        let end = after.find(|c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        let (value, left) = end.map_or((after, ""), |end| (&after[..end], &after[end + 1..]));
        rest = left;
        let value = value.trim();
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        Some((key.trim(), bare.map_or_else(|| value.to_owned(), |bare| bare.replace("\"\"", "\""))))
    })
}

/// Only component servicing stops what comes next half-way. The others are told: renames are left waiting by many an updater.
fn restart(check: &Check, told: &Told) -> Answer {
    let waits: Vec<&str> = told.all("waits").collect();
    if waits.contains(&"servicing") {
        return answer(check, false, "a restart is waiting to finish a change of Windows' components");
    }
    match (waits.contains(&"update"), waits.contains(&"rename")) {
        (true, _) => warning(check, "Windows Update wants a restart"),
        (_, true) => warning(check, "files wait for a restart to be renamed; this often means nothing"),
        _ => answer(check, true, "no restart is waiting"),
    }
}

/// Less than met, and no reason to stop.
fn warning(check: &Check, seen: &str) -> Answer {
    Answer { verdict: Verdict::Warn, seen: line(seen), ..answer(check, true, seen) }
}

#[cfg(test)]
mod tests;
