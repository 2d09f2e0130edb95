//! What each action does.

use crate::app::Action;
use crate::app::App;
use crate::app::Card;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Input;
use crate::app::Link;
use crate::app::Lost;
use crate::app::Overlay;
use crate::app::Prompt;
use crate::app::Screen;
use crate::app::Standing;
use crate::app::Tone;
use crate::app::Untyped;
use crate::course::Step;
use crate::layout::layout;
use crate::page;
use crate::progress::Entry;
use crate::session::HostKind;
use crate::update::checking;
use crate::update::links;
use crate::update::overlay;
use crate::update::places;
use crate::update::record;
use crate::update::running;
use crate::update::say;
use crate::update::travel;

pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    if app.overlay.is_some() {
        return overlay::act(app, action);
    }
    if app.screen == Screen::Home {
        return at_home(app, action);
    }
    match action {
        Action::Go => go(app),
        Action::Edit => edit(app),
        Action::Check => check(app),
        Action::Next => travel::go(app, app.step + 1),
        Action::Previous => travel::go(app, app.step.saturating_sub(1)),
        Action::NextCard => pick(app, 1),
        Action::PreviousCard => pick(app, -1),
        Action::Tick => tick(app),
        Action::Declare => declare(app),
        Action::Skip => skip(app),
        Action::Hints => open_if(
            app,
            |s| s.hints().next().is_some(),
            Overlay::Hints { scroll: 0 },
            "No known failures are listed for this step.",
        ),
        Action::Undo => {
            open_if(app, |s| s.undo().next().is_some(), Overlay::Undo { command: 0 }, "This step has nothing to undo.")
        }
        Action::Copy => copy(app),
        Action::Links => links(app),
        Action::Outline => set(app, Overlay::Outline { choice: app.step }),
        Action::Search => set(app, Overlay::Search { input: Input::default() }),
        Action::FindNext => find(app, 1),
        Action::FindPrevious => find(app, -1),
        Action::Help => set(app, Overlay::Help { scroll: 0 }),
        Action::Zoom => toggle(app, |a| a.zoom = !a.zoom),
        Action::Big => toggle(app, |a| a.big = !a.big),
        Action::Enter => enter(app),
        Action::Leave => toggle(app, |a| a.focus = Focus::Guide),
        Action::Place => places::ask(app),
        Action::Stop => links::stop(app).unwrap_or_else(|| running::stop(app)),
        Action::Restart => restart(app),
        Action::Home if app.search.is_some() => toggle(app, |a| a.search = None),
        Action::Home if app.zoom || app.big => toggle(app, |a| {
            a.zoom = false;
            a.big = false;
        }),
        Action::Home => travel::home(app),
        Action::Quit => quit(app),
        Action::Trust => trust(app),
        Action::Up => scroll(app, -1),
        Action::Down => scroll(app, 1),
        Action::PageUp => scroll(app, -page_step(app)),
        Action::PageDown => scroll(app, page_step(app)),
        Action::Top => scroll(app, isize::MIN / 2),
        Action::Bottom => scroll(app, isize::MAX / 2),
        Action::ScrollTerminalUp => scroll_terminal(app, page_step_terminal(app)),
        Action::ScrollTerminalDown => scroll_terminal(app, -page_step_terminal(app)),
        Action::Grow => divide(app, 1),
        Action::Shrink => divide(app, -1),
        Action::Details | Action::WaitOn | Action::ByHand | Action::ComeBack | Action::Anew => Vec::new(),
    }
}

fn at_home(app: &mut App, action: Action) -> Vec<Effect> {
    let last = app.course.chapters.len().saturating_sub(1);
    match action {
        Action::Go => travel::open_chapter(app, app.choice),
        Action::Up | Action::Previous => choose(app, app.choice.saturating_sub(1)),
        Action::Down | Action::Next => choose(app, (app.choice + 1).min(last)),
        Action::Top => choose(app, 0),
        Action::Bottom => choose(app, last),
        Action::PageUp => scroll(app, -page_step(app)),
        Action::PageDown => scroll(app, page_step(app)),
        Action::Help => set(app, Overlay::Help { scroll: 0 }),
        Action::Place => places::ask(app),
        Action::Trust => trust(app),
        Action::Stop if app.running().is_some() => running::stop(app),
        Action::Quit | Action::Stop => quit(app),
        _ => Vec::new(),
    }
}

fn choose(app: &mut App, chapter: usize) -> Vec<Effect> {
    app.choice = chapter;
    app.scroll = 0;
    Vec::new()
}

fn toggle(app: &mut App, change: impl FnOnce(&mut App)) -> Vec<Effect> {
    change(app);
    Vec::new()
}

fn set(app: &mut App, overlay: Overlay) -> Vec<Effect> {
    app.overlay = Some(overlay);
    Vec::new()
}

fn open_if(app: &mut App, has: impl Fn(&Step) -> bool, overlay: Overlay, otherwise: &str) -> Vec<Effect> {
    if app.step().is_some_and(has) { set(app, overlay) } else { say(app, Tone::Info, otherwise) }
}

/// The next thing to do: the card's, or going on.
fn go(app: &mut App) -> Vec<Effect> {
    let Some(step) = app.step().cloned() else {
        let next = app.chapter + 1;
        return if next < app.course.chapters.len() { travel::open_chapter(app, next) } else { travel::home(app) };
    };
    if app.restart.as_ref().is_some_and(|r| r.step == step.id) {
        return set(app, Overlay::Restart { details: None });
    }
    if app.runs(&step.id).is_some() {
        return running::hurry(app);
    }
    // What Enter acts on must have been seen: the first Enter brings it into view, the next acts.
    let card = app.card(&step);
    if card != Card::Next && !app.headless && reveal(app) {
        return Vec::new();
    }
    match card {
        Card::Command(index) => run(app, &step, index),
        Card::Tasks => tick(app),
        Card::Ask if app.reaches(step.place) => check(app),
        Card::Ask => say(app, Tone::Info, "No machine is connected for its checks: do it there, then t marks it done."),
        Card::Read => {
            let effect = record(app, Entry::Declared { step: step.id.clone(), done: true });
            let mut effects = vec![effect];
            effects.extend(travel::go(app, app.step + 1));
            effects
        }
        Card::Next => travel::go(app, app.step + 1),
    }
}

/// Runs a command exactly as its card shows it, or asks for what is missing.
fn run(app: &mut App, step: &Step, index: usize) -> Vec<Effect> {
    let Some(command) = step.commands().nth(index) else { return Vec::new() };
    match app.text_of(step, command) {
        Ok(text) => running::start(app, step.place, running::of(app, step, command, text)),
        Err(Untyped::Missing(name)) => overlay::ask_value(app, &name),
        Err(Untyped::Shell(why)) => say(app, Tone::Info, why),
    }
}

fn edit(app: &mut App) -> Vec<Effect> {
    let Some(step) = app.step().cloned() else { return Vec::new() };
    let index = match app.card(&step) {
        Card::Command(index) => index,
        _ if step.commands().next().is_some() => 0,
        _ => return say(app, Tone::Info, "This step has no command to edit."),
    };
    let Some(command) = step.commands().nth(index) else { return Vec::new() };
    match app.text_of(&step, command) {
        Ok(text) => {
            app.picked = Some(index);
            let cursor = text.chars().count();
            set(app, Overlay::Edit { input: Input { text, cursor } })
        }
        Err(Untyped::Missing(name)) => overlay::ask_value(app, &name),
        Err(Untyped::Shell(why)) => say(app, Tone::Info, why),
    }
}

fn check(app: &mut App) -> Vec<Effect> {
    let Some(id) = app.step().map(|s| s.id.clone()) else { return Vec::new() };
    let effects = checking::ask(app, &id, false);
    let asked = |step: &Step| step.checks().any(|c| !c.look.is_of_a_run());
    let away = app
        .step()
        .filter(|step| asked(step))
        .and_then(|step| app.seats.get(&step.place))
        .is_some_and(|s| matches!(s.host, HostKind::Ssh(_)) && !s.answers());
    if effects.is_empty() && away {
        return say(app, Tone::Info, "There is no link to the machine: its checks are asked once it is back.");
    }
    if effects.is_empty() {
        return say(app, Tone::Info, "Nothing can be asked here: this step is judged by what its commands print, or by you (t).");
    }
    effects
}

fn pick(app: &mut App, by: isize) -> Vec<Effect> {
    let Some(step) = app.step() else { return Vec::new() };
    let count = step.commands().count();
    if count < 2 {
        return say(app, Tone::Info, "This step has no other command.");
    }
    let now = match app.card(step) {
        Card::Command(index) => index,
        Card::Tasks | Card::Read | Card::Ask | Card::Next => {
            if by > 0 {
                count - 1
            } else {
                0
            }
        }
    };
    app.picked = Some(now.saturating_add_signed(by).min(count - 1));
    reveal(app);
    Vec::new()
}

/// Scrolls what Enter acts on into view, or the next screenful of a page that is only to be read. False if it was in view already.
fn reveal(app: &mut App) -> bool {
    let areas = layout(app);
    let height = usize::from(areas.prose.height);
    let page = page::page(app, areas.prose.width);
    let before = page::top(app, &page, areas.prose.height);
    let most = page.rows.len().saturating_sub(height);
    let to = match page.card {
        Some(card) if card.start < before || card.end > before + height => card.end.saturating_sub(height).min(card.start),
        Some(_) => before,
        None => before + height.saturating_sub(1),
    };
    app.scroll = to.min(most);
    app.scroll != before
}

fn tick(app: &mut App) -> Vec<Effect> {
    let Some(step) = app.step().cloned() else { return Vec::new() };
    let count = step.tasks().count();
    let Some(task) = step.tasks().nth(app.task) else {
        return say(app, Tone::Info, "This step has no list to tick. t marks it done by hand.");
    };
    let on = !app.progress.step(&step.id).ticked.contains(&task.key);
    let mut effects = vec![record(app, Entry::Ticked { step: step.id.clone(), task: task.key.clone(), on })];
    if on {
        let ticked = &app.progress.step(&step.id).ticked;
        let open = |i: usize| step.tasks().nth(i).is_some_and(|t| !ticked.contains(&t.key));
        app.task = (app.task + 1..count).find(|i| open(*i)).or_else(|| (0..count).find(|i| open(*i))).unwrap_or(app.task);
        show_task(app);
    }
    effects.extend(checking::settle(app, &step.id));
    effects
}

/// Brings the task that Space ticks into view.
fn show_task(app: &mut App) {
    let areas = layout(app);
    let height = usize::from(areas.prose.height);
    let page = page::page(app, areas.prose.width);
    let top = page::top(app, &page, areas.prose.height);
    if let Some((row, _)) = page.tasks.iter().find(|(_, index)| *index == app.task)
        && (*row < top || *row + 2 > top + height)
    {
        app.scroll = (row + 2).saturating_sub(height.max(2)).max(row.saturating_sub(height / 2));
    }
}

fn declare(app: &mut App) -> Vec<Effect> {
    let Some(step) = app.step() else { return Vec::new() };
    if matches!(app.standing(step), Standing::Done | Standing::Warned) {
        return say(app, Tone::Info, "Its checks say that it is done.");
    }
    let id = step.id.clone();
    let done = !app.progress.step(&id).declared;
    let effect = record(app, Entry::Declared { step: id, done });
    let text = if done { "Marked done by hand. t takes that back; Enter goes on." } else { "Not done by hand any more." };
    say(app, Tone::Info, text);
    vec![effect]
}

fn skip(app: &mut App) -> Vec<Effect> {
    let Some(step) = app.step() else { return Vec::new() };
    let id = step.id.clone();
    if app.standing(step).is_settled() {
        return travel::go(app, app.step + 1);
    }
    if app.runs(&id).is_some() {
        return say(app, Tone::Info, "It is running. Ctrl-C stops it first.");
    }
    let mut effects = vec![record(app, Entry::Skipped { step: id })];
    effects.extend(travel::go(app, app.step + 1));
    effects
}

fn copy(app: &mut App) -> Vec<Effect> {
    let Some(step) = app.step() else { return Vec::new() };
    let index = match app.card(step) {
        Card::Command(index) => index,
        Card::Tasks | Card::Read | Card::Ask | Card::Next => 0,
    };
    let Some(command) = step.commands().nth(index) else { return say(app, Tone::Info, "This step has no command to copy.") };
    // Without a shell that runs it the author's own text is still worth copying.
    let text = app.text_of(step, command).ok().or_else(|| command.variants.first().map(|v| v.text.clone()));
    let Some(text) = text else { return Vec::new() };
    say(app, Tone::Info, "Copied, if your terminal allows programs to (OSC 52).");
    vec![Effect::Copy(text)]
}

fn links(app: &mut App) -> Vec<Effect> {
    let width = layout(app).prose.width;
    if page::page(app, width).links.is_empty() {
        return say(app, Tone::Info, "No links on this page.");
    }
    set(app, Overlay::Links { choice: 0 })
}

/// To the next place where the search text was found, round the chapter.
pub fn find(app: &mut App, by: isize) -> Vec<Effect> {
    let Some(search) = &mut app.search else { return Vec::new() };
    let count = search.found.len();
    if count == 0 {
        return Vec::new();
    }
    search.at = (search.at + count).saturating_add_signed(by) % count;
    let (step, row) = search.found[search.at];
    let effects = travel::go(app, step);
    let height = usize::from(layout(app).prose.height);
    app.scroll = row.saturating_sub(height / 3);
    effects
}

fn enter(app: &mut App) -> Vec<Effect> {
    let place = app.shown();
    let Some(seat) = app.seats.get(&place) else { return Vec::new() };
    match &seat.link {
        Link::Up | Link::Opening => {
            app.focus = Focus::Terminal;
            app.big = false;
            Vec::new()
        }
        Link::Closed if seat.host != HostKind::Rehearsal => {
            app.focus = Focus::Terminal;
            running::open(app, place)
        }
        Link::Closed => say(app, Tone::Info, "No machine is connected here."),
        Link::Ended(_) => say(app, Tone::Info, "The shell has ended. r starts a new one."),
        Link::Refused(why) | Link::Lost(Lost { why, .. }) => say(app, Tone::Bad, why.clone()),
    }
}

fn restart(app: &mut App) -> Vec<Effect> {
    let place = app.shown();
    match app.seats.get(&place).map(|s| s.link.clone()) {
        Some(Link::Ended(_) | Link::Refused(_) | Link::Lost(_) | Link::Closed) => running::open(app, place),
        // A login that hangs is begun anew.
        Some(Link::Opening) if app.seats.get(&place).is_some_and(|s| matches!(s.host, HostKind::Ssh(_))) => {
            running::open(app, place)
        }
        // A shell that shows no prompt any more, and no run of ours to stop: the learner may want another.
        Some(Link::Up) if app.running().is_none() && app.seats.get(&place).is_some_and(|s| s.prompt == Prompt::Busy) => {
            running::open(app, place)
        }
        Some(Link::Up | Link::Opening) => say(app, Tone::Info, "The shell is alive. Type exit in it to end it."),
        None => Vec::new(),
    }
}

/// The learner has looked at what changed, and trusts it.
fn trust(app: &mut App) -> Vec<Effect> {
    let Some(course) = app.untrusted.take() else { return say(app, Tone::Info, "This course is trusted.") };
    let mut effects = vec![record(app, Entry::Trusted { course })];
    effects.extend(travel::ask_all(app));
    say(app, Tone::Info, "Trusted as it is now. Its checks are asked.");
    effects
}

fn quit(app: &mut App) -> Vec<Effect> {
    if app.running().is_some() { set(app, Overlay::Quit) } else { vec![Effect::Quit] }
}

fn page_step(app: &App) -> isize {
    isize::try_from(layout(app).prose.height.saturating_sub(2).max(1)).unwrap_or(1)
}

fn page_step_terminal(app: &App) -> isize {
    isize::try_from(layout(app).terminal.height.saturating_sub(1).max(1)).unwrap_or(1)
}

/// Scrolls the page; where its tasks are what is to be done, Up and Down walk along them first.
pub fn scroll(app: &mut App, by: isize) -> Vec<Effect> {
    if let Some(step) = app.step()
        && by.abs() == 1
        && app.card(step) == Card::Tasks
    {
        let count = step.tasks().count();
        let to = app.task.checked_add_signed(by).filter(|t| *t < count);
        if let Some(to) = to {
            app.task = to;
            show_task(app);
            return Vec::new();
        }
    }
    roll(app, by);
    Vec::new()
}

/// Moves the page by rows, no further than its end.
pub fn roll(app: &mut App, by: isize) {
    let areas = layout(app);
    let rows = page::page(app, areas.prose.width).rows.len();
    let most = rows.saturating_sub(usize::from(areas.prose.height));
    // The page may have become shorter since it was scrolled.
    app.scroll = app.scroll.min(most).saturating_add_signed(by).min(most);
}

pub fn scroll_terminal(app: &mut App, lines: isize) -> Vec<Effect> {
    let place = app.shown();
    if let Some(seat) = app.seats.get_mut(&place) {
        seat.terminal.scroll(i32::try_from(lines).unwrap_or(0));
    }
    Vec::new()
}

fn divide(app: &mut App, by: i32) -> Vec<Effect> {
    let areas = layout(app);
    let now = if areas.wide { areas.prose.width } else { areas.prose.height };
    let step = if areas.wide { 4 } else { 1 };
    app.divider = Some(now.saturating_add_signed(i16::try_from(by * step).unwrap_or(0)));
    Vec::new()
}
