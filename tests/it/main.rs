//! One test binary: one link step on a small machine.

mod headless;
mod house;
mod marks;
mod places;
mod player;
mod remedies;
mod restart;
mod screen;
mod stories;
mod tmux;

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

static WARM_UP: Mutex<()> = Mutex::new(());

/// The warm-up looks at and ends processes of the whole machine: one run of it at a time.
pub fn warm_up() -> MutexGuard<'static, ()> {
    WARM_UP.lock().unwrap_or_else(PoisonError::into_inner)
}
