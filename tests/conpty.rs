//! The real pseudo console: a shell opened, typed into, flooded, closed. For Windows; CI runs it under Wine.
#![cfg(windows)]
#![allow(clippy::expect_used)]

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, Receiver};

use wci::host::{self, BACKLOG, Connection, Door, Session, ShellChoice, Way};
use wci::session::{Ending, SessionEvent, SessionId, Size};

/// Wide, because Wine's console counts marks as text.
const SIZE: Size = Size { columns: 200, rows: 50 };
const LONG: Duration = Duration::from_secs(30);

struct Opened {
    session: Session,
    events: Receiver<(SessionId, SessionEvent)>,
    text: String,
}

impl Opened {
    fn cmd() -> Self {
        let (tell, events) = mpsc::channel(BACKLOG);
        let session = host::open(SessionId(1), Door::Local(ShellChoice::named("cmd")), SIZE, None, tell);
        Self { session, events, text: String::new() }
    }

    /// A machine behind an ssh that is played: it answers as Windows' own cmd does, and its PowerShell is the real engine. None where there
    /// is no such engine.
    fn over_ssh(folder: &std::path::Path) -> Option<Self> {
        let Some(engine) = host::find("pwsh".as_ref()) else {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must have pwsh");
            println!("skipped: pwsh is not on the PATH");
            return None;
        };
        let played = folder.join("ssh.ps1");
        let text = format!(
            "$text = $args[-1]\n\
             if ($text -like 'echo*') {{ 'wci-Windows_NT-$PSEdition- ; uname -s ; command -v bash' }}\n\
             elseif ($text -like 'where.exe*') {{ 'C:\\played\\powershell.exe' }}\n\
             else {{ & '{}' -NoLogo -NoExit -EncodedCommand $text.Split(' ')[-1]; exit $LASTEXITCODE }}\n",
            engine.display()
        );
        std::fs::write(&played, text).expect("a script");
        let first = ["-NoLogo".into(), "-ExecutionPolicy".into(), "Bypass".into(), "-File".into(), played.into()];
        let way = Way { program: engine, arguments: first.to_vec(), ..Way::default() };
        let connection = Connection::by("ssh://me@windows.example".parse().expect("an address"), way).expect("a connection");
        let (tell, events) = mpsc::channel(BACKLOG);
        let session = host::open(SessionId(1), Door::Ssh(connection), SIZE, None, tell);
        Some(Self { session, events, text: String::new() })
    }

    fn next(&mut self) -> Option<SessionEvent> {
        let deadline = Instant::now() + LONG;
        loop {
            match self.events.try_recv() {
                Ok((_, event)) => return Some(event),
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
                Err(mpsc::error::TryRecvError::Empty) => {}
            }
            assert!(Instant::now() < deadline, "nothing more came after:\n{}", self.text);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn until(&mut self, wanted: &str) {
        while !self.text.contains(wanted) {
            match self.next() {
                Some(SessionEvent::Output(bytes)) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Some(SessionEvent::Opened { .. }) => {}
                other => panic!("{other:?} came instead of {wanted}, after:\n{}", self.text),
            }
        }
    }

    fn type_line(&self, line: &str) {
        self.session.send(format!("{line}\r").into_bytes()).expect("room");
    }
}

/// The script with the marks is read as keys, in silence, by a PowerShell in a console of Windows.
#[test]
fn a_session_over_ssh_gets_its_marks_through_the_keyboard() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mut shell) = Opened::over_ssh(folder.path()) else { return };
    let nonce = loop {
        match shell.next() {
            Some(SessionEvent::Opened { nonce, .. }) => break nonce,
            Some(SessionEvent::Output(bytes)) => shell.text.push_str(&String::from_utf8_lossy(&bytes)),
            other => panic!("{other:?} after:\n{}", shell.text),
        }
    };
    shell.until(&format!("133;B;k={nonce};n=1"));
    assert!(!shell.text.contains("wci-ready") && !shell.text.contains("JHdja"), "{}", shell.text);
    shell.type_line("6*7");
    shell.until(&format!("133;D;0;k={nonce};n=2"));
    shell.type_line("exit 7");
    loop {
        match shell.next() {
            Some(SessionEvent::Ended(ending)) => break assert_eq!(ending, Ending::Exited(7)),
            Some(SessionEvent::Output(_)) => {}
            other => panic!("{other:?} after:\n{}", shell.text),
        }
    }
}

#[test]
fn a_command_is_typed_and_its_output_comes() {
    let mut cmd = Opened::cmd();
    cmd.until(">");
    cmd.type_line("echo one^-two");
    cmd.until("one-two");
}

#[test]
fn an_exit_is_told_with_its_code_and_after_the_last_words() {
    let mut cmd = Opened::cmd();
    cmd.until(">");
    cmd.type_line("echo last^-words& exit 7");
    cmd.until("last-words");
    loop {
        match cmd.next() {
            Some(SessionEvent::Output(_)) => {}
            other => {
                assert_eq!(other, Some(SessionEvent::Ended(Ending::Exited(7))));
                break;
            }
        }
    }
    assert!(cmd.session.wait(LONG));
}

#[test]
fn what_the_shell_started_ends_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let beat = folder.path().join("beat");
    let mut cmd = Opened::cmd();
    cmd.until(">");
    // A child that outlives its parent's prompt, and writes as long as it lives.
    cmd.type_line(&format!("start /b cmd /d /c \"for /l %i in (0,0,1) do @echo x>>{}\"", beat.display()));
    let size = || std::fs::metadata(&beat).map_or(0, |meta| meta.len());
    let deadline = Instant::now() + LONG;
    while size() < 50 {
        assert!(Instant::now() < deadline, "the child does not write");
        std::thread::sleep(Duration::from_millis(20));
    }
    cmd.session.end();
    cmd.events.close();
    assert!(cmd.session.wait(LONG), "something still lives");
    let after = size();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(size(), after, "the child still writes");
}

#[test]
fn a_flood_is_closed_in_the_middle_fifty_times() {
    for round in 0..50 {
        let mut cmd = Opened::cmd();
        cmd.until(">");
        cmd.type_line("for /l %i in (0,0,1) do @echo flood %i and more of it");
        cmd.until("flood 0 and more of it\u{1b}");
        let began = Instant::now();
        cmd.session.end();
        // Half of them are still listened to, half are not.
        if round % 2 == 0 {
            cmd.events.close();
            assert!(cmd.session.wait(LONG), "round {round} hangs");
        } else {
            while !matches!(cmd.next(), Some(SessionEvent::Ended(_)) | None) {}
            assert!(cmd.session.wait(LONG), "round {round} hangs");
        }
        assert!(began.elapsed() < LONG);
    }
}

#[test]
fn sizes_that_cannot_be_and_many_at_once_are_survived() {
    let mut cmd = Opened::cmd();
    cmd.until(">");
    cmd.session.resize(Size { columns: 0, rows: 0 });
    std::thread::sleep(Duration::from_millis(100));
    for columns in 1..200 {
        cmd.session.resize(Size { columns, rows: 50 });
    }
    cmd.session.resize(SIZE);
    std::thread::sleep(Duration::from_millis(200));
    cmd.type_line("echo still^-here");
    cmd.until("still-here");
}

#[test]
fn a_shell_that_is_not_there_is_refused_in_words() {
    let unknown = std::env::current_exe().expect("this program").display().to_string();
    for (program, says) in [("C:\\no such folder\\pwsh.exe", "There is no "), (&unknown, "wci cannot follow ")] {
        let (tell, mut events) = mpsc::channel(BACKLOG);
        let session = host::open(SessionId(1), Door::Local(ShellChoice::named(program)), SIZE, None, tell);
        let Some((_, SessionEvent::Refused(why))) = events.blocking_recv() else { panic!("{program} was not refused") };
        let what_to_do = "leave, and start again with --shell powershell, pwsh or cmd.";
        assert!(why.starts_with(&format!("{says}{program}")) && why.ends_with(what_to_do), "{why}");
        assert!(session.wait(LONG));
    }
}
