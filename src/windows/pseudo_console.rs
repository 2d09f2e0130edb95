//! A pseudo console (ConPTY): what it is made of, and a program started in it.
//!
//! It is made with flags 0. With `PSEUDOCONSOLE_INHERIT_CURSOR` the program in it would hang until somebody answers a query.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, PipeReader, PipeWriter};
use std::mem::size_of;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{INVALID_HANDLE_VALUE, WAIT_OBJECT_0, WAIT_TIMEOUT};
use windows_sys::Win32::System::Console::{COORD, ClosePseudoConsole, CreatePseudoConsole, HPCON, ResizePseudoConsole};
use windows_sys::Win32::System::Threading::{
    CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CreateProcessW, DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT,
    GetExitCodeProcess, INFINITE, InitializeProcThreadAttributeList, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, PROCESS_INFORMATION,
    ResumeThread, STARTF_USESTDHANDLES, STARTUPINFOEXW, TerminateProcess, UpdateProcThreadAttribute, WaitForSingleObject,
};

use super::{Job, check, wide};
use crate::session::Size;

/// Dropping it closes it, which before Windows build 26100 waits until all output has been read: do it on a thread that may wait,
/// while another one reads.
#[derive(Debug)]
pub struct PseudoConsole(HPCON);

impl PseudoConsole {
    /// A console of this size; what is typed goes into the writer, what it draws comes out of the reader.
    pub fn new(size: Size) -> io::Result<(Self, PipeReader, PipeWriter)> {
        let (keys, typed) = io::pipe()?;
        let (drawn, screen) = io::pipe()?;
        let mut console = 0;
        // SAFETY: the pipes are open; the console host gets duplicates of them, so ours may close after the call.
        hresult(unsafe {
            CreatePseudoConsole(coordinates(size), keys.as_raw_handle(), screen.as_raw_handle(), 0, &raw mut console)
        })?;
        Ok((Self(console), drawn, typed))
    }

    pub fn resize(&self, size: Size) -> io::Result<()> {
        // SAFETY: the console is open until it is dropped.
        hresult(unsafe { ResizePseudoConsole(self.0, coordinates(size)) })
    }
}

impl Drop for PseudoConsole {
    fn drop(&mut self) {
        // SAFETY: it is closed only here.
        unsafe { ClosePseudoConsole(self.0) };
    }
}

/// Windows refuses a console without cells, and sizes are signed.
fn coordinates(size: Size) -> COORD {
    let cells = |n: u16| i16::try_from(n.max(1)).unwrap_or(i16::MAX);
    COORD { X: cells(size.columns), Y: cells(size.rows) }
}

fn hresult(result: i32) -> io::Result<()> {
    // The low half of such a result is the system's own error, where it came from there.
    const FROM_WIN32: u32 = 0x8007_0000;
    match result as u32 {
        0 => Ok(()),
        code if code & 0xffff_0000 == FROM_WIN32 => Err(io::Error::from_raw_os_error((code & 0xffff) as i32)),
        code => Err(io::Error::other(format!("error 0x{code:08X}"))),
    }
}

/// A program in a pseudo console.
#[derive(Debug)]
pub struct Process {
    handle: OwnedHandle,
    pub id: u32,
}

impl Process {
    /// Starts a command line in a console; the job has the program before it runs its first instruction.
    pub fn start(
        line: &OsStr,
        environment: &BTreeMap<OsString, OsString>,
        folder: Option<&Path>,
        console: &PseudoConsole,
        job: &Job,
    ) -> io::Result<Self> {
        let mut attributes = Attributes::new(console)?;
        let mut startup = STARTUPINFOEXW { lpAttributeList: attributes.list(), ..STARTUPINFOEXW::default() };
        startup.StartupInfo.cb = size_of::<STARTUPINFOEXW>() as u32;
        // No standard handles of its own: else it would inherit ours, which may be a file.
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.StartupInfo.hStdInput = INVALID_HANDLE_VALUE;
        startup.StartupInfo.hStdOutput = INVALID_HANDLE_VALUE;
        startup.StartupInfo.hStdError = INVALID_HANDLE_VALUE;
        let mut line = wide(line);
        let block = block(environment);
        let folder = folder.map(wide);
        let mut told = PROCESS_INFORMATION::default();
        // SAFETY: every text ends with a zero, the line can be written to, and all live through the call.
        check(unsafe {
            CreateProcessW(
                null(),
                line.as_mut_ptr(),
                null(),
                null(),
                0,
                EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT | CREATE_SUSPENDED,
                block.as_ptr().cast(),
                folder.as_ref().map_or(null(), |folder| folder.as_ptr()),
                &raw const startup.StartupInfo,
                &raw mut told,
            )
        })?;
        // SAFETY: both handles were just given to us.
        let (process, thread) = unsafe {
            let handle = OwnedHandle::from_raw_handle(told.hProcess);
            (Self { handle, id: told.dwProcessId }, OwnedHandle::from_raw_handle(told.hThread))
        };
        if let Err(why) = job.take(&process.handle) {
            process.end();
            return Err(why);
        }
        // SAFETY: the thread is ours and suspended.
        if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
            let why = io::Error::last_os_error();
            process.end();
            return Err(why);
        }
        Ok(process)
    }

    /// Waits until it has ended, and gives its exit code.
    pub fn wait(&self) -> io::Result<i32> {
        self.wait_for(INFINITE)?.ok_or_else(|| io::ErrorKind::TimedOut.into())
    }

    /// None if it still runs after so many milliseconds.
    fn wait_for(&self, milliseconds: u32) -> io::Result<Option<i32>> {
        let handle = self.handle.as_raw_handle();
        let mut code = 0;
        // SAFETY: the handle is open while it is borrowed.
        unsafe {
            match WaitForSingleObject(handle, milliseconds) {
                WAIT_OBJECT_0 => check(GetExitCodeProcess(handle, &raw mut code))?,
                WAIT_TIMEOUT => return Ok(None),
                _ => return Err(io::Error::last_os_error()),
            }
        }
        Ok(Some(code as i32))
    }

    fn end(&self) {
        // SAFETY: the handle is open. One that has ended already is no error to us.
        unsafe { TerminateProcess(self.handle.as_raw_handle(), 1) };
    }
}

/// The list that ties a new process to a console.
struct Attributes(Vec<u64>);

impl Attributes {
    fn new(console: &PseudoConsole) -> io::Result<Self> {
        let mut size = 0;
        // SAFETY: the first call only tells the size; the list made by the second is as large, aligned, and freed by `drop`. The
        // attribute's value is the console itself, not a pointer to it.
        unsafe {
            InitializeProcThreadAttributeList(null_mut(), 1, 0, &raw mut size);
            let mut list = Self(vec![0; size.div_ceil(size_of::<u64>())]);
            check(InitializeProcThreadAttributeList(list.list(), 1, 0, &raw mut size))?;
            check(UpdateProcThreadAttribute(
                list.list(),
                0,
                PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE as usize,
                console.0 as *const _,
                size_of::<HPCON>(),
                null_mut(),
                null(),
            ))?;
            Ok(list)
        }
    }

    fn list(&mut self) -> *mut std::ffi::c_void {
        self.0.as_mut_ptr().cast()
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: the list was initialised, or is zero, which holds nothing to free.
        unsafe { DeleteProcThreadAttributeList(self.list()) };
    }
}

/// `NAME=value` after `NAME=value`, each with a zero at its end, and one more; in the order of their names in capitals, as Windows
/// wants it.
fn block(environment: &BTreeMap<OsString, OsString>) -> Vec<u16> {
    let mut block = Vec::new();
    let mut sorted: Vec<_> = environment.iter().collect();
    sorted.sort_by_key(|(name, _)| name.to_string_lossy().to_uppercase());
    for (name, value) in sorted {
        let mut line = name.clone();
        line.push("=");
        line.push(value);
        block.extend(wide(line));
    }
    if block.is_empty() {
        block.push(0);
    }
    block.push(0);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_in_the_order_windows_wants() {
        let environment = [("b", "2"), ("PATHEXT", ".EXE"), ("Path", "C:\\"), ("A", "1")].map(|(n, v)| (n.into(), v.into()));
        let text = String::from_utf16(&block(&environment.into())).expect("Unicode");
        assert_eq!(text, "A=1\0b=2\0Path=C:\\\0PATHEXT=.EXE\0\0");
        assert_eq!(block(&BTreeMap::new()), [0, 0]);
    }

    #[test]
    fn sizes_stay_in_what_windows_takes() {
        let cells = |columns, rows| {
            let place = coordinates(Size { columns, rows });
            (place.X, place.Y)
        };
        assert_eq!((cells(0, 0), cells(80, 24), cells(u16::MAX, 1)), ((1, 1), (80, 24), (i16::MAX, 1)));
    }
}
