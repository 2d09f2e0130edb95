//! Questions to Windows. Each is text for PowerShell 5.1, kept in `questions`; `judge::windows` reads what it tells.

use crate::course::{Answer, Check, OfWindows, Scope, Shell};
use crate::judge;

use super::shells::{Heard, Shells};

/// Runs `$ask` and words what keeps it from being asked.
const ASKED: &str = include_str!("questions/asked.ps1");

/// Windows PowerShell first, wherever the learner sits: the modules of Windows itself are written for it.
const ASKS: [Shell; 2] = [Shell::PowerShell, Shell::Pwsh];

pub async fn ask(shells: &Shells, check: &Check, what: &OfWindows) -> Answer {
    let text = match question(what) {
        Ok(text) => text,
        Err(why) => return judge::unknown(check, &why),
    };
    match put(shells, check, &text).await {
        Ok(told) => judge::windows(check, what, &told),
        Err(answer) => answer,
    }
}

/// How a service is; nothing where no PowerShell of Windows can say it.
pub async fn service(shells: &Shells, check: &Check, name: &str) -> Option<Answer> {
    let text = match Shell::PowerShell.quote(name) {
        Ok(name) => asking(&[("name", name)], include_str!("questions/service.ps1")),
        Err(why) => return Some(judge::unknown(check, &why)),
    };
    match put(shells, check, &text).await {
        Ok(told) => judge::service(check, name, &told),
        Err(answer) => Some(answer),
    }
}

async fn put(shells: &Shells, check: &Check, text: &str) -> Result<String, Answer> {
    told(check, shells.of_windows(), shells.ask(&ASKS, text, check.timeout).await)
}

fn told(check: &Check, of_windows: bool, heard: Heard) -> Result<String, Answer> {
    match heard {
        Heard::Replied { text, .. } => Ok(text),
        Heard::Silent => Err(super::silent(check)),
        Heard::No(_) if !of_windows => Err(judge::unknown(check, judge::NOT_WINDOWS)),
        Heard::No(why) => Err(judge::unknown(check, &why)),
    }
}

fn question(what: &OfWindows) -> Result<String, String> {
    let quoted = |text: &str| Shell::PowerShell.quote(text);
    Ok(match what {
        OfWindows::Feature { name, .. } => asking(&[("name", quoted(name)?)], include_str!("questions/feature.ps1")),
        OfWindows::Elevated => asking(&[], include_str!("questions/elevated.ps1")),
        OfWindows::Build(_) => asking(&[], include_str!("questions/build.ps1")),
        OfWindows::PathEntry { folder, scope } => {
            let kept = match scope {
                Scope::Machine => r"'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'",
                Scope::User => r"'HKCU:\Environment'",
            };
            asking(&[("kept", kept.to_owned()), ("folder", quoted(folder)?)], include_str!("questions/path.ps1"))
        }
        OfWindows::Appx { name } => asking(&[("name", quoted(name)?)], include_str!("questions/appx.ps1")),
        OfWindows::Task { name, .. } => asking(&[("name", quoted(name)?)], include_str!("questions/task.ps1")),
        OfWindows::Signature { path, .. } => asking(&[("path", quoted(path)?)], include_str!("questions/signature.ps1")),
        OfWindows::NoRestart => asking(&[], include_str!("questions/restart.ps1")),
    })
}

/// A question with what it is about, each a literal word already.
pub fn asking(given: &[(&str, String)], question: &str) -> String {
    let mut text = String::new();
    for (name, word) in given {
        text.push_str(&format!("${name} = {word}\n"));
    }
    text + "$ask = {\n" + question + "}\n" + ASKED
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
