//! A question for cmd, which has no quoting that holds: the text goes into a file of its own.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::private;

/// Two batch files in a folder that goes with it.
pub struct Script {
    folder: PathBuf,
    nonce: String,
}

/// The variable that tells cmd the folder above: the line it reads is in a code page that may not have the path's letters.
pub const ABOVE: &str = "WCI_CHECKS";

impl Script {
    pub fn new(nonce: &str, text: &str) -> io::Result<Self> {
        let script = Self { folder: private::scratch(nonce)?, nonce: nonce.into() };
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        fs::write(script.folder.join("check.cmd"), format!("@chcp 65001>nul\r\n@echo off\r\n{text}\r\n"))?;
        // A process of its own for the check, so that `exit` ends only that.
        let ask = format!(
            "@echo off\r\necho {nonce}^<\r\ncmd /d /q /c \"%~dp0check.cmd\" <nul 2>&1\r\nset wci=%errorlevel%\r\necho(\r\necho {nonce}:%wci%\r\n"
        );
        fs::write(script.folder.join("ask.cmd"), ask)?;
        Ok(script)
    }

    /// The line for a waiting cmd.
    pub fn request(&self) -> String {
        format!("call \"%{ABOVE}%\\{}\\ask.cmd\"\r\n", self.nonce)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
