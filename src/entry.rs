//! How a command of one or several lines is typed into a live shell, so that it runs as one and nothing in it acts as a key.

use crate::course::Shell;
use crate::keys::{Modes, clean, encode_paste};

/// The bytes that type `text` and run it.
///
/// One line is typed as it is. Several are pasted in brackets where the shell takes that, and otherwise put into a group of the
/// shell's own, which it reads to the end before it runs any. Whoever types it clears the line first.
///
/// A PowerShell that has no line editor runs several lines only after an empty one; `at_once` says that it has one.
pub fn entry(shell: Shell, text: &str, modes: &Modes, at_once: bool) -> Vec<u8> {
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
    if several && asks_for_an_empty_line(shell, at_once) {
        out.push(b'\r');
    }
    out
}

fn asks_for_an_empty_line(shell: Shell, at_once: bool) -> bool {
    shell.is_powershell() && !at_once
}

/// What was printed, without what a PowerShell that has no line editor puts before each further line. Where the terminal itself echoes,
/// that comes after the echo.
pub fn printed(shell: Shell, text: &str, at_once: bool, output: String) -> String {
    if text.lines().count() < 2 || !asks_for_an_empty_line(shell, at_once) {
        return output;
    }
    // The lines of the group and the empty one are asked for too.
    let mut rest = output.as_str();
    for _ in 0..text.lines().count() + 2 {
        rest = rest.strip_prefix(">> ").or_else(|| rest.strip_prefix(">>").filter(|rest| rest.is_empty())).unwrap_or(rest);
    }
    rest.to_owned()
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
        String::from_utf8(entry(shell, text, &modes, false)).expect("UTF-8")
    }

    #[test]
    fn a_powershell_without_a_line_editor_gets_an_empty_line_and_only_then() {
        let typed = |shell, text, at_once| String::from_utf8(entry(shell, text, &Modes::default(), at_once)).expect("UTF-8");
        let here = "@'\n  a\n\n'@";
        assert_eq!(typed(Shell::PowerShell, here, true), "if (1) {\r@'\r  a\r\r'@\r}\r");
        assert_eq!(typed(Shell::PowerShell, here, false), "if (1) {\r@'\r  a\r\r'@\r}\r\r");
        assert_eq!(typed(Shell::Pwsh, "one `\n  two # three", false), "if (1) {\rone `\r  two # three\r}\r\r");
        assert_eq!(typed(Shell::Pwsh, "one", false), "one\r");
        assert_eq!(typed(Shell::Cmd, "a\nb", false), "(\ra\rb\r)\r");
    }

    #[test]
    fn continuation_prompts_are_no_output() {
        let rest = |text, at_once, output: &str| printed(Shell::Pwsh, text, at_once, output.into());
        assert_eq!(rest("a\nb", false, ">> >> >> one\n>> two"), "one\n>> two");
        assert_eq!(rest("a\nb", false, ">> >> >>"), "");
        assert_eq!(rest("a\nb", true, ">> one"), ">> one");
        assert_eq!(rest("a", false, "one"), "one");
        assert_eq!(printed(Shell::Bash, "a\nb", false, ">> one".into()), ">> one");
    }

    #[test]
    fn lines_run_as_one_and_tabs_stay_tabs() {
        assert_eq!(typed(Shell::Bash, "ls -l\n", true), "ls -l\r");
        assert_eq!(typed(Shell::Bash, "a\n\tb\n", true), "\x1b[200~a\r\tb\x1b[201~\r");
        assert_eq!(typed(Shell::Bash, "a\tb", true), "\x1b[200~a\tb\x1b[201~\r");
        assert_eq!(typed(Shell::Sh, "a\r\n\tb", false), "{\ra\r\x16\tb\r}\r");
        assert_eq!(typed(Shell::PowerShell, "a\n\tb", false), "if (1) {\ra\r    b\r}\r\r");
        assert_eq!(typed(Shell::Cmd, "dir", false), "dir\r");
        assert_eq!(typed(Shell::Zsh, "echo \x1b[201~\x03hi", true), "echo hi\r");
    }
}
