//! A job object: processes that end together, with all that they start.

use std::io;
use std::mem::size_of;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_BASIC_ACCOUNTING_INFORMATION,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};

use super::check;

/// What a process ends with that was ended from outside.
const KILLED: u32 = 1;

/// Dropping it ends every process in it. It dies with this program too, however that ends.
#[derive(Debug)]
pub struct Job(OwnedHandle);

impl Job {
    pub fn new() -> io::Result<Self> {
        // SAFETY: no name and the default security; the result is checked before it is owned.
        let job = unsafe {
            let handle = CreateJobObjectW(null(), null());
            if handle.is_null() {
                return Err(io::Error::last_os_error());
            }
            Self(OwnedHandle::from_raw_handle(handle))
        };
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let size = size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32;
        // SAFETY: the structure is the one this class takes, and lives through the call.
        check(unsafe {
            SetInformationJobObject(job.0.as_raw_handle(), JobObjectExtendedLimitInformation, (&raw const limits).cast(), size)
        })?;
        Ok(job)
    }

    /// Takes a process in; what it starts from now on is in too.
    pub fn take(&self, process: &impl AsRawHandle) -> io::Result<()> {
        // SAFETY: both handles are open while they are borrowed.
        check(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle()) })
    }

    /// Ends every process in it, at once.
    pub fn end(&self) {
        // SAFETY: the handle is open. A job without processes is no error.
        unsafe { TerminateJobObject(self.0.as_raw_handle(), KILLED) };
    }

    /// How many processes live in it.
    pub fn count(&self) -> io::Result<u32> {
        let mut told = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        let size = size_of::<JOBOBJECT_BASIC_ACCOUNTING_INFORMATION>() as u32;
        // SAFETY: the structure is the one this class fills, and lives through the call.
        check(unsafe {
            QueryInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectBasicAccountingInformation,
                (&raw mut told).cast(),
                size,
                std::ptr::null_mut(),
            )
        })?;
        Ok(told.ActiveProcesses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::io::Write;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    /// A process that starts another one, and both run until they are ended.
    fn start(job: &Job) -> std::process::Child {
        let mut command = Command::new(crate::windows::system32("cmd.exe"));
        command.args(["/d", "/c", "set /p go= & cmd /d /c pause"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("a process");
        job.take(&child).expect("taken");
        // Only now: what it had started before would not be in the job.
        child.stdin.as_mut().expect("a pipe").write_all(b"go\r\n").expect("written");
        let until = Instant::now() + Duration::from_secs(30);
        while job.count().expect("a count") < 2 {
            assert!(Instant::now() < until, "it starts nothing");
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }

    #[test]
    fn a_tree_ends_with_its_job() {
        let job = Job::new().expect("a job");
        let mut child = start(&job);
        job.end();
        assert!(!child.wait().expect("it ended").success());
        let until = Instant::now() + Duration::from_secs(30);
        while job.count().expect("a count") > 0 {
            assert!(Instant::now() < until, "something lives on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn a_tree_ends_when_nobody_holds_its_job_any_more() {
        let job = Job::new().expect("a job");
        let mut child = start(&job);
        drop(job);
        child.wait().expect("it ended");
    }
}
