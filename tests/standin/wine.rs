//! A Windows for the stand-in to stand in: a prefix of Wine, with the stand-in's programs where Windows has its own.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use crate::bed;
use crate::bed::Bed;

/// The folder of its prefix, made anew each time.
const PREFIX: &str = "wine-standin";

pub struct Wine {
    pub bed: Bed,
}

impl Wine {
    /// Why there is none, where something for it is missing.
    pub fn new() -> Result<Self, String> {
        let old = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PREFIX);
        if old.exists() {
            fs::remove_dir_all(&old).map_err(|why| format!("{}: {why}", old.display()))?;
        }
        Ok(Self { bed: bed::make(PREFIX)? })
    }

    pub fn drive(&self) -> PathBuf {
        self.bed.drive()
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
        command.arg("120").arg(&self.bed.wine).args(words);
        command.envs(self.bed.environment()).envs(environment.iter().cloned());
        command.env_remove("DISPLAY");
        // Its own shutdown would be taken before ours.
        command.env("WINEDLLOVERRIDES", "shutdown.exe=n;winemenubuilder.exe=d");
        command
    }

    fn run(&self, words: &[&str], environment: &[(&'static str, OsString)]) -> Output {
        self.command(words, environment).output().expect("wine runs")
    }

    /// Ends every program in it.
    pub fn end(&self) {
        // There may be none.
        let _ = Command::new(self.bed.wine.with_file_name("wineserver")).arg("-k").envs(self.bed.environment()).status();
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

impl Drop for Wine {
    fn drop(&mut self) {
        self.end();
    }
}
