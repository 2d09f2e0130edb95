//! A restart: shown before it is done, armed in the journal, typed when the countdown is over, and proven rung by rung.
//!
//! What the learner decides is in `restart::choose`; here is what the machine tells and what time does.

mod choose;

use crate::app::App;
use crate::app::Back;
use crate::app::COUNTDOWN;
use crate::app::ENOUGH;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Overlay;
use crate::app::Prompt;
use crate::app::Restart;
use crate::app::Run;
use crate::app::Rung;
use crate::app::Stage;
use crate::app::Standing;
use crate::app::Time;
use crate::app::Tone;
use crate::course::Place;
use crate::progress::Disarm;
use crate::progress::Entry;
use crate::restart::BootId;
use crate::restart::WayBack;
use crate::session::HostKind;
use crate::session::Loss;
use crate::update::checking;
use crate::update::links;
use crate::update::record;
use crate::update::running;
use crate::update::say;

pub use choose::act;

/// Windows' status for a restart that is planned already, and for one that is under way.
const PLANNED: i32 = 1190;
const UNDER_WAY: i32 = 1115;

/// How soon a boot that could not be read is asked for again, in milliseconds.
const ASK_AGAIN: Time = 3_000;

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
    app.restart = Some(Restart::returning(&armed, rung, app.now));
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

/// The rung is climbed; the next one is begun.
fn climb(app: &mut App, rung: Rung, next: Rung) {
    let now = app.now;
    if let Some(restart) = &mut app.restart {
        restart.climbed.retain(|(climbed, _)| *climbed < rung);
        restart.climbed.push((rung, now.saturating_sub(restart.since)));
    }
    stage(app, Stage::Climbing(next));
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

/// Types the command that restarts the machine.
fn type_it(app: &mut App) -> Vec<Effect> {
    let Some((place, run)) = app.restart.as_ref().and_then(|r| Some((r.place, r.run.clone()?))) else { return Vec::new() };
    let effects = running::put(app, place, run);
    if app.seats.get(&place).is_some_and(|s| s.current().is_some()) {
        stage(app, Stage::Climbing(Rung::Down));
    }
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
                restart.ask_at = Some(now + ASK_AGAIN);
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
    let mut effects = Vec::new();
    if app.progress.armed.is_some() {
        effects.push(record(app, Entry::Disarmed { how }));
    }
    if matches!(restart.way_back, Back::Registered(_)) {
        effects.push(Effect::RemoveWayBack);
    }
    effects
}

pub fn link_lost(app: &mut App, place: Place, loss: &Loss) -> Vec<Effect> {
    let Some(restart) = app.restart.as_mut().filter(|r| r.place == place && r.expects_loss()) else { return Vec::new() };
    let rung = match restart.stage {
        Stage::Climbing(rung) | Stage::Late(rung) => rung,
        _ => Rung::Down,
    };
    restart.why = Some(loss.why.clone());
    let late = matches!(restart.stage, Stage::Late(_));
    let why = loss.why.clone();
    match rung {
        Rung::Down => climb(app, Rung::Down, Rung::Network),
        // A machine that restarts once more while it comes back.
        Rung::Boot | Rung::Shell | Rung::Checks => stage(app, Stage::Climbing(Rung::Network)),
        Rung::Network if late => {}
        Rung::Network => {}
    }
    if let Some(restart) = &mut app.restart {
        restart.why = Some(why);
        if !loss.again && restart.stage == Stage::Climbing(Rung::Network) {
            restart.stage = Stage::Late(Rung::Network);
        }
    }
    if app.restart.as_ref().is_some_and(|r| !r.moves()) {
        show(app);
    }
    Vec::new()
}

/// The shell that ran here has ended: the machine goes down, and this program with it.
pub fn shell_ended(app: &App, place: Place) -> bool {
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

pub fn booted(app: &mut App, boot: Result<BootId, String>) -> Vec<Effect> {
    let now = app.now;
    let Some(restart) = &mut app.restart else { return Vec::new() };
    let boot = match boot {
        Ok(boot) => boot,
        Err(why) => {
            // One that was to go down and does not answer has gone, whether its link says so yet or not: it is tried anew.
            let place = restart.place;
            let waited = matches!(restart.stage, Stage::Climbing(Rung::Down) | Stage::Late(Rung::Down));
            let gone = waited && app.seats.get(&place).is_some_and(|s| s.host != HostKind::Here);
            if gone {
                climb(app, Rung::Down, Rung::Network);
            }
            if let Some(restart) = &mut app.restart {
                restart.why = Some(why);
                restart.ask_at = Some(now + ASK_AGAIN);
            }
            return if gone { running::open(app, place) } else { Vec::new() };
        }
    };
    if restart.stage == Stage::Plan {
        restart.before = Some(boot);
        restart.why = None;
        return if app.headless { arm(app, false) } else { Vec::new() };
    }
    if !restart.before.as_ref().is_some_and(|before| before.differs(&boot)) {
        // It may take long to go, and answer in between: that is not known to be an end before its time is over.
        let patience = app.patience;
        let going = restart.run.is_some() && now < restart.at.saturating_add(restart.budget(Rung::Down, patience));
        let (step, at) = (restart.step.clone(), restart.at);
        if going {
            stage(app, Stage::Climbing(Rung::Down));
            if let Some(restart) = &mut app.restart {
                restart.since = at;
                restart.climbed.clear();
                restart.ask_at = Some(now + ASK_AGAIN);
            }
            return Vec::new();
        }
        stage(app, Stage::Postponed);
        return checking::ask(app, &step, false);
    }
    restart.after = Some(boot.clone());
    restart.returns += 1;
    let (step, command, place) = (restart.step.clone(), restart.command.clone(), restart.place);
    let mut effects = vec![
        record(app, Entry::Returned { boot }),
        // It has done what it was for: the machine has restarted.
        record(app, Entry::Finished { step, command, status: Some(0) }),
    ];
    climb(app, Rung::Boot, Rung::Shell);
    effects.extend(prompted(app, place));
    effects
}

/// A prompt was shown, or is there already.
pub fn prompted(app: &mut App, place: Place) -> Vec<Effect> {
    let waits = app.restart.as_ref().filter(|r| r.place == place && r.stage == Stage::Climbing(Rung::Shell));
    let ready = app.seats.get(&place).is_some_and(|s| s.prompt == Prompt::Ready);
    let Some(step) = waits.filter(|_| ready || app.headless).map(|r| r.step.clone()) else { return Vec::new() };
    climb(app, Rung::Shell, Rung::Checks);
    let mut effects = checking::ask(app, &step, true);
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
    if now == Stage::Postponed && app.is_met(step) {
        return back(app);
    }
    if now != Stage::Climbing(Rung::Checks) {
        return Vec::new();
    }
    match app.standing(step) {
        Standing::Done | Standing::Warned | Standing::ByHand | Standing::Skipped | Standing::NotHere(_) => back(app),
        Standing::Todo | Standing::Running | Standing::Failed(_) | Standing::Unknown(_) => {
            let enough = app.restart.as_ref().is_some_and(|r| r.returns >= ENOUGH);
            if !enough {
                stage(app, Stage::Unmet);
                return Vec::new();
            }
            stage(app, Stage::Enough);
            let effects = vec![record(app, Entry::Disarmed { how: Disarm::GivenUp })];
            with_removal(app, effects)
        }
    }
}

fn with_removal(app: &mut App, mut effects: Vec<Effect>) -> Vec<Effect> {
    if app.restart.as_ref().is_some_and(|r| matches!(r.way_back, Back::Registered(_))) {
        effects.push(Effect::RemoveWayBack);
    }
    effects
}

/// The machine is back and the step is met.
fn back(app: &mut App) -> Vec<Effect> {
    let now = app.now;
    let Some(restart) = &mut app.restart else { return Vec::new() };
    restart.climbed.push((Rung::Checks, now.saturating_sub(restart.since)));
    let step = restart.step.clone();
    stage(app, Stage::Back);
    let effects = vec![record(app, Entry::Disarmed { how: Disarm::Back })];
    let mut effects = with_removal(app, effects);
    effects.extend(checking::settle(app, &step));
    app.notice = None;
    // What is so on the machine may be otherwise since.
    if let Some(place) = app.restart.as_ref().map(|r| r.place)
        && !app.headless
    {
        effects.extend(links::ask_place(app, place));
    }
    effects
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
        // Taken back meanwhile: nothing stays behind.
        return if came.is_ok() { vec![Effect::RemoveWayBack] } else { Vec::new() };
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
pub fn removed(app: &mut App, came: Result<bool, String>) -> Vec<Effect> {
    match came {
        Ok(_) => Vec::new(),
        Err(why) => say(app, Tone::Bad, why),
    }
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
    match restart.stage {
        Stage::Countdown if now >= restart.since + COUNTDOWN => type_it(app),
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
