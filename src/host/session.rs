//! A shell that was opened, the same on every system: what it is typed, how it is waited for. What differs is in `pty`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use crate::host::pty::{self, Own};
use crate::host::{Door, NotSent, local, ssh};
use crate::session::{Ending, SessionEvent, SessionId, Size};

/// Bytes that may wait to be read by the program.
const UNREAD: usize = 1024 * 1024;

/// A shell that was opened. Dropping it ends the shell and all it has started.
#[derive(Debug)]
pub struct Session {
    input: mpsc::Sender<Vec<u8>>,
    unread: Arc<AtomicUsize>,
    shared: Arc<Shared>,
}

/// What the threads of a session share.
#[derive(Debug, Default)]
pub struct Shared {
    state: Mutex<State>,
    /// Told of every change that a thread may wait for.
    pub changed: Condvar,
}

#[derive(Debug, Default)]
pub struct State {
    pub size: Option<Size>,
    pub ending: bool,
    pub own: Own,
    /// Who takes what is typed; while there is none it waits.
    input: Option<Arc<dyn Taker>>,
    over: bool,
    /// Threads that must finish before all is over.
    busy: usize,
}

/// Takes what is typed: a program in its terminal, or a question of ours.
pub trait Taker: std::fmt::Debug + Send + Sync {
    /// Fails where it takes nothing any more.
    fn take(&self, bytes: &[u8]) -> std::io::Result<()>;
}

impl Shared {
    /// No thread panics while it holds the lock; if one did, the values are still good.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn change(&self, how: impl FnOnce(&mut State)) {
        how(&mut self.lock());
        self.changed.notify_all();
    }

    /// What is typed goes there from now on.
    pub fn take_keys<T: Taker + 'static>(&self, input: &Arc<T>) {
        self.change(|state| state.input = Some(Arc::clone(input) as Arc<dyn Taker>));
    }

    /// The same for a while; says who had it before.
    pub fn lend_keys(&self, to: Arc<dyn Taker>) -> Option<Arc<dyn Taker>> {
        let before = self.lock().input.replace(to);
        self.changed.notify_all();
        before
    }

    /// To who had it before, if nobody else has taken it meanwhile.
    pub fn give_keys_back(&self, from: &Arc<dyn Taker>, before: Option<Arc<dyn Taker>>) {
        self.change(|state| {
            if state.input.as_ref().is_some_and(|input| Arc::ptr_eq(input, from)) {
                state.input = before;
            }
        });
    }

    /// What is typed waits for the next program.
    pub fn hold_keys(&self) {
        self.lock().input = None;
    }

    /// Waits for a program that takes what is typed; none when there will be none any more.
    fn input(&self) -> Option<Arc<dyn Taker>> {
        let wait = |state: &mut State| state.input.is_none() && !state.over && !state.ending;
        let state = self.changed.wait_while(self.lock(), wait).unwrap_or_else(PoisonError::into_inner);
        if state.over { None } else { state.input.clone() }
    }

    /// Does something on a thread of its own that [`Session::wait`] waits for.
    pub fn apart(self: &Arc<Self>, what: impl FnOnce(&Arc<Self>) + Send + 'static) {
        self.lock().busy += 1;
        let shared = Arc::clone(self);
        thread::spawn(move || {
            what(&shared);
            shared.change(|state| state.busy -= 1);
        });
    }
}

/// What is typed, in its order.
pub struct Keys {
    typed: Receiver<Vec<u8>>,
    unread: Arc<AtomicUsize>,
}

impl Keys {
    /// Writes it until the session is dropped, or something could not be written.
    pub fn write(self, mut write: impl FnMut(&[u8]) -> std::io::Result<()>) {
        for bytes in self.typed {
            if write(&bytes).is_err() {
                return;
            }
            self.unread.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
    }
}

/// Where a session's news goes.
#[derive(Debug, Clone)]
pub struct News {
    id: SessionId,
    events: Sender<(SessionId, SessionEvent)>,
}

impl News {
    pub fn new(id: SessionId, events: Sender<(SessionId, SessionEvent)>) -> Self {
        Self { id, events }
    }

    /// Waits until it is taken; says whether anybody listens.
    pub fn tell(&self, event: SessionEvent) -> bool {
        self.events.blocking_send((self.id, event)).is_ok()
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
        self.shared.lock().size = Some(size);
        pty::resize(&self.shared);
    }

    /// Ends the shell and all it has started; what does not go by itself is ended a second later. Does not wait for it.
    pub fn end(&self) {
        let before = std::mem::replace(&mut self.shared.lock().ending, true);
        if !before {
            self.shared.changed.notify_all();
            pty::end(&self.shared);
        }
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

/// Starts a shell on a thread of its own. It takes no time and never fails: what went wrong comes as [`SessionEvent::Refused`].
///
/// A full channel holds the shell's programs back, and nothing is lost; [`BACKLOG`](super::BACKLOG) is a good size for it. Without a
/// folder that is there, the shell starts in ours.
pub fn open(
    id: SessionId,
    door: Door,
    size: Size,
    folder: Option<PathBuf>,
    events: Sender<(SessionId, SessionEvent)>,
) -> Session {
    let folder = folder.filter(|folder| folder.is_dir()).or_else(|| std::env::current_dir().ok());
    let (input, typed) = mpsc::channel();
    let shared = Arc::new(Shared::default());
    shared.lock().size = Some(size);
    let session = Session { input, unread: Arc::default(), shared: Arc::clone(&shared) };
    let keys = Keys { typed, unread: Arc::clone(&session.unread) };
    let news = News::new(id, events);
    {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            keys.write(|bytes| {
                let input = shared.input().ok_or(std::io::ErrorKind::BrokenPipe)?;
                // One that has just ended takes nothing; the next one may.
                let _ = input.take(bytes);
                Ok(())
            });
        });
    }
    shared.apart(move |shared| {
        // A mistake here must not take the program, and with it the outer terminal, down.
        let ran = catch_unwind(AssertUnwindSafe(|| match &door {
            Door::Local(shell) => local::run(shell, folder, shared, &news),
            Door::Ssh(connection) => ssh::run(connection, folder, shared, &news),
        }));
        if ran.is_err() {
            news.tell(SessionEvent::Ended(Ending::Unknown));
        }
        shared.change(|state| (state.over, state.input) = (true, None));
    });
    session
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_does_not_read_is_not_taken_for_ever() {
        let (input, typed) = mpsc::channel();
        let session = Session { input, unread: Arc::default(), shared: Arc::default() };
        assert_eq!(session.send(vec![b'x'; UNREAD]), Ok(()));
        assert_eq!(session.send(vec![b'x']), Err(NotSent::Full));
        let keys = Keys { typed, unread: Arc::clone(&session.unread) };
        let reader = thread::spawn(move || keys.write(|_| Ok(())));
        while session.unread.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
        assert_eq!(session.send(vec![b'x']), Ok(()));
        drop(session);
        reader.join().expect("it ends with the session");
    }
}
