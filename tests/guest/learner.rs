//! The scripted learner: `wci run` as a script would start it, its lines with the time at which they came.

use std::io::BufRead;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::bed::Bed;

pub struct Learner {
    wci: Child,
    lines: Arc<Mutex<Vec<Line>>>,
    readers: Vec<JoinHandle<()>>,
    said: Arc<Mutex<String>>,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub at: Instant,
    pub value: Value,
}

impl Line {
    pub fn is(&self, event: &str) -> bool {
        self.value["event"] == event
    }

    /// The phase, of a restart's line.
    pub fn phase(&self) -> Option<&str> {
        self.is("restart").then(|| self.value["phase"].as_str()).flatten()
    }
}

/// How it ended.
pub struct Told {
    pub exit: Option<i32>,
    pub lines: Vec<Line>,
    /// All of it, for whoever reads the failure.
    pub all: String,
}

impl Told {
    /// The verdict of each step it came to, in order.
    pub fn verdicts(&self) -> Vec<(&str, &str)> {
        let steps = self.lines.iter().filter(|line| line.is("step"));
        steps.filter_map(|line| Some((line.value["step"].as_str()?, line.value["verdict"].as_str()?))).collect()
    }

    /// When the step went green.
    pub fn passed(&self, step: &str) -> Option<Instant> {
        self.lines.iter().find(|l| l.is("step") && l.value["step"] == step && l.value["verdict"] == "pass").map(|l| l.at)
    }

    pub fn phases(&self) -> Vec<&str> {
        self.lines.iter().filter_map(Line::phase).collect()
    }

    /// How often the step's command was typed.
    pub fn typed(&self, step: &str) -> usize {
        self.lines.iter().filter(|l| l.is("run") && l.value["step"] == step).count()
    }
}

impl Learner {
    /// `wci run demo` on the machine, from here.
    pub fn start(bed: &Bed, course: &Path, more: &[&str]) -> Self {
        let mut wci = Command::new(env!("CARGO_BIN_EXE_wci"));
        wci.args(["run", "demo", "--content"]).arg(course).arg("--state").arg(bed.folder().join("state"));
        wci.args(["--trust", "--vm", &bed.address(), "--yes", "--format", "json"]).args(more);
        wci.env("PATH", bed.path()).env("HOME", bed.folder()).env("WCI_SHELL", "bash").env_remove("WCI_STATE");
        let mut wci = wci.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("wci starts");
        let (lines, said) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(String::new())));
        let out = BufReader::new(wci.stdout.take().expect("its output"));
        let errors = BufReader::new(wci.stderr.take().expect("its errors"));
        let begun = Instant::now();
        let keep = move |said: &Mutex<String>, line: &str| {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(&format!("{:7.2} {line}\n", begun.elapsed().as_secs_f32()));
        };
        let (lines_in, said_in, said_err) = (Arc::clone(&lines), Arc::clone(&said), Arc::clone(&said));
        let stdout = std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let at = Instant::now();
                keep(&said_in, &line);
                let value = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
                lines_in.lock().unwrap_or_else(PoisonError::into_inner).push(Line { at, value });
            }
        });
        let stderr = std::thread::spawn(move || errors.lines().map_while(Result::ok).for_each(|line| keep(&said_err, &line)));
        Self { wci, lines, readers: vec![stdout, stderr], said }
    }

    /// Until it ends.
    pub fn wait(mut self, limit: Duration) -> Told {
        let until = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.wci.try_wait().expect("its state") {
                break status;
            }
            assert!(Instant::now() < until, "wci did not end in {limit:?}: {}", self.all());
            std::thread::sleep(Duration::from_millis(20));
        };
        for reader in std::mem::take(&mut self.readers) {
            while !reader.is_finished() {
                assert!(Instant::now() < until, "something that wci started still holds its output: {}", self.all());
                std::thread::sleep(Duration::from_millis(20));
            }
            reader.join().expect("its lines are JSON");
        }
        Told { exit: status.code(), lines: self.lines(), all: self.all() }
    }

    fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn all(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Learner {
    fn drop(&mut self) {
        let _ = self.wci.kill();
        let _ = self.wci.wait();
    }
}
