//! How a shell on the other side of ssh gets its marks: a small command, the same for everybody, says that it is ready; then the script is
//! typed to it.
//!
//! The script with the nonce is never on a command line, where `ps` shows it to all, and never in a file on that machine. Where
//! nothing can be read in silence (no `stty`, a PowerShell in constrained language), it says so, and the session goes on without marks. cmd has
//! no other place than its prompt, so there the nonce stands in the command that starts it. The ways for Windows were not tried on one.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::course::{Os, Shell};
use crate::host::integration;
use crate::host::remote::{Found, Login};

const READY: &str = "wci-ready";
const PLAIN: &str = "wci-plain";

/// What the login shell of the other side is told to run.
///
/// For every POSIX shell and fish, csh and pwsh as well: in single quotes, and in them no quotes, no backslash and no `!`. Without a
/// separator and without patterns no variable needs quotes. The terminal stays what it was for the shell: the script comes by a pipe.
///
/// `word` makes the ready word of this session one that nothing over there says by itself.
pub fn command(shell: Shell, found: Found, nonce: &str, word: &str) -> String {
    let command = bootstrap(shell, found, nonce, word);
    match found.login {
        // By itself it would end with 1 for every other status.
        Login::PowerShell { .. } => format!("{command}; exit $LASTEXITCODE"),
        Login::Posix { .. } | Login::Cmd => command,
    }
}

fn bootstrap(shell: Shell, found: Found, nonce: &str, word: &str) -> String {
    let said = |text: &str| text.replace(READY, &format!("{READY}-{word}")).replace(PLAIN, &format!("{PLAIN}-{word}"));
    if found.os == Some(Os::Windows) {
        return match shell {
            Shell::Cmd => format!("cmd /d /k prompt {}", integration::remote_prompt(nonce)),
            Shell::Pwsh => format!("pwsh -NoLogo -NoExit -EncodedCommand {}", encoded(&said(READ_KEYS))),
            _ => format!("powershell -NoLogo -NoExit -EncodedCommand {}", encoded(&said(READ_KEYS))),
        };
    }
    let (start, plain) = match shell {
        Shell::Bash => ("exec bash --rcfile $wci_d/3 -i".to_owned(), "bash -i"),
        Shell::Pwsh => (format!("exec pwsh -NoLogo -NoExit -EncodedCommand {}", encoded(READ_PIPE)), "pwsh -NoLogo"),
        _ => ("WCI_ENV=${ENV-} ENV=$wci_d/3 exec sh -i".to_owned(), "sh -i"),
    };
    // Where the echo cannot be switched off the script would be seen.
    let silence = format!("wci_s=$(stty -g) || {{ echo wci-plain; exec {plain}; }}");
    let script = [
        "unset wci_t wci_l wci_s wci_n wci_d",
        "IFS=",
        "set -f",
        // A machine without udev may have only the other.
        "wci_d=/dev/fd",
        "test -e $wci_d || wci_d=/proc/self/fd",
        &silence,
        "wci_n=$(echo; echo x)",
        "wci_n=${wci_n%x}",
        "stty -echo",
        "echo wci-ready",
        "while read -r wci_l; do case $wci_l in .) break;; esac; wci_t=$wci_t$wci_l$wci_n; done",
        "stty $wci_s",
        "exec 4<&0",
    ];
    // A pwsh as login shell has no `exec`.
    let exec = if matches!(found.login, Login::Posix { .. }) { "exec " } else { "" };
    format!("{exec}sh -c '{}; printf %s $wci_t | {start} 3<&0 0<&4 4<&-'", said(&script.join("; ")))
}

/// PowerShell behind a pipe at its descriptor 3.
const READ_PIPE: &str = "Invoke-Expression ([IO.File]::OpenText('/dev/fd/3').ReadToEnd())";

/// PowerShell at a console of Windows, where reading a key echoes nothing.
const READ_KEYS: &str = "Invoke-Expression (& {
if (\"$($ExecutionContext.SessionState.LanguageMode)\" -ne 'FullLanguage') { Write-Host wci-plain; return '#' }
$b = New-Object Text.StringBuilder
Write-Host wci-ready
while (($c = [Console]::ReadKey($true).KeyChar) -ne '.') { [void]$b.Append($c) }
Clear-Host
[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(\"$b\"))
})";

fn encoded(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    BASE64_STANDARD.encode(bytes)
}

/// What is typed to it once it is ready; nothing where it waits for nothing.
pub fn script(shell: Shell, found: Found, nonce: &str) -> Option<Vec<u8>> {
    let text = integration::remote(shell, nonce)?;
    Some(match found.os {
        Some(Os::Windows) => format!("{}.", BASE64_STANDARD.encode(text)).into_bytes(),
        _ => format!("{}\n.\n", text.trim_end()).into_bytes(),
    })
}

/// Listens for the ready word.
#[derive(Debug)]
pub struct Gate {
    ready: Vec<u8>,
    plain: Vec<u8>,
    /// What could be the beginning of the word.
    held: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Shut,
    /// The end of its line is still to come.
    Opening,
    Open,
}

/// What the gate let through.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// What was written before the word.
    pub before: Vec<u8>,
    /// The word came just now: whether the script is waited for.
    pub ready: Option<bool>,
    /// What came after it.
    pub after: Vec<u8>,
}

impl Gate {
    pub fn new(word: &str) -> Self {
        let whole = |text: &str| format!("{text}-{word}").into_bytes();
        Self { ready: whole(READY), plain: whole(PLAIN), held: Vec::new(), state: State::Shut }
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Passed {
        let mut passed = Passed::default();
        if self.state == State::Shut {
            self.held.extend_from_slice(bytes);
            let at = |word: &[u8]| self.held.windows(word.len()).position(|found| found == word);
            match (at(&self.ready), at(&self.plain)) {
                (None, None) => {
                    let keep = (1..self.ready.len()).rev().find(|n| {
                        let begins = |word: &[u8]| self.held.ends_with(&word[..*n]);
                        begins(&self.ready) || begins(&self.plain)
                    });
                    passed.before = self.held.drain(..self.held.len() - keep.unwrap_or(0)).collect();
                    return passed;
                }
                (ready, plain) => {
                    let at = ready.or(plain).unwrap_or_default();
                    passed.ready = Some(ready.is_some());
                    passed.after = self.held.split_off(at + self.ready.len());
                    self.held.truncate(at);
                    passed.before = std::mem::take(&mut self.held);
                    self.state = State::Opening;
                }
            }
        } else {
            passed.after = bytes.to_vec();
        }
        if self.state == State::Opening {
            let line_end = passed.after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if line_end < passed.after.len() || passed.after[..line_end].contains(&b'\n') {
                self.state = State::Open;
            }
            passed.after.drain(..line_end);
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: Found = Found { login: Login::Posix { bash: true }, os: Some(Os::Linux) };
    const WINDOWS: Found = Found { login: Login::Cmd, os: Some(Os::Windows) };

    #[test]
    fn the_command_line_holds_no_secret_and_means_the_same_to_every_shell() {
        for (shell, found) in
            [(Shell::Bash, LINUX), (Shell::Sh, LINUX), (Shell::Pwsh, LINUX), (Shell::PowerShell, WINDOWS), (Shell::Pwsh, WINDOWS)]
        {
            let nonce = "0123456789abcdef";
            let command = command(shell, found, nonce, "c0ffee");
            assert!(!command.contains(nonce) && command.len() < 2000, "{command}");
            assert!(!command.contains(['"', '\\', '!', '\n']), "{command}");
            assert_eq!(command.matches('\'').count(), if found == WINDOWS { 0 } else { 2 }, "{command}");
            let script = script(shell, found, nonce).expect("one");
            if found == LINUX {
                let text = String::from_utf8(script).expect("ASCII");
                assert!(text.contains(nonce) && text.ends_with("\n.\n") && text.matches("\n.\n").count() == 1);
                // The terminal reads lines, and takes control characters for keys.
                assert!(
                    text.lines().all(|line| line.len() < 1000 && line.bytes().all(|byte| (b' '..0x7f).contains(&byte))),
                    "{text}"
                );
            } else {
                assert!(script.ends_with(b".") && script.iter().filter(|byte| **byte == b'.').count() == 1);
            }
        }
        assert_eq!(script(Shell::Cmd, WINDOWS, "ab"), None);
    }

    #[test]
    fn the_word_is_found_however_it_comes_and_not_shown() {
        let whole = b"noise wci-ready\r\nwci-ready-c0ffee\r\nPS> ";
        for cut in 0..=whole.len() {
            let mut gate = Gate::new("c0ffee");
            let (mut before, mut after, mut ready) = (Vec::new(), Vec::new(), Vec::new());
            for part in [&whole[..cut], &whole[cut..]] {
                let mut passed = gate.feed(part);
                before.append(&mut passed.before);
                after.append(&mut passed.after);
                ready.extend(passed.ready);
            }
            assert_eq!((before.as_slice(), after.as_slice()), (&b"noise wci-ready\r\n"[..], &b"PS> "[..]), "{cut}");
            assert_eq!(ready, [true], "{cut}");
        }
        let passed = Gate::new("c0ffee").feed(b"wci-plain-c0ffee\n");
        assert_eq!(passed, Passed { ready: Some(false), ..Passed::default() });
    }
}
