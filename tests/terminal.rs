//! What real programs wrote, as the terminal shows it.
#![allow(clippy::unwrap_used)]

use wci::session::Size;
use wci::terminal::Terminal;

/// The screen after a recorded stream, with the cursor and what is on.
fn shown(name: &str, size: Size) -> String {
    let bytes = std::fs::read(format!("tests/casts/{name}.bytes")).unwrap();
    let mut whole = Terminal::new(size);
    let _ = whole.feed(&bytes);
    let mut parts = Terminal::new(size);
    for part in bytes.chunks(7) {
        let _ = parts.feed(part);
    }
    assert_eq!((parts.text(), parts.cursor(), parts.modes()), (whole.text(), whole.cursor(), whole.modes()), "{name}");
    let cursor = whole.cursor().map_or("hidden".into(), |c| format!("{}:{} {:?}", c.row, c.column, c.shape));
    let mode = if whole.modes().alternate_screen { "alternate screen" } else { "screen" };
    format!("{}\n--- {mode}, cursor {cursor}, history {}", whole.text(), whole.history())
}

macro_rules! casts {
    ($($test:ident $name:literal)*) => { $(
        #[test]
        fn $test() {
            insta::assert_snapshot!($name, shown($name, Size { columns: 80, rows: 24 }));
        }
    )* };
}

casts! { vim "vim" vim_left "vim-left" less "less" top "top" apt "apt" ls "ls" bash "bash" }

#[test]
fn narrow_and_wide_again_loses_nothing() {
    let mut terminal = Terminal::new(Size { columns: 80, rows: 24 });
    let _ = terminal.feed(&std::fs::read("tests/casts/ls.bytes").unwrap());
    let before = terminal.text();
    for (columns, rows) in [(20, 10), (7, 3), (132, 50), (80, 24)] {
        terminal.resize(Size { columns, rows });
    }
    assert_eq!(terminal.text(), before);
}
