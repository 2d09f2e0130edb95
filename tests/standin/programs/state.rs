//! What the stand-in knows, in files of one folder.

use std::fs;
use std::io;
use std::io::Write;
use std::path::PathBuf;

pub struct State {
    root: PathBuf,
}

impl State {
    pub fn open() -> Option<State> {
        let root = PathBuf::from(std::env::var_os("WCI_STANDIN")?);
        root.is_dir().then_some(State { root })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file's lines; none where there is no file.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().map(|l| l.trim_start_matches('\u{feff}').trim_end().to_owned()).filter(|l| !l.is_empty()).collect()
    }

    pub fn first(&self, name: &str) -> Option<String> {
        self.lines(name).into_iter().next()
    }

    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, format!("{text}\n"))
    }

    pub fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
            _ => Ok(()),
        }
    }

    /// What was run, in order.
    pub fn log(&self, line: &str) {
        let file = fs::OpenOptions::new().create(true).append(true).open(self.path("log"));
        // A test that wants the log notices that it is short.
        let _ = file.and_then(|mut file| writeln!(file, "{line}"));
    }

    pub fn elevated(&self) -> bool {
        self.first("elevated").as_deref() != Some("no")
    }

    pub fn runs(&self, service: &str) -> bool {
        self.first(&format!("services/{service}")).as_deref() == Some("Running")
    }

    /// A path as Windows has it, where it is on this system.
    pub fn here(&self, path: &str) -> PathBuf {
        let drive = path.get(..3).filter(|start| start.eq_ignore_ascii_case("c:\\") || start.eq_ignore_ascii_case("c:/"));
        match drive {
            Some(_) if cfg!(not(windows)) => self.path("C").join(path[3..].replace('\\', "/")),
            _ => PathBuf::from(path),
        }
    }
}
