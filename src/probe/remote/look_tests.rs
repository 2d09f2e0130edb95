//! Every look at a machine behind a link, in each of the two languages it may be asked in.
#![cfg(unix)]

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::net::TcpListener;

use super::tests::{RUNS, client, through};
use crate::course::{OfWindows, Os};
use crate::probe::shell_tests::there;
use crate::probe::tests::{check, is, page, server};
use crate::probe::*;

/// A machine of each language. That of Windows is none: what asks .NET alone answers as there.
struct Machines {
    _folder: TempDir,
    all: Vec<(Prober, Shell)>,
}

fn machines() -> Machines {
    let (folder, client) = client(RUNS);
    let mut all = vec![(through(client.clone(), Shell::Sh, Os::Linux), Shell::Sh)];
    if there(Shell::Pwsh) {
        all.push((through(client, Shell::Pwsh, Os::Windows), Shell::Pwsh));
    }
    Machines { _folder: folder, all }
}

async fn ask(prober: &Prober, shell: Shell, look: Look, expect: Option<Expect>) -> Answer {
    prober.ask(Question { check: check(look, expect), shell, poll: false }).await
}

/// Whether a program that the machine's own shells use is there.
fn uses(program: &str) -> bool {
    let found = crate::host::find(program.as_ref()).is_some();
    if !found {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have {program}");
        println!("skipped: {program} is not on the PATH");
    }
    found
}

#[tokio::test]
async fn files_exist_or_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let odd = "it's \"a\" $(b) `c` ü ’";
    std::fs::write(path(odd), "one\r\ntwo\r\n").unwrap();
    std::fs::write(path("wide"), b"\xff\xfeh\0i\0").unwrap();
    std::fs::write(path("big"), "x\n".repeat(1024 * 1024) + "end").unwrap();
    std::fs::create_dir(path("-d")).unwrap();
    let machines = machines();
    for (prober, shell) in &machines.all {
        let ask = async |name: &str, missing, expect| {
            let path = if name.starts_with('~') || name == "rel" { name.to_owned() } else { path(name) };
            ask(prober, *shell, Look::File { path, missing }, expect).await
        };
        let equals = |text: &str| Some(Expect::Equals(text.into()));
        is(&ask(odd, false, None).await, Verdict::Pass, "a file");
        is(&ask(odd, true, None).await, Verdict::Fail, "it exists");
        is(&ask(odd, false, Some(Expect::Matches("^two$".into()))).await, Verdict::Pass, "two");
        is(&ask(odd, false, equals("one")).await, Verdict::Fail, "one | two");
        is(&ask("wide", false, equals("hi")).await, Verdict::Pass, "hi");
        is(&ask("none", false, equals("x")).await, Verdict::Fail, "no such file");
        is(&ask("none", true, None).await, Verdict::Pass, "no such file");
        is(&ask(&format!("{odd}/below"), true, None).await, Verdict::Pass, "no such file");
        is(&ask("-d", false, None).await, Verdict::Pass, "a folder");
        is(&ask("-d", false, equals("x")).await, Verdict::Fail, "a folder, not a file with text");
        is(&ask("~", false, None).await, Verdict::Pass, "a folder");
        is(&ask("~/no such", true, None).await, Verdict::Pass, "no such file");
        is(&ask("rel", true, None).await, Verdict::Pass, "no such file");
        let big = ask("big", false, Some(Expect::Contains("end".into()))).await;
        assert_eq!(big.verdict, Verdict::Fail);
        assert!(big.seen.starts_with("in its first MiB: x | x"), "{}", big.seen);
        is(&ask("a\nb", false, None).await, Verdict::Unknown, "a value cannot hold a line break");
    }
}

#[tokio::test]
async fn a_path_in_the_home_folder_is_one_there() {
    let home = home().join(".wci-probe-test");
    std::fs::write(&home, "at home").unwrap();
    let machines = machines();
    let mut answers = Vec::new();
    for (prober, shell) in &machines.all {
        for path in ["~/.wci-probe-test", ".wci-probe-test"] {
            let look = Look::File { path: path.into(), missing: false };
            answers.push(ask(prober, *shell, look, Some(Expect::Equals("at home".into()))).await);
        }
    }
    std::fs::remove_file(home).unwrap();
    answers.iter().for_each(|answer| is(answer, Verdict::Pass, "at home"));
}

#[tokio::test]
async fn bytes_come_without_base64_too() {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    for tool in ["sh", "env", "cat", "head", "od"] {
        let at = ["/bin", "/usr/bin"].map(|folder| PathBuf::from(folder).join(tool));
        std::os::unix::fs::symlink(at.iter().find(|at| at.exists()).unwrap(), tools.join(tool)).unwrap();
    }
    let file = folder.path().join("file").display().to_string();
    std::fs::write(&file, "ü and\nmore").unwrap();
    let (_client, client) = client(&format!("PATH={}; export PATH; exec sh -c \"$last\"", tools.display()));
    let prober = through(client, Shell::Sh, Os::Linux);
    let look = Look::File { path: file, missing: false };
    is(&ask(&prober, Shell::Sh, look, Some(Expect::Equals("ü and\nmore".into()))).await, Verdict::Pass, "ü and | more");
    let web = Look::Http { url: "http://127.0.0.1:1/".into(), status: 200 };
    is(&ask(&prober, Shell::Sh, web, None).await, Verdict::Unknown, "it could not be asked: there is no curl to ask with");
    let port = Look::Port { host: "127.0.0.1".into(), port: 1 };
    let seen = "127.0.0.1:1 could not be asked: there is neither bash nor nc to ask with";
    is(&ask(&prober, Shell::Sh, port, None).await, Verdict::Unknown, seen);
}

#[tokio::test]
async fn folders_are_on_the_path_or_not() {
    let machines = machines();
    let (prober, shell) = &machines.all[0];
    let on = Look::OnPath { folder: "/usr/bin/".into() };
    let answer = ask(prober, *shell, on, None).await;
    assert_eq!(answer.verdict, Verdict::Pass, "{}", answer.seen);
    let off = ask(prober, *shell, Look::OnPath { folder: "~/it's not".into() }, None).await;
    assert!(off.verdict == Verdict::Fail && off.seen.starts_with("not among the "), "{}", off.seen);
    if let Some((prober, shell)) = machines.all.get(1) {
        // Read as one of Windows, that of this machine is one folder with a long name.
        let off = ask(prober, *shell, Look::OnPath { folder: "C:\\bin".into() }, None).await;
        is(&off, Verdict::Fail, "not among the 1 folders on the PATH");
        let whole = Look::OnPath { folder: std::env::var("PATH").unwrap() };
        is(&ask(prober, *shell, whole, None).await, Verdict::Pass, "folder 1 of the 1 on the PATH");
    }
}

#[tokio::test]
async fn processes_run_or_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let name = "wci-a-long-name-over-there";
    std::fs::copy("/bin/sleep", folder.path().join(name)).unwrap();
    let mut child = std::process::Command::new(folder.path().join(name)).arg("60").spawn().unwrap();
    let machines = machines();
    let mut answers = Vec::new();
    for (prober, shell) in &machines.all {
        // .NET on Linux knows only the first 15 characters of some.
        for name in [name, "wci-a-long-name-over-there.exe"] {
            answers.push(ask(prober, *shell, Look::Process { name: name.into() }, None).await);
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    answers.iter().for_each(|answer| assert_eq!(answer.verdict, Verdict::Pass, "{}", answer.seen));
    for (prober, shell) in &machines.all {
        is(
            &ask(prober, *shell, Look::Process { name: name.into() }, None).await,
            Verdict::Fail,
            &format!("no process named {name}"),
        );
        let pattern = Look::Process { name: "*".into() };
        is(&ask(prober, *shell, pattern, None).await, Verdict::Fail, "no process named *");
    }
    let (prober, shell) = &machines.all[0];
    let own = ask(prober, *shell, Look::Process { name: "ls".into() }, None).await;
    is(&own, Verdict::Fail, "no process named ls");
}

#[tokio::test]
async fn the_machine_tells_its_facts() {
    let machines = machines();
    let (prober, shell) = &machines.all[0];
    let here = Prober::new();
    for fact in [Fact::Os, Fact::Version, Fact::Build, Fact::Arch, Fact::Memory] {
        let there = ask(prober, *shell, Look::Machine(fact), None).await;
        is(
            &there,
            ask(&here, *shell, Look::Machine(fact), None).await.verdict,
            &ask(&here, *shell, Look::Machine(fact), None).await.seen,
        );
    }
    let disk = ask(prober, *shell, Look::Machine(Fact::Disk), Some(Expect::AtLeast(1e6))).await;
    assert!(disk.verdict == Verdict::Pass && disk.seen.ends_with("iB"), "{}", disk.seen);
    let much = ask(prober, *shell, Look::Machine(Fact::Memory), Some(Expect::AtLeast(1e18))).await;
    assert_eq!(much.verdict, Verdict::Fail);
    if let Some((prober, shell)) = machines.all.get(1) {
        is(&ask(prober, *shell, Look::Machine(Fact::Os), None).await, Verdict::Pass, "windows");
        let disk = ask(prober, *shell, Look::Machine(Fact::Disk), Some(Expect::AtLeast(1e6))).await;
        assert!(disk.verdict == Verdict::Pass && disk.seen.ends_with("iB"), "{}", disk.seen);
        // What only Windows has, this one has not.
        for fact in [Fact::Version, Fact::Build, Fact::Memory] {
            is(&ask(prober, *shell, Look::Machine(fact), None).await, Verdict::Unknown, judge::NOT_WINDOWS);
        }
    }
}

#[tokio::test]
async fn ports_accept_refuse_or_cannot_be_asked() {
    let machines = machines();
    for (prober, shell) in &machines.all {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let look = |host: &str| Look::Port { host: host.into(), port };
        for host in ["127.0.0.1", "localhost"] {
            is(&ask(prober, *shell, look(host), None).await, Verdict::Pass, &format!("{host}:{port} accepts connections"));
        }
        drop(listener);
        is(&ask(prober, *shell, look("127.0.0.1"), None).await, Verdict::Fail, &format!("127.0.0.1:{port} refuses connections"));
        let none = ask(prober, *shell, look("no such host's \"$(x)\""), None).await;
        assert_eq!(none.verdict, Verdict::Unknown, "{}", none.seen);
    }
}

#[tokio::test]
async fn web_addresses_answer_as_they_should_or_not() {
    if !uses("curl") {
        return;
    }
    let machines = machines();
    for (prober, shell) in &machines.all {
        let url = server(|_| page("200 OK", "Welcome to nginx!\n")).await;
        let look = |status| Look::Http { url: format!("{url}?a='$(b)'"), status };
        let contains = |text: &str| Some(Expect::Contains(text.into()));
        is(&ask(prober, *shell, look(200), None).await, Verdict::Pass, "it answers 200");
        is(&ask(prober, *shell, look(204), None).await, Verdict::Fail, "it answers 200");
        is(&ask(prober, *shell, look(200), contains("nginx")).await, Verdict::Pass, "Welcome to nginx!");
        is(&ask(prober, *shell, look(200), contains("IIS")).await, Verdict::Fail, "Welcome to nginx!");
        let missing = Look::Http { url: server(|_| page("404 Not Found", "gone")).await, status: 404 };
        is(&ask(prober, *shell, missing, contains("gone")).await, Verdict::Pass, "gone");
        let bad = Look::Http { url: "not an address".into(), status: 200 };
        assert_eq!(ask(prober, *shell, bad, None).await.verdict, Verdict::Unknown);
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let refused = Look::Http { url: format!("http://{closed}/"), status: 200 };
        is(&ask(prober, *shell, refused, None).await, Verdict::Fail, "it refuses connections");
        let nowhere = Look::Http { url: "http://no-such-host.invalid/".into(), status: 200 };
        let nowhere = ask(prober, *shell, nowhere, None).await;
        assert!(nowhere.verdict == Verdict::Unknown && nowhere.seen.starts_with("it could not be asked: "), "{}", nowhere.seen);
    }
}

#[tokio::test]
async fn a_web_address_may_redirect_five_times_and_a_body_without_an_end_is_cut() {
    if !uses("curl") {
        return;
    }
    let moved = |n: usize| format!("HTTP/1.1 302 Found\r\nLocation: /{n}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let machines = machines();
    for (prober, shell) in &machines.all {
        let url = server(moved).await;
        let look = |url: &str, status| Look::Http { url: url.into(), status };
        is(&ask(prober, *shell, look(&url, 200), None).await, Verdict::Fail, "it redirects more than 5 times");
        is(&ask(prober, *shell, look(&url, 302), None).await, Verdict::Pass, "it answers 302");
        let url = server(move |n| if n < 5 { moved(n) } else { page("200 OK", "") }).await;
        is(&ask(prober, *shell, look(&url, 200), None).await, Verdict::Pass, "it answers 200");
        let url = server(|_| format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(3 * 1024 * 1024))).await;
        let big = ask(prober, *shell, look(&url, 200), Some(Expect::Contains("y".into()))).await;
        assert_eq!(big.verdict, Verdict::Fail, "{}", big.seen);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut silent = check(look(&format!("http://{}/", listener.local_addr().unwrap()), 200), None);
        silent.timeout = Duration::from_millis(700);
        let answer = prober.ask(Question { check: silent, shell: *shell, poll: false }).await;
        is(&answer, Verdict::Unknown, "no answer in 700 ms");
    }
}

#[tokio::test]
async fn what_goes_through_shells_anyway_is_asked_there_too() {
    let machines = machines();
    let (prober, shell) = &machines.all[0];
    let service = ask(prober, *shell, Look::Service { name: "it's none".into() }, None).await;
    assert!(matches!(service.verdict, Verdict::Fail | Verdict::Unknown), "{}", service.seen);
    let cmd = Look::Ask { shell: Shell::Cmd, text: "ver".into(), exits: 0 };
    is(&ask(prober, *shell, cmd, None).await, Verdict::Unknown, "cmd is not on ssh://wci@vm");
    for (prober, shell) in &machines.all {
        let windows = ask(prober, *shell, Look::Windows(OfWindows::Build(20348)), None).await;
        is(&windows, Verdict::Unknown, judge::NOT_WINDOWS);
    }
}

/// All the programs of a small machine are one.
#[tokio::test]
async fn a_machine_with_busybox_alone_answers_too() {
    if !uses("busybox") {
        return;
    }
    let busybox = crate::host::find("busybox".as_ref()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let applets = std::process::Command::new(&busybox).arg("--list").output().unwrap().stdout;
    for applet in String::from_utf8_lossy(&applets).lines() {
        std::os::unix::fs::symlink(&busybox, folder.path().join(applet)).unwrap();
    }
    let (_client, client) = client(&format!("PATH={}; export PATH; exec sh -c \"$last\"", folder.path().display()));
    let prober = through(client, Shell::Sh, Os::Linux);
    let ask = async |look: Look, expect| ask(&prober, Shell::Sh, look, expect).await;
    let file = folder.path().join("it's wide");
    std::fs::write(&file, b"\xff\xfeh\0i\0").unwrap();
    let file = Look::File { path: file.display().to_string(), missing: false };
    is(&ask(file, Some(Expect::Equals("hi".into()))).await, Verdict::Pass, "hi");
    for fact in [Fact::Os, Fact::Version, Fact::Arch, Fact::Memory, Fact::Disk] {
        let answer = ask(Look::Machine(fact), None).await;
        assert_eq!(answer.verdict, Verdict::Pass, "{fact:?}: {}", answer.seen);
    }
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    is(&ask(Look::Process { name: "sleep".into() }, None).await, Verdict::Pass, "sleep runs");
    child.kill().unwrap();
    child.wait().unwrap();
    is(&ask(Look::Process { name: "ls".into() }, None).await, Verdict::Fail, "no process named ls");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let look = Look::Port { host: "127.0.0.1".into(), port };
    // Its nc keeps an open connection until the time is over.
    let mut open = check(look.clone(), None);
    open.timeout = Duration::from_secs(5);
    let accepted = async { drop(listener.accept().await) };
    let asked = prober.ask(Question { check: open, shell: Shell::Sh, poll: false });
    is(&tokio::join!(asked, accepted).0, Verdict::Pass, &format!("127.0.0.1:{port} accepts connections"));
    drop(listener);
    is(&ask(look, None).await, Verdict::Fail, &format!("127.0.0.1:{port} refuses connections"));
    let boot = prober.boot(Shell::Sh).await.unwrap();
    assert_eq!(Ok(boot), Prober::new().boot(Shell::Sh).await);
}
