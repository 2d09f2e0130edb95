//! Folders with an access list of their own.

use std::io;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use super::security::{Descriptor, Whose};
use super::{check, wide};

/// Makes a folder for those alone; what is made in it inherits that.
pub fn create(path: &Path, whose: Whose) -> io::Result<()> {
    let (path, descriptor) = (wide(std::path::absolute(path)?), Descriptor::new(whose)?);
    let attributes = descriptor.attributes();
    // SAFETY: the name ends with a zero; the attributes and their descriptor outlive the call.
    check(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::os::windows::fs::OpenOptionsExt;

    use crate::windows::security::tests::{is_closed, list};
    use crate::windows::token;

    #[test]
    fn a_private_folder_lets_nobody_else_in() {
        const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
        let outer = tempfile::tempdir().expect("a folder");
        let path = outer.path().join("Zoë's state");
        create(&path, Whose::User).expect("made");
        let opened = std::fs::File::options().read(true).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(&path);
        let list = list(&opened.expect("opened"));
        is_closed(&list);
        assert!(list.contains(&token::user().expect("a user")), "{list}");
        let again = create(&path, Whose::User).expect_err("it is there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }
}
