//! What only a live shell in a pseudo console can show.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::course::Shell;
use crate::host::ShellChoice;
use crate::private;
use crate::session::Ending;

use super::live::{Back, Live};
use super::{Found, Patient, status};

const PROMPT: Duration = Duration::from_secs(60);
const WITHIN: Duration = Duration::from_secs(20);
const END: Duration = Duration::from_secs(10);
const LINE_EDITOR: &str =
    "'PSReadLine ' + $(if (Get-Module PSReadLine) { (Get-Module PSReadLine).Version } else { 'is not loaded' })";
const LENGTHS: [usize; 7] = [100, 200, 250, 255, 260, 300, 1000];

pub async fn all(patient: &Patient, tell: &mut impl FnMut(&str)) -> Vec<Found> {
    let choice = &patient.shell;
    let mut found = Vec::new();
    tell("the first prompt of a live shell");
    let (first, opens) = first_prompt(choice).await;
    found.push(first);
    if !opens {
        return found;
    }
    tell("the order of marks");
    found.push(within("conpty-marks", marks(choice)).await);
    tell("long sequences");
    found.push(within("conpty-osc", lengths(choice)).await);
    tell("the end of a shell");
    found.push(within("shell-exit", exit(choice)).await);
    tell("the end of what a shell has started");
    found.push(within("conpty-tree", tree(choice)).await);
    tell("closing in the middle of a flood");
    found.push(within("conpty-flood", flood(choice)).await);
    if choice.shell.is_powershell() {
        tell("PowerShell's line editor and exit status");
        found.push(within("shell-line-editor", line_editor(choice)).await);
        found.push(within("shell-status", statuses(choice)).await);
        tell("the policy Restricted");
        found.push(within("shell-restricted", restricted(choice)).await);
    }
    found
}

async fn within(name: &'static str, tried: impl Future<Output = Result<Found, String>>) -> Found {
    tried.await.unwrap_or_else(|why| Found::unknown(name, why))
}

/// The texts that are typed, in the shell's own words.
fn words<'a>(shell: Shell, powershell: &'a str, posix: &'a str) -> Result<&'a str, String> {
    match shell {
        Shell::PowerShell | Shell::Pwsh => Ok(powershell),
        Shell::Sh | Shell::Bash | Shell::Zsh => Ok(posix),
        Shell::Cmd => Err("cmd cannot be asked this".into()),
    }
}

async fn first_prompt(choice: &ShellChoice) -> (Found, bool) {
    let mut times = Vec::new();
    for _ in 0..3 {
        match Live::open(choice, PROMPT).await {
            Ok((live, took)) => {
                live.end(END);
                times.push(took);
            }
            Err(why) => return (Found::judged("shell-first-prompt", false, why), false),
        }
    }
    let quick = times.iter().all(|took| *took < Duration::from_secs(3));
    let told: Vec<_> = times.iter().map(|took| format!("{} ms", took.as_millis())).collect();
    (Found::judged("shell-first-prompt", quick, told.join(", ")), true)
}

async fn marks(choice: &ShellChoice) -> Result<Found, String> {
    let text = words(
        choice.shell,
        "'begin'; Start-Sleep -Milliseconds 300; Write-Host middle; Start-Sleep -Milliseconds 300; 'end'",
        "echo begin; sleep 0.3; echo middle; sleep 0.3; echo end",
    )?;
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    let ran = live.run(text, WITHIN).await;
    let good = ran.back == Back::Prompt(Some(0)) && ran.printed == "begin\nmiddle\nend";
    let printed = ran.printed.replace('\n', " / ");
    let raw = raw(&ran.raw);
    Ok(Found::judged("conpty-marks", good, format!("marks {}, {}, between them: {printed}\n{raw}", ran.marks, ran.back)))
}

/// What came, with its escapes to be read. The prompts are left out: they are the learner's own and may name them.
pub fn raw(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut pieces = text.split("\x1b]133;A");
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        shown.push_str("\x1b]133;A(prompt)");
        // Without its end mark the rest may all be prompt.
        shown.push_str(piece.find("\x1b]133;B").map_or("", |end| &piece[end..]));
    }
    shown.chars().take(1500).collect::<String>().escape_debug().to_string()
}

async fn lengths(choice: &ShellChoice) -> Result<Found, String> {
    let list = LENGTHS.map(|length| length.to_string());
    // The whole inside of the sequence, with the `7777;` before its length, is as long as it says.
    let powershell = format!(
        "foreach ($n in {}) {{ $head = '7777;' + $n + ';'; [Console]::Write([char]27 + ']' + $head + ('x' * ($n - $head.Length)) + [char]27 + '\\') }}; 'done'",
        list.join(",")
    );
    let posix = format!(
        "for n in {}; do h=\"7777;$n;\"; printf '\\033]%s%s\\033\\\\' \"$h\" \"$(printf \"%$((n - ${{#h}}))s\" | tr ' ' x)\"; done; echo done",
        list.join(" ")
    );
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    let ran = live.run(words(choice.shell, &powershell, &posix)?, WITHIN).await;
    let whole = |length: usize| {
        let head = format!("\x1b]7777;{length};");
        let body = "x".repeat(length + 2 - head.len());
        contains(&ran.raw, format!("{head}{body}").as_bytes())
    };
    let told: Vec<_> =
        LENGTHS.iter().map(|length| format!("{length} {}", if whole(*length) { "whole" } else { "lost" })).collect();
    let good = LENGTHS.iter().filter(|length| **length <= 250).all(|length| whole(*length));
    Ok(Found::judged("conpty-osc", good, told.join(", ")))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

async fn exit(choice: &ShellChoice) -> Result<Found, String> {
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    let ran = live.run("exit 7", WITHIN).await;
    Ok(Found::judged("shell-exit", ran.back == Back::Ended(Ending::Exited(7)), ran.back.to_string()))
}

/// A private folder that goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let name = format!("wci-doctor-{}-{count}", std::process::id());
        let path = private::scratch(&name).map_err(|why| format!("no folder for it: {why}"))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is empty scripts in the temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn tree(choice: &ShellChoice) -> Result<Found, String> {
    let folder = Folder::new()?;
    let beat = folder.0.join("beat");
    let (name, script) = if cfg!(windows) {
        ("child.cmd", "@echo off\r\n:again\r\necho x>>\"%~dp0beat\"\r\ngoto again\r\n")
    } else {
        ("child.sh", "cd \"${0%/*}\" || exit\nwhile :; do echo x >>beat; sleep 0.01; done\n")
    };
    let child = folder.0.join(name);
    fs::write(&child, script).map_err(|why| why.to_string())?;
    let quoted = choice.shell.quote(&child.display().to_string())?;
    let powershell =
        if cfg!(windows) { format!("Start-Process -WindowStyle Hidden {quoted}") } else { format!("Start-Process sh {quoted}") };
    let posix = format!("sh {quoted} &");
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    live.begin(words(choice.shell, &powershell, &posix)?);
    let deadline = Instant::now() + WITHIN;
    while length(&beat) < 50 {
        if Instant::now() > deadline {
            return Err("the child does not write".into());
        }
        live.listen_for(Duration::from_millis(50)).await;
    }
    let Some(took) = live.end(END) else {
        return Ok(Found::judged("conpty-tree", false, "something still lives after 10 s"));
    };
    // What is in flight may still arrive.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = length(&beat);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let silent = length(&beat) == before;
    let seen = if silent { "the child has ended too" } else { "the child still writes" };
    Ok(Found::judged("conpty-tree", silent, format!("{seen}, {} ms", took.as_millis())))
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |meta| meta.len())
}

async fn flood(choice: &ShellChoice) -> Result<Found, String> {
    let text =
        words(choice.shell, "while ($true) { 'flood flood flood flood flood flood flood flood' }", "yes flood flood flood")?;
    let (mut times, mut good) = (Vec::new(), true);
    for _ in 0..5 {
        let (mut live, _) = Live::open(choice, PROMPT).await?;
        live.begin(text);
        live.listen_for(Duration::from_millis(500)).await;
        let took = live.end(END);
        good &= took.is_some_and(|took| took < Duration::from_secs(5));
        times.push(took.map_or("hangs".into(), |took| format!("{} ms", took.as_millis())));
    }
    Ok(Found::judged("conpty-flood", good, times.join(", ")))
}

async fn line_editor(choice: &ShellChoice) -> Result<Found, String> {
    let (mut live, _) = Live::open(choice, PROMPT).await?;
    let ran = live.run(LINE_EDITOR, WITHIN).await;
    // A command that does not come back says nothing of the line editor.
    if !matches!(ran.back, Back::Prompt(_)) {
        return Err(ran.back.to_string());
    }
    Ok(Found::judged("shell-line-editor", ran.printed.contains("PSReadLine 2"), ran.printed))
}

async fn statuses(choice: &ShellChoice) -> Result<Found, String> {
    let folder = Folder::new()?;
    status::cases(choice, &folder.0).await
}

/// Another wci, whose PowerShell inherits the policy: only a fresh process can have it.
async fn restricted(choice: &ShellChoice) -> Result<Found, String> {
    if !cfg!(windows) {
        return Err("only Windows has execution policies".into());
    }
    let program = std::env::current_exe().map_err(|why| why.to_string())?;
    let mut other = tokio::process::Command::new(program);
    other
        .arg("--shell")
        .arg(&choice.program)
        .arg("doctor")
        .env("PSExecutionPolicyPreference", "Restricted")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true);
    let said = tokio::time::timeout(PROMPT * 2, other.output()).await.map_err(|_| "wci doctor does not end")?;
    let said = said.map_err(|why| why.to_string())?;
    let told = String::from_utf8_lossy(&said.stdout);
    let row = told.lines().find(|line| line.starts_with(super::here::LIVE)).unwrap_or_default();
    Ok(Found::judged("shell-restricted", row.contains(super::here::OPENED), row.trim_start_matches(super::here::LIVE).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_left_out_of_what_came() {
        let came = b"ls\r\n\x1b]133;C\x1b\\out\x1b]133;D;0\x1b\\\x1b]133;A\x1b\\ann@home$ \x1b]133;B\x1b\\l\x1b]133;A\x1b\\ann@";
        let shown = raw(came);
        assert!(!shown.contains("ann"), "{shown}");
        assert!(shown.contains("out") && shown.contains("133;D;0") && shown.contains("(prompt)"), "{shown}");
    }
}
