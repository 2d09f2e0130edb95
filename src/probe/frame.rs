//! Finds one reply in what a warm shell writes: what stands between a line `NONCE<` and a line `NONCE:status`.
//! A `!` after the status says that the shell is spent.

use regex::bytes::Regex;

/// How much of a reply to a check is kept. The rest is read and dropped.
pub const KEPT: usize = 64 * 1024;

/// How a reply ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    pub status: i32,
    /// The shell is not to be asked again.
    pub spent: bool,
}

/// What a shell printed, as far as it was kept.
#[derive(Debug, PartialEq)]
pub struct Kept {
    pub text: String,
    /// Nothing of it was dropped.
    pub whole: bool,
}

pub struct Frame {
    begin: Regex,
    end: Regex,
    /// So many bytes at the end of what was read may be the beginning of the end.
    held: usize,
    /// How much is kept.
    most: usize,
    pending: Vec<u8>,
    begun: bool,
    kept: Vec<u8>,
    whole: bool,
}

impl Frame {
    /// The nonce is a word of letters and digits.
    pub fn new(nonce: &str, most: usize) -> Option<Self> {
        Some(Self {
            begin: Regex::new(&format!("{nonce}<\r?\n")).ok()?,
            end: Regex::new(&format!("\r?\n{nonce}:(-?[0-9]+)(!?)\r?\n")).ok()?,
            held: nonce.len() + 20,
            most,
            pending: Vec::new(),
            begun: false,
            kept: Vec::new(),
            whole: true,
        })
    }

    /// Whether the shell took the question.
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// Takes what was read; gives its end once the reply is complete.
    pub fn push(&mut self, bytes: &[u8]) -> Option<End> {
        self.pending.extend_from_slice(bytes);
        if !self.begun {
            let Some(found) = self.begin.find(&self.pending) else {
                self.drop_to(self.pending.len().saturating_sub(self.held));
                return None;
            };
            // The end of the opening line may be the beginning of the end.
            let to = found.end() - 1;
            self.drop_to(to);
            self.begun = true;
        }
        if let Some(found) = self.end.captures(&self.pending) {
            let (to, status) = (found.get(0)?.start(), found.get(1)?.as_bytes());
            let spent = found.get(2).is_some_and(|mark| !mark.is_empty());
            // Windows statuses go up to 2^32.
            let status = std::str::from_utf8(status).ok()?.parse::<i64>().ok()? as i32;
            self.keep_to(to);
            self.pending.clear();
            return Some(End { status, spent });
        }
        self.keep_to(self.pending.len().saturating_sub(self.held));
        None
    }

    /// What was kept of the reply; all of it where the shell has ended.
    pub fn kept(mut self) -> Kept {
        self.keep_to(self.pending.len());
        let text = String::from_utf8_lossy(&self.kept);
        // The line end before it belongs to the opening line.
        Kept { text: text.strip_prefix('\n').unwrap_or(&text).to_owned(), whole: self.whole }
    }

    fn keep_to(&mut self, to: usize) {
        // One more: the end of the opening line is taken off again.
        let room = (self.most + 1).saturating_sub(self.kept.len());
        self.whole &= to <= room;
        self.kept.extend_from_slice(&self.pending[..to.min(room)]);
        self.drop_to(to);
    }

    fn drop_to(&mut self, to: usize) {
        self.pending.drain(..to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Option<(i32, String)> {
        let mut frame = Frame::new("n0nce", KEPT).unwrap();
        let end = pieces.iter().find_map(|piece| frame.push(piece))?;
        assert!(!end.spent);
        let kept = frame.kept();
        assert!(kept.whole);
        Some((end.status, kept.text))
    }

    #[test]
    fn a_reply_stands_between_its_marks() {
        assert_eq!(read(&[b"banner\nn0nce<\nhello\n\nn0nce:0\n"]), Some((0, "hello\n".into())));
        assert_eq!(read(&[b"n0nce<\r\nno line end\r\nn0nce:-1\r\n"]), Some((-1, "no line end".into())));
        assert_eq!(read(&[b"n0nce<\n\nn0nce:4294967295\n"]), Some((-1, String::new())));
        assert_eq!(read(&[b"n0nce<\nother:0\nn0nce:x\n"]), None);
        assert_eq!(read(&[b"n0nce<\n\xff\0\n\nn0nce:3\n"]), Some((3, "\u{fffd}\0\n".into())));
    }

    #[test]
    fn pieces_may_be_of_any_size() {
        let all = b"x\nn0nce<\nline\nn0nc\n\nn0nce:7\n";
        for size in 1..all.len() {
            let pieces: Vec<&[u8]> = all.chunks(size).collect();
            assert_eq!(read(&pieces), Some((7, "line\nn0nc\n".into())), "{size}");
        }
    }

    #[test]
    fn a_flood_is_bounded() {
        let mut frame = Frame::new("n0nce", KEPT).unwrap();
        assert_eq!(frame.push(b"n0nce<\n"), None);
        for _ in 0..1000 {
            assert_eq!(frame.push(&[b'x'; 1000]), None);
            assert!(frame.pending.len() < 100);
        }
        assert_eq!(frame.push(b"\nn0nce:0!\n"), Some(End { status: 0, spent: true }));
        let kept = frame.kept();
        assert_eq!((kept.text.len(), kept.whole), (KEPT, false));
    }

    #[test]
    fn a_reply_of_just_what_is_kept_is_whole() {
        for (size, whole) in [(KEPT, true), (KEPT + 1, false)] {
            let mut frame = Frame::new("n0nce", KEPT).unwrap();
            assert_eq!(frame.push(b"n0nce<\n"), None);
            assert_eq!(frame.push(&vec![b'x'; size]), None);
            assert!(frame.push(b"\nn0nce:0\n").is_some());
            assert_eq!(frame.kept(), Kept { text: "x".repeat(KEPT), whole }, "{size}");
        }
    }
}
