use proptest::prelude::*;

use super::*;
use crate::course::Check;
use crate::course::Command;
use crate::course::Expect;
use crate::course::Look;
use crate::course::OfWindows;
use crate::course::Scope;
use crate::course::Shell;
use crate::course::Step;

/// A chapter around a piece of Markdown, which begins at line 5.
fn read(md: &str) -> (Chapter, Vec<Problem>) {
    chapter("01-test.md", &format!("---\ntitle: Test\n---\n\n{md}"))
}

/// The step of a piece of Markdown that has no mistake.
fn step(md: &str) -> Step {
    let (mut chapter, problems) = read(&format!("## Step {{#step}}\n\n{md}"));
    assert_eq!(problems, [], "{md}");
    chapter.steps.remove(0)
}

/// Each on a line of its own.
fn lines<T: std::fmt::Debug>(things: &[T]) -> String {
    things.iter().map(|t| format!("{t:?}\n")).collect()
}

/// What is told about a piece of Markdown: line, column and words.
fn told(md: &str) -> Vec<String> {
    read(md).1.into_iter().map(|p| format!("{}:{} {}", p.line, p.column, p.what)).collect()
}

fn command(md: &str) -> Command {
    step(md).commands().next().cloned().unwrap()
}

fn check(toml: &str) -> Check {
    step(&format!("```sh run\ntrue\n```\n\n```toml check\nsays = \"s\"\n{toml}\n```\n")).checks().next().cloned().unwrap()
}

#[test]
fn a_whole_chapter() {
    let text = "---\ntitle: \"Two: words\"\nsummary: A sentence.\nminutes: 5\ndone: Well done.\n---\n\nHello *you*.\n\n## First {#first on=vm os=windows optional desktop minutes=3}\n\nText.\n\n## Second {#second}\n\nMore.\n";
    let (chapter, problems) = chapter("content/01-two-words.md", text);
    assert_eq!(problems, []);
    assert_eq!((chapter.slug.as_str(), chapter.title.as_str(), chapter.minutes), ("two-words", "Two: words", Some(5)));
    assert_eq!(chapter.done.as_deref(), Some("Well done."));
    insta::assert_snapshot!(lines(&chapter.steps), @r#"
    Step { id: StepId { chapter: "two-words", step: "first" }, title: "First", place: Vm, os: Some(Windows), optional: true, desktop: true, minutes: Some(3), blocks: [Paragraph([Text("Text.")])], line: 10 }
    Step { id: StepId { chapter: "two-words", step: "second" }, title: "Second", place: Laptop, os: None, optional: false, desktop: false, minutes: None, blocks: [Paragraph([Text("More.")])], line: 14 }
    "#);
}

#[test]
fn names_of_files() {
    for (file, expected) in
        [("01-a.md", "a"), ("content/00-warm-up.md", "warm-up"), ("a.md", "a"), ("2024-x", "x"), ("7.md", "7")]
    {
        assert_eq!(slug(file), expected);
    }
}

#[test]
fn prose_in_all_its_forms() {
    let step = step(concat!(
        "A **b** _c_ ~~d~~ `e` [f *g*](https://example.org) <https://example.org>\\\nnext\nline &amp; <!-- unseen -->end.\n\n",
        "![The map.](pictures/map.png)\n\n",
        "3. one\n   - two\n4. three\n\n",
        "> quoted\n\n> [!TIP]\n> a tip\n\n",
        "| a | b |\n|:-:|--:|\n| 1 | `2` |\n\n---\n\n<!-- unseen -->\n\n```yaml\nx: 1\n```\n\n```text sample\nout\n```\n\n### Heading\n",
    ));
    insta::assert_snapshot!(lines(&step.blocks), @r#"
    Paragraph([Text("A "), Strong([Text("b")]), Text(" "), Emphasis([Text("c")]), Text(" "), Strike([Text("d")]), Text(" "), Code("e"), Text(" "), Link { text: [Text("f "), Emphasis([Text("g")])], url: "https://example.org" }, Text(" "), Link { text: [Text("https://example.org")], url: "https://example.org" }, Break, Text("next line & end.")])
    Image { alt: "The map.", path: "pictures/map.png" }
    List(List { start: Some(3), items: [[Paragraph([Text("one")]), List(List { start: None, items: [[Paragraph([Text("two")])]] })], [Paragraph([Text("three")])]] })
    Quote([Paragraph([Text("quoted")])])
    Admonition(Tip, [Paragraph([Text("a tip")])])
    Table(Table { align: [Centre, Right], head: [[Text("a")], [Text("b")]], rows: [[[Text("1")], [Code("2")]]] })
    Rule
    Code { language: "yaml", text: "x: 1" }
    Sample { language: "text", text: "out" }
    Heading(3, [Text("Heading")])
    "#);
}

#[test]
fn commands_and_their_attributes() {
    let it = command(concat!(
        "```powershell run id=feature elevated restart interactive optional download=\"192 MB\" time=2m changes=\"Adds \\\"x\\\" y\"\n",
        "One `\n  -Two\n\nThree\n```\n\n<!-- between -->\n\n```sh or\none\n```\n\n```toml check\nsays = \"It is there\"\nfile = \"/x\"\n```\n",
    ));
    insta::assert_snapshot!(lines(&[it]), @r#"
    Command { id: "feature", variants: [Variant { language: PowerShell, text: "One `\n  -Two\n\nThree" }, Variant { language: Sh, text: "one" }], elevated: true, restart: true, interactive: true, optional: true, download: Some("192 MB"), typical: Some(120s), changes: Some("Adds \"x\" y"), line: 7 }
    "#);
    let ids = |md| step(md).commands().map(|c| c.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids("```sh run\na\n```\n```sh run id=x\nb\n```\n```sh run\nc\n```\n"), ["1", "x", "2"]);
    assert_eq!(step("~~~~sh run\n~~~\n~~~~\n").commands().next().unwrap().variants[0].text, "~~~");
    let undo = step("```sh undo elevated time=30s\na\n```\n```cmd undo\nb\n```\n");
    assert_eq!(undo.undo().map(|c| (c.id.as_str(), c.elevated)).collect::<Vec<_>>(), [("undo", true), ("undo-2", false)]);
}

#[test]
fn what_checks_look_at() {
    let look = |toml| check(toml).look;
    assert_eq!(look("exit = 3"), Look::Exit { of: None, equals: 3 });
    assert_eq!(look("output = true\nof = \"1\"\ncontains = \"x\""), Look::Output { of: Some("1".into()) });
    assert_eq!(look("sh = '''a\nb'''\nexits = 1"), Look::Ask { shell: Shell::Sh, text: "a\nb".into(), exits: 1 });
    assert_eq!(look("file = '/x'\nmissing = true"), Look::File { path: "/x".into(), missing: true });
    assert_eq!(look("port = 22"), Look::Port { host: "localhost".into(), port: 22 });
    assert_eq!(look("port = \"[::1]:22\""), Look::Port { host: "::1".into(), port: 22 });
    assert_eq!(look("http = \"http://x/\"\nstatus = 204"), Look::Http { url: "http://x/".into(), status: 204 });
    let full = check(
        "bash = \"x\"\non = \"vm\"\nwarn = true\ntimeout = \"5m\"\nretry = \"1m\"\nevery = \"1s\"\nhint = \"h\"\nat_least = \"8 GiB\"",
    );
    assert_eq!(full.expect, Some(Expect::AtLeast(8.0 * 1024.0 * 1024.0 * 1024.0)));
    assert_eq!((full.timeout.as_secs(), full.retry.map(|r| r.as_secs()), full.every.as_secs()), (300, Some(60), 1));
    assert!(full.warn && full.place.is_some() && full.hint.is_some());
    assert_eq!(check("sh = \"x\"\nat_least = 2.5").expect, Some(Expect::AtLeast(2.5)));
    assert_eq!(check("sh = \"x\"").timeout, Check::TIMEOUT);
}

#[test]
fn what_windows_is_asked() {
    let of = |toml: &str| match check(toml).look {
        Look::Windows(what) => what,
        other => panic!("{other:?}"),
    };
    let name = || String::from("X");
    assert_eq!(of("feature = \"X\""), OfWindows::Feature { name: name(), pending: false });
    let named = || String::from("Microsoft-Hyper-V_1.0");
    assert_eq!(of("feature = \"Microsoft-Hyper-V_1.0\""), OfWindows::Feature { name: named(), pending: false });
    assert_eq!(of("feature = \"X\"\npending = true"), OfWindows::Feature { name: name(), pending: true });
    assert_eq!(of("elevated = true"), OfWindows::Elevated);
    assert_eq!(of("windows_build = 20348"), OfWindows::Build(20348));
    assert_eq!(of("path_entry = 'C:\\X'"), OfWindows::PathEntry { folder: "C:\\X".into(), scope: Scope::Machine });
    for folder in ["c:/x", "\\\\server\\x", "%X%\\y"] {
        let entry = OfWindows::PathEntry { folder: folder.into(), scope: Scope::User };
        assert_eq!(of(&format!("path_entry = '{folder}'\nscope = \"user\"")), entry);
    }
    assert_eq!(of("task = \"X\"\nmissing = true"), OfWindows::Task { name: name(), missing: true });
    assert_eq!(of("signature = \"X\"\nsigner = \"Y\""), OfWindows::Signature { path: name(), signer: Some("Y".into()) });
    assert_eq!(of("pending_restart = false"), OfWindows::NoRestart);
    let appx = check("appx = \"X\"\nat_least = \"1.10\"");
    assert_eq!(
        (appx.look, appx.expect),
        (Look::Windows(OfWindows::Appx { name: name() }), Some(Expect::AtLeastVersion(vec![1, 10])))
    );
    assert_eq!(check("feature = \"X\"").timeout, Check::FEATURE_TIMEOUT);
    assert_eq!(check("elevated = true").timeout, Check::WINDOWS_TIMEOUT);
    assert_eq!(check("elevated = true\ntimeout = \"5s\"").timeout.as_secs(), 5);
}

#[test]
fn needs_hints_and_values() {
    let md = concat!(
        "```toml value\nname = \"h\"\nasks = \"?\"\nkind = \"host\"\nexample = \"a.b\"\n```\n\n## S {#s}\n\n",
        "```toml need\nsays = \"n\"\nport = \"{{h}}:22\"\nwhy = \"w\"\n```\n\n",
        "```toml hint\nwhen = 'x|y'\nsays = \"s\"\ndo = \"d\"\n```\n",
    );
    let (chapter, problems) = read(md);
    assert_eq!(problems, []);
    assert_eq!(chapter.values[0].name, "h");
    let need = chapter.steps[0].needs().next().unwrap();
    assert_eq!((need.why.as_deref(), &need.check.look), (Some("w"), &Look::Port { host: "{{h}}".into(), port: 22 }));
    assert_eq!(chapter.steps[0].hints().next().unwrap().action.as_deref(), Some("d"));
}

#[test]
fn task_keys_follow_the_words() {
    let step = step(
        "- [ ] Resource group: `krnl`\n\n  | a |\n  |---|\n  | b |\n- [ ] **Create** it\n\n- [ ] Resource group: again\n- [ ] !\n",
    );
    assert_eq!(
        step.tasks().map(|t| t.key.as_str()).collect::<Vec<_>>(),
        ["resource-group", "create-it", "resource-group-2", "item"]
    );
    assert_eq!(step.tasks().next().unwrap().blocks.len(), 2);
}

#[test]
fn titles_keep_their_words() {
    let title = |md: &str| read(&format!("{md}\n\nText.\n")).0.steps[0].title.clone();
    assert_eq!(title("## The `x` *y* {#a}"), "The x y");
    assert_eq!(title("## {#a}"), "");
    assert_eq!(title("## Use { and } {#a}"), "Use { and }");
}

#[test]
fn line_ends_and_marks_do_not_move_places() {
    let text = "---\ntitle: T\n---\n\n## S {#s}\n\nä {{x}}\n";
    let places = |text: &str| chapter("01-x.md", text).1.iter().map(|p| (p.line, p.column)).collect::<Vec<_>>();
    assert_eq!(places(text), [(7, 3)]);
    assert_eq!(places(&text.replace('\n', "\r\n")), [(7, 3)]);
    assert_eq!(places(&format!("\u{feff}{text}")), [(7, 3)]);
    assert_eq!(places(&text.replace("ä ", "ä\u{1b}\u{202e} ")), [(7, 2), (7, 5)]);
}

#[test]
fn one_mistake_is_told_once() {
    assert_eq!(
        told("## S {#s}\n\n```pyhton run\nx\n```\n\n```sh or\nx\n```\n\n```toml check\nsays = \"s\"\nexit = 0\n```\n"),
        ["7:4 wci cannot run `pyhton`"]
    );
    assert_eq!(told("## S {#s}\n\n```toml check\nsays = \"s\n```\n").len(), 1);
    assert_eq!(told("## S {#s}\n\n```sh run\nls\n"), ["7:1 this fence is never closed"]);
    assert_eq!(told("## S {#s}\n\n- x\n\n  ```\n  y\n  ```\n\n> ```\n> z\n> ```\n\n```\n```\n"), [""; 0]);
}

#[test]
fn a_value_in_nested_and_escaped_places_is_found_there() {
    assert_eq!(told("## S {#s}\n\n- a\n  - b {{x}}\n"), ["8:7 the value `x` is not declared in this file"]);
    assert_eq!(
        told("## S {#s}\n\n```toml hint\nsays = \"\\\\ \\\" {{x}} {{y}}\"\n```\n"),
        ["8:15 the value `x` is not declared in this file", "8:21 the value `y` is not declared in this file"]
    );
}

/// Every block of a chapter, for a look at all of its text.
fn everything(chapter: &Chapter) -> String {
    format!("{chapter:?}")
}

/// Text made of what a chapter is made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "---\n",
        "title: T\n",
        "\n",
        "\n\n",
        "# ",
        "## ",
        "### ",
        "{#id}",
        " {#id on=vm os=",
        "```",
        "```sh run ",
        "```zsh or\n",
        "```sh undo\n",
        "```toml check\n",
        "```toml value\n",
        "says = \"",
        "sh = '",
        "output = true\n",
        "of = \"1\"\n",
        "matches = '(",
        "~~~",
        "\n```\n",
        "- [ ] ",
        "- ",
        "1. ",
        "> ",
        "> [!NOTE]\n",
        "    ",
        "\t",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "[",
        "](",
        ")",
        "![",
        "<b>",
        "<!--",
        "-->",
        "|",
        "|-|-|\n",
        "{{x}}",
        "{{",
        "}}",
        "\"",
        "'",
        "\\",
        "=",
        "&#27;",
        "\u{1b}",
        "\u{202e}",
        "\u{feff}",
        "\r\n",
        "\r",
        "é",
        "語",
        "😀",
        "x",
        "a b",
        "$(",
        "<<E\n",
    ]);
    let any = proptest::string::string_regex("(\\PC|\n|\t){0,12}").unwrap();
    proptest::collection::vec(prop_oneof![6 => piece.prop_map(str::to_owned), 1 => any], 0..60).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read(text in pieces(), whole in any::<bool>()) {
        let text = if whole { text } else { format!("---\ntitle: T\n---\n\n## S {{#s}}\n\n{text}") };
        let lines: Vec<&str> = text.split('\n').collect();
        let (chapter, problems) = chapter("01-x.md", &text);
        for problem in problems.iter().chain(&course("course.md", &text).1) {
            let line = lines.get(problem.line - 1);
            prop_assert!(line.is_some(), "{problem:?}");
            let length = line.unwrap().chars().count();
            prop_assert!((1..=length + 1).contains(&problem.column), "{problem:?}");
            prop_assert!(!problem.what.chars().any(crate::values::is_hidden), "{problem:?}");
            let lint = crate::lint::report(std::slice::from_ref(problem));
            prop_assert!(!lint.chars().any(crate::values::is_hidden), "{lint}");
        }
        let shown = everything(&chapter);
        let hidden = shown.contains("\\u{1b}") || shown.contains("\\u{202e}");
        prop_assert!(!hidden, "{shown}");
        let ids: std::collections::HashSet<_> = chapter.steps.iter().map(|s| &s.id).collect();
        prop_assert_eq!(ids.len(), chapter.steps.len());
    }
}

#[test]
fn a_megabyte_of_anything_is_read() {
    const SIZE: usize = 1 << 20;
    for piece in [
        ">",
        "> ",
        "- ",
        "1. ",
        "*",
        "**a ",
        "*a **b ",
        "_a ",
        "[",
        "![",
        "[a](",
        "![a](",
        "`",
        "` ``",
        "<",
        "<a ",
        "<!--",
        "|",
        "|-",
        "{",
        "{{",
        "{{a}}",
        "\\",
        "~~",
        "~~a ",
        "\t",
        "\n- ",
        "\n> - ",
        "\n## {#a}\n",
        "\n- [ ] a",
        "\n```sh run\na\n```",
        "\n```sh run\n{{a}} '\n```",
        "\n```toml check\n[",
        "\n```toml check\na=1\n```",
        "\n[a]: b\n[a]",
        "\u{1b}",
        "\u{1b}\n",
        "a=\"",
        "&#27;",
        "#a",
        "a\n===\n",
        "$(",
        "\r",
        "a ",
        "<?",
        "<![CDATA[",
        "</",
        "a**b_c`",
        "\n|a|\n|-|\n|b|\n",
        "[^a]: b\n",
        "\n  - a\n    - b",
        "{{a",
    ] {
        let text = format!("---\ntitle: T\n---\n\n## S {{#s}}\n\n{}", piece.repeat(SIZE / piece.len()));
        let start = std::time::Instant::now();
        let (chapter, _) = chapter("01-x.md", &text);
        assert!(!chapter.steps.is_empty());
        if std::env::var("WCI_TIMES").is_ok() {
            println!("{:>8.1?} {piece:?}", start.elapsed());
        }
    }
}

#[test]
fn an_undo_has_variants_too() {
    let step = step("```sh run\ntrue\n```\n\n```sh undo\nfalse\n```\n\n```powershell or\nGet-Date\n```\n");
    assert_eq!(step.commands().next().unwrap().variants.len(), 1);
    let undo = step.undo().next().unwrap();
    assert_eq!(undo.variants.iter().map(|v| v.language).collect::<Vec<_>>(), [Shell::Sh, Shell::PowerShell]);
}
