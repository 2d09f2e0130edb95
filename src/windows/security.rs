//! Access lists: who may use what is made, besides SYSTEM and Administrators.

use std::ffi::c_void;
use std::io;
use std::mem::size_of;
use std::ptr::null_mut;
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;

use super::{check, token, wide};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This user, with administrator's rights or without.
    User,
    /// Nobody: a program of this user that has no administrator's rights is kept out.
    Administrators,
}

impl Whose {
    /// For what this program and its children use among themselves. Asked once, so that a folder's place and its access list agree.
    pub fn ours() -> Self {
        static OURS: OnceLock<Whose> = OnceLock::new();
        *OURS.get_or_init(|| if token::is_elevated().unwrap_or(false) { Self::Administrators } else { Self::User })
    }
}

/// A security descriptor, freed once.
pub struct Descriptor(*mut c_void);

impl Descriptor {
    /// Full access for those alone; what is made in a folder inherits that.
    pub fn new(whose: Whose) -> io::Result<Self> {
        // Protected, and for each full access, inherited by files and folders.
        let mut list = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)".to_owned();
        if whose == Whose::User {
            list.push_str(&format!("(A;OICI;FA;;;{})", token::user()?));
        }
        let (list, mut descriptor) = (wide(list), null_mut());
        // SAFETY: the text ends with a zero; the descriptor is owned from here on.
        check(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(list.as_ptr(), SDDL_REVISION_1, &raw mut descriptor, null_mut())
        })?;
        Ok(Self(descriptor))
    }

    /// As calls that make something take it: good while the descriptor lives.
    pub fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES { nLength: size_of::<SECURITY_ATTRIBUTES>() as u32, lpSecurityDescriptor: self.0, bInheritHandle: 0 }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: it was allocated for us, and nobody else frees it.
        unsafe { LocalFree(self.0) };
    }
}

/// Reads what others have made.
#[cfg(test)]
pub mod tests {
    use super::*;

    use std::os::windows::io::AsRawHandle;

    use windows_sys::Win32::Security::Authorization::{
        ConvertSecurityDescriptorToStringSecurityDescriptorW, GetSecurityInfo, SE_KERNEL_OBJECT,
    };
    use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;

    /// The access list of what is open, as text.
    pub fn list(of: &impl AsRawHandle) -> String {
        let (mut descriptor, mut text, mut length) = (null_mut(), null_mut(), 0);
        // SAFETY: the handle is open; the text is as long as said and is copied before it and the descriptor are freed.
        unsafe {
            let got = GetSecurityInfo(
                of.as_raw_handle(),
                SE_KERNEL_OBJECT,
                DACL_SECURITY_INFORMATION,
                null_mut(),
                null_mut(),
                null_mut(),
                null_mut(),
                &raw mut descriptor,
            );
            assert_eq!(got, 0);
            check(ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor,
                SDDL_REVISION_1,
                DACL_SECURITY_INFORMATION,
                &raw mut text,
                &raw mut length,
            ))
            .expect("a text");
            let said = String::from_utf16_lossy(std::slice::from_raw_parts(text, length as usize));
            LocalFree(text.cast());
            LocalFree(descriptor);
            said.trim_end_matches('\0').to_owned()
        }
    }

    /// It lets nobody else in.
    #[track_caller]
    pub fn is_closed(list: &str) {
        for everyone in [";WD)", ";BU)", ";AU)", ";AN)"] {
            assert!(!list.contains(everyone), "{list}");
        }
    }
}
