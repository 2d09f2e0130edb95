//! Keys, the mouse and pasted text as plain values, and as the bytes a terminal program reads.
//!
//! The bytes are xterm's. What a program has switched on ([`Modes`]) decides between the variants.

use std::fmt;

/// What the program in the terminal has switched on that changes how input is told to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    pub application_cursor: bool,
    pub application_keypad: bool,
    pub bracketed_paste: bool,
    pub tracking: Tracking,
    pub encoding: Encoding,
    pub alternate_screen: bool,
    /// In the alternate screen the wheel is told as arrow keys.
    pub alternate_scroll: bool,
    /// The program wants to know when the terminal gets and loses the keys.
    pub focus: bool,
}

/// Which mouse events the program wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tracking {
    #[default]
    Off,
    Clicks,
    Drags,
    Moves,
}

/// How mouse events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    #[default]
    Legacy,
    Utf8,
    Sgr,
}

/// A key with what is held down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

/// The key itself. Shift-Tab is `Tab` with `shift`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    Char(char),
    Enter,
    Tab,
    Backspace,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    F(u8),
}

/// The words users read and write; the first of a code is the one shown.
const NAMES: [(Code, &str); 22] = [
    (Code::Char(' '), "Space"),
    (Code::Enter, "Enter"),
    (Code::Enter, "Return"),
    (Code::Tab, "Tab"),
    (Code::Backspace, "Backspace"),
    (Code::Escape, "Esc"),
    (Code::Escape, "Escape"),
    (Code::Up, "Up"),
    (Code::Down, "Down"),
    (Code::Left, "Left"),
    (Code::Right, "Right"),
    (Code::Home, "Home"),
    (Code::End, "End"),
    (Code::PageUp, "PgUp"),
    (Code::PageUp, "PageUp"),
    (Code::PageDown, "PgDn"),
    (Code::PageDown, "PageDown"),
    (Code::PageDown, "PgDown"),
    (Code::Insert, "Ins"),
    (Code::Insert, "Insert"),
    (Code::Delete, "Del"),
    (Code::Delete, "Delete"),
];

impl Key {
    pub fn new(code: Code) -> Self {
        Self { code, ctrl: false, alt: false, shift: false }
    }

    pub fn char(c: char) -> Self {
        Self::new(Code::Char(c))
    }

    pub fn ctrl(c: char) -> Self {
        Self { ctrl: true, ..Self::char(c) }
    }

    /// Reads `ctrl-]`, `alt-enter`, `shift-tab`, `f5`, `q`; the names of keys in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut rest, mut key) = (text, Self::char(' '));
        loop {
            if let Some(after) = held(rest, "ctrl-") {
                (rest, key.ctrl) = (after, true);
            } else if let Some(after) = held(rest, "alt-") {
                (rest, key.alt) = (after, true);
            } else if let Some(after) = held(rest, "shift-") {
                (rest, key.shift) = (after, true);
            } else {
                break;
            }
        }
        key.code = code(rest)?;
        Some(key.normal())
    }

    /// The one form of keys that terminals cannot tell apart, so that keys can be compared.
    ///
    /// crossterm tells the bytes 1C to 1F as Ctrl-4 to Ctrl-7; users and the status line know them as `Ctrl-\ ] ^ _`. A shifted
    /// character already is another character.
    pub fn normal(mut self) -> Self {
        if let Code::Char(c) = self.code {
            let c = if self.ctrl {
                match c {
                    '@' | '2' => ' ',
                    '3' => '[',
                    '4' => '\\',
                    '5' => ']',
                    '6' => '^',
                    '7' | '/' => '_',
                    '8' => '?',
                    other => other.to_ascii_lowercase(),
                }
            } else {
                c
            };
            self.code = Code::Char(c);
            self.shift = false;
        }
        self
    }

    /// xterm's number for what is held down; 1 is nothing.
    fn modifier(self) -> u8 {
        1 + u8::from(self.shift) + 2 * u8::from(self.alt) + 4 * u8::from(self.ctrl)
    }
}

/// What follows `prefix`, if something does.
fn held<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

fn code(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control()).then_some(Code::Char(c));
    }
    if let Some((code, _)) = NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)) {
        return Some(*code);
    }
    let number = name.strip_prefix(['f', 'F'])?.parse().ok()?;
    (1..=24).contains(&number).then_some(Code::F(number))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.normal();
        for (down, word) in [(key.ctrl, "Ctrl-"), (key.alt, "Alt-"), (key.shift, "Shift-")] {
            f.write_str(if down { word } else { "" })?;
        }
        match key.code {
            Code::F(number) => write!(f, "F{number}"),
            Code::Char(c) if c != ' ' && key.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) if c != ' ' => write!(f, "{c}"),
            named => f.write_str(NAMES.iter().find(|(code, _)| *code == named).map_or("?", |(_, word)| word)),
        }
    }
}

/// The bytes a program reads for this key.
pub fn encode(key: Key, modes: &Modes) -> Vec<u8> {
    let plain = |byte: u8| if key.alt { vec![0x1b, byte] } else { vec![byte] };
    match key.code {
        Code::Char(c) => encode_char(c, key),
        Code::Enter => plain(b'\r'),
        Code::Tab if key.shift => b"\x1b[Z".to_vec(),
        Code::Tab => plain(b'\t'),
        Code::Backspace => plain(if key.ctrl { 0x08 } else { 0x7f }),
        Code::Escape => plain(0x1b),
        Code::Up => letter('A', key, modes.application_cursor),
        Code::Down => letter('B', key, modes.application_cursor),
        Code::Right => letter('C', key, modes.application_cursor),
        Code::Left => letter('D', key, modes.application_cursor),
        Code::Home => letter('H', key, modes.application_cursor),
        Code::End => letter('F', key, modes.application_cursor),
        Code::Insert => tilde(2, key),
        Code::Delete => tilde(3, key),
        Code::PageUp => tilde(5, key),
        Code::PageDown => tilde(6, key),
        Code::F(n @ 1..=4) => letter(char::from(b'O' + n), key, true),
        Code::F(n) => {
            // The gaps are DEC's: 16, 22, 27 and 30 were never keys.
            const NUMBERS: [u8; 16] = [15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34];
            NUMBERS.get(usize::from(n).wrapping_sub(5)).map_or_else(Vec::new, |number| tilde(*number, key))
        }
    }
}

fn encode_char(c: char, key: Key) -> Vec<u8> {
    let mut out = if key.alt { vec![0x1b] } else { Vec::new() };
    let control = if key.ctrl { control(c) } else { None };
    match control {
        Some(byte) => out.push(byte),
        None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
    out
}

fn control(c: char) -> Option<u8> {
    match Key::ctrl(c).normal().code {
        Code::Char(' ') => Some(0),
        Code::Char('?') => Some(0x7f),
        Code::Char(c @ ('a'..='z' | '[' | '\\' | ']' | '^' | '_')) => Some(c as u8 & 0x1f),
        _ => None,
    }
}

fn letter(end: char, key: Key, application: bool) -> Vec<u8> {
    match key.modifier() {
        1 if application => format!("\x1bO{end}"),
        1 => format!("\x1b[{end}"),
        modifier => format!("\x1b[1;{modifier}{end}"),
    }
    .into_bytes()
}

fn tilde(number: u8, key: Key) -> Vec<u8> {
    match key.modifier() {
        1 => format!("\x1b[{number}~"),
        modifier => format!("\x1b[{number};{modifier}~"),
    }
    .into_bytes()
}

/// Something the mouse did, in cells of the terminal from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub column: u16,
    pub row: u16,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    Down(Button),
    Up(Button),
    Drag(Button),
    Moved,
    WheelUp,
    WheelDown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    Left,
    Middle,
    Right,
}

/// How many lines one notch of the wheel moves.
pub const WHEEL_LINES: usize = 3;

/// The bytes a program reads for this event, or nothing where it did not ask for such events.
pub fn encode_mouse(mouse: Mouse, modes: &Modes) -> Option<Vec<u8>> {
    let (code, needs) = match mouse.kind {
        MouseKind::Down(button) | MouseKind::Up(button) => (button as u16, Tracking::Clicks),
        MouseKind::Drag(button) => (button as u16 + 32, Tracking::Drags),
        MouseKind::Moved => (3 + 32, Tracking::Moves),
        MouseKind::WheelUp => (64, Tracking::Clicks),
        MouseKind::WheelDown => (65, Tracking::Clicks),
    };
    if modes.tracking == Tracking::Off {
        return wheel_as_arrows(mouse.kind, modes);
    }
    if modes.tracking < needs {
        return None;
    }
    let held = 4 * u16::from(mouse.shift) + 8 * u16::from(mouse.alt) + 16 * u16::from(mouse.ctrl);
    let up = matches!(mouse.kind, MouseKind::Up(_));
    let (column, row) = (u32::from(mouse.column) + 1, u32::from(mouse.row) + 1);
    if modes.encoding == Encoding::Sgr {
        return Some(format!("\x1b[<{};{column};{row}{}", code + held, if up { 'm' } else { 'M' }).into_bytes());
    }
    // The older forms do not say which button went up, and cannot name far cells.
    let code = if up { 3 } else { code };
    let mut out = b"\x1b[M".to_vec();
    for number in [u32::from(code + held), column, row] {
        match modes.encoding {
            Encoding::Utf8 if number < 2016 => {
                out.extend_from_slice(char::from_u32(number + 32)?.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Encoding::Utf8 | Encoding::Sgr => return None,
            Encoding::Legacy => out.push(u8::try_from(number + 32).ok()?),
        }
    }
    Some(out)
}

fn wheel_as_arrows(kind: MouseKind, modes: &Modes) -> Option<Vec<u8>> {
    let code = match kind {
        MouseKind::WheelUp => Code::Up,
        MouseKind::WheelDown => Code::Down,
        MouseKind::Down(_) | MouseKind::Up(_) | MouseKind::Drag(_) | MouseKind::Moved => return None,
    };
    let arrows = modes.alternate_screen && modes.alternate_scroll;
    arrows.then(|| encode(Key::new(code), modes).repeat(WHEEL_LINES))
}

/// Pasted text as a program reads it.
///
/// It can never be more than text: control characters but tabs and line ends go, and with them every way to end the brackets.
pub fn encode_paste(text: &str, modes: &Modes) -> Vec<u8> {
    let text = clean(text);
    if modes.bracketed_paste { format!("\x1b[200~{text}\x1b[201~").into_bytes() } else { text.into_bytes() }
}

/// Without control characters; every line end is `\r`, as Enter.
pub fn clean(text: &str) -> String {
    let text = text.replace("\x1b[201~", "").replace("\r\n", "\r").replace('\n', "\r");
    text.chars().filter(|c| matches!(c, '\r' | '\t') || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(key: &str, modes: &Modes) -> String {
        String::from_utf8(encode(Key::parse(key).expect(key), modes)).expect("UTF-8")
    }

    #[test]
    fn keys_are_told_as_xterm_does() {
        let plain = Modes::default();
        let table = [
            ("a", "a"),
            ("é", "é"),
            ("alt-x", "\x1bx"),
            ("ctrl-c", "\x03"),
            ("ctrl-C", "\x03"),
            ("ctrl-space", "\0"),
            ("ctrl-@", "\0"),
            ("ctrl-]", "\x1d"),
            ("ctrl-5", "\x1d"),
            ("ctrl-\\", "\x1c"),
            ("ctrl-_", "\x1f"),
            ("ctrl-/", "\x1f"),
            ("ctrl-alt-a", "\x1b\x01"),
            ("ctrl-9", "9"),
            ("enter", "\r"),
            ("alt-enter", "\x1b\r"),
            ("tab", "\t"),
            ("shift-tab", "\x1b[Z"),
            ("backspace", "\x7f"),
            ("ctrl-backspace", "\x08"),
            ("esc", "\x1b"),
            ("up", "\x1b[A"),
            ("ctrl-right", "\x1b[1;5C"),
            ("alt-shift-left", "\x1b[1;4D"),
            ("home", "\x1b[H"),
            ("end", "\x1b[F"),
            ("pgup", "\x1b[5~"),
            ("shift-pagedown", "\x1b[6;2~"),
            ("del", "\x1b[3~"),
            ("insert", "\x1b[2~"),
            ("f1", "\x1bOP"),
            ("ctrl-f1", "\x1b[1;5P"),
            ("f4", "\x1bOS"),
            ("f5", "\x1b[15~"),
            ("f12", "\x1b[24~"),
            ("shift-f12", "\x1b[24;2~"),
            ("f20", "\x1b[34~"),
            ("f24", ""),
        ];
        for (key, told) in table {
            assert_eq!(bytes(key, &plain), told, "{key}");
        }
        let application = Modes { application_cursor: true, ..plain };
        assert_eq!(bytes("up", &application), "\x1bOA");
        assert_eq!(bytes("end", &application), "\x1bOF");
        assert_eq!(bytes("ctrl-up", &application), "\x1b[1;5A");
    }

    #[test]
    fn keys_read_as_users_write_them() {
        let shown = |text: &str| Key::parse(text).map(|key| key.to_string());
        for (text, word) in [
            ("ctrl-]", "Ctrl-]"),
            ("Ctrl-5", "Ctrl-]"),
            ("pagedown", "PgDn"),
            ("ctrl-c", "Ctrl-C"),
            ("q", "q"),
            ("Q", "Q"),
            ("shift-tab", "Shift-Tab"),
            ("ctrl--", "Ctrl--"),
            ("-", "-"),
            ("space", "Space"),
            ("f10", "F10"),
            ("alt-x", "Alt-x"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(word), "{text}");
            assert_eq!(Key::parse(word), Key::parse(text), "what is shown can be read back");
        }
        for wrong in ["", "ctrl-", "hyper-x", "f0", "f25", "pgdnn"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    fn mouse(kind: MouseKind, column: u16, row: u16) -> Mouse {
        Mouse { kind, column, row, ctrl: false, alt: false, shift: false }
    }

    #[test]
    fn the_mouse_is_told_only_where_asked_for() {
        let told = |m, modes: &Modes| encode_mouse(m, modes).map(|b| String::from_utf8_lossy(&b).into_owned());
        let sgr = Modes { tracking: Tracking::Drags, encoding: Encoding::Sgr, ..Modes::default() };
        assert_eq!(told(mouse(MouseKind::Down(Button::Left), 0, 0), &sgr).as_deref(), Some("\x1b[<0;1;1M"));
        assert_eq!(told(mouse(MouseKind::Up(Button::Right), 299, 4), &sgr).as_deref(), Some("\x1b[<2;300;5m"));
        assert_eq!(told(mouse(MouseKind::Drag(Button::Middle), 1, 1), &sgr).as_deref(), Some("\x1b[<33;2;2M"));
        assert_eq!(told(mouse(MouseKind::WheelDown, 1, 1), &sgr).as_deref(), Some("\x1b[<65;2;2M"));
        assert_eq!(told(mouse(MouseKind::Moved, 1, 1), &sgr), None);
        assert_eq!(told(Mouse { ctrl: true, ..mouse(MouseKind::WheelUp, 0, 0) }, &sgr).as_deref(), Some("\x1b[<80;1;1M"));

        let legacy = Modes { tracking: Tracking::Clicks, ..Modes::default() };
        assert_eq!(told(mouse(MouseKind::Down(Button::Left), 0, 0), &legacy).as_deref(), Some("\x1b[M !!"));
        assert_eq!(told(mouse(MouseKind::Up(Button::Left), 0, 0), &legacy).as_deref(), Some("\x1b[M#!!"));
        assert_eq!(told(mouse(MouseKind::Drag(Button::Left), 0, 0), &legacy), None);
        assert_eq!(told(mouse(MouseKind::Down(Button::Left), 223, 0), &legacy), None, "a byte cannot name it");
        let utf8 = Modes { encoding: Encoding::Utf8, ..legacy };
        assert_eq!(told(mouse(MouseKind::Down(Button::Left), 223, 0), &utf8).as_deref(), Some("\x1b[M \u{100}!"));

        let off = Modes { alternate_screen: true, alternate_scroll: true, ..Modes::default() };
        assert_eq!(told(mouse(MouseKind::WheelUp, 0, 0), &off).as_deref(), Some("\x1b[A\x1b[A\x1b[A"));
        assert_eq!(told(mouse(MouseKind::WheelUp, 0, 0), &Modes::default()), None);
        assert_eq!(told(mouse(MouseKind::Down(Button::Left), 0, 0), &off), None);
    }

    #[test]
    fn pasted_text_is_never_more_than_text() {
        let on = Modes { bracketed_paste: true, ..Modes::default() };
        assert_eq!(encode_paste("a\nb\r\nc\rd", &Modes::default()), b"a\rb\rc\rd");
        assert_eq!(encode_paste("x\x1b[201~; rm\x03\t.", &on), b"\x1b[200~x; rm\t.\x1b[201~");
        assert_eq!(encode_paste("x\x1b[2\x1b[201~01~y\u{9b}201~", &on), b"\x1b[200~x[201~y201~\x1b[201~");
        assert_eq!(encode_paste("\x1b\x1b[201~[201~", &Modes::default()), b"[201~");
    }
}
