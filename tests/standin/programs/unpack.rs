//! `tar.exe -xf ZIP -C FOLDER`, for zips that are stored and not compressed.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::Ended;
use crate::Failure;
use crate::state::State;

pub fn tar(state: &State, arguments: &[String]) -> Ended {
    let after = |word: &str| arguments.iter().position(|a| a == word).and_then(|at| arguments.get(at + 1));
    let Some(archive) = after("-xf") else {
        return Err(Failure(1, "tar.exe: the stand-in knows -xf ARCHIVE -C FOLDER".into()));
    };
    let folder = after("-C").map_or_else(|| PathBuf::from("."), |folder| state.here(folder));
    if !folder.is_dir() {
        return Err(Failure(1, format!("tar.exe: could not chdir to '{}'", folder.display())));
    }
    let bytes = fs::read(state.here(archive))
        .map_err(|_| Failure(1, format!("tar.exe: Error opening archive: Failed to open '{archive}'")))?;
    unpack(&bytes, &folder).map(|()| 0).map_err(|why| Failure(1, format!("tar.exe: {why}")))
}

fn unpack(bytes: &[u8], folder: &Path) -> Result<(), String> {
    let number = |at: usize, size: usize| -> Option<usize> {
        let part = bytes.get(at..at + size)?;
        Some(part.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let cut = || "Truncated ZIP file".to_owned();
    let mut at = 0;
    while bytes.get(at..at + 4) == Some(b"PK\x03\x04") {
        let size = number(at + 18, 4).ok_or_else(cut)?;
        let (name_size, extra) = (number(at + 26, 2).ok_or_else(cut)?, number(at + 28, 2).ok_or_else(cut)?);
        if number(at + 8, 2) != Some(0) {
            return Err("the stand-in reads stored zips only".into());
        }
        let start = at + 30;
        let name = String::from_utf8_lossy(bytes.get(start..start + name_size).ok_or_else(cut)?).into_owned();
        let data = start + name_size + extra;
        let content = bytes.get(data..data + size).ok_or_else(cut)?;
        let path = folder.join(&name);
        let made = if name.ends_with('/') {
            fs::create_dir_all(&path)
        } else {
            path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, content))
        };
        made.and_then(|()| executable(&path)).map_err(|why| format!("{name}: Can't create: {why}"))?;
        at = data + size;
    }
    if at == 0 { Err("Error opening archive: Unrecognized archive format".into()) } else { Ok(()) }
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
