//! What is shown of a restart: the plan, the countdown, the ladder that is climbed afterwards, and what came of it.

mod ladder;

use crate::app::App;
use crate::app::Back;
use crate::app::COUNTDOWN;
use crate::app::Restart;
use crate::app::Stage;
use crate::app::Standing;
use crate::course::Place;
use crate::course::Step;
use crate::course::Verdict;
use crate::page::Role;
use crate::page::code;
use crate::page::dialog::Sheet;
use crate::page::marks::clock;
use crate::page::marks::count;
use crate::page::paper::Paper;
use crate::page::restart::ladder::{climbing, row, seen};
use crate::page::wrap::Span;

pub fn sheet(paper: &mut Paper<'_>, sheet: &mut Sheet, details: Option<usize>) {
    let app = paper.app;
    let Some(restart) = &app.restart else { return };
    if let (Some(scroll), Some(way)) = (details, restart.way_back.way()) {
        sheet.title = if matches!(restart.way_back, Back::Registered(_)) { "Registered" } else { "Would be registered" }.into();
        sheet.scroll = scroll;
        paper.say(&format!("In {}:", way.whereabouts), Role::Text);
        paper.gap();
        code::code(paper, "text", &way.text);
        return;
    }
    let machine = machine(app, restart.place);
    sheet.title = match restart.stage {
        Stage::Plan | Stage::Registering | Stage::Countdown => format!("Restart {machine}"),
        Stage::Settled => "Welcome back".into(),
        _ => format!("Restarting {machine}"),
    };
    match restart.stage {
        Stage::Plan => plan(paper, restart, &machine),
        Stage::Registering => registering(paper, restart),
        Stage::Countdown => countdown(paper, restart),
        Stage::Climbing(_) | Stage::Late(_) => climbing(paper, restart, &machine),
        Stage::Planned => planned(paper),
        Stage::Postponed => postponed(paper, restart),
        Stage::Unmet => unmet(paper, restart),
        Stage::Enough => enough(paper, restart),
        Stage::Settled => back(paper, restart, &machine),
    }
    paper.gap();
    keys(paper);
}

/// The name of the machine, as far as there is one.
fn machine(app: &App, place: Place) -> String {
    let label = app.seats.get(&place).map_or(place.name(), |s| s.label.as_str());
    let name = label.split_once(": ").map_or(label, |(_, name)| name);
    if name == place.name() { format!("the {name}") } else { name.to_owned() }
}

fn plan(paper: &mut Paper<'_>, restart: &Restart, machine: &str) {
    let app = paper.app;
    paper.say(&format!("This restarts {machine}. Everything open on it is closed: save it first."), Role::Text);
    if let Some(command) = app.find(&restart.step).and_then(|s| s.command(&restart.command))
        && let Some(time) = command.typical
    {
        paper.say(&format!("It usually takes about {}.", crate::page::marks::span(time)), Role::Dim);
    }
    paper.gap();
    match &restart.before {
        Some(boot) if boot.shown.is_empty() => {
            numbered(paper, 1, "The boot it is in now is noted, so that a new one can be proven.")
        }
        Some(boot) => numbered(
            paper,
            1,
            &format!("The boot it is in now is noted (since {}), so that a new one can be proven.", boot.shown),
        ),
        None => {
            let text = restart.why.as_ref().map_or_else(
                || "Which boot it is in is being asked.".to_owned(),
                |why| format!("Which boot it is in could not be read: {why}. Enter asks again."),
            );
            numbered(paper, 1, &text);
        }
    }
    let second = match &restart.way_back {
        Back::Stays => "wci stays up here and watches the machine go and come back.".to_owned(),
        Back::Asked => "How wci can come back is being found out.".to_owned(),
        Back::Offered { way, wanted: true } => {
            let name = with_article(way.name.as_deref().unwrap_or("entry"));
            format!(
                "wci goes down with it. {name} starts it again, once, after you log on; it is removed as soon as wci is back. i shows it, a leaves it out."
            )
        }
        Back::Offered { way, wanted: false } if way.name.is_some() => {
            format!(
                "wci goes down with it, and nothing is registered. Afterwards you type: {}   (a registers it after all)",
                way.command
            )
        }
        Back::Offered { way, .. } => {
            format!(
                "wci goes down with it. This system offers nothing that would start it again: afterwards you type: {}",
                way.command
            )
        }
        Back::Registered(way) => format!("{} is registered.", way.name.as_deref().unwrap_or("It")),
        Back::Failed { way: Some(way), .. } => format!("wci goes down with it. Afterwards you type: {}", way.command),
        Back::Failed { way: None, why } => format!("wci goes down with it, and cannot come back by itself: {why}"),
    };
    numbered(paper, 2, &second);
    match &restart.run {
        Some(run) => {
            numbered(paper, 3, &format!("After {} seconds, in which you can take it back, this is typed:", COUNTDOWN / 1000));
            code::code(paper, "text", &run.text);
        }
        None => numbered(paper, 3, "You restart it yourself."),
    }
    numbered(paper, 4, "Once it is back the step's checks are asked, and you go on from here.");
    if restart.returns > 0 {
        paper.gap();
        let times = if restart.returns == 1 { "once".into() } else { format!("{} times", restart.returns) };
        paper.say(&format!("It has restarted {times} for this step already, and the step was not met."), Role::Advice);
    }
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    format!("{article} {name}")
}

fn numbered(paper: &mut Paper<'_>, number: usize, text: &str) {
    let lead = format!("{number}. ");
    paper.push_lead((&lead, Role::Dim), ("   ", Role::Text));
    paper.say(text, Role::Text);
    paper.pop_lead();
}

fn registering(paper: &mut Paper<'_>, restart: &Restart) {
    match &restart.way_back {
        Back::Failed { way, why } => {
            let text = format!("{} {why}", paper.set.unmet);
            paper.say(&text, Role::Unmet);
            paper.gap();
            match way {
                Some(way) => paper
                    .say(&format!("Nothing was restarted. Without it you type, after the restart: {}", way.command), Role::Text),
                None => paper.say("Nothing was restarted. Without it you start wci yourself after the restart.", Role::Text),
            }
        }
        _ => paper.say("The way back is being registered and read back.", Role::Text),
    }
}

fn countdown(paper: &mut Paper<'_>, restart: &Restart) {
    let left = (restart.since + COUNTDOWN).saturating_sub(paper.app.now).div_ceil(1000);
    let text = format!("Restarting in {left} s.");
    paper.say(&text, Role::Alarm);
    if let Back::Registered(way) = &restart.way_back {
        paper.gap();
        let name = way.name.as_deref().unwrap_or("way back");
        paper.say(
            &format!("Registered and read back: {name}. It starts wci once, after you log on. By hand: {}", way.command),
            Role::Text,
        );
    }
    paper.gap();
    paper.say("The journal has it: whatever happens, the next start comes back to this step.", Role::Dim);
}

fn planned(paper: &mut Paper<'_>) {
    paper.say(
        "Windows has a restart planned already (1190): an update, or somebody else who works on it. So the command did nothing.",
        Role::Text,
    );
    paper.gap();
    paper.say(
        "Enter waits for that one. x takes it back and restarts now, in ten seconds: only if it is nobody else's.",
        Role::Advice,
    );
}

fn postponed(paper: &mut Paper<'_>, restart: &Restart) {
    let since =
        restart.before.as_ref().filter(|b| !b.shown.is_empty()).map(|b| format!(" (since {})", b.shown)).unwrap_or_default();
    let text = format!("{} The machine has not restarted: it is in the same boot as before{since}.", paper.set.unknown);
    paper.say(&text, Role::Unknown);
    paper.gap();
    paper.say(
        "It was postponed, taken back, never begun, or only the link broke. Nothing is lost: Enter restarts it, and if it restarts later by itself, wci sees that.",
        Role::Text,
    );
}

fn unmet(paper: &mut Paper<'_>, restart: &Restart) {
    paper.say("The machine has restarted, and the step is not met yet:", Role::Text);
    outcome(paper, restart);
    paper.gap();
    paper.say(
        "Windows sometimes wants a second restart, as when an update was waiting too. Enter shows the plan for one more; h on the step shows known causes.",
        Role::Advice,
    );
}

fn enough(paper: &mut Paper<'_>, restart: &Restart) {
    let text = format!(
        "{} {} restarts in a row, and the step is still not met. One more would hardly help, so wci stops here.",
        paper.set.unmet,
        count(usize::try_from(restart.returns).unwrap_or(0))
    );
    paper.say(&text, Role::Unmet);
    outcome(paper, restart);
    paper.gap();
    left_behind(paper, restart);
    paper.say("The hints of the step (h) name known causes. After a change on the machine, c asks the checks again; nothing else is needed.", Role::Advice);
}

/// What the checks saw, before and after.
fn outcome(paper: &mut Paper<'_>, restart: &Restart) {
    let app = paper.app;
    let Some(step) = app.find(&restart.step) else { return };
    paper.gap();
    for (index, check) in step.checks().enumerate() {
        let says = paper.filled(&check.says).into_owned();
        let (mark, after) = seen(paper, step, index, true);
        let before = restart.saw.iter().find(|(said, _)| *said == check.says).map(|(_, saw)| saw.as_str());
        let detail = match before {
            Some(before) if before != after => format!("was: {before}; now: {after}"),
            _ => after,
        };
        row(paper, mark, &says, &detail, "");
    }
}

fn back(paper: &mut Paper<'_>, restart: &Restart, machine: &str) {
    let app = paper.app;
    let done = paper.set.done;
    let step = match app.find(&restart.step).map(|step| app.standing(step)) {
        Some(Standing::ByHand) => "is marked done by hand",
        Some(Standing::Skipped) => "is skipped",
        Some(Standing::NotHere(_)) => "is not for this machine",
        _ => "is met",
    };
    match &restart.after {
        Some(_) => paper.say(&format!("{done} {machine} has restarted, and the step {step}."), Role::Done),
        None => paper.say(&format!("{done} {machine} has not restarted, and the step {step} all the same."), Role::Done),
    }
    paper.gap();
    let shown = |boot: &Option<crate::restart::BootId>| boot.as_ref().map(|b| b.shown.clone()).filter(|s| !s.is_empty());
    if let (Some(before), Some(after)) = (shown(&restart.before), shown(&restart.after)) {
        row(paper, (paper.set.dot, Role::Dim), "booted", &format!("was: {before}; now: {after}"), "");
    }
    let away = restart.since.saturating_sub(restart.at);
    row(paper, (paper.set.dot, Role::Dim), "since you began", &away_words(away), "");
    outcome(paper, restart);
    let open = undone(app, restart.place);
    if !open.is_empty() {
        paper.gap();
        paper.say("Done before, and not so any more since the restart:", Role::Advice);
        for title in open {
            row(paper, (paper.set.unmet, Role::Unmet), &title, "", "");
        }
    }
    paper.gap();
    left_behind(paper, restart);
}

/// Whether anything is still registered: said once it is known.
fn left_behind(paper: &mut Paper<'_>, restart: &Restart) {
    match (&restart.removed, &restart.way_back) {
        (Some(Err(why)), _) => {
            let text = format!("{} {why}", paper.set.unmet);
            paper.say(&text, Role::Unmet);
        }
        (None, Back::Registered(_) | Back::Asked) => {
            paper.say("What was registered for the way back is being removed.", Role::Dim)
        }
        _ => paper.say("Nothing of the restart stays behind.", Role::Dim),
    }
}

/// Steps of the place that were met and are not any more, as a service that does not start by itself.
fn undone(app: &App, place: Place) -> Vec<String> {
    let Some(chapter) = app.chapter() else { return Vec::new() };
    let fell = |step: &&Step| {
        let fails = step.checks().enumerate().any(|(i, _)| app.answer(step, i).is_some_and(|a| a.verdict == Verdict::Fail));
        step.place == place && fails && !app.progress.step(&step.id).finished.is_empty()
    };
    chapter.steps.iter().filter(fell).map(|s| s.title.clone()).collect()
}

fn away_words(milliseconds: u64) -> String {
    let days = milliseconds / 86_400_000;
    match days {
        0 => clock(milliseconds),
        1 => "1 day".into(),
        n => format!("{n} days"),
    }
}

/// What the keys do now, as in the line below.
fn keys(paper: &mut Paper<'_>) {
    let hints = crate::keymap::hints(paper.app);
    let mut spans: Vec<Span<'_>> = Vec::new();
    for (index, (key, what)) in hints.into_iter().enumerate() {
        if index > 0 {
            spans.push(Span::new(format!(" {} ", paper.set.dot), Role::Dim));
        }
        spans.push(Span::new(key, Role::Key));
        spans.push(Span::new(format!(" {what}"), Role::Text));
    }
    paper.flow(&spans);
}
