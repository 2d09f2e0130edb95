//! What the learner can do about a restart at each of its stages.

use crate::app::Action;
use crate::app::App;
use crate::app::Back;
use crate::app::Effect;
use crate::app::Link;
use crate::app::Overlay;
use crate::app::Run;
use crate::app::Rung;
use crate::app::Seat;
use crate::app::Stage;
use crate::app::Tone;
use crate::course::StepId;
use crate::page;
use crate::progress::Disarm;
use crate::update::checking;
use crate::update::links;
use crate::update::restart::climb::ask_checks;
use crate::update::restart::{arm, count_down, disarm, stage, type_it};
use crate::update::running;
use crate::update::say;
use crate::update::travel;

/// A key while the restart is on the screen.
pub fn act(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(now) = app.restart.as_ref().map(|r| r.stage) else {
        app.overlay = None;
        return Vec::new();
    };
    match action {
        Action::Go => go(app, now),
        Action::Details => {
            let there = app.restart.as_ref().is_some_and(|r| r.way_back.way().is_some());
            if let Some(Overlay::Restart { details }) = &mut app.overlay {
                *details = if details.is_none() && there { Some(0) } else { None };
            }
            Vec::new()
        }
        Action::Home if matches!(app.overlay, Some(Overlay::Restart { details: Some(_) })) => {
            app.overlay = Some(Overlay::Restart { details: None });
            Vec::new()
        }
        Action::Up => scroll(app, -1),
        Action::Down => scroll(app, 1),
        Action::PageUp => scroll(app, -10),
        Action::PageDown => scroll(app, 10),
        Action::WaitOn => wait_on(app, now),
        Action::ByHand if now == Stage::Plan => by_hand(app),
        Action::ComeBack if now == Stage::Plan => {
            if let Some(Back::Offered { way, wanted }) = app.restart.as_mut().map(|r| &mut r.way_back)
                && way.name.is_some()
            {
                *wanted = !*wanted;
            }
            Vec::new()
        }
        Action::Anew if now == Stage::Planned => anew(app),
        Action::Stop => stop(app, now),
        Action::Home | Action::Quit => leave(app, now),
        _ => Vec::new(),
    }
}

fn scroll(app: &mut App, by: isize) -> Vec<Effect> {
    let rows = page::overlay_rows(app);
    if let Some(Overlay::Restart { details: Some(at) }) = &mut app.overlay {
        *at = at.saturating_add_signed(by).min(rows.saturating_sub(1));
    }
    Vec::new()
}

fn go(app: &mut App, now: Stage) -> Vec<Effect> {
    match now {
        Stage::Plan => match app.restart.as_ref() {
            Some(restart) if restart.before.is_some() && restart.way_back != Back::Asked => arm(app, false),
            Some(restart) if restart.why.is_some() => {
                let place = restart.place;
                links::ask_boot(app, place)
            }
            _ => Vec::new(),
        },
        // The way back could not be registered, and the learner goes on all the same.
        Stage::Registering if app.restart.as_ref().is_some_and(|r| matches!(r.way_back, Back::Failed { .. })) => count_down(app),
        Stage::Registering => Vec::new(),
        Stage::Countdown => type_it(app),
        Stage::Climbing(rung) => try_now(app, rung),
        Stage::Late(rung) => {
            stage(app, Stage::Climbing(rung));
            try_now(app, rung)
        }
        Stage::Planned => {
            stage(app, Stage::Climbing(Rung::Down));
            Vec::new()
        }
        Stage::Postponed | Stage::Unmet => once_more(app),
        Stage::Enough => leave(app, now),
        Stage::Settled => {
            let step = app.restart.take().map(|r| r.step);
            app.overlay = None;
            let here = step.is_some_and(|id| app.step().is_some_and(|s| s.id == id));
            if here { travel::go(app, app.step + 1) } else { Vec::new() }
        }
    }
}

fn try_now(app: &mut App, rung: Rung) -> Vec<Effect> {
    let Some((place, step)) = app.restart.as_ref().map(|r| (r.place, r.step.clone())) else { return Vec::new() };
    match rung {
        // ssh is asking the learner something: that is not cut off.
        Rung::Network if app.seats.get(&place).is_some_and(Seat::is_asked) => {
            app.overlay = None;
            say(app, Tone::Info, "ssh asks something: Tab goes to it.")
        }
        Rung::Network => running::open(app, place),
        Rung::Down if app.seats.get(&place).is_some_and(|s| s.run.is_some()) => Vec::new(),
        // The learner sees that nothing goes down. If it does later, that is seen too.
        Rung::Down if app.restart.as_ref().is_some_and(|r| r.lingers(app.now)) => {
            stage(app, Stage::Postponed);
            checking::ask(app, &step, false)
        }
        Rung::Down | Rung::Boot => links::ask_boot(app, place),
        // Only the learner sees a prompt that has no marks.
        Rung::Shell if app.seats.get(&place).is_some_and(|s| s.link == Link::Up) => ask_checks(app, &step),
        Rung::Shell => running::open(app, place),
        Rung::Checks => checking::ask(app, &step, true),
    }
}

fn wait_on(app: &mut App, now: Stage) -> Vec<Effect> {
    match now {
        Stage::Late(rung) | Stage::Climbing(rung) => {
            stage(app, Stage::Climbing(rung));
            let place = app.restart.as_ref().map(|r| r.place);
            let lost = place.and_then(|p| app.seats.get(&p)).is_some_and(|s| matches!(s.link, Link::Lost(_) | Link::Refused(_)));
            if let (Some(place), true) = (place, lost) { running::open(app, place) } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// The learner restarts the machine; it is waited for as for any other restart.
fn by_hand(app: &mut App) -> Vec<Effect> {
    if app.restart.as_ref().is_some_and(|r| r.before.is_none()) {
        return Vec::new();
    }
    arm(app, true)
}

/// The command of the step once more: the plan is shown again, with what is so now.
///
/// The one before is not waited for any longer, whatever becomes of this one.
fn once_more(app: &mut App) -> Vec<Effect> {
    let Some(restart) = app.restart.take() else { return Vec::new() };
    let how = if restart.stage == Stage::Unmet { Disarm::Unmet } else { Disarm::Cancelled };
    let mut effects = disarm(app, &restart, how);
    if let Some(run) = run_of(app, &restart.step, &restart.command) {
        effects.extend(running::start(app, restart.place, run));
    }
    effects
}

fn run_of(app: &App, step: &StepId, command: &str) -> Option<Run> {
    let step = app.find(step)?;
    let command = step.command(command)?;
    let text = app.text_of(step, command).ok()?;
    Some(running::of(app, step, command, text))
}

/// Windows has a restart planned. The learner wants it now: that one is taken back first, as the plan then shows.
fn anew(app: &mut App) -> Vec<Effect> {
    let Some(run) = app.restart.as_mut().and_then(|r| r.run.as_mut()) else { return Vec::new() };
    if !run.text.starts_with(TAKE_BACK) {
        run.text = format!("{TAKE_BACK}\n{}", run.text);
        run.edited = true;
    }
    stage(app, Stage::Plan);
    Vec::new()
}

/// Takes back a restart that Windows has planned.
const TAKE_BACK: &str = "shutdown.exe /a";

fn stop(app: &mut App, now: Stage) -> Vec<Effect> {
    let how = match now {
        Stage::Plan => {
            let effects = put_away(app);
            drop(say(app, Tone::Info, "Nothing was restarted."));
            return effects;
        }
        Stage::Registering | Stage::Countdown => Disarm::Cancelled,
        Stage::Settled | Stage::Enough => return leave(app, now),
        Stage::Climbing(_) | Stage::Planned | Stage::Postponed | Stage::Unmet | Stage::Late(_) => Disarm::GivenUp,
    };
    let Some(restart) = app.restart.take() else { return Vec::new() };
    let effects = disarm(app, &restart, how);
    let text = match how {
        Disarm::Cancelled => "Taken back: nothing was restarted, and nothing stays behind.",
        _ => "Not waited for any longer; nothing of wci stays behind. The step's checks still decide.",
    };
    drop(say(app, Tone::Info, text));
    effects
}

/// A plan that is not gone through with. Where it is for what was armed already, that is taken back with it.
fn put_away(app: &mut App) -> Vec<Effect> {
    app.overlay = None;
    let Some(restart) = app.restart.take() else { return Vec::new() };
    let armed = app.progress.armed.as_ref().is_some_and(|armed| armed.step == restart.step);
    if armed { disarm(app, &restart, Disarm::Cancelled) } else { Vec::new() }
}

/// Looks away; what was begun goes on, and Enter on the step looks again.
fn leave(app: &mut App, now: Stage) -> Vec<Effect> {
    app.overlay = None;
    match now {
        Stage::Plan => put_away(app),
        Stage::Registering | Stage::Countdown => stop(app, now),
        Stage::Settled | Stage::Enough => {
            app.restart = None;
            Vec::new()
        }
        Stage::Unmet => {
            let restart = app.restart.take();
            restart.map(|restart| disarm(app, &restart, Disarm::Unmet)).unwrap_or_default()
        }
        // Armed it stays, in the journal too: the checks, or the next start, go on with it.
        Stage::Climbing(_) | Stage::Planned | Stage::Postponed | Stage::Late(_) => Vec::new(),
    }
}
