//! Dialogs: typing into them, choosing in them, and what they lead to.

use crate::app::Action;
use crate::app::App;
use crate::app::Card;
use crate::app::Effect;
use crate::app::Input;
use crate::app::Overlay;
use crate::app::Run;
use crate::app::Search;
use crate::app::Tone;
use crate::app::Untyped;
use crate::keys::Code;
use crate::keys::Key;
use crate::layout::layout;
use crate::page;
use crate::progress::Entry;
use crate::update::act;
use crate::update::checking;
use crate::update::places;
use crate::update::record;
use crate::update::restart;
use crate::update::running;
use crate::update::say;
use crate::update::travel;
use crate::values;

/// Whether the dialog on the screen takes text.
pub fn types(app: &App) -> bool {
    matches!(app.overlay, Some(Overlay::Ask { .. } | Overlay::Edit { .. } | Overlay::Search { .. } | Overlay::Place { .. }))
}

/// Asks for a value that a command needs.
pub fn ask_value(app: &mut App, name: &str) -> Vec<Effect> {
    let Some(value) = app.value(name) else {
        return say(app, Tone::Bad, format!("The chapter uses {name} and never says what it is."));
    };
    let text = value.default.clone().unwrap_or_default();
    let cursor = text.chars().count();
    app.overlay = Some(Overlay::Ask { value: name.to_owned(), input: Input { text, cursor }, error: None });
    Vec::new()
}

/// Keys of a dialog that takes text.
pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    if let Some(Overlay::Place { .. }) = app.overlay {
        return places::key(app, key);
    }
    match key.code {
        Code::Escape => {
            app.overlay = None;
            app.picked = None;
            Vec::new()
        }
        Code::Char('c') if key.ctrl => {
            app.overlay = None;
            app.picked = None;
            Vec::new()
        }
        Code::Enter if matches!(app.overlay, Some(Overlay::Edit { .. })) && (key.alt || key.shift) => insert(app, "\n"),
        Code::Char('j') if key.ctrl && matches!(app.overlay, Some(Overlay::Edit { .. })) => insert(app, "\n"),
        Code::Enter => accept(app),
        _ => {
            if let Some(input) = input(app) {
                input.key(key);
            }
            Vec::new()
        }
    }
}

pub fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    let lines = matches!(app.overlay, Some(Overlay::Edit { .. }));
    let clean: String =
        text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| !c.is_control() || (*c == '\n' && lines)).collect();
    if let Some(Overlay::Place { .. }) = app.overlay {
        return places::paste(app, &clean);
    }
    insert(app, &clean)
}

fn insert(app: &mut App, text: &str) -> Vec<Effect> {
    if let Some(input) = input(app) {
        input.insert(text);
    }
    Vec::new()
}

fn input(app: &mut App) -> Option<&mut Input> {
    match app.overlay.as_mut()? {
        Overlay::Ask { input, error, .. } => {
            *error = None;
            Some(input)
        }
        Overlay::Edit { input } | Overlay::Search { input } => Some(input),
        _ => None,
    }
}

fn accept(app: &mut App) -> Vec<Effect> {
    match app.overlay.take() {
        Some(Overlay::Ask { value, input, .. }) => accept_value(app, value, input),
        Some(Overlay::Edit { input }) => accept_edit(app, input.text),
        Some(Overlay::Search { input }) => accept_search(app, input.text),
        other => {
            app.overlay = other;
            Vec::new()
        }
    }
}

fn accept_value(app: &mut App, name: String, input: Input) -> Vec<Effect> {
    let (Some(value), Some(chapter)) = (app.value(&name).cloned(), app.chapter().map(|c| c.slug.clone())) else {
        return Vec::new();
    };
    let given = match values::check(&value, &input.text) {
        Ok(given) => given,
        Err(why) => {
            app.overlay = Some(Overlay::Ask { value: name, input, error: Some(why) });
            return Vec::new();
        }
    };
    let mut effects = vec![record(app, Entry::Valued { chapter, name, value: given })];
    let Some(step) = app.step().cloned() else { return effects };
    // The learner sees the whole command before it runs: the next Enter runs it.
    if let Card::Command(index) = app.card(&step)
        && let Some(command) = step.commands().nth(index)
        && let Err(Untyped::Missing(next)) = app.text_of(&step, command)
    {
        effects.extend(ask_value(app, &next));
        return effects;
    }
    effects.extend(checking::ask(app, &step.id, false));
    effects.extend(travel::colours(app));
    effects
}

fn accept_edit(app: &mut App, text: String) -> Vec<Effect> {
    let Some(step) = app.step().cloned() else { return Vec::new() };
    if text.trim().is_empty() {
        return say(app, Tone::Info, "Nothing to run.");
    }
    let Some(command) = step.commands().nth(app.picked.unwrap_or(0)) else { return Vec::new() };
    let edited = app.text_of(&step, command).ok().as_deref() != Some(text.as_str());
    let run = Run { edited, ..running::of(app, &step, command, text) };
    running::start(app, step.place, run)
}

fn accept_search(app: &mut App, text: String) -> Vec<Effect> {
    if text.trim().is_empty() {
        app.search = None;
        return Vec::new();
    }
    let found = page::search(app, layout(app).prose.width, &text);
    if found.is_empty() {
        app.search = None;
        return say(app, Tone::Info, format!("\u{201c}{text}\u{201d} is not in this chapter."));
    }
    // From where the learner is, onwards.
    let at = found.iter().position(|f| *f >= (app.step, app.scroll)).unwrap_or(0);
    app.search = Some(Search { text, found, at });
    act::find(app, 0)
}

/// Actions while a dialog without text is open.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match (app.overlay.clone(), action) {
        (Some(Overlay::Restart { .. }), action) => restart::act(app, action),
        (Some(Overlay::Quit), Action::Go | Action::Quit) => {
            app.overlay = None;
            vec![Effect::Quit]
        }
        (Some(Overlay::Elevate(step)), Action::Go) => {
            app.overlay = None;
            let mut effects = say(app, Tone::Info, "Windows asks whether wci may change things on this machine: answer Yes.");
            effects.push(Effect::Elevate(step));
            effects
        }
        (Some(Overlay::Ended), Action::Go) => {
            app.overlay = None;
            running::give_up_waiting(app)
        }
        (Some(Overlay::Ended | Overlay::Quit), Action::Stop) => {
            app.overlay = None;
            running::stop(app)
        }
        (Some(Overlay::Outline { choice }), Action::Go) => {
            app.overlay = None;
            travel::go(app, choice)
        }
        (Some(Overlay::Undo { command }), Action::Go) => undo(app, command),
        (Some(Overlay::Links { choice }), Action::Go | Action::Copy) => link(app, choice, action),
        (Some(Overlay::Help { .. } | Overlay::Hints { .. }), Action::Go) => close(app),
        (Some(_), Action::Up | Action::Previous) => choose(app, -1),
        (Some(_), Action::Down | Action::Next) => choose(app, 1),
        (Some(_), Action::PageUp) => choose(app, -10),
        (Some(_), Action::PageDown) => choose(app, 10),
        (Some(_), Action::Top) => choose(app, isize::MIN / 2),
        (Some(_), Action::Bottom) => choose(app, isize::MAX / 2),
        (Some(_), Action::Home | Action::Leave | Action::Quit | Action::Stop) => close(app),
        // The key that opened a dialog closes it again.
        (Some(Overlay::Help { .. }), Action::Help)
        | (Some(Overlay::Hints { .. }), Action::Hints)
        | (Some(Overlay::Outline { .. }), Action::Outline)
        | (Some(Overlay::Undo { .. }), Action::Undo)
        | (Some(Overlay::Links { .. }), Action::Links) => close(app),
        _ => Vec::new(),
    }
}

fn close(app: &mut App) -> Vec<Effect> {
    app.overlay = None;
    Vec::new()
}

fn choose(app: &mut App, by: isize) -> Vec<Effect> {
    let steps = app.chapter().map_or(0, |c| c.steps.len());
    let undos = app.step().map_or(0, |s| s.undo().count());
    let links = page::page(app, layout(app).prose.width).links.len();
    let lines = page::overlay_rows(app);
    let step = |now: usize, count: usize| now.saturating_add_signed(by).min(count.saturating_sub(1));
    match &mut app.overlay {
        Some(Overlay::Outline { choice }) => *choice = step(*choice, steps),
        Some(Overlay::Undo { command }) => *command = step(*command, undos),
        Some(Overlay::Links { choice }) => *choice = step(*choice, links),
        Some(Overlay::Help { scroll } | Overlay::Hints { scroll }) => *scroll = step(*scroll, lines),
        _ => {}
    }
    Vec::new()
}

/// Types the step's undo. What was known of the step is put aside first: it holds no longer.
fn undo(app: &mut App, index: usize) -> Vec<Effect> {
    let Some(step) = app.step().cloned() else { return Vec::new() };
    let Some(command) = step.undo().nth(index).cloned() else { return Vec::new() };
    let text = match app.text_of(&step, &command) {
        Ok(text) => text,
        Err(Untyped::Missing(name)) => return ask_value(app, &name),
        Err(Untyped::Shell(why)) => {
            app.overlay = None;
            return say(app, Tone::Info, why);
        }
    };
    app.overlay = None;
    let run = Run { undo: true, restarts: false, ..running::of(app, &step, &command, text) };
    running::start(app, step.place, run)
}

fn link(app: &mut App, choice: usize, action: Action) -> Vec<Effect> {
    let links = page::page(app, layout(app).prose.width).links;
    let Some(link) = links.into_iter().nth(choice) else { return close(app) };
    app.overlay = None;
    if action == Action::Copy || !link.url.starts_with("http") {
        say(app, Tone::Info, "Copied, if your terminal allows programs to (OSC 52).");
        return vec![Effect::Copy(link.url)];
    }
    say(app, Tone::Info, format!("Opening {}", link.url));
    vec![Effect::Browse(link.url)]
}

impl Input {
    pub fn insert(&mut self, text: &str) {
        let at = self.byte(self.cursor);
        self.text.insert_str(at, text);
        self.cursor += text.chars().count();
    }

    pub fn key(&mut self, key: Key) {
        let count = self.text.chars().count();
        match key.code {
            Code::Char('a') if key.ctrl => self.cursor = 0,
            Code::Char('e') if key.ctrl => self.cursor = count,
            Code::Char('u') if key.ctrl => {
                self.text.replace_range(..self.byte(self.cursor), "");
                self.cursor = 0;
            }
            Code::Char('k') if key.ctrl => self.text.truncate(self.byte(self.cursor)),
            Code::Char('w') if key.ctrl => self.delete_word(),
            Code::Char(c) if !key.ctrl && !key.alt => self.insert(c.encode_utf8(&mut [0; 4])),
            Code::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.text.remove(self.byte(self.cursor));
            }
            Code::Delete if self.cursor < count => drop(self.text.remove(self.byte(self.cursor))),
            Code::Left => self.cursor = self.cursor.saturating_sub(1),
            Code::Right => self.cursor = (self.cursor + 1).min(count),
            Code::Home => self.cursor = self.line_start(),
            Code::End => self.cursor = self.line_end(),
            Code::Up => self.line_move(-1),
            Code::Down => self.line_move(1),
            _ => {}
        }
    }

    fn byte(&self, cursor: usize) -> usize {
        self.text.char_indices().nth(cursor).map_or(self.text.len(), |(i, _)| i)
    }

    fn delete_word(&mut self) {
        let before: Vec<char> = self.text.chars().take(self.cursor).collect();
        let end = before.iter().rposition(|c| !c.is_whitespace()).map_or(0, |i| i + 1);
        let start = before[..end].iter().rposition(|c| c.is_whitespace()).map_or(0, |i| i + 1);
        self.text.replace_range(self.byte(start)..self.byte(self.cursor), "");
        self.cursor = start;
    }

    fn line_start(&self) -> usize {
        self.text.chars().take(self.cursor).collect::<Vec<_>>().iter().rposition(|c| *c == '\n').map_or(0, |i| i + 1)
    }

    fn line_end(&self) -> usize {
        self.cursor + self.text.chars().skip(self.cursor).take_while(|c| *c != '\n').count()
    }

    /// To the same column of the line above or below.
    fn line_move(&mut self, by: isize) {
        let column = self.cursor - self.line_start();
        if by < 0 {
            let start = self.line_start();
            if start == 0 {
                return;
            }
            self.cursor = start - 1;
            self.cursor = (self.line_start() + column).min(self.cursor);
        } else {
            let end = self.line_end();
            if end == self.text.chars().count() {
                return;
            }
            self.cursor = end + 1;
            self.cursor = (self.cursor + column).min(self.line_end());
        }
    }
}
