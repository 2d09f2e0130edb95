//! A restart: shown before it is done, armed in the journal, typed when the countdown is over, and proven rung by rung.
//!
//! What the learner decides is in `choose`, what the machine tells and what time does in `climb`.

mod choose;
mod climb;

use crate::app::App;
use crate::app::Back;
use crate::app::ENOUGH;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Link;
use crate::app::Overlay;
use crate::app::Restart;
use crate::app::Run;
use crate::app::Rung;
use crate::app::Stage;
use crate::app::Time;
use crate::app::Tone;
use crate::course::Place;
use crate::progress::Disarm;
use crate::progress::Entry;
use crate::restart::WayBack;
use crate::session::HostKind;
use crate::update::links;
use crate::update::record;
use crate::update::running;
use crate::update::say;

pub use choose::act;
pub use climb::{booted, expects_loss, link_lost, link_up, prompted, tick, weigh};

/// Windows' status for a restart that is planned already, and for one that is under way.
const PLANNED: i32 = 1190;
const UNDER_WAY: i32 = 1115;

/// How soon a boot that could not be read is asked for again, in milliseconds.
pub const ASK_AGAIN: Time = 3_000;

/// Enter on a command that restarts its machine: what will happen is shown, and nothing is done yet.
pub fn plan(app: &mut App, place: Place, run: Run) -> Vec<Effect> {
    let Some(seat) = app.seats.get(&place) else { return Vec::new() };
    if !seat.answers() {
        return say(
            app,
            Tone::Info,
            "There is no link to the machine yet. Once it is there, Enter shows what a restart would do.",
        );
    }
    let here = seat.host == HostKind::Here && !app.headless;
    let returns = app.progress.returns(&run.step);
    if app.headless && returns >= ENOUGH {
        let text = format!(
            "it has restarted {returns} times in a row without meeting the step: look at it, then `wci reset {}` starts over",
            run.step
        );
        return say(app, Tone::Info, text);
    }
    let way_back = if here { Back::Asked } else { Back::Stays };
    app.restart = Some(Restart::planned(run, place, way_back, returns, app.now));
    app.focus = Focus::Guide;
    show(app);
    let mut effects = links::ask_boot(app, place);
    if here {
        effects.push(Effect::PlanWayBack);
    }
    effects
}

/// A restart that an earlier run of the program armed: the machine is asked whether it was.
pub fn resume(app: &mut App) -> Vec<Effect> {
    let Some(armed) = app.progress.armed.clone() else { return Vec::new() };
    if app.restart.is_some() || app.untrusted.is_some() || !app.reaches(armed.place) {
        return Vec::new();
    }
    let Some(seat) = app.seats.get(&armed.place) else { return Vec::new() };
    if seat.host != armed.host {
        let text = format!(
            "The restart of {} is still waited for. This start looks at {}: v, or a start without --vm, goes back to it.",
            armed.host, seat.host
        );
        return say(app, Tone::Info, text);
    }
    let here = seat.host == HostKind::Here;
    let rung = if here { Rung::Boot } else { Rung::Network };
    app.restart = Some(Restart::returning(&armed, app.progress.boot(&armed.host), rung, app.now));
    show(app);
    // It is there for one return, whatever comes of it.
    let mut effects = if here { vec![Effect::RemoveWayBack] } else { Vec::new() };
    if seat_answers(app, armed.place) {
        effects.extend(links::ask_boot(app, armed.place));
    } else if !here && app.headless {
        effects.extend(running::open(app, armed.place));
    }
    effects
}

fn seat_answers(app: &App, place: Place) -> bool {
    app.seats.get(&place).is_some_and(|s| s.answers())
}

/// Puts it on the screen, unless something else has the learner's keys.
fn show(app: &mut App) {
    if !app.headless && app.overlay.is_none() {
        app.overlay = Some(Overlay::Restart { details: None });
    }
}

fn stage(app: &mut App, stage: Stage) {
    let now = app.now;
    if let Some(restart) = &mut app.restart {
        restart.stage = stage;
        restart.since = now;
        restart.why = None;
        restart.ask_at = None;
    }
    // What wants an answer, or is news, comes to the front.
    let wants = app.restart.as_ref().is_some_and(|r| !r.moves());
    if wants {
        show(app);
    }
}

/// The journal has it before anything is done. What follows is the way back, or the countdown.
fn arm(app: &mut App, by_hand: bool) -> Vec<Effect> {
    let now = app.now;
    let Some(restart) = &app.restart else { return Vec::new() };
    let (step, command, place, returns) = (restart.step.clone(), restart.command.clone(), restart.place, restart.returns);
    let Some(before) = restart.before.clone() else { return Vec::new() };
    let way = match &restart.way_back {
        Back::Offered { way, wanted: true } if way.name.is_some() => Some(way.clone()),
        _ => None,
    };
    let saw: Vec<(String, String)> = app
        .find(&step)
        .map(|s| s.checks().enumerate().filter_map(|(i, c)| Some((c.says.clone(), app.answer(s, i)?.seen.clone()))).collect())
        .unwrap_or_default();
    if let Some(restart) = &mut app.restart {
        restart.at = now;
        restart.saw.clone_from(&saw);
        if by_hand {
            restart.run = None;
        }
    }
    let host = app.seats.get(&place).map_or(HostKind::Here, |s| s.host.clone());
    let armed = crate::progress::Armed { step, command, place, host, at: now, before, saw, returns };
    let mut effects = vec![record(app, Entry::Armed(armed))];
    match way {
        Some(way) => {
            stage(app, Stage::Registering);
            effects.push(Effect::RegisterWayBack(way));
        }
        None => effects.extend(count_down(app)),
    }
    effects
}

/// From here it goes by itself, if nobody takes it back.
fn count_down(app: &mut App) -> Vec<Effect> {
    let by_hand = app.restart.as_ref().is_some_and(|r| r.run.is_none());
    if by_hand {
        stage(app, Stage::Climbing(Rung::Down));
        return Vec::new();
    }
    stage(app, Stage::Countdown);
    if app.headless { type_it(app) } else { Vec::new() }
}

/// Types the command that restarts the machine, as soon as its shell can take it. A link that is gone takes it back.
fn type_it(app: &mut App) -> Vec<Effect> {
    let Some((place, run)) = app.restart.as_ref().and_then(|r| Some((r.place, r.run.clone()?))) else { return Vec::new() };
    let seat = app.seats.get(&place);
    if app.untrusted.is_some() || seat.is_none_or(|s| matches!(s.link, Link::Lost(_) | Link::Refused(_))) {
        return take_back(app, "Nothing was restarted: the link broke, or the course has changed, before anything was typed.");
    }
    // One that waits for its prompt already. Only the learner sees a prompt that has no marks.
    if seat.is_some_and(|s| s.current().is_some()) {
        return running::hurry(app);
    }
    running::put(app, place, run)
}

/// The command has just been typed.
pub fn begun(app: &mut App) {
    let now = app.now;
    stage(app, Stage::Climbing(Rung::Down));
    if let Some(restart) = &mut app.restart {
        restart.typed = Some(now);
    }
}

/// What was armed and not begun is not armed any more.
pub fn take_back(app: &mut App, why: &str) -> Vec<Effect> {
    let Some(restart) = app.restart.take() else { return Vec::new() };
    let mut effects = disarm(app, &restart, Disarm::Cancelled);
    effects.extend(say(app, Tone::Info, why));
    effects
}

/// The shell says how the command that restarts the machine has ended.
pub fn typed(app: &mut App, place: Place, status: Option<i32>) -> Vec<Effect> {
    if app.restart.as_ref().is_none_or(|r| r.place != place) {
        return Vec::new();
    }
    match status {
        // The machine goes down by itself now; a shell that was ended by it has no status. A link may take long to tell, so it is asked.
        Some(0 | UNDER_WAY) | None => {
            let now = app.now;
            if let Some(restart) = &mut app.restart {
                restart.typed = Some(now);
                restart.ask_at = Some(now + ASK_AGAIN);
                // The time to go down begins when the command is over.
                if restart.stage == Stage::Climbing(Rung::Down) {
                    restart.since = now;
                }
            }
            Vec::new()
        }
        Some(PLANNED) => {
            stage(app, Stage::Planned);
            Vec::new()
        }
        Some(status) => {
            let Some(restart) = app.restart.take() else { return Vec::new() };
            let mut effects = vec![record(
                app,
                Entry::Finished { step: restart.step.clone(), command: restart.command.clone(), status: Some(status) },
            )];
            effects.extend(disarm(app, &restart, Disarm::Failed));
            let text = format!(
                "The machine was not restarted: the command ended with status {status}. Its words are in the terminal; Enter tries again."
            );
            effects.extend(say(app, Tone::Bad, text));
            effects
        }
    }
}

/// What was armed is armed no longer, and nothing of it stays behind.
fn disarm(app: &mut App, restart: &Restart, how: Disarm) -> Vec<Effect> {
    if matches!(app.overlay, Some(Overlay::Restart { .. })) {
        app.overlay = None;
    }
    if let Some(seat) = app.seats.get_mut(&restart.place) {
        seat.queued.take_if(|run| run.restarts);
    }
    let mut effects = Vec::new();
    if app.progress.armed.is_some() {
        effects.push(record(app, Entry::Disarmed { how }));
    }
    effects.extend(removal(restart));
    effects
}

/// What is registered is removed.
pub fn removal(restart: &Restart) -> Option<Effect> {
    matches!(restart.way_back, Back::Registered(_)).then_some(Effect::RemoveWayBack)
}

pub fn way_back(app: &mut App, way: Result<WayBack, String>) -> Vec<Effect> {
    if let Some(restart) = &mut app.restart {
        restart.way_back = match way {
            Ok(way) => Back::Offered { wanted: way.name.is_some(), way },
            Err(why) => Back::Failed { way: None, why },
        };
    }
    Vec::new()
}

pub fn registered(app: &mut App, came: Result<(), String>) -> Vec<Effect> {
    let Some(restart) = app.restart.as_mut().filter(|r| r.stage == Stage::Registering) else {
        // Taken back meanwhile: nothing stays behind. Asked for anew meanwhile, it is the same and stays.
        let wanted = app.restart.as_ref().is_some_and(|r| matches!(r.way_back, Back::Registered(_)));
        return if came.is_ok() && !wanted { vec![Effect::RemoveWayBack] } else { Vec::new() };
    };
    let way = restart.way_back.way().cloned();
    match came {
        Ok(()) => {
            if let Some(way) = way {
                restart.way_back = Back::Registered(way);
            }
            count_down(app)
        }
        Err(why) => {
            restart.way_back = Back::Failed { way, why };
            show(app);
            Vec::new()
        }
    }
}

/// The way back was removed, or could not be: that is said, with what to do.
pub fn removed(app: &mut App, came: Result<(), String>) -> Vec<Effect> {
    if let Some(restart) = &mut app.restart {
        restart.removed = Some(came.clone());
    }
    came.map_or_else(|why| say(app, Tone::Bad, why), |()| Vec::new())
}
