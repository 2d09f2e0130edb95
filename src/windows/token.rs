//! This process's rights, and the way to more.

use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::size_of;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_CANCELLED, LocalFree};
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{
    GetTokenInformation, LookupAccountNameW, PSID, TOKEN_ELEVATION, TOKEN_QUERY, TOKEN_USER, TokenElevation, TokenUser,
};
use windows_sys::Win32::System::Com::{COINIT_APARTMENTTHREADED, COINIT_DISABLE_OLE1DDE, CoInitializeEx};
use windows_sys::Win32::System::Console::GetConsoleWindow;
use windows_sys::Win32::System::RemoteDesktop::{
    WTS_CURRENT_SESSION, WTSDomainName, WTSFreeMemory, WTSQuerySessionInformationW, WTSUserName,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows_sys::Win32::UI::Shell::{SEE_MASK_NOASYNC, SHELLEXECUTEINFOW, ShellExecuteExW};
use windows_sys::Win32::UI::WindowsAndMessaging::SW_SHOWNORMAL;

use super::{check, wide};

fn token() -> io::Result<OwnedHandle> {
    let mut handle = null_mut();
    // SAFETY: the pseudo handle of this process is always good; the token is owned once it was given.
    unsafe {
        check(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut handle))?;
        Ok(OwnedHandle::from_raw_handle(handle))
    }
}

/// Whether this process has administrator's rights: its token says so, not the groups of its user.
pub fn is_elevated() -> io::Result<bool> {
    let token = token()?;
    let (mut told, mut length) = (TOKEN_ELEVATION::default(), 0);
    let size = size_of::<TOKEN_ELEVATION>() as u32;
    // SAFETY: the structure is the one this class fills, and lives through the call.
    check(unsafe { GetTokenInformation(token.as_raw_handle(), TokenElevation, (&raw mut told).cast(), size, &raw mut length) })?;
    Ok(told.TokenIsElevated != 0)
}

/// The security identifier of this process's user, as text: `S-1-5-21-…`.
pub fn user() -> io::Result<String> {
    let token = token()?;
    // A TOKEN_USER and the identifier it points to, which has at most 68 bytes. Words, for its alignment.
    let (mut buffer, mut length) = ([0_u64; 32], 0);
    let size = size_of_val(&buffer) as u32;
    // SAFETY: the buffer is as long as said, aligned, and lives until the identifier has been turned into text.
    unsafe {
        check(GetTokenInformation(token.as_raw_handle(), TokenUser, buffer.as_mut_ptr().cast(), size, &raw mut length))?;
        spelt((*buffer.as_ptr().cast::<TOKEN_USER>()).User.Sid)
    }
}

/// An identifier as text.
///
/// # Safety
/// It must be a valid one.
unsafe fn spelt(identifier: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the identifier is valid, as the caller says; the text is copied and freed.
    unsafe {
        check(ConvertSidToStringSidW(identifier, &raw mut text))?;
        let copy = copied(text);
        LocalFree(text.cast());
        Ok(copy)
    }
}

/// # Safety
/// The text must end with a zero.
unsafe fn copied(text: *const u16) -> String {
    // SAFETY: it ends with a zero, as the caller says.
    unsafe {
        let length = (0..).take_while(|&at| *text.add(at) != 0).count();
        String::from_utf16_lossy(std::slice::from_raw_parts(text, length))
    }
}

/// The security identifier of an account: `DOMAIN\\name`, a name, or an identifier already.
pub fn user_of(account: &str) -> io::Result<String> {
    if account.starts_with("S-1-") {
        return Ok(account.to_owned());
    }
    let account = wide(account);
    // An identifier has at most 68 bytes. Words, for its alignment.
    let (mut identifier, mut domain, mut kind) = ([0_u64; 9], [0_u16; 256], 0);
    let (mut size, mut length) = (size_of_val(&identifier) as u32, domain.len() as u32);
    // SAFETY: both buffers are as long as said and live until the identifier has been turned into text.
    unsafe {
        let into: PSID = identifier.as_mut_ptr().cast();
        check(LookupAccountNameW(
            null(),
            account.as_ptr(),
            into,
            &raw mut size,
            domain.as_mut_ptr(),
            &raw mut length,
            &raw mut kind,
        ))?;
        spelt(into)
    }
}

/// The security identifier of whoever is logged on in this session. Nobody is in the one of services.
pub fn logged_on() -> io::Result<String> {
    let told = |what| {
        let (mut text, mut bytes) = (null_mut(), 0);
        // SAFETY: the text ends with a zero, is copied and freed.
        unsafe {
            check(WTSQuerySessionInformationW(null_mut(), WTS_CURRENT_SESSION, what, &raw mut text, &raw mut bytes))?;
            let copy = copied(text);
            WTSFreeMemory(text.cast());
            Ok::<_, io::Error>(copy)
        }
    };
    let (domain, name) = (told(WTSDomainName)?, told(WTSUserName)?);
    user_of(&format!("{domain}\\{name}"))
}

/// What became of asking for administrator's rights.
#[derive(Debug, PartialEq, Eq)]
pub enum Elevation {
    Started,
    /// The person said no.
    Declined,
}

/// Starts a program with administrator's rights, in a window of its own. Windows asks the person; this waits for the answer.
pub fn run_elevated(program: &Path, arguments: &[OsString], folder: &Path) -> io::Result<Elevation> {
    let line = command_line(arguments.iter().map(OsString::as_os_str));
    // The question comes to the front only for a window that asks; and what Windows runs for it may want COM.
    // SAFETY: neither takes a pointer of ours; a thread that has COM already is no error.
    let window = unsafe {
        CoInitializeEx(null(), (COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE) as u32);
        GetConsoleWindow()
    };
    let (verb, file, parameters, directory) = (wide("runas"), wide(program), wide(line), wide(folder));
    let mut what = SHELLEXECUTEINFOW {
        cbSize: size_of::<SHELLEXECUTEINFOW>() as u32,
        fMask: SEE_MASK_NOASYNC,
        hwnd: window,
        lpVerb: verb.as_ptr(),
        lpFile: file.as_ptr(),
        lpParameters: parameters.as_ptr(),
        lpDirectory: directory.as_ptr(),
        nShow: SW_SHOWNORMAL,
        ..SHELLEXECUTEINFOW::default()
    };
    // SAFETY: every text ends with a zero and lives through the call.
    match check(unsafe { ShellExecuteExW(&raw mut what) }) {
        Ok(()) => Ok(Elevation::Started),
        Err(why) if why.raw_os_error() == Some(ERROR_CANCELLED as i32) => Ok(Elevation::Declined),
        Err(why) => Err(why),
    }
}

/// Arguments as one line, so that a program which reads it as `CommandLineToArgvW` does finds the same arguments.
pub fn command_line<'a>(arguments: impl IntoIterator<Item = &'a OsStr>) -> OsString {
    use std::os::windows::ffi::{OsStrExt, OsStringExt};
    const QUOTE: u16 = b'"' as u16;
    const BACKSLASH: u16 = b'\\' as u16;
    let mut line: Vec<u16> = Vec::new();
    for (at, argument) in arguments.into_iter().enumerate() {
        if at > 0 {
            line.push(u16::from(b' '));
        }
        let text: Vec<u16> = argument.encode_wide().collect();
        let plain = |&unit: &u16| ![u16::from(b' '), u16::from(b'\t'), u16::from(b'\n'), 0x0b, QUOTE].contains(&unit);
        if !text.is_empty() && text.iter().all(plain) {
            line.extend(text);
            continue;
        }
        line.push(QUOTE);
        let mut backslashes = 0;
        for unit in text {
            match unit {
                BACKSLASH => backslashes += 1,
                // Backslashes count only before a quote: there each is written twice.
                QUOTE => {
                    line.extend(std::iter::repeat_n(BACKSLASH, backslashes + 1));
                    backslashes = 0;
                }
                _ => backslashes = 0,
            }
            line.push(unit);
        }
        line.extend(std::iter::repeat_n(BACKSLASH, backslashes));
        line.push(QUOTE);
    }
    OsString::from_wide(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_survive_the_command_line() {
        let line = |arguments: &[&str]| command_line(arguments.iter().map(OsStr::new)).into_string().expect("Unicode");
        assert_eq!(line(&["a", "b c", "", "C:\\bin\\"]), r#"a "b c" "" C:\bin\"#);
        assert_eq!(line(&["say \"hi\"", "C:\\my dir\\", "a\\\"b"]), r#""say \"hi\"" "C:\my dir\\" "a\\\"b""#);
    }

    #[test]
    fn the_token_tells_the_user() {
        let user = user().expect("a user");
        assert!(user.starts_with("S-1-"), "{user}");
        is_elevated().expect("an answer");
        assert_eq!(user_of(&user).expect("an identifier"), user);
        // The one of whoever sits there: in a test that is who runs it.
        assert_eq!(logged_on().expect("somebody"), user);
        user_of("nobody is called this").expect_err("no account");
    }
}
