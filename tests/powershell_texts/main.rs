//! Every PowerShell text of the course and of the program is read with the real engine: without an error, and free of what Windows
//! PowerShell 5.1 lacks. It is found in the engine's syntax tree, commands and their parameters in a table of what 5.1 has.
//! Texts for `pwsh` are for 7 alone and are not read.

#[path = "../engine/mod.rs"]
mod engine;
mod known;
mod texts;

use std::path::Path;
use std::process::Command;

use engine::engine;
use known::Known;
use texts::Text;

/// What is wrong with the texts, each with its file and line.
fn wrong(engine: &Path, texts: &[Text]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let list: Vec<_> = texts.iter().enumerate().map(|(id, text)| serde_json::json!({ "id": id, "text": text.text })).collect();
    let file = folder.path().join("texts.json");
    std::fs::write(&file, serde_json::Value::from(list).to_string()).expect("written");
    let out = Command::new(engine)
        .args(["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", include_str!("read.ps1")])
        .env("WCI_TEXTS", &file)
        .env("NO_COLOR", "1")
        .output()
        .expect("pwsh runs");
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && out.stderr.is_empty(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    let told: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let known = Known::read(include_str!("known-5.1.txt"));
    let mut wrong = Vec::new();
    for line in &told {
        let id = line["id"].as_u64().and_then(|id| usize::try_from(id).ok()).expect("an id");
        let text = &texts[id];
        let own = |name: &str| {
            told.iter().any(|other| other["id"] == line["id"] && other["defines"].as_str().is_some_and(|f| known::same(f, name)))
        };
        let what = match (line["what"].as_str(), line["command"].as_str()) {
            (Some(what), _) => vec![what.to_owned()],
            (_, Some(command)) if !own(command) => {
                let parameters = line["parameters"].as_array().into_iter().flatten().filter_map(|p| p.as_str());
                known.lacks(command, parameters)
            }
            _ => vec![],
        };
        let at = text.line + usize::try_from(line["line"].as_u64().unwrap_or(0)).unwrap_or(0) * usize::from(text.lines);
        wrong.extend(what.into_iter().map(|what| format!("{}:{at}: {what}", text.file)));
    }
    wrong
}

#[test]
fn every_text_is_one_for_5_1() {
    let Some(engine) = engine() else { return };
    let texts = [texts::of_the_course(), texts::of_the_program()].concat();
    let count = |name: &str| texts.iter().filter(|text| text.file.contains(name)).count();
    assert!(count("01-introduction") > 60 && count("questions/") > 8 && count("loop.ps1") == 1 && count("assets/shell") > 0);
    let wrong = wrong(&engine, &texts);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_5_1_lacks_is_found() {
    let Some(engine) = engine() else { return };
    let samples = [
        ("Get-Item x\nGet-Item y && Get-Item z", "2: a chain with &&"),
        ("Get-Item x || Get-Item y", "1: a chain with ||"),
        ("$a ? 1 : 2", "1: a ternary"),
        ("$a ?? 1", "1: ??"),
        ("$a ??= 1", "1: ??="),
        ("${a}?.b", "1: ?."),
        ("${a}?.b()", "1: ?."),
        ("${a}?[0]", "1: ?[]"),
        ("\"a`e[1m\"", "1: the escape `e"),
        ("@\"\n`u{1F600}\n\"@", "1: the escape `u{}"),
        ("Get-Item a`e", "1: the escape `e"),
        ("1 | ForEach-Object -Parallel { 1 }", "1: 5.1 has no ForEach-Object -Parallel"),
        ("function f { end { } clean { } }", "1: a clean block"),
        ("Get-Item x &", "1: a background &"),
        ("$n = 100u", "1: the number 100u"),
        ("$n = 0b101", "1: the number 0b101"),
        ("Remove-Alias x", "1: 5.1 has no Remove-Alias, or the table does not know it"),
        ("Microsoft.PowerShell.Utility\\Join-String", "1: 5.1 has no Join-String, or the table does not know it"),
        ("Get-Content x -AsByteStream", "1: 5.1 has no Get-Content -AsByteStream"),
        ("Get-Content x -Encoding utf8NoBOM", "1: the encoding utf8NoBOM"),
        ("Get-Item (", "1: an error: "),
        ("Get-Item x -E y", "1: Get-Item -E could be several parameters"),
    ];
    let text = |(n, (bad, _)): (usize, &(&str, &str))| Text { file: format!("{n}"), line: 0, lines: true, text: (*bad).into() };
    let found = wrong(&engine, &samples.iter().enumerate().map(text).collect::<Vec<_>>());
    for (n, (bad, what)) in samples.iter().enumerate() {
        assert!(found.iter().any(|found| found.starts_with(&format!("{n}:{what}"))), "{bad}: {found:?}");
    }
    let good = "# ?? && ||\n'`e ?. &&'\n\"``e `\"`t a?b:c $(1)\"\n$x = if ($a) { 1 } else { 2 }\nGet-Item x -Ea Stop -LiteralP y\n& $x -Parallel\n10kb; 1d; 0x1f; $a[0].b\n";
    let text = Text { file: "good".into(), line: 0, lines: true, text: good.into() };
    assert_eq!(wrong(&engine, &[text]), Vec::<String>::new());
}
