//! Running what waits, on this one thread.

use std::future::Future;
use std::io;

/// Runs it to its end. What it left going on threads of their own is not waited for: a question of Windows to the person, or a look at a
/// file on a server that is gone, must not hold the exit.
pub fn block_on<F: Future>(what: F) -> io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let came = runtime.block_on(what);
    runtime.shutdown_background();
    Ok(came)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::time::{Duration, Instant};

    #[test]
    fn what_hangs_on_another_thread_does_not_hold_the_exit() {
        let begun = Instant::now();
        let came = block_on(async {
            drop(tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_secs(4))));
            tokio::time::sleep(Duration::from_millis(50)).await;
            7
        });
        assert_eq!(came.unwrap(), 7);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
