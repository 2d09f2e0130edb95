//! What a machine tells while it restarts, and what time does: the rungs it climbs, and how that ends.

use crate::app::App;
use crate::app::COUNTDOWN;
use crate::app::ENOUGH;
use crate::app::Effect;
use crate::app::Prompt;
use crate::app::Restart;
use crate::app::Rung;
use crate::app::Stage;
use crate::app::Standing;
use crate::app::Tone;
use crate::course::Place;
use crate::course::StepId;
use crate::progress::Disarm;
use crate::progress::Entry;
use crate::restart::BootId;
use crate::session::HostKind;
use crate::session::Loss;
use crate::update::checking;
use crate::update::links;
use crate::update::record;
use crate::update::restart::{ASK_AGAIN, arm, removal, seat_answers, show, stage, take_back, type_it};
use crate::update::running;

/// The rung is climbed; the next one is begun.
fn climb(app: &mut App, rung: Rung, next: Rung) {
    let now = app.now;
    if let Some(restart) = &mut app.restart {
        restart.climbed.retain(|(climbed, _)| *climbed < rung);
        restart.climbed.push((rung, now.saturating_sub(restart.since)));
    }
    stage(app, Stage::Climbing(next));
}

pub fn link_lost(app: &mut App, place: Place, loss: &Loss) -> Vec<Effect> {
    // What was not typed yet is not typed into a machine that comes back.
    let counting = |r: &&Restart| r.place == place && matches!(r.stage, Stage::Registering | Stage::Countdown);
    if app.restart.as_ref().filter(counting).is_some() {
        return take_back(app, "Nothing was restarted: the link broke before anything was typed.");
    }
    let Some(restart) = app.restart.as_mut().filter(|r| r.place == place && r.expects_loss()) else { return Vec::new() };
    let rung = match restart.stage {
        Stage::Climbing(rung) | Stage::Late(rung) => rung,
        _ => Rung::Down,
    };
    match rung {
        Rung::Down => climb(app, Rung::Down, Rung::Network),
        // A machine that restarts once more while it comes back.
        Rung::Boot | Rung::Shell | Rung::Checks => stage(app, Stage::Climbing(Rung::Network)),
        Rung::Network => {}
    }
    if let Some(restart) = &mut app.restart {
        restart.why = Some(loss.why.clone());
        if !loss.again && restart.stage == Stage::Climbing(Rung::Network) {
            restart.stage = Stage::Late(Rung::Network);
            show(app);
        }
    }
    Vec::new()
}

/// The place's machine is on its way through a restart: its shells end, its link breaks, and that is no alarm.
pub fn expects_loss(app: &App, place: Place) -> bool {
    app.restart.as_ref().is_some_and(|r| r.place == place && r.expects_loss())
}

/// The link is there, and the boot is being asked for.
pub fn link_up(app: &mut App, place: Place) -> Vec<Effect> {
    let Some(restart) = app.restart.as_ref().filter(|r| r.place == place) else { return Vec::new() };
    if matches!(restart.stage, Stage::Climbing(Rung::Network) | Stage::Late(Rung::Network)) {
        climb(app, Rung::Network, Rung::Boot);
    }
    Vec::new()
}

/// Which boot the machine is in says how it goes on.
pub fn booted(app: &mut App, boot: Result<BootId, String>) -> Vec<Effect> {
    let Some(restart) = &mut app.restart else { return Vec::new() };
    let boot = match boot {
        Ok(boot) => boot,
        Err(why) => return unread(app, why),
    };
    if restart.stage == Stage::Plan {
        restart.before = Some(boot);
        restart.why = None;
        return if app.headless { arm(app, false) } else { Vec::new() };
    }
    match &restart.before {
        Some(before) if before.differs(&boot) => another_boot(app, boot),
        _ => same_boot(app),
    }
}

/// One that was to go down and does not answer has gone, whether its link says so yet or not: it is tried anew.
fn unread(app: &mut App, why: String) -> Vec<Effect> {
    let now = app.now;
    let Some(restart) = &app.restart else { return Vec::new() };
    let place = restart.place;
    let waited = matches!(restart.stage, Stage::Climbing(Rung::Down) | Stage::Late(Rung::Down));
    // A command that is still at it keeps its shell.
    let gone = waited && app.seats.get(&place).is_some_and(|s| s.host != HostKind::Here && s.run.is_none());
    if gone {
        climb(app, Rung::Down, Rung::Network);
    }
    if let Some(restart) = &mut app.restart {
        restart.why = Some(why);
        restart.ask_at = Some(now + ASK_AGAIN);
    }
    if gone { running::open(app, place) } else { Vec::new() }
}

/// It may take long to go, and answer in between: that is not known to be an end before its time is over.
fn same_boot(app: &mut App) -> Vec<Effect> {
    let (now, patience) = (app.now, app.patience);
    let Some(restart) = &app.restart else { return Vec::new() };
    let (step, at) = (restart.step.clone(), restart.typed.unwrap_or(restart.at));
    let runs = app.seats.get(&restart.place).is_some_and(|s| s.run.is_some());
    let going = restart.run.is_some() && (runs || now < at.saturating_add(restart.budget(Rung::Down, patience)));
    if !going {
        stage(app, Stage::Postponed);
        return checking::ask(app, &step, false);
    }
    stage(app, Stage::Climbing(Rung::Down));
    if let Some(restart) = &mut app.restart {
        restart.since = at;
        restart.climbed.clear();
        restart.ask_at = Some(now + ASK_AGAIN);
    }
    Vec::new()
}

/// It has restarted. A link that broke once more, or another start of the program, is no second restart.
fn another_boot(app: &mut App, boot: BootId) -> Vec<Effect> {
    let Some(restart) = &mut app.restart else { return Vec::new() };
    let place = restart.place;
    let known = restart.after.as_ref().is_some_and(|after| !after.differs(&boot));
    let mut effects = Vec::new();
    if !known {
        restart.after = Some(boot.clone());
        restart.returns += 1;
        effects.push(record(app, Entry::Returned { boot }));
    }
    if let Some(seat) = app.seats.get_mut(&place) {
        seat.queued.take_if(|run| run.restarts);
    }
    climb(app, Rung::Boot, Rung::Shell);
    effects.extend(prompted(app, place));
    effects
}

/// A prompt was shown, or is there already.
pub fn prompted(app: &mut App, place: Place) -> Vec<Effect> {
    let shell = |r: &&Restart| matches!(r.stage, Stage::Climbing(Rung::Shell) | Stage::Late(Rung::Shell));
    let waits = app.restart.as_ref().filter(|r| r.place == place).filter(shell);
    let ready = app.seats.get(&place).is_some_and(|s| s.prompt == Prompt::Ready);
    let Some(step) = waits.filter(|_| ready || app.headless).map(|r| r.step.clone()) else { return Vec::new() };
    ask_checks(app, &step)
}

/// The last rung.
pub fn ask_checks(app: &mut App, step: &StepId) -> Vec<Effect> {
    climb(app, Rung::Shell, Rung::Checks);
    let mut effects = checking::ask(app, step, true);
    effects.extend(weigh(app));
    effects
}

/// Once the step's checks have answered, the restart is over one way or the other.
pub fn weigh(app: &mut App) -> Vec<Effect> {
    let Some(restart) = app.restart.as_ref() else { return Vec::new() };
    let (id, now) = (restart.step.clone(), restart.stage);
    let Some(step) = app.find(&id) else { return Vec::new() };
    if app.asks(&id) {
        return Vec::new();
    }
    // The check decides: what is met needs no restart any more.
    if matches!(now, Stage::Postponed | Stage::Unmet | Stage::Enough) && app.is_met(step) {
        return back(app);
    }
    if !matches!(now, Stage::Climbing(Rung::Checks) | Stage::Late(Rung::Checks)) {
        return Vec::new();
    }
    match app.standing(step) {
        Standing::Done | Standing::Warned | Standing::ByHand | Standing::Skipped | Standing::NotHere(_) => back(app),
        // Not known is not unmet.
        Standing::Unknown(why) => {
            stage(app, Stage::Late(Rung::Checks));
            if let Some(restart) = &mut app.restart {
                restart.why = Some(why);
            }
            Vec::new()
        }
        Standing::Todo | Standing::Running | Standing::Failed(_) => {
            let enough = app.restart.as_ref().is_some_and(|r| r.returns >= ENOUGH);
            if !enough {
                stage(app, Stage::Unmet);
                return Vec::new();
            }
            stage(app, Stage::Enough);
            let mut effects = vec![record(app, Entry::Disarmed { how: Disarm::Enough })];
            effects.extend(app.restart.as_ref().and_then(removal));
            effects
        }
    }
}

/// The machine is back and the step is met.
fn back(app: &mut App) -> Vec<Effect> {
    let now = app.now;
    let Some(restart) = &mut app.restart else { return Vec::new() };
    restart.climbed.push((Rung::Checks, now.saturating_sub(restart.since)));
    let step = restart.step.clone();
    stage(app, Stage::Settled);
    // After the last return that was enough it is not armed any more.
    let armed = app.progress.armed.is_some();
    let mut effects = if armed { vec![record(app, Entry::Disarmed { how: Disarm::Settled })] } else { Vec::new() };
    effects.extend(app.restart.as_ref().and_then(removal));
    effects.extend(checking::settle(app, &step));
    // The welcome says what is good.
    app.notice.take_if(|notice| notice.tone == Tone::Good);
    // What is so on the machine may be otherwise since.
    if let Some(place) = app.restart.as_ref().map(|r| r.place)
        && !app.headless
    {
        effects.extend(links::ask_place(app, place));
    }
    effects
}

/// What time does: the countdown runs out, budgets do, and what could not be read is asked for again.
pub fn tick(app: &mut App) -> Vec<Effect> {
    let now = app.now;
    let Some(restart) = &mut app.restart else { return Vec::new() };
    let place = restart.place;
    if restart.ask_at.is_some_and(|at| now >= at) {
        restart.ask_at = None;
        return links::ask_boot(app, place);
    }
    // A command that takes long to its end has not begun to restart anything.
    let at_it = restart.stage == Stage::Climbing(Rung::Down) && app.seats.get(&place).is_some_and(|s| s.run.is_some());
    let waits = app.seats.get(&place).is_some_and(|s| s.queued.is_some());
    match restart.stage {
        _ if at_it => Vec::new(),
        Stage::Countdown if now >= restart.since + COUNTDOWN && !waits => type_it(app),
        Stage::Climbing(rung) if restart.since.saturating_add(restart.budget(rung, app.patience)) <= now => {
            late(app, place, rung)
        }
        _ => Vec::new(),
    }
}

fn late(app: &mut App, place: Place, rung: Rung) -> Vec<Effect> {
    // Where the machine did not go, its boot tells whether it restarted unseen or not at all.
    if rung == Rung::Down && seat_answers(app, place) {
        stage(app, Stage::Late(rung));
        return links::ask_boot(app, place);
    }
    let why = app.restart.as_ref().and_then(|r| r.why.clone());
    stage(app, Stage::Late(rung));
    if let Some(restart) = &mut app.restart {
        restart.why = why;
    }
    Vec::new()
}
