//! The journal could not be written: what rested on the entry is taken back, so that the state says what is so.

use crate::app::App;
use crate::app::Back;
use crate::app::CheckState;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Link;
use crate::app::Prompt;
use crate::app::Rung;
use crate::app::Stage;
use crate::app::Tone;
use crate::progress::Entry;
use crate::session::SessionId;
use crate::update::checking;
use crate::update::restart;
use crate::update::say;

pub fn unwritten(app: &mut App, why: &str, written: &[Entry], dropped: Vec<Effect>) -> Vec<Effect> {
    if let Some(before) = app.before.take() {
        app.progress = before;
        written.iter().for_each(|entry| app.progress.apply(entry));
    }
    let first = dropped.first().cloned();
    let held_back = matches!(first, Some(Effect::Journal(Entry::Ran { .. } | Entry::Undone { .. })));
    // What is to be gone goes, whatever the journal can say of it.
    let mut effects: Vec<Effect> = dropped.iter().filter(|e| **e == Effect::RemoveWayBack).cloned().collect();
    for effect in dropped {
        take_back(app, effect);
    }
    let now = app.now;
    match (&first, app.restart.as_mut()) {
        (Some(Effect::Journal(Entry::Armed(_))), _) => {
            app.restart = None;
            app.overlay = None;
            say(app, Tone::Bad, format!("Nothing was restarted: {why}"));
        }
        // The command that restarts was not typed: it is still only armed, and that is taken back.
        (Some(Effect::Journal(Entry::Ran { step, .. })), Some(under_way)) if under_way.step == *step => {
            effects.extend(restart::removal(under_way));
            under_way.stage = Stage::Plan;
            under_way.way_back = if under_way.way_back == Back::Stays {
                Back::Stays
            } else {
                Back::Failed { way: None, why: "it was taken back".into() }
            };
            say(app, Tone::Bad, format!("Nothing was restarted: {why}"));
        }
        // The new boot is asked for once more, until it can be written.
        (Some(Effect::Journal(Entry::Returned { .. })), Some(under_way)) => {
            under_way.after = None;
            under_way.returns = app.progress.returns(&under_way.step);
            under_way.stage = Stage::Climbing(Rung::Boot);
            under_way.ask_at = Some(now + restart::ASK_AGAIN);
            say(app, Tone::Bad, why);
        }
        _ if held_back => {
            app.focus = Focus::Guide;
            say(app, Tone::Bad, format!("Nothing was run: {why}"));
        }
        _ => drop(say(app, Tone::Bad, why)),
    }
    effects
}

fn take_back(app: &mut App, effect: Effect) {
    match effect {
        Effect::Ask { check, round, .. } => {
            if matches!(app.checks.get(&check), Some(CheckState::Asking { round: asked, .. }) if *asked == round) {
                checking::unask(app, check);
            }
        }
        Effect::Open { place, session, .. } => {
            if let Some(seat) = app.seats.get_mut(&place).filter(|s| s.session == session) {
                seat.link = Link::Closed;
                seat.queued = None;
                // No session has this number, so its news cannot be mistaken.
                seat.session = SessionId(0);
            }
        }
        Effect::Send(session, _) => {
            if let Some(seat) = app.seats.values_mut().find(|s| s.session == session)
                && seat.run.take_if(|run| run.status.is_none()).is_some()
            {
                seat.prompt = Prompt::Ready;
            }
        }
        Effect::Highlight { language, text } => drop(app.highlights.remove(&(language, text))),
        Effect::Journal(_)
        | Effect::Resize(..)
        | Effect::Close(_)
        | Effect::Copy(_)
        | Effect::Browse(_)
        | Effect::AskBoot { .. }
        | Effect::PlanWayBack
        | Effect::RegisterWayBack(_)
        | Effect::RemoveWayBack
        | Effect::Elevate(_)
        | Effect::Quit => {}
    }
}
