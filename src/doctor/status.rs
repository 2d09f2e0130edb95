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

pub async fn cases(choice: &ShellChoice, folder: &Path) -> Result<Found, String> {
    let script = folder.join("seven.ps1");
    std::fs::write(&script, "exit 7\r\n").map_err(|why| why.to_string())?;
    let script = format!("& {}", choice.shell.quote(&script.display().to_string())?);
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    let (mut lines, mut good) = (Vec::new(), true);
    for (text, wanted) in CASES {
        if cfg!(windows) && text.contains("{script}") {
            // For this one shell. A client's own policy would refuse the script.
            live.run("Set-ExecutionPolicy Bypass -Scope Process -Force", WITHIN).await;
        }
        let typed = programs(text);
        let ran = live.run(&typed.replace("{script}", &script), WITHIN).await;
        let as_wanted = met(&ran.back, *wanted);
        good &= as_wanted;
        lines.push(told(&typed, &ran, *wanted, as_wanted));
        // A shell that does not come back must not take the other cases with it.
        if !matches!(ran.back, Back::Prompt(_)) {
            live.end(WITHIN);
            (live, _) = Live::open(choice, PROMPT).await?;
        }
    }
    const LOOP: &str = "while ($true) { Start-Sleep 1 }";
    let ran = live.run_and_stop(LOOP, Duration::from_secs(2), WITHIN).await;
    // Plain failure and no status are both right for a loop that was stopped; success is not.
    let as_wanted = matches!(ran.back, Back::Prompt(status) if status != Some(0));
    lines.push(told(&format!("{LOOP}, then Ctrl-C"), &ran, Failed, as_wanted));
    Ok(Found::judged("shell-status", good && as_wanted, lines.join("\n")))
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
    let line = format!("{mark} {}: {:?}, marks {}, wanted {wanted:?}", text.replace('\n', " / "), ran.back, ran.marks);
    if ran.back == Back::Lost { format!("{line}\n     came: {}", shell::raw(&ran.raw)) } else { line }
}
