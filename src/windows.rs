//! What only Windows offers, in safe Rust: the only door to windows-sys.
//!
//! Every handle is owned and closed once; every error is the system's own.
#![allow(unsafe_code, reason = "each call of Windows is a foreign function")]

pub mod clipboard;
pub mod console;
pub mod folder;
pub mod job;
pub mod pipe;
pub mod pseudo_console;
pub mod security;
pub mod token;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::PathBuf;

pub use job::Job;
pub use pseudo_console::PseudoConsole;

/// How a program is started without a console: none of ours to read keys from or to write on.
pub use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW as NO_WINDOW;

/// Text as Windows takes it: UTF-16 with a zero at its end.
fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// The result of a call that gives zero for failure.
fn check(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A program of Windows itself, by its full path: one of the same name in front of it on the PATH must not be run.
pub fn system32(name: &str) -> PathBuf {
    system_root().join("System32").join(name)
}

/// The folder Windows is in. Asked of the system: the environment is anybody's.
pub fn system_root() -> PathBuf {
    use std::os::windows::ffi::OsStringExt;
    use windows_sys::Win32::System::SystemInformation::GetSystemWindowsDirectoryW;
    let mut name = [0; 260];
    // SAFETY: the buffer is as long as said.
    let length = unsafe { GetSystemWindowsDirectoryW(name.as_mut_ptr(), name.len() as u32) } as usize;
    match name.get(..length) {
        Some(name) if length > 0 => OsString::from_wide(name).into(),
        _ => PathBuf::from("C:\\Windows"),
    }
}

/// The bytes this user may still write to the disk of a folder.
pub fn free_space(folder: &str) -> io::Result<u64> {
    use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
    let (folder, mut bytes) = (wide(folder), 0);
    // SAFETY: the name ends with a zero, and the number outlives the call; the other two are not wanted.
    check(unsafe { GetDiskFreeSpaceExW(folder.as_ptr(), &raw mut bytes, std::ptr::null_mut(), std::ptr::null_mut()) })?;
    Ok(bytes)
}

/// Whether this is a Windows Server, with a desktop or without.
pub fn is_server() -> bool {
    use windows_sys::Win32::UI::Shell::{IsOS, OS_ANYSERVER};
    // SAFETY: it takes a number.
    unsafe { IsOS(OS_ANYSERVER) != 0 }
}

/// Whether this is Wine, whose console host needs more help than Windows'.
pub fn is_wine() -> bool {
    use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};
    let name = wide("ntdll.dll");
    // SAFETY: both names end with a zero, and ntdll stays loaded for the whole life of a process.
    unsafe {
        let module = GetModuleHandleW(name.as_ptr());
        !module.is_null() && GetProcAddress(module, c"wine_get_version".as_ptr().cast()).is_some()
    }
}
