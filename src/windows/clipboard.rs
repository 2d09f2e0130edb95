//! The clipboard of the desktop. A plain console window does not take a text for it from an escape sequence.

use std::io;
use std::ptr::{copy_nonoverlapping, null_mut};

use windows_sys::Win32::Foundation::GlobalFree;
use windows_sys::Win32::System::DataExchange::{CloseClipboard, EmptyClipboard, OpenClipboard, SetClipboardData};
use windows_sys::Win32::System::Memory::{GMEM_MOVEABLE, GlobalAlloc, GlobalLock, GlobalUnlock};

use super::{check, wide};

/// Its kind: UTF-16 with a zero at its end (`CF_UNICODETEXT`).
const TEXT: u32 = 13;

/// Open, until it is dropped.
struct Clipboard;

impl Clipboard {
    fn open() -> io::Result<Self> {
        // SAFETY: no window is named, so it belongs to this process. Another one may hold it for a moment.
        check(unsafe { OpenClipboard(null_mut()) })?;
        Ok(Self)
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        // SAFETY: it was opened.
        unsafe { CloseClipboard() };
    }
}

/// Puts a text there. Lines end as Windows has them.
pub fn set(text: &str) -> io::Result<()> {
    let units = wide(text.replace("\r\n", "\n").replace('\n', "\r\n"));
    let _open = Clipboard::open()?;
    // SAFETY: the block is as large as what is copied into it and unlocked again; once the clipboard has taken it, it is not ours.
    unsafe {
        check(EmptyClipboard())?;
        let block = GlobalAlloc(GMEM_MOVEABLE, size_of_val(units.as_slice()));
        if block.is_null() {
            return Err(io::Error::last_os_error());
        }
        let place = GlobalLock(block).cast::<u16>();
        if !place.is_null() {
            copy_nonoverlapping(units.as_ptr(), place, units.len());
            GlobalUnlock(block);
            if !SetClipboardData(TEXT, block).is_null() {
                return Ok(());
            }
        }
        let why = io::Error::last_os_error();
        GlobalFree(block);
        Err(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use windows_sys::Win32::System::DataExchange::GetClipboardData;

    #[test]
    fn a_text_is_there_after_it_was_put() {
        set("one\nzwei ä 文").expect("put");
        let _open = Clipboard::open().expect("open");
        // SAFETY: what is there ends with a zero, and stays while the clipboard is open.
        let text = unsafe {
            let place = GlobalLock(GetClipboardData(TEXT)).cast::<u16>();
            let length = (0..).take_while(|&at| *place.add(at) != 0).count();
            String::from_utf16_lossy(std::slice::from_raw_parts(place, length))
        };
        assert_eq!(text, "one\r\nzwei ä 文");
    }
}
