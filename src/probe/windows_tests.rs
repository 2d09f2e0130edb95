//! The questions to Windows, put to the real engine: on Linux as they are, and with functions that stand in for the commands of Windows.
#![cfg(unix)]

use super::*;
use crate::course::Verdict;
use crate::probe::shell_tests::there;
use crate::probe::tests::check;

async fn answers(shells: &Shells, before: &str, what: OfWindows) -> (Verdict, String) {
    let check = check(crate::course::Look::Windows(what.clone()), None);
    let text = format!("{before}\n{}", question(&what).unwrap());
    let answer = match put(shells, &check, &text).await {
        Ok(told) => judge::windows(&check, &what, &told),
        Err(answer) => answer,
    };
    (answer.verdict, answer.seen)
}

fn every_question() -> Vec<OfWindows> {
    let name = || "it's \"$(1)\" ’x".to_owned();
    vec![
        OfWindows::Feature { name: name(), pending: false },
        OfWindows::Elevated,
        OfWindows::Build(20348),
        OfWindows::PathEntry { folder: name(), scope: Scope::Machine },
        OfWindows::PathEntry { folder: name(), scope: Scope::User },
        OfWindows::Appx { name: name() },
        OfWindows::Task { name: name(), missing: true },
        OfWindows::Signature { path: name(), signer: Some(name()) },
        OfWindows::NoRestart,
    ]
}

#[tokio::test]
async fn elsewhere_no_question_has_an_answer() {
    if !there(Shell::Pwsh) {
        return;
    }
    let shells = Shells::default();
    for what in every_question() {
        assert_eq!(answers(&shells, "", what.clone()).await, (Verdict::Unknown, judge::NOT_WINDOWS.into()), "{what:?}");
    }
    let check = check(crate::course::Look::Service { name: "docker".into() }, None);
    assert_eq!(service(&shells, &check, "docker").await, None);
}

#[test]
fn what_is_not_heard_is_unknown() {
    let check = check(crate::course::Look::Windows(OfWindows::Elevated), None);
    let unheard = |heard| told(&check, cfg!(windows), heard).map_err(|answer| (answer.verdict, answer.seen));
    let missing = Heard::No("powershell is not on this machine".into());
    assert_eq!(unheard(missing), Err((Verdict::Unknown, judge::NOT_WINDOWS.into())));
    assert_eq!(unheard(Heard::Silent), Err((Verdict::Unknown, "no answer in 30 s".into())));
    assert_eq!(unheard(Heard::Replied { text: "wci is True".into(), status: 1, whole: true }), Ok("wci is True".into()));
}

#[tokio::test]
async fn errors_of_windows_are_told_apart() {
    if !there(Shell::Pwsh) {
        return;
    }
    let shells = Shells::default();
    let feature = || OfWindows::Feature { name: "it's".into(), pending: false };
    let says = |body: &str| format!("function Get-WindowsOptionalFeature($FeatureName, [switch]$Online) {{ {body} }}");
    let fails = |number: &str| {
        says(&format!("throw (New-Object Runtime.InteropServices.COMException 'Die Anforderung', ([int]{number}))"))
    };
    let is = async |body: String, verdict: Verdict, seen: &str| {
        assert_eq!(answers(&shells, &body, feature()).await, (verdict, seen.to_owned()), "{body}");
    };
    is(says("[pscustomobject]@{ State = 'Enabled'; Name = $FeatureName }"), Verdict::Pass, "Enabled").await;
    is(
        says("Write-Warning 'wci is Enabled'; Write-Host 'x'; [pscustomobject]@{ State = 'EnablePending' }"),
        Verdict::Fail,
        "EnablePending: a restart is waiting",
    )
    .await;
    is(says(""), Verdict::Fail, "Windows knows no feature named it's").await;
    let rights = "asking this needs administrator's rights";
    is(fails("-2147024156"), Verdict::Unknown, rights).await;
    is(fails("-2147024891"), Verdict::Unknown, rights).await;
    is(says("throw 'The requested operation requires elevation.'"), Verdict::Unknown, rights).await;
    is(fails("-2146498548"), Verdict::Fail, "Windows knows no feature named it's").await;
    is(says("Write-Error 'x' -Category ObjectNotFound"), Verdict::Fail, "Windows knows no feature named it's").await;
    is(says("Get-Nothing"), Verdict::Unknown, judge::NOT_WINDOWS).await;
}
