//! Logins where no connection is shared, as on Windows: what the first channel asks answers the others.

use std::time::Duration;

use wci::course::Shell;
use wci::host::{Connection, Way};
use wci::session::{Ending, Loss, SessionEvent};
use wci::terminal::MarkKind;

use crate::live::{Live, PATIENCE};
use crate::server::{Server, script};
use crate::shells::leave;
use crate::{answer, open};

fn alone(server: &Server) -> Connection {
    server.connection_to(&server.address(), false)
}

fn lost(live: &mut Live) -> Loss {
    match live.end() {
        SessionEvent::Lost(loss) => loss,
        other => panic!("{other:?}\n{}", live.raw.escape_ascii()),
    }
}

fn second(connection: &Connection) -> (String, String) {
    let told = connection.second("echo checked").unwrap().output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&told.stdout), text(&told.stderr))
}

/// Whether any process of the machine shows a text where others could read it.
fn on_view(text: &str) -> bool {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.map(|entry| entry.path()).any(|path| {
        ["cmdline", "environ"].iter().any(|name| {
            std::fs::read(path.join(name)).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
        })
    })
}

#[test]
fn a_password_is_typed_once_and_good_for_session_and_checks() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    server.client("PubkeyAuthentication no");
    let connection = alone(&server);
    let mut live = open(&connection, Shell::Bash);
    answer(&mut live, 1, "password: ", "wrong");
    // A key that is no character is none of the password, and what is deleted is not either.
    answer(&mut live, 2, "password: ", &format!("\x1b[Dx\x7f{}", server.user.password));
    live.prompt();
    let shown = live.raw.escape_ascii().to_string();
    assert!(
        !shown.contains("pass word") && shown.contains("Permission denied, please try again.") && !shown.contains("wrong"),
        "{shown}"
    );
    assert_eq!(shown.matches("password: ").count(), 2, "{shown}");
    assert_eq!(live.run("(exit 3)"), (Some(3), String::new()));
    assert_eq!(second(&connection), ("checked\n".into(), String::new()));
    assert!(on_view(&server.path("config").display().to_string()), "the clients are looked at");
    assert!(!on_view(&server.user.password));
    leave(live, &server);

    // What was typed is forgotten with the connection.
    let after = connection.clone();
    connection.close();
    let (said, words) = second(&after);
    assert!(said.is_empty() && words.contains("Permission denied ("), "{words}");
    server.nobody();
}

/// It has nothing of what wci tells ssh, but what it asks is asked in the pane all the same.
#[test]
fn a_machine_between_is_logged_in_to_as_well() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    let gate = format!("{}@127.0.0.1:{}", server.user.name, server.port);
    server.client(&format!(
        "PubkeyAuthentication no\nMatch originalhost behind\nHostName localhost\nHostKeyAlias [127.0.0.1]:{0}\nPort {0}\nProxyJump {gate}\nMatch all",
        server.port
    ));
    let connection = server.connection_to(&format!("ssh://{}@behind", server.user.name), false);
    let mut live = open(&connection, Shell::Bash);
    answer(&mut live, 1, &format!("{}@127.0.0.1's password: ", server.user.name), &server.user.password);
    answer(&mut live, 1, &format!("{}@[127.0.0.1]:{}'s password: ", server.user.name, server.port), &server.user.password);
    live.prompt();
    assert_eq!(live.raw.windows(9).filter(|text| *text == b"password:").count(), 2, "{}", live.raw.escape_ascii());
    assert_eq!(second(&connection).0, "checked\n");
    leave(live, &server);
}

#[test]
fn wrong_answers_and_none_are_told() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    server.client("PubkeyAuthentication no\nNumberOfPasswordPrompts 2");
    let connection = alone(&server);
    let mut live = open(&connection, Shell::Bash);
    answer(&mut live, 1, "password: ", "wrong");
    answer(&mut live, 2, "password: ", "wrong");
    let loss = lost(&mut live);
    assert!(!loss.again && loss.why.contains("refused the login"), "{loss:?}");
    // Nothing of it is tried again for a check.
    let (said, words) = second(&connection);
    assert!(said.is_empty() && words.matches("Permission denied").count() == 1, "{words}");

    let mut live = open(&connection, Shell::Bash);
    live.until("the question", |live| live.raw.ends_with(b"password: "));
    live.session.send(vec![3]).unwrap();
    let loss = lost(&mut live);
    assert!(!loss.again && loss.why.contains("was stopped"), "{loss:?}");
    assert_eq!(live.raw.windows(9).filter(|text| *text == b"password:").count(), 1, "it is not asked again");

    // Whoever leaves at a question leaves nothing.
    let mut live = open(&connection, Shell::Bash);
    live.until("the question", |live| live.raw.ends_with(b"password: "));
    live.session.end();
    assert!(live.session.wait(Duration::from_secs(3)));
    assert!(matches!(live.end(), SessionEvent::Ended(_)));
    server.nobody();
}

/// Such an ssh would ask on our own terminal, where nobody is to be asked.
#[test]
fn an_ssh_that_lets_nobody_else_ask_opens_the_shell_as_it_is() {
    let Some(server) = Server::with_shell("/bin/bash") else { return };
    server.client("PubkeyAuthentication no");
    let old = "#!/bin/sh\n[ \"$1\" != -V ] || { echo OpenSSH_8.2p1 >&2; exit; }\nunset SSH_ASKPASS_REQUIRE\nexec ssh \"$@\"\n";
    let arguments = vec!["-F".into(), server.path("config").into()];
    let way = Way { program: script(server.path("ssh"), old), arguments, shares: false, ..Way::default() };
    let connection = Connection::by(server.address().parse().unwrap(), way).unwrap();
    let mut live = open(&connection, Shell::Sh);
    answer(&mut live, 1, "password: ", &server.user.password);
    live.until("a prompt", |live| live.raw.ends_with(b"$ "));
    assert!(live.marks.iter().all(|mark| mark.kind != MarkKind::PromptEnd) && connection.remote().is_none());
    live.session.send(b"echo $((6*7)); exit 7\r".to_vec()).unwrap();
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(7)));
    assert!(live.terminal.text().contains("\n42"));
    let mut live = open(&connection, Shell::Sh);
    for nth in 1..=3 {
        answer(&mut live, nth, "password: ", "wrong");
    }
    let loss = lost(&mut live);
    assert!(!loss.again && loss.why.contains("refused the login"), "{loss:?}");
    assert!(live.session.wait(PATIENCE));
    server.nobody();
}
