//! The real program in a real terminal: tmux, keys, and what the pane shows.

use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// Long enough for a loaded CI machine; a test that passes never waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A tmux server of its own with one pane; gone when dropped.
pub struct Pane {
    socket: String,
}

/// Whether tmux is here. Says so once if not; in CI that is a failure.
pub fn available() -> bool {
    let there = Command::new("tmux").arg("-V").output().is_ok_and(|o| o.status.success());
    if !there {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have tmux");
        eprintln!("skipped: tmux is not installed, so the real screen is not driven");
    }
    there
}

impl Pane {
    /// Starts `wci` with its state in a folder.
    pub fn start(columns: u16, rows: u16, state: &Path, arguments: &[&str]) -> Self {
        let mut line = vec![
            "env".to_owned(),
            "LANG=C.UTF-8".into(),
            "TERM=tmux-256color".into(),
            "WCI_SHELL=bash".into(),
            format!("HOME={}", state.display()),
            env!("CARGO_BIN_EXE_wci").into(),
            "--state".into(),
            state.display().to_string(),
        ];
        line.extend(arguments.iter().map(|a| (*a).to_owned()));
        Self::command(columns, rows, &line)
    }

    /// Starts any program.
    pub fn command(columns: u16, rows: u16, line: &[String]) -> Self {
        let socket = format!("wci-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let pane = Self { socket };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let mut all = vec![
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns,
            "-y",
            &rows,
            ";",
            "set",
            "-g",
            "remain-on-exit",
            "on",
            ";",
            "respawn-pane",
            "-k",
        ];
        all.extend(line.iter().map(String::as_str));
        pane.tmux(&all);
        pane
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux").arg("-L").arg(&self.socket).args(arguments).output().expect("tmux runs")
    }

    /// Keys by tmux's names.
    pub fn keys(&self, keys: &[&str]) -> &Self {
        let mut all = vec!["send-keys"];
        all.extend(keys);
        self.tmux(&all);
        self
    }

    pub fn types(&self, text: &str) -> &Self {
        self.tmux(&["send-keys", "-l", text]);
        self
    }

    pub fn resize(&self, columns: u16, rows: u16) -> &Self {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.tmux(&["resize-window", "-x", &columns, "-y", &rows]);
        self
    }

    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// The process in the pane.
    pub fn pid(&self) -> u32 {
        let out = self.tmux(&["display-message", "-p", "#{pane_pid}"]).stdout;
        String::from_utf8_lossy(&out).trim().parse().expect("a pid")
    }

    pub fn is_dead(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{pane_dead}"]).stdout.starts_with(b"1")
    }

    #[track_caller]
    pub fn wait(&self, text: &str) -> &Self {
        self.until(&format!("{text:?} on the screen"), |screen| screen.contains(text))
    }

    #[track_caller]
    pub fn wait_end(&self) {
        let start = Instant::now();
        while !self.is_dead() {
            assert!(start.elapsed() < PATIENCE, "wci did not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    #[track_caller]
    pub fn until(&self, what: &str, done: impl Fn(&str) -> bool) -> &Self {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if done(&screen) {
                return self;
            }
            assert!(start.elapsed() < PATIENCE, "waited for {what}:\n{screen}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Until the screen has not changed for a moment.
    pub fn still(&self) -> String {
        let start = Instant::now();
        let mut before = self.screen();
        loop {
            std::thread::sleep(Duration::from_millis(150));
            let now = self.screen();
            if now == before || start.elapsed() > PATIENCE {
                return now;
            }
            before = now;
        }
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
