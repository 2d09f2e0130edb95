//! `wci doctor`: a table of this machine, or with a file the report from a real Windows.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::doctor;
use crate::headless;
use crate::host;
use crate::journal;
use crate::progress::Progress;

use super::{Common, Failure, appearance, block_on, places, say, state};

pub fn run(common: &Common, report: Option<&Path>) -> Result<u8, Failure> {
    if report.is_some() && !cfg!(windows) {
        return Err(Failure(headless::WRONG, "the report is about Windows: run it there, as tests/on-windows.md says".into()));
    }
    // A journal that cannot be read is told by what is about it.
    let remembered = journal::read(&state(common)?).map_or(None, |(entries, _)| Progress::of(entries.iter().map(|(_, e)| e)).vm);
    let patient = doctor::Patient {
        appearance: appearance::choose(common.theme, common.glyphs),
        state: state(common)?,
        shell: host::default_shell(common.shell.as_deref()),
        named: common.shell.is_some(),
        said: common.vm.is_some(),
        vm: places::host(common.vm.as_ref(), remembered.as_ref()),
    };
    let Some(file) = report else {
        let (table, well) = block_on(doctor::here(&patient))?;
        say(&table)?;
        return Ok(if well { 0 } else { headless::NOT_PASSED });
    };
    let failed = |why: std::io::Error| Failure(headless::NOT_PASSED, format!("{}: {why}", file.display()));
    // First, because it takes minutes; and never over one that somebody has filled in.
    let mut out = match File::create_new(file) {
        Err(why) if why.kind() == ErrorKind::AlreadyExists => {
            let text = format!("{} is there already: move it away, or name another file", file.display());
            return Err(Failure(headless::WRONG, text));
        }
        other => other.map_err(failed)?,
    };
    // The report is worth its minutes also where nobody can be told how far it is.
    let found = block_on(doctor::examine(&patient, |what| drop(say(&format!("asking: {what}\n")))))?;
    out.write_all(doctor::report(&found).as_bytes()).map_err(failed)?;
    let told = format!("Written to {}. Open it and fill in your part; it names no user, machine or address.\n", file.display());
    say(&told)?;
    Ok(0)
}
