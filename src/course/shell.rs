//! The shells: the languages commands are written in, and how a value is quoted for each.

/// A shell language a command is written in, or a shell that runs one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shell {
    /// Any POSIX shell.
    Sh,
    Bash,
    Zsh,
    /// Windows PowerShell 5.1; as a language also 7.
    PowerShell,
    /// PowerShell 7.
    Pwsh,
    Cmd,
}

impl Shell {
    pub const ALL: [Shell; 6] = [Shell::Sh, Shell::Bash, Shell::Zsh, Shell::PowerShell, Shell::Pwsh, Shell::Cmd];

    /// The word a fence uses.
    pub fn name(self) -> &'static str {
        match self {
            Shell::Sh => "sh",
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::PowerShell => "powershell",
            Shell::Pwsh => "pwsh",
            Shell::Cmd => "cmd",
        }
    }

    /// The name on a badge.
    pub fn title(self) -> &'static str {
        match self {
            Shell::PowerShell => "PowerShell",
            Shell::Pwsh => "PowerShell 7",
            other => other.name(),
        }
    }

    pub fn parse(word: &str) -> Option<Shell> {
        Shell::ALL.into_iter().find(|s| s.name() == word)
    }

    /// Windows PowerShell 5.1 or PowerShell 7.
    pub fn is_powershell(self) -> bool {
        matches!(self, Shell::PowerShell | Shell::Pwsh)
    }

    /// Whether this running shell understands text written in `language`.
    pub fn runs(self, language: Shell) -> bool {
        self == language
            || match language {
                Shell::Sh => matches!(self, Shell::Bash | Shell::Zsh),
                Shell::PowerShell => self == Shell::Pwsh,
                _ => false,
            }
    }

    /// `text` as one literal word of this shell.
    ///
    /// A value from outside must never be more than a word: every shell's strongest quoting is used. cmd has none for `%`, `!`, `"`
    /// and line ends, so those are refused.
    pub fn quote(self, text: &str) -> Result<String, String> {
        if text.contains(['\0', '\n', '\r']) {
            return Err("a value cannot hold a line break".into());
        }
        match self {
            Shell::Sh | Shell::Bash | Shell::Zsh => Ok(format!("'{}'", text.replace('\'', r"'\''"))),
            // PowerShell takes the typographic quotes for quotes too (about_Quoting_Rules): each is doubled.
            Shell::PowerShell | Shell::Pwsh => {
                let mut out = String::from("'");
                for c in text.chars() {
                    if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
                        out.push(c);
                    }
                    out.push(c);
                }
                out.push('\'');
                Ok(out)
            }
            Shell::Cmd if text.contains(['"', '%', '!']) => Err("cmd cannot take a value with \", % or ! in it".into()),
            Shell::Cmd => Ok(format!("\"{text}\"")),
        }
    }
}
