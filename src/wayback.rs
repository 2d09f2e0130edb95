//! The way back after a restart of the machine that wci runs on: what opens the companion by itself, once, or what to type where nothing
//! does.
//!
//! On Windows a logon task, which asks nobody for administrator's rights; on a Linux desktop an autostart entry. Never RunOnce, never a
//! logon without a person, never a word to UAC. Nothing removes itself: whoever comes back calls [`remove`] before anything else.
//!
//! All of this blocks; nothing blocks for ever.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::course::Shell;
use crate::restart::WayBack;

#[cfg(unix)]
mod autostart;
#[cfg(unix)]
use autostart as system;
#[cfg(windows)]
mod schtasks;
#[cfg(windows)]
use schtasks as system;
#[cfg(any(windows, test))]
mod task;

/// What would be registered so that this program starts with these arguments. They must hold on their own: another process reads them,
/// in another folder and with another environment.
pub fn plan(arguments: &[OsString]) -> Result<WayBack, String> {
    let program = std::env::current_exe().map_err(|why| format!("wci does not know where it is itself ({why})."))?;
    // Linux says so of a program that was replaced while it runs.
    if !program.is_file() {
        return Err("wci is no longer where it was started from: quit, and start it from where it is now.".into());
    }
    let program = unicode(program.into_os_string())?;
    let arguments = arguments.iter().cloned().map(unicode).collect::<Result<Vec<_>, _>>()?;
    let mut opened = arguments.clone();
    opened.push(RETURNED.into());
    system::plan(&program, &arguments, &opened)
}

/// The argument by which wci knows that the way back has opened it: then it removes that first, whatever its journal says.
pub const RETURNED: &str = "--returned";

/// There is one way back, so one at a time changes it: what was asked for later counts.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers what the plan says and reads it back. What cannot be read back as it was planned is removed again.
pub fn register(plan: &WayBack) -> Result<(), String> {
    let _turn = turn();
    match plan.name {
        Some(_) => system::register(plan),
        None => Err(format!("{} To come back, type the command.", plan.whereabouts)),
    }
}

/// Whether a way back of this user is registered, whoever did it and when.
pub fn is_registered() -> Result<bool, String> {
    system::is_registered()
}

/// Where it stands, or would.
pub fn whereabouts() -> Result<String, String> {
    system::whereabouts()
}

/// Removes it, and looks whether it is gone. None there is fine.
pub fn remove() -> Result<(), String> {
    let _turn = turn();
    system::remove()
}

/// XML, desktop entries and what a learner types are text.
fn unicode(text: OsString) -> Result<String, String> {
    let said = |text: &str| format!("{text} cannot be written into a way back: it is not plain text.");
    match text.into_string() {
        Ok(text) if text.chars().any(char::is_control) => Err(said(&text.escape_debug().to_string())),
        Ok(text) => Ok(text),
        Err(text) => Err(said(&text.to_string_lossy())),
    }
}

/// What a learner types in a shell of this kind.
fn typed(program: &str, arguments: &[String], shell: Shell) -> Result<String, String> {
    let mut line = String::new();
    for (at, word) in std::iter::once(program).chain(arguments.iter().map(String::as_str)).enumerate() {
        if at > 0 {
            line.push(' ');
        }
        if is_plain(word, shell) {
            line.push_str(word);
            continue;
        }
        if at == 0 && shell.is_powershell() {
            line.push_str("& ");
        }
        // PowerShell 5.1 puts quotes around a word with blanks, and there the last backslash would take the quote's meaning (from memory).
        let ends = shell.is_powershell() && word.contains(' ') && word.ends_with('\\');
        line.push_str(&shell.quote(&if ends { format!("{word}\\") } else { word.to_owned() })?);
    }
    Ok(line)
}

/// A word that this shell takes as it is. Most do, and less is to be typed.
fn is_plain(word: &str, shell: Shell) -> bool {
    let of = |word: &str, more: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    match word.strip_prefix('-') {
        // PowerShell cuts `-a.b` and `-a:b` in two.
        Some(option) if shell.is_powershell() => of(option, "-"),
        _ if shell.is_powershell() => of(word, r"\/:._-"),
        _ => of(word, "/:._-"),
    }
}

/// Whether somebody sits at the other end of SSH: no window opens there.
fn over_ssh(told: impl Fn(&str) -> Option<OsString>) -> bool {
    ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(|name| told(name).is_some_and(|value| !value.is_empty()))
}

fn home() -> Option<String> {
    directories::BaseDirs::new()
        .and_then(|dirs| unicode(dirs.home_dir().into()).ok())
        .filter(|home| Path::new(home).is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_is_typed_is_quoted_only_where_it_must_be() {
        let arguments =
            words(&["--state", "/home/zoë/my state", "--leave-key", "ctrl-]", "--vm", "here", "it's", "$(id)", "~", ""]);
        let line = typed("/usr/local/bin/wci", &arguments, Shell::Sh).expect("a line");
        assert_eq!(
            line,
            r"/usr/local/bin/wci --state '/home/zoë/my state' --leave-key 'ctrl-]' --vm here 'it'\''s' '$(id)' '~' ''"
        );
        let arguments = words(&["--state", r"C:\Users\O’Neil", "--trust", "--a.b", "$x", r"D:\my state\"]);
        let line = typed(r"C:\bin\wci.exe", &arguments, Shell::PowerShell).expect("a line");
        assert_eq!(line, r"C:\bin\wci.exe --state 'C:\Users\O’’Neil' --trust '--a.b' '$x' 'D:\my state\\'");
        let line = typed(r"C:\Program Files\wci.exe", &[], Shell::PowerShell).expect("a line");
        assert_eq!(line, r"& 'C:\Program Files\wci.exe'");
    }

    /// The shell itself is asked what it reads.
    #[cfg(unix)]
    #[test]
    fn a_shell_reads_what_was_meant() {
        let arguments = words(&["a b", "", "it's", "$HOME", "`id`", "\\", "\"", "*", "~", "-n", "#", "!x", "a=b", "日本"]);
        let line = typed("printf", &[words(&["%s|"]), arguments.clone()].concat(), Shell::Sh).expect("a line");
        let told = std::process::Command::new("sh").args(["-c", &line]).output().expect("sh");
        assert_eq!(String::from_utf8_lossy(&told.stdout), arguments.iter().fold(String::new(), |all, word| all + word + "|"));
    }

    #[test]
    fn a_plan_without_a_name_registers_nothing() {
        let plan = WayBack { name: None, whereabouts: "No desktop.".into(), text: String::new(), command: "wci".into() };
        assert_eq!(register(&plan), Err("No desktop. To come back, type the command.".into()));
    }

    #[test]
    fn a_plan_always_has_what_to_type() {
        let plan = plan(&["--vm".into(), "here".into()]).expect("a plan");
        assert!(plan.command.ends_with(" --vm here"), "{plan:?}");
        assert!(!plan.whereabouts.is_empty() && plan.name.is_some() != plan.text.is_empty(), "{plan:?}");
        super::plan(&["a\nb".into()]).expect_err("no text");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(unicode("a\nb".into()), Err(r"a\nb cannot be written into a way back: it is not plain text.".into()));
        assert_eq!(unicode("a b".into()), Ok("a b".into()));
    }
}
