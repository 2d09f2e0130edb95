//! What `wci` sees of the machine it is on, and the report from a real Windows.
//!
//! Both try things with the same parts as the companion: `host` and `terminal` for the live shell, `probe` for checks. Nothing that
//! leaves this module names the user, the machine or an address.

mod ask;
mod far;
mod here;
mod live;
mod machine;
mod page;
mod shell;
mod status;
mod veil;

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::app::Appearance;
use crate::course::{Shell, Verdict};
use crate::host::ShellChoice;
use crate::probe::Prober;
use crate::session::HostKind;

use page::Part;
use veil::Veil;

/// What the command line knows.
pub struct Patient {
    pub appearance: Appearance,
    pub state: PathBuf,
    pub shell: ShellChoice,
    /// `--shell` names it.
    pub named: bool,
    /// Where the Windows machine is.
    pub vm: HostKind,
    /// Whether `--vm` says so.
    pub said: bool,
}

/// A table, and whether all in it is well.
pub async fn here(patient: &Patient) -> (String, bool) {
    here::table(patient).await
}

/// What the program found out for one line of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub name: &'static str,
    pub seen: String,
    /// None where a person has to compare it with what is expected.
    pub verdict: Option<Verdict>,
}

impl Found {
    fn judged(name: &'static str, good: bool, seen: impl Into<String>) -> Self {
        Self { name, seen: seen.into(), verdict: Some(if good { Verdict::Pass } else { Verdict::Fail }) }
    }

    fn noted(name: &'static str, seen: impl Into<String>) -> Self {
        Self { name, seen: seen.into(), verdict: None }
    }

    fn unknown(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, seen: why.into(), verdict: Some(Verdict::Unknown) }
    }
}

/// Goes through the program's part of `tests/on-windows.md`, telling each name before its turn. Takes minutes.
pub async fn examine(patient: &Patient, mut tell: impl FnMut(&str)) -> Vec<Found> {
    let prober = Prober::new();
    // The chapters ask Windows PowerShell, unless the learner sits in the newer one.
    let language = if cfg!(windows) && patient.shell.shell != Shell::Pwsh { Shell::PowerShell } else { patient.shell.shell };
    let mut found = Vec::new();
    tell("the machine");
    found.extend(machine::all(patient, &prober, language).await);
    found.extend(shell::all(patient, &mut tell).await);
    prober.forget();
    let veil = Veil::here();
    for one in &mut found {
        one.seen = veil.over(&one.seen);
    }
    found
}

/// The report: every question of the page, with what the program found, or with a blank to fill in.
pub fn report(found: &[Found]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(found, &mut out);
    out
}

fn write(found: &[Found], out: &mut String) -> std::fmt::Result {
    writeln!(out, "# wci on Windows: report\n\nwci {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "\nThe questions are those of tests/on-windows.md. User, machine and addresses are replaced by `*`.")?;
    let mut part = None;
    for question in page::questions() {
        if part != Some(question.part) {
            part = Some(question.part);
            writeln!(out, "\n## {}", question.part.title())?;
        }
        writeln!(out, "\n### {}\n", question.name)?;
        match question.part {
            Part::Program => {
                let found = found.iter().find(|found| found.name == question.name);
                let verdict = found.map_or("not asked", |found| match found.verdict {
                    Some(Verdict::Pass) => "pass",
                    Some(Verdict::Warn) => "warn",
                    Some(Verdict::Fail) => "FAIL",
                    Some(Verdict::Unknown) => "unknown",
                    None => "needs eyes",
                });
                writeln!(out, "- asked: {}\n- expected: {}", question.how, question.expect)?;
                let seen = found.map_or("", |found| found.seen.as_str());
                match seen.lines().count() {
                    0 | 1 => writeln!(out, "- seen: {seen}")?,
                    _ => writeln!(out, "- seen:\n\n{}\n", indented(seen))?,
                }
                writeln!(out, "- verdict: {verdict}")?;
            }
            Part::Person | Part::Later => {
                writeln!(out, "- try: {}\n- expected: {}", question.how, question.expect)?;
                writeln!(out, "- seen: \n- as expected (yes, no, not tried): ")?;
            }
        }
    }
    Ok(())
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
