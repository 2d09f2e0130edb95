//! A job object: what a process starts is in it too, and ends with it, also when this program is killed.

use std::io;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};

use crate::windows::{Job, NO_WINDOW};

pub struct Group(Job);

pub fn alone(command: &mut Command) {
    command.creation_flags(NO_WINDOW);
}

impl Group {
    /// Takes in a process that was started just now: what it started before that is not in. A shell starts nothing before it is asked.
    pub fn of(child: &Child) -> io::Result<Self> {
        let job = Job::new()?;
        job.take(child)?;
        Ok(Self(job))
    }

    /// There is no way to ask.
    pub fn ask_to_end(&self) -> bool {
        false
    }

    pub fn kill(&self) {
        self.0.end();
    }

    pub fn lives(&self) -> bool {
        self.0.count().is_ok_and(|count| count > 0)
    }

    /// Nothing leaves a job.
    pub fn sweep<'a>(_: impl Iterator<Item = &'a Self>) {}
}
