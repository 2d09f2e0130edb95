//! The real `wci.exe`, run under Wine. What Wine cannot show is in `tests/on-windows.md`.
#![cfg(unix)]

mod bed;
mod path_step;
#[allow(dead_code, reason = "shared with the tests of the screen, which use more of it")]
#[path = "../it/tmux.rs"]
mod tmux;
mod way_back;

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use std::time::Instant;

use bed::Bed;
use bed::bed;
use bed::outside;

const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(15);

/// Wine's console shows marks as text: in a narrow one a prompt would wrap, and come twice.
const WIDE: u16 = 420;

const CHAPTER: &str = r#"---
title: Small
---
## Write a file {#write}

```powershell run
$text = 'hello',
    'there'
Set-Content C:\NAME.txt ($text -join ' ')
Get-Content C:\NAME.txt
```

```cmd or
echo hello there>C:\NAME.txt
type C:\NAME.txt
```

```toml check
says = "The file is there"
file = 'C:\NAME.txt'
contains = "hello there"
```

```toml check
says = "cmd can read it"
cmd = 'type C:\NAME.txt'
contains = "hello there"
```

```toml check
says = "cmd reads it and no more"
cmd = 'type C:\NAME.txt'
equals = "hello there"
```

```toml check
says = "PowerShell can read it"
powershell = 'Get-Content C:\NAME.txt'
contains = "hello there"
```

```powershell undo
Remove-Item C:\NAME.txt
```

```cmd or
del C:\NAME.txt
```
"#;

/// A course that writes a file of this name on drive C.
fn course(folder: &Path, name: &str) -> String {
    let dir = folder.join("course");
    fs::create_dir_all(&dir).expect("a folder");
    fs::write(dir.join("course.md"), "---\ntitle: A small course\n---\n").expect("written");
    fs::write(dir.join("01-small.md"), CHAPTER.replace("NAME", name)).expect("written");
    outside(&dir)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn it_says_its_version_lints_tells_the_status_and_how_it_is() {
    let Some(bed) = bed() else { return };
    let _local = bed.local();
    let version = bed.wci(&["--version"]);
    assert_eq!(text(&version).trim(), concat!("wci ", env!("CARGO_PKG_VERSION")));
    let lint = bed.wci(&["lint"]);
    assert!(lint.status.success() && text(&lint).contains("No problems"), "{}", text(&lint));
    let doctor = bed.wci(&["doctor", "--shell", "pwsh"]);
    for line in ["for windows on x86_64", "elevated", "prompt with marks after", "answered after", "AppData\\Local\\wci"] {
        assert!(text(&doctor).contains(line), "{line}: {}", text(&doctor));
    }
    let status = bed.wci(&["status"]);
    assert!(status.status.success() && text(&status).contains("introduction"), "{}", text(&status));
}

/// A step, run with its checks and taken back, in a shell.
fn runs_in(bed: &Bed, shell: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let name = format!("written-by-{shell}");
    let (course, state) = (course(folder.path(), &name), outside(&folder.path().join("state")));
    let common = ["--content", &course, "--state", &state, "--trust", "--shell", shell];
    let wci = |arguments: &[&str]| bed.wci(&[arguments, &common].concat());
    let ran = wci(&["run", "small", "--yes"]);
    assert!(ran.status.success(), "{}", text(&ran));
    let undone = wci(&["undo", "small#write", "--yes"]);
    assert!(undone.status.success(), "{}", text(&undone));
    assert!(!bed.drive().join(format!("{name}.txt")).exists());
}

#[test]
fn a_course_runs_through_cmd_and_through_powershell() {
    let Some(bed) = bed() else { return };
    runs_in(bed, "cmd");
    runs_in(bed, "pwsh");
}

#[test]
fn the_screen_is_driven_by_keys_through_a_step_and_out_again() {
    let Some(bed) = bed() else { return };
    if !tmux::available() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (course, state) = (course(folder.path(), "written-by-keys"), outside(&folder.path().join("state")));
    let line = bed.line(&["--content", &course, "--state", &state, "--trust", "--shell", "pwsh", "--at", "small#write"]);
    let pane = tmux::Pane::command(WIDE, 50, &line);
    let written = bed.drive().join("written-by-keys.txt");
    let _ = fs::remove_file(&written);
    // Wine's console draws roughly and drops keys while it starts, so what is looked at is what the keys bring about.
    pane.wait("PowerShell");
    let bring = |keys: &[&str], there: bool| {
        let press = || {
            // One by one: keys that come at once are a paste to it.
            for key in keys {
                pane.keys(&[key]);
                std::thread::sleep(Duration::from_millis(300));
            }
        };
        let (started, mut pressed) = (Instant::now(), Instant::now());
        press();
        while written.exists() != there {
            if pressed.elapsed() > AGAIN {
                pressed = Instant::now();
                press();
            }
            assert!(started.elapsed() < PATIENCE, "{keys:?} did nothing:\n{}", pane.screen());
            std::thread::sleep(Duration::from_millis(50));
        }
        pane.still();
    };
    bring(&["Enter"], true);
    bring(&["u", "Enter"], false);
    pane.keys(&["q"]).wait_end();
    let status = bed.wci(&["status", "--content", &course, "--state", &state]);
    assert!(text(&status).contains("0 of 1"), "{}", text(&status));
}

#[test]
fn the_journal_is_in_the_local_application_data_also_of_a_name_that_is_not_ascii() {
    let Some(bed) = bed() else { return };
    let local = bed.drive().join("users/Zoë Müller-Łukasz 文/AppData/Local");
    fs::create_dir_all(&local).expect("a folder");
    let folder = tempfile::tempdir().expect("a folder");
    let course = course(folder.path(), "written-elsewhere");
    let _moved = bed.move_local(r"C:\users\Zoë Müller-Łukasz 文\AppData\Local");
    let ran = bed.wci(&["reset", "--yes"]);
    assert!(ran.status.success(), "{}", text(&ran));
    let other = bed.wci(&["run", "small", "--yes", "--content", &course, "--trust", "--shell", "cmd"]);
    assert!(other.status.success(), "{:?}: {}", other.status, text(&other));
    assert!(local.join("wci/journal.db").is_file());
    assert!(local.join("wci/courses").is_dir());
}

/// The other tests share this Windows.
#[test]
fn the_local_application_data_comes_back_also_where_a_test_fails() {
    let Some(bed) = bed() else { return };
    let failed = std::panic::catch_unwind(|| {
        let _moved = bed.move_local(r"C:\elsewhere");
        panic!("as a test that fails");
    });
    assert!(failed.is_err());
    let _local = bed.local();
    let status = bed.wci(&["status"]);
    assert!(status.status.success() && !text(&status).contains("elsewhere"), "{}", text(&status));
}

/// A command that writes for as long as it lives.
struct Beat {
    folder: tempfile::TempDir,
    course: String,
    state: String,
}

impl Beat {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("course");
        fs::create_dir_all(&dir).expect("a folder");
        fs::write(dir.join("course.md"), "---\ntitle: A small course\n---\n").expect("written");
        let file = outside(&folder.path().join("beat"));
        let chapter = format!(
            "---\ntitle: Small\n---\n## Beat {{#beat}}\n\n```powershell run\ncmd /d /c 'for /l %i in (0,0,1) do @echo x>>{file}'\n```\n"
        );
        fs::write(dir.join("01-small.md"), chapter).expect("written");
        let state = outside(&folder.path().join("state"));
        Self { folder, course: outside(&dir), state }
    }

    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [more, &["--content", &self.course, "--state", &self.state, "--trust", "--shell", "pwsh"]].concat()
    }

    fn size(&self) -> u64 {
        fs::metadata(self.folder.path().join("beat")).map_or(0, |meta| meta.len())
    }

    #[track_caller]
    fn wait(&self, mut meanwhile: impl FnMut()) {
        let started = Instant::now();
        while self.size() < 50 {
            assert!(started.elapsed() < PATIENCE, "the command does not write");
            meanwhile();
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn is_over(&self, bed: &Bed) {
        let started = Instant::now();
        loop {
            let before = self.size();
            std::thread::sleep(Duration::from_millis(500));
            if self.size() == before {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(8), "the command still writes");
        }
        let status = bed.wci(&["status", "--content", &self.course, "--state", &self.state]);
        assert!(text(&status).contains("interrupted"), "{}", text(&status));
    }
}

#[test]
fn a_wci_that_is_killed_takes_what_it_started_with_it() {
    let Some(bed) = bed() else { return };
    let beat = Beat::new();
    let mut command = bed.command(&bed.exe);
    command.args(beat.arguments(&["run", "small", "--yes"]));
    let mut child = command.stdout(std::process::Stdio::null()).spawn().expect("wine64 starts");
    beat.wait(|| {});
    // Without a word: no handler of ours runs.
    child.kill().expect("killed");
    child.wait().expect("gone");
    beat.is_over(bed);
}

#[test]
fn a_window_that_is_closed_takes_what_it_started_with_it() {
    let Some(bed) = bed() else { return };
    if !tmux::available() {
        return;
    }
    let beat = Beat::new();
    let pane = tmux::Pane::command(WIDE, 50, &bed.line(&beat.arguments(&["--at", "small#beat"])));
    pane.wait("PowerShell").keys(&["Enter"]);
    let mut pressed = Instant::now();
    beat.wait(|| {
        if pressed.elapsed() > AGAIN {
            pressed = Instant::now();
            pane.keys(&["Enter"]);
        }
    });
    drop(pane);
    beat.is_over(bed);
}
