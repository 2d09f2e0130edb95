//! Folders with an access list of their own.

use std::io;
use std::mem::size_of;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use super::{check, token, wide};

/// Makes a folder for this user, SYSTEM and Administrators alone; what is made in it inherits that.
pub fn create(path: &Path) -> io::Result<()> {
    // Protected, and for each full access, inherited by files and folders.
    let list = format!("D:P(A;OICI;FA;;;{})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", token::user()?);
    let (list, path) = (wide(list), wide(std::path::absolute(path)?));
    let mut descriptor = null_mut();
    // SAFETY: both texts end with a zero; the descriptor lives until it is freed, after the folder was made.
    unsafe {
        check(ConvertStringSecurityDescriptorToSecurityDescriptorW(
            list.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        ))?;
        let attributes = SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: descriptor,
            bInheritHandle: 0,
        };
        let made = check(CreateDirectoryW(path.as_ptr(), &raw const attributes));
        LocalFree(descriptor);
        made
    }
}
