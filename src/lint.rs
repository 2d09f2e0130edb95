//! Problems of a course as text for people: file, line and column, the line itself with a mark below, and what to write instead.
//!
//! This only prints; the readers find the mistakes.

use unicode_width::UnicodeWidthChar;

use crate::problem::Problem;

/// Longer lines are shown around the mark only.
const WIDEST: usize = 120;
/// How much stands before the mark then.
const BEFORE: usize = 60;

/// Every problem in the order of files and lines, and a line that counts them.
pub fn report(problems: &[Problem]) -> String {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort();
    let mut out = String::new();
    for problem in &sorted {
        one(&mut out, problem);
    }
    let mut files: Vec<&str> = sorted.iter().map(|p| p.file.as_str()).collect();
    files.dedup();
    out.push_str(&match (sorted.len(), files.len()) {
        (0, _) => "No problems.\n".to_owned(),
        (1, _) => "1 problem.\n".to_owned(),
        (n, 1) => format!("{n} problems.\n"),
        (n, files) => format!("{n} problems in {files} files.\n"),
    });
    out
}

fn one(out: &mut String, problem: &Problem) {
    let Problem { file, line, column, what, help, source } = problem;
    out.push_str(&format!("{file}:{line}:{column}: {what}\n"));
    if !source.trim().is_empty() {
        let (shown, mark) = around(source, *column);
        out.push_str(&format!("{line:>5} | {shown}\n"));
        if let Some(mark) = mark {
            out.push_str(&format!("      | {}^\n", " ".repeat(mark)));
        }
    }
    if let Some(help) = help {
        out.push_str(&format!("   help: {help}\n"));
    }
}

/// The part of a line to show, and how many cells stand before its mark.
fn around(source: &str, column: usize) -> (String, Option<usize>) {
    let chars: Vec<char> = source.chars().collect();
    let at = column.saturating_sub(1);
    let from = if chars.len() > WIDEST { at.min(chars.len()).saturating_sub(BEFORE) } else { 0 };
    let to = chars.len().min(from + WIDEST);
    let mut shown = String::new();
    let mut mark = 0;
    if from > 0 {
        shown.push('…');
        mark += 1;
    }
    for (n, c) in chars.iter().enumerate().take(to).skip(from) {
        let cells = if *c == '\t' { 4 } else { c.width().unwrap_or(0) };
        if n < at {
            mark += cells;
        }
        if *c == '\t' {
            shown.push_str("    ");
        } else {
            shown.push(*c);
        }
    }
    if to < chars.len() {
        shown.push('…');
    }
    (shown.trim_end().to_owned(), (at <= chars.len()).then_some(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: usize, column: usize, source: &str, help: Option<&str>) -> Problem {
        Problem {
            file: "content/01-x.md".into(),
            line,
            column,
            what: "unknown attribute `elevatd`".into(),
            help: help.map(str::to_owned),
            source: source.into(),
        }
    }

    #[test]
    fn a_problem_is_shown_at_its_place() {
        let fence = problem(12, 20, "```powershell run elevatd", Some("did you mean `elevated`?"));
        let wide = problem(3, 4, "语a\televatd", None);
        insta::assert_snapshot!(report(&[fence.clone(), wide]), @r"
        content/01-x.md:3:4: unknown attribute `elevatd`
            3 | 语a    elevatd
              |        ^
        content/01-x.md:12:20: unknown attribute `elevatd`
           12 | ```powershell run elevatd
              |                    ^
           help: did you mean `elevated`?
        2 problems.
        ");
        assert!(report(&[fence]).ends_with("\n1 problem.\n"));
        assert_eq!(report(&[]), "No problems.\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let (shown, mark) = around(&"x".repeat(500), 300);
        assert_eq!((shown.chars().count(), mark), (122, Some(61)));
        assert_eq!(around("short", 900).1, None);
    }
}
