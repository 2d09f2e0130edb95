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

/// Who may use a folder, besides SYSTEM and Administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// This user, with administrator's rights or without.
    User,
    /// Nobody: a program of this user that has no administrator's rights is kept out.
    Administrators,
}

/// Makes a folder for those alone; what is made in it inherits that.
pub fn create(path: &Path, whose: Whose) -> io::Result<()> {
    let (list, path) = (wide(list_for(whose)?), wide(std::path::absolute(path)?));
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

/// Protected against what stands above, and for each full access, inherited by files and folders.
fn list_for(whose: Whose) -> io::Result<String> {
    let mut list = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)".to_owned();
    if whose == Whose::User {
        list.push_str(&format!("(A;OICI;FA;;;{})", token::user()?));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::ptr::null;

    use windows_sys::Win32::Security::Authorization::{
        ConvertSecurityDescriptorToStringSecurityDescriptorW, GetNamedSecurityInfoW, SE_FILE_OBJECT,
    };
    use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;

    /// Its access list as text.
    fn list(path: &Path) -> String {
        let (name, mut descriptor, mut text) = (wide(path), null_mut(), null_mut());
        // SAFETY: the name ends with a zero; the text ends with one too, and is copied. Both are left to the end of the test.
        unsafe {
            let got = GetNamedSecurityInfoW(
                name.as_ptr(),
                SE_FILE_OBJECT,
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
                null::<u32>().cast_mut(),
            ))
            .expect("a text");
            let length = (0..).take_while(|&at| *text.add(at) != 0).count();
            String::from_utf16_lossy(std::slice::from_raw_parts(text, length))
        }
    }

    #[test]
    fn a_private_folder_lets_nobody_else_in() {
        let outer = tempfile::tempdir().expect("a folder");
        let path = outer.path().join("Zoë's state");
        create(&path, Whose::User).expect("made");
        let list = list(&path);
        assert!(list.contains(&token::user().expect("a user")), "{list}");
        for everyone in [";WD)", ";BU)", ";AU)"] {
            assert!(!list.contains(everyone), "{list}");
        }
        let ours = outer.path().join("ours");
        create(&ours, Whose::Administrators).expect("made");
        assert!(!super::list_for(Whose::Administrators).expect("a list").contains("S-1-5-21"));
        let again = create(&path, Whose::User).expect_err("it is there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }
}
