//! The cases of PowerShell's exit status: what is typed, and what the marks must report.

use std::path::Path;
use std::time::Duration;

use crate::host::ShellChoice;

use super::live::{Back, Live, Ran};
use super::{Found, shell};

const PROMPT: Duration = Duration::from_secs(60);
const WITHIN: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Wanted {
    Is(i32),
    /// Any but 0: PowerShell's own failures have no number.
    Failed,
}

use Wanted::{Failed, Is};

/// `{3}` stands for a program that exits with 3, `{script}` for a script whose last line is `exit 7`.
const CASES: &[(&str, Wanted)] = &[
    ("1+1", Is(0)),
    ("{0}", Is(0)),
    ("{3}", Is(3)),
    ("no-such-program", Failed),
    ("Get-Item nowhere-at-all", Failed),
    ("Write-Error bad", Failed),
    ("throw 'boom'", Failed),
    ("[int]'x'", Failed),
    ("1; {4}", Is(4)),
    ("{3}; 1", Is(0)),
    // After a program that failed: its code is stale here.
    ("{3}", Is(3)),
    ("Get-Item nowhere-at-all -ErrorAction Ignore", Failed),
    ("1 + )", Failed),
    ("if (1) { {5} }", Is(5)),
    ("{script}", Is(7)),
    ("'several'\nif (1) {\n  {6}\n}", Is(6)),
    ("@'\n  here: \"x\" `\n'@", Is(0)),
    ("$ErrorActionPreference = 'Stop'", Is(0)),
    ("Get-Item nowhere-at-all", Failed),
    ("$ErrorActionPreference = 'Continue'", Is(0)),
    ("Set-StrictMode -Version Latest", Is(0)),
    ("{3}", Is(3)),
    ("$no_such_variable", Failed),
    ("Set-StrictMode -Off", Is(0)),
];

/// What a case leaves to the cases after it.
const SETTINGS: [&str; 2] = ["$ErrorActionPreference = ", "Set-StrictMode "];
/// So many fresh shells are opened for cases that took theirs with them.
const FRESH: usize = 3;

pub async fn cases(choice: &ShellChoice, folder: &Path) -> Result<Found, String> {
    let script = folder.join("seven.ps1");
    std::fs::write(&script, "exit 7\r\n").map_err(|why| why.to_string())?;
    let script = format!("& {}", choice.shell.quote(&script.display().to_string())?);
    let (mut lines, mut good, live) = each(choice, CASES, &script).await?;
    if let Some(mut live) = live {
        const LOOP: &str = "while ($true) { Start-Sleep 1 }";
        let ran = live.run_and_stop(LOOP, Duration::from_secs(2), WITHIN).await;
        // Plain failure and no status are both right for a loop that was stopped; success is not.
        let as_wanted = matches!(ran.back, Back::Prompt(status) if status != Some(0));
        good &= as_wanted;
        lines.push(told(&format!("{LOOP}, then Ctrl-C"), &ran, Failed, as_wanted));
    }
    Ok(Found::judged("shell-status", good, lines.join("\n")))
}

/// A line for each case, whether all are good, and the shell if it is still there.
async fn each(choice: &ShellChoice, cases: &[(&str, Wanted)], script: &str) -> Result<(Vec<String>, bool, Option<Live>), String> {
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    let (mut lines, mut good, mut fresh) = (Vec::new(), true, 0);
    for (n, (text, wanted)) in cases.iter().enumerate() {
        if cfg!(windows) && text.contains("{script}") {
            // For this one shell. A client's own policy would refuse the script.
            live.run("Set-ExecutionPolicy Bypass -Scope Process -Force", WITHIN).await;
        }
        let typed = programs(text);
        let ran = live.run(&typed.replace("{script}", script), WITHIN).await;
        let as_wanted = met(&ran.back, *wanted);
        good &= as_wanted;
        lines.push(told(&typed, &ran, *wanted, as_wanted));
        if matches!(ran.back, Back::Prompt(_)) {
            continue;
        }
        // A shell that does not come back must not take the other cases with it.
        live.end(WITHIN);
        let opened =
            if fresh < FRESH { Live::open(choice, PROMPT).await } else { Err(format!("{FRESH} fresh shells are lost too")) };
        fresh += 1;
        live = match opened {
            Ok((live, _)) => live,
            Err(why) => {
                lines.push(format!("the rest was not tried: {why}"));
                return Ok((lines, false, None));
            }
        };
        for (setting, _) in cases[..n].iter().filter(|(text, _)| SETTINGS.iter().any(|setting| text.starts_with(setting))) {
            live.run(setting, WITHIN).await;
        }
    }
    Ok((lines, good, Some(live)))
}

fn programs(text: &str) -> String {
    let mut text = text.to_owned();
    for code in 0..10 {
        let program = if cfg!(windows) { format!("cmd /c exit {code}") } else { format!("sh -c 'exit {code}'") };
        text = text.replace(&format!("{{{code}}}"), &program);
    }
    text
}

fn met(back: &Back, wanted: Wanted) -> bool {
    match (back, wanted) {
        (Back::Prompt(Some(status)), Is(code)) => *status == code,
        (Back::Prompt(Some(status)), Failed) => *status != 0,
        _ => false,
    }
}

fn told(text: &str, ran: &Ran, wanted: Wanted, good: bool) -> String {
    let mark = if good { "ok  " } else { "BAD " };
    let judged = match wanted {
        _ if good => "as wanted".to_owned(),
        Is(code) => format!("but wanted is status {code}"),
        Failed => "but wanted is a status other than 0".to_owned(),
    };
    let line = format!("{mark} {}: {}, {judged}; marks {}", text.replace('\n', " / "), ran.back, ran.marks);
    if ran.back == Back::Lost { format!("{line}\n     came: {}", shell::raw(&ran.raw)) } else { line }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lost_shell_takes_no_other_case_with_it() {
        let bash = ShellChoice::named("bash");
        let cases = [("true", Is(0)), ("exit 9", Is(0)), ("false", Failed), ("false", Is(0))];
        let (lines, good, live) = each(&bash, &cases, "").await.expect("a shell");
        assert!(!good && live.is_some());
        let lines: Vec<_> = lines.iter().map(|line| line.split(';').next().unwrap_or_default()).collect();
        let wanted = [
            "ok   true: status 0, as wanted",
            "BAD  exit 9: the shell ended with 9, but wanted is status 0",
            "ok   false: status 1, as wanted",
            "BAD  false: status 1, but wanted is status 0",
        ];
        assert_eq!(lines, wanted);
    }

    #[tokio::test]
    async fn only_so_many_fresh_shells_are_opened() {
        let bash = ShellChoice::named("bash");
        let (lines, good, live) = each(&bash, &[("exit 9", Failed); 6], "").await.expect("a shell");
        assert!(!good && live.is_none());
        assert_eq!(lines.len(), FRESH + 2, "{lines:#?}");
        assert_eq!(lines.last().map(String::as_str), Some("the rest was not tried: 3 fresh shells are lost too"));
    }
}
