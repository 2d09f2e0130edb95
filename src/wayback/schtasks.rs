//! A logon task, through Windows' own `schtasks`.
//!
//! Wine's `schtasks` keeps a task as a file and leaves most of it out; its `/query` prints nothing and never fails. So under Wine the file
//! is read, and only what it keeps is compared. On a real Windows none of this was tried: `tests/on-windows.md` says what to look at.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Write};
use std::os::windows::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::task::{self, Kept, Task};
use super::{home, over_ssh, typed};
use crate::course::Shell;
use crate::private;
use crate::restart::WayBack;
use crate::windows::{is_wine, system_root, system32, token};

/// How long the task scheduler may take for an answer.
const WITHIN: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// What is typed has `arguments`, what is registered `opened`.
pub fn plan(program: &str, arguments: &[String], opened: &[String]) -> Result<WayBack, String> {
    let command = typed(program, arguments, Shell::PowerShell)?;
    let user = user()?;
    let none = |why: &str| Ok(WayBack { name: None, whereabouts: why.into(), text: String::new(), command: command.clone() });
    if over_ssh(|name| std::env::var_os(name)) {
        return none("Over SSH nothing opens wci by itself after a restart.");
    }
    // With the password of another account, wci runs as that one, and nobody logs on as that one.
    if token::logged_on().is_ok_and(|there| there != user) {
        return none("wci runs as another user than the one who is logged on, so no logon opens it by itself.");
    }
    // The scheduler puts values in there (from memory), and has no way to say that none is meant.
    if [program].into_iter().chain(opened.iter().map(String::as_str)).any(|word| word.contains('%') || word.contains("$(")) {
        return none("A path with % or $( in it is not what a logon task takes it for, so nothing opens wci by itself.");
    }
    let name = task::name(&user);
    let line = token::command_line(opened.iter().map(OsStr::new));
    let line = line.into_string().map_err(|_| "The arguments of wci are not plain text.")?;
    // Not the folder wci was started in: that may be one where others write, and programs look there for theirs.
    let folder = home().ok_or("wci finds no home folder of yours.")?;
    let text = Task { name: &name, user: &user, program, arguments: &line, folder: &folder }.xml();
    Ok(WayBack { whereabouts: shown(&name), name: Some(format!("logon task {name}")), text, command })
}

fn user() -> Result<String, String> {
    token::user().map_err(|why| format!("Windows does not tell who you are ({why})."))
}

/// None of it depends on an answer: Windows says no to who has none.
fn lacks_rights() -> bool {
    !token::is_elevated().unwrap_or(true)
}

fn shown(name: &str) -> String {
    format!("Task Scheduler Library, {name}")
}

pub fn whereabouts() -> Result<String, String> {
    Ok(shown(&task::name(&user()?)))
}

pub fn register(plan: &WayBack) -> Result<(), String> {
    if lacks_rights() {
        return Err(
            "A logon task that starts wci as administrator needs administrator's rights, and wci has none: reopen it elevated."
                .into(),
        );
    }
    let user = user()?;
    let name = task::name(&user);
    // One that is there may be anybody's, with whatever access list: ours is made anew.
    remove()?;
    let why = match create(&name, &plan.text).and_then(|()| told(&name)) {
        Ok(Some(told)) => {
            let kept = if is_wine() { Kept::Some } else { Kept::All };
            let is_user = |name: &str| token::user_of(name).is_ok_and(|told| told == user);
            match task::difference(&plan.text, &told, kept, is_user) {
                None => return Ok(()),
                Some(what) => format!("Windows keeps it otherwise than it was registered: {what}"),
            }
        }
        Ok(None) => "Windows took it and does not know it".into(),
        Err(why) => why,
    };
    let after = remove().map_or_else(|why| why, |()| "Nothing is left of it.".into());
    Err(format!("The logon task could not be made ({}). {after}", why.trim_end_matches('.')))
}

/// A folder that goes with what is in it.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is private, and says only what the task says.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn create(name: &str, xml: &str) -> Result<(), String> {
    let write = || -> io::Result<(Scratch, PathBuf)> {
        let folder = Scratch(private::scratch(&format!("wci-{}", private::secret()))?);
        let path = folder.0.join("task.xml");
        private::new_file(&path)?.write_all(&task::file(xml))?;
        Ok((folder, path))
    };
    let (_folder, path) = write().map_err(|why| format!("its file cannot be written: {why}"))?;
    let told =
        ask(["/create", "/xml"].map(OsString::from).into_iter().chain([path.into(), "/tn".into(), name.into(), "/f".into()]))?;
    if told.well { Ok(()) } else { Err(told.says) }
}

/// The task as Windows tells it, if there is one.
fn told(name: &str) -> Result<Option<String>, String> {
    if !is_wine() {
        let told = ask(["/query", "/tn", name, "/xml"].map(OsString::from))?;
        if told.well {
            return Ok(Some(task::decoded(&told.printed)));
        }
    }
    // The exit code is the same for a task that is not there and for everything else that can go wrong, and the words are in the language of
    // the system. The scheduler's own file settles it (from memory: it keeps one for each task there).
    match fs::read(file(name)) {
        Ok(bytes) => Ok(Some(task::decoded(&bytes))),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(format!("Whether the logon task {name} is there cannot be told ({why}).")),
    }
}

fn file(name: &str) -> PathBuf {
    system_root().join("System32").join("Tasks").join(name)
}

pub fn is_registered() -> Result<bool, String> {
    Ok(told(&task::name(&user()?))?.is_some())
}

pub fn remove() -> Result<(), String> {
    let name = task::name(&user()?);
    if told(&name)?.is_none() {
        return Ok(());
    }
    let asked = ask(["/delete", "/tn", &name, "/f"].map(OsString::from))?;
    if told(&name)?.is_none() {
        return Ok(());
    }
    let why = if lacks_rights() { "it takes administrator's rights".into() } else { asked.says };
    Err(format!("The logon task {name} is still there ({}): remove it in Task Scheduler.", why.trim_end_matches('.')))
}

struct Told {
    well: bool,
    printed: Vec<u8>,
    /// What went wrong, in one line.
    says: String,
}

/// Runs `schtasks`, and ends it where it takes too long.
fn ask(arguments: impl IntoIterator<Item = OsString>) -> Result<Told, String> {
    let mut command = Command::new(system32("schtasks.exe"));
    command.args(arguments);
    run(command, WITHIN).map_err(|why| format!("Windows' task scheduler cannot be asked ({why})."))
}

fn run(mut command: Command, within: Duration) -> io::Result<Told> {
    // In no console of ours: it would hear the learner's Ctrl-C.
    command.creation_flags(crate::windows::NO_WINDOW).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err) = (thread::spawn(move || all(out)), thread::spawn(move || all(err)));
    let until = Instant::now() + within;
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if Instant::now() < until => thread::sleep(LOOK),
            None => {
                child.kill()?;
                child.wait()?;
                return Err(io::Error::other(format!("no answer within {} s", within.as_secs())));
            }
        }
    };
    let (printed, said) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
    let line = |bytes: &[u8]| task::decoded(bytes).lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    let says = line(&said).or_else(|| line(&printed)).unwrap_or_else(|| status.to_string());
    Ok(Told { well: status.success(), printed, says })
}

fn all(from: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What came before it broke off is what there is.
    let _ = from.map(|mut from| from.read_to_end(&mut bytes));
    bytes
}

#[cfg(test)]
#[path = "schtasks_tests.rs"]
mod tests;
