//! The chapter's steps of the PATH on a registry: their commands as shipped, the machine's list and the user's.
//! What Windows itself makes of the change is in `tests/on-windows.md`.

use std::process::Command;

use wci::course::Step;

use crate::bed::Bed;
use crate::bed::make;

const MACHINE: [&str; 3] =
    ["path", r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment", r"HKCU:\Software\wci-path"];
const USER: [&str; 3] = ["path-user", r"HKCU:\Environment", r"HKCU:\Software\wci-user-path"];

/// `add` and `undo` are the commands. `look` prints the kind of the list and the list as it is written.
const WORDS: &str = r#"
$ErrorActionPreference = 'Continue'
function put($text) {
    $env:Path = 'C:\windows'
    if (Test-Path $store) { Remove-Item $store }
    if ($text) { Set-ItemProperty $listed -Name Path -Value $text -Type ExpandString }
    elseif ($null -ne (written)) { Remove-ItemProperty $listed -Name Path }
}
function change($to) { Set-ItemProperty $listed -Name Path -Value $to -Type ExpandString }
function written { (Get-Item $listed).GetValue('Path', $null, [Microsoft.Win32.RegistryValueOptions]'DoNotExpandEnvironmentNames') }
function look {
    $text = written
    if ($null -eq $text) { 'none' } else { "$((Get-Item $listed).GetValueKind('Path')) $text" }
}
function session { "session $env:Path" }
function store { "kept $(Test-Path $store)" }
"#;

/// What is done, and what is printed. `{A}` and `{B}` stand for the two folders.
const CASES: [(&str, &[&str]); 7] = [
    // None there before; then again, undone, undone again.
    (
        "put '%SystemRoot%;D:\\x'; add; look; session; add; look; store; undo; look; session; undo; look; store",
        &[
            "ExpandString %SystemRoot%;D:\\x;{A};{B}",
            "session C:\\windows;{A};{B}",
            "ExpandString %SystemRoot%;D:\\x;{A};{B}",
            "kept True",
            "ExpandString %SystemRoot%;D:\\x",
            "session C:\\windows",
            "ExpandString %SystemRoot%;D:\\x",
            "kept False",
        ],
    ),
    // One there before is the learner's.
    (
        "put '%SystemRoot%;{A};D:\\x;'; add; look; undo; look; session",
        &["ExpandString %SystemRoot%;{A};D:\\x;{B}", "ExpandString %SystemRoot%;{A};D:\\x;", "session C:\\windows;{A}"],
    ),
    // Both there before: nothing to add, nothing to take.
    (
        "put '%SystemRoot%;{B};{A};'; add; look; store; undo; look",
        &["ExpandString %SystemRoot%;{B};{A};", "kept False", "ExpandString %SystemRoot%;{B};{A};"],
    ),
    // To the letter, with what is odd in it.
    (
        "put '%SystemRoot%;;D:\\x;'; add; look; undo; look",
        &["ExpandString %SystemRoot%;;D:\\x;{A};{B}", "ExpandString %SystemRoot%;;D:\\x;"],
    ),
    // Somebody else has changed it in between: that stays.
    (
        "put '%SystemRoot%;'; add; change ('%TEMP%;' + (written) + ';E:\\y;'); undo; look; store",
        &["ExpandString %TEMP%;%SystemRoot%;E:\\y;", "kept False"],
    ),
    // One of ours was lost and is added again: both are still ours.
    (
        "put '%SystemRoot%;'; add; change '%SystemRoot%;{A}'; add; look; undo; look",
        &["ExpandString %SystemRoot%;{A};{B}", "ExpandString %SystemRoot%;"],
    ),
    // What was kept of a list that is gone does not come back.
    ("put '%SystemRoot%'; add; change '%SystemRoot%;D:\\x'; add; undo; look", &["ExpandString %SystemRoot%;D:\\x"]),
];

#[test]
fn the_path_steps_change_the_registry_and_take_it_back() {
    let bed = match make("wine-path-step") {
        Ok(bed) => bed,
        Err(why) => {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must try the PATH steps: {why}");
            eprintln!("skipped: {why}");
            return;
        }
    };
    let (course, _) = wci::content::load_embedded();
    let steps: Vec<Step> = course.chapters.into_iter().filter(|c| c.slug == "introduction").flat_map(|c| c.steps).collect();
    let none: (&str, &[&str]) = ("put ''; add; look; undo; look", &["ExpandString {A};{B}", "none"]);
    let mut cases = CASES.to_vec();
    tried(&bed, &steps, MACHINE, &cases);
    // A new user has no list.
    cases.push(none);
    tried(&bed, &steps, USER, &cases);
}

fn tried(bed: &Bed, steps: &[Step], [name, listed, store]: [&str; 3], cases: &[(&str, &[&str])]) {
    let step = steps.iter().find(|s| s.id.step == name).expect("the step");
    let add = &step.command("add").expect("a command").variants[0].text;
    let undo = &step.undo().next().expect("an undo").variants[0].text;
    let spelled = |text: &str| text.replace("{A}", r"C:\bin\sysinternals").replace("{B}", r"C:\bin\pavel_tools");
    let mut script = format!(
        "$listed = '{listed}'\n$store = '{store}'\n{WORDS}\nfunction add {{ if (1) {{\n{add}\n}} }}\nfunction undo {{ if (1) {{\n{undo}\n}} }}\n"
    );
    for (done, _) in cases {
        script.push_str(&format!("{}\n'--'\n", spelled(done)));
    }
    std::fs::write(bed.drive().join("path-step.ps1"), script).expect("written");
    // The engine crashes or hangs under Wine 8 now and then. Each case begins anew.
    let mut out = run(bed);
    for _ in 0..4 {
        if out.status.success() {
            break;
        }
        out = run(bed);
    }
    let (said, erred) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
    let told: Vec<&[&str]> = lines.split(|line| *line == "--").collect();
    assert_eq!(told.len(), cases.len() + 1, "{name}: {:?}\n{said}{erred}", out.status);
    for ((done, wanted), told) in cases.iter().zip(told) {
        let wanted: Vec<String> = wanted.iter().map(|line| spelled(line)).collect();
        assert_eq!(told, wanted, "{name}: {done}\n{erred}");
    }
}

fn run(bed: &Bed) -> std::process::Output {
    let mut command = Command::new("timeout");
    command.arg("40").arg(&bed.wine).arg(bed.powershell.join("pwsh.exe")).envs(bed.environment());
    command.args(["-NoLogo", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File", r"C:\path-step.ps1"]);
    command.output().expect("wine64 starts")
}
