//! The console window this program sits in: its code pages, its modes, its font.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem::size_of;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::System::Console::{
    CONSOLE_FONT_INFOEX, ENABLE_PROCESSED_OUTPUT, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleCP, GetConsoleMode,
    GetConsoleOutputCP, GetConsoleProcessList, GetCurrentConsoleFontEx, SetConsoleMode, SetConsoleOutputCP,
};

use super::check;

const UTF_8: u32 = 65001;

/// Of `FontFamily`: set for a font that is drawn from outlines, not from a bitmap.
const OUTLINES: u32 = 0x04;

/// How the console was found.
#[derive(Debug)]
pub struct Console {
    input: File,
    output: File,
    modes: (u32, u32),
    page: u32,
}

impl Console {
    /// Looks at the console itself, whatever the standard handles are, and makes it one for UTF-8 and escape sequences.
    pub fn take() -> io::Result<Self> {
        let open = |name| OpenOptions::new().read(true).write(true).open(name);
        let (input, output) = (open("CONIN$")?, open("CONOUT$")?);
        let modes = (mode(&input)?, mode(&output)?);
        // SAFETY: it takes nothing.
        let page = unsafe { GetConsoleOutputCP() };
        let console = Self { input, output, modes, page };
        set_mode(&console.output, modes.1 | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING)?;
        set_page(UTF_8);
        Ok(console)
    }

    /// Leaves the console as it was found.
    pub fn give_back(&self) {
        set_page(self.page);
        // Nobody is left to tell if this fails.
        let _ = set_mode(&self.output, self.modes.1);
        let _ = set_mode(&self.input, self.modes.0);
    }
}

fn mode(console: &File) -> io::Result<u32> {
    let mut mode = 0;
    // SAFETY: the handle is open, the number lives through the call.
    check(unsafe { GetConsoleMode(console.as_raw_handle(), &raw mut mode) })?;
    Ok(mode)
}

fn set_mode(console: &File, mode: u32) -> io::Result<()> {
    // SAFETY: the handle is open.
    check(unsafe { SetConsoleMode(console.as_raw_handle(), mode) })
}

/// Of output. Keys come as UTF-16 whatever the page of input is. A console that refuses UTF-8 still shows ASCII.
fn set_page(page: u32) {
    // SAFETY: it takes a number.
    unsafe { SetConsoleOutputCP(page) };
}

/// Whether nobody else uses the console: it was opened for this program, and closes with it.
pub fn is_ours_alone() -> bool {
    let mut list = [0; 2];
    // SAFETY: the list is as long as said; a longer one only makes the count larger.
    unsafe { GetConsoleProcessList(list.as_mut_ptr(), 2) == 1 }
}

/// The code pages of input and output; none without a console.
pub fn code_pages() -> Option<(u32, u32)> {
    // SAFETY: neither takes anything; zero is failure.
    let pages = unsafe { (GetConsoleCP(), GetConsoleOutputCP()) };
    (pages.0 != 0 && pages.1 != 0).then_some(pages)
}

/// The modes of input and output; none without a console.
pub fn modes() -> Option<(u32, u32)> {
    let open = |name| OpenOptions::new().read(true).write(true).open(name).ok();
    Some((mode(&open("CONIN$")?).ok()?, mode(&open("CONOUT$")?).ok()?))
}

/// What the console draws characters with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Font {
    pub name: String,
    /// A bitmap font has the 256 characters of one code page and no others.
    pub bitmap: bool,
}

/// None where there is no console, or one that does not say.
pub fn font() -> Option<Font> {
    let output = OpenOptions::new().read(true).write(true).open("CONOUT$").ok()?;
    let mut told = CONSOLE_FONT_INFOEX { cbSize: size_of::<CONSOLE_FONT_INFOEX>() as u32, ..CONSOLE_FONT_INFOEX::default() };
    // SAFETY: the structure says its size and lives through the call.
    check(unsafe { GetCurrentConsoleFontEx(output.as_raw_handle(), 0, &raw mut told) }).ok()?;
    let name: Vec<u16> = told.FaceName.iter().copied().take_while(|&unit| unit != 0).collect();
    Some(Font { name: String::from_utf16_lossy(&name), bitmap: told.FontFamily & OUTLINES == 0 })
}
