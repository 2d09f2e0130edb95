//! What a check may do to the one warm PowerShell, and that neither the next check nor the learner notices.
#![cfg(unix)]

use super::shell_tests::{MORE, all_gone, gone, heard, question, runs, says, there};
use super::tests::{check, is};
use super::*;

const SHELL: Shell = Shell::Pwsh;

/// The process that answers.
async fn id(prober: &Prober) -> String {
    heard(prober, SHELL, "$PID").await.1
}

#[tokio::test]
async fn powershell_survives_its_questions() {
    let shell = SHELL;
    if !there(shell) {
        return;
    }
    let prober = Prober::new();
    says(&prober, shell, "'hello'", "hello").await;
    let start = Instant::now();
    says(&prober, shell, "1 + 1", "2").await;
    println!("a warm PowerShell answers in {:?}", start.elapsed());
    says(&prober, shell, "$x = 'left'; $env:WCI_LEFT = 'left'; Set-Location /; Remove-Item env:LANG -ErrorAction Ignore", "")
        .await;
    says(&prober, shell, "\"[$x][$env:WCI_LEFT]\"; (Get-Location).Path -eq '/'", "[][]\nFalse").await;
    says(
        &prober,
        shell,
        "Write-Host 'host'; Write-Warning 'careful'; [pscustomobject]@{ State = 'Enabled' }.State",
        "host\ncareful\nEnabled",
    )
    .await;
    says(&prober, shell, "'it''s \"quoted\" `$x'; @'\nhere\n'@", "it's \"quoted\" `$x\nhere").await;
    says(&prober, shell, "[DayOfWeek]::Monday; $true", "Monday\nTrue").await;
    says(&prober, shell, "'ü 世界'; & sh -c 'echo ö'", "ü 世界\nö").await;
    // A program's two streams come through two pipes: their order is anybody's.
    let both = question(shell, "& sh -c 'echo out; echo err >&2'", Some(Expect::Matches("^(out\nerr|err\nout)$".into())));
    assert_eq!(prober.ask(both).await.verdict, Verdict::Pass);
    assert_eq!(heard(&prober, shell, "& sh -c 'exit 5'").await, (Verdict::Fail, "exit status 5".into()));
    assert_eq!(heard(&prober, shell, "& sh -c 'exit 5'; 'fine'").await, (Verdict::Pass, "fine".into()));
    assert_eq!(heard(&prober, shell, "& sh -c 'echo err >&2'").await, (Verdict::Pass, "err".into()));
    assert_eq!(heard(&prober, shell, "throw 'boom'").await, (Verdict::Fail, "exit status 1: boom".into()));
    assert_eq!(heard(&prober, shell, "Get-Item /nope").await.0, Verdict::Fail);
    let wrong = "exit status 1: You must provide a value expression following the '+' operator.";
    assert_eq!(heard(&prober, shell, "1 + )").await, (Verdict::Fail, wrong.into()));
    assert_eq!(heard(&prober, shell, "} ; {").await.0, Verdict::Fail);
    assert_eq!(heard(&prober, shell, "'said'; exit 7").await, (Verdict::Fail, "exit status 7: said".into()));
    assert_eq!(heard(&prober, shell, "break").await.0, Verdict::Pass);
    assert_eq!(heard(&prober, shell, "'a'; return; 'b'").await, (Verdict::Pass, "a".into()));
    assert_eq!(heard(&prober, shell, "[Console]::Write('direct')").await, (Verdict::Pass, "direct".into()));
    let flood = question(shell, "1..1000000; 'last'", Some(Expect::Contains("last".into())));
    is(&prober.ask(flood).await, Verdict::Unknown, MORE);
    let just = question(shell, "'x' * 65534; 'y'", Some(Expect::Contains("z".into())));
    assert_eq!(prober.ask(just).await.verdict, Verdict::Unknown, "65537 characters with their line ends");
    let less = question(shell, "'x' * 65533; 'y'", Some(Expect::Contains("z".into())));
    assert_eq!(prober.ask(less).await.verdict, Verdict::Fail, "65536, all of which are kept");
    let mut hung = question(shell, "& sleep 4711.4", None);
    hung.check.timeout = Duration::from_millis(500);
    is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 500 ms");
    gone("4711.4").await;
    says(&prober, shell, "'fresh'", "fresh").await;
    let on_path = check(Look::OnPath { folder: "/usr/bin".into() }, None);
    assert_eq!(prober.ask(Question { check: on_path, shell, poll: false }).await.verdict, Verdict::Pass);
}

#[tokio::test]
async fn one_process_answers_quick_questions() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    let (a, b, c) = tokio::join!(id(&prober), id(&prober), id(&prober));
    assert!(a == b && b == c, "{a} {b} {c}");
    says(
        &prober,
        SHELL,
        "$here = 1; function f { 2 }; $here + (f); Set-StrictMode -Version 3; $ErrorActionPreference = 'Stop'",
        "3",
    )
    .await;
    let names = "$wci = 1; $text = 2; function wciPut { 'no' }; Set-Alias wciTell Get-Date; $wci + $text";
    says(&prober, SHELL, names, "3").await;
    says(&prober, SHELL, "Set-Location /usr; [Environment]::CurrentDirectory = '/'; $env:WCI_LEFT = 1; $Error.Count", "0").await;
    says(&prober, SHELL, "[Environment]::CurrentDirectory -eq (Get-Location).Path; \"[$env:WCI_LEFT]\"", "True\n[]").await;
    assert_eq!(id(&prober).await, a, "what is gone by itself costs no process");
    assert_eq!(prober.shells.living.count(), 1);
}

#[tokio::test]
async fn what_is_left_for_all_to_see_ends_with_its_process() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    for (left, next, want) in [
        ("$global:x = 'left'", "\"[$x]\"", "[]"),
        ("$global:ErrorActionPreference = 'Stop'", "Get-Item /none 2>$null; 'on'", "on"),
        ("$global:ErrorActionPreference = 'SilentlyContinue'; $global:WarningPreference = 'Stop'", "Write-Warning 'w'", "w"),
        ("$global:PSDefaultParameterValues['Get-Item:Path'] = '/'", "$PSDefaultParameterValues.Count", "0"),
        ("function global:Get-Item { 'fake' }; function global:Out-String { 'fake' }", "(Get-Item /usr).Name", "usr"),
        ("function global:prompt2 { 1 }", "Test-Path function:prompt2", "False"),
        ("Set-Alias -Scope Global Get-Location Get-Date", "(Get-Location).Path -is [string]", "True"),
        ("Remove-Item alias:gci -Force", "(Get-Alias gci).Definition", "Get-ChildItem"),
        ("$global:OutputEncoding = [Text.Encoding]::Unicode", "'ü' | & cat", "ü"),
        ("[Console]::SetOut([IO.TextWriter]::Null); [Console]::SetIn([IO.TextReader]::Null)", "[Console]::Write('seen')", "seen"),
        ("[Console]::OutputEncoding = [Text.Encoding]::Latin1", "& sh -c 'echo ü'", "ü"),
    ] {
        let answer = heard(&prober, SHELL, left).await;
        assert_eq!(answer.0, Verdict::Pass, "{left}: {}", answer.1);
        says(&prober, SHELL, next, want).await;
    }
}

#[tokio::test]
async fn what_the_loop_itself_uses_cannot_be_taken_away() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    for text in ["$global:wci = 1", "function global:wciTell { 'no' }", "Remove-Item function:wciPut -ErrorAction Stop"] {
        assert_eq!(heard(&prober, SHELL, text).await.0, Verdict::Fail, "{text}");
        says(&prober, SHELL, "'on'", "on").await;
    }
    // By force it can: then nobody knows what that question says, but the next is answered.
    for text in ["Remove-Variable wci -Scope Global -Force", "Remove-Item function:wciState, function:wciRestore -Force"] {
        let mut forced = question(SHELL, text, None);
        forced.check.timeout = Duration::from_secs(1);
        prober.ask(forced).await;
        says(&prober, SHELL, "Test-Path function:wciState", "True").await;
    }
}

#[tokio::test]
async fn what_reads_its_input_finds_the_end() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    says(&prober, SHELL, "& cat; 'end'", "end").await;
    says(&prober, SHELL, "& sh -c 'read x; echo [$x]'", "[]").await;
    says(&prober, SHELL, "$null -eq [Console]::In.ReadLine()", "True").await;
    says(&prober, SHELL, "'piped' | & cat", "piped").await;
    assert_eq!(heard(&prober, SHELL, "Read-Host 'name'").await.0, Verdict::Fail);
    assert_eq!(heard(&prober, SHELL, "[Console]::ReadKey()").await.0, Verdict::Fail);
}

#[tokio::test]
async fn whatever_ends_it_the_next_question_is_answered() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    for (text, verdict, seen) in [
        ("function f { exit 4 }; f", Verdict::Fail, "exit status 4"),
        ("'a'; exit", Verdict::Pass, "a"),
        ("[Environment]::Exit(3)", Verdict::Fail, "exit status 3"),
        ("& kill -9 $PID; Start-Sleep 5", Verdict::Unknown, ""),
    ] {
        let answer = heard(&prober, SHELL, text).await;
        assert_eq!(answer.0, verdict, "{text}: {}", answer.1);
        assert!(seen.is_empty() || answer.1 == seen, "{text}: {}", answer.1);
        says(&prober, SHELL, "'on'", "on").await;
    }
}

#[tokio::test]
async fn what_it_started_holds_nothing_up_and_ends_with_it() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    let start = Instant::now();
    says(&prober, SHELL, "[void](Start-Job { & sleep 4711.51 }); 'started'", "started").await;
    says(&prober, SHELL, "@(Get-Job).Count", "0").await;
    gone("4711.51").await;
    says(&prober, SHELL, "Start-Process sleep 4711.52; 'started'", "started").await;
    says(&prober, SHELL, "'on'", "on").await;
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert!(runs("4711.52"), "nothing ends it before its shell does");
    prober.forget();
    gone("4711.52").await;
    all_gone(&prober).await;
}

#[tokio::test]
async fn a_hang_is_cut_off_at_its_own_time_only() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    says(&prober, SHELL, "'warm'", "warm").await;
    let hung = |text: &str, time| {
        let mut hung = question(SHELL, text, None);
        hung.check.timeout = Duration::from_millis(time);
        prober.ask(hung)
    };
    let start = Instant::now();
    let quick = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        says(&prober, SHELL, "'quick'", "quick").await;
        start.elapsed()
    };
    let (slow, quick) = tokio::join!(hung("& sleep 4711.53", 6000), quick);
    is(&slow, Verdict::Unknown, "no answer in 6 s");
    assert!(quick < Duration::from_secs(5), "it waits a little for the one, then has one of its own: {quick:?}");
    gone("4711.53").await;
    is(&hung("while ($true) { }", 500).await, Verdict::Unknown, "no answer in 500 ms");
    is(&hung("[Threading.Thread]::Sleep(60000)", 500).await, Verdict::Unknown, "no answer in 500 ms");
    says(&prober, SHELL, "'fresh'", "fresh").await;
}

#[tokio::test]
async fn progress_and_clixml_are_never_shown() {
    if !there(SHELL) {
        return;
    }
    let prober = Prober::new();
    says(&prober, SHELL, "Write-Progress 'Loading' -PercentComplete 5; 'done'", "done").await;
    // PowerShell takes it for what it is where it sees it; elsewhere it is text.
    let sent = "<Objs Version=\"1.1.0.1\"><Obj S=\"progress\"/><S S=\"Error\">no_x000D__x000A_</S></Objs>";
    says(&prober, SHELL, &format!("'#< CLIXML'; '{sent}'; 'done'"), "no\ndone").await;
    says(&prober, Shell::Sh, &format!("printf '#< CLIXML\\r\\n%s' '{sent}'"), "no").await;
}

#[test]
fn the_loop_fits_into_an_argument() {
    assert!(!warm::LOOP.contains('"') && warm::LOOP.len() < 16_000 && warm::LOOP.is_ascii());
}

#[test]
fn constrained_language_is_told() {
    if !there(SHELL) {
        return;
    }
    let text = format!("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n{}", warm::LOOP);
    let mut command = std::process::Command::new("pwsh");
    let told = command.args(["-NoProfile", "-NonInteractive", "-Command", &text]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&told.stdout).trim(), warm::CONSTRAINED);
}
