//! Looks at files, and reads what shells say about the PATH and services.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// How much of a file is read.
const READ: u64 = 1024 * 1024;

/// What is at a path.
#[derive(Debug, PartialEq)]
pub enum Found {
    Nothing,
    Folder,
    /// Not read.
    File,
    /// Its text, and whether that is all of it.
    Text {
        text: String,
        whole: bool,
    },
}

/// Looks at a path, which may start with `~`, and reads its text where asked.
pub fn file(path: &str, reads: bool) -> Result<Found, String> {
    // A relative path is one in the home folder, as in a check's shell.
    let path = super::home().join(home_path(path, &super::home()));
    let failed = |why: io::Error| match why.kind() {
        io::ErrorKind::PermissionDenied => "no permission to look".to_owned(),
        _ => format!("could not look: {why}"),
    };
    let meta = match fs::metadata(&path) {
        Ok(meta) => meta,
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Found::Nothing),
        Err(why) => return Err(failed(why)),
    };
    if meta.is_dir() {
        return Ok(Found::Folder);
    }
    // A pipe or a device could be read for ever.
    if !reads || !meta.is_file() {
        return Ok(Found::File);
    }
    let mut bytes = Vec::new();
    File::open(&path).and_then(|file| file.take(READ + 1).read_to_end(&mut bytes)).map_err(failed)?;
    Ok(text(bytes))
}

/// A file's text, from as much of it as is read, and a byte more where there is more.
pub fn text(mut bytes: Vec<u8>) -> Found {
    let whole = bytes.len() as u64 <= READ;
    bytes.truncate(READ as usize);
    Found::Text { text: decoded(&bytes), whole }
}

/// Text as files hold it: UTF-8, or what Windows PowerShell's `>` writes.
fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        all => String::from_utf8_lossy(all).into_owned(),
    }
}

/// A path with `~` at its start replaced by the home folder.
pub fn home_path(path: &str, home: &Path) -> String {
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => format!("{}{rest}", home.display()),
        _ => path.to_owned(),
    }
}

/// The place of a folder on a PATH, from 1, and how many there are; or only that.
pub fn on_path(folder: &str, path: &str, windows: bool) -> Result<(usize, usize), usize> {
    let plain = |folder: &str| {
        let folder = folder.trim().trim_matches('"');
        let folder = if windows { folder.replace('/', "\\").to_lowercase() } else { folder.to_owned() };
        match folder.trim_end_matches(if windows { '\\' } else { '/' }) {
            "" => folder,
            short => short.to_owned(),
        }
    };
    let wanted = plain(folder);
    let folders: Vec<&str> = path.trim_end().split(if windows { ';' } else { ':' }).filter(|f| !f.is_empty()).collect();
    let at = folders.iter().position(|folder| plain(folder) == wanted);
    at.map(|at| (at + 1, folders.len())).ok_or(folders.len())
}

/// Whether a service runs, from what `systemctl is-active` says; none where that is not about the service.
pub fn service(said: &str) -> Option<bool> {
    match said.trim().to_ascii_lowercase().as_str() {
        "active" | "reloading" => Some(true),
        "inactive" | "failed" | "activating" | "deactivating" | "maintenance" | "unknown" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_on_the_path_however_it_is_written() {
        assert_eq!(on_path("/usr/bin/", "/bin:/usr/bin", false), Ok((2, 2)));
        assert_eq!(on_path("/usr/BIN", "/bin:/usr/bin\n", false), Err(2));
        assert_eq!(on_path("/", "/bin:/", false), Ok((2, 2)));
        assert_eq!(on_path("c:/Bin", "C:\\Windows;\"C:\\bin\\\";;", true), Ok((2, 2)));
        assert_eq!(on_path("C:\\bin2", "C:\\bin", true), Err(1));
        assert_eq!(on_path("/bin", "", false), Err(0));
    }

    #[test]
    fn services_say_how_they_are() {
        assert_eq!(service("active\n"), Some(true));
        assert_eq!(service("inactive"), Some(false));
        assert_eq!(service("System has not been booted with systemd as init system"), None);
    }

    #[test]
    fn text_files_of_windows_are_read() {
        assert_eq!(decoded(b"\xff\xfeh\0i\0"), "hi");
        assert_eq!(decoded(b"\xfe\xff\0h\0i"), "hi");
        assert_eq!(decoded(b"\xef\xbb\xbfhi"), "hi");
        assert_eq!(decoded(b"hi\xff"), "hi\u{fffd}");
    }
}
