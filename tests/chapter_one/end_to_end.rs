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

fn chapter() -> Chapter {
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

fn run(standin: &Standin) -> Output {
    standin.wci(&["run", "introduction", "--yes", "--format", "json", "--vm", "here"])
}

fn steps_with(events: &[Value], verdict: &str) -> Vec<String> {
    let of = events.iter().filter(|e| e["event"] == "step" && e["verdict"] == verdict);
    of.map(|e| e["step"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The commands that were typed: their step, their name, their text.
fn typed(events: &[Value]) -> Vec<[String; 3]> {
    let of = events.iter().filter(|e| e["event"] == "run");
    of.map(|e| ["step", "command", "text"].map(|key| e[key].as_str().unwrap_or_default().to_owned())).collect()
}

/// What the chapter wants typed on the VM up to what only a person can do. The step "preflight" only looks: its checks are met already.
fn wanted(chapter: &Chapter) -> Vec<[String; 3]> {
    let steps = chapter.steps.iter().filter(|s| s.place == Place::Vm && !s.optional && s.id.step != "preflight");
    let commands =
        steps.flat_map(|step| step.commands().take_while(|c| !c.interactive && !c.restart).map(move |command| (step, command)));
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

pub fn there_and_back(standin: &Standin) {
    let chapter = chapter();
    let before = picture(standin);
    by_hand(standin, &chapter);

    // To the restart, and not past it.
    let first = run(standin);
    let told = events(&first);
    assert_eq!(first.status.code(), Some(3), "{}", text(&first));
    assert_eq!(standin.text("feature"), "EnablePending");
    assert!(standin.restart_waits() && !standin.has("services/docker"), "{}", text(&first));
    let restart = told.iter().find(|e| e["event"] == "step" && e["step"] == "restart").expect("the step");
    let reason = restart["reason"].as_str().unwrap_or_default();
    assert!(
        restart["verdict"] == "skipped" && reason.contains("shutdown.exe /r") && reason.contains("run this again"),
        "{reason}"
    );
    let mut all = typed(&told);
    assert_eq!(standin.web.asked(), Vec::<String>::new(), "nothing is fetched before the restart");

    // Past it, to the container that a person must enter.
    standin.restart();
    let second = run(standin);
    let told = events(&second);
    assert_eq!(second.status.code(), Some(3), "{}", text(&second));
    let skipped = steps_with(&told, "skipped");
    assert!(skipped.contains(&"first-container".to_owned()) && !skipped.contains(&"path".to_owned()), "{skipped:?}");
    assert_eq!(steps_with(&told, "fail"), Vec::<String>::new(), "{}", text(&second));
    all.extend(typed(&told));
    assert_eq!(all, wanted(&chapter), "the chapter's own commands, in order, each once");

    // The learner goes in and comes out. Then nothing is left to do, and every check of the VM is green.
    let enter =
        chapter.steps.iter().find(|s| s.id.step == "first-container").and_then(|s| s.command("run")).expect("the command");
    standin.keep("terminal", "yes");
    let inside = standin.powershell(&enter.variants[0].text, "ver\nhostname\nexit\n");
    standin.forget("terminal");
    assert!(inside.contains("10.0.20348") && inside.contains("d4c0ffee0000"), "{inside}");
    let third = run(standin);
    let told = events(&third);
    assert_eq!(third.status.code(), Some(0), "{}", text(&third));
    assert_eq!(typed(&told), Vec::<[String; 3]>::new(), "nothing is done twice");
    let of_vm = |step: &str| chapter.steps.iter().any(|s| s.id.step == step && s.place == Place::Vm);
    let checks: Vec<&Value> =
        told.iter().filter(|e| e["event"] == "check" && of_vm(e["step"].as_str().unwrap_or_default())).collect();
    let count: usize = chapter.steps.iter().filter(|s| s.place == Place::Vm).map(|s| s.checks().count()).sum();
    assert_eq!(checks.len(), count);
    assert!(checks.iter().all(|check| check["verdict"] == "pass"), "{checks:#?}");

    // And back, the last step first.
    for step in chapter.steps.iter().rev().filter(|s| s.place == Place::Vm && s.undo().next().is_some()) {
        let undone = standin.wci(&["undo", &step.id.to_string(), "--yes", "--format", "json", "--vm", "here"]);
        assert_eq!(undone.status.code(), Some(0), "{}: {}", step.id, text(&undone));
        let last = events(&undone).into_iter().rfind(|e| e["event"] == "finished").expect("it ended");
        assert_eq!(last["status"], 0, "{}: {}", step.id, text(&undone));
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
    if !rustix::process::geteuid().is_root() {
        println!("skipped: commands that need rights are not typed for an ordinary user");
        return;
    }
    there_and_back(&Standin::on_linux(&engine));
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
