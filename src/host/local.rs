//! A shell on this machine, in a Unix pseudo-terminal.
//!
//! Three threads to each: one starts the shell and reads, one writes, one waits for the shell to end. All of them sleep in the kernel
//! while nothing happens.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::course::Os;
use crate::host::integration::{self, Integration};
use crate::host::session::{Keys, News, Shared};
use crate::host::{CHUNK, FOREIGN, ShellChoice, fd, other_shell, tree};
use crate::session::{Ending, SessionEvent, Size};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::Pid;
use rustix::termios::{InputModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// After the shell's end its last words are waited for: until nothing came for a while, and never for long.
const QUIET: Duration = Duration::from_millis(200);
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a session has of this system.
#[derive(Debug, Default)]
pub struct Own {
    master: Option<OwnedFd>,
    shell: Option<Pid>,
    /// The shell itself has ended, and its number may be given to another process.
    reaped: bool,
}

/// Tells the terminal its size.
pub fn resize(shared: &Shared) {
    let state = shared.lock();
    if let (Some(master), Some(size)) = (&state.own.master, state.size) {
        // It fails only where the shell has just gone.
        let _ = tcsetwinsize(master, winsize(size));
    }
}

/// Hangs up on the shell and all it has started, and kills what stays.
pub fn end(shared: &Arc<Shared>) {
    let shell = shared.lock().own.shell;
    if let Some(shell) = shell {
        shared.apart(move |shared| tree::end(shell, || shared.lock().own.reaped));
    }
}

/// The life of a shell.
pub fn run(choice: &ShellChoice, folder: Option<PathBuf>, keys: Keys, shared: &Arc<Shared>, news: &News) {
    let started = match start(choice, folder, shared) {
        Ok(started) => started,
        Err(why) => {
            news.tell(SessionEvent::Refused(why));
            return;
        }
    };
    let Started { child, master, integration, exited, exit, writer, over, finished } = started;
    let (status, ended) = mpsc::channel();
    {
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            let _ = status.send(reap(child));
            shared.lock().own.reaped = true;
            // Wakes the reader.
            drop(exit);
        });
    }
    thread::spawn(move || keys.write(|bytes| write_all(&writer, &finished, bytes)));
    let opened = SessionEvent::Opened { shell: choice.shell, nonce: integration.nonce.clone(), os: Os::here() };
    let heard = news.tell(opened) && read(&master, &exited, |bytes| news.tell(SessionEvent::Output(bytes.to_vec())));
    if !heard && let Some(shell) = { shared.lock().own.shell } {
        // Nobody listens any more.
        tree::end(shell, || shared.lock().own.reaped);
    }
    drop(over);
    news.tell(SessionEvent::Ended(ended.recv().unwrap_or(Ending::Unknown)));
    shared.lock().own.master = None;
}

struct Started {
    child: Child,
    master: OwnedFd,
    writer: OwnedFd,
    integration: Integration,
    /// Closed by the other when the shell has ended.
    exited: UnixStream,
    exit: UnixStream,
    /// Closed by the other when the reader has finished.
    finished: UnixStream,
    over: UnixStream,
}

/// Starts it, or says in one sentence why not and what to do.
fn start(choice: &ShellChoice, folder: Option<PathBuf>, shared: &Arc<Shared>) -> Result<Started, String> {
    let name = choice.program.display();
    // portable-pty's child would abort on a program that cannot be started: it has been looked for.
    let (program, integration) = integration::ready(choice)?;
    launch(&program, integration, folder, shared).map_err(|error| {
        format!("{name} could not be started ({error:#}): close other programs, or {}", other_shell(&choice.program))
    })
}

fn launch(program: &Path, integration: Integration, folder: Option<PathBuf>, shared: &Arc<Shared>) -> anyhow::Result<Started> {
    let mut state = shared.lock();
    anyhow::ensure!(!state.ending, "it is not wanted any more");
    let size = winsize(state.size.unwrap_or(Size { columns: 80, rows: 24 }));
    let pair = native_pty_system().openpty(PtySize { rows: size.ws_row, cols: size.ws_col, pixel_width: 0, pixel_height: 0 })?;
    let master = fd::own(&*pair.master)?;
    fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
    if let Ok(mut modes) = tcgetattr(&master) {
        // The driver's own line editing must erase whole characters.
        modes.input_modes.insert(InputModes::IUTF8);
        let _ = tcsetattr(&master, OptionalActions::Now, &modes);
    }
    let child: Box<dyn portable_pty::Child> = pair.slave.spawn_command(command(program, &integration, folder))?;
    let child = *child.downcast::<Child>().map_err(|_| anyhow::anyhow!("an unknown kind of process"))?;
    let (exited, exit) = UnixStream::pair()?;
    let (finished, over) = UnixStream::pair()?;
    state.own.shell = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    state.own.master = Some(master.try_clone()?);
    Ok(Started { child, writer: master.try_clone()?, master, integration, exited, exit, finished, over })
}

fn command(program: &Path, integration: &Integration, folder: Option<PathBuf>) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(&integration.arguments);
    for name in FOREIGN {
        command.env_remove(name);
    }
    for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("TERM_PROGRAM", "wci"), ("WCI", "1")] {
        command.env(name, value);
    }
    for (name, value) in &integration.environment {
        command.env(name, value);
    }
    // Without one it would start in the home folder.
    if let Some(folder) = folder {
        command.cwd(folder);
    }
    command
}

fn winsize(size: Size) -> Winsize {
    Winsize { ws_row: size.rows.max(1), ws_col: size.columns.max(1), ws_xpixel: 0, ws_ypixel: 0 }
}

fn reap(mut child: Child) -> Ending {
    match child.wait() {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Ending::Exited(code),
            (None, Some(signal)) => Ending::Killed(signal),
            (None, None) => Ending::Unknown,
        },
        Err(_) => Ending::Unknown,
    }
}

/// Tells all the shell writes until it is over; says whether all was taken.
///
/// The end of the shell is the end, also where a program in the background keeps the terminal open.
fn read(master: &OwnedFd, exited: &UnixStream, tell: impl Fn(&[u8]) -> bool) -> bool {
    let mut buffer = vec![0; CHUNK];
    let (mut open, mut last) = (true, None);
    loop {
        let mut ready = [PollFd::new(master, PollFlags::IN), PollFd::new(exited, PollFlags::IN)];
        let watched = match (open, last) {
            (true, None) => &mut ready[..],
            (true, Some(_)) => &mut ready[..1],
            (false, None) => &mut ready[1..],
            (false, Some(_)) => return true,
        };
        match poll(watched, last.map(|_| &QUIET_TIME)) {
            Ok(0) => return true,
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return true,
        }
        let (readable, gone) = (!ready[0].revents().is_empty(), !ready[1].revents().is_empty());
        if readable {
            let length;
            (length, open) = fill(master, &mut buffer);
            if length > 0 && !tell(&buffer[..length]) {
                return false;
            }
        }
        if gone && last.is_none() {
            last = Some(Instant::now() + LAST_WORDS);
        }
        if last.is_some_and(|last| Instant::now() > last) {
            return true;
        }
    }
}

const QUIET_TIME: Timespec = Timespec { tv_sec: 0, tv_nsec: QUIET.subsec_nanos() as _ };

/// Takes what is ready, a page at a time as the kernel gives it; says how much, and whether more can come.
fn fill(master: &OwnedFd, buffer: &mut [u8]) -> (usize, bool) {
    let mut length = 0;
    while length < buffer.len() {
        match rustix::io::read(master, &mut buffer[length..]) {
            // On Linux the end is EIO.
            Ok(0) | Err(Errno::IO) => return (length, false),
            Ok(more) => length += more,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => break,
            Err(_) => return (length, false),
        }
    }
    (length, true)
}

/// Fails where the terminal is gone, or once `finished` is closed.
fn write_all(master: &OwnedFd, finished: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(master, bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let mut ready = [PollFd::new(master, PollFlags::OUT), PollFd::new(finished, PollFlags::IN)];
                poll(&mut ready, None)?;
                if !ready[1].revents().is_empty() {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
