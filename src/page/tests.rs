//! Laws of laying out, for any text and any width.

use proptest::prelude::*;

use crate::app::App;
use crate::app::Screen;
use crate::course::Align;
use crate::course::Block;
use crate::course::Inline;
use crate::course::List;
use crate::course::Table;
use crate::page::Page;
use crate::page::Role;
use crate::page::page;
use crate::page::search;
use crate::page::wrap::Span;
use crate::page::wrap::clean;
use crate::page::wrap::columns;
use crate::page::wrap::wrap;
use crate::tests as fixture;
use crate::tests::paragraph;
use crate::tests::text;

fn of(blocks: Vec<Block>) -> App {
    let mut app = fixture::at(80, 24, 5);
    app.course.chapters[0].steps[5].blocks = blocks;
    app
}

fn words(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn all(page: &Page) -> String {
    page.rows.iter().map(|r| r.text()).collect::<Vec<_>>().join("\n")
}

/// Words of all kinds: short, long, wide, combining, joined emoji.
fn prose() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,12}",
        Just("https://example.org/a/very/long/address/that/no/line/of/this/page/can/hold/in/one/piece".to_owned()),
        Just("日本語のテキスト".to_owned()),
        Just("e\u{301}a\u{308}o\u{302}".to_owned()),
        Just("👩‍👩‍👧👍🏽".to_owned()),
        Just("a\u{a0}b".to_owned()),
    ];
    prop::collection::vec(word, 0..60).prop_map(|w| w.join(" "))
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        prose().prop_map(|t| paragraph(&t)),
        prose().prop_map(|t| Block::Code { language: "sh".into(), text: t }),
        prose().prop_map(|t| Block::Paragraph(vec![
            Inline::Strong(vec![text(&t)]),
            Inline::Code(t.clone()),
            Inline::Link { text: vec![text(&t)], url: t }
        ])),
        prop::collection::vec(prose(), 1..9).prop_map(|cells| {
            let row: Vec<Vec<Inline>> = cells.iter().map(|t| vec![text(t)]).collect();
            Block::Table(Table { align: vec![Align::Centre, Align::Right], head: row.clone(), rows: vec![row.clone(), row] })
        }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Block::Quote),
            (prop::collection::vec(prop::collection::vec(inner, 0..3), 0..3), prop::option::of(0..2000u64))
                .prop_map(|(items, start)| Block::List(List { start, items })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_never_too_wide_and_nothing_is_lost(texts in prop::collection::vec(prose(), 1..4), width in 2..90usize) {
        let spans: Vec<Span<'_>> = texts.iter().zip([Role::Text, Role::Strong, Role::InlineCode]).map(|(t, r)| Span::new(t.as_str(), r)).collect();
        let lines = wrap(&spans, width);
        let mut kept = String::new();
        for line in &lines {
            let used: usize = line.iter().map(|p| columns(&p.text)).sum();
            prop_assert!(used <= width, "{used} of {width}");
            kept.extend(line.iter().map(|p| p.text.as_str()));
        }
        prop_assert_eq!(words(&kept), words(&spans.iter().map(|s| s.text.as_ref()).collect::<String>()));
    }

    #[test]
    fn pages_are_never_too_wide(blocks in prop::collection::vec(block(), 0..4), width in 8..140u16) {
        let page = page(&of(blocks), width);
        for row in &page.rows {
            prop_assert!(row.width() <= usize::from(width), "{} of {width}: {}", row.width(), row.text());
        }
    }

    #[test]
    fn searching_finds_what_is_on_the_page(words in prop::collection::vec("[a-z]{2,8}", 1..30), pick in 0..1000usize, width in 20..100u16) {
        let app = of(vec![paragraph(&words.join(" "))]);
        let from = pick % words.len();
        let needle = words[from..(from + 3).min(words.len())].join(" ").to_uppercase();
        let found = search(&app, width, &needle);
        prop_assert!(found.iter().any(|(step, _)| *step == 5), "{needle}");
        let rows = page(&app, width).rows;
        let first = words[from].clone();
        prop_assert!(found.iter().filter(|(s, _)| *s == 5).all(|(_, row)| rows[*row].text().to_lowercase().contains(&first)));
    }
}

#[test]
fn every_step_fits_every_width() {
    for step in 0..=6 {
        for width in 8..140 {
            for glyphs in [crate::app::Glyphs::Rich, crate::app::Glyphs::Ascii] {
                let mut app = fixture::at(80, 24, step);
                app.appearance.glyphs = glyphs;
                let mut pages = vec![page(&app, width)];
                app.screen = Screen::Home;
                pages.push(page(&app, width));
                for row in pages.iter().flat_map(|p| &p.rows) {
                    assert!(row.width() <= usize::from(width), "step {step} at {width}: {}", row.text());
                }
            }
        }
    }
}

#[test]
fn links_are_numbered_where_they_stand() {
    let link = |url: &str| Inline::Link { text: vec![text("a link with several words in it")], url: url.into() };
    let table = Table { align: vec![], head: vec![vec![text("x")]], rows: vec![vec![vec![link("https://c")]]] };
    let app = of(vec![Block::Paragraph(vec![link("https://a"), text(" and "), link("https://b")]), Block::Table(table)]);
    let page = page(&app, 40);
    assert_eq!(page.links.iter().map(|l| l.url.as_str()).collect::<Vec<_>>(), ["https://a", "https://b", "https://c"]);
    for link in &page.links {
        assert!(page.rows[link.row].text().contains(&format!("[{}]", link.number)), "{}", all(&page));
    }
}

#[test]
fn values_are_filled_and_the_missing_are_named() {
    let page = page(&fixture::at(80, 24, 2), 80);
    assert!(all(&page).contains("ssh ‹vm_user›@‹vm_address›"), "{}", all(&page));
    assert!(all(&page).contains("Enter asks for vm_"), "{}", all(&page));
    let mut app = fixture::at(80, 24, 2);
    for (name, value) in [("vm_user", "me"), ("vm_address", "20.51.3.7")] {
        app.progress.apply(&crate::progress::Entry::Valued {
            chapter: "introduction".into(),
            name: name.into(),
            value: value.into(),
        });
    }
    let page = self::page(&app, 80);
    assert!(all(&page).contains("Enter runs this"), "{}", all(&page));
}

#[test]
fn tasks_and_chapters_know_their_rows() {
    let app = fixture::at(80, 24, 1);
    let tasks = page(&app, 75);
    assert_eq!(tasks.tasks.iter().map(|(_, i)| *i).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(tasks.rows[tasks.tasks[1].0].text().contains("Size"));
    let home = page(&fixture::app(80, 24), 80);
    assert!(home.rows[home.tasks[1].0].text().contains("Server silos"));
}

#[test]
fn what_would_move_the_cursor_or_turn_the_text_is_named() {
    assert_eq!(clean("a\tb\x1b[31m\u{202e}x\u{7f}"), "a    b^[[31m<U+202E>x^?");
    assert_eq!(clean("plain"), "plain");
}

#[test]
fn a_chapter_of_a_megabyte_is_laid_out_in_one_pass() {
    // Twice the text may take three times the time, not four: then something is quadratic.
    let sentence = "The kernel does not know what a container is. It knows processes, and shows them less than there is. ";
    let time = |bytes: usize| {
        let app = of((0..bytes / 1000).map(|_| paragraph(&sentence.repeat(10))).collect());
        let start = std::time::Instant::now();
        let rows = page(&app, 80).rows.len();
        assert!(rows > bytes / 100);
        start.elapsed()
    };
    assert!(time(100_000).as_secs() < 60);
    let (small, large) = (time(500_000), time(1_000_000));
    eprintln!("1 MB took {large:?}, 0.5 MB {small:?}");
    assert!(large < small * 4 + std::time::Duration::from_millis(200));
}
