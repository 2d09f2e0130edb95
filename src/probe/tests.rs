//! Every kind of look, in every verdict it can give. Shells have a file of their own.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

pub fn check(look: Look, expect: Option<Expect>) -> Check {
    Check { expect, timeout: Duration::from_secs(30), every: Duration::from_millis(50), ..Check::of(look) }
}

pub async fn ask(check: Check) -> Answer {
    let place = if cfg!(windows) { Shell::PowerShell } else { Shell::Bash };
    Prober::new().ask(Question { check, shell: place, poll: false }).await
}

#[track_caller]
pub fn is(answer: &Answer, verdict: Verdict, seen: &str) {
    assert_eq!((answer.verdict, answer.seen.as_str()), (verdict, seen), "expected {}", answer.expected);
}

#[tokio::test]
async fn a_run_is_not_asked() {
    let answer = ask(check(Look::Exit { of: None, equals: 0 }, None)).await;
    assert_eq!(answer.verdict, Verdict::Unknown);
}

#[tokio::test]
async fn files_exist_or_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("ü b"), "one\r\ntwo\r\n").unwrap();
    let file = |name: &str, missing| Look::File { path: path(name), missing };
    let two = || Some(Expect::Matches("^two$".into()));
    is(&ask(check(file("ü b", false), None)).await, Verdict::Pass, "a file");
    is(&ask(check(file("ü b", true), None)).await, Verdict::Fail, "it exists");
    is(&ask(check(file("ü b", false), two())).await, Verdict::Pass, "two");
    is(&ask(check(file("ü b", false), Some(Expect::Equals("one".into())))).await, Verdict::Fail, "one | two");
    is(&ask(check(file("none", false), two())).await, Verdict::Fail, "no such file");
    is(&ask(check(file("none", true), None)).await, Verdict::Pass, "no such file");
    is(&ask(check(file("ü b/below", true), None)).await, Verdict::Pass, "no such file");
    is(&ask(check(file("", false), None)).await, Verdict::Pass, "a folder");
    is(&ask(check(file("", false), two())).await, Verdict::Fail, "a folder, not a file with text");
    let mut warns = check(file("none", false), None);
    warns.warn = true;
    is(&ask(warns).await, Verdict::Warn, "no such file");
    let home = check(Look::File { path: "~".into(), missing: false }, None);
    is(&ask(home).await, Verdict::Pass, "a folder");
}

#[tokio::test]
async fn only_the_first_mebibyte_of_a_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big");
    let mut text = "x\n".repeat(1024 * 1024);
    text.push_str("end");
    std::fs::write(&path, text).unwrap();
    let big = check(Look::File { path: path.display().to_string(), missing: false }, Some(Expect::Contains("end".into())));
    let answer = ask(big).await;
    assert_eq!(answer.verdict, Verdict::Fail);
    assert!(answer.seen.starts_with("in its first MiB: x | x"), "{}", answer.seen);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_a_file_that_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let pipe = check(Look::File { path: path.display().to_string(), missing: false }, Some(Expect::Contains("x".into())));
    is(&ask(pipe).await, Verdict::Unknown, "a device or a pipe is not read");
    let exists = check(Look::File { path: path.display().to_string(), missing: false }, None);
    is(&ask(exists).await, Verdict::Pass, "a file");
}

#[tokio::test]
async fn ports_accept_refuse_or_cannot_be_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let look = |host: &str| Look::Port { host: host.into(), port };
    is(&ask(check(look("127.0.0.1"), None)).await, Verdict::Pass, &format!("127.0.0.1:{port} accepts connections"));
    is(&ask(check(look("localhost"), None)).await, Verdict::Pass, &format!("localhost:{port} accepts connections"));
    drop(listener);
    is(&ask(check(look("127.0.0.1"), None)).await, Verdict::Fail, &format!("127.0.0.1:{port} refuses connections"));
    assert_eq!(ask(check(look("no such host"), None)).await.verdict, Verdict::Unknown);
}

/// A server that answers every request with the same, and counts them.
pub async fn server(reply: impl Fn(usize) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let count = AtomicUsize::new(0);
        while let Ok((mut stream, _)) = listener.accept().await {
            let reply = reply(count.fetch_add(1, Ordering::Relaxed));
            let _ = stream.read(&mut [0; 2048]).await;
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    format!("http://{address}/")
}

pub fn page(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn web_addresses_answer_as_they_should_or_not() {
    let url = server(|_| page("200 OK", "Welcome to nginx!\n")).await;
    let look = |status| Look::Http { url: url.clone(), status };
    is(&ask(check(look(200), None)).await, Verdict::Pass, "it answers 200");
    is(&ask(check(look(204), None)).await, Verdict::Fail, "it answers 200");
    is(&ask(check(look(200), Some(Expect::Contains("nginx".into())))).await, Verdict::Pass, "Welcome to nginx!");
    is(&ask(check(look(200), Some(Expect::Contains("IIS".into())))).await, Verdict::Fail, "Welcome to nginx!");
    let bad = Look::Http { url: "not an address".into(), status: 200 };
    assert_eq!(ask(check(bad, None)).await.verdict, Verdict::Unknown);
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = Look::Http { url: format!("http://{closed}/"), status: 200 };
    is(&ask(check(refused, None)).await, Verdict::Fail, "it refuses connections");
}

#[tokio::test]
async fn a_web_address_may_redirect_five_times() {
    let moved = |n: usize| format!("HTTP/1.1 302 Found\r\nLocation: /{n}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let url = server(moved).await;
    is(&ask(check(Look::Http { url: url.clone(), status: 200 }, None)).await, Verdict::Fail, "it redirects more than 5 times");
    is(&ask(check(Look::Http { url, status: 302 }, None)).await, Verdict::Pass, "it answers 302");
    let url = server(move |n| if n < 5 { moved(n) } else { page("200 OK", "") }).await;
    is(&ask(check(Look::Http { url, status: 200 }, None)).await, Verdict::Pass, "it answers 200");
}

#[tokio::test]
async fn an_endless_body_is_cut_and_a_silent_server_is_not_waited_for() {
    let url = server(|_| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(3 * 1024 * 1024))).await;
    let big = check(Look::Http { url, status: 200 }, Some(Expect::Contains("y".into())));
    assert_eq!(ask(big).await.verdict, Verdict::Fail);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut silent = check(Look::Http { url: format!("http://{}/", listener.local_addr().unwrap()), status: 200 }, None);
    silent.timeout = Duration::from_millis(200);
    is(&ask(silent).await, Verdict::Unknown, "no answer in 200 ms");
}

#[tokio::test]
async fn https_finds_its_certificates() {
    // A server without TLS: what matters is that the client can be built and says why not.
    let url = server(|_| page("200 OK", "")).await.replace("http:", "https:");
    let answer = ask(check(Look::Http { url, status: 200 }, None)).await;
    assert_eq!(answer.verdict, Verdict::Unknown, "{answer:?}");
    assert!(answer.seen.starts_with("it could not be asked: "), "{}", answer.seen);
}

#[cfg(unix)]
#[tokio::test]
async fn processes_run_or_do_not() {
    let folder = tempfile::tempdir().unwrap();
    // Longer than the 15 bytes Linux keeps.
    let program = folder.path().join("wci-a-long-name-of-a-program");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let look = |name: &str| check(Look::Process { name: name.into() }, None);
    let mut child = std::process::Command::new(&program).arg("60").spawn().unwrap();
    is(&ask(look("wci-a-long-name-of-a-program")).await, Verdict::Pass, "wci-a-long-name-of-a-program runs");
    is(&ask(look("wci-a-long-name-of-a-program.exe")).await, Verdict::Pass, "wci-a-long-name-of-a-program.exe runs");
    child.kill().unwrap();
    // Not waited for: a process that has ended but is still listed does not run.
    let mut gone = ask(look("wci-a-long-name-of-a-program")).await;
    for _ in 0..100 {
        if gone.verdict == Verdict::Fail {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        gone = ask(look("wci-a-long-name-of-a-program")).await;
    }
    is(&gone, Verdict::Fail, "no process named wci-a-long-name-of-a-program");
    child.wait().unwrap();
}

#[tokio::test]
async fn the_machine_tells_its_facts() {
    let fact = |fact, expect| ask(check(Look::Machine(fact), expect));
    let os = std::env::consts::OS;
    is(&fact(Fact::Os, Some(Expect::Equals(os.into()))).await, Verdict::Pass, os);
    is(&fact(Fact::Os, Some(Expect::Equals("plan9".into()))).await, Verdict::Fail, os);
    is(&fact(Fact::Arch, None).await, Verdict::Pass, std::env::consts::ARCH);
    let build = fact(Fact::Build, Some(Expect::AtLeast(1.0))).await;
    if cfg!(windows) {
        assert_eq!(build.verdict, Verdict::Pass, "{}", build.seen);
    } else {
        is(&build, Verdict::Unknown, judge::NOT_WINDOWS);
    }
    for known in [Fact::Version, Fact::Memory, Fact::Disk] {
        let answer = fact(known, None).await;
        assert_eq!(answer.verdict, Verdict::Pass, "{known:?}: {}", answer.seen);
    }
    let memory = fact(Fact::Memory, Some(Expect::AtLeast(1e6))).await;
    assert!(memory.verdict == Verdict::Pass && memory.seen.ends_with("iB"), "{}", memory.seen);
    assert_eq!(fact(Fact::Disk, Some(Expect::AtLeast(1e18))).await.verdict, Verdict::Fail);
}

#[tokio::test]
async fn within_its_retry_a_question_is_asked_until_it_passes() {
    let turns = |n: usize| server(move |count| if count < n { page("503 No", "") } else { page("200 OK", "") });
    let url = turns(3).await;
    let mut check = check(Look::Http { url: url.clone(), status: 200 }, None);
    check.retry = Some(Duration::from_secs(3));
    let prober = Prober::new();
    let question = |check: &Check, poll| Question { check: check.clone(), shell: Shell::Sh, poll };
    is(&prober.ask(question(&check, false)).await, Verdict::Fail, "it answers 503");
    is(&prober.ask(question(&check, true)).await, Verdict::Pass, "it answers 200");
    check.look = Look::Http { url: turns(1000).await, status: 200 };
    check.retry = Some(Duration::from_millis(300));
    let start = Instant::now();
    is(&prober.ask(question(&check, true)).await, Verdict::Fail, "it answers 503");
    assert!((150..1000).contains(&start.elapsed().as_millis()));
}

#[test]
fn spans_read_as_people_say_them() {
    let said = |ms| span(Duration::from_millis(ms));
    assert_eq!([said(200), said(1500), said(10_000), said(60_000), said(300_000)], ["200 ms", "1.5 s", "10 s", "60 s", "5 min"]);
}

#[cfg(windows)]
#[tokio::test]
async fn a_hang_ends_with_all_it_started() {
    let prober = Prober::new();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("wci-hang.exe");
    std::fs::copy(crate::windows::system32("cmd.exe"), &program).unwrap();
    let text = format!("\"{}\" /d /c \"for /l %%i in (1,0,2) do @rem\"", program.display());
    let mut hung = check(Look::Ask { shell: Shell::Cmd, text, exits: 0 }, None);
    hung.timeout = Duration::from_secs(3);
    let asked = prober.ask(Question { check: hung, shell: Shell::Cmd, poll: false });
    let seen = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        machine::runs("wci-hang")
    };
    let (answer, seen) = tokio::join!(asked, seen);
    is(&answer, Verdict::Unknown, "no answer in 3 s");
    assert_eq!(seen, Ok(true), "it ran");
    for _ in 0..100 {
        if prober.shells.living.count() == 0 && machine::runs("wci-hang") == Ok(false) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} trees are left, it runs: {:?}", prober.shells.living.count(), machine::runs("wci-hang"));
}

/// Windows would look for a program first where `wci.exe` is: in Downloads, say.
#[cfg(windows)]
#[tokio::test]
async fn a_shell_that_lies_beside_the_program_is_not_run() {
    let beside = std::env::current_exe().unwrap().with_file_name("zsh.exe");
    std::fs::copy(crate::windows::system32("cmd.exe"), &beside).unwrap();
    let look = Look::Ask { shell: Shell::Zsh, text: "echo planted".into(), exits: 0 };
    let answer = Prober::new().ask(Question { check: check(look, None), shell: Shell::Zsh, poll: false }).await;
    std::fs::remove_file(&beside).unwrap();
    is(&answer, Verdict::Unknown, "zsh is not on this machine");
}

/// Under Wine it is PowerShell 7 that answers: Wine's own powershell.exe does nothing.
#[cfg(windows)]
#[tokio::test]
async fn powershell_answers_from_its_pipe() {
    let prober = Prober::new();
    let asked = async |text: &str, want: &str| {
        let look = Look::Ask { shell: Shell::PowerShell, text: text.into(), exits: 0 };
        let check = check(look, Some(Expect::Equals(want.into())));
        prober.ask(Question { check, shell: Shell::PowerShell, poll: false }).await
    };
    let first = asked("1 + 1", "2").await;
    if first.verdict == Verdict::Unknown {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have PowerShell: {}", first.seen);
        println!("skipped: {}", first.seen);
        return;
    }
    is(&first, Verdict::Pass, "2");
    let reads = "$said = & cmd /d /c 'set /p x= & echo end'; \"$said\".Trim(); $null -eq [Console]::In.ReadLine()";
    is(&asked(reads, "end\nTrue").await, Verdict::Pass, "end | True");
    is(&asked("$global:x = 1", "").await, Verdict::Pass, "nothing");
    is(&asked("\"[$x]\"", "[]").await, Verdict::Pass, "[]");
}
