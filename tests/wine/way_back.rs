//! A logon task that was left over, and the real `wci.exe`. How it is registered and read back is tried in the library's own tests, which
//! run under Wine too.

use std::fs;

use crate::bed::{Bed, bed, outside};
use crate::text;

const TASK: &str = r#"<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Author>wci</Author></RegistrationInfo>
  <Settings><Priority>4</Priority></Settings>
  <Actions><Exec><Command>C:\wci.exe</Command></Exec></Actions>
</Task>
"#;

fn run_once(bed: &Bed) -> [String; 2] {
    ["HKLM", "HKCU"].map(|root| {
        text(&bed.program("reg", &["query", &format!(r"{root}\Software\Microsoft\Windows\CurrentVersion\RunOnce"), "/s"]))
    })
}

/// What the doctor says of the way back.
fn row(bed: &Bed) -> String {
    let doctor = text(&bed.wci(&["doctor", "--shell", "pwsh"]));
    let row = doctor.lines().find_map(|line| line.strip_prefix("way back "));
    row.unwrap_or_else(|| panic!("no row in {doctor}")).trim().to_owned()
}

fn tasks(bed: &Bed) -> Vec<String> {
    let Ok(folder) = fs::read_dir(bed.drive().join("windows/system32/tasks")) else { return Vec::new() };
    folder.map(|task| task.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// The report does it all: what it says of it is what Windows' own `schtasks` was asked.
#[test]
fn the_report_registers_a_task_reads_it_back_and_leaves_nothing() {
    let Some(bed) = bed() else { return };
    let _local = bed.local();
    let before = run_once(bed);
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.md");
    let mut wci = bed.command(&bed.exe);
    wci.args(["doctor", "--windows-report", &outside(&report), "--shell", "cmd"]);
    // Without a PowerShell the rest of the report takes seconds.
    let told = wci.env("WINEPATH", "").output().expect("wine64 starts");
    assert!(told.status.success(), "{}", text(&told));
    let report = fs::read_to_string(report).expect("a report");
    let part = report.split("### way-back\n").nth(1).and_then(|rest| rest.split("\n###").next()).expect("a part");
    assert!(part.contains("registered, read back and removed again in ") && part.ends_with("- verdict: pass\n"), "{part}");
    assert_eq!(tasks(bed), [""; 0]);
    assert_eq!(run_once(bed), before);
}

#[test]
fn a_task_left_over_is_told_and_reset_removes_it() {
    let Some(bed) = bed() else { return };
    let _local = bed.local();
    let before = run_once(bed);
    let told = row(bed);
    let name = told.strip_prefix("none registered (Task Scheduler Library, ").and_then(|rest| rest.strip_suffix(')'));
    let name = name.unwrap_or_else(|| panic!("{told}"));
    let folder = tempfile::tempdir().expect("a folder");
    let (xml, state) = (folder.path().join("task.xml"), outside(&folder.path().join("state")));
    fs::write(&xml, TASK).expect("written");
    let leave = |name: &str| {
        let made = bed.program("schtasks", &["/create", "/xml", &outside(&xml), "/tn", name, "/f"]);
        assert!(made.status.success(), "{}", text(&made));
    };
    leave("somebody-elses");
    leave(name);
    assert_eq!(row(bed), format!("registered: Task Scheduler Library, {name}; `wci reset` removes it"));
    for what in [&["reset", "--yes"][..], &["reset", "introduction#choose"]] {
        leave(name);
        let reset = bed.wci(&[what, &["--state", &state]].concat());
        assert!(reset.status.success(), "{}", text(&reset));
        assert!(text(&reset).contains(&format!("is removed: Task Scheduler Library, {name}.")), "{}", text(&reset));
        assert_eq!(tasks(bed), ["somebody-elses"]);
    }
    let again = bed.wci(&["reset", "--yes", "--state", &state]);
    assert!(again.status.success() && !text(&again).contains("removed"), "{}", text(&again));
    bed.program("schtasks", &["/delete", "/tn", "somebody-elses", "/f"]);
    assert_eq!(run_once(bed), before);
}
