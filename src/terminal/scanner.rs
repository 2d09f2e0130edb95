//! Takes every string sequence (OSC, DCS, APC, PM, SOS) out of a stream of bytes before the emulator sees it.
//!
//! So titles, clipboards, hyperlinks and images of the output end here, the emulator never collects a string that does not end,
//! and the marks of a shell are found at their exact place. The state of an escape is followed as vte follows it: ESC starts one
//! anywhere, the control characters inside it do not end it, and no byte or character from 80 to 9F starts one.

use memchr::memchr;

const ESC: u8 = 0x1b;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const BEL: u8 = 0x07;

/// A string that is longer is cancelled, and what follows is text again.
const LIMIT: usize = 64 * 1024;
/// No OSC worth reading is longer: a mark has 60 bytes, a folder at most three times 4096.
const KEPT: usize = 16 * 1024;

/// What the scanner made of some bytes, in their order.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// For the emulator.
    Pass(&'a [u8]),
    /// The inside of one whole, properly ended OSC.
    Osc(&'a [u8]),
}

#[derive(Debug, Default)]
pub struct Scanner {
    state: State,
    /// The inside of the OSC being read.
    kept: Vec<u8>,
    /// Of the string being read, kept or not.
    length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Text,
    /// After an ESC that the emulator has, or will have, seen too.
    Escape,
    String(Kind),
    /// An ESC in a string: its end, or another sequence.
    StringEscape(Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Osc,
    Other,
}

impl Scanner {
    /// Tells the pieces of `bytes`. Wherever a stream is split, the same is told.
    pub fn scan(&mut self, bytes: &[u8], mut tell: impl FnMut(Piece<'_>)) {
        // `start` is the first byte not told yet. It counts only outside strings.
        let (mut start, mut at) = (0, 0);
        while at < bytes.len() {
            match self.state {
                State::Text => match memchr(ESC, &bytes[at..]) {
                    Some(distance) => {
                        at += distance + 1;
                        self.state = State::Escape;
                    }
                    None => at = bytes.len(),
                },
                State::Escape => {
                    if let Some(kind) = self.escape(bytes[at]) {
                        pass(&bytes[start..at], &mut tell);
                        // The emulator has seen the ESC: it must not wait for what follows.
                        tell(Piece::Pass(&[CAN]));
                        self.begin(kind);
                        start = at + 1;
                    }
                    at += 1;
                }
                State::String(kind) => {
                    at += self.string(kind, &bytes[at..], &mut tell);
                    start = at;
                }
                State::StringEscape(kind) if bytes[at] == b'\\' => {
                    at += 1;
                    start = at;
                    self.end(kind, &mut tell);
                }
                // Not an end: the string is given up, and the ESC starts another sequence.
                State::StringEscape(_) => {
                    self.state = State::Escape;
                    tell(Piece::Pass(&[ESC]));
                    start = at;
                }
            }
        }
        if matches!(self.state, State::Text | State::Escape) {
            pass(&bytes[start..], &mut tell);
        }
    }

    /// The byte after an ESC; says whether it begins a string.
    fn escape(&mut self, byte: u8) -> Option<Kind> {
        match byte {
            b']' => return Some(Kind::Osc),
            b'P' | b'X' | b'^' | b'_' => return Some(Kind::Other),
            CAN | SUB | 0x20..=0x7e => self.state = State::Text,
            // Control characters are done at once and do not end the escape; vte ignores the others.
            _ => {}
        }
        None
    }

    fn begin(&mut self, kind: Kind) {
        self.state = State::String(kind);
        self.kept.clear();
        self.length = 0;
    }

    /// Reads on in a string; says how many bytes belong to it.
    fn string(&mut self, kind: Kind, bytes: &[u8], tell: &mut impl FnMut(Piece<'_>)) -> usize {
        let room = &bytes[..bytes.len().min(LIMIT - self.length)];
        let ends = |byte: &u8| matches!(*byte, ESC | CAN | SUB) || (*byte == BEL && kind == Kind::Osc);
        let inside = room.iter().position(ends).unwrap_or(room.len());
        if kind == Kind::Osc {
            let keep = inside.min((KEPT + 1).saturating_sub(self.kept.len()));
            self.kept.extend_from_slice(&room[..keep]);
        }
        self.length += inside;
        match room.get(inside) {
            Some(&ESC) => self.state = State::StringEscape(kind),
            Some(&BEL) => self.end(kind, tell),
            Some(_) => self.state = State::Text,
            None if self.length == LIMIT => {
                self.state = State::Text;
                return inside;
            }
            None => return inside,
        }
        inside + 1
    }

    fn end(&mut self, kind: Kind, tell: &mut impl FnMut(Piece<'_>)) {
        self.state = State::Text;
        if kind == Kind::Osc && self.kept.len() <= KEPT {
            tell(Piece::Osc(&self.kept));
        }
    }
}

fn pass(bytes: &[u8], tell: &mut impl FnMut(Piece<'_>)) {
    if !bytes.is_empty() {
        tell(Piece::Pass(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed on, without the CANs, and `<...>` for each OSC.
    fn told(parts: &[&[u8]]) -> String {
        let (mut scanner, mut out) = (Scanner::default(), Vec::new());
        for part in parts {
            scanner.scan(part, |piece| match piece {
                Piece::Pass(bytes) => out.extend_from_slice(bytes),
                Piece::Osc(inside) => out.extend([b"<", inside, b">"].concat()),
            });
        }
        String::from_utf8_lossy(&out).replace("\x1b\x18", "")
    }

    #[test]
    fn strings_are_taken_out_whatever_way_they_are_split() {
        let table = [
            ("plain text", "plain text"),
            ("a\x1b]0;title\x07b", "a<0;title>b"),
            ("a\x1b]0;title\x1b\\b", "a<0;title>b"),
            ("a\x1bPq#0\x07data\x1b\\b\x1b_Gimage\x1b\\c\x1b^pm\x1b\\d\x1bXsos\x1b\\e", "abcde"),
            ("a\x1b]0;x\x18b", "ab"),
            ("a\x1b]0;x\x1b[1mb", "a\x1b[1mb"),
            ("a\x1b]0;x\x1b]2;y\x07b", "a<2;y>b"),
            ("\x1b\n]0;x\x07b", "\x1b\n\x18<0;x>b"),
            ("\x1b\x1b]0;x\x07b", "\x1b<0;x>b"),
            ("\x1b(P not a string\x1b(B", "\x1b(P not a string\x1b(B"),
            ("\x1b[38;5;1m\x1b[0m", "\x1b[38;5;1m\x1b[0m"),
            ("\u{9d}0;x\u{9c}b", "\u{9d}0;x\u{9c}b"),
            ("\x1b]0;é\u{9c}\x07b", "<0;é\u{9c}>b"),
            ("end in an escape \x1b", "end in an escape \x1b"),
        ];
        for (bytes, expected) in table {
            let bytes = bytes.as_bytes();
            assert_eq!(told(&[bytes]), expected);
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(told(&single), expected, "byte by byte");
            for cut in 0..bytes.len() {
                assert_eq!(told(&[&bytes[..cut], &bytes[cut..]]), expected, "split at {cut}");
            }
        }
    }

    #[test]
    fn a_string_without_end_is_cancelled_and_kept_small() {
        for start in ["\x1b]0;", "\x1bP", "\x1b_", "\x1b^", "\x1bX"] {
            let mut scanner = Scanner::default();
            let (mut passed, block) = (0, vec![b'x'; 10_000]);
            scanner.scan(start.as_bytes(), |_| {});
            for _ in 0..500 {
                scanner.scan(&block, |piece| {
                    if let Piece::Pass(bytes) = piece {
                        passed += bytes.len();
                    }
                });
            }
            assert_eq!(passed, 5_000_000 - LIMIT + start.len() - 2);
            assert!(scanner.kept.capacity() <= 2 * KEPT);
        }
    }
}
