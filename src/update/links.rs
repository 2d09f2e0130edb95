//! Links to machines behind ssh: lost, tried again with growing pauses, found again.

use crate::app::ANSWER;
use crate::app::App;
use crate::app::CheckRef;
use crate::app::CheckState;
use crate::app::Effect;
use crate::app::Link;
use crate::app::Lost;
use crate::app::Prompt;
use crate::app::Rung;
use crate::app::Screen;
use crate::app::Stage;
use crate::app::Time;
use crate::app::Tone;
use crate::course::Answer;
use crate::course::Place;
use crate::course::StepId;
use crate::course::Verdict;
use crate::progress::Entry;
use crate::restart::BootId;
use crate::session::HostKind;
use crate::session::Loss;
use crate::update::checking;
use crate::update::record;
use crate::update::restart;
use crate::update::running;
use crate::update::say;

/// No pause between two tries is longer, in milliseconds.
const LONGEST: Time = 12_000;

/// How long one that is going down may take to say which boot it is in, in milliseconds.
const SOON: Time = 6_000;

/// The pause before the next try: twice as long each time, and a part of a second that differs, so that many learners who wait for one
/// network do not all come at once.
fn pause(tries: u32, now: Time) -> Time {
    let base = 1_000u64.checked_shl(tries.min(10)).map_or(LONGEST, |ms| ms.min(LONGEST));
    // The milliseconds of the moment a link breaks are as good as dice.
    base + now.wrapping_mul(7_919) % 1_000
}

/// There is no link, or no longer. What ran is over as far as anybody knows; it is never run again by itself.
pub fn lost(app: &mut App, place: Place, loss: Loss) -> Vec<Effect> {
    let now = app.now;
    let stopped = app.restart.is_none() && app.untrusted.is_some();
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    let was_up = seat.link == Link::Up;
    let next = (loss.again && !stopped).then(|| now + pause(seat.tries, now));
    seat.tries += 1;
    seat.link = Link::Lost(Lost { why: loss.why.clone(), next });
    seat.prompt = Prompt::Unseen;
    // What was asked before says nothing of what is there afterwards.
    seat.boot_asked = 0;
    let kept = seat.queued.take();
    let run = seat.run.clone();
    let mut effects = Vec::new();
    if let Some(run) = run
        && (!run.restarts || app.restart.is_none())
    {
        effects.extend(running::cut_off(app, place));
        unasked(app, place);
        effects.extend(doubt(app, place, &run.step));
        let text = "The link broke while it ran. Its checks are asked once it is back.";
        effects.extend(say(app, Tone::Bad, text));
    } else {
        if let Some(seat) = app.seats.get_mut(&place) {
            seat.run = None;
        }
        let expected = restart::expects_loss(app, place);
        // Where its terminal is on the screen, that says it.
        let seen = app.screen == Screen::Chapter && app.shown() == place && kept.is_none();
        if !expected && !seen && (was_up || !loss.again || kept.is_some()) {
            let text = if kept.is_some() { format!("{} Nothing was run.", loss.why) } else { loss.why.clone() };
            effects.extend(say(app, Tone::Bad, text));
        }
    }
    unasked(app, place);
    effects.extend(restart::link_lost(app, place, &loss));
    effects
}

/// What the checks of a step had seen before its command holds no longer, and nobody can say what they would see now.
fn doubt(app: &mut App, place: Place, step: &StepId) -> Vec<Effect> {
    let hit: Vec<CheckRef> =
        app.checks.keys().filter(|at| at.step == *step && place_of(app, at) == Some(place)).cloned().collect();
    for at in hit {
        let answer = Answer { verdict: Verdict::Unknown, seen: checking::CUT_OFF.into(), expected: String::new() };
        app.checks.insert(at, CheckState::Answered(answer));
    }
    checking::settle(app, step)
}

/// What is being asked of a machine that cannot answer will not be answered: what was known before holds until it is asked again.
fn unasked(app: &mut App, place: Place) {
    let asking = |state: &CheckState| matches!(state, CheckState::Asking { .. });
    let hit: Vec<CheckRef> =
        app.checks.iter().filter(|(at, s)| asking(s) && place_of(app, at) == Some(place)).map(|(at, _)| at.clone()).collect();
    hit.into_iter().for_each(|at| checking::unask(app, at));
}

/// The place a check is asked of.
pub fn place_of(app: &App, at: &CheckRef) -> Option<Place> {
    let step = app.find(&at.step)?;
    let check = match at.kind {
        crate::app::CheckKind::Check => step.checks().nth(at.index)?,
        crate::app::CheckKind::Need => &step.needs().nth(at.index)?.check,
    };
    Some(check.place.unwrap_or(step.place))
}

/// The machine is there: which boot it is in, and what is so on it.
pub fn up(app: &mut App, place: Place) -> Vec<Effect> {
    if let Some(seat) = app.seats.get_mut(&place) {
        seat.tries = 0;
    }
    let mut effects = ask_boot(app, place);
    effects.extend(restart::link_up(app, place));
    if !app.headless {
        effects.extend(ask_place(app, place));
    }
    effects
}

/// Asks every check of this chapter that is asked of a place.
pub fn ask_place(app: &mut App, place: Place) -> Vec<Effect> {
    let steps = app.chapter().map(|c| c.steps.clone()).unwrap_or_default();
    let waits = app.restart.as_ref().filter(|r| r.holds() || r.stage == Stage::Settled).map(|r| r.step.clone());
    let of_place = |step: &crate::course::Step| {
        let mut checks = step.checks().chain(step.needs().map(|need| &need.check));
        checks.any(|check| check.place.unwrap_or(step.place) == place)
    };
    // The checks of a restart have their own time.
    steps.iter().filter(|s| of_place(s) && waits.as_ref() != Some(&s.id)).flat_map(|s| checking::ask(app, &s.id, false)).collect()
}

pub fn ask_boot(app: &mut App, place: Place) -> Vec<Effect> {
    let round = app.round + 1;
    let Some(seat) = app.seats.get_mut(&place).filter(|s| s.answers()) else { return Vec::new() };
    let shell = seat.shell;
    seat.boot_asked = round;
    app.round = round;
    // One that is going down answers soon, or not any more.
    let going = app.restart.as_ref().is_some_and(|r| r.place == place && r.stage == Stage::Climbing(Rung::Down));
    let limit = if going { SOON } else { ANSWER };
    vec![Effect::AskBoot { place, round, shell, limit }]
}

/// The boot a machine is in, as it says. Another one than before is news, also where nobody here restarted it.
pub fn booted(app: &mut App, place: Place, boot: Result<BootId, String>) -> Vec<Effect> {
    if app.restart.as_ref().is_some_and(|r| r.place == place && r.expects_boot()) {
        return restart::booted(app, boot);
    }
    let Ok(boot) = boot else { return Vec::new() };
    let Some(host) = app.seats.get(&place).map(|s| s.host.clone()) else { return Vec::new() };
    let known = app.progress.boot(&host);
    let restarted = known.is_some_and(|known| known.differs(&boot));
    if known.is_some() && !restarted {
        return Vec::new();
    }
    let mut effects = vec![record(app, Entry::Booted { host, boot: boot.clone() })];
    if restarted {
        let since = if boot.shown.is_empty() { String::new() } else { format!(" (at {}, by its clock)", boot.shown) };
        let text = format!(
            "The machine behind {} has restarted since you were last here{since}. What is so on it is asked anew.",
            place.name()
        );
        effects.extend(say(app, Tone::Info, text));
    }
    effects
}

/// A login that says nothing is tried anew after so long while a machine comes back, in milliseconds.
const STALLED: Time = 30_000;

fn climbs(app: &App, place: Place) -> bool {
    app.restart.as_ref().is_some_and(|r| r.place == place && r.stage == Stage::Climbing(Rung::Network))
}

/// Tries links whose time has come.
pub fn tick(app: &mut App) -> Vec<Effect> {
    let due: Vec<Place> = app
        .seats
        .iter()
        .filter(|(place, s)| match &s.link {
            Link::Lost(Lost { next: Some(next), .. }) => *next <= app.now,
            // A machine that comes back may take a login and never go on with it.
            Link::Opening => climbs(app, **place) && app.now >= s.heard + STALLED && !s.is_asked(),
            _ => false,
        })
        .map(|(place, _)| *place)
        .collect();
    due.into_iter().flat_map(|place| running::open(app, place)).collect()
}

/// No longer tried by itself; the learner can still try.
pub fn stop(app: &mut App) -> Option<Vec<Effect>> {
    let place = app.place();
    let lost = app.seats.get_mut(&place).and_then(|s| match &mut s.link {
        Link::Lost(lost) if lost.next.is_some() => Some(lost),
        _ => None,
    })?;
    lost.next = None;
    Some(say(app, Tone::Info, "Not tried again by itself. r tries now."))
}

/// Connects a machine behind ssh that the chapter on the screen needs, so that its checks can be asked.
pub fn connect(app: &mut App) -> Vec<Effect> {
    let needed = app.chapter().is_some_and(|c| c.steps.iter().any(|s| s.place == Place::Vm));
    let seat = app.seats.get(&Place::Vm);
    let closed = seat.is_some_and(|s| matches!(s.host, HostKind::Ssh(_)) && s.link == Link::Closed);
    if needed && closed && app.untrusted.is_none() { running::open(app, Place::Vm) } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_end_and_differ() {
        let pauses: Vec<Time> = (0..8).map(|tries| pause(tries, 0)).collect();
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 12_000, 12_000, 12_000, 12_000]);
        assert_eq!(pause(u32::MAX, 0), LONGEST);
        let jitter: std::collections::BTreeSet<Time> = (0..50).map(|now| pause(3, now)).collect();
        assert!(jitter.len() > 40 && jitter.iter().all(|p| (8_000..9_000).contains(p)), "{jitter:?}");
    }
}
