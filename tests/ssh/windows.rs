//! A Windows machine on the other side, played by a script in ssh's place: it answers as cmd does, and its PowerShell is the real engine.
//! A real Windows with its sshd was not tried.

use wci::course::{Os, Shell};
use wci::host::{Connection, Way};
use wci::session::{Ending, SessionEvent};
use wci::terminal::MarkKind;

use crate::engine::engine;
use crate::live::Live;
use crate::open;
use crate::server::script;

/// The console of Windows echoes nothing that is read as keys, and reads no lines then; here the terminal must be told.
fn played(first: &str) -> Option<(Live, tempfile::TempDir, Connection)> {
    let engine = engine()?;
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "#!/bin/bash\ntext=${{@: -1}}\ncase $text in\n\
         echo*) printf 'wci-Windows_NT-$PSEdition- ; uname -s ; command -v bash\\r\\n';;\n\
         where.exe*) printf 'C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell.exe\\r\\n'; exit 1;;\n\
         'powershell -NoLogo -NoExit -EncodedCommand '*)\n\
           stty -echo -icanon\n\
           NO_COLOR=1 exec '{}' -NoLogo -NoExit -Command \"{first}$(base64 -d <<<\"${{text##* }}\" | iconv -f utf-16le -t utf-8)\";;\n\
         *) echo \"$text\" >&2; exit 9;;\nesac\n",
        engine.display()
    );
    let way = Way { program: script(folder.path().join("ssh"), &text), shares: false, ..Way::default() };
    let connection = Connection::by("ssh://me@windows.example".parse().unwrap(), way).unwrap();
    Some((open(&connection, Shell::PowerShell), folder, connection))
}

fn leave(mut live: Live) {
    live.session.send(b"exit 7\r".to_vec()).unwrap();
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(7)), "{}", live.raw.escape_ascii());
}

#[test]
fn its_powershell_reads_the_marks_in_silence() {
    let Some((mut live, _folder, connection)) = played("") else { return };
    live.prompt();
    assert_eq!(connection.remote().map(|remote| (remote.shell, remote.os)), Some((Shell::PowerShell, Some(Os::Windows))));
    let raw = String::from_utf8_lossy(&live.raw).into_owned();
    assert!(!raw.contains("wci-") && !raw.contains("JHdja") && raw.len() < 400, "{}", live.raw.escape_ascii());
    live.marks.clear();
    live.session.send(b"6*7; sh -c 'exit 3'\r".to_vec()).unwrap();
    live.prompt();
    assert!(live.marks.iter().any(|mark| mark.kind == MarkKind::CommandEnd(Some(3))), "{:?}", live.marks);
    assert!(live.terminal.text().contains("\n42") || live.terminal.text().contains("> 42"), "{}", live.terminal.text());
    leave(live);
}

#[test]
fn in_constrained_language_it_comes_up_without_marks() {
    let first = "\\$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n";
    let Some((mut live, _folder, _connection)) = played(first) else { return };
    live.until("a prompt", |live| live.raw.ends_with(b"> "));
    assert!(live.opened.is_some() && live.marks.is_empty() && !live.raw.starts_with(b"wci"), "{}", live.raw.escape_ascii());
    live.session.send(b"6*7\r".to_vec()).unwrap();
    live.until("the answer", |live| live.raw.windows(3).any(|text| text == b"42\r"));
    leave(live);
}
