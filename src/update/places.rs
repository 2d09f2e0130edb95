//! Where the Windows machine is: the question, its answers, and what follows when the answer changes.

use crate::app::App;
use crate::app::CheckRef;
use crate::app::Effect;
use crate::app::Input;
use crate::app::Overlay;
use crate::app::Restart;
use crate::app::Rung;
use crate::app::Screen;
use crate::app::Seat;
use crate::app::Stage;
use crate::app::Tone;
use crate::app::Whereabouts;
use crate::course::Place;
use crate::keys::Code;
use crate::keys::Key;
use crate::progress::Entry;
use crate::session::Address;
use crate::session::HostKind;
use crate::session::SessionId;
use crate::update::links;
use crate::update::record;
use crate::update::restart;
use crate::update::running;
use crate::update::say;
use crate::update::travel;

/// The first start asks, if the course has anything to do on a Windows machine.
pub fn at_start(app: &mut App) -> Vec<Effect> {
    let needed = app.course.chapters.iter().flat_map(|c| &c.steps).any(|s| s.place == Place::Vm);
    if app.unplaced && needed && app.progress.armed.is_none() { ask(app) } else { Vec::new() }
}

/// Asks where it is, with the present answer chosen.
pub fn ask(app: &mut App) -> Vec<Effect> {
    if let Some(why) = busy(app) {
        return say(app, Tone::Info, why);
    }
    let Some(seat) = app.seats.get(&Place::Vm) else { return Vec::new() };
    let text = match &seat.host {
        HostKind::Ssh(address) => address.to_string(),
        HostKind::Here | HostKind::Rehearsal => String::new(),
    };
    let input = Input { cursor: text.chars().count(), text };
    app.overlay = Some(Overlay::Place { choice: Whereabouts::of(&seat.host), input, error: None });
    Vec::new()
}

/// Why the machine cannot be exchanged now.
fn busy(app: &App) -> Option<&'static str> {
    let seat = app.seats.get(&Place::Vm)?;
    if seat.current().is_some() {
        return Some("A command runs on the vm. Wait for its end, or stop it with Ctrl-C; then v says where the machine is.");
    }
    // One that does not come back may have another address. One that is there has the one it has.
    let away = |r: &Restart| matches!(r.stage, Stage::Climbing(Rung::Network) | Stage::Late(Rung::Network));
    let movable = |r: &Restart| away(r) && matches!(seat.host, HostKind::Ssh(_));
    let restart = app.restart.as_ref().filter(|r| r.place == Place::Vm && !movable(r));
    restart
        .map(|_| "A restart of the vm is not over yet: Enter on its step shows how far it is, Ctrl-C there gives it up. Then v says where the machine is.")
}

/// Whether the vm is on its way through a restart: it is the same machine, wherever it is.
fn restarts(app: &App) -> bool {
    app.restart.as_ref().is_some_and(|r| r.place == Place::Vm)
}

/// Keys of the question.
pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(Overlay::Place { choice, input, error }) = &mut app.overlay else { return Vec::new() };
    let typing = *choice == Whereabouts::Ssh;
    match key.code {
        Code::Escape => return put_off(app),
        Code::Char('c') if key.ctrl => return put_off(app),
        Code::Enter => return accept(app),
        Code::Tab if key.shift => *choice = choice.above(),
        Code::Up => *choice = choice.above(),
        Code::Down | Code::Tab => *choice = choice.below(),
        Code::Char('k') if !typing => *choice = choice.above(),
        Code::Char('j') if !typing => *choice = choice.below(),
        _ if typing => {
            *error = None;
            input.key(key);
        }
        _ => {}
    }
    Vec::new()
}

/// What is pasted is an address.
pub fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    if let Some(Overlay::Place { choice, input, error }) = &mut app.overlay {
        *choice = Whereabouts::Ssh;
        *error = None;
        input.insert(text);
    }
    Vec::new()
}

fn put_off(app: &mut App) -> Vec<Effect> {
    app.overlay = None;
    if !app.unplaced {
        return Vec::new();
    }
    let now = match app.seats.get(&Place::Vm).map(|s| &s.host) {
        Some(HostKind::Here) => "For now the Windows steps run on this machine.",
        _ => "For now the Windows steps are there to read and to tick.",
    };
    say(app, Tone::Info, format!("{now} v says where your machine is; the next start asks again."))
}

fn accept(app: &mut App) -> Vec<Effect> {
    let restarts = restarts(app);
    let Some(Overlay::Place { choice, input, error }) = &mut app.overlay else { return Vec::new() };
    if restarts && *choice != Whereabouts::Ssh {
        *choice = Whereabouts::Ssh;
        *error = Some("The machine is restarting: until it is back, or given up, only its address can change.".into());
        return Vec::new();
    }
    let host = match choice {
        Whereabouts::Here => HostKind::Here,
        Whereabouts::Nowhere => HostKind::Rehearsal,
        Whereabouts::Ssh => match input.text.parse::<Address>() {
            Ok(address) => HostKind::Ssh(address),
            Err(why) => {
                *error = Some(why);
                return Vec::new();
            }
        },
    };
    app.overlay = None;
    change(app, host)
}

/// The machine is at this host from now on, also at the next start.
fn change(app: &mut App, host: HostKind) -> Vec<Effect> {
    if let Some(why) = busy(app) {
        return say(app, Tone::Info, why);
    }
    let (Some(laptop), Some(old)) = (app.seats.get(&Place::Laptop), app.seats.get(&Place::Vm)) else { return Vec::new() };
    let moved = old.host != host;
    let session = old.session;
    let mut effects = Vec::new();
    if moved {
        let mut seat = Seat::of(&host, laptop);
        seat.terminal.resize(old.terminal.size());
        app.seats.insert(Place::Vm, seat);
        // Before the entry: when that cannot be written, the old shell still has no place any more.
        if session != SessionId(0) {
            effects.push(Effect::Close(session));
        }
    }
    app.unplaced = false;
    if app.progress.vm.as_ref() != Some(&host) {
        effects.push(record(app, Entry::Placed { vm: host.clone(), same: restarts(app) }));
    }
    let says = match &host {
        HostKind::Here => "The Windows steps run on this machine.".to_owned(),
        HostKind::Ssh(address) => format!("The Windows steps run on {}.", address.destination()),
        HostKind::Rehearsal => "The Windows steps are there to read and to tick.".to_owned(),
    };
    say(app, Tone::Good, format!("{says} v changes that."));
    if moved {
        forget(app);
        effects.extend(again(app));
    }
    effects
}

/// What another machine has answered says nothing of this one.
fn forget(app: &mut App) {
    let of_vm: Vec<CheckRef> = app.checks.keys().filter(|at| links::place_of(app, at) != Some(Place::Laptop)).cloned().collect();
    for at in of_vm {
        app.checks.remove(&at);
    }
}

/// What is on the screen is asked of the machine that is there now.
fn again(app: &mut App) -> Vec<Effect> {
    if restarts(app) {
        return running::open(app, Place::Vm);
    }
    if app.screen != Screen::Chapter {
        return Vec::new();
    }
    let mut effects = travel::ask_all(app);
    effects.extend(travel::colours(app));
    effects.extend(travel::take_seat(app));
    effects.extend(links::connect(app));
    effects.extend(restart::resume(app));
    effects
}
