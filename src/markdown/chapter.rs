//! Puts a chapter together: introduction, values, steps, and the fences that mean something.

use std::collections::HashSet;

use crate::course::Block;
use crate::course::Chapter;
use crate::course::Value;
use crate::markdown::check;
use crate::markdown::command;
use crate::markdown::front::Front;
use crate::markdown::prose::Fence;
use crate::markdown::prose::Heading;
use crate::markdown::prose::Listed;
use crate::markdown::prose::Part;
use crate::markdown::prose::Walker;
use crate::markdown::source::Notes;
use crate::markdown::step::Last;
use crate::markdown::step::Names;
use crate::markdown::step::Open;
use crate::markdown::value;
use crate::markdown::words;
use crate::markdown::words::Word;

const KINDS: [&str; 8] = ["run", "or", "undo", "sample", "check", "need", "hint", "value"];

/// What kind of page is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Course,
    Chapter,
}

/// Everything below the front matter.
#[derive(Default)]
pub(super) struct Body {
    pub(super) intro: Vec<Block>,
    pub(super) steps: Vec<crate::course::Step>,
    pub(super) values: Vec<Value>,
}

pub(super) fn body(notes: &mut Notes, front: &Front, slug: &str, page: Page) -> Body {
    let mut reader = Reader {
        walker: Walker::new(notes, front.body),
        slug,
        page,
        out: Body::default(),
        open: None,
        ids: Names::default(),
        declared: HashSet::new(),
    };
    while let Some(part) = reader.walker.part() {
        match part {
            Part::Heading(heading) => reader.heading(heading),
            Part::Fence(fence) => reader.fence(&fence),
            Part::List(listed) => reader.list(listed),
            Part::Prose(blocks) => blocks.into_iter().for_each(|b| reader.push(b)),
        }
    }
    reader.finish()
}

/// The name of a chapter: its file's, without number and ending.
pub(super) fn slug(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = name.strip_suffix(".md").unwrap_or(name);
    let digits = name.len() - name.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match name[digits..].strip_prefix('-') {
        Some(rest) if digits > 0 && !rest.is_empty() => rest,
        _ => name,
    }
}

struct Reader<'n, 's> {
    walker: Walker<'n, 's>,
    slug: &'n str,
    page: Page,
    out: Body,
    open: Option<Open>,
    /// Ids of steps so far.
    ids: Names,
    /// Names of values, also of those that could not be used.
    declared: HashSet<String>,
}

impl Reader<'_, '_> {
    fn push(&mut self, block: Block) {
        match &mut self.open {
            Some(open) => open.push(block),
            None => self.out.intro.push(block),
        }
    }

    fn heading(&mut self, heading: Heading) {
        let notes = &mut *self.walker.notes;
        match (heading.level, self.page) {
            (2, Page::Chapter) => {
                if let Some(done) = self.open.take() {
                    self.out.steps.push(done.finish(notes));
                }
                self.open = Some(Open::new(notes, self.slug, &heading, &mut self.ids));
                return;
            }
            (1, Page::Chapter) => {
                notes.advise(
                    heading.at,
                    "a heading of level one has no place here",
                    "the title stands in the front matter; a step begins with `##`",
                );
            }
            (1 | 2, Page::Course) => {
                notes.advise(heading.at, "course.md has no steps", "use `###` for a heading");
            }
            (3 | 4, _) => {}
            _ => notes.advise(heading.at, "headings go down to level four", "use `####` or bold text"),
        }
        if let Some((_, at)) = heading.attributes {
            notes.advise(at - 1, "only the heading of a step takes attributes", "leave them out");
        }
        self.push(Block::Heading(heading.level.clamp(3, 4), heading.text));
    }

    fn list(&mut self, listed: Listed) {
        match (listed.task_at(), &mut self.open) {
            (Some(_), Some(open)) => open.tasks(self.walker.notes, listed),
            (Some(at), None) => {
                self.walker.notes.advise(at, "a task list belongs into a step", "put it below a `##` heading");
                self.push(Block::List(listed.list));
            }
            (None, _) => self.push(Block::List(listed.list)),
        }
    }

    fn fence(&mut self, fence: &Fence) {
        let notes = &mut *self.walker.notes;
        let mut attributes =
            if fence.info.contains(char::is_whitespace) { words::words(notes, fence.info, fence.info_at) } else { Vec::new() };
        if attributes.len() < 2 {
            return self.push(shown(fence, fence.info));
        }
        let language = attributes.remove(0);
        let kind = attributes.remove(0);
        if !KINDS.contains(&kind.name.as_str()) || kind.value.is_some() {
            let what = format!("unknown kind of fence `{}`", words::short(&kind.name));
            let attribute = command::RUN.contains(&kind.name.as_str()) && language.name != "toml";
            let help = if attribute { "write `run` before it".to_owned() } else { words::instead(&kind.name, &KINDS) };
            notes.advise(kind.at, what, help);
            self.bad(attribute || kind.name.starts_with("run"));
            return self.push_quietly(shown(fence, &language.name));
        }
        let toml = matches!(kind.name.as_str(), "check" | "need" | "hint" | "value");
        if toml && language.name != "toml" {
            notes.advise(language.at, format!("a {} is written in TOML", kind.name), format!("write `toml {}`", kind.name));
            return self.push(shown(fence, &language.name));
        }
        if kind.name != "value" && self.open.is_none() {
            let what = format!("a `{}` fence belongs into a step", kind.name);
            notes.advise(kind.at, what, "put it below a `##` heading");
            return self.push(shown(fence, &language.name));
        }
        if !matches!(kind.name.as_str(), "run" | "undo") {
            attributes.iter().for_each(|word| {
                let help = if kind.name == "or" {
                    "`or` takes none: write it on the `run` fence".to_owned()
                } else {
                    words::instead(&word.name, &[])
                };
                notes.advise(word.at, format!("unknown attribute `{}`", words::short(&word.name)), help);
            });
        }
        match kind.name.as_str() {
            "run" | "undo" => self.command(fence, &language, &kind, &attributes),
            "or" => self.or(fence, &language, &kind),
            "sample" => self.push(Block::Sample { language: language.name, text: fence.body.text.clone() }),
            "value" => self.value(fence, &kind),
            _ => self.check(fence, &kind),
        }
        if kind.name == "sample" {
            let start = fence.body.at(0);
            self.walker.notes.uses_in(start..fence.body.at(fence.body.text.len()).max(start));
        }
    }

    /// Remembers a command that could not be used.
    fn bad(&mut self, was_command: bool) {
        if let (Some(open), true) = (&mut self.open, was_command) {
            open.last = Last::BadCommand;
            open.ran = true;
            open.lost = true;
        }
    }

    /// Adds a block without forgetting that a command was lost.
    fn push_quietly(&mut self, block: Block) {
        let last = self.open.as_ref().map(|o| o.last);
        self.push(block);
        if let (Some(open), Some(Last::BadCommand)) = (&mut self.open, last) {
            open.last = Last::BadCommand;
        }
    }

    fn command(&mut self, fence: &Fence, language: &Word, kind: &Word, attributes: &[Word]) {
        let notes = &mut *self.walker.notes;
        let run = kind.name == "run";
        let variant = command::variant(notes, fence, language);
        let (Some(variant), Some(open)) = (variant, &mut self.open) else {
            self.bad(run);
            return self.push_quietly(shown(fence, &language.name));
        };
        let known: &[&str] = if run { &command::RUN } else { &command::UNDO };
        let command = command::command(notes, fence, variant, attributes, known);
        if run {
            let id_at = attributes.iter().find(|w| w.name == "id").and_then(|w| w.value.as_ref()).map_or(fence.at, |(_, at)| *at);
            open.command(notes, command, id_at);
        } else {
            open.undo(command);
        }
    }

    fn or(&mut self, fence: &Fence, language: &Word, kind: &Word) {
        let notes = &mut *self.walker.notes;
        let variant = command::variant(notes, fence, language);
        let Some(open) = &mut self.open else { return };
        if open.last == Last::BadCommand {
            return self.push_quietly(shown(fence, &language.name));
        }
        let Some(Block::Command(command) | Block::Undo(command)) =
            open.step.blocks.last_mut().filter(|_| open.last == Last::Command)
        else {
            notes.advise(kind.at, "no command stands directly before this `or`", "put it right after its `run` or `undo` fence");
            return self.push(shown(fence, &language.name));
        };
        let Some(variant) = variant else { return };
        if command.variants.iter().any(|v| v.language == variant.language) {
            notes.report(language.at, format!("this command has a text for {} already", variant.language.name()));
            return;
        }
        command.variants.push(variant);
    }

    fn value(&mut self, fence: &Fence, kind: &Word) {
        let notes = &mut *self.walker.notes;
        if self.page == Page::Course {
            notes.advise(kind.at, "a value belongs into a chapter", "put it into each chapter that uses it");
            return;
        }
        let (named, value) = value::value(notes, fence);
        if let Some(open) = &mut self.open {
            open.last = Last::Other;
        }
        let Some((name, at)) = named else { return };
        if !self.declared.insert(name.clone()) {
            notes.report(at, format!("the value `{}` is declared already", words::short(&name)));
            return;
        }
        self.out.values.extend(value);
    }

    fn check(&mut self, fence: &Fence, kind: &Word) {
        let notes = &mut *self.walker.notes;
        let Some(open) = &mut self.open else { return };
        let block = match kind.name.as_str() {
            "check" => check::check(notes, fence, &open.step, open.ran).map(|read| {
                open.of.extend(read.of);
                Block::Check(read.check)
            }),
            "need" => check::need(notes, fence, &open.step).map(Block::Need),
            _ => check::hint(notes, fence).map(|(hint, named)| {
                open.of.extend(named);
                Block::Hint(hint)
            }),
        };
        // What could not be read is shown: the step does not look empty, and the author sees it.
        open.push(block.unwrap_or_else(|| shown(fence, "toml")));
    }

    fn finish(mut self) -> Body {
        let notes = self.walker.notes;
        if let Some(done) = self.open.take() {
            self.out.steps.push(done.finish(notes));
        }
        let mut names: Vec<&str> = self.declared.iter().map(String::as_str).collect();
        names.sort_unstable();
        for (name, at) in std::mem::take(&mut notes.uses) {
            if !self.declared.contains(&name) {
                let near = words::instead(&name, &names);
                let help = if near.starts_with("did") {
                    near
                } else {
                    format!("declare it in a `toml value` fence with `name = \"{name}\"`")
                };
                notes.advise(at, format!("the value `{}` is not declared in this file", words::short(&name)), help);
            }
        }
        for (id, at) in std::mem::take(&mut notes.anchors) {
            if !self.ids.has(&id) {
                let known: Vec<&str> = self.out.steps.iter().map(|s| s.id.step.as_str()).collect();
                notes.advise(at, format!("no step of this file is called `#{}`", words::short(&id)), words::instead(&id, &known));
            }
        }
        self.out
    }
}

fn shown(fence: &Fence, language: &str) -> Block {
    Block::Code { language: language.to_owned(), text: fence.body.text.clone() }
}

/// The chapter of a front matter and what stands below it.
pub(super) fn made(file: &str, front: Front, body: Body) -> Chapter {
    let slug = slug(file);
    Chapter {
        slug: slug.to_owned(),
        file: file.to_owned(),
        title: if front.title.is_empty() { slug.to_owned() } else { front.title },
        summary: front.summary,
        minutes: front.minutes,
        done: front.done,
        values: body.values,
        intro: body.intro,
        steps: body.steps,
    }
}
