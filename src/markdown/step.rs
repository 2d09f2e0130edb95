//! One step while it is read: its heading, its commands and checks, and what must hold when it ends.

use std::collections::HashMap;

use crate::course::Block;
use crate::course::Os;
use crate::course::Place;
use crate::course::Step;
use crate::course::StepId;
use crate::course::Task;
use crate::markdown::command;
use crate::markdown::inline;
use crate::markdown::prose::Heading;
use crate::markdown::prose::Listed;
use crate::markdown::source::Notes;
use crate::markdown::words;
use crate::markdown::words::Word;

/// A task's key is made of so many characters of its text.
const KEY: usize = 40;

/// What stood last: `or` must follow a command directly.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Command,
    /// A command that could not be used: what follows from that is not told again.
    BadCommand,
    Other,
}

pub(super) struct Open {
    pub(super) step: Step,
    at: usize,
    pub(super) last: Last,
    /// Whether a command stands above, usable or not.
    pub(super) ran: bool,
    /// Whether a command could not be used: a check that names one is not doubted then.
    pub(super) lost: bool,
    /// Commands named by a check, and where.
    pub(super) of: Vec<(String, usize)>,
    unnamed: usize,
    undos: usize,
    ids: Names,
    keys: Names,
}

impl Open {
    pub(super) fn new(notes: &mut Notes, chapter: &str, heading: &Heading, taken: &mut Names) -> Self {
        let title = inline::plain(&heading.text).trim().to_owned();
        if title.is_empty() {
            notes.report(heading.at, "this step has no title");
        }
        let mut step = Step {
            id: StepId::new(chapter, ""),
            title,
            place: Place::default(),
            os: None,
            optional: false,
            desktop: false,
            minutes: None,
            blocks: Vec::new(),
            line: notes.source.line(heading.at),
        };
        let attributes = heading.attributes.map(|(text, at)| words::words(notes, text, at)).unwrap_or_default();
        let id = id(notes, heading, &attributes, &step.title, taken);
        step.id.step = id;
        for (n, word) in attributes.iter().enumerate().filter(|(_, w)| !w.name.starts_with('#')) {
            if attributes[..n].iter().any(|w| w.name == word.name) {
                notes.report(word.at, format!("`{}` is given twice", words::short(&word.name)));
            } else {
                attribute(notes, &mut step, word);
            }
        }
        Open {
            step,
            at: heading.at,
            last: Last::Other,
            ran: false,
            lost: false,
            of: Vec::new(),
            unnamed: 0,
            undos: 0,
            ids: Names::default(),
            keys: Names::default(),
        }
    }

    pub(super) fn push(&mut self, block: Block) {
        self.last = Last::Other;
        self.step.blocks.push(block);
    }

    /// Adds a command and gives it its id.
    pub(super) fn command(&mut self, notes: &mut Notes, mut command: crate::course::Command, id_at: usize) {
        if command.id.is_empty() {
            self.unnamed += 1;
            command.id = self.unnamed.to_string();
        } else {
            if self.ids.has(&command.id) {
                notes.report(id_at, format!("the id `{}` is taken in this step", command.id));
            }
            command.id = self.ids.take(&command.id);
        }
        self.step.blocks.push(Block::Command(command));
        self.last = Last::Command;
        self.ran = true;
    }

    pub(super) fn undo(&mut self, mut command: crate::course::Command) {
        self.undos += 1;
        command.id = if self.undos == 1 { "undo".to_owned() } else { format!("undo-{}", self.undos) };
        self.push(Block::Undo(command));
        self.last = Last::Command;
    }

    pub(super) fn tasks(&mut self, notes: &mut Notes, listed: Listed) {
        let mut tasks = Vec::new();
        for (blocks, (at, ticked)) in listed.list.items.into_iter().zip(listed.boxes) {
            match ticked {
                None => {
                    notes.advise(at, "this item of a task list has no box", "begin it with `[ ]`, or make it a list of its own")
                }
                Some(true) => notes.advise(at, "this item is ticked already", "write `[ ]`: the learner ticks it"),
                Some(false) => {}
            }
            if blocks.is_empty() {
                notes.report(at, "this item of a task list is empty");
                continue;
            }
            let key = self.key(&blocks);
            tasks.push(Task { key, blocks });
        }
        self.push(Block::Tasks(tasks));
    }

    fn key(&mut self, blocks: &[Block]) -> String {
        let text = match blocks.first() {
            Some(Block::Paragraph(text)) => inline::plain(text),
            _ => String::new(),
        };
        let words: String = text.split(':').next().unwrap_or_default().chars().take(KEY).collect();
        let slug = words::slug(&words);
        self.keys.take(if slug.is_empty() { "item" } else { &slug })
    }

    /// The finished step.
    pub(super) fn finish(self, notes: &mut Notes) -> Step {
        if self.step.blocks.is_empty() {
            notes.advise(self.at, "this step has no content", "say what it is about, or leave it out");
        }
        let restarts = self.step.commands().any(|command| command.restart);
        if restarts && self.step.checks().next().is_none() && !self.lost {
            notes.advise(
                self.at,
                "this step restarts its machine, and no check says what for",
                "add a check: the restart itself may come without what it was to bring",
            );
        }
        for (name, at) in &self.of {
            if self.step.command(name).is_none() && !self.lost {
                let known: Vec<&str> = self.step.commands().map(|c| c.id.as_str()).collect();
                notes.advise(
                    *at,
                    format!("no command of this step is called `{}`", words::short(name)),
                    words::instead(name, &known),
                );
            }
        }
        self.step
    }
}

/// Names that are taken, each with the last number given to its likes.
#[derive(Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Takes this name, or the next like it: `name-2`.
    fn take(&mut self, name: &str) -> String {
        let Some(last) = self.0.get(name) else {
            self.0.insert(name.to_owned(), 1);
            return name.to_owned();
        };
        let mut number = last + 1;
        while self.has(&format!("{name}-{number}")) {
            number += 1;
        }
        self.0.insert(name.to_owned(), number);
        let next = format!("{name}-{number}");
        self.0.insert(next.clone(), 1);
        next
    }
}

fn id(notes: &mut Notes, heading: &Heading, attributes: &[Word], title: &str, taken: &mut Names) -> String {
    let mut ids = attributes.iter().filter(|w| w.name.starts_with('#'));
    let given = ids.next();
    if let Some(second) = ids.next() {
        notes.report(second.at, "this step has two ids");
    }
    let slug = words::slug(title);
    let fallback = if slug.is_empty() { "step" } else { &slug };
    let id = match given {
        None if heading.underlined => {
            notes.advise(
                heading.at,
                "this step has no id",
                "a line of `---` under text makes it a heading: put an empty line between",
            );
            fallback
        }
        None => {
            let first = words::words(notes, heading.attributes.map_or("", |(text, _)| text), heading.at);
            let hint = first.first().filter(|w| w.value.is_none() && words::is_id(&w.name)).map(|w| w.name.clone());
            let hint = hint.unwrap_or_else(|| fallback.chars().filter(|c| c.is_ascii()).collect());
            notes.advise(heading.at, "this step has no id", format!("write `{{#{hint}}}` at its end"));
            fallback
        }
        Some(word) => {
            let name = &word.name[1..];
            if let Some((_, at)) = &word.value {
                notes.report(*at, "an id takes no value");
            }
            if words::is_id(name) {
                name
            } else {
                let what = format!("`{}` cannot be an id", words::short(name));
                notes.advise(word.at, what, "use lower-case letters, digits and `-`");
                fallback
            }
        }
    };
    if let (true, Some(word)) = (taken.has(id), given) {
        notes.advise(
            word.at,
            format!("the id `{}` is taken in this chapter", words::short(id)),
            "progress is kept under it: every step needs its own",
        );
    }
    taken.take(id)
}

fn attribute(notes: &mut Notes, step: &mut Step, word: &Word) {
    const KNOWN: [&str; 5] = ["on", "os", "optional", "desktop", "minutes"];
    let name = word.name.as_str();
    if !KNOWN.contains(&name) {
        command::unknown(notes, word, &KNOWN);
        return;
    }
    if let "optional" | "desktop" = name {
        if let Some((_, at)) = &word.value {
            notes.advise(*at, format!("`{name}` takes no value"), format!("write only `{name}`, or leave it out"));
        }
        *(if name == "optional" { &mut step.optional } else { &mut step.desktop }) = true;
        return;
    }
    let Some((value, at)) = &word.value else {
        let example = match name {
            "on" => "on=vm",
            "os" => "os=linux",
            _ => "minutes=5",
        };
        notes.advise(word.at, format!("`{name}` needs a value"), format!("write `{example}`"));
        return;
    };
    let short = words::short(value);
    match name {
        "on" => match Place::ALL.into_iter().find(|p| p.name() == value) {
            Some(place) => step.place = place,
            None => notes.advise(*at, format!("unknown place `{short}`"), words::instead(value, &Place::ALL.map(Place::name))),
        },
        "os" => match Os::ALL.into_iter().find(|os| os.name() == value) {
            Some(os) => step.os = Some(os),
            None => notes.advise(*at, format!("unknown system `{short}`"), words::instead(value, &Os::ALL.map(Os::name))),
        },
        _ => match value.parse::<u32>() {
            Ok(minutes) if minutes > 0 => step.minutes = Some(minutes),
            _ => notes.advise(*at, format!("`{short}` is not a number of minutes"), "write a whole number: `minutes=5`"),
        },
    }
}
