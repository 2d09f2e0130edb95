//! Where the learner is: opening chapters, moving between steps, landing on the first unmet one.

use crate::app::App;
use crate::app::CheckState;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Highlight;
use crate::app::Link;
use crate::app::Screen;
use crate::app::Tone;
use crate::app::code_of;
use crate::course::Course;
use crate::course::Shell;
use crate::course::Step;
use crate::progress::Entry;
use crate::session::HostKind;
use crate::update::checking;
use crate::update::fit;
use crate::update::links;
use crate::update::places;
use crate::update::record;
use crate::update::restart;
use crate::update::running;
use crate::update::say;

/// The first frame is drawn: whoever has been here before goes on where they were, a newcomer sees the map.
pub fn start(app: &mut App) -> Vec<Effect> {
    let armed = app.progress.armed.as_ref().map(|armed| armed.step.chapter.clone());
    let last = armed.or_else(|| app.progress.chapter.clone());
    let last = last.and_then(|slug| app.course.chapters.iter().position(|c| c.slug == slug));
    let mut effects = last.map_or_else(Vec::new, |index| open_chapter(app, index));
    effects.extend(places::at_start(app));
    effects
}

/// Shows a chapter at its first unmet step as far as the journal knows, and asks every check of it.
pub fn open_chapter(app: &mut App, index: usize) -> Vec<Effect> {
    let Some(chapter) = app.course.chapters.get(index) else { return Vec::new() };
    let slug = chapter.slug.clone();
    let open = |step: &Step| app.runs(&step.id).is_none() && !app.standing(step).is_settled();
    let armed = app.progress.armed.as_ref().and_then(|armed| chapter.steps.iter().position(|s| s.id == armed.step));
    let interrupted = app.progress.interrupted().and_then(|id| chapter.steps.iter().position(|s| s.id == *id && open(s)));
    app.chapter = index;
    app.choice = index;
    app.screen = Screen::Chapter;
    let to = armed.or(interrupted);
    app.landing = to.is_none();
    app.step = to.unwrap_or_else(|| app.first_unmet(&app.course.chapters[index]));
    let mut effects = vec![record(app, Entry::Opened { chapter: slug })];
    effects.extend(ask_all(app));
    effects.extend(arrive(app));
    effects.extend(links::connect(app));
    effects.extend(restart::resume(app));
    if interrupted.is_some() && armed.is_none() {
        say(app, Tone::Info, "This step was running when wci stopped. Its checks are asked again; nothing runs by itself.");
    }
    effects
}

/// Shows one step and asks its checks.
pub fn show(app: &mut App, chapter: usize, step: usize) -> Vec<Effect> {
    app.screen = Screen::Chapter;
    app.chapter = chapter;
    app.step = step;
    app.landing = false;
    let mut effects = Vec::new();
    if app.headless {
        if let Some(id) = app.step().map(|s| s.id.clone()) {
            if app.progress.armed.as_ref().is_some_and(|armed| armed.step == id) {
                effects.extend(restart::resume(app));
            }
            effects.extend(checking::ask(app, &id, false));
        }
    } else {
        app.choice = chapter;
        if let Some(chapter) = app.chapter().map(|c| c.slug.clone()) {
            effects.push(record(app, Entry::Opened { chapter }));
        }
        effects.extend(ask_all(app));
    }
    effects.extend(arrive(app));
    if !app.headless {
        effects.extend(links::connect(app));
        effects.extend(restart::resume(app));
    }
    effects
}

/// Asks every check of the chapter on the screen.
pub fn ask_all(app: &mut App) -> Vec<Effect> {
    let ids: Vec<_> = app.chapter().map(|c| c.steps.iter().map(|s| s.id.clone()).collect()).unwrap_or_default();
    ids.iter().flat_map(|id| checking::ask(app, id, false)).collect()
}

pub fn home(app: &mut App) -> Vec<Effect> {
    app.screen = Screen::Home;
    app.focus = Focus::Guide;
    app.zoom = false;
    app.landing = false;
    app.scroll = 0;
    Vec::new()
}

/// Goes to a step of this chapter by its index; one past the last is the closing page.
pub fn go(app: &mut App, step: usize) -> Vec<Effect> {
    let count = app.chapter().map_or(0, |c| c.steps.len());
    let step = step.min(count);
    if step == app.step {
        return Vec::new();
    }
    app.step = step;
    let mut effects = Vec::new();
    // Coming back to a step asks again: the machine may have changed since.
    if let Some(id) = app.step().map(|s| s.id.clone())
        && app.runs(&id).is_none()
    {
        effects.extend(checking::ask(app, &id, false));
    }
    effects.extend(arrive(app));
    effects
}

/// What every arrival at a step needs: the top of its page, its shell, its colours.
pub fn arrive(app: &mut App) -> Vec<Effect> {
    app.scroll = 0;
    app.picked = None;
    app.dragging = false;
    if app.headless {
        app.task = 0;
        return Vec::new();
    }
    let open = app.step().and_then(|step| {
        let ticked = &app.progress.step(&step.id).ticked;
        step.tasks().position(|t| !ticked.contains(&t.key))
    });
    app.task = open.unwrap_or(0);
    let mut effects = colours(app);
    effects.extend(take_seat(app));
    effects
}

/// Opens the shell whose terminal is on the screen, if it never was.
pub fn take_seat(app: &mut App) -> Vec<Effect> {
    let place = app.shown();
    let mut effects = Vec::new();
    if app.seats.get(&place).is_some_and(|s| s.link == Link::Closed && s.host != HostKind::Rehearsal) {
        effects.extend(fit(app));
        effects.extend(running::open(app, place));
    }
    effects
}

/// Asks for the colours of the code on this page that has none yet.
pub fn colours(app: &mut App) -> Vec<Effect> {
    let blocks = match (app.step(), app.chapter()) {
        (Some(step), Some(chapter)) if app.step == 0 => chapter.intro.iter().chain(&step.blocks).collect::<Vec<_>>(),
        (Some(step), _) => step.blocks.iter().collect(),
        (None, _) => Vec::new(),
    };
    let mut wanted: Vec<(String, String)> =
        blocks.into_iter().flat_map(code_of).map(|(l, t)| (l.to_owned(), t.to_owned())).collect();
    // A card shows its command with the learner's values in it.
    if let Some(step) = app.step() {
        let shell = app.seats.get(&step.place).map_or(Shell::Sh, |s| s.shell);
        let filled =
            step.commands().chain(step.undo()).filter_map(|c| Some((c.variant(shell)?.language, app.text_of(step, c).ok()?)));
        wanted.extend(filled.map(|(language, text)| (language.name().to_owned(), text)));
    }
    let mut effects = Vec::new();
    for (language, text) in wanted {
        if let std::collections::hash_map::Entry::Vacant(slot) = app.highlights.entry((language.clone(), text.clone())) {
            slot.insert(Highlight::Asked);
            effects.push(Effect::Highlight { language, text });
        }
    }
    effects
}

/// Once every check has answered and the learner has not moved: the first unmet step.
pub fn land(app: &mut App) -> Vec<Effect> {
    if !app.landing || app.checks.values().any(|c| matches!(c, CheckState::Asking { .. })) {
        return Vec::new();
    }
    app.landing = false;
    let Some(step) = app.chapter().map(|c| app.first_unmet(c)) else { return Vec::new() };
    if step == app.step {
        return Vec::new();
    }
    app.step = step;
    arrive(app)
}

/// The course was read again: the learner stays on the step they were on, wherever it is now.
pub fn reloaded(app: &mut App, course: Course, problems: usize, untrusted: Option<String>) -> Vec<Effect> {
    app.untrusted = untrusted;
    let chapter = app.chapter().map(|c| c.slug.clone());
    let step = app.step().map(|s| s.id.clone());
    app.course = course;
    app.problems = problems;
    app.chapter = chapter.and_then(|slug| app.course.chapters.iter().position(|c| c.slug == slug)).unwrap_or(0);
    app.choice = app.choice.min(app.course.chapters.len().saturating_sub(1));
    let Some(ids) = app.chapter().map(|c| c.steps.iter().map(|s| s.id.clone()).collect::<Vec<_>>()) else {
        app.screen = Screen::Home;
        return Vec::new();
    };
    let at = step.and_then(|id| ids.iter().position(|i| *i == id));
    app.step = at.unwrap_or(app.step.min(ids.len()));
    app.picked = None;
    app.overlay = None;
    let known: std::collections::BTreeSet<_> = ids.iter().cloned().collect();
    app.checks.retain(|at, _| known.contains(&at.step));
    let mut effects = Vec::new();
    if app.screen == Screen::Chapter {
        effects.extend(ask_all(app));
    }
    effects.extend(colours(app));
    if app.untrusted.is_some() {
        say(app, Tone::Bad, "The course has changed on disk. Nothing of it runs until you trust it as it is now: T.");
        return effects;
    }
    match problems {
        0 => say(app, Tone::Good, "The course was read again."),
        1 => say(app, Tone::Bad, "The course was read again, with 1 problem: wci lint shows it."),
        n => say(app, Tone::Bad, format!("The course was read again, with {n} problems: wci lint shows them.")),
    };
    effects
}
