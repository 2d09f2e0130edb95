//! A program in a pseudo console of Windows.
//!
//! Two threads to each: one starts it and waits for its end, one reads, because the reader of a pseudo console gets no end of file
//! while the console stands. Closing one may wait until all it drew has been read: so the reader reads on whatever
//! happens, and closing has a thread of its own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::host::program::Program;
use crate::host::session::{Shared, Taker};
use crate::host::{CHUNK, FOREIGN, wine};
use crate::session::{Ending, Size};
use crate::windows::pseudo_console::Process;
use crate::windows::{Job, PseudoConsole, is_wine, token};

/// How long programs have to go by themselves once their console is closed.
const GRACE: Duration = Duration::from_secs(1);

/// After the shell's end its last words are waited for, never longer than this.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Sizes that follow each other faster are one: a console draws everything anew for each.
const SETTLE: Duration = Duration::from_millis(40);

/// What a session has of this system.
#[derive(Debug, Default)]
pub struct Own {
    /// A thread is on its way to tell the console its size.
    resizing: bool,
    console: Option<PseudoConsole>,
    job: Option<Arc<Job>>,
    /// All it drew has been read.
    read: bool,
    /// How many pieces of it were told.
    pieces: u64,
}

/// Tells the console its size, once the sizes have settled.
pub fn resize(shared: &Arc<Shared>) {
    if std::mem::replace(&mut shared.lock().own.resizing, true) {
        return;
    }
    shared.apart(|shared| {
        thread::sleep(SETTLE);
        let mut state = shared.lock();
        state.own.resizing = false;
        if let (Some(console), Some(size)) = (&state.own.console, state.size) {
            // It fails only where the console has just gone.
            let _ = console.resize(size);
        }
    });
}

/// Closes the console, and a second later ends what is left of all that was started in it.
pub fn end(shared: &Arc<Shared>) {
    let Some(job) = ({ shared.lock().own.job.clone() }) else { return };
    close(shared);
    shared.apart(move |_| {
        let until = Instant::now() + GRACE;
        while Instant::now() < until && job.count().is_ok_and(|living| living > 0) {
            thread::sleep(Duration::from_millis(10));
        }
        job.end();
    });
}

/// A closed console tells every program in it to go. It waits for its last words to be read, so it is closed on a thread of its own.
fn close(shared: &Arc<Shared>) {
    let console = shared.lock().own.console.take();
    shared.apart(move |_| drop(console));
}

/// A program and all it has started.
#[derive(Debug, Clone)]
pub struct Tree(Arc<Job>);

impl Tree {
    pub fn end(&self) {
        self.0.end();
    }
}

/// Where a program takes what is typed.
#[derive(Debug)]
pub struct Input(PipeWriter);

impl Taker for Input {
    fn take(&self, bytes: &[u8]) -> std::io::Result<()> {
        (&self.0).write_all(bytes)
    }
}

/// A program that was started.
pub struct Running {
    process: Process,
    drawn: PipeReader,
    input: Arc<Input>,
    tree: Tree,
}

impl Running {
    pub fn input(&self) -> Arc<Input> {
        Arc::clone(&self.input)
    }

    pub fn tree(&self) -> Tree {
        self.tree.clone()
    }

    /// Tells all that is drawn, and how the program ended.
    pub fn follow(self, shared: &Arc<Shared>, mut tell: impl FnMut(&[u8]) -> bool + Send + 'static) -> Ending {
        let Running { process, drawn, .. } = self;
        {
            // Not waited for: where a console gives no end even after it was closed, this thread sleeps until wci ends.
            let shared = Arc::clone(shared);
            thread::spawn(move || {
                read(drawn, |bytes| {
                    tell(bytes);
                    shared.change(|state| state.own.pieces += 1);
                });
                shared.change(|state| state.own.read = true);
            });
        }
        let ending = process.wait().map_or(Ending::Unknown, Ending::Exited);
        close(shared);
        last_words(shared);
        ending
    }
}

/// Waits until all that was drawn has been read and told, or nothing more comes.
fn last_words(shared: &Shared) {
    let mut state = shared.lock();
    loop {
        let before = state.own.pieces;
        let over;
        (state, over) = shared
            .changed
            .wait_timeout_while(state, LAST_WORDS, |state| !state.own.read && state.own.pieces == before)
            .unwrap_or_else(PoisonError::into_inner);
        if state.own.read || over.timed_out() {
            return;
        }
    }
}

/// Starts it; one at a time in a session.
pub fn start(program: &Program, shared: &Arc<Shared>) -> anyhow::Result<Running> {
    // Starting takes its time, with a virus scanner more of it: the lock is not held meanwhile, for whoever draws may want it.
    let size = shared.lock().size.unwrap_or(Size { columns: 80, rows: 24 });
    let (console, drawn, typed) = PseudoConsole::new(size)?;
    let job = Arc::new(Job::new()?);
    let arguments = program.arguments.iter().map(OsString::as_os_str);
    let mut line = token::command_line(std::iter::once(program.path.as_os_str()).chain(arguments));
    let mut environment = environment(program);
    if is_wine() {
        line = wine::adapt(program.shell, line, &mut environment);
    }
    let process = Process::start(&line, &environment, program.folder.as_deref(), &console, &job)?;
    let mut state = shared.lock();
    if state.ending {
        drop(state);
        job.end();
        // Its last words are nobody's, but unread they would hold the closing up.
        thread::spawn(move || read(drawn, |_| {}));
        drop(console);
        anyhow::bail!("it is not wanted any more");
    }
    if let Some(wanted) = state.size.filter(|wanted| *wanted != size) {
        let _ = console.resize(wanted);
    }
    state.own.console = Some(console);
    state.own.job = Some(Arc::clone(&job));
    // Of the one before it.
    state.own.read = false;
    drop(state);
    Ok(Running { process, drawn, input: Arc::new(Input(typed)), tree: Tree(job) })
}

fn environment(program: &Program) -> BTreeMap<OsString, OsString> {
    let mut environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let hidden = || FOREIGN.iter().chain(program.hidden);
    environment.retain(|name, _| !hidden().any(|hidden| name.eq_ignore_ascii_case(hidden)));
    environment.insert("WCI".into(), "1".into());
    environment.insert("TERM_PROGRAM".into(), "wci".into());
    for (name, value) in &program.environment {
        environment.retain(|other, _| !other.eq_ignore_ascii_case(name));
        environment.insert((*name).into(), value.clone());
    }
    environment
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_follow_each_other_fast_are_told_once() {
        let shared = Arc::new(Shared::default());
        let before = Arc::strong_count(&shared);
        for _ in 0..200 {
            resize(&shared);
        }
        assert_eq!(Arc::strong_count(&shared), before + 1, "one thread for all of them");
        thread::sleep(SETTLE * 10);
        assert!(!shared.lock().own.resizing);
    }

    #[test]
    fn an_end_is_told_although_the_reader_never_sees_one() {
        let shared = Arc::new(Shared::default());
        let began = Instant::now();
        {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                thread::sleep(LAST_WORDS / 2);
                shared.change(|state| state.own.pieces += 1);
            });
        }
        last_words(&shared);
        let took = began.elapsed();
        assert!(took >= LAST_WORDS * 3 / 2, "what was still read was waited for: {took:?}");
        assert!(took < LAST_WORDS * 4);
    }
}
