//! Keeps what one command prints, within bounds, and renders it as a terminal would show it.

use std::collections::VecDeque;

use memchr::memchr;

use crate::session::Size;
use crate::terminal::emulator::Emulator;

/// Kept from the beginning of the output, and from its end.
const HEAD: usize = 64 * 1024;
const TAIL: usize = 192 * 1024;
/// So much of an output is kept.
pub const KEPT: usize = HEAD + TAIL;

/// Stands around the number of bytes that were left out, on a line of its own.
const CUT: (&str, &str) = ("[… ", " bytes are left out here …]");

/// The bytes go through the scratch emulator in slices; its history must hold the lines of one.
const SLICE: usize = 4 * 1024;

#[derive(Debug, Default)]
pub struct Capture {
    state: State,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Bytes seen since the start, kept or not.
    total: usize,
    /// Line ends of the echo of what was typed that are still to come.
    echo: usize,
    /// `total` at the latest end mark.
    end: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Off,
    /// Typed, and no start mark yet; a shell may have none.
    Typed,
    Started,
    Closed,
}

impl Capture {
    /// A command is about to be typed, with `echo` line ends.
    pub fn begin(&mut self, echo: usize) {
        *self = Self { state: State::Typed, echo, ..Self::default() };
    }

    /// The terminal shows these bytes.
    pub fn pass(&mut self, mut bytes: &[u8]) {
        if matches!(self.state, State::Off | State::Closed) {
            return;
        }
        while self.echo > 0 {
            let Some(line) = memchr(b'\n', bytes) else { return };
            bytes = &bytes[line + 1..];
            self.echo -= 1;
        }
        self.total += bytes.len();
        let (head, rest) = bytes.split_at(bytes.len().min(HEAD - self.head.len()));
        self.head.extend_from_slice(head);
        let rest = &rest[rest.len().saturating_sub(TAIL)..];
        self.tail.drain(..(self.tail.len() + rest.len()).saturating_sub(TAIL));
        self.tail.extend(rest);
    }

    /// The shell says that output begins. Only the first counts: the shell says it for each of several commands.
    pub fn started(&mut self) {
        if self.state == State::Typed {
            *self = Self { state: State::Started, ..Self::default() };
        }
    }

    /// A shell without start marks asks for the next line: all so far was echo.
    pub fn more(&mut self) {
        if self.state == State::Typed {
            *self = Self { state: State::Typed, echo: self.echo, ..Self::default() };
        }
    }

    /// Whether all that comes now is output.
    pub fn echoed(&self) -> bool {
        match self.state {
            State::Off => false,
            State::Typed => self.echo == 0,
            State::Started | State::Closed => true,
        }
    }

    /// The shell says that a command has ended. Only the last one before the prompt counts.
    pub fn ended(&mut self) {
        if self.state != State::Closed && self.echoed() {
            self.end = Some(self.total);
        }
    }

    /// The prompt is back.
    pub fn prompted(&mut self) {
        if self.end.is_some() {
            self.state = State::Closed;
        }
    }

    /// What the command printed, up to its end or up to now.
    pub fn take(&mut self, size: Size) -> Option<String> {
        let Self { state, head, tail, total, end, .. } = std::mem::take(self);
        if state == State::Off {
            return None;
        }
        let end = end.unwrap_or(total);
        let tail: Vec<u8> = tail.into();
        let kept = head.len() + tail.len();
        let left_out = total - kept;
        // What came after the end mark is the prompt, a few bytes; a longer one would have closed the capture.
        let tail = &tail[..tail.len().saturating_sub(total - end)];
        let head = &head[..head.len().min(end)];
        Some(render(head, tail, left_out, size))
    }
}

/// Whether the text of a capture is all that was printed.
pub fn is_whole(text: &str) -> bool {
    let number = |line: &str| line.strip_prefix(CUT.0)?.strip_suffix(CUT.1)?.parse::<usize>().ok();
    !text.lines().any(|line| number(line).is_some())
}

fn render(head: &[u8], tail: &[u8], left_out: usize, size: Size) -> String {
    let mut lines =
        Lines { emulator: Emulator::new(size, SLICE + usize::from(size.rows)), text: String::new(), line: String::new() };
    lines.feed(head);
    if left_out > 0 {
        // The cut is in the middle of anything: end a sequence there, and begin again with a whole line.
        let whole = memchr(b'\n', &tail[..tail.len().min(SLICE)]).map_or(0, |end| end + 1);
        lines.feed(format!("\x18\r\n{}{}{}\r\n", CUT.0, left_out + whole, CUT.1).as_bytes());
        lines.feed(&tail[whole..]);
    } else {
        lines.feed(tail);
    }
    lines.finish()
}

/// Lines of text, taken out of a scratch emulator as they scroll off, so that its history stays small.
struct Lines {
    emulator: Emulator,
    text: String,
    /// The line being put together from its wrapped parts.
    line: String,
}

impl Lines {
    fn feed(&mut self, bytes: &[u8]) {
        for slice in bytes.chunks(SLICE) {
            self.emulator.advance(slice);
            let history = i32::try_from(self.emulator.history()).unwrap_or(i32::MAX);
            for index in -history..0 {
                self.take(index);
            }
            self.emulator.clear_history();
        }
    }

    fn take(&mut self, index: i32) {
        let continued = self.emulator.push_line(index, &mut self.line);
        if !continued {
            self.text.push_str(self.line.trim_end());
            self.text.push('\n');
            self.line.clear();
        }
    }

    fn finish(mut self) -> String {
        self.emulator.flush_sync();
        for index in 0..i32::from(self.emulator.size().rows) {
            self.take(index);
        }
        self.text.push_str(self.line.trim_end());
        self.text.truncate(self.text.trim_end().len());
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { columns: 10, rows: 3 };

    fn printed(feed: impl FnOnce(&mut Capture)) -> String {
        let mut capture = Capture::default();
        feed(&mut capture);
        capture.take(SIZE).expect("a capture")
    }

    #[test]
    fn output_is_what_stands_between_the_first_start_and_the_last_end() {
        let text = printed(|c| {
            c.begin(1);
            c.pass(b"ech\rfor i in; do\r\n");
            c.started();
            c.pass(b"\x1b[31mone\x1b[0m  \r\n");
            c.ended();
            c.started();
            c.pass(b"two\r\n");
            c.ended();
            c.pass(b"$ ");
            c.prompted();
            c.pass(b"later");
        });
        assert_eq!(text, "one\ntwo");
    }

    #[test]
    fn the_echo_is_dropped_where_no_start_is_told() {
        let late = printed(|c| {
            c.begin(3);
            c.pass(b"{\r\nls\r\n}\r\n> ");
            c.more();
            c.pass(b"> ");
            c.more();
            c.pass(b"file\r\n");
            c.ended();
            c.pass(b"$ ");
        });
        assert_eq!(late, "file");
        let between = printed(|c| {
            c.begin(3);
            c.ended();
            c.pass(b"{\r\n> ");
            c.more();
            c.pass(b"ls\r\n> ");
            c.more();
            c.pass(b"}\r\nfile\r\n");
            c.ended();
            c.prompted();
        });
        assert_eq!(between, "file");
    }

    #[test]
    fn it_reads_as_a_terminal_shows_it() {
        let shown = |bytes: &[u8]| {
            printed(|c| {
                c.begin(0);
                c.started();
                c.pass(bytes);
            })
        };
        assert_eq!(shown(b"10%\r50%\r100%\r\ndone\r\n"), "100%\ndone");
        assert_eq!(shown(b"0123456789abcdefghijKLM\r\n\r\nx"), "0123456789abcdefghijKLM\n\nx", "wrapped lines are joined");
        assert_eq!(shown(b"a\r\nb\r\nc\r\nd\r\ne\r\n\x1b[2Axx"), "a\nb\nc\nxx\ne");
        assert_eq!(shown(b"before\r\n\x1b[?1049hfull screen\x1b[?1049lafter"), "before\nafter");
        assert_eq!(shown("héé\u{301} 日本語日本語".as_bytes()), "héé\u{301} 日本語日本語");
        assert_eq!(shown(b"\x1b[?2026hheld"), "held");
        assert_eq!(shown(b""), "");
    }

    #[test]
    fn long_output_keeps_its_ends() {
        let text = printed(|c| {
            c.begin(0);
            c.started();
            for number in 0..1_000_000 {
                c.pass(format!("line {number}\r\n").as_bytes());
                assert!(c.tail.len() <= TAIL && c.head.len() <= HEAD);
            }
            c.ended();
        });
        assert!(text.starts_with("line 0\nline 1\n") && text.ends_with("\nline 999999"));
        let cut = text.lines().find(|line| line.contains("left out")).expect("it says so");
        let said: usize = cut.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("a number");
        let whole: usize = (0..1_000_000).map(|n: usize| format!("line {n}\r\n").len()).sum();
        assert!((whole - HEAD - TAIL..whole - HEAD - TAIL + 20).contains(&said), "{cut}");
        assert!(!is_whole(&text) && is_whole("line 0\n[… some bytes are left out here …]"));
        assert!(text.lines().all(|l| l.starts_with("line ") || l == cut || "line ".starts_with(l)), "no torn line");
    }

    #[test]
    fn nothing_begun_is_nothing() {
        let mut capture = Capture::default();
        capture.pass(b"x");
        assert_eq!(capture.take(SIZE), None);
    }
}
