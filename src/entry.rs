//! How a command of one or several lines is typed into a live shell, so that it runs as one and nothing in it acts as a key.

use crate::course::Shell;
use crate::keys::{Modes, clean, encode_paste};

/// The bytes that type `text` and run it.
///
/// One line is typed as it is. Several are pasted in brackets where the shell takes that, and otherwise put into a group of the
/// shell's own, which it reads to the end before it runs any. Whoever types it clears the line first.
pub fn entry(shell: Shell, text: &str, modes: &Modes) -> Vec<u8> {
    let text = text.trim_end_matches(['\n', '\r', ' ', '\t']);
    let several = text.contains(['\n', '\r']);
    let mut out = if modes.bracketed_paste && (several || text.contains('\t')) {
        encode_paste(text, modes)
    } else if several {
        let (open, close) = group(shell);
        keys(shell, &format!("{open}\n{text}\n{close}"))
    } else {
        keys(shell, text)
    };
    out.push(b'\r');
    out
}

/// What makes several lines one command.
fn group(shell: Shell) -> (&'static str, &'static str) {
    match shell {
        Shell::Sh | Shell::Bash | Shell::Zsh => ("{", "}"),
        // A script block or `iex` would lose the status of a program.
        Shell::PowerShell | Shell::Pwsh => ("if (1) {", "}"),
        Shell::Cmd => ("(", ")"),
    }
}

/// As if typed: a tab would ask for a completion.
fn keys(shell: Shell, text: &str) -> Vec<u8> {
    let tab = match shell {
        // "Take the next key as it is": so in line editors and in the terminal driver.
        Shell::Sh | Shell::Bash | Shell::Zsh => "\x16\t",
        Shell::PowerShell | Shell::Pwsh | Shell::Cmd => "    ",
    };
    clean(text).replace('\t', tab).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(shell: Shell, text: &str, bracketed_paste: bool) -> String {
        let modes = Modes { bracketed_paste, ..Modes::default() };
        String::from_utf8(entry(shell, text, &modes)).expect("UTF-8")
    }

    #[test]
    fn lines_run_as_one_and_tabs_stay_tabs() {
        assert_eq!(typed(Shell::Bash, "ls -l\n", true), "ls -l\r");
        assert_eq!(typed(Shell::Bash, "a\n\tb\n", true), "\x1b[200~a\r\tb\x1b[201~\r");
        assert_eq!(typed(Shell::Bash, "a\tb", true), "\x1b[200~a\tb\x1b[201~\r");
        assert_eq!(typed(Shell::Sh, "a\r\n\tb", false), "{\ra\r\x16\tb\r}\r");
        assert_eq!(typed(Shell::PowerShell, "a\n\tb", false), "if (1) {\ra\r    b\r}\r");
        assert_eq!(typed(Shell::Cmd, "dir", false), "dir\r");
        assert_eq!(typed(Shell::Zsh, "echo \x1b[201~\x03hi", true), "echo hi\r");
    }
}
