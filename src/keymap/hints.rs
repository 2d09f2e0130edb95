//! The keys that matter now, most important first; `help` is the last and always has a place.

use crate::app::Action;
use crate::app::App;
use crate::app::Back;
use crate::app::Card;
use crate::app::Link;
use crate::app::Overlay;
use crate::app::QUIET;
use crate::app::Rung;
use crate::app::Seat;
use crate::app::Stage;
use crate::app::Standing;
use crate::app::Untyped;
use crate::course::Step;
use crate::keymap::Where;
use crate::keymap::keys_of;
use crate::keymap::place;
use crate::keymap::table::TABLE;
use crate::keymap::written;

pub fn hints(app: &App) -> Vec<(String, &'static str)> {
    match place(app) {
        Where::Terminal => terminal(app),
        Where::Home => of(
            app,
            Where::Home,
            &[
                (Action::Go, "open"),
                (Action::Down, "choose"),
                (Action::Place, "where the vm is"),
                (Action::Quit, "quit"),
                (Action::Help, "help"),
            ],
        ),
        Where::Dialog => dialog(app),
        Where::Restart => restart(app),
        Where::Typing => typing(app),
        Where::Guide => guide(app),
    }
}

/// Looks the keys of actions up; only the first key of each is shown.
fn of(app: &App, at: Where, wanted: &[(Action, &'static str)]) -> Vec<(String, &'static str)> {
    let mut out = Vec::with_capacity(wanted.len());
    for (action, label) in wanted {
        let Some(binding) = TABLE.iter().find(|b| b.action == *action && b.wheres.contains(&at)) else { continue };
        let keys = keys_of(app, binding);
        let first = keys.split(' ').next().unwrap_or_default();
        out.push((first.to_owned(), *label));
    }
    out
}

fn terminal(app: &App) -> Vec<(String, &'static str)> {
    let retry = retry_keys(app);
    let keys = of(
        app,
        Where::Terminal, // The last is the one that always has a place.
        &[(Action::ScrollTerminalUp, "scroll back"), (Action::Leave, "back to the guide")],
    );
    retry.into_iter().chain(keys).collect()
}

/// What can be done about a machine out of reach that is tried again by itself.
fn retry_keys(app: &App) -> Vec<(String, &'static str)> {
    if app.next_try().is_none() {
        return Vec::new();
    }
    let key = if app.shows_restart() { "r" } else { "Enter" };
    vec![(key.into(), "try now"), (".".into(), "stop trying")]
}

fn dialog(app: &App) -> Vec<(String, &'static str)> {
    let wanted: &[(Action, &'static str)] = match &app.overlay {
        Some(Overlay::Help { .. } | Overlay::Hints { .. }) => &[(Action::Home, "close"), (Action::Down, "scroll")],
        Some(Overlay::Outline { .. }) => &[(Action::Go, "go there"), (Action::Down, "choose"), (Action::Home, "close")],
        Some(Overlay::Undo { .. }) => &[(Action::Go, "run it"), (Action::Down, "choose"), (Action::Home, "close")],
        Some(Overlay::Links { .. }) => {
            &[(Action::Go, "open"), (Action::Copy, "copy"), (Action::Down, "choose"), (Action::Home, "close")]
        }
        Some(Overlay::Quit) => &[(Action::Go, "quit"), (Action::Stop, "stop what runs"), (Action::Home, "stay")],
        Some(Overlay::Ended) if app.waits() => &[(Action::Go, "type it"), (Action::Stop, "drop it"), (Action::Home, "wait on")],
        Some(Overlay::Ended) => &[(Action::Go, "it has ended"), (Action::Stop, "stop it"), (Action::Home, "wait on")],
        Some(Overlay::Elevate(_)) => &[(Action::Go, "reopen as administrator"), (Action::Home, "stay")],
        Some(
            Overlay::Ask { .. } | Overlay::Edit { .. } | Overlay::Search { .. } | Overlay::Place { .. } | Overlay::Restart { .. },
        )
        | None => &[],
    };
    of(app, Where::Dialog, wanted)
}

/// What can be done about a restart at its stage.
fn restart(app: &App) -> Vec<(String, &'static str)> {
    let Some(restart) = &app.restart else { return Vec::new() };
    if matches!(app.overlay, Some(Overlay::Restart { details: Some(_) })) {
        return of(app, Where::Restart, &[(Action::Details, "back"), (Action::Down, "scroll")]);
    }
    let mut wanted: Vec<(Action, &'static str)> = match restart.stage {
        Stage::Plan => vec![(Action::Go, "restart it"), (Action::ByHand, "I do it myself")],
        Stage::Registering if matches!(restart.way_back, Back::Failed { .. }) => vec![(Action::Go, "restart all the same")],
        Stage::Registering => Vec::new(),
        Stage::Countdown => vec![(Action::Go, "now"), (Action::Stop, "take it back")],
        Stage::Climbing(Rung::Network | Rung::Boot) => vec![(Action::Go, "try now"), (Action::WaitOn, "wait longer")],
        Stage::Climbing(_) if restart.lingers(app.now) => {
            vec![(Action::Go, "it does not restart"), (Action::WaitOn, "wait longer")]
        }
        Stage::Climbing(_) => vec![(Action::WaitOn, "wait longer")],
        Stage::Late(_) => vec![(Action::Go, "try now"), (Action::WaitOn, "wait longer")],
        Stage::Planned => vec![(Action::Go, "wait for that one"), (Action::Anew, "take it back, restart now")],
        Stage::Postponed | Stage::Unmet => vec![(Action::Go, "restart again")],
        Stage::Enough => vec![(Action::Go, "close")],
        Stage::Settled => vec![(Action::Go, "go on")],
    };
    if matches!(restart.way_back, Back::Offered { .. }) && restart.stage == Stage::Plan {
        wanted.push((Action::ComeBack, "come back by itself, or not"));
    }
    if restart.way_back.way().is_some() {
        wanted.push((Action::Details, "what is registered"));
    }
    if matches!(restart.stage, Stage::Climbing(_) | Stage::Late(_) | Stage::Planned | Stage::Postponed) {
        wanted.push((Action::Stop, "give it up"));
    }
    match restart.stage {
        Stage::Plan => wanted.push((Action::Home, "not now")),
        // There is no looking away from it: Escape takes it back too.
        Stage::Registering | Stage::Countdown => {}
        _ => wanted.push((Action::Home, "leave it")),
    }
    of(app, Where::Restart, &wanted)
}

fn typing(app: &App) -> Vec<(String, &'static str)> {
    let accept = match &app.overlay {
        Some(Overlay::Edit { .. }) => "run this",
        Some(Overlay::Search { .. }) => "search",
        Some(Overlay::Place { .. }) => "choose this",
        _ => "keep",
    };
    let mut out = vec![("Enter".to_owned(), accept)];
    if matches!(app.overlay, Some(Overlay::Edit { .. })) {
        out.push(("Alt-Enter".to_owned(), "new line"));
    }
    if matches!(app.overlay, Some(Overlay::Place { .. })) {
        out.push((written(app, "↓"), "the next answer"));
    }
    let later = matches!(app.overlay, Some(Overlay::Place { .. })) && app.unplaced;
    out.push(("Esc".to_owned(), if later { "later" } else { "cancel" }));
    out
}

fn guide(app: &App) -> Vec<(String, &'static str)> {
    let mut wanted: Vec<(Action, &'static str)> = Vec::new();
    if app.zoom {
        wanted.extend([(Action::Enter, "type here"), (Action::Zoom, "back to the prose")]);
    }
    if app.seat().is_some_and(Seat::is_asked) {
        wanted.push((Action::Enter, "answer what ssh asks"));
    }
    match app.step() {
        Some(step) => step_keys(app, step, &mut wanted),
        None if app.chapter + 1 < app.course.chapters.len() => wanted.push((Action::Go, "next chapter")),
        None => wanted.push((Action::Go, "map")),
    }
    if !app.reaches(app.place()) {
        wanted.push((Action::Place, "where the vm is"));
    }
    match app.seat().map(|s| &s.link) {
        Some(Link::Ended(_) | Link::Refused(_)) => wanted.push((Action::Restart, "new shell")),
        Some(Link::Lost(_)) if app.next_try().is_none() => wanted.push((Action::Restart, "try again")),
        _ => {}
    }
    if app.search.is_none() && app.step().is_some() {
        wanted.push((Action::Next, "next"));
    }
    wanted.extend([(Action::Enter, "type here"), (Action::Outline, "outline"), (Action::Search, "search")]);
    wanted.extend([(Action::Zoom, "zoom"), (Action::Home, "map"), (Action::Quit, "quit")]);
    wanted.extend([(Action::Place, "where the vm is"), (Action::Help, "help")]);
    let mut seen = std::collections::HashSet::new();
    wanted.retain(|(action, _)| seen.insert(*action));
    let mut out = retry_keys(app);
    if !out.is_empty() && !app.shows_restart() {
        wanted.retain(|(action, _)| *action != Action::Go);
    }
    out.extend(of(app, Where::Guide, &wanted));
    if app.search.is_some() {
        out.splice(0..0, [("n".into(), "next match"), ("N".into(), "match before"), ("Esc".into(), "end search")]);
    }
    out
}

fn step_keys(app: &App, step: &Step, wanted: &mut Vec<(Action, &'static str)>) {
    if app.runs(&step.id).is_some() {
        wanted.extend([(Action::Stop, "stop"), (Action::Enter, "type here")]);
        // Before it has been quiet for a while Enter would not take that for an answer.
        if app.seat().is_some_and(|s| app.now.saturating_sub(s.heard) >= QUIET) {
            wanted.push((Action::Go, "finished?"));
        }
        return;
    }
    let standing = app.standing(step);
    let failed = matches!(standing, Standing::Failed(_) | Standing::Unknown(_));
    let hints = step.hints().next().is_some();
    match app.card(step) {
        Card::Command(index) => {
            wanted.extend(command_keys(app, step, index));
        }
        Card::Tasks => wanted.extend([(Action::Tick, "tick"), (Action::Declare, "done by hand")]),
        Card::Ask if app.reaches(step.place) => wanted.extend([(Action::Go, "ask again"), (Action::Declare, "done by hand")]),
        Card::Ask => wanted.push((Action::Declare, "done by hand")),
        Card::Read => wanted.push((Action::Go, "read, go on")),
        Card::Next => wanted.push((Action::Go, "go on")),
    }
    if failed && hints {
        wanted.push((Action::Hints, "hints"));
    }
    if step.checks().any(|c| !c.look.is_of_a_run()) && app.reaches(step.place) {
        wanted.push((Action::Check, "check"));
    }
    if step.commands().count() > 1 {
        wanted.push((Action::NextCard, "other command"));
    }
}

fn command_keys(app: &App, step: &Step, index: usize) -> Vec<(Action, &'static str)> {
    let by_hand = vec![(Action::Declare, "done by hand"), (Action::Copy, "copy")];
    let Some(command) = step.commands().nth(index) else { return by_hand };
    if !app.reaches(step.place) {
        return by_hand;
    }
    match app.text_of(step, command) {
        Ok(_) if command.restart => vec![(Action::Go, "restart: look first"), (Action::Edit, "edit")],
        Ok(_) => vec![(Action::Go, "run"), (Action::Edit, "edit")],
        Err(Untyped::Missing(_)) => vec![(Action::Go, "fill in")],
        Err(Untyped::Shell(_)) => by_hand,
    }
}
