//! The real companion, driven by keys alone.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::tmux::Pane;
use crate::tmux::available;

fn status(state: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wci"));
    let out = command.arg("--state").arg(state).args(arguments).arg("status").output().expect("wci runs");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Enter, again and again, until the page after the last step.
#[track_caller]
fn to_the_end(pane: &Pane) {
    for _ in 0..400 {
        let screen = pane.still();
        if screen.contains("That was \"The same idea on Linux\"") {
            return;
        }
        if screen.contains("Ctrl-C stops") {
            std::thread::sleep(Duration::from_millis(200));
            continue;
        }
        pane.keys(&["Enter"]);
    }
    panic!("the end was not reached:\n{}", pane.screen());
}

fn through_the_warm_up(columns: u16, rows: u16) {
    if !available() {
        return;
    }
    let _one = crate::warm_up();
    let state = tempfile::tempdir().expect("a folder");
    let pane = Pane::start(columns, rows, state.path(), &["--vm", "rehearsal"]);
    pane.wait("Windows Containers Internals").keys(&["Enter"]);
    to_the_end(&pane);
    pane.keys(&["q"]).wait_end();
    let status = status(state.path(), &[]);
    for line in status.lines().filter(|l| l.contains("(warm-up#")) {
        let word = line.trim_start();
        assert!(word.starts_with("done") || word.starts_with("not here"), "{status}");
    }
}

#[test]
fn the_warm_up_by_keys_alone_at_80_by_24() {
    through_the_warm_up(80, 24);
}

#[test]
fn the_warm_up_by_keys_alone_at_120_by_40() {
    through_the_warm_up(120, 40);
}

#[test]
fn the_warm_up_by_keys_alone_at_200_by_60() {
    through_the_warm_up(200, 60);
}

const SLOW: &str = r#"---
title: Slow
---
## Quick {#quick}

```sh run
true
```

## Slow {#slow}

```sh run
echo begun; sleep 600
```

```toml check
says = "It ended well"
exit = 0
```
"#;

fn slow_course() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("course.md"), "---\ntitle: A slow course\nsummary: For tests.\n---\n").expect("written");
    std::fs::write(dir.path().join("01-slow.md"), SLOW).expect("written");
    dir
}

#[test]
fn killed_in_the_middle_of_a_step_it_comes_back_to_that_step() {
    if !available() {
        return;
    }
    let (course, state) = (slow_course(), tempfile::tempdir().expect("a folder"));
    let content = course.path().display().to_string();
    let arguments = ["--content", content.as_str(), "--trust"];
    let pane = Pane::start(100, 30, state.path(), &arguments);
    pane.wait("A slow course").keys(&["Enter"]).wait("Quick");
    pane.keys(&["Enter"]).wait("Done: Quick").keys(&["Enter"]).wait("sleep 600");
    pane.keys(&["Enter"]).wait("begun").wait("Ctrl-C stops");
    let killed = Command::new("kill").arg("-9").arg(pane.pid().to_string()).status().expect("kill runs");
    assert!(killed.success());
    pane.wait_end();
    assert!(status(state.path(), &["--content", &content]).contains("interrupted"));

    let again = Pane::start(100, 30, state.path(), &arguments);
    again.wait("was running when wci stopped").wait("sleep 600");
    again.keys(&["Enter"]).wait("Ctrl-C stops").keys(&["C-c"]).wait("status 130");
    again.keys(&["q"]).wait_end();
}

#[test]
fn typing_resizing_and_leaving_in_a_live_shell() {
    if !available() {
        return;
    }
    let (course, state) = (slow_course(), tempfile::tempdir().expect("a folder"));
    let content = course.path().display().to_string();
    let pane = Pane::start(80, 24, state.path(), &["--content", &content, "--trust"]);
    pane.wait("A slow course").keys(&["Enter"]).wait("Quick").keys(&["Tab"]);
    pane.types("cd /tmp; X=kept; echo one-$X").keys(&["Enter"]).wait("one-kept");
    pane.resize(30, 8).until("a word about the size", |s| s.contains("Too small"));
    pane.resize(1, 1);
    std::thread::sleep(Duration::from_millis(200));
    pane.resize(160, 50).wait("one-kept");
    pane.types("echo two-$X-$PWD").keys(&["Enter"]).wait("two-kept-/tmp");
    pane.keys(&["C-]"]).keys(&["q"]).wait_end();
}

#[test]
fn a_full_screen_program_works_in_the_pane() {
    if !available() {
        return;
    }
    if Command::new("less").arg("--version").output().is_err() {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have less");
        eprintln!("skipped: less is not installed");
        return;
    }
    let (course, state) = (slow_course(), tempfile::tempdir().expect("a folder"));
    let content = course.path().display().to_string();
    let pane = Pane::start(100, 30, state.path(), &["--content", &content, "--trust"]);
    pane.wait("A slow course").keys(&["Enter"]).wait("Quick").keys(&["Tab"]);
    pane.types("seq 1 500 | less")
        .keys(&["Enter"])
        .until("less", |s| s.lines().any(|l| l.trim_matches(|c: char| !c.is_ascii_digit()) == "5"));
    pane.keys(&["G"]).until("its end", |s| s.contains("500"));
    pane.keys(&["q"]);
    pane.types("echo back-$((40+2))").keys(&["Enter"]).wait("back-42");
    pane.keys(&["C-]"]).keys(&["q"]).wait_end();
}
