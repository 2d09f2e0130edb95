//! What Windows may tell, in each of its states, and the verdict each must give.

use super::*;
use crate::course::{Expect, Look, Scope, Verdict};

fn check(what: &OfWindows, expect: Option<Expect>) -> Check {
    Check { expect, ..Check::of(Look::Windows(what.clone())) }
}

#[track_caller]
fn told(what: &OfWindows, told: &str, verdict: Verdict, seen: &str) {
    let answer = windows(&check(what, None), what, told);
    assert_eq!((answer.verdict, answer.seen.as_str()), (verdict, seen), "{told}");
}

const PASS: Verdict = Verdict::Pass;
const WARN: Verdict = Verdict::Warn;
const FAIL: Verdict = Verdict::Fail;
const UNKNOWN: Verdict = Verdict::Unknown;

#[test]
fn what_could_not_be_asked_is_unknown() {
    let what = OfWindows::Elevated;
    told(&what, "wci foreign", UNKNOWN, "this is a question for Windows, and this machine is not one");
    told(&what, "wci denied\r\n", UNKNOWN, "asking this needs administrator's rights");
    told(&what, "wci lacks Get-AppxPackage", UNKNOWN, "the PowerShell that was asked has no Get-AppxPackage");
    told(&what, "wci odd The RPC server is unavailable.", UNKNOWN, "Windows could not say: The RPC server is unavailable.");
    told(&what, "", UNKNOWN, "PowerShell gave no answer to this question");
    told(&what, "is True\nWARNING: wci is True", UNKNOWN, "PowerShell gave no answer to this question");
}

#[test]
fn a_feature_in_each_state() {
    let now = OfWindows::Feature { name: "Containers".into(), pending: false };
    let soon = OfWindows::Feature { name: "Containers".into(), pending: true };
    for what in [&now, &soon] {
        told(what, "WARNING: noise\nwci is Enabled\n", PASS, "Enabled");
        told(what, "wci is Disabled", FAIL, "Disabled");
        told(what, "wci is DisablePending", FAIL, "DisablePending: it goes with the restart that is waiting");
        told(what, "wci is DisabledWithPayloadRemoved", FAIL, "DisabledWithPayloadRemoved: its files are not on the disk");
        told(what, "wci is PartiallyInstalled", FAIL, "PartiallyInstalled");
        told(what, "wci none", FAIL, "Windows knows no feature named Containers");
    }
    for state in ["EnablePending", "EnabledPending", "InstallPending"] {
        told(&now, &format!("wci is {state}"), FAIL, &format!("{state}: a restart is waiting"));
        told(&soon, &format!("wci is {state}"), PASS, &format!("{state}: a restart is waiting"));
    }
}

#[test]
fn rights_builds_tasks_and_restarts() {
    told(&OfWindows::Elevated, "wci is True", PASS, "administrator's rights");
    told(&OfWindows::Elevated, "wci is False", FAIL, "no administrator's rights");
    told(&OfWindows::Build(20348), "wci is 20348", PASS, "build 20348");
    told(&OfWindows::Build(20348), "wci is 26100", FAIL, "build 26100");
    told(&OfWindows::Build(20348), "wci is ", UNKNOWN, "Windows does not tell its build");
    let there = OfWindows::Task { name: "T".into(), missing: false };
    let gone = OfWindows::Task { name: "T".into(), missing: true };
    told(&there, "wci is Ready", PASS, "the task T is there (Ready)");
    told(&there, "wci none", FAIL, "no task T");
    told(&gone, "wci is Ready", FAIL, "the task T is there (Ready)");
    told(&gone, "wci none", PASS, "no task T");
    let waits = "a restart is waiting to finish a change of Windows' components";
    told(&OfWindows::NoRestart, "wci is asked", PASS, "no restart is waiting");
    told(&OfWindows::NoRestart, "wci is asked\nwci waits servicing\nwci waits update", FAIL, waits);
    told(&OfWindows::NoRestart, "wci is asked\nwci waits update\nwci waits rename", WARN, "Windows Update wants a restart");
    let files = "files wait for a restart to be renamed; this often means nothing";
    told(&OfWindows::NoRestart, "wci is asked\nwci waits rename", WARN, files);
}

#[test]
fn the_path_is_read_as_written_and_as_meant() {
    let on = |folder: &str| OfWindows::PathEntry { folder: folder.into(), scope: Scope::Machine };
    // What `questions/path.ps1` tells for a folder where `%SystemRoot%` is `C:\Windows`.
    let tell = |folder: &str, kind: &str, list: &str| {
        let meant = |text: &str| text.replace("%SystemRoot%", "C:\\Windows").replace("%windir%", "C:\\Windows");
        let mut out = format!("wci is {kind}\nwci wanted {}\n", meant(folder));
        for entry in list.split(';') {
            out += &format!("wci entry {entry}\n");
            if meant(entry) != entry {
                out += &format!("wci means {}\n", meant(entry));
            }
        }
        out
    };
    let is =
        |folder: &str, kind: &str, list: &str, verdict, seen: &str| told(&on(folder), &tell(folder, kind, list), verdict, seen);
    let list = "%SystemRoot%\\system32;%SystemRoot%;C:\\Program Files\\x\\;\"C:\\with space\";c:/bin/Sysinternals\\;";
    is("C:\\bin\\sysinternals", "ExpandString", list, PASS, "entry 5 of 5");
    is("c:\\BIN\\sysinternals\\", "ExpandString", list, PASS, "entry 5 of 5");
    is("C:\\with space", "ExpandString", list, PASS, "entry 4 of 5");
    is("C:\\bin", "ExpandString", list, FAIL, "not among its 5 entries");
    is("C:\\Windows\\System32", "ExpandString", list, PASS, "one of 5 entries, written with a variable");
    is("%SystemRoot%\\system32", "ExpandString", list, PASS, "entry 1 of 5");
    is("%windir%\\system32", "ExpandString", list, PASS, "one of 5 entries, written with a variable");
    let plain = "the PATH is kept as plain text, in which %SystemRoot%\\system32 stands for nothing";
    is("%SystemRoot%\\system32", "String", list, FAIL, plain);
    let spelled = "it is there, but spelled out as C:\\WINDOWS\\system32";
    is("%SystemRoot%\\system32", "ExpandString", "C:\\bin;C:\\WINDOWS\\system32", WARN, spelled);
    is("%SystemRoot%\\system32", "ExpandString", "C:\\bin", FAIL, "not among its 1 entries");
    told(&on("C:\\bin"), "wci none", FAIL, "this PATH is empty");
    is("C:\\bin", "ExpandString", "", FAIL, "this PATH is empty");
}

#[test]
fn packages_and_their_versions() {
    let what = OfWindows::Appx { name: "Microsoft.WinDbg".into() };
    told(&what, "wci is 1.2402.24001.0", PASS, "1.2402.24001.0");
    told(&what, "wci none", FAIL, "no package Microsoft.WinDbg for this user");
    let newer = |told: &str| windows(&check(&what, Some(Expect::AtLeastVersion(vec![1, 2402]))), &what, told).verdict;
    assert_eq!(newer("wci is 1.2402.24001.0"), PASS);
    assert_eq!(newer("wci is 1.10.0.0"), FAIL);
    assert_eq!(newer("wci is 1.10.0.0\nwci is 1.2606.22001.0"), PASS, "of two architectures one is enough");
    assert_eq!(newer("wci is unknown"), FAIL);
    let matching = Some(Expect::Matches(r"^1\.24".into()));
    assert_eq!(windows(&check(&what, matching), &what, "wci is 1.2402.24001.0").verdict, PASS);
    assert_eq!(windows(&check(&what, Some(Expect::AtLeastVersion(vec![1, 10]))), &what, "wci none").expected, "at least 1.10");
}

#[test]
fn signatures_and_their_signers() {
    let what = |signer: Option<&str>| OfWindows::Signature { path: "C:\\h.exe".into(), signer: signer.map(Into::into) };
    let microsoft = what(Some("Microsoft Corporation"));
    let valid = |subject: &str| format!("wci is Valid\nwci by {subject}\nwci says Signature verified.");
    let subject = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US";
    told(&microsoft, &valid(subject), PASS, "valid, signed by Microsoft Corporation");
    told(&microsoft, &valid("CN=Microsoft Windows, O=Microsoft Corporation"), PASS, "valid, signed by Microsoft Windows");
    let other = "CN=Not Microsoft Corporation, O=X, OU=Microsoft Corporation";
    told(&microsoft, &valid(other), FAIL, &format!("valid, but signed by {other}"));
    told(&what(None), &valid(other), PASS, "valid, signed by Not Microsoft Corporation");
    let docker = what(Some("Docker, \"the\" Inc"));
    told(&docker, &valid("CN=\"Docker, \"\"the\"\" Inc\", O=Docker"), PASS, "valid, signed by Docker, \"the\" Inc");
    told(&docker, "wci is Valid\nwci says x", FAIL, "valid, but signed by");
    told(&microsoft, "wci is NotSigned\nwci says x", FAIL, "it is not signed");
    told(&microsoft, "wci is HashMismatch\nwci says x", FAIL, "it was changed after it was signed");
    told(&microsoft, "wci is NotTrusted\nwci says x", FAIL, "its signer is not trusted here");
    told(&microsoft, "wci is UnknownError\nwci says A root is not trusted", FAIL, "UnknownError: A root is not trusted");
    told(&microsoft, "wci none", FAIL, "no file C:\\h.exe");
}

#[test]
fn a_service_that_is_not_there_is_told_from_one_that_is_stopped() {
    let check = Check { look: Look::Service { name: "docker".into() }, ..check(&OfWindows::Elevated, None) };
    let is = |told: &str| service(&check, "docker", told).map(|answer| (answer.verdict, answer.seen));
    assert_eq!(is("wci is Running"), Some((PASS, "docker is running".into())));
    assert_eq!(is("wci is Stopped"), Some((FAIL, "docker is stopped".into())));
    assert_eq!(is("wci is Paused"), Some((FAIL, "docker is paused".into())));
    assert_eq!(is("wci is StartPending"), Some((FAIL, "docker is on its way: StartPending".into())));
    assert_eq!(is("wci none"), Some((FAIL, "there is no service named docker".into())));
    assert_eq!(is("wci denied"), Some((UNKNOWN, "asking this needs administrator's rights".into())));
    assert_eq!(is("wci foreign"), None);
}
