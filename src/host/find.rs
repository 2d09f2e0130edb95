//! Where a program is: found by us, because Windows would look in the folder of `wci.exe` first, where a download may lie.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The program, on the PATH unless it is a path. Windows' own shells are taken from its own folder.
pub fn find(program: &Path) -> Option<PathBuf> {
    let program = with_extension(program);
    if program.components().count() > 1 {
        return runs(&program).then_some(program);
    }
    own(&program).filter(|path| runs(path)).or_else(|| on_path(&program, &std::env::var_os("PATH")?))
}

/// An empty entry and a relative one mean the folder one happens to be in: what lies there is anybody's.
fn on_path(program: &Path, path: &OsStr) -> Option<PathBuf> {
    let folders = std::env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(program)).find(|path| runs(path))
}

#[cfg(unix)]
fn with_extension(program: &Path) -> PathBuf {
    program.to_path_buf()
}

#[cfg(windows)]
fn with_extension(program: &Path) -> PathBuf {
    match program.extension() {
        Some(_) => program.to_path_buf(),
        None => program.with_extension("exe"),
    }
}

#[cfg(unix)]
fn own(_: &Path) -> Option<PathBuf> {
    None
}

#[cfg(windows)]
fn own(program: &Path) -> Option<PathBuf> {
    use crate::course::Shell;
    use crate::windows::system32;
    match super::known(program)? {
        Shell::PowerShell => Some(system32("WindowsPowerShell\\v1.0\\powershell.exe")),
        Shell::Cmd => Some(system32("cmd.exe")),
        _ => None,
    }
}

#[cfg(unix)]
fn runs(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[cfg(windows)]
fn runs(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_count() {
        let here = std::env::current_dir().unwrap();
        let folder = tempfile::tempdir_in(&here).unwrap();
        let program = PathBuf::from(if cfg!(windows) { "wci-tool.exe" } else { "wci-tool" });
        let file = folder.path().join(&program);
        std::fs::write(&file, "").unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let relative = folder.path().strip_prefix(&here).unwrap();
        let on = |folders: &[&Path]| on_path(&program, &std::env::join_paths(folders).unwrap());
        assert_eq!(on(&[Path::new(""), relative]), None);
        assert_eq!(on(&[relative, folder.path()]), Some(file.clone()));
        assert_eq!(find(&file), Some(file));
    }
}
