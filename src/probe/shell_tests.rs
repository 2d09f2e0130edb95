//! What a check's command may do to its shell, and that the next check does not notice.
#![cfg(unix)]

use super::tests::{check, is};
use super::*;

const POSIX: [Shell; 3] = [Shell::Sh, Shell::Bash, Shell::Zsh];

pub const MORE: &str = "it printed more than 64 KiB: let it print less";

pub fn there(shell: Shell) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(shell.name()).is_file());
    if !found {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have {}", shell.name());
        println!("skipped for {}: it is not on the PATH", shell.name());
    }
    found
}

pub fn question(shell: Shell, text: &str, expect: Option<Expect>) -> Question {
    Question { check: check(Look::Ask { shell, text: text.into(), exits: 0 }, expect), shell, poll: false }
}

pub fn equals(text: &str) -> Option<Expect> {
    Some(Expect::Equals(text.into()))
}

pub async fn says(prober: &Prober, shell: Shell, text: &str, want: &str) {
    let answer = prober.ask(question(shell, text, equals(want))).await;
    assert_eq!(
        (answer.verdict, &answer.seen),
        (Verdict::Pass, &judge::answer(&question(shell, "", None).check, true, want).seen),
        "{shell:?}: {text}"
    );
}

pub async fn heard(prober: &Prober, shell: Shell, text: &str) -> (Verdict, String) {
    let answer = prober.ask(question(shell, text, None)).await;
    (answer.verdict, answer.seen)
}

/// Waits until no tree is left, a second at most.
pub async fn all_gone(prober: &Prober) {
    for _ in 0..100 {
        if prober.shells.living.count() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} trees are left", prober.shells.living.count());
}

pub fn runs(marker: &str) -> bool {
    let listed = std::process::Command::new("ps").args(["-eo", "args"]).output().unwrap();
    String::from_utf8_lossy(&listed.stdout).lines().any(|line| line.trim_end().ends_with(marker) && line.contains("sleep"))
}

pub async fn gone(marker: &str) {
    for _ in 0..100 {
        if !runs(marker) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("sleep {marker} still runs");
}

#[tokio::test]
async fn posix_shells_survive_their_questions() {
    for shell in POSIX.into_iter().filter(|shell| there(*shell)) {
        let prober = Prober::new();
        says(&prober, shell, "echo hello", "hello").await;
        says(&prober, shell, "printf 'no line end'", "no line end").await;
        says(&prober, shell, "echo \"it's\" '\"$HOME\"' \\\\; # comment", "it's \"$HOME\" \\").await;
        says(&prober, shell, "cat <<'X'\na 'b'\n$c\nX\nfor i in 1 2\ndo echo $i\ndone", "a 'b'\n$c\n1\n2").await;
        says(&prober, shell, "echo out; echo err >&2", "out\nerr").await;
        says(&prober, shell, "cat; echo end", "end").await;
        says(&prober, shell, "x=left; cd /; trap 'echo bye' EXIT; export PATH=/none; alias pwd=false", "bye").await;
        says(&prober, shell, "echo \"[$x]\"; cd ~; [ \"$PWD\" = \"$(pwd)\" ] && [ \"$PATH\" != /none ] && echo same", "[]\nsame")
            .await;
        says(&prober, shell, "exec echo replaced", "replaced").await;
        says(&prober, shell, "printf '\\377\\000\\001x'", "\u{fffd}\0\u{1}x").await;
        says(&prober, shell, "echo before; exec >/dev/null 2>&1; echo lost", "before").await;
        assert_eq!(heard(&prober, shell, "exec 0<&- 1>&- 2>&-").await, (Verdict::Pass, "exit status 0".into()));
        assert_eq!(heard(&prober, shell, "exit 7").await, (Verdict::Fail, "exit status 7".into()));
        assert_eq!(heard(&prober, shell, "echo why; exit 3").await, (Verdict::Fail, "exit status 3: why".into()));
        assert_eq!(heard(&prober, shell, "if then (").await.0, Verdict::Fail, "a syntax error");
        assert_eq!(heard(&prober, shell, "echo 'open").await.0, Verdict::Fail, "an open quote");
        assert_eq!(heard(&prober, shell, "kill -9 $$").await.0, Verdict::Unknown);
        assert_eq!(heard(&prober, shell, "kill -9 0").await.0, Verdict::Unknown);
        says(&prober, shell, "echo still here", "still here").await;
        drop(prober);
    }
}

#[tokio::test]
async fn a_flood_is_bounded_and_read_to_its_end() {
    let prober = Prober::new();
    let start = Instant::now();
    let flood = question(Shell::Sh, "seq 1000000; echo last", Some(Expect::Matches("(?-m)^1\n2\n".into())));
    is(&prober.ask(flood).await, Verdict::Pass, "1");
    let tail = question(Shell::Sh, "seq 1000000; echo last", Some(Expect::Contains("last".into())));
    is(&prober.ask(tail).await, Verdict::Unknown, MORE);
    let failed = question(Shell::Sh, "seq 1000000; exit 3", Some(Expect::Contains("last".into())));
    assert_eq!(prober.ask(failed).await.verdict, Verdict::Fail, "the status is known");
    println!("two million lines in {:?}", start.elapsed());
}

#[tokio::test]
async fn a_background_child_holds_nothing_up_and_is_ended() {
    let prober = Prober::new();
    let start = Instant::now();
    says(&prober, Shell::Sh, "sleep 4711.01 & (sleep 0.05; while :; do echo noise; done) & echo done | cat; :", "done").await;
    assert!(start.elapsed() < Duration::from_secs(1));
    says(&prober, Shell::Sh, "echo clean", "clean").await;
    gone("4711.01").await;
}

#[tokio::test]
async fn a_hang_is_unknown_in_its_time_and_its_tree_is_gone() {
    for shell in POSIX.into_iter().filter(|shell| there(*shell)) {
        let prober = Prober::new();
        let marker = format!("4711.1{}", shell.name().len());
        // One that ignores being asked, one in a group of its own, one in the pipe.
        let group = if shell == Shell::Zsh { "" } else { "set -m; " };
        let text = format!("trap '' TERM; (trap '' TERM; exec sleep {marker}) & {group}sleep {marker} & sleep {marker} | cat");
        let mut hung = question(shell, &text, None);
        hung.check.timeout = Duration::from_millis(300);
        let start = Instant::now();
        is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 300 ms");
        assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
        gone(&marker).await;
        says(&prober, shell, "echo fresh", "fresh").await;
    }
}

#[tokio::test]
async fn a_dropped_question_leaves_no_process() {
    let prober = Prober::new();
    let asked = prober.ask(question(Shell::Sh, "sleep 4711.2", None));
    assert!(tokio::time::timeout(Duration::from_millis(300), asked).await.is_err());
    gone("4711.2").await;
    all_gone(&prober).await;
}

#[tokio::test]
async fn forgetting_and_dropping_end_every_shell() {
    let prober = Prober::new();
    says(&prober, Shell::Sh, "echo a", "a").await;
    for _ in 0..100 {
        if prober.shells.rests(Shell::Sh) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(prober.shells.rests(Shell::Sh), "one waits for the next question");
    prober.forget();
    all_gone(&prober).await;
    let asking = tokio::spawn({
        let prober = prober.clone();
        async move { prober.ask(question(Shell::Sh, "sleep 4711.3", None)).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    prober.forget();
    assert_eq!(asking.await.unwrap().verdict, Verdict::Unknown);
    gone("4711.3").await;
    says(&prober, Shell::Sh, "echo b", "b").await;
    let living = prober.shells.living.clone();
    drop(prober);
    for _ in 0..100 {
        if living.count() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} trees are left", living.count());
}

#[tokio::test]
async fn a_slow_question_does_not_hold_the_others_up() {
    let prober = Prober::new();
    let start = Instant::now();
    let slow = || prober.ask(question(Shell::Sh, "sleep 0.8", None));
    let (_, _, quick) = tokio::join!(slow(), slow(), async {
        says(&prober, Shell::Sh, "echo quick", "quick").await;
        start.elapsed()
    });
    assert!(quick < Duration::from_millis(500), "{quick:?}");
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_start_that_takes_long_holds_nothing_else_up() {
    let prober = Prober::new();
    let living = prober.shells.living.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let slow = std::thread::spawn(move || {
        living.holding(|| {
            tell.send(()).unwrap();
            std::thread::sleep(Duration::from_millis(800));
        });
    });
    told.recv().unwrap();
    let begun = Instant::now();
    let asked = says(&prober, Shell::Sh, "echo after all", "after all");
    let elsewhere = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        begun.elapsed()
    };
    let ((), turned) = tokio::join!(asked, elsewhere);
    assert!(turned < Duration::from_millis(500), "{turned:?}");
    slow.join().unwrap();
}

#[tokio::test]
async fn a_shell_that_died_waiting_is_replaced() {
    let prober = Prober::new();
    says(&prober, Shell::Sh, "echo a", "a").await;
    prober.shells.living.kill_all();
    says(&prober, Shell::Sh, "echo b", "b").await;
}

#[tokio::test]
async fn a_shell_has_no_terminal() {
    let prober = Prober::new();
    assert_eq!(heard(&prober, Shell::Sh, "echo x >/dev/tty").await.0, Verdict::Fail);
}

#[tokio::test]
async fn a_missing_shell_is_unknown() {
    let prober = Prober::new();
    let answer = prober.ask(question(Shell::Cmd, "ver", None)).await;
    is(&answer, Verdict::Unknown, "cmd is not on this machine");
    let zero = prober.ask(question(Shell::Sh, "a\0b", None)).await;
    assert_eq!(zero.verdict, Verdict::Unknown);
}

#[tokio::test]
async fn the_path_and_services_are_asked_of_a_shell() {
    let prober = Prober::new();
    let ask = |look| prober.ask(Question { check: check(look, None), shell: Shell::Bash, poll: false });
    let first = std::env::split_paths(&std::env::var_os("PATH").unwrap()).next().unwrap();
    let answer = ask(Look::OnPath { folder: format!("{}/", first.display()) }).await;
    assert_eq!(answer.verdict, Verdict::Pass, "{}", answer.seen);
    let answer = ask(Look::OnPath { folder: "/no/such/folder".into() }).await;
    assert_eq!(answer.verdict, Verdict::Fail, "{}", answer.seen);
    let answer = ask(Look::Service { name: "no-such'service".into() }).await;
    assert!(matches!(answer.verdict, Verdict::Fail | Verdict::Unknown), "{answer:?}");
}

#[tokio::test]
async fn a_shell_named_by_its_path_answers_checks_too() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("bash");
    std::fs::write(&program, "#!/bin/sh\nexport OF_THE_LEARNER=yes\nexec sh\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let prober = Prober::beside(&ShellChoice::named(program.to_str().unwrap()));
    says(&prober, Shell::Bash, "echo $OF_THE_LEARNER", "yes").await;
    says(&prober, Shell::Sh, "echo ${OF_THE_LEARNER-no}", "no").await;
}
