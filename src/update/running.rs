//! A command's way through the shell: typed once the journal holds it, ended by the marks, judged by the checks.

use crate::app::App;
use crate::app::Draft;
use crate::app::Effect;
use crate::app::Focus;
use crate::app::Link;
use crate::app::Overlay;
use crate::app::Prompt;
use crate::app::QUIET;
use crate::app::Run;
use crate::app::Seat;
use crate::app::Tone;
use crate::course::Command;
use crate::course::Os;
use crate::course::Place;
use crate::course::Shell;
use crate::course::Step;
use crate::entry::entry;
use crate::entry::printed;
use crate::progress::Entry;
use crate::session::HostKind;
use crate::session::SessionId;
use crate::update::checking;
use crate::update::record;
use crate::update::restart;
use crate::update::say;

/// How long the shell's first prompt is waited for before Enter types all the same, in milliseconds.
const PROMPT_WAIT: u64 = 3_000;

/// Puts a run on its way. Whatever stands in the way is said instead.
pub fn start(app: &mut App, place: Place, run: Run) -> Vec<Effect> {
    if app.running().is_some() {
        return say(app, Tone::Info, "Something is running already. Ctrl-C stops it.");
    }
    if let Some(why) = refused(app, &run) {
        return say(app, Tone::Info, why);
    }
    if app.lacks_rights(place, run.elevated) {
        app.overlay = Some(Overlay::Elevate(run.step));
        return Vec::new();
    }
    if run.restarts {
        let other = app.restart.as_ref().filter(|r| r.step != run.step && r.expects_loss());
        if other.is_some() {
            return say(app, Tone::Info, "Another restart is not over yet: Enter on its step shows how far it is.");
        }
        return restart::plan(app, place, run);
    }
    put(app, place, run)
}

/// Types a run, now or as soon as the shell of its place can take it.
pub fn put(app: &mut App, place: Place, run: Run) -> Vec<Effect> {
    let Some(seat) = app.seats.get_mut(&place).filter(|s| s.host != HostKind::Rehearsal) else {
        return say(app, Tone::Info, "No machine is connected for this step: do it there, then t marks it done.");
    };
    seat.ended = None;
    match (&seat.link, seat.prompt) {
        (Link::Up, Prompt::Ready) => {
            seat.queued = Some(run);
            type_queued(app, place)
        }
        // Its marks may be lost: only the learner sees whether the prompt is there.
        (Link::Up, Prompt::Busy) if app.now.saturating_sub(seat.heard) >= PROMPT_WAIT => {
            seat.queued = Some(run);
            app.overlay = Some(Overlay::Ended);
            Vec::new()
        }
        (Link::Up, Prompt::Busy) => {
            let text = "The shell is busy with something you started: Tab goes there, Ctrl-C in it stops it. If you see its prompt, press Enter again in a moment.";
            say(app, Tone::Info, text)
        }
        (Link::Up, Prompt::Unseen) | (Link::Opening, _) => {
            seat.queued = Some(run);
            Vec::new()
        }
        (Link::Closed | Link::Ended(_) | Link::Refused(_) | Link::Lost(_), _) => {
            seat.queued = Some(run);
            open(app, place)
        }
    }
}

/// Why a run must not be, whichever way it came about: by the card, edited, or as an undo.
fn refused(app: &App, run: &Run) -> Option<String> {
    if app.untrusted.is_some() {
        return Some("The course has changed on disk: nothing of it runs until you trust it as it is now (T).".into());
    }
    let step = app.find(&run.step)?;
    app.not_here(step)
}

/// Opens a shell at a place, or opens it anew.
pub fn open(app: &mut App, place: Place) -> Vec<Effect> {
    let session = SessionId(app.next_session);
    let Some(seat) = app.seats.get_mut(&place).filter(|s| s.host != HostKind::Rehearsal) else { return Vec::new() };
    app.next_session += 1;
    let old = std::mem::replace(&mut seat.session, session);
    let size = seat.terminal.size();
    let fresh = Seat::new(seat.host.clone(), seat.os, seat.shell, seat.label.clone(), size);
    let (host, queued) = (seat.host.clone(), seat.queued.take());
    let (elevated, tries) = (seat.elevated, seat.tries);
    *seat = Seat { session, link: Link::Opening, queued, elevated, tries, heard: app.now, ..fresh };
    let mut effects = Vec::new();
    if old != SessionId(0) {
        effects.push(Effect::Close(old));
    }
    effects.push(Effect::Open { place, host, session, size });
    effects
}

/// Types what waits for the prompt. The journal says so first.
pub fn type_queued(app: &mut App, place: Place) -> Vec<Effect> {
    let now = app.now;
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    let Some(mut run) = seat.queued.take() else { return Vec::new() };
    run.started = now;
    seat.heard = now;
    seat.prompt = Prompt::Busy;
    seat.output = None;
    seat.terminal.scroll_to_bottom();
    let mut bytes = clear_line(seat).to_vec();
    seat.draft = Draft::Nothing;
    bytes.extend(entry(seat.shell, &run.text, &seat.terminal.modes(), seat.at_once));
    seat.terminal.begin_capture(&bytes);
    let session = seat.session;
    let said = if run.undo {
        Entry::Undone { step: run.step.clone(), command: run.command.clone(), place, text: run.text.clone() }
    } else {
        Entry::Ran { step: run.step.clone(), command: run.command.clone(), place, text: run.text.clone(), edited: run.edited }
    };
    if run.interactive && !app.headless {
        app.focus = Focus::Terminal;
    }
    if run.restarts {
        restart::begun(app);
    }
    if let Some(seat) = app.seats.get_mut(&place) {
        seat.run = Some(run);
    }
    vec![record(app, said), Effect::Send(session, bytes)]
}

/// What the learner began to type, at the prompt or ahead of it, is taken away first: it must not become part of the command.
fn clear_line(seat: &Seat) -> &'static [u8] {
    match seat.shell {
        Shell::Bash | Shell::Zsh => b"\x05\x15",
        Shell::Sh => b"\x15",
        Shell::PowerShell | Shell::Pwsh | Shell::Cmd if seat.draft == Draft::Nothing => b"",
        // Ctrl-Home and Ctrl-End delete to both ends, in the console's own line editing and in PSReadLine. Not Escape: with what
        // follows it would be another key.
        Shell::PowerShell | Shell::Pwsh | Shell::Cmd if seat.os == Some(Os::Windows) => b"\x1b[1;5H\x1b[1;5F",
        Shell::PowerShell | Shell::Pwsh | Shell::Cmd => b"\x05\x15",
    }
}

/// The run has ended with this status, or with none that the shell would say.
pub fn finish(app: &mut App, place: Place, status: Option<i32>) -> Vec<Effect> {
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    let Some(run) = seat.run.take() else { return Vec::new() };
    let output = seat.terminal.capture();
    seat.output = output.map(|output| printed(seat.shell, &run.text, seat.at_once, output));
    seat.ended = Some(status);
    // Where the shell itself has ended, keys still meant for it must not become the guide's.
    if run.interactive && seat.link == Link::Up {
        app.focus = Focus::Guide;
    }
    let id = run.step.clone();
    if run.restarts && app.restart.as_ref().is_some_and(|r| r.step == id) {
        return restart::typed(app, place, status);
    }
    if run.undo {
        let how = match status {
            Some(0) | None => "The step was taken back.".to_owned(),
            Some(status) => format!("Undoing ended with status {status}: look at the terminal."),
        };
        let tone = if matches!(status, Some(0) | None) { Tone::Info } else { Tone::Bad };
        let mut effects = say(app, tone, how);
        effects.extend(checking::ask(app, &id, false));
        return effects;
    }
    let mut effects = vec![record(app, Entry::Finished { step: id.clone(), command: run.command.clone(), status })];
    app.picked = None;
    effects.extend(checking::observe(app, place, &id, &run.command, status));
    // What a later command of the step is to bring is not waited for yet.
    let whole = !app.find(&id).is_some_and(|step| app.is_midway(step));
    effects.extend(checking::ask(app, &id, whole));
    effects.extend(checking::settle(app, &id));
    if let Some(status) = status.filter(|s| *s != 0)
        && app.notice.is_none()
        && app.find(&id).is_some_and(|s| !app.standing(s).is_settled())
        && !run.interactive
    {
        let stopped = if run.stopping { "Stopped" } else { "The command failed" };
        effects.extend(say(app, Tone::Bad, format!("{stopped} (status {status}). {}", next_action(app, &id))));
    }
    effects
}

/// The link to the place broke while it ran: how it ended, or whether it runs still, nobody can say. The journal knows it as begun.
pub fn cut_off(app: &mut App, place: Place) -> Vec<Effect> {
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    let Some(run) = seat.run.take() else { return Vec::new() };
    seat.output = None;
    seat.ended = Some(None);
    if run.undo {
        return Vec::new();
    }
    app.picked = None;
    checking::unobserved(app, &run.step, &run.command)
}

fn next_action(app: &App, id: &crate::course::StepId) -> &'static str {
    if app.find(id).is_some_and(|s| s.hints().next().is_some()) {
        "h shows the known causes; Enter runs it again."
    } else {
        "Enter runs it again; e edits it first."
    }
}

/// Stops the command, not the companion.
pub fn stop(app: &mut App) -> Vec<Effect> {
    let Some(place) = app.running().map(|(place, _)| place) else {
        return say(app, Tone::Info, "Nothing of this chapter is running. q quits.");
    };
    let Some(seat) = app.seats.get_mut(&place) else { return Vec::new() };
    if let Some(run) = seat.queued.take() {
        return match run.restarts && app.restart.is_some() {
            true => restart::take_back(app, "Taken back: nothing was restarted."),
            false => say(app, Tone::Info, "It had not begun, and will not."),
        };
    }
    if let Some(run) = &mut seat.run {
        run.stopping = true;
    }
    vec![Effect::Send(seat.session, vec![3])]
}

/// Enter while a command is on its way. A shell without marks must not hold the learner for ever, at its start or at its end.
pub fn hurry(app: &mut App) -> Vec<Effect> {
    let Some((place, run)) = app.running() else { return Vec::new() };
    let waited = app.now.saturating_sub(run.started);
    let Some(seat) = app.seats.get(&place) else { return Vec::new() };
    if seat.queued.is_some() {
        return if waited < PROMPT_WAIT {
            say(app, Tone::Info, "The shell has not shown its prompt yet.")
        } else {
            type_queued(app, place)
        };
    }
    if app.now.saturating_sub(seat.heard) < QUIET {
        return say(app, Tone::Info, "It is running. Tab goes to it, Ctrl-C stops it.");
    }
    app.overlay = Some(Overlay::Ended);
    Vec::new()
}

/// The learner sees the prompt although no mark said so: the command has ended, or can be typed.
pub fn give_up_waiting(app: &mut App) -> Vec<Effect> {
    let Some(place) = app.running().map(|(place, _)| place) else { return Vec::new() };
    // A shell whose marks are lost can still be typed into: the learner sees its prompt.
    if let Some(seat) = app.seats.get_mut(&place) {
        seat.prompt = Prompt::Ready;
        if seat.queued.is_some() {
            return type_queued(app, place);
        }
    }
    finish(app, place, None)
}

/// A run of a command of the step, as its card shows it.
pub fn of(app: &App, step: &Step, command: &Command, text: String) -> Run {
    Run {
        step: step.id.clone(),
        command: command.id.clone(),
        text,
        started: app.now,
        undo: false,
        edited: false,
        interactive: command.interactive,
        elevated: command.elevated,
        status: None,
        stopping: false,
        restarts: command.restart,
    }
}
