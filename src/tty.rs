//! The outer terminal: taken on entry, given back however the program ends, and its events as messages. The only door to crossterm's input.

use std::collections::HashSet;
use std::io;
use std::io::BufWriter;
use std::io::Stdout;
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::cursor::Show;
use crossterm::event;
use crossterm::event::Event;
use crossterm::event::EventStream;
use crossterm::event::KeyCode;
use crossterm::event::KeyEvent;
use crossterm::event::KeyEventKind;
use crossterm::event::KeyModifiers;
use crossterm::event::MouseEvent;
use crossterm::event::MouseEventKind;
use crossterm::execute;
use crossterm::queue;
use crossterm::style::Print;
use crossterm::terminal;
use futures_util::Stream;
use futures_util::StreamExt;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::app::Msg;
use crate::keys::Button;
use crate::keys::Code;
use crate::keys::Key;
use crate::keys::Mouse;
use crate::keys::MouseKind;
use crate::session::Size;

/// Whether the outer terminal is ours to give back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// How the console was found.
#[cfg(windows)]
static FOUND: std::sync::Mutex<Option<crate::windows::console::Console>> = std::sync::Mutex::new(None);

/// Holds the outer terminal; gives it back when dropped.
pub struct Tty(());

impl Tty {
    pub fn take() -> io::Result<Self> {
        install_panic_hook();
        #[cfg(windows)]
        {
            let found = crate::windows::console::Console::take().map_err(|why| {
                let advice = "start wci in a console window: Windows PowerShell, cmd or Windows Terminal";
                io::Error::other(format!("this is no console that draws escape sequences ({why}); {advice}"))
            })?;
            if let Ok(mut place) = FOUND.lock() {
                *place = Some(found);
            }
        }
        TAKEN.store(true, Ordering::SeqCst);
        let tty = Self(());
        terminal::enable_raw_mode()?;
        execute!(io::stdout(), terminal::EnterAlternateScreen, event::EnableBracketedPaste)?;
        capture_mouse()?;
        Ok(tty)
    }

    pub fn terminal(&self) -> io::Result<Terminal<CrosstermBackend<BufWriter<Stdout>>>> {
        // One write for one frame: a slow link gets whole frames.
        Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, io::stdout())))
    }

    /// Keys, pastes, clicks and sizes, as messages.
    pub fn events(&self) -> impl Stream<Item = Msg> + Unpin {
        let mut composed = Composed::default();
        // On Unix an input that fails goes on failing, as where the terminal is gone: that is its end.
        let events = EventStream::new().take_while(|event| std::future::ready(cfg!(windows) || event.is_ok()));
        events.filter_map(move |event| std::future::ready(event.ok().and_then(|event| message(event, &mut composed))))
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        give_back();
    }
}

/// Clicks, drags and the wheel. Crossterm's own command also asks for every movement, which would wake the program for nothing.
fn capture_mouse() -> io::Result<()> {
    if cfg!(windows) {
        return execute!(io::stdout(), event::EnableMouseCapture);
    }
    execute!(io::stdout(), Print("\x1b[?1000h\x1b[?1002h\x1b[?1006h"))
}

/// Leaves the outer terminal as it was found. Safe to call more than once.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nobody is left to tell if this fails.
    drop(execute!(
        io::stdout(),
        event::DisableBracketedPaste,
        event::DisableMouseCapture,
        terminal::EndSynchronizedUpdate,
        terminal::LeaveAlternateScreen,
        Show
    ));
    drop(terminal::disable_raw_mode());
    #[cfg(windows)]
    if let Ok(found) = FOUND.lock()
        && let Some(console) = &*found
    {
        console.give_back();
    }
}

/// A panic must not leave a raw terminal behind, nor its message on a screen that goes away.
fn install_panic_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A worker's panic, and a task's on this thread, is caught where it was started: the screen lives on.
        if std::thread::current().name() != Some("main") || tokio::task::try_id().is_some() {
            return;
        }
        give_back();
        eprintln!("wci has a defect and had to stop; your progress is kept. Please report this:");
        before(info);
    }));
}

pub fn size() -> Size {
    measured().unwrap_or(Size { columns: 80, rows: 24 })
}

/// The same, or none where there is no terminal.
pub fn measured() -> Option<Size> {
    terminal::size().ok().map(|(columns, rows)| Size { columns, rows })
}

/// Asks the person at the terminal, and waits for the answer.
pub fn agrees(question: &str) -> io::Result<bool> {
    // Where it cannot be shown, whoever knows it can still answer.
    drop(write!(io::stderr(), "{question} [y/N] "));
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// What the loop needs of the outer terminal besides drawing.
pub trait Outer {
    /// Brackets a frame so that the outer terminal shows it at once.
    fn begin_frame(&mut self) -> io::Result<()>;
    fn end_frame(&mut self) -> io::Result<()>;
    /// Puts a text on the outer terminal's clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;
}

/// Frames and the clipboard, on standard output.
pub struct OuterTerminal;

impl Outer for OuterTerminal {
    fn begin_frame(&mut self) -> io::Result<()> {
        queue!(io::stdout(), terminal::BeginSynchronizedUpdate)
    }

    fn end_frame(&mut self) -> io::Result<()> {
        execute!(io::stdout(), terminal::EndSynchronizedUpdate)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        // Over SSH there is no desktop: then the terminal at the other end is asked, as elsewhere.
        #[cfg(windows)]
        if crate::windows::clipboard::set(text).is_ok() {
            return Ok(());
        }
        let mut out = io::stdout();
        write!(out, "\x1b]52;c;{}\x1b\\", STANDARD.encode(text))?;
        out.flush()
    }
}

/// Characters that a Windows console tells only as the *release* of a key: those typed as Alt and digits, and those of a paste that no
/// key makes. Every ordinary key tells its release too, so a character counts if its press was not told.
#[derive(Default)]
struct Composed {
    /// Held down now, without their case: shift may go before the key.
    pressed: HashSet<char>,
}

impl Composed {
    /// Whether this key event stands for a typed character or key.
    fn is_typed(&mut self, event: &KeyEvent) -> bool {
        let KeyCode::Char(c) = event.code else { return event.kind != KeyEventKind::Release };
        let plain = c.to_lowercase().next().unwrap_or(c);
        if event.kind != KeyEventKind::Release {
            self.pressed.insert(plain);
            return true;
        }
        let held = self.pressed.remove(&plain);
        // ASCII has keys of its own everywhere; one whose press was not told is the Enter or letter that started us.
        cfg!(windows) && !c.is_ascii() && !held
    }
}

fn message(event: Event, composed: &mut Composed) -> Option<Msg> {
    match event {
        // Windows and some terminals also tell releases.
        Event::Key(key) if composed.is_typed(&key) => self::key(key).map(Msg::Key),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        Event::Mouse(mouse) => self::mouse(mouse).map(Msg::Mouse),
        Event::Paste(text) => Some(Msg::Paste(text)),
        // On Windows the event tells the size of the buffer; what is seen is the window.
        Event::Resize(..) if cfg!(windows) => Some(Msg::Resize(size())),
        Event::Resize(columns, rows) => Some(Msg::Resize(Size { columns, rows })),
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let shift = event.modifiers.contains(KeyModifiers::SHIFT) || event.code == KeyCode::BackTab;
    // Windows reports AltGr as Ctrl and Alt together with the character it makes.
    let altgr = cfg!(windows) && ctrl && alt && matches!(event.code, KeyCode::Char(c) if !c.is_ascii_alphabetic());
    let code = match event.code {
        // The bytes 1C to 1F have no digits in them: crossterm reads Ctrl-] as Ctrl-5.
        KeyCode::Char(c @ '4'..='7') if ctrl && cfg!(unix) => Code::Char(['\\', ']', '^', '_'][usize::from(c as u8 - b'4')]),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Esc => Code::Escape,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Insert => Code::Insert,
        KeyCode::Delete => Code::Delete,
        KeyCode::F(n) => Code::F(n),
        _ => return None,
    };
    Some(Key { code, ctrl: ctrl && !altgr, alt: alt && !altgr, shift })
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let button = |b: event::MouseButton| match b {
        event::MouseButton::Left => Button::Left,
        event::MouseButton::Right => Button::Right,
        event::MouseButton::Middle => Button::Middle,
    };
    let kind = match event.kind {
        MouseEventKind::Down(b) => MouseKind::Down(button(b)),
        MouseEventKind::Up(b) => MouseKind::Up(button(b)),
        MouseEventKind::Drag(b) => MouseKind::Drag(button(b)),
        MouseEventKind::Moved => MouseKind::Moved,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        MouseEventKind::ScrollLeft | MouseEventKind::ScrollRight => return None,
    };
    Some(Mouse {
        kind,
        column: event.column,
        row: event.row,
        ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
        alt: event.modifiers.contains(KeyModifiers::ALT),
        shift: event.modifiers.contains(KeyModifiers::SHIFT),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(code: char, modifiers: KeyModifiers, kind: KeyEventKind) -> KeyEvent {
        KeyEvent::new_with_kind(KeyCode::Char(code), modifiers, kind)
    }

    #[test]
    fn a_released_key_types_nothing() {
        let mut composed = Composed::default();
        let mut typed = |c, kind| composed.is_typed(&event(c, KeyModifiers::NONE, kind));
        assert!(typed('a', KeyEventKind::Press) && !typed('a', KeyEventKind::Release));
        assert!(typed('\u{e4}', KeyEventKind::Press) && !typed('\u{e4}', KeyEventKind::Release), "of a key that has it");
        let (p, r) = ('\u{43f}', '\u{440}');
        assert!(typed(p, KeyEventKind::Press) && typed(r, KeyEventKind::Press), "Cyrillic, with fingers that overlap");
        assert!(!typed(p, KeyEventKind::Release) && !typed(r, KeyEventKind::Release));
        assert!(typed('A', KeyEventKind::Press) && typed('b', KeyEventKind::Press));
        assert!(!typed('a', KeyEventKind::Release) && !typed('b', KeyEventKind::Release), "fingers overlap, shift went first");
        assert!(typed('\u{c4}', KeyEventKind::Press) && !typed('\u{e4}', KeyEventKind::Release));
        let release = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert!(!Composed::default().is_typed(&release));
    }

    #[cfg(windows)]
    #[test]
    fn a_character_no_key_makes_is_typed_by_a_release() {
        let mut composed = Composed::default();
        assert!(composed.is_typed(&event('\u{142}', KeyModifiers::NONE, KeyEventKind::Release)), "pasted, or Alt and digits");
    }

    #[cfg(windows)]
    #[test]
    fn altgr_makes_characters_and_ctrl_alt_stays() {
        let both = KeyModifiers::CONTROL | KeyModifiers::ALT;
        let at = key(event('@', both, KeyEventKind::Press));
        assert_eq!(at, Some(Key { code: Code::Char('@'), ctrl: false, alt: false, shift: false }));
        let euro = key(event('\u{20ac}', both, KeyEventKind::Press)).map(|key| (key.ctrl, key.alt));
        assert_eq!(euro, Some((false, false)));
        let chord = key(event('a', both, KeyEventKind::Press)).map(|key| (key.ctrl, key.alt));
        assert_eq!(chord, Some((true, true)));
    }
}
