#![allow(clippy::unwrap_used)]

use super::*;

use proptest::prelude::*;

const SIZE: Size = Size { columns: 20, rows: 5 };

fn terminal() -> Terminal {
    let mut terminal = Terminal::new(SIZE);
    terminal.trust("n0nce");
    terminal
}

fn mark(kind: MarkKind, number: u64) -> Heard {
    Heard::Mark(Mark { kind, number: Some(number), clock: None, at_once: None })
}

#[test]
fn marks_are_told_in_their_place_and_only_with_the_nonce() {
    let mut t = terminal();
    let bytes =
        b"\x1b]133;D;7;k=n0nce;n=1\x1b\\\x1b]7;file://h/tmp\x1b\\\x1b]133;A;k=n0nce;n=1\x1b\\$ \x1b]133;B;k=n0nce;n=1\x1b\\\
        \x1b]133;D;0\x1b\\\x1b]133;D;0;k=guess;n=2\x1b\\\x1b]52;c;aGk=\x07\x1b]0;title\x07\x1b]8;;http://x\x07link\x1b]8;;\x07";
    let heard = t.feed(bytes);
    assert_eq!(
        heard,
        [
            mark(MarkKind::CommandEnd(Some(7)), 1),
            Heard::Folder("/tmp".into()),
            mark(MarkKind::PromptStart, 1),
            mark(MarkKind::PromptEnd, 1),
        ]
    );
    assert_eq!(t.text(), "$ link");
    assert_eq!(Terminal::new(SIZE).feed(bytes), [Heard::Folder("/tmp".into())], "nothing is trusted before it is said");
}

#[test]
fn questions_are_answered_also_when_split() {
    let mut t = terminal();
    assert_eq!(t.feed(b"ab\x1b[6"), []);
    assert_eq!(t.feed(b"n"), [Heard::Reply(b"\x1b[1;3R".to_vec())]);
    assert_eq!(t.feed(b"\x1b[c"), [Heard::Reply(b"\x1b[?6c".to_vec())]);
    assert_eq!(
        t.feed(b"\x1b[5n\x07\x07\x1b[?2004$p"),
        [Heard::Reply(b"\x1b[0n".to_vec()), Heard::Bell, Heard::Reply(b"\x1b[?2004;2$y".to_vec())]
    );
    assert_eq!(t.feed(b"\x1b[18t"), [Heard::Reply(b"\x1b[8;5;20t".to_vec())]);
    assert_eq!(t.feed(b"\x1b]11;?\x07\x1b]52;c;?\x07\x1b[21t"), [], "neither colours nor clipboard nor title are given away");
}

#[test]
fn modes_follow_the_program() {
    let mut t = terminal();
    assert_eq!(t.modes(), Modes { alternate_scroll: true, ..Modes::default() });
    let _ = t.feed(b"\x1b[?1h\x1b=\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1049h\x1b[?1004h");
    use crate::keys::{Encoding, Tracking};
    let all = Modes {
        application_cursor: true,
        application_keypad: true,
        bracketed_paste: true,
        tracking: Tracking::Drags,
        encoding: Encoding::Sgr,
        alternate_screen: true,
        alternate_scroll: true,
        focus: true,
    };
    assert_eq!(t.modes(), all);
}

#[test]
fn cells_carry_their_style() {
    let mut t = terminal();
    let _ = t.feed("\x1b[1;3;4;9;7;31;48;5;200mA\x1b[0;2;38;2;1;2;3mé\u{301}\x1b[0m日\x1b[97;8mx".as_bytes());
    let mut cells = Vec::new();
    t.for_each_cell(|row, column, cell| {
        if row == 0 && cell.ch != ' ' {
            cells.push((
                column,
                cell.ch,
                cell.extra.to_vec(),
                cell.width,
                format!("{:?} {:?}", cell.foreground, cell.background),
            ));
        }
        if column == 0 && row == 0 {
            assert!(cell.bold && cell.italic && cell.underline && cell.strike && cell.reverse && !cell.dim && !cell.hidden);
        }
        assert!(row != 0 || column != 1 || cell.dim);
        assert_eq!(cell.hidden, row == 0 && column == 4);
    });
    let seen = |column, ch, extra: &[char], width, colours: &str| (column, ch, extra.to_vec(), width, colours.to_string());
    assert_eq!(
        cells,
        [
            seen(0, 'A', &[], 1, "Indexed(1) Indexed(200)"),
            seen(1, 'é', &['\u{301}'], 1, "Rgb(1, 2, 3) Default"),
            seen(2, '日', &[], 2, "Default Default"),
            seen(4, 'x', &[], 1, "Indexed(15) Default"),
        ]
    );
    let mut count = 0;
    t.for_each_cell(|_, _, cell| count += u32::from(cell.width));
    assert_eq!(count, 100);
}

#[test]
fn scrolling_moves_what_is_shown_and_hides_the_cursor() {
    let mut t = terminal();
    for number in 0..30 {
        let _ = t.feed(format!("line {number}\r\n").as_bytes());
    }
    assert_eq!((t.history(), t.scrolled()), (26, 0));
    assert_eq!(t.text(), "line 26\nline 27\nline 28\nline 29");
    assert_eq!(t.cursor(), Some(Cursor { column: 0, row: 4, shape: Shape::Block }));
    t.scroll(2);
    assert_eq!((t.scrolled(), t.cursor()), (2, None));
    assert_eq!(t.text(), "line 24\nline 25\nline 26\nline 27\nline 28");
    t.scroll(1000);
    assert!(t.text().starts_with("line 0\n") && t.scrolled() == 26);
    let _ = t.feed(b"more\r\n");
    assert!(t.text().starts_with("line 0\n"), "new output does not move what is read");
    t.scroll_to_bottom();
    assert!(t.text().ends_with("more"));
    let _ = t.feed(b"\x1b[?25l");
    assert_eq!(t.cursor(), None);
    let _ = t.feed(b"\x1b[?25h\x1b[5 q");
    assert_eq!(t.cursor().map(|c| c.shape), Some(Shape::Bar));
}

#[test]
fn a_synchronized_update_is_held_back_until_its_end_a_mark_or_the_limit() {
    let mut t = terminal();
    let _ = t.feed(b"\x1b[?2026hhalf");
    assert!(t.pending_sync() && t.text().is_empty());
    let _ = t.feed(b" done\x1b[?2026l");
    assert!(!t.pending_sync());
    assert_eq!(t.text(), "half done");
    let _ = t.feed(b"\x1b[?2026h+\x1b[5n");
    assert_eq!(t.flush_sync(), [Heard::Reply(b"\x1b[0n".to_vec())]);
    assert_eq!(t.text(), "half done+");
    let _ = t.feed(b"\x1b[?2026h!\x1b]133;B;k=n0nce;n=1\x07");
    assert_eq!(t.text(), "half done+!", "the screen is exact at a mark");
}

#[test]
fn what_a_command_printed_is_kept() {
    let mut t = terminal();
    let _ = t.feed(b"$ ");
    t.begin_capture(b"ls\r");
    let _ = t.feed(
        b"ls\r\n\x1b]133;C;k=n0nce;n=1\x1b\\\x1b[32mfile\x1b[0m\r\n\x1b]133;D;0;k=n0nce;n=2\x1b\\$ \x1b]133;B;k=n0nce;n=2\x1b\\",
    );
    assert_eq!(t.capture().as_deref(), Some("file"));
    assert_eq!(t.capture(), None);
}

#[test]
fn any_size_survives() {
    for (columns, rows) in [(0, 0), (1, 1), (0, 9), (9, 0), (2, 1), (u16::MAX, 1), (1, u16::MAX)] {
        let mut t = Terminal::new(Size { columns, rows });
        let _ = t.feed("abc日本\r\n\x1b[6n\x1b[10;10H*\x1b[2J\x1b[?1049hx".as_bytes());
        let size = t.size();
        assert!(t.cursor().is_some_and(|c| c.column < size.columns && c.row < size.rows));
        t.for_each_cell(|row, column, cell| assert!(row < size.rows && column + u16::from(cell.width) <= size.columns));
    }
}

/// Text, sequences and broken bits of them: what a terminal may be told.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-z \r\n\t]{0,12}".prop_map(String::into_bytes),
        2 => "[é日\u{301}\u{9b}\u{9d}🦀]{1,3}".prop_map(String::into_bytes),
        4 => prop::sample::select(vec![
            &b"\x1b[31m"[..], b"\x1b[H", b"\x1b[2J", b"\x1b[3;4H", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[6n", b"\x1b[c", b"\x07", b"\x1b",
            b"\x1b]133;A;k=n0nce;n=1\x1b\\", b"\x1b]133;D;1;k=n0nce;n=2\x07", b"\x1b]133;B\x07", b"\x1b]0;x", b"\x1bP1$q", b"\x1b\\", b"\x18",
            b"\x1b]7;file://h/a%20b\x07", b"\x1b[?2026h", b"\x1b[?2026l", b"\x1b[2;4r", b"\x1bM", b"\x1b(0", b"\x1b(B", b"\x1b[5b", b"\x1b[?7l",
            b"\x1b[4h", b"\x1b[20X", b"\x1b[3L", b"\x1b[2T",
        ]).prop_map(<[u8]>::to_vec),
        2 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// One answer in two parts is the same answer, and two bells are one.
fn joined(parts: Vec<Heard>) -> Vec<Heard> {
    let mut all: Vec<Heard> = Vec::new();
    for part in parts {
        match (part, all.last_mut()) {
            (Heard::Reply(more), Some(Heard::Reply(bytes))) => bytes.extend(more),
            (Heard::Bell, Some(Heard::Bell)) => {}
            (other, _) => all.push(other),
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_chunks_is_as_at_once(bytes in stream(), cuts in prop::collection::vec(1usize..40, 1..30)) {
        let (mut whole, mut parts) = (terminal(), terminal());
        let mut at_once = whole.feed(&bytes);
        let (mut heard, mut rest, mut cuts) = (Vec::new(), &bytes[..], cuts.into_iter().cycle());
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.len().min(cuts.next().unwrap()));
            heard.extend(parts.feed(part));
            rest = after;
        }
        // What is still held back may be cut elsewhere.
        at_once.extend(whole.flush_sync());
        heard.extend(parts.flush_sync());
        prop_assert_eq!(parts.text(), whole.text(), "{}", bytes.escape_ascii());
        prop_assert_eq!(parts.cursor(), whole.cursor());
        prop_assert_eq!(parts.modes(), whole.modes());
        prop_assert_eq!(joined(heard), joined(at_once));
    }

    #[test]
    fn resizing_keeps_the_cursor_inside(bytes in stream(), sizes in prop::collection::vec((0u16..60, 0u16..30), 1..8)) {
        let mut t = terminal();
        for (columns, rows) in sizes {
            let _ = t.feed(&bytes);
            t.scroll(i32::from(columns) - 30);
            t.resize(Size { columns, rows });
            let size = t.size();
            t.for_each_cell(|row, column, cell| assert!(row < size.rows && column + u16::from(cell.width) <= size.columns));
            if let Some(cursor) = t.cursor() {
                prop_assert!(cursor.column < size.columns && cursor.row < size.rows);
            }
        }
    }
}
