//! A program in a Unix pseudo-terminal.
//!
//! Two threads to each: one reads, one waits for the program to end. Both sleep in the kernel while nothing happens.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::host::program::Program;
use crate::host::session::{Shared, Taker};
use crate::host::{CHUNK, FOREIGN, fd, tree};
use crate::session::{Ending, Size};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::process::Pid;
use rustix::termios::{InputModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// After the program's end its last words are waited for: until nothing came for a while, and never for long.
const QUIET: Duration = Duration::from_millis(200);
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What a session has of this system: its programs, one after the other, those that have ended too. What they left behind is ended with
/// the session.
#[derive(Debug, Default)]
pub struct Own(Vec<Held>);

#[derive(Debug)]
struct Held {
    master: Option<OwnedFd>,
    tree: Tree,
}

/// A program and all it has started in its terminal.
#[derive(Debug, Clone)]
pub struct Tree {
    leader: Pid,
    /// The program itself has ended, and its number may be given to another process.
    reaped: Arc<AtomicBool>,
}

impl Tree {
    /// Hangs up on all of it, and kills what stays; waits for that.
    pub fn end(&self) {
        tree::end(self.leader, || self.reaped.load(Ordering::SeqCst));
    }
}

/// Tells the terminals their size.
pub fn resize(shared: &Arc<Shared>) {
    let state = shared.lock();
    let Some(size) = state.size else { return };
    for master in state.own.0.iter().filter_map(|held| held.master.as_ref()) {
        // It fails only where the program has just gone.
        let _ = tcsetwinsize(master, winsize(size));
    }
}

/// Ends all that was started in the session.
pub fn end(shared: &Arc<Shared>) {
    let trees: Vec<Tree> = shared.lock().own.0.iter().map(|held| held.tree.clone()).collect();
    for tree in trees {
        shared.apart(move |_| tree.end());
    }
}

/// Where a program takes what is typed.
#[derive(Debug)]
pub struct Input {
    master: OwnedFd,
    /// Closed by the other when the reader has finished.
    finished: UnixStream,
}

/// A program that was started.
pub struct Running {
    child: Child,
    master: OwnedFd,
    input: Arc<Input>,
    tree: Tree,
    /// Closed by the other when the program has ended.
    exited: UnixStream,
    exit: UnixStream,
    over: UnixStream,
}

pub fn start(program: &Program, shared: &Arc<Shared>) -> anyhow::Result<Running> {
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
    let child: Box<dyn portable_pty::Child> = pair.slave.spawn_command(command(program))?;
    let child = *child.downcast::<Child>().map_err(|_| anyhow::anyhow!("an unknown kind of process"))?;
    let leader =
        i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| anyhow::anyhow!("a process without number"))?;
    let tree = Tree { leader, reaped: Arc::default() };
    let (exited, exit) = UnixStream::pair()?;
    let (finished, over) = UnixStream::pair()?;
    state.own.0.push(Held { master: Some(master.try_clone()?), tree: tree.clone() });
    let input = Arc::new(Input { master: master.try_clone()?, finished });
    Ok(Running { child, master, input, tree, exited, exit, over })
}

impl Running {
    pub fn input(&self) -> Arc<Input> {
        Arc::clone(&self.input)
    }

    pub fn tree(&self) -> Tree {
        self.tree.clone()
    }

    /// Tells all it writes, and how it ended. Where nobody listens any more, it is ended.
    pub fn follow(self, shared: &Arc<Shared>, tell: impl FnMut(&[u8]) -> bool + Send + 'static) -> Ending {
        let Running { child, master, input: _input, tree, exited, exit, over } = self;
        let (status, ended) = mpsc::channel();
        {
            let reaped = Arc::clone(&tree.reaped);
            thread::spawn(move || {
                let _ = status.send(reap(child));
                reaped.store(true, Ordering::SeqCst);
                // Wakes the reader.
                drop(exit);
            });
        }
        if !read(&master, &exited, tell) {
            tree.end();
        }
        drop(over);
        let ending = ended.recv().unwrap_or(Ending::Unknown);
        for held in shared.lock().own.0.iter_mut().filter(|held| held.tree.leader == tree.leader) {
            held.master = None;
        }
        ending
    }
}

fn command(program: &Program) -> CommandBuilder {
    let mut command = CommandBuilder::new(&program.path);
    command.args(&program.arguments);
    for name in FOREIGN.iter().chain(program.hidden) {
        command.env_remove(name);
    }
    for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("TERM_PROGRAM", "wci"), ("WCI", "1")] {
        command.env(name, value);
    }
    for (name, value) in &program.environment {
        command.env(name, value);
    }
    // Without one it would start in the home folder.
    if let Some(folder) = &program.folder {
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

/// Tells all the program writes until it is over; says whether all was taken.
///
/// The end of the program is the end, also where another in the background keeps the terminal open.
fn read(master: &OwnedFd, exited: &UnixStream, mut tell: impl FnMut(&[u8]) -> bool) -> bool {
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

impl Taker for Input {
    /// Fails where the terminal is gone, or once the program is over.
    fn take(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.master, bytes) {
                Ok(length) => bytes = &bytes[length..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let mut ready = [PollFd::new(&self.master, PollFlags::OUT), PollFd::new(&self.finished, PollFlags::IN)];
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
}
