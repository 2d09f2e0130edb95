//! Checks over a link: with a program that stands in for `ssh` and runs what it is told here, and with a real server.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::course::Os;
use crate::host::{Remote, Way};
use crate::probe::shell_tests::{equals, gone, heard, question, runs, says, there};
use crate::probe::tests::is;
use crate::probe::*;

/// A client that runs `script`; `$last` is what a login shell over there would be told.
pub fn client(script: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("ssh");
    std::fs::write(&program, format!("#!/bin/sh\nfor last; do :; done\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    (folder, program)
}

pub fn through(client: PathBuf, shell: Shell, os: Os) -> Prober {
    let way = Way { program: client, shares: false, ..Way::default() };
    let connection = Connection::by("ssh://wci@vm".parse().unwrap(), way).unwrap();
    connection.found(Some(Remote { shell, os: Some(os) }));
    Prober::over(connection)
}

pub const RUNS: &str = "exec sh -c \"$last\"";

#[tokio::test]
async fn posix_shells_answer_over_a_link() {
    let (_folder, client) = client(RUNS);
    for shell in [Shell::Sh, Shell::Bash, Shell::Zsh].into_iter().filter(|shell| there(*shell)) {
        let prober = through(client.clone(), shell, Os::Linux);
        says(&prober, shell, "echo hello", "hello").await;
        says(&prober, shell, "cat <<'X'\na 'b'\n$c\nX\nfor i in 1 2\ndo echo $i\ndone # comment", "a 'b'\n$c\n1\n2").await;
        says(&prober, shell, "echo out; echo err >&2", "out\nerr").await;
        says(&prober, shell, "cat; echo end", "end").await;
        says(&prober, shell, "echo \"[$TERM$ENV$BASH_ENV]\"", "[dumb]").await;
        assert_eq!(heard(&prober, shell, "exit 7").await, (Verdict::Fail, "exit status 7".into()));
        assert_eq!(heard(&prober, shell, "exit 255").await, (Verdict::Fail, "exit status 255".into()), "a check's own");
        assert_eq!(heard(&prober, shell, "kill -9 $$; sleep 5").await.0, Verdict::Unknown);
        says(&prober, shell, "echo on", "on").await;
    }
}

#[tokio::test]
async fn what_a_question_started_over_a_link_ends_with_it() {
    let (_folder, client) = client("setsid -w sh -c \"$last\"");
    let prober = through(client, Shell::Sh, Os::Linux);
    says(&prober, Shell::Sh, "sleep 4711.81 & echo started", "started").await;
    gone("4711.81").await;
    let mut hung = question(Shell::Sh, "sleep 4711.82", None);
    hung.check.timeout = Duration::from_millis(500);
    is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 500 ms");
    gone("4711.82").await;
    let asking = tokio::spawn({
        let prober = prober.clone();
        async move { heard(&prober, Shell::Sh, "sleep 4711.83").await }
    });
    while !runs("4711.83") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    prober.forget();
    assert_eq!(asking.await.unwrap().0, Verdict::Unknown);
    gone("4711.83").await;
}

#[tokio::test]
async fn where_no_link_is_nothing_is_known_and_nobody_waits() {
    let connection = Connection::new("ssh://wci@vm".parse().unwrap()).unwrap();
    let prober = Prober::over(connection);
    assert_eq!(heard(&prober, Shell::Sh, "echo x").await, (Verdict::Unknown, "not connected to ssh://wci@vm".into()));
    assert_eq!(prober.boot(Shell::Sh).await, Err("not connected to ssh://wci@vm".into()));
    let lost = (Verdict::Unknown, "no link to ssh://wci@vm".to_owned());
    let (_folder, client_ends) = client("sleep 0.3; exit 255");
    for shell in [Shell::Sh, Shell::Pwsh] {
        let prober = through(client_ends.clone(), shell, Os::Linux);
        let start = Instant::now();
        let (a, b, c) = tokio::join!(heard(&prober, shell, "1"), heard(&prober, shell, "1"), heard(&prober, shell, "1"));
        assert!(a == lost && b == lost && c == lost, "{a:?} {b:?} {c:?}");
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert_eq!(prober.boot(Shell::Sh).await, Err(lost.1.clone()));
    }
    let none = through("no-such-ssh".into(), Shell::Sh, Os::Linux);
    assert_eq!(heard(&none, Shell::Sh, "1").await.1, "there is no ssh here to reach ssh://wci@vm with");
    let out = Connection::new("ssh://wci@vm".parse().unwrap()).unwrap();
    out.found(Some(Remote { shell: Shell::Sh, os: Some(Os::Linux) }));
    assert_eq!(heard(&Prober::over(out), Shell::Sh, "1").await, lost, "it shares a connection, and nobody is logged in");
    let (_folder, drops) = client("sh -c \"$last\" & sleep 1; kill -9 $!; exit 255");
    let prober = through(drops, Shell::Sh, Os::Linux);
    assert_eq!(heard(&prober, Shell::Sh, "echo said; sleep 4711.84").await, lost, "in the middle of a question");
    let (_folder, stalls) = client("sleep 4711.85");
    let prober = through(stalls, Shell::Sh, Os::Linux);
    let mut stalled = question(Shell::Sh, "echo x", None);
    stalled.check.timeout = Duration::from_millis(300);
    is(&prober.ask(stalled).await, Verdict::Unknown, "no answer in 300 ms");
    gone("4711.85").await;
}

#[tokio::test]
async fn a_shell_that_is_not_there_is_said_to_be_missing() {
    let (_folder, client) = client(&format!("PATH=/none; export PATH; {}", RUNS.replace("sh -c", "/bin/sh -c")));
    let prober = through(client.clone(), Shell::Sh, Os::Linux);
    let missing = |name: &str| (Verdict::Unknown, format!("{name} is not on ssh://wci@vm"));
    assert_eq!(heard(&prober, Shell::Bash, "1").await, missing("bash"));
    assert_eq!(heard(&prober, Shell::PowerShell, "1").await, missing("powershell"));
    let prober = through(client, Shell::PowerShell, Os::Windows);
    assert_eq!(heard(&prober, Shell::Bash, "1").await, missing("bash"));
    assert_eq!(heard(&prober, Shell::PowerShell, "1").await, missing("powershell"));
}

#[tokio::test]
async fn a_boot_is_told_here_and_over_a_link() {
    let (_folder, client) = client(RUNS);
    let here = Prober::new().boot(Shell::Bash).await.unwrap();
    assert!(!here.counter.clone().unwrap_or_default().is_empty() && here.time.is_none(), "{here:?}");
    assert_eq!(here.shown.len(), "2026-11-24 09:12".len(), "{here:?}");
    assert_eq!(through(client, Shell::Sh, Os::Linux).boot(Shell::Sh).await, Ok(here));
}

#[tokio::test]
async fn a_login_shell_that_is_powershell_starts_the_others_too() {
    if !there(Shell::Pwsh) {
        return;
    }
    let (_folder, client) = client("exec pwsh -NoProfile -c \"$last\"");
    let prober = through(client, Shell::Pwsh, Os::Linux);
    says(&prober, Shell::Sh, "cat; echo \"it's [$TERM]\"", "it's [dumb]").await;
    assert_eq!(heard(&prober, Shell::Sh, "exit 255").await, (Verdict::Fail, "exit status 255".into()), "a check's own");
    says(&prober, Shell::Pwsh, "& cat; 'ü'", "ü").await;
    assert_eq!(
        heard(&prober, Shell::Zsh, "[ -n \"$ZSH_VERSION\" ]").await.0,
        if there(Shell::Zsh) { Verdict::Pass } else { Verdict::Unknown }
    );
    let mut hung = question(Shell::Sh, "sleep 4711.87", None);
    hung.check.timeout = Duration::from_secs(3);
    is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 3 s");
    gone("4711.87").await;
}

#[tokio::test]
async fn powershell_answers_over_a_link() {
    if !there(Shell::Pwsh) {
        return;
    }
    let (_folder, client) = client(RUNS);
    let shell = Shell::Pwsh;
    let prober = through(client, shell, Os::Linux);
    let start = Instant::now();
    says(&prober, shell, "'ü 世界'", "ü 世界").await;
    println!("the first answer of PowerShell over a link took {:?}", start.elapsed());
    let start = Instant::now();
    says(&prober, shell, "1 + 1", "2").await;
    println!("a warm one {:?}", start.elapsed());
    let (_, one) = heard(&prober, shell, "$PID").await;
    says(&prober, shell, "& cat; 'end'", "end").await;
    says(&prober, shell, "& sh -c 'read x; echo [$x]'", "[]").await;
    says(&prober, shell, "$null -eq [Console]::In.ReadLine()", "True").await;
    says(&prober, shell, "\"[$env:TERM$env:WCI_ASK]\"", "[dumb]").await;
    assert_eq!(heard(&prober, shell, "$PID").await.1, one, "one process answers all of these");
    assert_eq!(heard(&prober, shell, "'said'; exit 7").await, (Verdict::Fail, "exit status 7: said".into()));
    assert_eq!(heard(&prober, shell, "exit 255").await, (Verdict::Fail, "exit status 255".into()), "a check's own");
    assert_eq!(heard(&prober, shell, "& kill -9 $PID; Start-Sleep 5").await.0, Verdict::Unknown);
    let big = question(shell, "'x' * 65533; 'y'", Some(Expect::Contains("z".into())));
    assert_eq!(prober.ask(big).await.verdict, Verdict::Fail);
    let mut hung = question(shell, "& sleep 4711.86", None);
    hung.check.timeout = Duration::from_millis(500);
    is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 500 ms");
    gone("4711.86").await;
    says(&prober, shell, "'fresh'", "fresh").await;
    let asked = question(Shell::PowerShell, "'falls to 7'", equals("falls to 7"));
    assert_eq!(prober.ask(asked).await.verdict, Verdict::Pass);
}
