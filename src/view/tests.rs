//! Whole screens through ratatui's TestBackend, and laws that hold for each.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use ratatui::style::Modifier;

use crate::app::App;
use crate::app::Glyphs;
use crate::app::Input;
use crate::app::Link;
use crate::app::Lost;
use crate::app::Notice;
use crate::app::Overlay;
use crate::app::Screen;
use crate::app::Search;
use crate::app::Seat;
use crate::app::ThemeName;
use crate::app::Tone;
use crate::app::Whereabouts;
use crate::course::Place;
use crate::course::Verdict;
use crate::session::Ending;
use crate::tests as fixture;
use crate::tests::at;
use crate::view::view;

fn drawn(app: &App) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(app.size.columns, app.size.rows)).expect("a test backend never fails");
    terminal.draw(|frame| view(app, frame)).expect("a test backend never fails");
    terminal
}

fn shot(app: &App) -> String {
    drawn(app).backend().to_string()
}

fn buffer(app: &App) -> Buffer {
    drawn(app).backend().buffer().clone()
}

fn failed(columns: u16, rows: u16) -> App {
    let mut app = at(columns, rows, 4);
    app.progress.apply(&crate::progress::Entry::Finished {
        step: app.course.chapters[0].steps[4].id.clone(),
        command: "1".into(),
        status: Some(0),
    });
    fixture::answered(&mut app, "docker", 0, Verdict::Pass, "active");
    fixture::answered(&mut app, "docker", 1, Verdict::Fail, "nothing");
    fixture::answered(&mut app, "docker", 2, Verdict::Unknown, "no answer within 10 s");
    app
}

fn over(app: App, overlay: Overlay) -> App {
    App { overlay: Some(overlay), ..app }
}

fn ended(mut app: App) -> App {
    if let Some(seat) = app.seats.get_mut(&Place::Laptop) {
        seat.link = Link::Ended(Ending::Exited(1));
    }
    app
}

fn finished(columns: u16, rows: u16) -> App {
    let mut app = at(columns, rows, 6);
    for step in app.course.chapters[0].steps.clone() {
        app.progress.apply(&crate::progress::Entry::Declared { step: step.id, done: true });
    }
    app
}

fn quiet(columns: u16, rows: u16) -> App {
    let mut app = fixture::running(columns, rows, 41);
    if let Some(seat) = app.seats.get_mut(&Place::Laptop) {
        seat.heard = fixture::NOW - 12_000;
    }
    app
}

fn input(text: &str) -> Input {
    Input { text: text.into(), cursor: text.chars().count() }
}

/// The Windows machine behind ssh, with its link so.
fn over_ssh(mut app: App, link: Link) -> App {
    let host = "ssh://wci@20.51.3.7".parse().expect("a host");
    let seat = Seat { link, ..Seat::of(&host, &app.seats[&Place::Laptop]) };
    app.seats.insert(Place::Vm, seat);
    app
}

fn lost(next: Option<u64>) -> Link {
    Link::Lost(Lost { why: "The machine went away: its connection was closed.".into(), next })
}

fn on_the_desktop(mut app: App) -> App {
    app.course.chapters[0].steps[3].desktop = true;
    app.course.chapters[0].steps[3].blocks.retain(|b| !matches!(b, crate::course::Block::Need(_)));
    app
}

fn whereabouts(app: App, choice: Whereabouts, text: &str, error: Option<&str>) -> App {
    over(app, Overlay::Place { choice, input: input(text), error: error.map(Into::into) })
}

/// Every situation there is a picture of, by name.
fn situations(columns: u16, rows: u16) -> Vec<(&'static str, App)> {
    let a = |step| at(columns, rows, step);
    let searching =
        |app: App| App { search: Some(Search { text: "container".into(), found: vec![(4, 2), (5, 0)], at: 0 }), ..app };
    vec![
        ("home", fixture::app(columns, rows)),
        ("first", a(0)),
        ("tasks", a(1)),
        ("values", a(2)),
        ("no_machine", a(3)),
        ("ready", a(4)),
        ("running", fixture::running(columns, rows, 41)),
        ("long_run", fixture::running(columns, rows, 141)),
        ("quiet", quiet(columns, rows)),
        ("failed", failed(columns, rows)),
        ("prose", a(5)),
        ("closing_open", a(6)),
        ("closing", finished(columns, rows)),
        ("terminal", fixture::in_terminal(a(4))),
        ("shell_ended", ended(a(4))),
        ("zoom", App { zoom: true, ..fixture::in_terminal(a(4)) }),
        ("big", App { big: true, ..a(4) }),
        ("notice", App { notice: Some(Notice { text: "Copied.".into(), tone: Tone::Good }), ..a(4) }),
        ("found", searching(a(4))),
        ("search", over(a(4), Overlay::Search { input: input("silo") })),
        ("help", over(a(4), Overlay::Help { scroll: 0 })),
        ("outline", over(a(4), Overlay::Outline { choice: 2 })),
        ("hints", over(failed(columns, rows), Overlay::Hints { scroll: 0 })),
        ("undo", over(a(4), Overlay::Undo { command: 0 })),
        ("links", over(a(4), Overlay::Links { choice: 0 })),
        (
            "ask",
            over(
                a(2),
                Overlay::Ask { value: "vm_address".into(), input: input("20.51"), error: Some("That is not an address.".into()) },
            ),
        ),
        ("edit", over(a(4), Overlay::Edit { input: input("./install-docker-ce.sh\n  --now") })),
        ("quit", over(fixture::running(columns, rows, 41), Overlay::Quit)),
        ("place_first", App { unplaced: true, ..whereabouts(fixture::app(columns, rows), Whereabouts::Nowhere, "", None) }),
        ("place_here", whereabouts(a(3), Whereabouts::Here, "", None)),
        (
            "place_ssh",
            whereabouts(
                a(3),
                Whereabouts::Ssh,
                "ssh://wci@20.51.3.7:0",
                Some("0 is not a port: one is a number from 1 to 65535."),
            ),
        ),
        ("ssh_home", over_ssh(fixture::app(columns, rows), lost(Some(fixture::NOW + 7_300)))),
        ("ssh_up", over_ssh(a(3), Link::Up)),
        ("ssh_desktop", on_the_desktop(over_ssh(a(3), Link::Up))),
        ("ssh_lost", over_ssh(a(3), lost(Some(fixture::NOW + 7_300)))),
        ("ssh_gone", over_ssh(a(3), lost(None))),
        ("ended", over(fixture::running(columns, rows, 41), Overlay::Ended)),
    ]
}

fn snapshots(columns: u16, rows: u16, which: &[&str]) {
    for (name, app) in situations(columns, rows) {
        if which.is_empty() || which.contains(&name) {
            insta::assert_snapshot!(format!("{columns}x{rows}_{name}"), shot(&app));
        }
    }
}

#[test]
fn the_window_most_learners_see_first() {
    snapshots(80, 24, &[]);
}

#[test]
fn larger_windows() {
    snapshots(
        120,
        40,
        &["home", "running", "failed", "prose", "help", "outline", "place_first", "place_ssh", "ssh_desktop", "ssh_lost"],
    );
    snapshots(200, 60, &["first", "running", "terminal", "help"]);
}

#[test]
fn small_windows() {
    snapshots(40, 12, &["home", "ready", "outline", "edit", "help", "place_first", "place_ssh"]);
    snapshots(39, 11, &["ready"]);
    snapshots(1, 1, &["ready"]);
}

#[test]
fn the_other_signs() {
    for (name, glyphs) in [("console", Glyphs::Console), ("ascii", Glyphs::Ascii)] {
        for (what, step) in [("ready", 4), ("tasks", 1)] {
            let mut app = at(80, 24, step);
            app.appearance.glyphs = glyphs;
            insta::assert_snapshot!(format!("{name}_{what}"), shot(&app));
        }
        let mut app = fixture::app(80, 24);
        app.appearance.glyphs = glyphs;
        insta::assert_snapshot!(format!("{name}_home"), shot(&app));
    }
}

#[test]
fn ascii_draws_nothing_else_of_its_own() {
    for (name, mut app) in situations(100, 30) {
        // The prose of this step is the author's, and not ASCII; so is what the shell shows.
        app.appearance.glyphs = Glyphs::Ascii;
        if app.step == 5 {
            continue;
        }
        app.seats.values_mut().for_each(|s| s.terminal = crate::terminal::Terminal::new(s.terminal.size()));
        let text: String = buffer(&app).content().iter().map(|c| c.symbol().to_owned()).collect();
        let odd: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(odd, "", "{name}");
    }
}

#[test]
fn every_size_is_survived() {
    for (columns, rows) in [(1, 1), (2, 40), (39, 11), (40, 12), (41, 13), (60, 12), (80, 25), (146, 12), (146, 50), (300, 90)] {
        for (name, app) in situations(columns, rows) {
            drop((name, shot(&app)));
        }
    }
    // A frame can be smaller than the state knows yet.
    let app = at(80, 24, 4);
    let mut terminal = Terminal::new(TestBackend::new(30, 8)).expect("a test backend never fails");
    terminal.draw(|frame| view(&app, frame)).expect("a test backend never fails");
}

#[test]
fn plain_has_no_colour_anywhere() {
    for (name, mut app) in situations(100, 30) {
        app.appearance.theme = ThemeName::Plain;
        for cell in buffer(&app).content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
        }
    }
}

#[test]
fn sixteen_keeps_to_the_sixteen_and_off_the_blues() {
    for (name, mut app) in situations(100, 30) {
        app.appearance.theme = ThemeName::Sixteen;
        // What the shell shows is the program's choice.
        app.seats.values_mut().for_each(|s| s.terminal = crate::terminal::Terminal::new(s.terminal.size()));
        for cell in buffer(&app).content() {
            assert!(!matches!(cell.fg, Color::Indexed(_) | Color::Rgb(..)), "{name}");
            assert!(!matches!(cell.fg, Color::Blue | Color::Cyan | Color::DarkGray | Color::Magenta), "{name}");
        }
    }
}

#[test]
fn the_cursor_is_only_where_text_goes() {
    let shown = |app: &App| {
        let terminal = drawn(app);
        terminal.backend().cursor_visible().then(|| terminal.backend().cursor_position())
    };
    assert!(shown(&at(80, 24, 4)).is_none());
    assert!(shown(&fixture::in_terminal(at(80, 24, 4))).is_some());
    assert!(shown(&over(fixture::in_terminal(at(80, 24, 4)), Overlay::Help { scroll: 0 })).is_none());
    assert!(shown(&over(at(80, 24, 4), Overlay::Edit { input: input("ls") })).is_some());
    assert!(shown(&over(at(80, 24, 4), Overlay::Search { input: input("ls") })).is_some());
}

#[test]
fn the_current_step_stays_in_the_rail_and_the_choice_on_the_map() {
    let mut app = at(80, 24, 0);
    let step = app.course.chapters[0].steps[0].clone();
    app.course.chapters[0].steps = (0..60).map(|_| step.clone()).collect();
    for index in 0..60 {
        app.step = index;
        assert!(shot(&app).contains(&format!("▶{:>2}", index + 1)), "{index}");
    }
    let chapter = app.course.chapters[1].clone();
    app.course.chapters = (0..30).map(|n| crate::course::Chapter { title: format!("Chapter {n}."), ..chapter.clone() }).collect();
    app.screen = Screen::Home;
    for choice in 0..30 {
        app.choice = choice;
        assert!(shot(&app).contains(&format!("Chapter {choice}.")), "{choice}");
    }
}

/// One letter for each style of the cells: A is the first style met, and so on.
fn styles(app: &App) -> String {
    let buffer = buffer(app);
    let mut known: Vec<(Color, Color, Modifier)> = Vec::new();
    let mut out = String::new();
    for (index, cell) in buffer.content().iter().enumerate() {
        let style = (cell.fg, cell.bg, cell.modifier);
        let at = known.iter().position(|k| *k == style).unwrap_or_else(|| {
            known.push(style);
            known.len() - 1
        });
        out.push(if at == 0 { '.' } else { char::from(b'A' + u8::try_from((at - 1) % 26).unwrap_or(0)) });
        if (index + 1) % usize::from(buffer.area.width) == 0 {
            out.push('\n');
        }
    }
    for (index, style) in known.iter().enumerate().skip(1) {
        out.push_str(&format!("{} {style:?}\n", char::from(b'A' + u8::try_from((index - 1) % 26).unwrap_or(0))));
    }
    out
}

#[test]
fn styles_of_the_first_window() {
    for (name, theme) in [("dark", ThemeName::Dark), ("plain", ThemeName::Plain)] {
        let mut app = failed(80, 24);
        app.appearance.theme = theme;
        insta::assert_snapshot!(format!("styles_{name}"), styles(&app));
    }
}

/// `WCI_SHOTS=folder cargo test --lib pictures -- --ignored` writes each situation as text with colours, for `shot --ansi`.
#[test]
#[ignore = "writes files to look at"]
fn pictures() {
    let Ok(folder) = std::env::var("WCI_SHOTS") else { return };
    for (columns, rows) in [(80, 24), (120, 40), (160, 45)] {
        for (theme_name, theme, glyphs) in [
            ("dark", ThemeName::Dark, Glyphs::Rich),
            ("light", ThemeName::Light, Glyphs::Rich),
            ("conhost", ThemeName::Sixteen, Glyphs::Console),
            ("plain", ThemeName::Plain, Glyphs::Ascii),
            ("contrast", ThemeName::Contrast, Glyphs::Rich),
        ] {
            for (name, mut app) in situations(columns, rows) {
                app.appearance = crate::app::Appearance { theme, glyphs };
                std::fs::write(format!("{folder}/{theme_name}_{columns}_{name}.ansi"), ansi(&buffer(&app)))
                    .expect("the folder exists");
            }
        }
    }
}

fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    let width = usize::from(buffer.area.width);
    let mut hidden = 0;
    for (index, cell) in buffer.content().iter().enumerate() {
        if hidden > 0 {
            hidden -= 1;
            continue;
        }
        hidden = crate::page::wrap::columns(cell.symbol()).saturating_sub(1);
        let mut codes = vec!["0".to_owned()];
        for (modifier, code) in
            [(Modifier::BOLD, "1"), (Modifier::DIM, "2"), (Modifier::UNDERLINED, "4"), (Modifier::REVERSED, "7")]
        {
            if cell.modifier.contains(modifier) {
                codes.push(code.into());
            }
        }
        codes.extend(code(cell.fg, 38));
        codes.extend(code(cell.bg, 48));
        out.push_str(&format!("\x1b[{}m{}", codes.join(";"), cell.symbol()));
        if (index + 1 + hidden) % width == 0 {
            out.push_str("\x1b[0m\n");
        }
    }
    out
}

fn code(colour: Color, kind: u8) -> Option<String> {
    let named = |n: u8| Some(format!("{kind};5;{n}"));
    match colour {
        Color::Reset => None,
        Color::Indexed(n) => named(n),
        Color::Rgb(r, g, b) => Some(format!("{kind};2;{r};{g};{b}")),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
    }
}

#[test]
fn a_frame_and_a_page_are_quick() {
    let mut app = at(200, 60, 4);
    let step = app.course.chapters[0].steps[4].clone();
    app.course.chapters[0].steps = (0..40).map(|_| step.clone()).collect();
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).expect("a test backend never fails");
    let start = std::time::Instant::now();
    for _ in 0..100 {
        terminal.draw(|frame| view(&app, frame)).expect("a test backend never fails");
    }
    let frame = start.elapsed() / 100;
    let start = std::time::Instant::now();
    for _ in 0..100 {
        assert!(!crate::page::page(&app, 80).rows.is_empty());
    }
    // Unoptimised and beside other tests: this only catches what is far off. Optimised it is printed for the eye.
    eprintln!("a frame of 200x60 with 40 steps took {frame:?}, a page {:?}", start.elapsed() / 100);
    assert!(frame < std::time::Duration::from_millis(100));
}
