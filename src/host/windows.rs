//! A shell on this machine, in a pseudo console of Windows.
//!
//! Three threads to each: one starts the shell and waits for its end, one writes, one reads, because the reader of a pseudo console gets
//! no end of file while the console stands. Closing one may wait until all it drew has been read: so the reader reads on whatever
//! happens, and closing has a thread of its own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::course::{Os, Shell};
use crate::host::integration::{self, Integration};
use crate::host::session::{Keys, News, Shared};
use crate::host::{CHUNK, FOREIGN, ShellChoice, not_inherited, other_shell, wine};
use crate::session::{Ending, SessionEvent, Size};
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

struct Started {
    process: Process,
    integration: Integration,
    drawn: PipeReader,
    typed: PipeWriter,
}

/// The life of a shell.
pub fn run(choice: &ShellChoice, folder: Option<PathBuf>, keys: Keys, shared: &Arc<Shared>, news: &News) {
    let Started { process, integration, drawn, mut typed } = match start(choice, folder, shared) {
        Ok(started) => started,
        Err(why) => {
            news.tell(SessionEvent::Refused(why));
            return;
        }
    };
    thread::spawn(move || keys.write(|bytes| typed.write_all(bytes)));
    news.tell(SessionEvent::Opened { shell: choice.shell, nonce: integration.nonce.clone(), os: Os::here() });
    {
        // Not waited for: where a console gives no end even after it was closed, this thread sleeps until the program ends.
        let (shared, news) = (Arc::clone(shared), news.clone());
        thread::spawn(move || {
            read(drawn, |bytes| {
                news.tell(SessionEvent::Output(bytes.to_vec()));
                shared.change(|state| state.own.pieces += 1);
            });
            shared.change(|state| state.own.read = true);
        });
    }
    let ending = process.wait().map_or(Ending::Unknown, Ending::Exited);
    close(shared);
    last_words(shared);
    news.tell(SessionEvent::Ended(ending));
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

/// Starts it, or says in one sentence why not and what to do.
fn start(choice: &ShellChoice, folder: Option<PathBuf>, shared: &Arc<Shared>) -> Result<Started, String> {
    let name = choice.program.display();
    let (program, integration) = integration::ready(choice)?;
    launch(&program, choice.shell, integration, folder, shared).map_err(|error| {
        format!("{name} could not be started ({error}): close other programs, or {}", other_shell(&choice.program))
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
    state.own.console = Some(console);
    state.own.job = Some(Arc::new(job));
    drop(state);
    Ok(Started { process, integration, drawn, typed })
}

fn environment(shell: Shell, integration: &Integration) -> BTreeMap<OsString, OsString> {
    let mut environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let hidden = || FOREIGN.iter().chain(not_inherited(shell));
    environment.retain(|name, _| !hidden().any(|hidden| name.eq_ignore_ascii_case(hidden)));
    environment.insert("WCI".into(), "1".into());
    environment.insert("TERM_PROGRAM".into(), "wci".into());
    for (name, value) in &integration.environment {
        environment.retain(|other, _| !other.eq_ignore_ascii_case(name));
        environment.insert(name.into(), value.clone());
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
