//! A line that is typed as the answer to a question.

use std::io;
use std::sync::mpsc;

use crate::host::session::Taker;

/// Takes keys for a question.
#[derive(Debug)]
pub struct Line(pub mpsc::Sender<Vec<u8>>);

impl Taker for Line {
    fn take(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[derive(PartialEq, Debug)]
pub enum Key {
    Enter,
    Stop,
}

/// A line that is being typed.
#[derive(Default)]
pub struct Typed {
    bytes: Vec<u8>,
    escape: Escape,
}

/// Keys that are no characters come as sequences, which no answer has.
#[derive(Default, PartialEq, Clone, Copy)]
enum Escape {
    #[default]
    No,
    Begun,
    Inside,
}

impl Typed {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What a terminal that shows `before` is told to show this.
    pub fn since(&self, before: &str) -> String {
        let text = self.text();
        let same = text.chars().zip(before.chars()).take_while(|(new, old)| new == old).count();
        let gone = before.chars().count() - same;
        format!("{}{}", "\x08 \x08".repeat(gone), text.chars().skip(same).collect::<String>())
    }

    /// Up to the key that ends it, if that is among them.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<Key> {
        // A key comes in one piece: what is left of one was Escape itself.
        self.escape = Escape::No;
        for &byte in bytes {
            match (self.escape, byte) {
                (Escape::Begun, b'[' | b'O') => self.escape = Escape::Inside,
                (Escape::Inside, 0x40..=0x7e) | (Escape::Begun, _) => self.escape = Escape::No,
                (Escape::Inside, _) => {}
                (Escape::No, 0x1b) => self.escape = Escape::Begun,
                (Escape::No, b'\r' | b'\n') => return Some(Key::Enter),
                (Escape::No, 0x03 | 0x04) => return Some(Key::Stop),
                (Escape::No, 0x08 | 0x7f) => {
                    let mut text = self.text();
                    text.pop();
                    self.bytes = text.into_bytes();
                }
                // Ctrl-U
                (Escape::No, 0x15) => self.bytes.clear(),
                (Escape::No, 0..0x20) => {}
                (Escape::No, _) => self.bytes.push(byte),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_no_characters_are_none_of_the_answer() {
        let typed = |keys: &[u8]| {
            let mut line = Typed::default();
            let end = line.feed(keys);
            (line.text(), end)
        };
        assert_eq!(typed("a\x1b[1;5Db\x1bOPc\x7fé\r".as_bytes()), ("abé".into(), Some(Key::Enter)));
        assert_eq!(typed("xyé\x7f\x7f".as_bytes()), ("x".into(), None));
        assert_eq!(typed(b"wrong\x15right\t\n"), ("right".into(), Some(Key::Enter)));
        assert_eq!(typed(b"a\x03b"), ("a".into(), Some(Key::Stop)));
    }
}
