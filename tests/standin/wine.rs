//! A Windows for the stand-in to stand in: a prefix of Wine, with the stand-in's programs where Windows has its own.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

pub const TARGET: &str = "x86_64-pc-windows-gnu";

/// What Rust's library imports and Wine 8 lacks.
const RANDOM: &str = "#include <windows.h>\nBOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\nBOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) \
{ return SystemFunction036(data, (ULONG)size); }\n";

pub struct Wine {
    wine: PathBuf,
    prefix: PathBuf,
}

impl Wine {
    /// Makes a prefix in this folder.
    pub fn new(wine: &Path, prefix: PathBuf) -> Self {
        let made = Self { wine: wine.to_owned(), prefix };
        made.run(&["wineboot", "-i"], &[]);
        made.run(&["winecfg", "-v", "win10"], &[]);
        made.write_random();
        made
    }

    fn write_random(&self) {
        let source = self.prefix.join("random.c");
        fs::write(&source, RANDOM).expect("written");
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        compiler.args(["-shared", "-Wl,--export-all-symbols", "-o"]).arg(self.system32().join("bcryptprimitives.dll"));
        let status = compiler.arg(&source).arg("-ladvapi32").status().expect("a compiler for Windows");
        assert!(status.success(), "bcryptprimitives.dll does not build");
    }

    pub fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    pub fn system32(&self) -> PathBuf {
        self.drive().join("windows/system32")
    }

    pub fn home(&self) -> PathBuf {
        let users = fs::read_dir(self.drive().join("users")).expect("users").flatten();
        let mut own = users.map(|e| e.path()).filter(|path| !path.ends_with("Public"));
        own.next().expect("a user")
    }

    /// Something that takes the environment of the machine for granted.
    pub fn command(&self, words: &[&str], environment: &[(&'static str, OsString)]) -> Command {
        // What hangs under Wine must not hold the tests for ever.
        let mut command = Command::new("timeout");
        command.arg("150").arg(&self.wine).args(words).envs(environment.iter().cloned());
        command.env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all").env_remove("DISPLAY").env("HOME", &self.prefix);
        // With code compiled twice, a .NET exception in a pseudo console of Wine 8 can be its program's last act: it hangs.
        command.env("DOTNET_TieredCompilation", "0");
        // Its own shutdown would be taken before ours.
        command.env("WINEDLLOVERRIDES", "shutdown.exe=n;winemenubuilder.exe=d");
        command
    }

    fn run(&self, words: &[&str], environment: &[(&'static str, OsString)]) -> Output {
        self.command(words, environment).output().expect("wine runs")
    }

    /// A value of a key below HKLM, with its kind.
    pub fn value(&self, key: &str, name: &str) -> Option<(String, String)> {
        let out = self.run(&["reg", "query", &format!("HKLM\\{key}"), "/v", name], &[]);
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name)?.trim().split_once(char::is_whitespace))?;
        Some((line.0.to_owned(), line.1.trim().to_owned()))
    }

    pub fn set(&self, key: &str, name: &str, value: &str) {
        let out = self.run(&["reg", "add", &format!("HKLM\\{key}"), "/v", name, "/t", "REG_SZ", "/d", value, "/f"], &[]);
        assert!(out.status.success(), "{out:?}");
    }

    pub fn has_key(&self, key: &str) -> bool {
        self.run(&["reg", "query", &format!("HKLM\\{key}")], &[]).status.success()
    }

    pub fn remove_key(&self, key: &str) {
        // It may not be there.
        self.run(&["reg", "delete", &format!("HKLM\\{key}"), "/f"], &[]);
    }
}

/// A path of Linux as programs under Wine have it.
pub fn windows_path(path: &Path) -> OsString {
    format!("Z:{}", path.display()).replace('/', "\\").into()
}

impl Drop for Wine {
    fn drop(&mut self) {
        // What still runs in it would hold its folder.
        let _ = Command::new(self.wine.with_file_name("wineserver")).arg("-k").env("WINEPREFIX", &self.prefix).status();
    }
}
