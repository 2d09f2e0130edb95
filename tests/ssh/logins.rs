//! What ssh asks before it lets in, and what it says where it does not.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wci::course::Shell;
use wci::host::{Connection, Door, Way};
use wci::session::{Loss, SessionEvent};

use crate::live::Live;
use crate::server::{Server, script, skipped};
use crate::shells::leave;
use crate::{answer, open};

/// The session ends before it has begun, for this reason.
fn lost(connection: &Connection) -> (Loss, Live) {
    let mut live = open(connection, Shell::Bash);
    match live.end() {
        SessionEvent::Lost(loss) => {
            assert_eq!(live.opened, None);
            (loss, live)
        }
        other => panic!("{other:?}\n{}", live.raw.escape_ascii()),
    }
}

#[test]
fn a_key_logs_in_and_a_second_channel_asks_nobody() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let connection = server.connection();
    assert!(connection.second("true").is_err(), "nobody is logged in yet: it does not try for itself");
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    let begun = Instant::now();
    let told = connection.second("echo $((6*7)); id -un").unwrap().output().unwrap();
    assert_eq!(String::from_utf8_lossy(&told.stdout), format!("42\n{}\n", server.user.name));
    assert!(begun.elapsed() < Duration::from_secs(2), "no login of its own");
    leave(live, &server);
    assert!(connection.second("true").is_err());
    // The same connection can be used again.
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    assert_eq!(live.says("echo again"), "again");
    // Hanging up from this side leaves nothing either.
    live.session.end();
    assert!(live.session.wait(Duration::from_secs(5)));
    server.nobody();
}

#[test]
fn a_passphrase_is_asked_for_in_the_pane_once() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    server.key("locked", "open sesame 7");
    server.allow("locked");
    server.client(&format!("IdentityFile {}", server.path("locked").display()));
    for shares in [true, false] {
        let connection = server.connection_to(&server.address(), shares);
        let mut live = open(&connection, Shell::Bash);
        answer(&mut live, 1, "Enter passphrase for key", "open sesame 7");
        live.prompt();
        assert!(!live.raw.windows(6).any(|text| text == b"sesame"), "{}", live.raw.escape_ascii());
        assert_eq!(live.says("echo in"), "in");
        assert_eq!(connection.second("echo checked").unwrap().output().unwrap().stdout, b"checked\n");
        leave(live, &server);
    }
}

#[test]
fn a_password_is_asked_for_in_the_pane() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    server.client("PubkeyAuthentication no\nNumberOfPasswordPrompts 2");
    let connection = server.connection();
    let mut live = open(&connection, Shell::Bash);
    answer(&mut live, 1, "password: ", "wrong");
    live.until("the second question", |live| live.raw.windows(9).filter(|text| *text == b"password:").count() == 2);
    live.session.send(format!("{}\r", server.user.password).into_bytes()).unwrap();
    live.prompt();
    assert!(!live.raw.windows(9).any(|text| text == b"pass word"), "{}", live.raw.escape_ascii());
    assert_eq!(live.says("echo in"), "in");
    // Checks go over the same connection: nobody is asked again.
    assert_eq!(connection.second("echo checked").unwrap().output().unwrap().stdout, b"checked\n");
    leave(live, &server);

    let mut live = open(&connection, Shell::Bash);
    answer(&mut live, 1, "password: ", "wrong");
    live.until("the second question", |live| live.raw.windows(9).filter(|text| *text == b"password:").count() == 2);
    live.session.send(b"wrong\r".to_vec()).unwrap();
    let end = live.end();
    assert!(matches!(&end, SessionEvent::Lost(loss) if !loss.again && loss.why.contains("refused the login")), "{end:?}");

    let mut live = open(&connection, Shell::Bash);
    live.until("the question", |live| live.raw.ends_with(b"password: "));
    live.session.send(vec![3]).unwrap();
    let end = live.end();
    assert!(matches!(&end, SessionEvent::Lost(loss) if !loss.again && loss.why.contains("was stopped")), "{end:?}");
    server.nobody();
}

#[test]
fn whoever_leaves_at_a_question_leaves_nothing() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    server.client("PubkeyAuthentication no");
    let connection = server.connection();
    let mut live = open(&connection, Shell::Bash);
    live.until("the question", |live| live.raw.ends_with(b"password: "));
    live.session.end();
    assert!(live.session.wait(Duration::from_secs(3)));
    assert!(matches!(live.end(), SessionEvent::Ended(_)));
    server.nobody();
    drop((live, connection));
    // The folder of the socket goes with the last who could use it.
    server.client("");
    let connection = server.connection();
    let mut live = open(&connection, Shell::Bash);
    live.prompt();
    let line = server.clients().into_iter().find(|line| line.contains(" -N ")).unwrap();
    let socket = line.split(' ').find(|word| word.ends_with("/s")).unwrap().to_owned();
    let folder = std::path::Path::new(&socket).parent().unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    drop(live);
    drop(connection);
    server.nobody();
    let until = Instant::now() + Duration::from_secs(5);
    while folder.exists() {
        assert!(Instant::now() < until, "{socket}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_new_host_key_is_asked_about_and_a_changed_one_refused() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let right = server.text("known");
    for shares in [true, false] {
        server.known("");
        let connection = server.connection_to(&server.address(), shares);
        let mut live = open(&connection, Shell::Bash);
        answer(&mut live, 1, "Are you sure you want to continue connecting", "no");
        let end = live.end();
        assert!(matches!(&end, SessionEvent::Lost(loss) if !loss.again && loss.why.contains("was not accepted")), "{end:?}");
        assert!(live.raw.windows(11).any(|text| text == b"fingerprint"), "{}", live.raw.escape_ascii());

        let mut live = open(&connection, Shell::Bash);
        answer(&mut live, 1, "Are you sure you want to continue connecting", "nx\x7f\x7fyes");
        live.prompt();
        assert!(live.terminal.text().contains("? yes\n"), "what is typed is seen: {}", live.terminal.text());
        leave(live, &server);
    }

    server.key("other", "");
    let wrong = format!("[127.0.0.1]:{} {}", server.port, server.text("other.pub"));
    for shares in [true, false] {
        server.known(&wrong);
        let (loss, _) = lost(&server.connection_to(&server.address(), shares));
        let removal = format!("-R \"[127.0.0.1]:{}\"` removes", server.port);
        assert!(!loss.again && loss.why.contains("`ssh-keygen -f ") && loss.why.contains(&removal), "{loss:?}");
        assert_eq!(server.text("known").trim(), wrong.trim(), "nothing is overridden");
    }
    server.known(&right);
    server.nobody();
}

#[test]
fn what_cannot_be_reached_is_said_as_what_it_is() {
    let Some(mut server) = Server::with_shell("/bin/bash") else { return };
    server.options = vec!["-o".into(), "ConnectTimeout=2".into()];
    let at = |host: &str, port: u16| format!("ssh://nobody@{host}:{port}");
    let both = |server: &Server, address: &str, why: &str, again: bool| {
        for shares in [true, false] {
            let (loss, live) = lost(&server.connection_to(address, shares));
            assert!(loss.why.contains(why) && loss.again == again, "{address}: {loss:?}\n{}", live.raw.escape_ascii());
        }
    };
    both(&server, &at("no-such-machine.invalid", 22), "No machine is known by the name", true);
    // It accepts and says nothing, as a forwarded port does while the machine behind it is down.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    both(&server, &at("127.0.0.1", silent.local_addr().unwrap().port()), "no ssh server yet", true);
    drop(silent);
    // One that is refused is refused whoever asks.
    server.client("Ciphers aes128-ctr");
    std::fs::write(server.path("more"), "Ciphers aes256-ctr").unwrap();
    server.close();
    server.listen();
    both(&server, &server.address(), "no matching cipher found", false);
    server.client("");
    server.close();
    both(&server, &server.address(), "refuses connections", true);
    server.client("NoSuchOption yes");
    both(&server, &server.address(), "nosuchoption", false);
    server.nobody();
}

/// In a network where packets go nowhere, and in one with no way out.
#[test]
fn a_machine_that_does_not_answer_is_unreachable() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let nowhere = "ip link add d0 type veth peer name d1 && ip addr add 10.99.0.1/24 dev d0 && ip link set d0 up && ip link set d1 up && \
                   ip neigh add 10.99.0.2 lladdr 02:00:00:00:00:09 dev d0 || exit 99";
    for (network, why) in [(nowhere, "does not answer"), (":", "There is no way to")] {
        let text = format!("#!/bin/sh\n[ \"$1\" = in ] || exec unshare -n \"$0\" in \"$@\"\nshift\n{network}\nexec ssh \"$@\"\n");
        let program = script(server.path("ssh"), &text);
        if !Command::new(&program).arg("-V").stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return skipped("no network of its own can be made here");
        }
        let way = Way { program, arguments: vec!["-o".into(), "ConnectTimeout=2".into()], ..Way::default() };
        let begun = Instant::now();
        let (loss, live) = lost(&Connection::by("ssh://nobody@10.99.0.2".parse().unwrap(), way).unwrap());
        assert!(loss.again && loss.why.contains(why), "{loss:?}\n{}", live.raw.escape_ascii());
        assert!(begun.elapsed() < Duration::from_secs(8));
    }
    server.nobody();
}

#[test]
fn no_ssh_is_refused_with_what_to_install() {
    let way = Way { program: "no-such-ssh".into(), ..Way::default() };
    let connection = Connection::by("ssh://me@127.0.0.1".parse().unwrap(), way).unwrap();
    let mut live = Live::at(Door::Ssh(connection), Shell::Bash);
    let end = live.end();
    assert!(matches!(&end, SessionEvent::Refused(why) if why.contains("openssh-client")), "{end:?}");
}
