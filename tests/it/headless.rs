//! `wci run` and the other commands without a screen, as a script would use them.

use std::path::Path;
use std::process::Command;
use std::process::Output;

use serde_json::Value;

fn wci(state: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wci"))
        .args(arguments)
        .env("WCI_STATE", state)
        .env("WCI_SHELL", "bash")
        .env("HOME", state)
        .env_remove("XDG_CONFIG_HOME")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("wci runs")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn events(output: &Output) -> Vec<Value> {
    let out = String::from_utf8_lossy(&output.stdout);
    out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn course(chapter: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("course.md"), "---\ntitle: A course\nsummary: For tests.\n---\n").expect("written");
    std::fs::write(dir.path().join("01-demo.md"), format!("---\ntitle: Demo\n---\n{chapter}")).expect("written");
    dir
}

fn run(chapter: &str, arguments: &[&str]) -> Output {
    let (dir, state) = (course(chapter), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let mut all = vec!["--content", &content, "--trust", "run"];
    all.extend(arguments);
    wci(state.path(), &all)
}

#[cfg(target_os = "linux")]
#[test]
fn the_warm_up_runs_for_real_and_every_step_that_applies_passes() {
    let _one = crate::warm_up();
    let state = tempfile::tempdir().expect("a folder");
    let out = wci(state.path(), &["run", "warm-up", "--yes", "--format", "json"]);
    let events = events(&out);
    let steps: Vec<&Value> = events.iter().filter(|e| e["event"] == "step").collect();
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    assert!(steps.len() >= 9, "{steps:#?}");
    let ran = events.iter().filter(|e| e["event"] == "finished").count();
    assert!(ran >= 3, "something real happens on every Linux: {ran} commands ran");
    if std::env::var_os("WCI_CI").is_some() {
        assert!(steps.iter().all(|s| s["verdict"] == "pass"), "CI has all that the warm-up needs: {steps:#?}");
    }
    for step in steps {
        assert!(matches!(step["verdict"].as_str(), Some("pass" | "warn" | "skipped")), "{step}");
        assert!(step["checks"].is_array() && step["reason"].is_string() && step["chapter"] == "warm-up");
    }
}

#[test]
fn a_command_without_a_word_is_given_up_and_the_checks_decide() {
    let chapter = r#"## Waits {#waits optional}

```sh run
read -r answer
```

## Lost {#lost}

```sh run
PROMPT_COMMAND=; PS1='lost> '; touch "$HOME/done"
```

```toml check
says = "It was done"
sh = 'test -e "$HOME/done"'
```

## After {#after}

```sh run
echo still here
```
"#;
    let out = run(chapter, &["demo", "--yes", "--patience", "2s", "--format", "json"]);
    let events = events(&out);
    let verdicts: Vec<&str> = events.iter().filter(|e| e["event"] == "step").filter_map(|e| e["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["unknown", "pass", "pass"], "{}", text(&out));
    assert_eq!(events.iter().filter(|e| e["event"] == "given-up").count(), 2, "{}", text(&out));
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
}

#[test]
fn a_step_that_does_not_pass_ends_with_1_and_says_what_was_seen() {
    let out = run(
        "## A {#a}\n\n```sh run\necho no\n```\n\n```toml check\nsays = \"It says yes\"\noutput = true\nequals = \"yes\"\n```\n\n## B {#b}\n\n```sh run\ntouch never\n```\n",
        &["demo", "--yes"],
    );
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
    let text = text(&out);
    assert!(text.contains("It says yes") && text.contains("saw no"), "{text}");
    assert!(text.contains("not reached"), "{text}");
}

#[test]
fn the_shell_is_one_and_keeps_folder_variables_and_functions_across_steps() {
    let out = run(
        "## A {#a}\n\n```sh run\ncd /; X=kept; f() { echo \"$X in $PWD\"; }\n```\n\n## B {#b}\n\n```sh run\nf\n```\n\n```toml check\nsays = \"All is kept\"\noutput = true\nequals = \"kept in /\"\n```\n",
        &["demo", "--yes"],
    );
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
}

#[test]
fn a_command_of_several_lines_runs_as_one() {
    let out = run(
        "## A {#a}\n\n```sh run\nfor i in 1 2\ndo\n  echo \"line $i\"\ndone\ncat <<END\nin a document\nEND\n```\n\n```toml check\nsays = \"All of it\"\noutput = true\nmatches = 'line 1\\nline 2\\nin a document'\n```\n",
        &["demo", "--yes"],
    );
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
}

#[test]
fn nothing_runs_unasked() {
    let out = run("## A {#a}\n\n```sh run\ntouch $HOME/ran\n```\n", &["demo"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out));
    assert!(text(&out).contains("--yes"));
}

#[test]
fn a_course_from_elsewhere_is_not_run_before_it_is_trusted() {
    let (dir, state) = (course("## A {#a}\n\n```sh run\ntrue\n```\n"), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let out = wci(state.path(), &["--content", &content, "run", "demo", "--yes"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out));
    assert!(text(&out).contains("Say so with --trust.") && !text(&out).contains("--yes"), "{}", text(&out));
    assert_eq!(wci(state.path(), &["--content", &content, "--trust", "run", "demo", "--yes"]).status.code(), Some(0));
    assert_eq!(wci(state.path(), &["--content", &content, "run", "demo", "--yes"]).status.code(), Some(0), "trusted before");
    std::fs::write(dir.path().join("01-demo.md"), "---\ntitle: Demo\n---\n## A {#a}\n\n```sh run\nfalse\n```\n")
        .expect("written");
    assert_eq!(wci(state.path(), &["--content", &content, "run", "demo", "--yes"]).status.code(), Some(3), "it has changed");
}

#[test]
fn what_waits_for_a_person_ends_with_3() {
    let out = run("## A {#a on=vm}\n\n```powershell run\nGet-Date\n```\n", &["demo", "--yes"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out));
    let out = run("## A {#a}\n\n- [ ] one\n- [ ] two\n", &["demo", "--yes"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out));
}

/// A course whose first step restarts the machine with this command, and whose second counts on it.
fn restarts(command: &str) -> tempfile::TempDir {
    course(&format!(
        "## A {{#a}}\n\n```sh run restart\n{command}\n```\n\n```toml check\nsays = \"It has restarted\"\nfile = \"~/restarted\"\n```\n\n## B {{#b}}\n\n```sh run\ntouch $HOME/went-on\n```\n"
    ))
}

#[test]
fn a_restart_that_did_not_come_is_waited_for_and_never_asked_for_twice() {
    // Nothing restarts here, so the boot stays the same.
    let (dir, state) = (restarts("echo asked >>$HOME/asked"), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let arguments = ["--content", content.as_str(), "--trust", "run", "demo", "--yes", "--patience", "3s"];
    for _ in 0..2 {
        let out = wci(state.path(), &arguments);
        assert_eq!(out.status.code(), Some(3), "{}", text(&out));
        assert!(text(&out).contains("has not restarted"), "{}", text(&out));
        assert!(!state.path().join("went-on").exists(), "nothing that counts on the restart is begun");
        assert_eq!(std::fs::read_to_string(state.path().join("asked")).ok().as_deref(), Some("asked\n"));
    }
    // The check decides, whatever the boot says.
    std::fs::write(state.path().join("restarted"), "").expect("written");
    let out = wci(state.path(), &arguments);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    assert!(state.path().join("went-on").exists());
}

#[test]
fn a_restart_whose_command_fails_fails() {
    let (dir, state) = (restarts("sh -c 'exit 5'"), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let out = wci(state.path(), &["--content", &content, "--trust", "run", "demo", "--yes"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
    assert!(text(&out).contains("ended with status 5") && !state.path().join("went-on").exists(), "{}", text(&out));
}

#[test]
fn what_a_later_command_is_to_bring_is_not_waited_for() {
    let check = "```toml check\nsays = \"It is made\"\nfile = \"~/made\"\nretry = \"1m\"\n```\n";
    let began = std::time::Instant::now();
    let out = run(
        &format!("## A {{#a}}\n\n```sh run id=first\ntrue\n```\n\n```sh run id=second\ntouch $HOME/made\n```\n\n{check}"),
        &["demo", "--yes"],
    );
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    assert!(began.elapsed() < std::time::Duration::from_secs(30), "it waited for {:?}", began.elapsed());
}

fn undo(chapter: &str, arguments: &[&str]) -> (Output, tempfile::TempDir) {
    let (dir, state) = (course(chapter), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let wci = |words: &[&str]| wci(state.path(), &[&["--content", content.as_str(), "--trust"], words].concat());
    assert_eq!(wci(&["run", "demo", "--yes"]).status.code(), Some(0));
    (wci(&[&["undo"], arguments].concat()), state)
}

const MAKES: &str =
    "## A {#a}\n\n```sh run\ntouch $HOME/made\n```\n\n```toml check\nsays = \"It is made\"\nfile = \"~/made\"\n```\n";

#[test]
fn a_step_is_taken_back_when_its_checks_are_not_met_any_more() {
    let chapter = format!("{MAKES}\n```sh undo\nrm $HOME/made\n```\n");
    let (out, state) = undo(&chapter, &["demo#a", "--yes", "--format", "json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    assert!(!state.path().join("made").exists());
    let (again, _) = undo(&chapter, &["demo#a", "--yes"]);
    assert!(text(&again).ends_with("\nTaken back.\n"), "{}", text(&again));
    let events = events(&out);
    let of = |name: &str| events.iter().find(|e| e["event"] == name).cloned().unwrap_or_default();
    assert_eq!((&of("run")["undo"], &of("finished")["status"]), (&Value::Bool(true), &Value::from(0)), "{events:#?}");
    assert_eq!((&of("step")["verdict"], &of("check")["verdict"]), (&Value::from("pass"), &Value::from("fail")));
    let (out, _) = undo(&format!("{MAKES}\n```sh undo\ntrue\n```\n"), &["demo#a", "--yes"]);
    assert_eq!(out.status.code(), Some(1), "a status of 0 is no proof: {}", text(&out));
    assert!(text(&out).contains("still met"), "{}", text(&out));
}

#[test]
fn an_undo_that_failed_or_had_nothing_to_do_is_not_called_taken_back() {
    let half = format!("{MAKES}\n```sh undo\nrm $HOME/made; (exit 3)\n```\n");
    let (out, _) = undo(&half, &["demo#a", "--yes"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
    assert!(text(&out).contains("status 3"), "{}", text(&out));

    let never = |how: &str| {
        let dir = course(&format!("{MAKES}\n```sh undo\n{how}\n```\n"));
        let (state, content) = (tempfile::tempdir().expect("a folder"), dir.path().display().to_string());
        wci(state.path(), &["--content", &content, "--trust", "undo", "demo#a", "--yes"])
    };
    let out = never("rm $HOME/made");
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
    assert!(text(&out).contains("status 1"), "{}", text(&out));
    let out = never("rm -f $HOME/made");
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    assert!(text(&out).contains("it was not done before") && !text(&out).contains("(taken back)"), "{}", text(&out));
    assert!(text(&out).ends_with("\nIt was not done before: there was nothing to take back.\n"), "{}", text(&out));
}

#[test]
fn without_checks_the_status_of_an_undo_says_it() {
    let step = |how: &str| format!("## A {{#a}}\n\n```sh run\ntrue\n```\n\n```sh undo\ntrue\n```\n\n```sh undo\n{how}\n```\n");
    assert_eq!(undo(&step("true"), &["demo#a", "--yes"]).0.status.code(), Some(0));
    let (out, _) = undo(&step("(exit 4)"), &["demo#a", "--yes"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
    assert!(text(&out).contains("status 4"), "{}", text(&out));
}

#[test]
fn nothing_is_undone_unasked_and_only_what_has_an_undo() {
    let chapter = format!("{MAKES}\n```sh undo\nrm $HOME/made\n```\n\n## B {{#b}}\n\n```sh run\ntrue\n```\n");
    let (out, state) = undo(&chapter, &["demo#a"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out));
    assert!(state.path().join("made").exists());
    assert_eq!(undo(&chapter, &["demo#b", "--yes"]).0.status.code(), Some(2));
    assert_eq!(undo(&chapter, &["demo", "--yes"]).0.status.code(), Some(2), "a step is to be named");
}

#[test]
fn values_come_from_the_command_line_validated_and_quoted() {
    let chapter = "## A {#a}\n\n```toml value\nname = \"who\"\nasks = \"Who?\"\nkind = \"word\"\n```\n\n```sh run\necho {{who}}\n```\n\n```toml check\nsays = \"Greets\"\noutput = true\nequals = \"$(id);'x\"\n```\n";
    let out = run(chapter, &["demo", "--yes", "--set", "who=$(id);'x"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    assert_eq!(run(chapter, &["demo", "--yes"]).status.code(), Some(2));
    assert_eq!(run(chapter, &["demo", "--yes", "--set", "who=two words"]).status.code(), Some(2));
    assert_eq!(run(chapter, &["demo", "--yes", "--set", "what=1"]).status.code(), Some(2));
}

#[test]
fn usage_and_content_that_are_wrong_end_with_2() {
    let state = tempfile::tempdir().expect("a folder");
    assert_eq!(wci(state.path(), &["run", "no-such-chapter"]).status.code(), Some(2));
    assert_eq!(wci(state.path(), &["run", "warm-up#no-such-step"]).status.code(), Some(2));
    assert_eq!(run("## A\n\ntext\n", &["demo", "--yes"]).status.code(), Some(2));
}

#[test]
fn a_step_to_open_is_looked_at_also_where_nothing_opens() {
    let state = tempfile::tempdir().expect("a folder");
    for (at, says) in [("nope#x", "there is no chapter nope"), ("warm-up#x", "warm-up has no step x")] {
        let out = wci(state.path(), &["--at", at]);
        assert_eq!(out.status.code(), Some(2), "{}", text(&out));
        assert!(text(&out).contains(says) && out.stdout.is_empty(), "{}", text(&out));
    }
    assert_eq!(wci(state.path(), &["--at", "warm-up"]).status.code(), Some(0));
    let out = wci(state.path(), &["--at", "warm-up", "status"]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out));
    assert!(text(&out).contains("--at") && out.stdout.is_empty(), "{}", text(&out));
}

#[test]
fn without_a_terminal_wci_prints_the_status_and_how_to_go_on() {
    let state = tempfile::tempdir().expect("a folder");
    let out = wci(state.path(), &[]);
    assert_eq!(out.status.code(), Some(0));
    assert!(text(&out).contains("warm-up") && text(&out).contains("wci run"), "{}", text(&out));
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told_in_one_sentence() {
    let state = tempfile::tempdir().expect("a folder");
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    for arguments in [&["status"][..], &["lint"], &["doctor"], &["reset", "--yes"], &[]] {
        let mut wci = Command::new(env!("CARGO_BIN_EXE_wci"));
        wci.args(arguments).env("WCI_STATE", state.path()).env("WCI_SHELL", "bash").env("HOME", state.path());
        wci.stdin(std::process::Stdio::null()).stdout(full());
        let out = wci.output().expect("wci runs");
        assert_eq!(out.status.code(), Some(1), "{arguments:?}: {}", text(&out));
        let told = text(&out);
        assert!(told.starts_with("wci: the output could not be written") && told.lines().count() == 1, "{arguments:?}: {told}");
        wci.stderr(full());
        assert_eq!(wci.status().expect("wci runs").code(), Some(1), "{arguments:?}, and nobody hears why");
    }
}

#[test]
fn reset_forgets_a_step_and_keeps_the_others() {
    let (dir, state) = (
        course("## A {#a}\n\n```sh run\ntrue\n```\n\n## B {#b}\n\n```sh run\ntrue\n```\n"),
        tempfile::tempdir().expect("a folder"),
    );
    let content = dir.path().display().to_string();
    let wci = |arguments: &[&str]| wci(state.path(), &[&["--content", content.as_str(), "--trust"], arguments].concat());
    assert_eq!(wci(&["run", "demo", "--yes"]).status.code(), Some(0));
    assert!(text(&wci(&["status"])).contains("2 of 2"));
    assert_eq!(wci(&["reset", "demo#a"]).status.code(), Some(0));
    assert!(text(&wci(&["status"])).contains("1 of 2"));
    let asked = wci(&["reset"]);
    assert_eq!(asked.status.code(), Some(3), "it asks first");
    assert!(text(&asked).contains("Say so with --yes."), "{}", text(&asked));
    assert_eq!(wci(&["reset", "--yes"]).status.code(), Some(0));
    assert!(text(&wci(&["status"])).contains("0 of 2"));
}

#[cfg(not(target_os = "macos"))]
#[test]
fn reset_of_anything_removes_what_would_open_wci_after_a_restart_and_the_doctor_tells_of_it() {
    let (dir, state) = (course("## A {#a}\n\n```sh run\ntrue\n```\n"), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let entry = state.path().join(".config/autostart/wci-return.desktop");
    let beside = entry.with_file_name("other.desktop");
    std::fs::create_dir_all(entry.parent().expect("a folder")).expect("a folder");
    std::fs::write(&beside, "theirs").expect("written");
    assert!(text(&wci(state.path(), &["doctor"])).contains("\nway back    none registered ("));
    for what in [&["reset", "demo#a"][..], &["reset", "--yes"]] {
        std::fs::write(&entry, "left over").expect("written");
        let doctor = text(&wci(state.path(), &["doctor"]));
        assert!(doctor.contains("\nway back    registered: ~/.config/autostart/wci-return.desktop"), "{doctor}");
        let reset = wci(state.path(), &[&["--content", content.as_str(), "--trust"], what].concat());
        assert_eq!(reset.status.code(), Some(0), "{}", text(&reset));
        assert!(text(&reset).contains("What would have opened wci after a restart is removed"), "{}", text(&reset));
        assert!(!entry.exists() && beside.exists());
    }
    let again = wci(state.path(), &["reset", "--yes", "--content", &content]);
    assert!(!text(&again).contains("removed"), "{}", text(&again));
    // What cannot be removed is not passed over.
    std::fs::create_dir_all(entry.join("full")).expect("a folder");
    let stays = wci(state.path(), &["reset", "--yes", "--content", &content]);
    assert_eq!(stays.status.code(), Some(1), "{}", text(&stays));
    assert!(text(&stays).contains("remove it by hand"), "{}", text(&stays));
}

#[test]
fn an_earlier_run_is_no_evidence_when_the_shell_cannot_be_started() {
    let chapter = "## A {#a}\n\n```sh run\ntrue\n```\n\n```toml check\nsays = \"It ended well\"\nexit = 0\n```\n";
    let (dir, state) = (course(chapter), tempfile::tempdir().expect("a folder"));
    let content = dir.path().display().to_string();
    let arguments = ["--content", content.as_str(), "--trust", "run", "demo", "--yes"];
    assert_eq!(wci(state.path(), &arguments).status.code(), Some(0));
    let mut again = Command::new(env!("CARGO_BIN_EXE_wci"));
    again.args(arguments).env("WCI_STATE", state.path()).env("WCI_SHELL", "/no/such/bash").env("HOME", state.path());
    let out = again.stdin(std::process::Stdio::null()).output().expect("wci runs");
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
}

#[test]
fn a_shell_that_dies_under_a_command_does_not_make_it_done() {
    let out = run("## A {#a}\n\n```sh run\nkill -9 $$\n```\n", &["demo", "--yes"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
}

#[test]
fn courses_do_not_share_progress() {
    let (dir, state) = (course("## A {#a}\n\n```sh run\ntrue\n```\n"), tempfile::tempdir().expect("a folder"));
    std::fs::rename(dir.path().join("01-demo.md"), dir.path().join("01-warm-up.md")).expect("renamed");
    let content = dir.path().display().to_string();
    assert_eq!(wci(state.path(), &["--content", &content, "--trust", "run", "warm-up", "--yes"]).status.code(), Some(0));
    let out = text(&wci(state.path(), &["status"]));
    assert!(out.contains("(warm-up): 0 of"), "{out}");
}

#[test]
fn an_optional_step_without_its_value_does_not_decide() {
    let value = "```toml value\nname = \"who\"\nasks = \"Who?\"\n```\n";
    let out = run(
        &format!("## A {{#a optional}}\n\n{value}\n```sh run\necho {{{{who}}}}\n```\n\n## B {{#b}}\n\n```sh run\ntrue\n```\n"),
        &["demo", "--yes"],
    );
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
}

#[test]
fn a_run_does_not_say_that_all_passed_where_optional_steps_did_not() {
    let required = "## Z {#z}\n\n```sh run\ntrue\n```\n";
    let fails =
        "## A {#a optional}\n\n```sh run\ntrue\n```\n\n```toml check\nsays = \"It is there\"\nfile = \"/no/such/file\"\n```\n";
    let waits = "## B {#b optional on=vm}\n\n```powershell run\n1\n```\n";
    let elsewhere = "## D {#d optional os=windows}\n\n```powershell run\n1\n```\n";
    let free = "## C {#c optional}\n\n```sh run optional\ntrue\n```\n";
    for (chapter, last) in [
        (format!("{required}\n{free}\n{elsewhere}"), "Every step that applies passed."),
        (format!("{fails}\n{required}"), "The required steps passed; 1 optional one did not."),
        (format!("{fails}\n{waits}\n{free}\n{required}"), "The required steps passed; 2 optional ones did not."),
    ] {
        let out = run(&chapter, &["demo", "--yes"]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out));
        assert!(text(&out).ends_with(&format!("\n{last}\n")), "{last}\n{}", text(&out));
    }
}

#[cfg(unix)]
#[test]
fn the_doctor_says_what_is_well_and_writes_no_report_about_another_system() {
    let state = tempfile::tempdir().expect("a folder");
    let out = wci(state.path(), &["doctor"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out));
    let told = text(&out);
    for row in [
        "shell       bash, as WCI_SHELL says",
        "live shell  prompt with marks after",
        "checks      answered after",
        "can be written",
    ] {
        assert!(told.contains(row), "{row} is missing in\n{told}");
    }
    let file = state.path().join("report.md");
    let out = wci(state.path(), &["doctor", "--windows-report", &file.display().to_string()]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out));
    assert!(text(&out).contains("Windows") && !file.exists(), "{}", text(&out));
    let out = wci(state.path(), &["--shell", "no-such-shell", "doctor"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out));
    assert!(text(&out).contains("NOT WELL"), "{}", text(&out));
}
