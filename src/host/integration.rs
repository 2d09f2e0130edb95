//! Gives a shell its marks at start: files in a private folder that are gone as soon as they have been read.
//!
//! No profile is changed. The nonce stands in the files only, never in the environment or on a command line, where every program could
//! read it. Only cmd has no other place than its PROMPT.

use std::ffi::OsString;
use std::fs::remove_dir_all;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::course::Shell;
use crate::host::{ShellChoice, whereabouts};
use crate::private;

const BASH: &str = include_str!("../../assets/shell/bash");
const ZSH: &str = include_str!("../../assets/shell/zsh");
const ZSHENV: &str = include_str!("../../assets/shell/zshenv");
const SH: &str = include_str!("../../assets/shell/sh");
const POWERSHELL: &str = include_str!("../../assets/shell/powershell");

/// What to start a shell with. The files go with it.
#[derive(Debug)]
pub struct Integration {
    pub nonce: String,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(&'static str, OsString)>,
    folder: PathBuf,
}

impl Drop for Integration {
    fn drop(&mut self) {
        // The shell has most likely done it.
        let _ = remove_dir_all(&self.folder);
    }
}

/// All that a shell is started with, or one sentence why there is not and what to do.
pub fn ready(choice: &ShellChoice) -> Result<(PathBuf, Integration), String> {
    let program = whereabouts(&choice.program)?;
    let integration = prepare(choice.shell, choice.plain).map_err(|error| {
        let what = if cfg!(windows) {
            "is there room on the disk, and may you write there?"
        } else {
            "set TMPDIR to a folder you can write to."
        };
        format!("The shell could not be prepared in {} ({error}): {what}", private::scratch_base().display())
    })?;
    Ok((program, integration))
}

fn prepare(shell: Shell, plain: bool) -> io::Result<Integration> {
    let folder = private::scratch(&format!("wci-{}", private::secret()))?;
    let mut made = Integration { nonce: private::secret(), arguments: Vec::new(), environment: Vec::new(), folder };
    let folder = made.folder.clone();
    match shell {
        Shell::Bash => {
            let file = made.write("bashrc", BASH, plain)?;
            made.arguments = vec!["--rcfile".into(), file.into(), "-i".into()];
        }
        Shell::Zsh => {
            made.write(".zshenv", ZSHENV, plain)?;
            made.write(".zshrc", ZSH, plain)?;
            made.arguments = vec!["-i".into()];
            if let Some(own) = std::env::var_os("ZDOTDIR") {
                made.environment.push(("WCI_ZDOTDIR", own));
            }
            made.environment.push(("ZDOTDIR", folder.into()));
        }
        Shell::Sh => {
            let file = made.write("env", SH, plain)?;
            made.arguments = vec!["-i".into()];
            made.environment.push(("ENV", file.into()));
        }
        Shell::Cmd => {
            made.environment.push(("PROMPT", cmd_prompt(&made.nonce, std::env::var_os("PROMPT"))));
            made.arguments = vec!["/d".into()];
        }
        Shell::PowerShell | Shell::Pwsh => {
            let file = made.write("powershell", POWERSHELL, plain)?;
            made.arguments = vec!["-NoLogo".into()];
            if plain {
                made.arguments.push("-NoProfile".into());
            }
            // As text: a file would be refused where the policy is Restricted. Not as a script block: constrained language has none.
            let read = format!(
                "Microsoft.PowerShell.Utility\\Invoke-Expression (Microsoft.PowerShell.Management\\Get-Content -Raw -Encoding UTF8 -LiteralPath {})",
                literal(&file)?
            );
            made.arguments.extend(["-NoExit".into(), "-Command".into(), read.into()]);
        }
    }
    Ok(made)
}

impl Integration {
    fn write(&self, name: &str, script: &str, plain: bool) -> io::Result<PathBuf> {
        let file = self.folder.join(name);
        let quote = if script == POWERSHELL { literal } else { word };
        let own = quote(Path::new(&std::env::var_os("ENV").unwrap_or_default()))?;
        let text = filled(script, &self.nonce, plain, "", &own).replace("@DIR@", &quote(&self.folder)?);
        private::new_file(&file)?.write_all(text.as_bytes())?;
        Ok(file)
    }
}

fn filled(script: &str, nonce: &str, plain: bool, login: &str, env: &str) -> String {
    script
        .replace("@ENV@", env)
        .replace("@NONCE@", nonce)
        .replace("@PLAIN@", if plain { "1" } else { "" })
        .replace("@LOGIN@", login)
}

/// The same for a shell on another machine, as text: no file is made there, so none is removed. What a POSIX shell reads it from is closed
/// instead. Nothing for cmd, which has only its prompt.
pub fn remote(shell: Shell, nonce: &str) -> Option<String> {
    let (script, removes, instead) = match shell {
        Shell::Bash => (BASH, "command rm -rf -- @DIR@", "exec 3<&-"),
        Shell::Sh | Shell::Zsh => (SH, "command rm -rf -- @DIR@", "exec 3<&-"),
        Shell::PowerShell | Shell::Pwsh => {
            let removes = "Microsoft.PowerShell.Management\\Remove-Item -Recurse -Force -ErrorAction Ignore -LiteralPath @DIR@";
            (POWERSHELL, removes, "")
        }
        Shell::Cmd => return None,
    };
    Some(filled(script, nonce, false, "1", "${WCI_ENV-}").replace(removes, instead))
}

/// A path as one word of any POSIX shell.
fn word(path: &Path) -> io::Result<String> {
    let text = path.to_str().ok_or(io::ErrorKind::InvalidData)?;
    Shell::Sh.quote(text).map_err(io::Error::other)
}

/// A path as one word of PowerShell, whatever drive it stands on.
fn literal(path: &Path) -> io::Result<String> {
    let text = path.to_str().ok_or(io::ErrorKind::InvalidData)?;
    Shell::PowerShell.quote(&format!("FileSystem::{text}")).map_err(io::Error::other)
}

/// The prompt of a cmd on another machine.
pub fn remote_prompt(nonce: &str) -> String {
    cmd_prompt(nonce, None).to_string_lossy().into_owned()
}

/// cmd knows no status and no running number, but the time of day, which a repaint repeats.
fn cmd_prompt(nonce: &str, own: Option<OsString>) -> OsString {
    let mark = |letter: &str| format!("$e]133;{letter};k={nonce};t=$t$e\\");
    let mut prompt = OsString::from(format!("{}{}$e]9;9;$p$e\\", mark("D"), mark("A")));
    prompt.push(own.unwrap_or_else(|| "$P$G".into()));
    prompt.push(mark("B"));
    prompt
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_files_are_private_and_go() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Sh, Shell::Pwsh] {
            let made = prepare(shell, false).unwrap();
            let folder = made.folder.clone();
            assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
            for file in folder.read_dir().unwrap() {
                let file = file.unwrap();
                assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
                let text = std::fs::read_to_string(file.path()).unwrap();
                assert!(!text.contains("@NONCE@") && !text.contains("@DIR@") && !text.contains("@PLAIN@"), "{text}");
            }
            assert_eq!(made.nonce.len(), 16);
            let told = made.environment.iter().map(|(_, value)| value).chain(&made.arguments);
            assert!(!told.into_iter().any(|value| value.to_string_lossy().contains(&made.nonce)));
            drop(made);
            assert!(!folder.exists());
        }
        assert_ne!(private::secret(), private::secret());
    }

    #[test]
    fn what_is_told_another_machine_removes_nothing_there() {
        for shell in [Shell::Bash, Shell::Sh, Shell::Pwsh, Shell::PowerShell] {
            let text = remote(shell, "ab").unwrap();
            assert!(!text.contains("rm -rf") && !text.contains("Remove-Item") && !text.contains("@DIR@"), "{text}");
            assert!(text.contains("k=ab;") && !text.contains("@NONCE@") && !text.contains("@LOGIN@"), "{text}");
        }
        assert_eq!(remote(Shell::Cmd, "ab"), None);
    }

    #[test]
    fn powershell_is_told_the_file_as_one_word() {
        assert_eq!(literal(Path::new("/tmp/it's $x")).unwrap(), "'FileSystem::/tmp/it''s $x'");
        let made = prepare(Shell::PowerShell, true).unwrap();
        let arguments: Vec<_> = made.arguments.iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(&arguments[..4], ["-NoLogo", "-NoProfile", "-NoExit", "-Command"]);
        assert!(arguments[4].ends_with("/powershell')") && arguments.len() == 5, "{arguments:?}");
        assert!(!prepare(Shell::PowerShell, false).unwrap().arguments.contains(&"-NoProfile".into()));
        assert!(POWERSHELL.is_ascii(), "5.1 reads a file without a mark as ANSI");
    }

    #[test]
    fn cmd_keeps_its_own_prompt() {
        let mark = |letter| format!("$e]133;{letter};k=ab;t=$t$e\\");
        let around = |own: &str| format!("{}{}$e]9;9;$p$e\\{own}{}", mark("D"), mark("A"), mark("B"));
        assert_eq!(cmd_prompt("ab", None), *around("$P$G"));
        assert_eq!(cmd_prompt("ab", Some("$N$G ".into())), *around("$N$G "));
    }
}
