//! Every check and need of the chapter that asks PowerShell, put by the product's own prober, in each state of the stand-in.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use wci::course::Check;
use wci::course::Look;
use wci::course::Shell;
use wci::course::Step;
use wci::course::Verdict;
use wci::probe::Prober;
use wci::probe::Question;

use crate::engine;
use crate::standin::ENVIRONMENT;
use crate::standin::PATH;
use crate::standin::PENDING;
use crate::standin::Standin;
use crate::standin::key;

/// One column for each state, in the order of `states`: P passes, W warns, F fails, U is unknown.
///
/// fresh, feature pending, restarted, all done, all broken, all done but no rights, every cmdlet throws, every cmdlet is missing, over SSH.
const TABLE: &str = "
preflight       | This shell has administrator's rights                           | P P P P P F P P P
preflight       | This is Windows Server 2022, build 20348                        | P P P P P P P P P
preflight       | Windows is on drive C:                                          | P P P P P P P P P
preflight       | It has a desktop                                                | P P P P P P P P P
preflight       | No restart is waiting from before                               | P W P P W P P P P
enable-containers | The Containers feature is enabled, or will be after the restart | F P P P F U U U P
restart         | The Containers feature is enabled                               | F F P P F U U U P
restart         | No restart is waiting any more                                  | P F P P F P P P P
restart         | The services behind containers are there (hns, vmcompute)       | W W P P P P W W P
docker          | The service docker runs                                         | F F F P F P U U P
docker          | The daemon answers                                              | F F F P F F P P P
docker          | The script left no task that would go on at the next logon      | P P P P F P U U P
docker          | The script left no mark of failure                              | P P P P W P P P P
first-container | The image is here, and its build fits this kernel               | F F F P F F P P P
first-container | A container of it has run                                       | F F F P F F P P P
tools-folder    | The folder C:\\bin exists                                        | F F F P P P P P P
sysinternals    | The tools are unpacked                                          | F F F P F P P P P
sysinternals    | They are signed by Microsoft, and unchanged since               | F F F P F P U U P
pavel-tools     | The tools are unpacked                                          | F F F P F P P P P
windbg          | You are signed in at a desktop                                  | P P P P P P P P F
windbg          | WinDbg is installed                                             | F F F P F P U U P
path            | The machine's PATH has C:\\bin\\sysinternals                      | F F F P P P P P P
path            | The machine's PATH has C:\\bin\\pavel_tools                       | F F F P F P P P P
path            | Windows' own folders are still on it, as Windows wrote them     | P P P P W P P P P
path-user       | The machine's PATH does not have the tools                      | P P P F F F F F F
path-user       | Your PATH has C:\\bin\\sysinternals                             | F F F P P P P P P
path-user       | Your PATH has C:\\bin\\pavel_tools                              | F F F P F P P P P
";

/// What the chapter's checks and the product's questions call; natives and the engine's own cmdlets are not among them.
const CMDLETS: &str =
    "Get-WindowsOptionalFeature\nGet-Service\nGet-AppxPackage\nGet-ScheduledTask\nGet-AuthenticodeSignature\nGet-CimInstance";

/// The user's PATH in the stand-in's registry.
const USER_PATH: &str = "HKCU/Environment/Path";

fn states() -> [fn(&Standin); 9] {
    [
        |_| {},
        |s| {
            s.keep("feature", "EnablePending");
            s.keep(&format!("{}/x", key(PENDING, "")), "");
        },
        |s| s.restart(),
        all_done,
        |s| {
            s.keep("feature", "DisablePending");
            s.keep(&format!("{}/x", key(PENDING, "")), "");
            s.keep("services/docker", "Stopped\nAutomatic");
            s.keep("tasks/ContainerBootstrap", "");
            s.keep("home/Install-ContainerHost.err", "");
            s.keep("C/bin/sysinternals/handle64.exe", "MZ, something else");
            ["appx", "C/bin/sysinternals/PsExec64.exe", "C/bin/pavel_tools/ObjDir.exe"].iter().for_each(|name| s.forget(name));
            s.keep(&key(ENVIRONMENT, "Path"), r"C:\Windows\system32;C:\Windows;C:\bin\sysinternals");
            s.keep(USER_PATH, r"C:\bin\sysinternals");
        },
        |s| {
            repaired(s);
            s.keep("elevated", "no");
        },
        |s| {
            s.forget("elevated");
            s.keep("throwing", CMDLETS);
        },
        |s| {
            s.forget("throwing");
            s.keep("missing", CMDLETS);
        },
        |s| {
            s.forget("missing");
            s.keep("session", "0");
        },
    ]
}

pub fn all_done(s: &Standin) {
    s.put_programs(&["docker.exe"]);
    s.keep("services/docker", "Running\nAutomatic");
    s.keep("docker/images", "mcr.microsoft.com/windows/nanoserver:ltsc2022");
    s.keep("docker/containers", "d4c0ffee0000 wci-hello mcr.microsoft.com/windows/nanoserver:ltsc2022 Exited (0) 1 second ago");
    s.put_tools();
    for name in ["JobExplorer.exe", "ObjDir.exe", "sysrun.exe"] {
        s.keep(&format!("C/bin/pavel_tools/{name}"), "MZ");
    }
    s.keep("appx/Microsoft.WinDbg", "1.2606.22001.0");
    s.keep(&key(ENVIRONMENT, "Path"), &format!(r"{PATH};C:\bin\sysinternals;C:\bin\pavel_tools"));
    s.keep(USER_PATH, r"C:\bin\sysinternals;C:\bin\pavel_tools");
}

fn repaired(s: &Standin) {
    s.keep("feature", "EnablePending");
    s.restart();
    s.forget("tasks");
    s.forget("home/Install-ContainerHost.err");
    all_done(s);
}

#[test]
fn every_check_gives_its_verdict_in_each_state() {
    let Some(engine) = engine() else { return };
    let standin = Standin::on_linux(&engine);
    let mut inside = Inside::start(&standin);
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut seen = String::new();
    for (number, change) in states().into_iter().enumerate() {
        change(&standin);
        for (position, (name, verdict, why)) in inside.ask().into_iter().enumerate() {
            seen.push_str(&format!("state {number}, {name}: {verdict} ({why})\n"));
            if number == 0 {
                rows.push((name, vec![verdict]));
            } else {
                assert_eq!(rows[position].0, name);
                rows[position].1.push(verdict);
            }
        }
    }
    let found: Vec<String> = rows.iter().map(|(name, verdicts)| format!("{name} | {}", verdicts.join(" "))).collect();
    let wanted: Vec<String> = TABLE.lines().filter(|l| !l.is_empty()).map(squeezed).collect();
    let wrong: Vec<&String> = found.iter().filter(|row| !wanted.contains(row)).collect();
    let stale: Vec<&String> = wanted.iter().filter(|row| !found.contains(row)).collect();
    assert!(wrong.is_empty() && stale.is_empty(), "found {wrong:#?}\nwanted {stale:#?}\n{seen}");
}

fn squeezed(row: &str) -> String {
    row.split('|').map(str::trim).collect::<Vec<_>>().join(" | ")
}

/// This test binary once more, with the stand-in's PATH and variables around it: the prober takes those of its own process.
pub struct Inside {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Inside {
    pub fn start(standin: &Standin) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.args(["--exact", "table::inside", "--ignored", "--nocapture"]).envs(standin.environment());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (stdin, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        Self { child, stdin, stdout: BufReader::new(stdout) }
    }

    /// Each check of the chapter with its step, its verdict and the reason.
    pub fn ask(&mut self) -> Vec<(String, String, String)> {
        writeln!(self.stdin, "ask").expect("it listens");
        let mut told = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).expect("text"), 0, "it ended");
            let Some(line) = line.trim_end().strip_prefix("told\t") else { continue };
            let mut parts = line.split('\t').map(str::to_owned);
            let (Some(name), Some(verdict), Some(why)) = (parts.next(), parts.next(), parts.next()) else { return told };
            told.push((name, verdict, why));
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
#[ignore = "the test of the table starts it, with the stand-in around it"]
async fn inside() {
    if std::env::var_os("WCI_STANDIN").is_none() {
        return;
    }
    let (course, _) = wci::content::load_embedded();
    let chapter = course.chapters.into_iter().find(|c| c.slug == "introduction").expect("the chapter");
    let prober = Prober::new();
    for _ in std::io::stdin().lines() {
        for step in &chapter.steps {
            for check in asked(step) {
                let question = Question { check: check.clone(), shell: Shell::PowerShell, poll: false };
                let answer = prober.ask(question).await;
                let verdict = match answer.verdict {
                    Verdict::Pass => "P",
                    Verdict::Warn => "W",
                    Verdict::Fail => "F",
                    Verdict::Unknown => "U",
                };
                println!("told\t{} | {}\t{verdict}\t{}", step.id.step, check.says, answer.seen);
            }
        }
        println!("told\tend");
    }
}

/// The needs and checks of a step that ask PowerShell.
fn asked(step: &Step) -> impl Iterator<Item = &Check> {
    step.needs().map(|need| &need.check).chain(step.checks()).filter(|check| match &check.look {
        Look::Ask { shell, .. } => matches!(shell, Shell::PowerShell | Shell::Pwsh),
        Look::Windows(_) | Look::Service { .. } => true,
        Look::Exit { .. }
        | Look::Output { .. }
        | Look::File { .. }
        | Look::OnPath { .. }
        | Look::Port { .. }
        | Look::Http { .. }
        | Look::Process { .. }
        | Look::Machine(_) => false,
    })
}
