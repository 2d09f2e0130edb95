//! What a shell says: that it has started or ended, what it wrote, and the marks in it.

use crate::app::App;
use crate::app::CONFIRMED;
use crate::app::Draft;
use crate::app::Effect;
use crate::app::HOLD;
use crate::app::Link;
use crate::app::Prompt;
use crate::app::Seat;
use crate::app::Tone;
use crate::course::Place;
use crate::session::Ending;
use crate::session::HostKind;
use crate::session::Loss;
use crate::session::SessionEvent;
use crate::session::SessionId;
use crate::terminal::Heard;
use crate::terminal::Mark;
use crate::terminal::MarkKind;
use crate::update::checking;
use crate::update::links;
use crate::update::restart;
use crate::update::running;
use crate::update::say;

/// On the clock of cmd's marks, which is in hundredths of a second.
const AN_HOUR: u64 = 1_000_000;

pub fn heard(app: &mut App, place: Place, session: SessionId, event: SessionEvent) -> Vec<Effect> {
    let now = app.now;
    let going = restart::expects_loss(app, place);
    let Some(seat) = app.seats.get_mut(&place).filter(|s| s.session == session) else { return Vec::new() };
    match event {
        SessionEvent::Opened { shell, nonce, os } => {
            seat.link = Link::Up;
            seat.shell = shell;
            seat.os = os.or(seat.os);
            seat.terminal.trust(&nonce);
            if matches!(seat.host, HostKind::Ssh(_)) { links::up(app, place) } else { Vec::new() }
        }
        SessionEvent::Lost(loss) => links::lost(app, place, loss),
        // A machine that has just come up may be too slow for a shell; it is tried again.
        SessionEvent::Refused(why) if going && matches!(seat.host, HostKind::Ssh(_)) => {
            links::lost(app, place, Loss { why, again: true })
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
    effects.extend(confirm(app));
    effects
}

/// Quiet confirms an end too: a prompt that was interrupted while it was made has no mark of its own.
fn confirm(app: &mut App) -> Vec<Effect> {
    let over: Vec<(Place, Option<i32>)> = app
        .seats
        .iter()
        .filter(|(_, s)| app.now >= s.heard + CONFIRMED)
        .filter_map(|(place, s)| Some((*place, s.run.as_ref()?.status?)))
        .collect();
    let mut effects = Vec::new();
    for (place, status) in over {
        if let Some(seat) = app.seats.get_mut(&place) {
            seat.prompt = Prompt::Ready;
        }
        effects.extend(running::finish(app, place, status));
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
        MarkKind::PromptStart => {
            seat.at_once = mark.at_once.unwrap_or(seat.at_once);
            Vec::new()
        }
        MarkKind::CommandStart => {
            seat.prompt = Prompt::Busy;
            // Between the lines of one paste: what has ended was only a part.
            if let Some(run) = &mut seat.run {
                run.status = None;
            }
            Vec::new()
        }
        MarkKind::CommandEnd(status) => {
            if !is_news(seat, &mark) {
                return Vec::new();
            }
            seat.number = mark.number.unwrap_or(seat.number);
            seat.clock = mark.clock.or(seat.clock);
            match &mut seat.run {
                Some(run) => run.status = Some(status),
                // An empty line in PowerShell: nothing was run.
                None if status.is_none() && mark.number.is_some() => seat.prompt = Prompt::Ready,
                None => {}
            }
            // Out of order: its prompt has been heard already.
            if mark.number.is_some_and(|number| number <= seat.prompted) && seat.run.is_some() {
                return running::finish(app, place, status);
            }
            Vec::new()
        }
        // Between the lines of one paste bash says "ended" but shows no prompt: only the prompt confirms an end.
        MarkKind::PromptEnd => {
            if mark.number.is_some_and(|number| number <= seat.prompted) {
                return Vec::new();
            }
            seat.prompted = mark.number.unwrap_or(seat.prompted);
            if seat.draft == Draft::Entered {
                seat.draft = Draft::Nothing;
            }
            let own = seat.prompt == Prompt::Busy && seat.run.is_none();
            seat.prompt = Prompt::Ready;
            let mut effects = match seat.run.as_ref().map(|r| r.status) {
                Some(Some(status)) => running::finish(app, place, status),
                Some(None) => Vec::new(),
                None if seat.queued.is_some() => running::type_queued(app, place),
                // The learner ran something of their own: it may have done the step.
                None if own => checking::ask_if_open(app),
                None => Vec::new(),
            };
            effects.extend(restart::prompted(app, place));
            effects
        }
    }
}

/// Whether an end mark is one more. A repaint can repeat a mark, with its number. Where a shell has none, the time of day tells; one that
/// has not moved since the last prompt may be a repaint while the command is still being typed, or a command that took no time.
fn is_news(seat: &Seat, mark: &Mark) -> bool {
    if let Some(number) = mark.number {
        return number > seat.number;
    }
    match (mark.clock, seat.clock) {
        (Some(now), Some(before)) if now == before => seat.terminal.echoed(),
        // An older prompt of the last hour, painted again; further back is another day.
        (Some(now), Some(before)) if now < before => before - now >= AN_HOUR,
        (Some(_), _) => true,
        (None, _) => seat.terminal.echoed(),
    }
}

fn ended(app: &mut App, place: Place, ending: Ending) -> Vec<Effect> {
    let going = restart::expects_loss(app, place);
    let mut effects = Vec::new();
    let Some(seat) = app.seats.get_mut(&place) else { return effects };
    // A machine that goes down ends its shells first, and the link a moment later.
    if going && matches!(seat.host, HostKind::Ssh(_)) {
        return links::lost(app, place, Loss { why: "The machine has ended the shell.".into(), again: true });
    }
    seat.link = Link::Ended(ending);
    seat.prompt = Prompt::Unseen;
    seat.queued = None;
    let status = match ending {
        // What the end of its shell made of it says nothing.
        Ending::Exited(_) if going => None,
        Ending::Exited(status) => Some(status),
        Ending::Killed(_) | Ending::Unknown => None,
    };
    if seat.run.is_some() {
        effects.extend(running::finish(app, place, status));
    }
    if going {
        return effects;
    }
    let how = match ending {
        Ending::Exited(status) => format!("ended with status {status}"),
        Ending::Killed(signal) => format!("was ended by signal {signal}"),
        Ending::Unknown => "has ended".into(),
    };
    effects.extend(say(app, Tone::Bad, format!("The shell {how}. r starts a new one; your progress is kept.")));
    effects
}
