//! Links that carry much, that break, and that cannot be shared.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wci::course::Shell;
use wci::host::{Connection, Way};
use wci::session::{Ending, Loss, SessionEvent};

use crate::live::{Live, PATIENCE};
use crate::open;
use crate::server::{Server, script};
use crate::shells::leave;

/// In the middle of a command that ends by itself only much later.
fn busy(server: &Server, shares: bool) -> (Connection, Live) {
    let connection = server.connection_to(&server.address(), shares);
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    live.session.send(b"echo started; sleep 1000\r".to_vec()).unwrap();
    live.until("the command", |live| live.raw.ends_with(b"started\r\n"));
    (connection, live)
}

fn broke(live: &mut Live) -> Loss {
    match live.end() {
        SessionEvent::Lost(loss) => loss,
        other => panic!("{other:?}\n{}", live.raw.escape_ascii()),
    }
}

#[test]
fn a_server_that_dies_in_the_middle_of_a_command_is_a_lost_link() {
    for shares in [true, false] {
        let Some(server) = Server::with_shell("/bin/bash") else { return };
        let (connection, mut live) = busy(&server, shares);
        let begun = Instant::now();
        server.signal_serving("-9");
        let loss = broke(&mut live);
        assert!(loss.again && loss.why.contains("link to 127.0.0.1 broke"), "{loss:?}");
        assert!(begun.elapsed() < Duration::from_secs(4));
        assert!(live.session.wait(PATIENCE));
        assert_eq!(connection.second("true").is_err(), shares);
        // The same connection logs in anew.
        let mut live = open(&connection, Shell::Bash);
        live.prompt();
        assert_eq!(live.says("echo again"), "again");
        leave(live, &server);
    }
}

/// The line to the machine is cut: nothing is refused, nothing closed, nothing answered.
#[test]
fn a_stalled_link_is_lost() {
    let Some(mut server) = Server::apart("/bin/bash") else { return };
    server.options = ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2"].map(Into::into).to_vec();
    let (connection, mut live) = busy(&server, true);
    server.net.as_ref().unwrap().cut();
    let begun = Instant::now();
    let mut second = connection.second("true").unwrap().spawn().unwrap();
    let loss = broke(&mut live);
    assert!(loss.again && loss.why.contains("answers no more"), "{loss:?}");
    assert!((2..8).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(live.session.wait(PATIENCE));
    assert!(connection.second("true").is_err(), "it fails at once");
    let _ = second.kill();
    let _ = second.wait();
    assert!(server.clients().is_empty(), "{:?}", server.clients());
}

/// The most memory this process had so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn two_hundred_mebibytes_arrive_while_another_channel_answers() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let connection = server.connection();
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    let nonce = live.opened.clone().unwrap();
    let told = std::thread::spawn({
        let connection = connection.clone();
        move || {
            std::thread::sleep(Duration::from_millis(500));
            let begun = Instant::now();
            let told = connection.second("echo answered").unwrap().output().unwrap();
            (told.stdout, begun.elapsed())
        }
    });
    let before = peak();
    live.session.send(b"yes 123456789abcdef | head -c 209715200\r".to_vec()).unwrap();
    // Not through the tests' terminal: it keeps all it was told.
    let end = format!("\x1b]133;D;0;k={nonce}").into_bytes();
    let (mut count, mut last) = (0, Vec::new());
    let until = Instant::now() + Duration::from_secs(120);
    while memchr::memmem::find(&last, &end).is_none() {
        assert!(Instant::now() < until, "{count}");
        let next = live.runtime.block_on(async { tokio::time::timeout(PATIENCE, live.events.recv()).await });
        let Ok(Some((_, SessionEvent::Output(bytes)))) = next else { panic!("{next:?} after {count}") };
        assert!(bytes.len() <= wci::host::CHUNK);
        count += memchr::memchr_iter(b'\n', &bytes).count();
        last.drain(..last.len().saturating_sub(end.len()));
        last.extend(bytes);
    }
    let (answer, took) = told.join().unwrap();
    assert_eq!(answer, b"answered\n");
    assert!(took < Duration::from_secs(10), "{took:?}");
    // 16 bytes each, and the line of the command.
    assert_eq!(count, 209_715_200 / 16 + 1);
    // Other tests run beside it.
    assert!(peak() - before < 100_000, "{} KiB, then {} KiB", before, peak());
    live.marks.clear();
    live.session.send(b"\r".to_vec()).unwrap();
    live.prompt();
    leave(live, &server);
}

#[test]
fn no_ssh_outlives_a_wci_that_is_killed() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let mut killed = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "links::held_open"])
        .env("WCI_TEST_ADDRESS", server.address())
        .env("WCI_TEST_CONFIG", server.path("config"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + PATIENCE;
    while !server.user.processes().iter().any(|(_, line)| line.starts_with("bash --rcfile")) {
        assert!(Instant::now() < until, "{:?}", server.clients());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.clients().len(), 2, "{:?}", server.clients());
    killed.kill().unwrap();
    killed.wait().unwrap();
    server.nobody();
}

#[test]
#[ignore = "a part of no_ssh_outlives_a_wci_that_is_killed"]
fn held_open() {
    let Ok(address) = std::env::var("WCI_TEST_ADDRESS") else { return };
    let config = std::env::var_os("WCI_TEST_CONFIG").unwrap();
    let way = Way { arguments: vec!["-F".into(), config], ..Way::default() };
    let mut live = open(&Connection::by(address.parse().unwrap(), way).unwrap(), Shell::Bash);
    live.prompt();
    std::thread::sleep(PATIENCE);
}

#[test]
fn programs_with_the_whole_screen_work() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let mut live = open(&server.connection(), Shell::Bash);
    live.prompt();
    live.session.send(b"seq 500 | less\r".to_vec()).unwrap();
    live.until("less", |live| live.terminal.text().contains("\n23"));
    live.session.send(b"G".to_vec()).unwrap();
    live.until("its end", |live| live.terminal.text().contains("\n500"));
    live.marks.clear();
    live.session.send(b"q".to_vec()).unwrap();
    live.prompt();
    assert!(!live.terminal.text().contains("\n500"), "the screen is as it was");
    leave(live, &server);
}

#[test]
fn the_status_of_ssh_itself_can_be_that_of_the_shell() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    for shares in [true, false] {
        let mut live = open(&server.connection_to(&server.address(), shares), Shell::Bash);
        live.prompt();
        live.session.send(b"exit 255\r".to_vec()).unwrap();
        assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(255)), "{}", live.raw.escape_ascii());
        assert!(live.session.wait(PATIENCE));
    }
    server.nobody();
}

#[test]
fn a_client_that_cannot_share_logs_in_for_each() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let connection = server.connection_to(&server.address(), false);
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    assert_eq!(live.run("(exit 3)"), (Some(3), String::new()));
    assert_eq!(connection.second("echo checked").unwrap().output().unwrap().stdout, b"checked\n");
    leave(live, &server);
}

#[test]
fn where_no_socket_can_be_made_each_logs_in_for_itself() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let program = script(
        server.path("ssh"),
        "#!/bin/bash\nfor word; do words+=(\"${word/#*\\/wci-*\\/s//no/such/folder/s}\"); done\nexec ssh \"${words[@]}\"\n",
    );
    let way = Way { program, arguments: vec!["-F".into(), server.path("config").into()], ..Way::default() };
    let connection = Connection::by(server.address().parse().unwrap(), way).unwrap();
    assert!(connection.second("true").is_err(), "sharing is tried first");
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    assert!(live.raw.windows(14).any(|text| text == b"unix_listener:"), "{}", live.raw.escape_ascii());
    assert_eq!(live.run("(exit 3)"), (Some(3), String::new()));
    assert_eq!(connection.second("echo checked").unwrap().output().unwrap().stdout, b"checked\n");
    leave(live, &server);
}

#[test]
fn a_server_with_one_channel_to_a_connection_is_asked_over_another_one() {
    let Some(server) = Server::new("/bin/bash", "MaxSessions 1") else { return };
    let connection = server.connection();
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    assert_eq!(connection.second("echo checked").unwrap().output().unwrap().stdout, b"checked\n");
    leave(live, &server);
}

/// The start files of the login shell run before the word comes.
#[test]
fn a_shell_that_does_not_come_up_is_given_up() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    std::fs::write(server.user.home.join(".bashrc"), "if [ -t 0 ]; then read -p 'what? ' answer; fi\n").unwrap();
    let way =
        Way { arguments: vec!["-F".into(), server.path("config").into()], patience: Duration::from_secs(2), ..Way::default() };
    let mut live = open(&Connection::by(server.address().parse().unwrap(), way).unwrap(), Shell::Bash);
    let end = live.end();
    assert!(matches!(&end, SessionEvent::Refused(why) if why.contains("within 2 seconds")), "{end:?}");
    assert!(live.session.wait(PATIENCE));
    server.nobody();
}

/// Login shells that let nobody do anything.
#[test]
fn a_machine_that_runs_nothing_says_so() {
    let Some(server) = Server::with_shell("/usr/sbin/nologin") else { return };
    let mut live = open(&server.connection(), Shell::Bash);
    let end = live.end();
    assert!(matches!(&end, SessionEvent::Refused(why) if why.contains("runs no commands")), "{end:?}");
    server.nobody();
}
