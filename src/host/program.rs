//! What is started in a pseudo-terminal, on every system alike: a shell, or one stage of an ssh session.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::course::Shell;

#[derive(Debug)]
pub struct Program {
    pub path: PathBuf,
    pub arguments: Vec<OsString>,
    /// Set besides what every program here is given.
    pub environment: Vec<(&'static str, OsString)>,
    /// What it does not inherit, besides [`FOREIGN`](super::FOREIGN).
    pub hidden: &'static [&'static str],
    pub folder: Option<PathBuf>,
    /// Where it is a shell of this machine: which one.
    #[cfg_attr(unix, allow(dead_code, reason = "only Wine's pseudo console wants to know"))]
    pub shell: Option<Shell>,
}

impl Program {
    pub fn new(path: &Path, arguments: Vec<OsString>, folder: Option<PathBuf>) -> Self {
        Self { path: path.to_path_buf(), arguments, environment: Vec::new(), hidden: &[], folder, shell: None }
    }
}
