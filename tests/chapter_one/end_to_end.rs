//! Chapter 1 from end to end: `wci run introduction --yes` carries its own commands out, over a restart, and `wci undo` takes every
//! step back.

use std::process::Output;

use serde_json::Value;
use wci::course::Chapter;
use wci::course::Place;
use wci::progress::Entry;

use crate::standin::Standin;

/// Where the stand-in begins and must come back to.
#[derive(Debug, PartialEq)]
struct Picture {
    path: String,
    feature: String,
    waits: bool,
    services: Vec<String>,
    packages: Vec<String>,
    programs: Vec<&'static str>,
    folders: Vec<&'static str>,
}

fn picture(standin: &Standin) -> Picture {
    let there = |paths: &[&'static str]| paths.iter().copied().filter(|path| standin.drive(path).exists()).collect();
    Picture {
        path: standin.path(),
        feature: standin.text("feature"),
        waits: standin.restart_waits(),
        services: standin.names("services"),
        packages: standin.names("appx"),
        programs: there(&["Windows/System32/docker.exe", "Windows/System32/dockerd.exe"]),
        folders: there(&["bin", "ProgramData/docker"]),
    }
}

pub fn chapter() -> Chapter {
    let (course, _) = wci::content::load_embedded();
    course.chapters.into_iter().find(|c| c.slug == "introduction").expect("the chapter")
}

/// What was told, one object a line.
fn events(out: &Output) -> Vec<Value> {
    let told = String::from_utf8_lossy(&out.stdout);
    told.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))).collect()
}

fn text(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// `wci` until it ends with this code: once, and under Wine, where PowerShell's engine crashes or hangs now and then, as often as a
/// patient learner would. What every try told comes with the last one's output.
pub fn until(standin: &Standin, code: i32, words: &[&str]) -> (Output, Vec<Value>) {
    let mut told = Vec::new();
    for left in (0..standin.patience()).rev() {
        let out = standin.wci(&[words, &["--yes", "--format", "json", "--vm", "here"]].concat());
        told.extend(events(&out));
        if out.status.code() == Some(code) {
            return (out, told);
        }
        assert!(left > 0, "not {code} but {:?}: {}", out.status.code(), text(&out));
        standin.end_all();
    }
    unreachable!("the last try returns or fails")
}

fn run(standin: &Standin, code: i32) -> (Output, Vec<Value>) {
    until(standin, code, &["run", "introduction"])
}

fn steps_with(events: &[Value], verdict: &str) -> Vec<String> {
    let of = events.iter().filter(|e| e["event"] == "step" && e["verdict"] == verdict);
    of.map(|e| e["step"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The commands that were typed: their step, their name, their text.
pub fn typed(events: &[Value]) -> Vec<[String; 3]> {
    let of = events.iter().filter(|e| e["event"] == "run" && e["step"] != "preflight");
    let mut typed = Vec::new();
    for event in of {
        let command = ["step", "command", "text"].map(|key| event[key].as_str().unwrap_or_default().to_owned());
        // Again only where a run had to be tried again.
        if !typed.contains(&command) {
            typed.push(command);
        }
    }
    typed
}

/// What the chapter wants typed on the VM up to what only a person can do. The step "preflight" only looks: its checks are met already.
fn wanted(chapter: &Chapter) -> Vec<[String; 3]> {
    let steps = chapter.steps.iter().filter(|s| s.place == Place::Vm && !s.optional && s.id.step != "preflight");
    let commands = steps.flat_map(|step| step.commands().take_while(|c| !c.interactive).map(move |command| (step, command)));
    commands
        .filter(|(_, c)| !c.optional)
        .map(|(step, c)| [step.id.step.clone(), c.id.clone(), c.variants[0].text.clone()])
        .collect()
}

/// A learner has connected, and ticks what only a person can do.
fn by_hand(standin: &Standin, chapter: &Chapter) {
    let mut opened = wci::journal::open(&standin.state()).expect("a journal");
    for step in chapter.steps.iter().filter(|s| !s.optional && s.place == Place::Laptop && s.tasks().next().is_some()) {
        let entry = Entry::Declared { step: step.id.clone(), done: true };
        opened.journal.write(1, &entry).expect("written");
    }
}

/// `wci run` until the machine goes down with it: what it told.
fn down(standin: &Standin) -> Vec<Value> {
    let mut told = Vec::new();
    for left in (0..standin.patience()).rev() {
        let out = standin.wci_until_down(&["run", "introduction", "--yes", "--format", "json", "--vm", "here"]);
        told.extend(events(&out));
        if standin.has("restart") {
            return told;
        }
        assert!(left > 0, "it did not restart: {:?}: {}", out.status.code(), text(&out));
        standin.end_all();
    }
    unreachable!("the last try returns or fails")
}

/// How far restarts came, each word once.
fn phases(events: &[Value]) -> Vec<&str> {
    let mut phases: Vec<&str> = events.iter().filter(|e| e["event"] == "restart").filter_map(|e| e["phase"].as_str()).collect();
    phases.dedup();
    phases
}

pub fn there_and_back(standin: &Standin) {
    let chapter = chapter();
    let before = picture(standin);
    by_hand(standin, &chapter);

    // Down with the machine, which it restarts.
    let told = down(standin);
    assert_eq!(standin.text("feature"), "EnablePending");
    assert!(standin.restart_waits() && !standin.has("services/docker"), "{told:#?}");
    assert_eq!(phases(&told), ["armed", "down"]);
    let mut all = typed(&told);
    assert_eq!(standin.web.asked(), Vec::<String>::new(), "nothing is fetched before the restart");

    // Past it, to the container that a person must enter.
    standin.restart();
    let (second, told) = run(standin, 3);
    assert_eq!(phases(&told), ["boot", "checks", "back"]);
    let last = events(&second);
    let skipped = steps_with(&last, "skipped");
    assert!(skipped.contains(&"first-container".to_owned()) && !skipped.contains(&"path".to_owned()), "{skipped:?}");
    assert_eq!(steps_with(&last, "fail"), Vec::<String>::new(), "{}", text(&second));
    all.extend(typed(&told));
    assert_eq!(all, wanted(&chapter), "the chapter's own commands, in order, each once");

    // The learner goes in and comes out. Then nothing is left to do, and every check of the VM is green.
    let enter =
        chapter.steps.iter().find(|s| s.id.step == "first-container").and_then(|s| s.command("run")).expect("the command");
    standin.keep("terminal", "yes");
    let inside = standin.powershell(&enter.variants[0].text, "ver\nhostname\nexit\n");
    standin.forget("terminal");
    assert!(inside.contains("10.0.20348") && inside.contains("d4c0ffee0000"), "{inside}");
    let (third, tries) = run(standin, 0);
    let told = events(&third);
    if standin.patience() == 1 {
        assert_eq!(typed(&tries), Vec::<[String; 3]>::new(), "nothing is done twice");
    }
    let of_vm = |step: &str| chapter.steps.iter().any(|s| s.id.step == step && s.place == Place::Vm && !s.optional);
    let checks: Vec<&Value> =
        told.iter().filter(|e| e["event"] == "check" && of_vm(e["step"].as_str().unwrap_or_default())).collect();
    let count: usize = chapter.steps.iter().filter(|s| s.place == Place::Vm && !s.optional).map(|s| s.checks().count()).sum();
    assert_eq!(checks.len(), count);
    assert!(checks.iter().all(|check| check["verdict"] == "pass"), "{checks:#?}");

    // And back, the last step first.
    for step in chapter.steps.iter().rev().filter(|s| s.place == Place::Vm && !s.optional && s.undo().next().is_some()) {
        let (undone, tries) = until(standin, 0, &["undo", &step.id.to_string()]);
        let first = tries.iter().find(|e| e["event"] == "finished").expect("it ended");
        assert_eq!(first["status"], 0, "{}: {}", step.id, text(&undone));
    }
    standin.restart();
    assert_eq!(picture(standin), Picture { feature: "Disabled".into(), ..before });
}

/// The steps without an undo: what they leave is known, or nothing.
#[test]
fn every_step_that_changes_the_machine_can_be_taken_back() {
    let chapter = chapter();
    let without: Vec<&str> =
        chapter.steps.iter().filter(|s| s.place == Place::Vm && s.undo().next().is_none()).map(|s| s.id.step.as_str()).collect();
    assert_eq!(without, ["preflight", "restart"]);
}

#[test]
fn the_chapter_there_and_back_on_linux() {
    let Some(engine) = crate::engine() else { return };
    there_and_back(&Standin::on_linux(&engine));
}

/// How often Windows was asked to restart.
fn asked_to_restart(standin: &Standin) -> usize {
    standin.text("log").lines().filter(|line| line.starts_with("shutdown /r")).count()
}

#[test]
fn a_restart_that_does_not_come_is_not_asked_for_twice() {
    let Some(engine) = crate::engine() else { return };
    let go = |standin: &Standin, code: i32, patience: &str| {
        until(standin, code, &["run", "introduction#restart", "--patience", patience])
    };
    let waits = || {
        let standin = Standin::on_linux(&engine);
        standin.keep("feature", "EnablePending");
        standin.keep(&format!("{}/x", crate::standin::key(crate::standin::PENDING, "")), "");
        standin
    };

    // Somebody else has planned one already.
    let standin = waits();
    standin.keep("planned", "yes");
    let (planned, told) = go(&standin, 3, "10m");
    assert!(text(&planned).contains("1190") && phases(&told).ends_with(&["planned"]), "{told:#?}");
    let (same, told) = go(&standin, 3, "10m");
    assert!(text(&same).contains("has not restarted") && phases(&told) == ["boot", "postponed"], "{told:#?}");
    standin.restart();
    let (_, told) = go(&standin, 0, "10m");
    assert!(phases(&told).ends_with(&["back"]), "{told:#?}");
    assert_eq!(asked_to_restart(&standin), 1);

    // It says that it restarts, and does not.
    let standin = waits();
    let (postponed, told) = go(&standin, 3, "4s");
    assert!(text(&postponed).contains("has not restarted") && phases(&told).ends_with(&["postponed"]), "{told:#?}");
    let (_, told) = go(&standin, 3, "4s");
    assert_eq!((phases(&told), asked_to_restart(&standin)), (vec!["boot", "postponed"], 1));
    standin.restart();
    let (_, told) = go(&standin, 0, "10m");
    assert!(phases(&told).ends_with(&["back"]) && asked_to_restart(&standin) == 1, "{told:#?}");
}

#[test]
fn the_chapter_there_and_back_under_wine() {
    match Standin::under_wine() {
        Ok(standin) => there_and_back(&standin),
        Err(why) => {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must run the chapter under Wine: {why}");
            println!("skipped: {why}");
        }
    }
}
