//! What a shell says: that it has started or ended, what it wrote, and the marks in it.

use crate::app::App;
use crate::app::Effect;
use crate::app::HOLD;
use crate::app::Link;
use crate::app::Prompt;
use crate::app::Tone;
use crate::course::Place;
use crate::session::Ending;
use crate::session::SessionEvent;
use crate::session::SessionId;
use crate::terminal::Heard;
use crate::terminal::Mark;
use crate::terminal::MarkKind;
use crate::update::checking;
use crate::update::running;
use crate::update::say;

pub fn heard(app: &mut App, place: Place, session: SessionId, event: SessionEvent) -> Vec<Effect> {
    let now = app.now;
    let Some(seat) = app.seats.get_mut(&place).filter(|s| s.session == session) else { return Vec::new() };
    match event {
        SessionEvent::Opened { shell, nonce } => {
            seat.link = Link::Up;
            seat.shell = shell;
            seat.terminal.trust(&nonce);
            Vec::new()
        }
        SessionEvent::Refused(why) => {
            seat.link = Link::Refused(why.clone());
            seat.queued = None;
            say(app, Tone::Bad, why)
        }
        SessionEvent::Output(bytes) => {
            seat.heard = now;
            let heard = seat.terminal.feed(&bytes);
            heard.into_iter().flat_map(|h| one(app, place, session, h)).collect()
        }
        SessionEvent::Ended(ending) => ended(app, place, ending),
    }
}

/// Shows what programs have held back for too long.
pub fn release(app: &mut App) -> Vec<Effect> {
    let late: Vec<Place> = app
        .seats
        .iter()
        .filter(|(_, s)| s.terminal.pending_sync() && app.now >= s.heard + HOLD)
        .map(|(place, _)| *place)
        .collect();
    let mut effects = Vec::new();
    for place in late {
        let Some(seat) = app.seats.get_mut(&place) else { continue };
        let session = seat.session;
        let heard = seat.terminal.flush_sync();
        effects.extend(heard.into_iter().flat_map(|h| one(app, place, session, h)));
    }
    effects
}

fn one(app: &mut App, place: Place, session: SessionId, heard: Heard) -> Vec<Effect> {
    match heard {
        Heard::Reply(bytes) => vec![Effect::Send(session, bytes)],
        Heard::Mark(mark) => marked(app, place, mark),
        Heard::Folder(folder) => {
            if let Some(seat) = app.seats.get_mut(&place) {
                seat.folder = Some(folder);
            }
            Vec::new()
        }
        Heard::Bell => Vec::new(),
    }
}

fn marked(app: &mut App, place: Place, mark: Mark) -> Vec<Effect> {
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    match mark.kind {
        MarkKind::PromptStart => Vec::new(),
        MarkKind::CommandStart => {
            seat.prompt = Prompt::Busy;
            Vec::new()
        }
        MarkKind::CommandEnd(status) => {
            // A repaint can repeat a mark; only a higher number is news.
            let number = mark.number.unwrap_or(seat.number + 1);
            if number > seat.number {
                seat.number = number;
                if let Some(run) = &mut seat.run {
                    run.status = Some(status);
                }
            }
            Vec::new()
        }
        // Between the lines of one paste bash says "ended" but shows no prompt: only the prompt confirms an end.
        MarkKind::PromptEnd => {
            let own = seat.prompt == Prompt::Busy && seat.run.is_none();
            seat.prompt = Prompt::Ready;
            match seat.run.as_ref().map(|r| r.status) {
                Some(Some(status)) => running::finish(app, place, status),
                Some(None) => Vec::new(),
                None if seat.queued.is_some() => running::type_queued(app, place),
                // The learner ran something of their own: it may have done the step.
                None if own => checking::ask_if_open(app),
                None => Vec::new(),
            }
        }
    }
}

fn ended(app: &mut App, place: Place, ending: Ending) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Some(seat) = app.seats.get_mut(&place) else { return effects };
    seat.link = Link::Ended(ending);
    seat.prompt = Prompt::Unseen;
    seat.queued = None;
    let status = match ending {
        Ending::Exited(status) => Some(status),
        Ending::Killed(_) | Ending::Unknown => None,
    };
    if seat.run.is_some() {
        effects.extend(running::finish(app, place, status));
    }
    let how = match ending {
        Ending::Exited(status) => format!("ended with status {status}"),
        Ending::Killed(signal) => format!("was ended by signal {signal}"),
        Ending::Unknown => "has ended".into(),
    };
    effects.extend(say(app, Tone::Bad, format!("The shell {how}. r starts a new one; your progress is kept.")));
    effects
}
