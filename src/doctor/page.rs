//! `tests/on-windows.md` as data: the page is the one list of questions, for readers and for the report.

const PAGE: &str = include_str!("../../tests/on-windows.md");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the program answers by itself.
    Program,
    /// What only a person can see.
    Person,
    Later,
}

impl Part {
    const ALL: [Part; 3] = [Part::Program, Part::Person, Part::Later];

    /// The heading it stands under.
    pub fn title(self) -> &'static str {
        match self {
            Part::Program => "The program's part",
            Part::Person => "Your part: twenty minutes",
            Part::Later => "When there is more time",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    pub part: Part,
    pub name: &'static str,
    pub how: &'static str,
    pub expect: &'static str,
}

/// Every row that begins with a name in code quotes, in the order of the page.
pub fn questions() -> Vec<Question> {
    let mut part = None;
    let mut questions = Vec::new();
    for line in PAGE.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            part = Part::ALL.into_iter().find(|part| part.title() == title);
        }
        let Some(row) = line.strip_prefix("| `").and_then(|row| row.strip_suffix(" |")) else { continue };
        let mut columns = row.splitn(3, " | ");
        if let (Some(part), Some(name), Some(how), Some(expect)) = (part, columns.next(), columns.next(), columns.next()) {
            questions.push(Question { part, name: name.trim_end_matches('`'), how, expect });
        }
    }
    questions
}
