//! The real PowerShell engine, which stands in for Windows' own.

use std::path::PathBuf;

/// The engine, if it is on this machine. Says so if not; in CI that is a failure.
pub fn engine() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("pwsh")).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI must have pwsh");
        println!("skipped: pwsh is not on the PATH");
    }
    found
}
