//! A stand-in for the Windows Server of chapter 1. What it knows is in files of one folder, which a test may look at and change:
//!
//! | file | what |
//! |---|---|
//! | `feature` | the state of Containers: `Disabled` (also without the file), `EnablePending`, `Enabled`, `DisablePending` |
//! | `services/NAME` | a service: its status, its start type |
//! | `docker/images`, `docker/containers` | one a line |
//! | `appx/NAME`, `tasks/NAME` | an app package with its version, a scheduled task |
//! | `signed` | the hashes and names of files that are as their maker signed them |
//! | `restart` | it goes down for a restart; what is in the file asked for it |
//! | `planned` | Windows has a restart planned by somebody else: it says 1190 |
//! | `boot` | when it booted; the number of the boot is in the registry |
//! | `terminal` | what is piped into a program counts as typed at a terminal |
//! | `elevated`, `session` | `no`, and `0` over SSH |
//! | `throwing`, `missing` | cmdlets that fail, and that are not there |
//! | `log` | what was run and changed, in order |
//! | `C`, `HKLM` | the drive and the registry, where there are none |

mod web;
mod wine;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use crate::bed::outside;
use tempfile::TempDir;
use web::Web;
use wine::Wine;

/// The key that says that a restart waits, below `HKLM`.
pub const PENDING: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending";
pub const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
pub const ENVIRONMENT: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
/// The key whose `BootId` is another number in each boot.
const BOOTS: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters";
pub const PATH: &str = r"%SystemRoot%\system32;%SystemRoot%;%SystemRoot%\System32\Wbem";

pub struct Standin {
    pub root: PathBuf,
    pub web: Web,
    /// PowerShell's real engine.
    engine: PathBuf,
    wci: PathBuf,
    program: PathBuf,
    wine: Option<Wine>,
    /// Goes with it.
    _folder: TempDir,
}

impl Standin {
    /// A freshly installed server on this Linux, with PowerShell from `engine`.
    pub fn on_linux(engine: &Path) -> Self {
        let made = Self::new(program(None), engine.to_owned(), env!("CARGO_BIN_EXE_wci").into(), None);
        for path in ["pwsh", "docker"].map(|name| made.root.join("bin").join(name)) {
            fs::create_dir_all(made.root.join("bin")).expect("a folder");
            fs::copy(&made.program, path).expect("a copy");
        }
        made.keep(&key(VERSION, "InstallationType"), "Server");
        made.keep(&key(VERSION, "CurrentBuildNumber"), "20348");
        made.keep(&key(ENVIRONMENT, "Path"), PATH);
        made.boot(41);
        made
    }

    /// The same in a Windows that Wine makes, or why there is none.
    pub fn under_wine() -> Result<Self, String> {
        let wine = Wine::new()?;
        let (engine, wci) = (wine.bed.powershell.join("pwsh.exe"), wine.bed.exe.clone());
        let made = Self::new(program(Some("x86_64-pc-windows-gnu")), engine, wci, Some(wine));
        if let Some(wine) = &made.wine {
            wine.set(VERSION, "InstallationType", "Server");
            wine.set(VERSION, "CurrentBuildNumber", "20348");
            let folder = wine.system32().join("WindowsPowerShell/v1.0");
            fs::create_dir_all(&folder).expect("a folder");
            fs::copy(&made.program, folder.join("powershell.exe")).expect("a copy");
        }
        // As after an earlier try. Without it the chapter's Remove-Item finds nothing, and a .NET exception in a pseudo console of
        // Wine 8 now and then is the last thing PowerShell does.
        fs::write(made.home().join("Install-ContainerHost.err"), "").expect("written");
        made.boot(41);
        Ok(made)
    }

    fn new(program: PathBuf, engine: PathBuf, wci: PathBuf, wine: Option<Wine>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().to_owned();
        let bytes = fs::read(&program).expect("the stand-in");
        let made = Self { web: Web::serve(&bytes), wine, root, engine, wci, program, _folder: folder };
        for folder in [made.system32(), made.home(), made.state()] {
            fs::create_dir_all(folder).expect("a folder");
        }
        made.put_programs(&["curl.exe", "tar.exe", "shutdown.exe"]);
        made.keep("port", &made.web.port.to_string());
        made.sign(&bytes);
        made
    }

    /// Notes every tool as its maker signed it.
    fn sign(&self, program: &[u8]) {
        let folder = self.root.join("signing");
        fs::create_dir_all(&folder).expect("a folder");
        let names = web::SYSINTERNALS.iter().filter(|name| name.ends_with(".exe"));
        for name in names.clone() {
            fs::write(folder.join(name), web::tool(name, program)).expect("written");
        }
        let sums = Command::new("sha256sum").args(names).current_dir(&folder).output().expect("sha256sum");
        let text = String::from_utf8(sums.stdout).expect("text");
        let lines = text.lines().filter_map(|line| line.split_once("  "));
        let lines: Vec<String> = lines.map(|(sum, name)| format!("{} {name}", sum.to_uppercase())).collect();
        self.keep("signed", &lines.join("\n"));
    }

    /// What the processes under test are started with.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let here = |path: &Path| if self.wine.is_some() { outside(path).into() } else { path.as_os_str().to_owned() };
        let mut all = vec![
            ("WCI_STANDIN", here(&self.root)),
            ("WCI_STANDIN_ENGINE", here(&self.engine)),
            ("WCI_STANDIN_MODULE", here(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin/windows.psm1"))),
            ("WCI_STATE", here(&self.state())),
            ("NO_COLOR", "1".into()),
        ];
        if self.wine.is_none() {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let first = [self.root.join("bin"), self.system32()];
            let path = std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path))).expect("a PATH");
            let windows = [("windir", r"C:\Windows"), ("SystemRoot", r"C:\Windows"), ("ProgramFiles", r"C:\Program Files")];
            all.extend(windows.map(|(name, value)| (name, value.into())));
            all.extend([
                ("SystemDrive", "C:".into()),
                ("PATH", path),
                ("HOME", self.home().into()),
                ("WCI_SHELL", "pwsh".into()),
            ]);
        }
        all
    }

    /// `wci` with these words, until the machine goes down with it, or it ends by itself.
    pub fn wci_until_down(&self, words: &[&str]) -> Output {
        let told = self.root.join("told");
        let to = fs::File::create(&told).expect("a file");
        let mut child = self.start(&self.wci.display().to_string(), words).stdout(to).spawn().expect("wci runs");
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break status;
            }
            // It has typed the command, and hears how that ended.
            if self.has("restart") {
                std::thread::sleep(Duration::from_secs(2));
                self.end_all();
                child.kill().expect("killed");
                break child.wait().expect("a child");
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        let mut told = fs::read(told).expect("what it told");
        // A line that was cut off.
        told.truncate(told.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1));
        Output { status, stdout: told, stderr: Vec::new() }
    }

    /// `wci` with these words.
    pub fn wci(&self, words: &[&str]) -> Output {
        self.start(&self.wci.display().to_string(), words).output().expect("wci runs")
    }

    /// How often something may be tried.
    pub fn patience(&self) -> u32 {
        if self.wine.is_some() { 5 } else { 1 }
    }

    /// Ends what a try may have left.
    pub fn end_all(&self) {
        if let Some(wine) = &self.wine {
            wine.end();
        }
    }

    /// What PowerShell prints on the stand-in.
    pub fn powershell(&self, text: &str, typed: &str) -> String {
        let own = self.root.join("bin/pwsh").display().to_string();
        let program = if self.wine.is_some() { r"C:\windows\system32\WindowsPowerShell\v1.0\powershell.exe" } else { &own };
        let mut command = self.start(program, &["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", text]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir(self.home());
        let mut child = command.spawn().expect("PowerShell runs");
        // It may end without reading all of it.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(typed.as_bytes()));
        let out = child.wait_with_output().expect("it ends");
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        said.replace('\r', "").trim_end().to_owned()
    }

    fn start(&self, program: &str, words: &[&str]) -> Command {
        let environment = self.environment();
        let mut command = match &self.wine {
            Some(wine) => wine.command(&[&[program], words].concat(), &environment),
            None => {
                let mut command = Command::new(program);
                command.args(words).envs(environment);
                command
            }
        };
        command.stdin(Stdio::null());
        command
    }

    /// A path below `C:\`.
    pub fn drive(&self, path: &str) -> PathBuf {
        let drive = self.wine.as_ref().map_or_else(|| self.root.join("C"), Wine::drive);
        // Wine has some names in lower case.
        drive.join(if self.wine.is_some() { path.replace("Windows/System32", "windows/system32") } else { path.to_owned() })
    }

    fn system32(&self) -> PathBuf {
        self.drive("Windows/System32")
    }

    pub fn home(&self) -> PathBuf {
        self.wine.as_ref().map_or_else(|| self.root.join("home"), Wine::home)
    }

    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The machine's PATH as it is written, with its kind.
    pub fn path(&self) -> String {
        match &self.wine {
            Some(wine) => wine.value(ENVIRONMENT, "PATH").map(|(kind, value)| format!("{kind} {value}")).unwrap_or_default(),
            None => self.text(&key(ENVIRONMENT, "Path")),
        }
    }

    pub fn restart_waits(&self) -> bool {
        self.wine.as_ref().map_or_else(|| self.has(&key(PENDING, "")), |wine| wine.has_key(PENDING))
    }

    /// The names of the files in a folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Puts programs where Windows keeps its own.
    pub fn put_programs(&self, names: &[&str]) {
        for name in names {
            fs::copy(&self.program, self.system32().join(name)).expect("a copy");
        }
    }

    /// Unpacks the Sysinternals tools as they were signed.
    pub fn put_tools(&self) {
        let folder = self.drive("bin/sysinternals");
        fs::create_dir_all(&folder).expect("a folder");
        for entry in fs::read_dir(self.root.join("signing")).expect("a folder").flatten() {
            fs::copy(entry.path(), folder.join(entry.file_name())).expect("a copy");
        }
    }

    pub fn keep(&self, name: &str, text: &str) {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, format!("{text}\n")).expect("written");
    }

    /// Forgets a file or a folder, if there is one.
    pub fn forget(&self, name: &str) {
        let path = self.root.join(name);
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).unwrap_or_default().trim_end().to_owned()
    }

    pub fn has(&self, name: &str) -> bool {
        self.root.join(name).exists()
    }

    /// Which boot it is in.
    fn boot(&self, number: u32) {
        self.keep("boot", &format!("2026-11-24T09:{:02}:41", number % 60));
        match &self.wine {
            Some(wine) => wine.set(BOOTS, "BootId", &number.to_string()),
            None => self.keep(&key(BOOTS, "BootId"), &number.to_string()),
        }
    }

    /// Restarts it: what waited for that comes into force, and services start as they should.
    pub fn restart(&self) {
        ["restart", "planned"].iter().for_each(|name| self.forget(name));
        let minute = self.text("boot").split(':').nth(1).and_then(|minute| minute.parse().ok()).unwrap_or(0);
        self.boot(minute + 1);
        match &self.wine {
            Some(wine) => wine.remove_key(PENDING),
            None => self.forget(&key(PENDING, "")),
        }
        match self.text("feature").as_str() {
            "EnablePending" => {
                self.keep("feature", "Enabled");
                ["hns", "vmcompute"].iter().for_each(|name| self.keep(&format!("services/{name}"), "Stopped\nManual"));
            }
            "DisablePending" => {
                self.keep("feature", "Disabled");
                ["hns", "vmcompute"].iter().for_each(|name| self.forget(&format!("services/{name}")));
            }
            _ => {}
        }
        for name in self.names("services").iter().map(|name| format!("services/{name}")) {
            let start = self.text(&name).lines().nth(1).unwrap_or_default().to_owned();
            self.keep(&name, &format!("{}\n{start}", if start == "Automatic" { "Running" } else { "Stopped" }));
        }
    }
}

/// The file of a value of a registry key below `HKLM`, or without a name the key's folder.
pub fn key(path: &str, name: &str) -> String {
    let folder = format!("HKLM/{}", path.replace('\\', "/"));
    if name.is_empty() { folder } else { format!("{folder}/{name}") }
}

/// The stand-in for programs, built for this machine or another: only the standard library, so the compiler alone will do.
pub fn program(target: Option<&str>) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock();
    let name = format!("standin-{}", target.unwrap_or("here"));
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin/programs");
    let changed = fs::read_dir(&sources).expect("sources").flatten().filter_map(|e| e.metadata().ok()?.modified().ok()).max();
    if built.metadata().and_then(|m| m.modified()).ok() > changed {
        return built;
    }
    let fresh = built.with_extension(std::process::id().to_string());
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition", "2024", "--crate-name", "standin", "-O", "-C", "strip=symbols", "-o"]).arg(&fresh);
    if let Some(target) = target {
        rustc.args(["--target", target]);
    }
    let status = rustc.arg(sources.join("main.rs")).status().expect("rustc");
    assert!(status.success(), "the stand-in does not build");
    fs::rename(&fresh, &built).expect("renamed");
    built
}
