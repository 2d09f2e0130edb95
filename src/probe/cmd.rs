//! A question for cmd, which has no quoting that holds: the text goes into a file of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::course::Shell;
use crate::host;
use crate::private;

/// Two batch files in a folder that goes with it.
pub struct Script {
    folder: PathBuf,
    nonce: String,
}

/// The variable that tells a check where it runs.
///
/// cmd expands what stands in a path, some of it twice, and the line it reads is in a code page that may not have the path's letters: so
/// it waits in the folder above the script, and only the script itself names another folder.
pub const HOME: &str = "WCI_HOME";

impl Script {
    pub fn new(nonce: &str, text: &str) -> io::Result<Self> {
        Self::in_folder(private::scratch(nonce)?, nonce, text)
    }

    fn in_folder(folder: PathBuf, nonce: &str, text: &str) -> io::Result<Self> {
        let script = Self { folder, nonce: nonce.into() };
        // By their paths: cmd looks for a bare name in the folder it is in first.
        let cmd = host::find(Path::new(Shell::Cmd.name())).ok_or(io::ErrorKind::NotFound)?;
        let (chcp, system) = (cmd.with_file_name("chcp.com"), cmd.with_file_name(""));
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        // cmd cannot go home where that is on a server. It must not stay where anybody may have put a program.
        let go = format!("@cd /d \"{}\"\r\n@cd /d \"%{HOME}%\" 2>nul\r\n", system.display());
        let check = format!("{go}@\"{}\" 65001>nul\r\n@echo off\r\n{text}\r\n", chcp.display());
        fs::write(script.folder.join("check.cmd"), check)?;
        // A process of its own for the check, so that `exit` ends only that.
        // Not `echo(`: Wine prints that as text.
        let ask = format!(
            "@echo off\r\necho {nonce}^<\r\n\"{}\" /d /q /c {nonce}\\check.cmd <nul 2>&1\r\nset wci=%errorlevel%\r\necho.\r\necho {nonce}:%wci%\r\n",
            cmd.display()
        );
        fs::write(script.folder.join("ask.cmd"), ask)?;
        Ok(script)
    }

    /// The line for a waiting cmd.
    pub fn request(&self) -> String {
        format!("{}\\ask.cmd\r\n", self.nonce)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    use std::io::Write;
    use std::process::{Command, Stdio};

    #[test]
    fn a_path_of_any_letters_is_read_as_it_is() {
        for name in ["plain", "50%", "%OS%", "%%", "a^b", "a^^ b", "this & that (x)", "Zoë 文"] {
            let above = tempfile::Builder::new().prefix(name).tempdir().unwrap();
            let folder = above.path().join("wci0");
            fs::create_dir(&folder).unwrap();
            let script = Script::in_folder(folder, "wci0", "cd\necho heard\nexit 7").unwrap();
            let mut cmd = Command::new(crate::windows::system32("cmd.exe"));
            cmd.args(["/d", "/q"])
                .current_dir(above.path())
                .env(HOME, std::env::temp_dir())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null());
            let mut cmd = cmd.spawn().unwrap();
            cmd.stdin.take().unwrap().write_all(script.request().as_bytes()).unwrap();
            let said = cmd.wait_with_output().unwrap().stdout;
            let said = String::from_utf8_lossy(&said).replace("\r\n", "\n");
            let home = std::env::temp_dir().display().to_string();
            let whole = format!("wci0<\n{}\nheard\n\nwci0:7\n", home.trim_end_matches('\\'));
            assert!(said.contains(&whole), "{name}: {said}");
        }
    }
}
