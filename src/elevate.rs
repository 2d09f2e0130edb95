//! Administrator's rights: whether this process has them, and starting the program anew with them.

use std::ffi::OsString;

/// Whether this process may do what only an administrator (root) may; none where the system does not say.
pub fn is_elevated() -> Option<bool> {
    #[cfg(unix)]
    return Some(rustix::process::geteuid().is_root());
    #[cfg(windows)]
    crate::windows::token::is_elevated().ok()
}

/// Starts this program with these arguments in a window of its own, as administrator. Windows asks the person first, and this waits
/// for the answer. An error is one sentence with what to do.
pub fn reopen(arguments: &[OsString]) -> Result<(), String> {
    #[cfg(unix)]
    {
        let _ = arguments;
        Err("This system has no window that asks for root's rights: quit, and start wci with sudo.".into())
    }
    #[cfg(windows)]
    {
        use crate::windows::token::{Elevation, run_elevated};
        let by_hand = "Quit, right-click the Start button, open Windows PowerShell (Admin), and start wci there.";
        let start =
            || -> std::io::Result<Elevation> { run_elevated(&std::env::current_exe()?, arguments, &std::env::current_dir()?) };
        match start() {
            Ok(Elevation::Started) => Ok(()),
            Ok(Elevation::Declined) => Err("Windows was told no; nothing was changed.".into()),
            Err(why) => Err(format!("Windows could not reopen wci as administrator ({why}). {by_hand}")),
        }
    }
}
