//! What can be told without a live shell: Windows' own answers, as a chapter's checks would get them, and the console window.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::course::Shell;
use crate::elevate;
use crate::private;
use crate::probe::Prober;
#[cfg(any(windows, test))]
use crate::session::Size;
use crate::wayback;

use super::{Found, Patient, ask};

/// The first question about features after a boot can take minutes.
const FEATURE: Duration = Duration::from_secs(300);
const SHORT: Duration = Duration::from_secs(30);

/// How an answer is judged.
enum Judge {
    /// It must hold one of these.
    Has(&'static [&'static str]),
    /// A person compares it.
    Eyes,
    /// The same, with the time the answer took.
    Timed,
}

use Judge::{Eyes, Has, Timed};

/// Each answers in one line. Runs in 5.1, asks and changes nothing.
const QUESTIONS: &[(&str, &str, Judge)] = &[
    (
        "os-build",
        r"$v = Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'; '10.0.{0}, update {1}' -f $v.CurrentBuildNumber, $v.UBR",
        Has(&["10.0.20348"]),
    ),
    ("os-kind", r"(Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion').InstallationType", Has(&["Server"])),
    (
        "os-boot-id",
        r"$b = (Get-CimInstance Win32_OperatingSystem -Property LastBootUpTime).LastBootUpTime.ToFileTimeUtc(); $c = (Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters' -ErrorAction SilentlyContinue).BootId; 'boot time {0}, counter {1}' -f $b, $c",
        Eyes,
    ),
    ("os-language", "$c = (Get-Culture).Name; $m = (Get-UICulture).Name; if ($c -or $m) { '{0}, messages {1}' -f $c, $m }", Eyes),
    ("os-tls", "[Net.ServicePointManager]::SecurityProtocol", Has(&["SystemDefault", "Tls12"])),
    ("shell-version", "'{0} {1}' -f $PSVersionTable.PSVersion, $PSVersionTable.PSEdition", Has(&["5.1.20348"])),
    (
        "shell-policies",
        "(Get-ExecutionPolicy -List | ForEach-Object { '{0}={1}' -f $_.Scope, $_.ExecutionPolicy }) -join ' '",
        Eyes,
    ),
    ("shell-mode", "$ExecutionContext.SessionState.LanguageMode", Has(&["FullLanguage"])),
    ("feature-containers", "(Get-WindowsOptionalFeature -Online -FeatureName Containers).State", Timed),
    ("feature-server", "(Get-WindowsFeature Containers).InstallState", Timed),
    (
        "feature-pending",
        r"'servicing: {0}, update: {1}' -f (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'), (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired')",
        Eyes,
    ),
    (
        "services",
        "('hns','vmcompute','docker','sshd' | ForEach-Object { $s = Get-Service $_ -ErrorAction SilentlyContinue; $_ + '=' + $(if ($s) { $s.Status } else { 'none' }) }) -join ' '",
        Eyes,
    ),
    (
        "tools",
        "('curl.exe','tar.exe','ssh.exe','winget.exe' | ForEach-Object { $c = Get-Command $_ -ErrorAction SilentlyContinue; $_ + '=' + $(if ($c) { $c.Version } else { 'none' }) }) -join ' '",
        Eyes,
    ),
    (
        "path-kind",
        r"(Get-Item 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment').GetValueKind('Path')",
        Has(&["ExpandString"]),
    ),
    (
        "docker-place",
        r"$d = @(('{0}\System32\docker.exe' -f $env:windir), ('{0}\Docker\docker.exe' -f $env:ProgramFiles)) | Where-Object { Test-Path $_ }; if ($d) { $d -join ' ' } else { 'none' }",
        Eyes,
    ),
    (
        "appx",
        "('Microsoft.WinDbg','Microsoft.VCLibs.140.00','Microsoft.VCLibs.140.00.UWPDesktop' | ForEach-Object { $a = Get-AppxPackage $_ | Select-Object -First 1; $_ + '=' + $(if ($a) { $a.Version } else { 'none' }) }) -join ' '",
        Eyes,
    ),
];

pub async fn all(patient: &Patient, prober: &Prober, shell: Shell) -> Vec<Found> {
    let mut found = vec![state(&patient.state)];
    // The report is about Windows, and elsewhere this would touch a desktop for nothing.
    if cfg!(windows) {
        found.push(way_back());
    }
    found.extend(console());
    if !shell.is_powershell() {
        return found;
    }
    for (name, text, judge) in QUESTIONS {
        let within = if matches!(judge, Timed) { FEATURE } else { SHORT };
        found.push(match ask::shell(prober, shell, text, within).await {
            Err(why) => Found::unknown(name, why),
            Ok((seen, took)) => judged(name, judge, seen, took),
        });
    }
    found.push(rights(prober, shell).await);
    found
}

fn judged(name: &'static str, judge: &Judge, seen: String, took: Duration) -> Found {
    // What a check has seen of a command that printed nothing.
    if seen == "exit status 0" {
        return Found::unknown(name, "not told");
    }
    match judge {
        Has(words) => Found::judged(name, words.iter().any(|word| seen.contains(word)), seen),
        Eyes => Found::noted(name, seen),
        Timed => Found::noted(name, format!("{seen}, after {:.1} s", took.as_secs_f64())),
    }
}

/// Whether the folder can be written, tried with a file in it or, before it is made, in the nearest folder above.
pub fn writable(folder: &Path) -> io::Result<()> {
    let there = folder.ancestors().find(|folder| folder.is_dir()).ok_or(io::ErrorKind::NotFound)?;
    let file = there.join(format!(".wci-doctor-{}", std::process::id()));
    private::new_file(&file)?;
    fs::remove_file(file)
}

fn state(folder: &Path) -> Found {
    let usual = std::env::var_os("LOCALAPPDATA").is_some_and(|local| folder == Path::new(&local).join("wci"));
    let place = if usual { "%LOCALAPPDATA%\\wci" } else { "elsewhere, because --state or WCI_STATE says so" };
    match writable(folder) {
        Ok(()) => Found::judged("state-folder", true, format!("{place}, can be written")),
        Err(why) => Found::judged("state-folder", false, format!("{place}, cannot be written: {why}")),
    }
}

/// Registers what would open wci after a restart, and removes it again. One that stands there is somebody's, and is left alone.
fn way_back() -> Found {
    const NAME: &str = "way-back";
    let started = Instant::now();
    let tried = || -> Result<Found, String> {
        if elevate::is_elevated() == Some(false) {
            return Ok(Found::unknown(NAME, "not elevated"));
        }
        if wayback::is_registered()? {
            return Ok(Found::unknown(NAME, "one is registered already: it was left alone"));
        }
        let plan = wayback::plan(&["--vm".into(), "here".into()])?;
        let Some(name) = &plan.name else { return Ok(Found::unknown(NAME, plan.whereabouts)) };
        let registered = wayback::register(&plan);
        wayback::remove()?;
        registered?;
        let took = started.elapsed().as_secs_f64();
        Ok(Found::judged(NAME, true, format!("{name}: registered, read back and removed again in {took:.1} s")))
    };
    tried().unwrap_or_else(|why| Found::judged(NAME, false, why))
}

async fn rights(prober: &Prober, shell: Shell) -> Found {
    const ROLE: &str = "([Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()).IsInRole([Security.Principal.WindowsBuiltInRole]'Administrator')";
    let Some(token) = elevate::is_elevated() else { return Found::unknown("rights-token", "the token does not tell") };
    match ask::shell(prober, shell, ROLE, SHORT).await {
        Ok((role, _)) => {
            let same = role.eq_ignore_ascii_case(&token.to_string());
            Found::judged("rights-token", same, format!("token: {token}, PowerShell: {role}"))
        }
        Err(why) => Found::unknown("rights-token", format!("token: {token}, PowerShell: {why}")),
    }
}

#[cfg(windows)]
fn console() -> Vec<Found> {
    use crate::windows::console;
    let none = |name| Found::unknown(name, "no console window");
    vec![
        console::code_pages().map_or_else(
            || none("console-pages"),
            |(input, output)| Found::noted("console-pages", format!("input {input}, output {output}")),
        ),
        console::modes().map_or_else(
            || none("console-modes"),
            |(input, output)| Found::noted("console-modes", format!("input {input:#x}, output {output:#x}")),
        ),
        console::font().map_or_else(
            || none("console-font"),
            |font| {
                let kind = if font.bitmap { "raster" } else { "outlines" };
                Found::judged("console-font", !font.bitmap, format!("{}, {kind}", font.name))
            },
        ),
        size(crate::tty::measured()),
    ]
}

#[cfg(any(windows, test))]
fn size(measured: Option<Size>) -> Found {
    let Some(Size { columns, rows }) = measured else { return Found::unknown("console-size", "no console window") };
    Found::judged("console-size", columns >= 80 && rows >= 25, format!("{columns} by {rows}"))
}

/// Other systems have no such window.
#[cfg(not(windows))]
fn console() -> Vec<Found> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Verdict;

    #[test]
    fn what_is_not_told_is_unknown() {
        for judge in [Has(&["Server"]), Eyes, Timed] {
            assert_eq!(judged("os-kind", &judge, "exit status 0".into(), SHORT), Found::unknown("os-kind", "not told"));
        }
        assert_eq!(judged("os-kind", &Has(&["Server"]), "Client".into(), SHORT).verdict, Some(Verdict::Fail));
        assert_eq!(size(None).verdict, Some(Verdict::Unknown));
        assert_eq!(size(Some(Size { columns: 80, rows: 24 })).verdict, Some(Verdict::Fail));
        assert_eq!(size(Some(Size { columns: 80, rows: 25 })).verdict, Some(Verdict::Pass));
    }

    #[test]
    fn a_state_folder_elsewhere_is_no_failure() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = state(folder.path());
        assert_eq!(found.verdict, Some(Verdict::Pass), "{}", found.seen);
        assert!(found.seen.contains("--state"), "{}", found.seen);
    }
}
