//! Looks at a machine behind `ssh`: what [`super`] sees of this one itself is asked of a shell there, in PowerShell on Windows, elsewhere
//! in the language of every POSIX shell. The same judges word the answers.
//!
//! A reply is lines of `wci`, a word, and what belongs to it. Nothing of the PowerShell texts was tried on a real Windows.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::course::{Answer, Check, Fact, Look, Shell};
use crate::judge;

use super::look::{self, Found};
use super::net::{self, Knock};
use super::shells::{Heard, Shells};

mod posix;
mod powershell;

/// How much of a reply is kept: a mebibyte of a file, in its longest form.
const MOST: usize = 4 * 1024 * 1024;

/// A check to be asked there.
struct Asking<'a> {
    shells: &'a Shells,
    check: &'a Check,
    /// That of the place.
    shell: Shell,
}

/// The answer to a look, where it is not one that goes through shells anyway.
pub async fn look(shells: &Shells, check: &Check, shell: Shell) -> Option<Answer> {
    let asking = Asking { shells, check, shell };
    let answer = match &check.look {
        Look::Ask { shell: Shell::Cmd, text, exits } if shells.of_windows() => Ok(asking.batch(text, *exits).await),
        Look::File { path, missing } => asking.file(path, *missing).await,
        Look::OnPath { folder } => asking.on_path(folder).await,
        Look::Port { host, port } => asking.port(host, *port).await,
        Look::Http { url, status } => asking.http(url, *status).await,
        Look::Process { name } => asking.process(name).await,
        Look::Machine(fact) => asking.machine(*fact).await,
        _ => return None,
    };
    Some(answer.unwrap_or_else(|answer| answer))
}

/// What stands after a word of a reply: its first that is not empty.
pub fn said<'a>(told: &'a str, word: &str) -> Option<&'a str> {
    let lines = told.lines().filter_map(|line| line.trim().strip_prefix("wci ")?.split_once(' '));
    lines.filter(|(name, _)| *name == word).map(|(_, said)| said.trim()).find(|said| !said.is_empty())
}

/// Whether a reply holds a word that stands for itself.
fn says(told: &str, word: &str) -> bool {
    told.lines().any(|line| line.trim().strip_prefix("wci ") == Some(word))
}

/// The bytes of a reply.
fn bytes(told: &str) -> Result<Vec<u8>, String> {
    let garbled = || "the answer came garbled".to_owned();
    let after = |word: &str| {
        let lines = told.lines().skip_while(|line| line.trim().strip_prefix("wci ") != Some(word));
        lines.skip(1).flat_map(str::chars).filter(|c| !c.is_ascii_whitespace()).collect::<String>()
    };
    if says(told, "base64") {
        return STANDARD.decode(after("base64")).map_err(|_| garbled());
    }
    if !says(told, "hex") {
        return Err(garbled());
    }
    let coded = after("hex");
    let pairs = coded.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect::<Option<_>>().ok_or_else(garbled)
}

/// Anything else a reply may say of why there is no answer.
fn why_not(told: &str) -> String {
    match said(told, "odd").or_else(|| said(told, "said")) {
        _ if says(told, "denied") => "no permission to look".into(),
        _ if says(told, "foreign") => judge::NOT_WINDOWS.into(),
        Some(why) => format!("could not look: {why}"),
        None => match said(told, "lacks") {
            Some(command) => format!("could not look: there is no {command}"),
            None => format!("could not look: {told}"),
        },
    }
}

impl Asking<'_> {
    /// What a question is told: the text for PowerShell, or that for POSIX shells.
    async fn put(&self, powershell: Result<String, String>, posix: Result<String, String>) -> Result<String, Answer> {
        let (language, text) = match self.shells.of_windows() {
            true => (Shell::PowerShell, powershell),
            false => (Shell::Sh, posix),
        };
        let text = text.map_err(|why| self.unknown(&why))?;
        let candidates = super::candidates(language, self.shell);
        match self.shells.ask_for(&candidates, &text, self.check.timeout, MOST).await {
            Heard::Replied { whole: false, .. } => Err(self.unknown("the answer is too long")),
            Heard::Replied { text, .. } => Ok(text),
            Heard::Silent => Err(super::silent(self.check)),
            Heard::No(why) => Err(self.unknown(&why)),
        }
    }

    fn unknown(&self, why: &str) -> Answer {
        judge::unknown(self.check, why)
    }

    /// The time a program there is given, in seconds.
    fn seconds(&self) -> u64 {
        self.check.timeout.as_secs().max(1)
    }

    async fn batch(&self, text: &str, exits: i32) -> Answer {
        let text = powershell::batch(&super::warm::nonce(), text);
        let candidates = super::candidates(Shell::PowerShell, self.shell);
        super::replied(self.check, exits, self.shells.ask(&candidates, &text, self.check.timeout).await)
    }

    async fn file(&self, path: &str, missing: bool) -> Result<Answer, Answer> {
        let reads = self.check.expect.is_some();
        let told = self.put(powershell::file(path, reads), posix::file(path, reads)).await?;
        let found = if says(&told, "folder") {
            Found::Folder
        } else if says(&told, "file") {
            Found::File
        } else if says(&told, "nothing") {
            Found::Nothing
        } else if says(&told, "base64") || says(&told, "hex") {
            look::text(bytes(&told).map_err(|why| self.unknown(&why))?)
        } else {
            return Err(self.unknown(&why_not(&told)));
        };
        Ok(super::filed(self.check, missing, &found))
    }

    async fn on_path(&self, folder: &str) -> Result<Answer, Answer> {
        let told = self.put(Ok(powershell::searched()), Ok(posix::searched())).await?;
        let home = said(&told, "home").ok_or_else(|| self.unknown(&why_not(&told)))?;
        let wanted = look::home_path(folder, Path::new(home));
        let path = said(&told, "path").unwrap_or_default();
        Ok(super::searched(self.check, look::on_path(&wanted, path, self.shells.of_windows())))
    }

    async fn process(&self, name: &str) -> Result<Answer, Answer> {
        let told = self.put(powershell::process(name), Ok(posix::processes())).await?;
        let runs = match self.shells.of_windows() {
            true if says(&told, "runs") => Some(true),
            true if says(&told, "none") => Some(false),
            true => None,
            false => posix::runs(&told, name),
        };
        runs.map(|runs| super::running(self.check, name, runs)).ok_or_else(|| self.unknown(&why_not(&told)))
    }

    async fn machine(&self, fact: Fact) -> Result<Answer, Answer> {
        let windows = self.shells.of_windows();
        let seen = match fact {
            Fact::Build if !windows => return Err(self.unknown(judge::NOT_WINDOWS)),
            Fact::Build => {
                let told = self.put(Ok(powershell::build()), Err(judge::NOT_WINDOWS.into())).await?;
                said(&told, "is").map(str::to_owned).ok_or_else(|| self.unknown(&why_not(&told)))?
            }
            Fact::Os if windows => "windows".into(),
            fact => {
                let told = self.put(Ok(powershell::machine(fact)), Ok(posix::machine(fact))).await?;
                let seen = said(&told, "is").ok_or_else(|| self.unknown(&why_not(&told)))?;
                match fact {
                    Fact::Arch => super::machine::arch(seen),
                    Fact::Os => posix::os(seen),
                    _ => seen.to_owned(),
                }
            }
        };
        Ok(super::measured(self.check, fact, &seen))
    }

    async fn port(&self, host: &str, port: u16) -> Result<Answer, Answer> {
        let told = self.put(powershell::port(host, port), posix::port(host, port, self.seconds())).await?;
        let why = told.trim();
        let came = if says(why, "open") {
            Knock::Open
        } else if says(why, "refused") || why.contains("onnection refused") {
            Knock::Refused
        } else if says(why, "lacks") {
            Knock::Odd("there is neither bash nor nc to ask with")
        } else {
            // A POSIX shell's own words may be several lines, of which the last says it best.
            Knock::Odd(why.lines().last().map(|line| line.trim_start_matches("wci said ")).unwrap_or_default())
        };
        Ok(net::knocked(self.check, host, port, came))
    }

    async fn http(&self, url: &str, status: u16) -> Result<Answer, Answer> {
        let address = net::address(url).map_err(|why| self.unknown(&why))?;
        let (here, follows) = (net::is_here(&address), net::follows(status));
        let asked = Asked { url: address.as_str(), here, follows, seconds: self.seconds() };
        let told = self.put(powershell::http(&asked, self.check.expect.is_some()), posix::http(&asked)).await?;
        let heard = if self.shells.of_windows() { powershell::answered(&told) } else { posix::answered(&told) };
        let answered = match heard {
            Web::Answered(answered) => answered,
            Web::Refused => return Ok(net::refuses(self.check)),
            Web::MovedOn => return Ok(net::moves_on(self.check)),
            Web::Late => return Err(super::silent(self.check)),
            Web::Unasked(why) => return Err(net::unasked(self.check, &why)),
        };
        if follows && matches!(answered, 301 | 302 | 303 | 307 | 308) {
            return Ok(net::moves_on(self.check));
        }
        if let Some(answer) = net::answered_with(self.check, status, answered) {
            return Ok(answer);
        }
        let body = bytes(&told).map_err(|why| net::unasked(self.check, &why))?;
        Ok(judge::judge(self.check, &String::from_utf8_lossy(&body)))
    }
}

/// A web address to be asked.
struct Asked<'a> {
    url: &'a str,
    /// A company's proxy knows nothing of the machine's own servers.
    here: bool,
    follows: bool,
    seconds: u64,
}

/// What came of asking one.
#[derive(Debug, PartialEq)]
enum Web {
    Answered(u16),
    Refused,
    MovedOn,
    Late,
    Unasked(String),
}

#[cfg(test)]
mod look_tests;
#[cfg(test)]
mod ssh_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wine_tests;
