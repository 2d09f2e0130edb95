use super::*;

use std::collections::BTreeSet;

use crate::app::{Glyphs, ThemeName};

fn patient(shell: &str, state: &std::path::Path) -> Patient {
    Patient {
        appearance: Appearance { theme: ThemeName::Dark, glyphs: Glyphs::Rich },
        state: state.to_path_buf(),
        shell: ShellChoice::named(shell),
        named: true,
        vm: HostKind::Rehearsal,
        said: false,
    }
}

#[test]
fn the_page_can_be_read_and_its_names_are_its_own() {
    let questions = page::questions();
    for part in [Part::Program, Part::Person, Part::Later] {
        assert!(questions.iter().filter(|question| question.part == part).count() > 10, "{part:?}");
    }
    let names: BTreeSet<_> = questions.iter().map(|question| question.name).collect();
    assert_eq!(names.len(), questions.len());
    assert!(questions.iter().all(|question| !question.how.is_empty() && !question.expect.is_empty()));
    let rows = include_str!("../../tests/on-windows.md").lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, questions.len(), "a row has another form");
}

#[test]
fn a_report_has_every_question_and_a_blank_for_what_only_eyes_can_tell() {
    let found = [
        Found::judged("os-build", true, "10.0.20348, update 1"),
        Found::judged("shell-status", false, "one\ntwo"),
        Found::noted("os-language", "de-DE"),
    ];
    let text = report(&found);
    for question in page::questions() {
        assert!(text.contains(&format!("\n### {}\n", question.name)), "{}", question.name);
    }
    let entry = |name: &str| text.split(&format!("### {name}\n")).nth(1).and_then(|rest| rest.split("\n###").next()).expect("it");
    assert!(entry("os-build").ends_with("- seen: 10.0.20348, update 1\n- verdict: pass\n"), "{text}");
    assert!(entry("shell-status").ends_with("- seen:\n\n      one\n      two\n\n- verdict: FAIL\n"));
    assert!(entry("os-language").ends_with("- verdict: needs eyes\n"));
    assert!(entry("conpty-osc").ends_with("- seen: \n- verdict: not asked\n"));
    assert!(entry("see-icon").ends_with("- seen: \n- as expected (yes, no, not tried): \n"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_programs_part_is_true_of_a_shell_that_works() {
    let state = tempfile::tempdir().expect("a folder");
    let mut told = Vec::new();
    let found = examine(&patient("bash", state.path()), |what| told.push(what.to_owned())).await;
    let asked: BTreeSet<_> = page::questions().iter().filter(|q| q.part == Part::Program).map(|q| q.name).collect();
    for one in &found {
        assert!(asked.contains(one.name), "{} is not on the page", one.name);
    }
    for name in ["shell-first-prompt", "conpty-marks", "conpty-osc", "shell-exit", "conpty-tree", "conpty-flood"] {
        let one = found.iter().find(|found| found.name == name).unwrap_or_else(|| panic!("{name} was not asked"));
        assert_eq!(one.verdict, Some(Verdict::Pass), "{one:#?}");
    }
    assert!(told.len() > 5, "{told:?}");
}

/// The engine for tests is no Windows, but its statuses, its marks and its end must be judged as they are there.
#[cfg(unix)]
#[tokio::test]
async fn every_case_of_powershells_status_is_as_written() {
    if !crate::probe::shell_tests::there(Shell::Pwsh) {
        return;
    }
    let state = tempfile::tempdir().expect("a folder");
    let found = examine(&patient("pwsh", state.path()), |_| ()).await;
    let of = |name: &str| found.iter().find(|found| found.name == name).unwrap_or_else(|| panic!("{name} was not asked"));
    for name in [
        "shell-first-prompt",
        "shell-status",
        "shell-exit",
        "shell-mode",
        "conpty-marks",
        "conpty-osc",
        "conpty-tree",
        "conpty-flood",
    ] {
        assert_eq!(of(name).verdict, Some(Verdict::Pass), "{:#?}", of(name));
    }
    assert_eq!(of("shell-line-editor").seen, "PSReadLine is not loaded");
    assert_eq!(of("shell-version").verdict, Some(Verdict::Fail), "it is not 5.1");
    assert_eq!(of("feature-containers").verdict, Some(Verdict::Unknown), "there is no such cmdlet");
}

#[cfg(unix)]
#[tokio::test]
async fn a_machine_in_order_is_well_and_one_that_is_not_says_what() {
    let state = tempfile::tempdir().expect("a folder");
    let (table, well) = here(&patient("bash", &state.path().join("not/yet/made"))).await;
    assert!(well, "{table}");
    assert!(table.contains("prompt with marks after") && table.contains("answered after"), "{table}");
    assert_eq!(std::fs::read_dir(state.path()).expect("the folder").count(), 0, "it leaves nothing behind");
    let (table, well) = here(&patient("no-such-shell", std::path::Path::new("/proc/none"))).await;
    assert!(!well && table.matches("NOT WELL").count() >= 2, "{table}");
}
