//! Memory stays flat whatever a program prints. A test program of its own: others would move the figure.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use wci::session::Size;
use wci::terminal::Terminal;

/// In kilobytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn hostile_output_keeps_memory_flat() {
    let mut terminal = Terminal::new(Size { columns: 80, rows: 24 });
    let feed = |terminal: &mut Terminal, start: &[u8], block: &[u8]| {
        let _ = terminal.feed(start);
        for _ in 0..80 {
            let _ = terminal.feed(block);
        }
    };
    let block = [b'A'; 64 * 1024];
    // History fills once, with 10,000 lines.
    feed(&mut terminal, b"", &block);
    let before = resident();
    for start in [&b"\x1b]52;c;"[..], b"\x1b]0;", b"\x1bPq", b"\x1b_G", b"\x1b^", b"\x1bX", b"\x1b[", b"\x1b[?2026h"] {
        feed(&mut terminal, start, &block);
        feed(&mut terminal, start, &start.repeat(6000));
        let _ = terminal.feed(b"\x18\x1b[?2026l");
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 5_000, "grown by {grown} KB after 80 MB");
}
