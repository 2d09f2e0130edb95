//! A shell on this machine, in a pseudo console of Windows.
//!
//! Three threads to each: one starts the shell and waits for its end, one writes, one reads, because the reader of a pseudo console gets
//! no end of file while the console stands. Closing one may wait until all it drew has been read: so the reader reads on whatever
//! happens, and closing has a thread of its own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;

use crate::course::Shell;
use crate::host::integration::{self, Integration};
use crate::host::{CHUNK, FOREIGN, NotSent, ShellChoice, known, wine};
use crate::private;
use crate::session::{Ending, SessionEvent, SessionId, Size};
use crate::windows::pseudo_console::Process;
use crate::windows::{Job, PseudoConsole, is_wine, system32, token};

/// Bytes that may wait to be read by the program.
const UNREAD: usize = 1024 * 1024;

/// How long programs have to go by themselves once their console is closed.
const GRACE: Duration = Duration::from_secs(1);

/// After the shell's end its last words are waited for, never longer than this.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Sizes that follow each other faster are one: a console draws everything anew for each.
const SETTLE: Duration = Duration::from_millis(40);

/// A shell that was opened. Dropping it ends the shell and all it has started.
#[derive(Debug)]
pub struct Session {
    input: mpsc::Sender<Vec<u8>>,
    unread: Arc<AtomicUsize>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    size: Option<Size>,
    /// A thread is on its way to tell the console its size.
    resizing: bool,
    console: Option<PseudoConsole>,
    job: Option<Arc<Job>>,
    ending: bool,
    /// All it drew has been read.
    read: bool,
    /// How many pieces of it were told.
    pieces: u64,
    /// Threads that must finish before all is over.
    busy: usize,
}

impl Shared {
    /// No thread panics while it holds the lock; if one did, the values are still good.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        how(&mut self.lock());
        self.changed.notify_all();
    }

    /// Does something on a thread of its own that [`Session::wait`] waits for.
    fn apart(self: &Arc<Self>, what: impl FnOnce(&Arc<Self>) + Send + 'static) {
        self.lock().busy += 1;
        let shared = Arc::clone(self);
        thread::spawn(move || {
            what(&shared);
            shared.change(|state| state.busy -= 1);
        });
    }

    /// Closes the console, which tells every program in it to go. This waits for its last words to be read, so it is not done here.
    fn close(self: &Arc<Self>) {
        let console = self.lock().console.take();
        self.apart(move |_| drop(console));
    }
}

impl Session {
    /// Types bytes; never waits.
    pub fn send(&self, bytes: Vec<u8>) -> Result<(), NotSent> {
        let length = bytes.len();
        if self.unread.fetch_add(length, Ordering::Relaxed) + length > UNREAD {
            self.unread.fetch_sub(length, Ordering::Relaxed);
            return Err(NotSent::Full);
        }
        self.input.send(bytes).map_err(|_| NotSent::Ended)
    }

    pub fn resize(&self, size: Size) {
        let mut state = self.shared.lock();
        state.size = Some(size);
        if std::mem::replace(&mut state.resizing, true) {
            return;
        }
        drop(state);
        self.shared.apart(|shared| {
            thread::sleep(SETTLE);
            let mut state = shared.lock();
            state.resizing = false;
            if let (Some(console), Some(size)) = (&state.console, state.size) {
                // It fails only where the console has just gone.
                let _ = console.resize(size);
            }
        });
    }

    /// Ends the shell and all it has started: their console closes, and a second later what is left is ended. Does not wait for it.
    pub fn end(&self) {
        let mut state = self.shared.lock();
        if std::mem::replace(&mut state.ending, true) {
            return;
        }
        let Some(job) = state.job.clone() else { return };
        drop(state);
        self.shared.close();
        self.shared.apart(move |_| {
            let until = Instant::now() + GRACE;
            while Instant::now() < until && job.count().is_ok_and(|living| living > 0) {
                thread::sleep(Duration::from_millis(10));
            }
            job.end();
        });
    }

    /// Waits until the shell is gone, and after [`Session::end`] all it had started; says whether they are. For use before the
    /// process itself ends.
    pub fn wait(&self, limit: Duration) -> bool {
        let over = self.shared.changed.wait_timeout_while(self.shared.lock(), limit, |state| state.busy > 0);
        over.map_or(true, |(state, _)| state.busy == 0)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts a shell on a thread of its own.
pub fn open(
    id: SessionId,
    shell: ShellChoice,
    size: Size,
    folder: Option<PathBuf>,
    events: Sender<(SessionId, SessionEvent)>,
) -> Session {
    let (input, typed) = mpsc::channel();
    let shared = Arc::new(Shared { state: Mutex::new(State { size: Some(size), ..State::default() }), ..Shared::default() });
    let session = Session { input, unread: Arc::default(), shared: Arc::clone(&shared) };
    let unread = Arc::clone(&session.unread);
    shared.apart(move |shared| {
        let tell = move |event| events.blocking_send((id, event)).is_ok();
        match start(&shell, folder, shared) {
            Ok(started) => run(&shell, started, typed, unread, shared, tell),
            Err(why) => drop(tell(SessionEvent::Refused(why))),
        }
    });
    session
}

struct Started {
    process: Process,
    integration: Integration,
    drawn: PipeReader,
    typed: PipeWriter,
}

/// The life of a shell.
fn run(
    choice: &ShellChoice,
    started: Started,
    keys: Receiver<Vec<u8>>,
    unread: Arc<AtomicUsize>,
    shared: &Arc<Shared>,
    tell: impl Fn(SessionEvent) -> bool + Clone + Send + 'static,
) {
    let Started { process, integration, drawn, typed } = started;
    thread::spawn(move || write(typed, &keys, &unread));
    tell(SessionEvent::Opened { shell: choice.shell, nonce: integration.nonce.clone() });
    {
        // Not waited for: where a console gives no end even after it was closed, this thread sleeps until the program ends.
        let (shared, tell) = (Arc::clone(shared), tell.clone());
        thread::spawn(move || {
            read(drawn, |bytes| {
                tell(SessionEvent::Output(bytes.to_vec()));
                shared.change(|state| state.pieces += 1);
            });
            shared.change(|state| state.read = true);
        });
    }
    let ending = process.wait().map_or(Ending::Unknown, Ending::Exited);
    shared.close();
    last_words(shared);
    tell(SessionEvent::Ended(ending));
}

/// Waits until all that was drawn has been read and told, or nothing more comes.
fn last_words(shared: &Shared) {
    let mut state = shared.lock();
    loop {
        let before = state.pieces;
        let over;
        (state, over) = shared
            .changed
            .wait_timeout_while(state, LAST_WORDS, |state| !state.read && state.pieces == before)
            .unwrap_or_else(PoisonError::into_inner);
        if state.read || over.timed_out() {
            return;
        }
    }
}

/// Starts it, or says in one sentence why not and what to do.
fn start(choice: &ShellChoice, folder: Option<PathBuf>, shared: &Arc<Shared>) -> Result<Started, String> {
    let name = choice.program.display();
    if known(&choice.program).is_none() {
        return Err(format!("wci cannot follow {name}: set WCI_SHELL to powershell, pwsh or cmd and open the shell again."));
    }
    let program = find(&choice.program).ok_or_else(|| {
        format!("There is no {name} on this machine: set WCI_SHELL to a shell that is there (powershell, pwsh, cmd).")
    })?;
    let integration = integration::prepare(choice.shell, choice.plain).map_err(|error| {
        format!(
            "The shell could not be prepared in {} ({error}): is there room on the disk, and may you write there?",
            private::scratch_base().display()
        )
    })?;
    launch(&program, choice.shell, integration, folder, shared).map_err(|error| {
        format!("{name} could not be started ({error}): close other programs, or set WCI_SHELL to another shell.")
    })
}

fn launch(
    program: &Path,
    shell: Shell,
    integration: Integration,
    folder: Option<PathBuf>,
    shared: &Arc<Shared>,
) -> std::io::Result<Started> {
    // Starting takes its time, with a virus scanner more of it: the lock is not held meanwhile, for whoever draws may want it.
    let size = shared.lock().size.unwrap_or(Size { columns: 80, rows: 24 });
    let (console, drawn, typed) = PseudoConsole::new(size)?;
    let job = Job::new()?;
    let arguments = integration.arguments.iter().map(OsString::as_os_str);
    let mut line = token::command_line(std::iter::once(program.as_os_str()).chain(arguments));
    let mut environment = environment(shell, &integration);
    if is_wine() {
        line = wine::adapt(shell, line, &mut environment);
    }
    let folder = folder.filter(|folder| folder.is_dir()).or_else(|| std::env::current_dir().ok());
    let process = Process::start(&line, &environment, folder.as_deref(), &console, &job)?;
    let mut state = shared.lock();
    if state.ending {
        drop(state);
        job.end();
        // Its last words are nobody's, but unread they would hold the closing up.
        thread::spawn(move || read(drawn, |_| {}));
        drop(console);
        return Err(std::io::Error::other("it is not wanted any more"));
    }
    if let Some(wanted) = state.size.filter(|wanted| *wanted != size) {
        let _ = console.resize(wanted);
    }
    state.console = Some(console);
    state.job = Some(Arc::new(job));
    drop(state);
    Ok(Started { process, integration, drawn, typed })
}

fn environment(shell: Shell, integration: &Integration) -> BTreeMap<OsString, OsString> {
    let mut environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    environment.retain(|name, _| !FOREIGN.iter().any(|foreign| name.eq_ignore_ascii_case(foreign)));
    // With the modules of PowerShell 7 in front, as where wci was started from one, 5.1 cannot load some of its own.
    environment.retain(|name, _| shell != Shell::PowerShell || !name.eq_ignore_ascii_case("PSModulePath"));
    environment.insert("WCI".into(), "1".into());
    environment.insert("TERM_PROGRAM".into(), "wci".into());
    for (name, value) in &integration.environment {
        environment.retain(|other, _| !other.eq_ignore_ascii_case(name));
        environment.insert(name.into(), value.clone());
    }
    environment
}

/// The program, on the PATH unless it is a path. Windows' own shells are taken from its own folder.
pub fn find(program: &Path) -> Option<PathBuf> {
    let mut program = program.to_path_buf();
    if program.extension().is_none() {
        program.set_extension("exe");
    }
    if program.components().count() > 1 {
        return program.is_file().then_some(program);
    }
    let own = match known(&program) {
        Some(Shell::PowerShell) => Some(system32("WindowsPowerShell\\v1.0").join(&program)),
        Some(Shell::Cmd) => Some(system32("cmd.exe")),
        _ => None,
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = own.into_iter().chain(std::env::split_paths(&path).map(|folder| folder.join(&program)));
    places.find(|path| path.is_file())
}

/// Tells all that is drawn, to its end.
fn read(mut drawn: PipeReader, mut tell: impl FnMut(&[u8])) {
    let mut buffer = vec![0; CHUNK];
    loop {
        match drawn.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => tell(&buffer[..length]),
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// Writes what is typed, in its order, until the session is dropped or the console is gone.
fn write(mut typed: PipeWriter, keys: &Receiver<Vec<u8>>, unread: &AtomicUsize) {
    for bytes in keys {
        if typed.write_all(&bytes).is_err() {
            return;
        }
        unread.fetch_sub(bytes.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_follow_each_other_fast_are_told_once() {
        let shared = Arc::new(Shared::default());
        let session = Session { input: mpsc::channel().0, unread: Arc::default(), shared: Arc::clone(&shared) };
        for columns in 1..200 {
            session.resize(Size { columns, rows: 50 });
        }
        assert_eq!(shared.lock().busy, 1, "one thread for all of them");
        assert!(session.wait(SETTLE * 50));
        assert_eq!(shared.lock().size, Some(Size { columns: 199, rows: 50 }));
        assert!(!shared.lock().resizing);
    }

    #[test]
    fn an_end_is_told_although_the_reader_never_sees_one() {
        let shared = Arc::new(Shared::default());
        let began = Instant::now();
        {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                thread::sleep(LAST_WORDS / 2);
                shared.change(|state| state.pieces += 1);
            });
        }
        last_words(&shared);
        let took = began.elapsed();
        assert!(took >= LAST_WORDS * 3 / 2, "what was still read was waited for: {took:?}");
        assert!(took < LAST_WORDS * 4);
    }
}
