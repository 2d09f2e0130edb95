//! One warm shell: how each kind is started, how a question is put to it, how its reply is read.
//!
//! The question's text travels as one quoted word or as base64, so nothing in it can break out of its place.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use crate::course::Shell;
use crate::host;
use crate::private;

use super::channel::{Channel, Input};
use super::cmd::{self, Script};
use super::frame::{End, Frame, Kept};
use super::link::{self, Ended, Link};
use super::tree::{Living, Tree};

/// The request loop of PowerShell.
pub const LOOP: &str = include_str!("loop.ps1");

/// What the loop says when it is ready, and where it cannot get so.
const READY: &str = "wci-ready\n";
pub const CONSTRAINED: &str = "wci-constrained";

/// The variable that tells PowerShell where its questions come from.
const ASK: &str = "WCI_ASK";

/// How often to see whether a shell has ended while something else holds its pipe.
const GLANCE: Duration = Duration::from_millis(100);

/// How a shell is reached.
#[derive(Clone)]
pub enum Way {
    /// On this machine: a path, or a name that only our own [`host::find`] looks for.
    Here(PathBuf),
    Over(Link),
}

pub struct Warm {
    tree: Tree,
    /// Where questions go, once it is known.
    input: Option<Input>,
    /// Where PowerShell's are to come from, until it is ready.
    channel: Option<Channel>,
    stdout: ChildStdout,
    shell: Shell,
    over: bool,
    /// What ssh says beside that, once it has ended.
    words: Option<JoinHandle<String>>,
    /// It took the question.
    begun: bool,
}

/// What came of a question.
pub enum Said {
    Reply {
        kept: Kept,
        end: End,
    },
    /// The shell ended in the middle of it.
    Ended {
        kept: Kept,
        status: Option<i32>,
    },
    /// The shell was gone before it took the question.
    Gone {
        status: Option<i32>,
    },
}

impl Warm {
    pub fn start(shell: Shell, way: &Way, living: &Living, era: u64) -> io::Result<Self> {
        let (command, channel) = match way {
            Way::Here(program) => Self::here(shell, program)?,
            Way::Over(link) => {
                let mut command = link.command(shell)?;
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                (command, None)
            }
        };
        let over = matches!(way, Way::Over(_));
        let (mut tree, stdin, stdout) = Tree::start(command, living, era)?;
        let input = stdin.map(ChildStdin::from_std).transpose()?.map(|stdin| Box::new(stdin) as Input);
        let words = tree.stderr().map(ChildStderr::from_std).transpose()?.map(|words| tokio::spawn(first_of(words)));
        Ok(Self { tree, input, channel, stdout: ChildStdout::from_std(stdout)?, shell, over, words, begun: false })
    }

    fn here(shell: Shell, program: &Path) -> io::Result<(Command, Option<Channel>)> {
        let program = host::find(program).ok_or(io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        command.args(arguments(shell));
        let channel = shell.is_powershell().then(|| Channel::open(&nonce())).transpose()?;
        let stdin = if channel.is_some() { Stdio::null() } else { Stdio::piped() };
        command.current_dir(super::home()).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::null());
        for (name, value) in [("TERM", "dumb"), ("NO_COLOR", "1"), ("PAGER", "cat"), ("GIT_TERMINAL_PROMPT", "0")] {
            command.env(name, value);
        }
        command.env("POWERSHELL_TELEMETRY_OPTOUT", "1").env("POWERSHELL_UPDATECHECK", "Off");
        if let Some(channel) = &channel {
            command.env(ASK, channel.name());
        }
        if shell == Shell::Cmd {
            command.current_dir(private::scratch_base()).env(cmd::HOME, super::home());
        }
        // Files and options that would make the second shell unlike a plain one.
        for name in ["BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "POSIXLY_CORRECT"].iter().chain(host::not_inherited(shell)) {
            command.env_remove(name);
        }
        Ok((command, channel))
    }

    /// Waits until it can take a question. Only PowerShell is slow enough to need it.
    pub async fn ready(&mut self) -> io::Result<()> {
        if !self.shell.is_powershell() {
            return Ok(());
        }
        if self.over {
            let Some(input) = &mut self.input else { return Ok(()) };
            // Where it has ended, its output says so.
            let _ = input.write_all(link::opening(LOOP).as_bytes()).await;
            let _ = input.flush().await;
        }
        let (mut said, mut piece) = (Vec::new(), [0; 256]);
        loop {
            let text = String::from_utf8_lossy(&said);
            if text.contains(CONSTRAINED) {
                return Err(io::Error::other("its constrained language mode lets no check run"));
            }
            if text.contains(READY) {
                break;
            }
            match self.stdout.read(&mut piece).await? {
                0 if self.over && !text.contains(link::STARTED) => return Err(self.not_started().await),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => said.extend_from_slice(&piece[..n]),
            }
            if said.len() > 64 * 1024 {
                return Err(io::Error::other("it does not get ready"));
            }
        }
        if let Some(mut channel) = self.channel.take() {
            self.input = Some(channel.accept().await?);
        }
        Ok(())
    }

    /// Why nothing came over the link. Login shells of Windows have no status of their own for a program that is missing.
    async fn not_started(&mut self) -> io::Error {
        match link::ended(self.status().await) {
            Ended::NoLink if self.refused().await => io::ErrorKind::ConnectionRefused.into(),
            Ended::NoLink => io::ErrorKind::NotConnected.into(),
            Ended::Missing | Ended::Other(_) => io::ErrorKind::NotFound.into(),
        }
    }

    /// Puts a question, of whose answer so much is kept. The caller counts the time; giving up means dropping the shell.
    pub async fn ask(&mut self, text: &str, most: usize) -> io::Result<Said> {
        let nonce = nonce();
        let mut frame = Frame::new(&nonce, most).ok_or_else(|| io::Error::other("no frame"))?;
        let script = (self.shell == Shell::Cmd).then(|| Script::new(&nonce, text)).transpose()?;
        let request = match self.shell {
            Shell::Sh | Shell::Bash | Shell::Zsh if self.over => link::watched(&posix(&nonce, text)),
            Shell::Sh | Shell::Bash | Shell::Zsh => posix(&nonce, text) + "\n",
            // One more than is kept of it: so a cut is seen.
            Shell::PowerShell | Shell::Pwsh => format!("{nonce} {} {}\n", STANDARD.encode(text), most + 1),
            Shell::Cmd => script.as_ref().map(Script::request).unwrap_or_default(),
        };
        self.tree.idle = false;
        self.begun = false;
        let Some(input) = &mut self.input else { return Ok(Said::Gone { status: None }) };
        let asked = async {
            input.write_all(request.as_bytes()).await?;
            input.flush().await
        };
        if asked.await.is_err() {
            return Ok(Said::Gone { status: self.status().await });
        }
        let mut piece = vec![0; 64 * 1024];
        let mut ended = None;
        loop {
            match tokio::time::timeout(GLANCE, self.stdout.read(&mut piece)).await {
                Ok(Ok(0)) => break,
                Ok(Ok(n)) => {
                    if let Some(end) = frame.push(&piece[..n]) {
                        self.tree.idle = true;
                        return Ok(Said::Reply { kept: frame.kept(), end });
                    }
                    self.begun = frame.begun();
                }
                Ok(Err(why)) => return Err(why),
                Err(_) if ended.is_some() => break,
                Err(_) => ended = self.tree.ended(),
            }
        }
        let status = match ended {
            Some(status) => status,
            None => self.status().await,
        };
        Ok(if frame.begun() { Said::Ended { kept: frame.kept(), status } } else { Said::Gone { status } })
    }

    /// How it ended: the pipe may close a moment before the process can be waited for.
    async fn status(&mut self) -> Option<i32> {
        for _ in 0..50 {
            if let Some(status) = self.tree.ended() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    /// Whether ssh, which has ended, was not let in.
    pub async fn refused(&mut self) -> bool {
        let Some(words) = self.words.take() else { return false };
        matches!(tokio::time::timeout(GLANCE, words).await, Ok(Ok(said)) if host::refused(&said))
    }

    /// Whether it took the question that was put last.
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// Marks a shell that waits for its first question: it may be ended without a word.
    pub fn rest(mut self) -> Self {
        self.tree.idle = true;
        self
    }
}

/// The beginning of what is said; the rest is only drained.
async fn first_of(mut words: ChildStderr) -> String {
    let (mut said, mut piece) = (Vec::new(), [0; 1024]);
    while let Ok(n @ 1..) = words.read(&mut piece).await {
        if said.len() < 16 * 1024 {
            said.extend_from_slice(&piece[..n]);
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// Whether a shell can be asked again.
///
/// PowerShell takes up to a second to start, so its loop serves many questions. The others start in milliseconds: each serves one and
/// ends with whatever that left behind (children that hold the pipe, say), while the next is waiting already.
pub fn serves_again(shell: Shell) -> bool {
    shell.is_powershell()
}

fn arguments(shell: Shell) -> Vec<&'static str> {
    match shell {
        Shell::Sh => vec![],
        Shell::Bash => vec!["--norc", "--noprofile"],
        Shell::Zsh => vec!["-f"],
        Shell::PowerShell | Shell::Pwsh if cfg!(windows) => {
            vec!["-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-Command", LOOP]
        }
        Shell::PowerShell | Shell::Pwsh => vec!["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", LOOP],
        Shell::Cmd => vec!["/d", "/q"],
    }
}

/// A question for a POSIX shell that reads its script from its input: the text is one single-quoted word, and runs in a subshell
/// without that input.
fn posix(nonce: &str, text: &str) -> String {
    let word = text.replace('\'', r"'\''");
    format!("printf '%s<\\n' {nonce}; ( eval '{word}' ) </dev/null 2>&1; printf '\\n%s:%d\\n' {nonce} \"$?\"")
}

/// A word no check can know before.
pub fn nonce() -> String {
    format!("wci{}{}", private::secret(), private::secret())
}
