//! Times of the pure core: a frame in which everything changed, a large chapter read and laid out.
//!
//!     cargo bench
//!
//! Prints medians; passes or fails nothing, because machines are noisy.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;
use std::time::Instant;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use wci::app::App;
use wci::app::Appearance;
use wci::app::Glyphs;
use wci::app::Msg;
use wci::app::Seat;
use wci::app::Start;
use wci::app::ThemeName;
use wci::course::Course;
use wci::course::Os;
use wci::course::Place;
use wci::course::Shell;
use wci::keys::Key;
use wci::markdown;
use wci::page;
use wci::progress::Progress;
use wci::session::HostKind;
use wci::session::SessionEvent;
use wci::session::Size;
use wci::update::update;
use wci::view::view;

fn main() {
    let size = Size { columns: 200, rows: 60 };
    let mut app = app(&chapter(2_000), size);
    let session = app.seats[&Place::Laptop].session;
    let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).expect("a backend");
    let mut count = 0u32;
    report("frame, 200x60, every cell of the terminal changed", 200, || {
        count += 1;
        let line: String = (0..199).map(|i| char::from(b'a' + ((i + count) % 26) as u8)).collect();
        let bytes = format!("{line}\r\n").repeat(60).into_bytes();
        black_box(update(&mut app, Msg::Session(Place::Laptop, session, SessionEvent::Output(bytes))));
        let start = Instant::now();
        terminal.draw(|frame| view(&app, frame)).expect("drawn");
        start.elapsed()
    });
    let steps = text_of_steps(100, 10_000);
    report("1 MB chapter of 100 steps, read and one of them laid out", 20, || {
        let start = Instant::now();
        let (read, problems) = markdown::chapter("01-big.md", &steps);
        let before = std::mem::replace(&mut app.course.chapters, vec![read]);
        app.step = 50;
        let page = black_box(page::page(&app, 76));
        let took = start.elapsed();
        drop((page, problems, before));
        took
    });
    let text = chapter(1_000_000);
    report("1 MB chapter, read", 20, || {
        // What is read is kept: giving it back is not part of reading it.
        let start = Instant::now();
        let read = black_box(markdown::chapter("01-big.md", &text));
        let took = start.elapsed();
        drop(read);
        took
    });
    let big = self::app(&text, size);
    report("1 MB chapter, one step laid out", 20, || {
        let start = Instant::now();
        let page = black_box(page::page(&big, 76));
        let took = start.elapsed();
        drop(page);
        took
    });
}

fn report(what: &str, times: usize, mut once: impl FnMut() -> Duration) {
    let mut took: Vec<Duration> = (0..times).map(|_| once()).collect();
    took.sort();
    println!("{what}: median {:?}, worst {:?}", took[times / 2], took[times - 1]);
}

/// One step of about this many bytes.
fn chapter(bytes: usize) -> String {
    let mut text = String::from("---\ntitle: Big\n---\n## All {#all}\n\n");
    while text.len() < bytes {
        text.push_str("A paragraph with *emphasis*, `code` and a [link](https://example.org/), long enough to wrap over more than one line of a page.\n\n- an item\n  - inside it\n\n```sh\necho code | grep -c o\n```\n\n");
    }
    text
}

/// Many steps of about this many bytes each.
fn text_of_steps(steps: usize, bytes: usize) -> String {
    let body = chapter(bytes).split_once("{#all}\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    let all: String = (0..steps).map(|n| format!("## Step {n} {{#step-{n}}}\n{body}")).collect();
    format!("---\ntitle: Big\n---\n{all}")
}

fn app(text: &str, size: Size) -> App {
    let (chapter, _) = markdown::chapter("01-big.md", text);
    let course = Course { title: "A course".into(), chapters: vec![chapter], ..Course::default() };
    let mut app = App::new(Start {
        course,
        problems: 0,
        progress: Progress::default(),
        size,
        appearance: Appearance { theme: ThemeName::Dark, glyphs: Glyphs::Rich },
        leave: Key::parse("ctrl-]").expect("a key"),
        now: 0,
        seats: BTreeMap::from([(Place::Laptop, Seat::new(HostKind::Here, Some(Os::Linux), Shell::Bash, "laptop", size))]),
    });
    black_box(update(&mut app, Msg::Show { chapter: 0, step: 0 }));
    app
}
