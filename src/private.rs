//! What only we know, and folders and files that only their user can read: mode 0700 and 0600 on Unix, on Windows an access list of the user, SYSTEM and
//! Administrators that nothing above can widen.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

/// 64 bits nobody can guess, as hex: the standard library takes its hash keys from the system's random numbers.
pub fn secret() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// Where [`scratch`] makes its folders.
///
/// On Windows a user's programs run with and without administrator's rights, and all of them may rename what is in the user's own
/// folder for temporary files. What a program with those rights is going to run must not lie there.
pub fn scratch_base() -> PathBuf {
    #[cfg(windows)]
    if crate::windows::security::Whose::ours() == crate::windows::security::Whose::Administrators {
        return crate::windows::system_root().join("Temp");
    }
    std::env::temp_dir()
}

/// Makes a folder of this name for files that are needed for a moment, and gives its path. One that is there already is an error.
pub fn scratch(name: &str) -> io::Result<PathBuf> {
    scratch_in(&scratch_base(), name)
}

/// The same in another folder.
pub fn scratch_in(base: &Path, name: &str) -> io::Result<PathBuf> {
    let path = base.join(name);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&path)?;
    #[cfg(windows)]
    crate::windows::folder::create(&path, crate::windows::security::Whose::ours())?;
    Ok(path)
}

/// Whether it is a folder, no link to one, and ours. On Windows only whether it is a folder.
pub fn is_own_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|about| {
        #[cfg(unix)]
        let own = std::os::unix::fs::MetadataExt::uid(&about) == rustix::process::geteuid().as_raw();
        #[cfg(windows)]
        let own = true;
        about.is_dir() && own
    })
}

/// Makes a folder and its parents where they are missing. One that is there keeps its permissions: it may serve others too.
pub fn folders(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700).create(path);
    #[cfg(windows)]
    {
        if path.is_dir() {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            folders(parent)?;
        }
        match crate::windows::folder::create(path, crate::windows::security::Whose::User) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            other => other,
        }
    }
}

/// Makes a file; one that is there already is an error. On Windows it is as private as its folder.
pub fn new_file(path: &Path) -> io::Result<File> {
    options().write(true).create_new(true).open(path)
}

/// Opens a file for reading and writing, making it where it is missing. On Windows it is as private as its folder.
pub fn file(path: &Path) -> io::Result<File> {
    options().read(true).write(true).create(true).truncate(false).open(path)
}

fn options() -> OpenOptions {
    #[cfg(windows)]
    return File::options();
    #[cfg(unix)]
    {
        let mut options = File::options();
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
    }
}
