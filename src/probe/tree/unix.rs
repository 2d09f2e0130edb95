//! A session of its own: no terminal to read a password from or to write on, and one signal reaches its group.
#![allow(unsafe_code, reason = "setsid and kill have no safe form in std")]

use std::collections::BTreeSet;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use crate::probe::machine;

/// Named by the process that leads it. The system gives its number to nobody while the group lives, nor before the process is reaped.
pub struct Group(u32);

pub fn alone(command: &mut Command) {
    // SAFETY: setsid is async-signal-safe and touches no memory of ours.
    unsafe {
        command.pre_exec(|| match libc::setsid() {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
}

impl Group {
    pub fn of(child: &Child) -> io::Result<Self> {
        Ok(Self(child.id()))
    }

    /// Whether it has been asked, so that waiting for it makes sense.
    pub fn ask_to_end(&self) -> bool {
        self.signal(libc::SIGTERM)
    }

    pub fn kill(&self) {
        self.signal(libc::SIGKILL);
    }

    pub fn lives(&self) -> bool {
        self.signal(0)
    }

    /// Ends also what left the group.
    pub fn sweep<'a>(groups: impl Iterator<Item = &'a Self>) {
        let leaders: BTreeSet<u32> = groups.map(|group| group.0).collect();
        if !leaders.is_empty() {
            machine::end_sessions(&leaders);
        }
    }

    fn signal(&self, signal: libc::c_int) -> bool {
        match libc::pid_t::try_from(self.0) {
            // 0 and 1 would be our own group and everybody.
            // SAFETY: kill takes two integers.
            Ok(group) if group > 1 => unsafe { libc::kill(-group, signal) == 0 },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use crate::probe::tree::{Living, Tree};

    #[test]
    fn a_start_that_takes_long_holds_no_end_up_and_is_ended_too() {
        let living = Living::default();
        let mut command = Command::new("sleep");
        command.arg("4711.6").stdout(Stdio::piped());
        // SAFETY: sleeping is async-signal-safe.
        unsafe {
            command.pre_exec(|| {
                libc::usleep(800_000);
                Ok(())
            });
        }
        let starting = std::thread::spawn({
            let living = living.clone();
            move || Tree::start(command, &living, 0).map(|_| ())
        });
        std::thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        living.kill_all();
        assert!(begun.elapsed() < Duration::from_millis(400), "{:?}", begun.elapsed());
        living.settle();
        assert!(begun.elapsed() > Duration::from_millis(400), "a start under way is waited for");
        assert!(starting.join().unwrap().is_err(), "it was begun before");
        let mut late = Command::new("sleep");
        late.arg("4711.7").stdout(Stdio::piped());
        assert!(Tree::start(late, &living, 0).is_err(), "one that begins after its era is not started");
        assert_eq!(living.count(), 0);
    }
}
