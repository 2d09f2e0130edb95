//! A stand-in for the Windows Server of chapter 1. What it knows is in files of one folder, which a test may look at and change:
//!
//! | file | what |
//! |---|---|
//! | `feature` | the state of Containers: `Disabled` (also without the file), `EnablePending`, `Enabled`, `DisablePending` |
//! | `services/NAME` | a service: its status, its start type |
//! | `docker/images`, `docker/containers` | one a line |
//! | `appx/NAME`, `tasks/NAME` | an app package with its version, a scheduled task |
//! | `signed` | the hashes and names of files that are as their maker signed them |
//! | `restart` | somebody asked for a restart |
//! | `elevated`, `session` | `no`, and `0` over SSH |
//! | `throwing`, `missing` | cmdlets that fail, and that are not there |
//! | `log` | what was run and changed, in order |
//! | `C`, `HKLM` | the drive and the registry, where there are none |

mod web;

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use web::Web;

/// The key that says that a restart waits, below `HKLM`.
pub const PENDING: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending";
pub const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
pub const ENVIRONMENT: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment";
pub const PATH: &str = r"%SystemRoot%\system32;%SystemRoot%;%SystemRoot%\System32\Wbem";

pub struct Standin {
    pub root: PathBuf,
    pub web: Web,
    engine: PathBuf,
    /// Goes with it.
    _folder: tempfile::TempDir,
}

impl Standin {
    /// A freshly installed server on this Linux, with PowerShell from `engine`.
    pub fn on_linux(engine: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().to_owned();
        let program = program(None);
        let bytes = fs::read(&program).expect("the stand-in");
        let system32 = root.join("C/Windows/System32");
        for folder in [&system32, &root.join("bin"), &root.join("home"), &root.join("state")] {
            fs::create_dir_all(folder).expect("a folder");
        }
        for path in ["pwsh", "docker"].map(|name| root.join("bin").join(name)) {
            fs::copy(&program, path).expect("a copy");
        }
        let made = Self { web: Web::serve(&bytes), root, engine: engine.to_owned(), _folder: folder };
        made.put_programs(&["curl.exe", "tar.exe", "shutdown.exe"]);
        made.keep("port", &made.web.port.to_string());
        made.sign(&bytes);
        made.keep(&key(VERSION, "InstallationType"), "Server");
        made.keep(&key(VERSION, "CurrentBuildNumber"), "20348");
        made.keep(&key(ENVIRONMENT, "Path"), PATH);
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
        let path = std::env::var_os("PATH").unwrap_or_default();
        let first = [self.root.join("bin"), self.root.join("C/Windows/System32")];
        let path = std::env::join_paths(first.into_iter().chain(std::env::split_paths(&path))).expect("a PATH");
        let here = |name: &str| self.root.join(name).into_os_string();
        vec![
            ("WCI_STANDIN", self.root.clone().into()),
            ("WCI_STANDIN_ENGINE", self.engine.clone().into()),
            ("WCI_STANDIN_MODULE", module().into()),
            ("PATH", path),
            ("HOME", here("home")),
            ("WCI_STATE", here("state")),
            ("windir", r"C:\Windows".into()),
            ("SystemRoot", r"C:\Windows".into()),
            ("ProgramFiles", r"C:\Program Files".into()),
            ("SystemDrive", "C:".into()),
        ]
    }

    /// Puts programs where Windows keeps its own.
    pub fn put_programs(&self, names: &[&str]) {
        for name in names {
            fs::copy(program(None), self.root.join("C/Windows/System32").join(name)).expect("a copy");
        }
    }

    /// Unpacks the Sysinternals tools as they were signed.
    pub fn put_tools(&self) {
        let folder = self.root.join("C/bin/sysinternals");
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

    /// Restarts it: what waited for that comes into force, and services start as they should.
    pub fn restart(&self) {
        self.forget("restart");
        self.forget(&key(PENDING, ""));
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
        for entry in fs::read_dir(self.root.join("services")).into_iter().flatten().flatten() {
            let name = format!("services/{}", entry.file_name().to_string_lossy());
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

fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standin/windows.psm1")
}

/// The stand-in for programs, built for this machine or another: only the standard library, so the compiler alone will do.
pub fn program(target: Option<&str>) -> PathBuf {
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
