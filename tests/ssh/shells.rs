//! The shells that can be on the other side, each with its marks.

use wci::course::Shell;
use wci::session::{Ending, SessionEvent, Size};

use crate::live::{Live, PATIENCE};
use crate::open;
use crate::server::{Server, script, skipped};

/// Waits for the end, and holds that nothing is left.
pub fn leave(mut live: Live, server: &Server) {
    live.session.send(b"exit 7\r".to_vec()).unwrap();
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(7)), "{}", live.raw.escape_ascii());
    assert!(live.session.wait(PATIENCE));
    server.nobody();
}

/// The user's files, without those that fish, .NET and bash themselves make.
fn ours(server: &Server) -> Vec<std::path::PathBuf> {
    let own = [".config", ".local", ".cache", ".bash_history", "clr-debug-pipe", "dotnet-diagnostic", "CoreFxPipe"];
    let named = |path: &std::path::PathBuf| own.iter().any(|own| path.display().to_string().contains(own));
    server.user.files().into_iter().filter(|path| !named(path)).collect()
}

fn posix(login: &str, shell: Shell, rc: Option<(&str, &str)>) {
    let Some(server) = Server::with_shell(login) else { return };
    if let Some((name, text)) = rc {
        std::fs::write(server.user.home.join(name), text).unwrap();
    }
    let before = ours(&server);
    let connection = server.connection();
    let mut live = open(&connection, shell);
    live.prompt();
    assert_eq!(connection.remote().map(|remote| remote.shell), Some(shell));
    let nonce = live.opened.clone().unwrap();
    let raw = String::from_utf8_lossy(&live.raw).into_owned();
    assert!(!raw.contains("wci-ready") && !raw.contains("stty") && !raw.contains("__wci"), "{}", live.raw.escape_ascii());
    assert_eq!(live.run("printf 'a\\nb c\\n'"), (Some(0), "a\nb c".into()), "{login}");
    assert_eq!(live.run("sh -c 'exit 3'"), (Some(3), String::new()), "{login}");
    assert_eq!(live.run("if true; then\n\techo one\nfi\n( exit 4 )"), (Some(4), "one".into()), "{login}");
    live.run("cd /usr/bin; x=kept");
    assert_eq!(live.folder, "/usr/bin");
    assert_eq!(live.says("echo $x; tty | cut -c1-9; stty -a | grep -c ' echo '"), "kept\n/dev/pts/\n1");
    assert!(!live.says("env").contains(&nonce));
    assert_eq!(live.says("ls -l /proc/$$/fd | grep -c pipe"), "0", "no descriptor is left open");
    live.session.resize(Size { columns: 101, rows: 33 });
    // bash draws its prompt anew.
    std::thread::sleep(std::time::Duration::from_millis(300));
    live.prompt();
    assert_eq!(live.says("stty size"), "33 101");
    for (_, line) in server.user.processes() {
        assert!(!line.contains(&nonce), "{line}");
    }
    assert!(!server.clients().iter().any(|line| line.contains(&nonce)));
    live.marks.clear();
    live.session.send(b"echo started; sleep 1000\r".to_vec()).unwrap();
    live.until("the command", |live| live.raw.ends_with(b"started\r\n"));
    std::thread::sleep(std::time::Duration::from_millis(100));
    live.session.send(vec![3]).unwrap();
    live.prompt();
    assert_eq!(ours(&server), before);
    leave(live, &server);
    assert_eq!(ours(&server), before);
}

#[test]
fn bash_tells() {
    posix("/bin/bash", Shell::Bash, Some((".bashrc", "echo noise from bashrc\nPS1='mine> '\n")));
}

#[test]
fn other_login_shells_lead_to_bash() {
    std::thread::scope(|scope| {
        for login in ["/usr/bin/zsh", "/usr/bin/fish", "/usr/bin/tcsh"] {
            scope.spawn(move || match std::path::Path::new(login).exists() {
                true => posix(login, Shell::Bash, None),
                false => skipped(&format!("no {login} on this machine")),
            });
        }
    });
}

#[test]
fn sh_tells_where_there_is_no_bash() {
    without_bash(None);
    let busybox = "/usr/bin/busybox";
    if std::path::Path::new(busybox).exists() { without_bash(Some(busybox)) } else { skipped("no busybox on this machine") }
}

/// A PATH without bash, where all is this program or what the system has.
fn without_bash(all: Option<&str>) {
    let Some(server) = Server::with_shell("/bin/sh") else { return };
    let bin = server.path("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in ["sh", "stty", "uname", "readlink", "ls"] {
        let own =
            ["/usr/bin", "/bin"].map(|folder| std::path::Path::new(folder).join(name)).into_iter().find(|path| path.exists());
        std::os::unix::fs::symlink(all.map(Into::into).or(own).unwrap(), bin.join(name)).unwrap();
    }
    let mut server = server;
    std::fs::write(server.path("more"), format!("SetEnv PATH={}", bin.display())).unwrap();
    server.close();
    server.listen();
    std::fs::write(
        server.user.home.join(".profile"),
        "echo noise; PATH=$PATH:/usr/bin; export MINE=1; ENV=$HOME/.shrc; export ENV\n",
    )
    .unwrap();
    std::fs::write(server.user.home.join(".shrc"), "alias hi='echo from shrc'\n").unwrap();
    let mut live = open(&server.connection(), Shell::Sh);
    live.prompt();
    assert!(!live.raw.windows(5).any(|word| word == b"__wci"), "{}", live.raw.escape_ascii());
    assert_eq!(live.run("printf 'a\\nb c\\n'; (exit 3)"), (Some(3), "a\nb c".into()));
    assert_eq!(live.run("echo one\necho two"), (Some(0), "one\ntwo".into()));
    assert_eq!(live.says("hi; echo $MINE $WCI_ENV; echo ${ENV#$HOME}"), "from shrc\n1\n/.shrc");
    // In two steps: in a pipeline the shell itself has a pipe for a moment.
    assert_eq!(live.says("ls -l /proc/$$/fd >fds; grep -c pipe fds"), "0");
    leave(live, &server);
}

/// The script would be seen where the echo cannot be switched off.
#[test]
fn without_stty_the_shell_comes_up_without_marks() {
    let Some(mut server) = Server::with_shell("/bin/sh") else { return };
    let bin = server.path("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in ["sh", "uname"] {
        std::os::unix::fs::symlink(std::path::Path::new("/bin").join(name), bin.join(name)).unwrap();
    }
    std::fs::write(server.path("more"), format!("SetEnv PATH={}", bin.display())).unwrap();
    server.close();
    server.listen();
    let mut live = open(&server.connection(), Shell::Sh);
    live.until("a prompt", |live| live.raw.ends_with(b"$ "));
    assert!(live.opened.is_some() && live.marks.is_empty() && live.raw.len() < 20, "{}", live.raw.escape_ascii());
    live.session.send(b"echo $((6*7))\r".to_vec()).unwrap();
    live.until("the answer", |live| live.raw.windows(3).any(|text| text == b"42\r"));
    leave(live, &server);
}

/// The engine as the login shell of a user: a wrapper that all may read.
#[test]
fn powershell_tells() {
    use std::os::unix::fs::PermissionsExt;
    let Some(engine) = crate::engine::engine() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let text = format!("#!/bin/sh\nNO_COLOR=1 PATH={}:$PATH exec '{}' \"$@\"\n", folder.path().display(), engine.display());
    let wrapper = script(folder.path().join("pwsh"), &text);
    let Some(server) = Server::with_shell(&wrapper.display().to_string()) else { return };
    let before = ours(&server);
    let connection = server.connection();
    let mut live = open(&connection, Shell::Pwsh);
    live.prompt();
    assert!(!live.raw.windows(5).any(|word| word == b"__wci"), "{}", live.raw.escape_ascii());
    assert_eq!(live.run("1+1"), (Some(0), "2".into()));
    assert_eq!(live.run("sh -c 'exit 3'").0, Some(3));
    assert_eq!(live.run("Get-Item /nope").0, Some(1));
    assert_eq!(live.run("'one'\nsh -c 'exit 4'"), (Some(4), "one".into()));
    live.run("cd /usr/bin");
    assert_eq!(live.folder, "/usr/bin");
    let nonce = live.opened.clone().unwrap();
    for (_, line) in server.user.processes() {
        assert!(!line.contains(&nonce), "{line}");
    }
    assert_eq!(ours(&server), before);
    leave(live, &server);
}
