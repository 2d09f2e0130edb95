//! The PowerShell texts there are.

use std::fs;
use std::path::Path;

use wci::course::{Block, Chapter, Check, Command, Look, Shell, Values};
use wci::values;

#[derive(Clone)]
pub struct Text {
    pub file: String,
    /// The line before its first.
    pub line: usize,
    /// Whether its lines are those of the file; else it is quoted there, and only its beginning is known.
    pub lines: bool,
    pub text: String,
}

pub fn of_the_course() -> Vec<Text> {
    let (course, problems) = wci::content::load(Path::new("content")).expect("the course");
    assert!(problems.is_empty(), "{problems:?}");
    course.chapters.iter().flat_map(of_a_chapter).collect()
}

fn of_a_chapter(chapter: &Chapter) -> Vec<Text> {
    let given: Values = chapter.values.iter().map(|value| (value.name.clone(), "it's".to_owned())).collect();
    let text = |line: usize, lines: bool, text: &str| {
        let text = values::fill_command(text, Shell::PowerShell, &given).unwrap_or_else(|why| panic!("{text}: {why:?}"));
        Text { file: format!("content/{}", chapter.file), line, lines, text }
    };
    let command = |command: &Command| {
        let variants = command.variants.iter().filter(|variant| variant.language == Shell::PowerShell);
        // Another shell's variant may stand before: then the line is only where they begin.
        let first = command.variants.first().is_some_and(|variant| variant.language == Shell::PowerShell);
        variants.map(|variant| text(command.line, first, &variant.text)).collect::<Vec<_>>()
    };
    let check = |check: &Check| match &check.look {
        Look::Ask { shell: Shell::PowerShell, text: asked, .. } => vec![text(check.line, false, asked)],
        _ => vec![],
    };
    let mut texts = Vec::new();
    for step in &chapter.steps {
        for block in &step.blocks {
            texts.extend(match block {
                Block::Command(it) | Block::Undo(it) => command(it),
                Block::Check(it) => check(it),
                Block::Need(need) => check(&need.check),
                Block::Hint(hint) => {
                    hint.action.as_deref().and_then(typed).map(|it| text(step.line, false, it)).into_iter().collect()
                }
                Block::Code { language, text: shown } if language == "powershell" => vec![text(step.line, false, shown)],
                _ => vec![],
            });
        }
    }
    texts
}

/// The command at the beginning of what to do, where it is clearly one: it begins with a cmdlet, a program or a variable.
fn typed(action: &str) -> Option<&str> {
    let first = action.split_whitespace().next()?;
    let cmdlet = first.split_once('-').is_some_and(|(verb, noun)| {
        verb.starts_with(|c: char| c.is_ascii_uppercase()) && noun.starts_with(|c: char| c.is_ascii_uppercase())
    });
    if !cmdlet && !first.ends_with(".exe") && !first.starts_with("$env:") {
        return None;
    }
    let ends = [", ", ". ", " helps", " removes", " followed", " and ", " if it "];
    let end = ends.iter().filter_map(|end| action.find(end)).min().unwrap_or(action.len());
    Some(action[..end].trim_end_matches('.'))
}

/// Files of the program that are PowerShell by their ending or by their name.
pub fn of_the_program() -> Vec<Text> {
    fn walk(folder: &Path, out: &mut Vec<Text>) {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                walk(&path, out);
                continue;
            }
            let ending = path.extension().unwrap_or_default();
            let named = path.file_stem().unwrap_or_default();
            if ["ps1", "psm1"].iter().any(|known| ending == *known) || ending.is_empty() && named == "powershell" {
                let text = fs::read_to_string(&path).expect("a text");
                // What the program fills in.
                let text = ["@DIR@", "@NONCE@"].iter().fold(text, |text, name| text.replace(name, "'x'"));
                out.push(Text { file: path.display().to_string(), line: 0, lines: true, text });
            }
        }
    }
    let mut texts = Vec::new();
    for folder in ["src", "assets"] {
        walk(Path::new(folder), &mut texts);
    }
    texts
}
