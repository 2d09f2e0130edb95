//! Real shells in real pseudo-terminals.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod live;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use wci::host::ShellChoice;
use wci::session::{Ending, SessionEvent, Size};
use wci::terminal::MarkKind;

use live::{Live, PATIENCE, SIZE};

fn shells() -> impl Iterator<Item = &'static str> {
    let there = |name: &str| std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|folder| folder.join(name).exists());
    ["bash", "zsh", "dash"].into_iter().filter(move |name| {
        if !there(name) {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must have {name}");
            println!("skipped: no {name} on this machine");
        }
        there(name)
    })
}

/// A shell with another home folder: bash or zsh as `program`.
fn at_home(home: &Path, program: &str, files: &[(&str, &str)]) -> ShellChoice {
    for (name, text) in files {
        std::fs::write(home.join(name), text).unwrap();
    }
    let wrapper = home.join(program);
    std::fs::write(&wrapper, format!("#!/bin/sh\nHOME='{}' exec /usr/bin/env {program} \"$@\"\n", home.display())).unwrap();
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).unwrap();
    ShellChoice::named(&wrapper.display().to_string())
}

fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[test]
fn commands_tell_their_status_and_output_and_the_shell_remembers() {
    for shell in shells() {
        let mut live = Live::plain(shell);
        assert_eq!(live.run("printf 'a\\nb c\\n'"), (Some(0), "a\nb c".into()), "{shell}");
        assert_eq!(live.run("sh -c 'exit 3'"), (Some(3), String::new()), "{shell}");
        assert_eq!(live.says("echo $?"), "3", "{shell}: the marks do not change the status");
        live.run("x=kept; f() { echo \"f: $x\"; }");
        assert_eq!(live.run("f"), (Some(0), "f: kept".into()), "{shell}");
        let folder = tempfile::Builder::new().prefix("wci é %41 $x").tempdir().unwrap();
        live.run(&format!("cd '{}'", folder.path().display()));
        assert_eq!(Path::new(&live.folder), folder.path(), "{shell}");
        assert_eq!(Path::new(&live.says("pwd")), folder.path(), "{shell}");
        let nonce = live.opened.clone().unwrap();
        let environment = live.says("env");
        assert!(
            !environment.contains(&nonce) && environment.contains("TERM=xterm-256color") && environment.contains("WCI=1"),
            "{shell}"
        );
        // What the tests were started with is the learner's, so to speak: only what wci itself sets must be gone.
        let given = |line: &str| line.split_once('=').is_some_and(|(name, _)| std::env::var_os(name).is_some());
        let ours = environment.lines().any(|line| line.starts_with("WCI_") && !given(line));
        assert!(!ours && !environment.contains("ZDOTDIR") && !environment.contains("\nENV="), "{shell}: {environment}");
    }
}

#[test]
fn several_lines_run_as_one() {
    let text = "if true; then\n\techo 'a\tb'\nfi\ncat <<END\nhere $((1+1))\nEND\n( exit 4 )";
    for shell in shells() {
        let mut live = Live::plain(shell);
        assert_eq!(live.run(text), (Some(4), "a\tb\nhere 2".replace('\t', "       ")), "{shell}\n{}", live.raw.escape_ascii());
        assert_eq!(live.says("echo after"), "after", "{shell}");
        let wide = format!("echo {}", "wide ".repeat(60).trim());
        assert_eq!(live.says(&wide), "wide ".repeat(60).trim(), "{shell}: a wrapped command line");
    }
}

#[test]
fn busybox_tells_too() {
    let folder = tempfile::tempdir().unwrap();
    let ash = folder.path().join("ash");
    if std::os::unix::fs::symlink("/usr/bin/busybox", &ash).is_err() || !ash.exists() {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have busybox");
        println!("skipped: no busybox on this machine");
        return;
    }
    let mut live = Live::plain(&ash.display().to_string());
    assert_eq!(live.run("printf 'a\\nb c\\n'; (exit 3)"), (Some(3), "a\nb c".into()));
    assert_eq!(live.run("echo one\necho two"), (Some(0), "one\ntwo".into()), "{}", live.raw.escape_ascii());
}

/// As on macOS and Red Hat.
#[test]
fn bash_called_sh_tells_too() {
    let folder = tempfile::tempdir().unwrap();
    let sh = folder.path().join("sh");
    if std::os::unix::fs::symlink("/usr/bin/bash", &sh).is_err() || !sh.exists() {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have bash");
        println!("skipped: no bash on this machine");
        return;
    }
    let mut live = Live::plain(&sh.display().to_string());
    assert_eq!(live.run("printf 'a\\nb c\\n'; (exit 3)"), (Some(3), "a\nb c".into()));
    assert_eq!(live.run("echo one\necho two"), (Some(0), "one\ntwo".into()), "{}", live.raw.escape_ascii());
}

#[test]
fn prompts_do_not_grow() {
    for shell in shells() {
        let mut live = Live::plain(shell);
        let before: usize = live.says("echo ${#PS1}").parse().unwrap();
        for _ in 0..12 {
            live.run("true");
        }
        let after: usize = live.says("echo ${#PS1}").parse().unwrap();
        assert!(after <= before + 2, "{shell}: from {before} to {after}, and the number has one more digit");
    }
}

#[test]
fn an_interrupt_gives_the_prompt_back() {
    for shell in shells() {
        let mut live = Live::plain(shell);
        live.marks.clear();
        live.session.send(b"echo started; sleep 1000\r".to_vec()).unwrap();
        live.until("the command", |live| live.raw.ends_with(b"started\r\n"));
        // Between two commands bash has no program to interrupt.
        std::thread::sleep(Duration::from_millis(100));
        live.session.send(vec![3]).unwrap();
        live.prompt();
        assert!(live.marks.iter().any(|mark| mark.kind == MarkKind::CommandEnd(Some(130))), "{shell}: {:?}", live.marks);
    }
}

#[test]
fn numbers_rise_and_settings_of_the_learner_do_no_harm() {
    for shell in shells() {
        let mut live = Live::plain(shell);
        let first = live.marks.last().unwrap().number.unwrap();
        live.run("set -u");
        assert_eq!(live.run("false"), (Some(1), String::new()), "{shell}");
        live.run("set +u");
        live.run("set -e");
        assert_eq!(live.says("echo still here"), "still here", "{shell}");
        live.run("set +e");
        let traced = live.says("set -x; true");
        assert!(!traced.contains("wci"), "{shell}: {traced}");
        let traced = live.says("true");
        assert!(!traced.contains("wci"), "{shell}: {traced}");
        live.run("set +x");
        assert!(live.marks.last().unwrap().number.unwrap() > first + 5, "{shell}");
    }
}

#[test]
fn the_prompt_of_the_learner_stays() {
    let home = tempfile::tempdir().unwrap();
    let rc = "echo hello from rc\nPS1='mine> '\nPROMPT_COMMAND='old=$?; echo \"[status $old]\"'\nalias printf=false\n";
    let mut live = Live::open(at_home(home.path(), "bash", &[(".bashrc", rc)]));
    live.prompt();
    let screen = live.terminal.text();
    assert!(screen.starts_with("hello from rc\n") && screen.ends_with("[status 0]\nmine>"), "{screen}");
    assert_eq!(live.run("(exit 9)").0, Some(9));
    assert!(live.terminal.text().ends_with("[status 9]\nmine>"), "{}", live.terminal.text());
    live.run("PS1='(venv) '$PS1");
    assert_eq!(live.run("PROMPT_COMMAND+=('PS1=\"$HOSTTYPE:$PS1\"'); true").0, Some(0));
    live.run("PS1='new> '");
    assert_eq!(live.run("echo ok"), (Some(0), "ok".into()));

    if shells().any(|name| name == "zsh") {
        let rc = "PROMPT='zed%# '\nprecmd() { echo \"[status $?]\" }\nsetopt no_unset\n";
        let mut live = Live::open(at_home(home.path(), "zsh", &[(".zshrc", rc), (".zshenv", "export FROM_ZSHENV=1\n")]));
        live.prompt();
        assert_eq!(live.run("(exit 9)").0, Some(9));
        let screen = live.terminal.text();
        assert!(screen.ends_with("[status 9]\nzed#") || screen.ends_with("[status 9]\nzed%"), "{screen}");
        // A function of this name runs before all hooks: what it prints is told before the end.
        assert_eq!(live.says("echo $FROM_ZSHENV"), "1\n[status 0]");
        live.run("PROMPT='new> '");
        assert_eq!(live.run("echo ok"), (Some(0), "ok\n[status 0]".into()));
        assert!(live.terminal.text().ends_with("new>"));
    }
}

#[test]
fn a_start_file_may_read_or_end_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let mut live = Live::open(at_home(home.path(), "bash", &[(".bashrc", "read -p 'name? ' name\n")]));
    live.until("the question", |live| live.raw.ends_with(b"name? "));
    live.session.send(b"wci\r".to_vec()).unwrap();
    live.prompt();
    assert_eq!(live.says("echo $name"), "wci");

    let choice = at_home(home.path(), "bash", &[(".bashrc", "echo bye; exit 5\n")]);
    let mut live = Live::open(choice.clone());
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(5)));
    assert_eq!(live.terminal.text(), "bye", "all it wrote has been told");
    let mut live = Live::open(ShellChoice { plain: true, ..choice });
    live.prompt();
    assert_eq!(live.says("echo here"), "here");
}

#[test]
fn an_end_is_told_as_what_it_was() {
    for shell in shells() {
        let mut live = Live::plain(shell);
        live.session.send(b"exit 3\r".to_vec()).unwrap();
        assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(3)), "{shell}");
        let mut live = Live::plain(shell);
        live.session.send(b"kill -9 $$\r".to_vec()).unwrap();
        assert_eq!(live.end(), SessionEvent::Ended(Ending::Killed(9)), "{shell}");
        assert!(live.session.wait(Duration::from_secs(1)));
    }
}

#[test]
fn a_shell_that_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fish = folder.path().join("fish");
    std::fs::write(&fish, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&fish, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let fish = fish.display().to_string();
    for (program, says) in [
        ("/no/such/bash", "There is no /no/such/bash on this machine".to_owned()),
        ("nosuch", "There is no nosuch on this machine".to_owned()),
        (&fish, format!("wci cannot follow {fish}")),
    ] {
        let mut live = Live::open(ShellChoice::named(program));
        match live.end() {
            SessionEvent::Refused(why) => {
                assert_eq!(why, format!("{says}: leave, and start again with --shell bash."));
            }
            other => panic!("{other:?}"),
        }
        let _ = live.session.send(b"x".to_vec());
        live.session.resize(SIZE);
        live.session.end();
        assert!(live.session.wait(PATIENCE));
    }
}

#[test]
fn the_whole_tree_is_ended() {
    for shell in shells() {
        let mut live = Live::plain(shell);
        let stubborn = live.says("(trap '' HUP; sleep 1000) & sleep 1000 & sh -c 'sleep 1000 & echo deep $!'; echo last $!");
        let pids: Vec<&str> = stubborn.split_whitespace().filter(|word| word.parse::<u32>().is_ok_and(|n| n > 99)).collect();
        assert!(pids.len() >= 2 && pids.iter().all(|pid| alive(pid)), "{shell}: {stubborn}");
        live.session.end();
        // zsh leaves by itself when hung up on.
        let ending = if shell == "zsh" { Ending::Exited(1) } else { Ending::Killed(1) };
        assert_eq!(live.end(), SessionEvent::Ended(ending), "{shell}");
        assert!(live.session.wait(Duration::from_secs(3)), "{shell}");
        assert!(!pids.iter().any(|pid| alive(pid)), "{shell}: {stubborn}");
    }
}

#[test]
fn a_background_program_that_keeps_the_terminal_does_not_hide_the_end() {
    let mut live = Live::plain("bash");
    let pid = live.says("trap '' HUP; sleep 1000 & echo $!");
    let pid = pid.lines().last().unwrap().to_string();
    let begun = Instant::now();
    live.session.send(b"exec sh -c 'echo bye; exit 0'\r".to_vec()).unwrap();
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(0)));
    assert!(begun.elapsed() < Duration::from_secs(3) && alive(&pid));
    assert!(live.terminal.text().ends_with("bye"));
    let Live { session, .. } = live;
    session.end();
    assert!(session.wait(Duration::from_secs(3)) && !alive(&pid));
}

#[test]
fn a_flood_arrives_whole_through_a_slow_reader() {
    let mut live = Live::plain("dash");
    live.raw.clear();
    live.marks.clear();
    live.session.send(b"yes 123456789 | head -c 20000000\r".to_vec()).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    live.prompt();
    let count = live.raw.windows(2).filter(|pair| *pair == b"9\r").count();
    assert_eq!(count, 2_000_000);
}

#[test]
fn typing_never_waits_and_a_full_queue_says_so() {
    let mut live = Live::plain("dash");
    live.marks.clear();
    live.session.send(b"stty raw -echo; echo ready; sleep 1000\r".to_vec()).unwrap();
    live.until("raw mode", |live| live.raw.ends_with(b"ready\n"));
    let begun = Instant::now();
    let refused = (0..100).find_map(|_| live.session.send(vec![b'x'; 64 * 1024]).err());
    assert!(refused.is_some_and(|why| why.to_string().contains("does not read")) && begun.elapsed() < Duration::from_secs(1));
    live.session.end();
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Killed(1)));
}

#[test]
fn a_new_size_reaches_the_program() {
    let mut live = Live::plain("dash");
    live.session.resize(Size { columns: 101, rows: 33 });
    assert_eq!(live.says("stty size"), "33 101");
}
