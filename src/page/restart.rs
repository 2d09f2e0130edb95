//! What is shown of a restart: the plan, the countdown, the ladder that is climbed afterwards, and what came of it.

use crate::app::App;
use crate::app::Back;
use crate::app::COUNTDOWN;
use crate::app::Link;
use crate::app::Lost;
use crate::app::Restart;
use crate::app::Rung;
use crate::app::Stage;
use crate::course::Place;
use crate::course::Step;
use crate::course::Verdict;
use crate::page::Role;
use crate::page::code;
use crate::page::dialog::Sheet;
use crate::page::marks::clock;
use crate::page::marks::count;
use crate::page::paper::Paper;
use crate::page::wrap::Span;
use crate::page::wrap::columns;

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
        Stage::Back => "Welcome back".into(),
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
        Stage::Back => back(paper, restart, &machine),
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
        paper.say(&format!("Seen elsewhere: about {}.", crate::page::marks::span(time)), Role::Dim);
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

fn climbing(paper: &mut Paper<'_>, restart: &Restart, machine: &str) {
    let late = matches!(restart.stage, Stage::Late(_));
    if restart.run.is_none() && restart.stage == Stage::Climbing(Rung::Down) {
        paper.say(
            &format!("Restart {machine} whenever it suits you. wci waits for it, also if it is closed and started again."),
            Role::Text,
        );
        paper.gap();
    }
    ladder(paper, restart);
    paper.gap();
    if let Stage::Late(rung) = restart.stage {
        let budget = restart.budget(rung, paper.app.patience);
        let text = format!("{} {}", paper.set.unknown, too_long(rung, budget));
        paper.say(&text, Role::Unknown);
        if let Some(why) = &restart.why {
            paper.say(&format!("Last heard: {why}"), Role::Dim);
        }
        paper.say(what_to_do(rung), Role::Advice);
    } else if restart.way_back == Back::Stays && !late {
        paper.say(
            "Nothing here needs you. You can close this window and run wci again any time: it finds this step by itself. Nothing of wci stays behind on the machine.",
            Role::Dim,
        );
    } else {
        paper.say("This window closes with the machine. Log on again afterwards.", Role::Dim);
    }
}

fn too_long(rung: Rung, budget: u64) -> String {
    let what = match rung {
        Rung::Down => "The machine has not gone down",
        Rung::Network => "The machine did not answer",
        Rung::Boot => "The machine did not say which boot it is in",
        Rung::Shell => "No shell showed its prompt",
        Rung::Checks => "The checks did not answer",
    };
    format!("{what} within {}. That is not known to be a failure.", clock(budget))
}

fn what_to_do(rung: Rung) -> &'static str {
    match rung {
        Rung::Down => "Look at it: a program may hold the restart up and ask on its screen.",
        Rung::Network => {
            "Updates can take longer: w waits on. Else look whether it runs (in the portal, start it if it is stopped), and whether its address is still the same (v changes it)."
        }
        Rung::Boot | Rung::Shell => "Enter tries again with a fresh connection.",
        Rung::Checks => "Enter asks them again.",
    }
}

/// Every rung with its mark, what is known of it, and its time.
fn ladder(paper: &mut Paper<'_>, restart: &Restart) {
    let app = paper.app;
    let (Stage::Climbing(now) | Stage::Late(now)) = restart.stage else { return };
    let first = restart.climbed.first().map_or(now, |(rung, _)| *rung).min(now);
    for rung in Rung::ALL.into_iter().filter(|r| *r >= first) {
        let climbed = restart.climbed.iter().find(|(r, _)| *r == rung && rung < now).map(|(_, took)| *took);
        let (sign, role) = match (climbed, rung == now) {
            (Some(_), _) => (paper.set.done, Role::Done),
            (None, true) if matches!(restart.stage, Stage::Late(_)) => (paper.set.unknown, Role::Unknown),
            (None, true) => (paper.set.here, Role::Here),
            (None, false) => (paper.set.todo, Role::Todo),
        };
        let took = match (climbed, rung == now) {
            (Some(took), _) => clock(took),
            (None, true) => clock(app.now.saturating_sub(restart.since)),
            (None, false) => String::new(),
        };
        if rung == Rung::Checks {
            checks(paper, restart, now == Rung::Checks, &took);
            continue;
        }
        let (says, detail) = (title(rung), detail(app, restart, rung, climbed.is_some(), rung == now));
        row(paper, (sign, role), says, &detail, &took);
    }
}

fn title(rung: Rung) -> &'static str {
    match rung {
        Rung::Down => "going down",
        Rung::Network => "back on the network",
        Rung::Boot => "a new boot",
        Rung::Shell => "a shell answers",
        Rung::Checks => "the step's checks",
    }
}

fn detail(app: &App, restart: &Restart, rung: Rung, climbed: bool, now: bool) -> String {
    let budget = || match restart.budget(rung, app.patience) {
        u64::MAX => String::new(),
        budget => format!("budget {}", clock(budget)),
    };
    match rung {
        Rung::Down if now && restart.ask_at.is_some() && restart.run.is_some() => format!("still up, {}", budget()),
        Rung::Down if climbed => "the link dropped, as expected".into(),
        Rung::Network if climbed => "it lets us in".into(),
        Rung::Network if now => match app.seats.get(&restart.place).map(|s| &s.link) {
            Some(Link::Lost(Lost { next: Some(next), .. })) => {
                format!("next try in {} s, {}", next.saturating_sub(app.now).div_ceil(1000), budget())
            }
            Some(Link::Opening) => format!("trying, {}", budget()),
            _ => budget(),
        },
        Rung::Boot => match (&restart.after, &restart.before) {
            (Some(after), _) if !after.shown.is_empty() => format!("since {}", after.shown),
            (_, Some(before)) if !before.shown.is_empty() => format!("before: {}", before.shown),
            _ if now => budget(),
            _ => String::new(),
        },
        _ if now => budget(),
        _ => String::new(),
    }
}

/// The last rungs are the step's own checks, each with what it has seen.
fn checks(paper: &mut Paper<'_>, restart: &Restart, now: bool, took: &str) {
    let app = paper.app;
    let Some(step) = app.find(&restart.step) else { return };
    for (index, check) in step.checks().enumerate() {
        let says = paper.filled(&check.says).into_owned();
        let (mark, detail) = seen(paper, step, index, now);
        row(paper, mark, &says, &detail, if now { took } else { "" });
    }
}

fn seen(paper: &Paper<'_>, step: &Step, index: usize, now: bool) -> ((&'static str, Role), String) {
    let (app, set) = (paper.app, paper.set);
    if !now {
        return ((set.todo, Role::Todo), String::new());
    }
    let asking = app.is_asking(&step.id, crate::app::CheckKind::Check, index);
    match app.answer(step, index) {
        Some(answer) if answer.verdict == Verdict::Pass => ((set.done, Role::Done), answer.seen.clone()),
        Some(answer) if !asking && answer.verdict == Verdict::Warn => ((set.warned, Role::Warned), answer.seen.clone()),
        Some(answer) if !asking && answer.verdict == Verdict::Fail => ((set.unmet, Role::Unmet), answer.seen.clone()),
        Some(answer) if !asking => ((set.unknown, Role::Unknown), answer.seen.clone()),
        _ => ((set.here, Role::Here), "asking".into()),
    }
}

/// A mark, what is to be proven, what is known of it, and the time at the right.
fn row(paper: &mut Paper<'_>, mark: (&str, Role), says: &str, detail: &str, took: &str) {
    let lead = format!("{} ", mark.0);
    paper.push_lead((&lead, mark.1), ("  ", Role::Text));
    let room = paper.room();
    let used = columns(says);
    let gap = 24usize.saturating_sub(used).max(2);
    let needed = used + gap + columns(detail) + 2 + columns(took);
    if needed <= room {
        let fill = " ".repeat(room - used - gap - columns(detail) - columns(took));
        paper.line(&[
            (says, Role::Text),
            (&" ".repeat(gap), Role::Text),
            (detail, Role::Dim),
            (&fill, Role::Text),
            (took, Role::Dim),
        ]);
    } else {
        paper.say(says, Role::Text);
        paper.say(format!("{detail} {took}").trim(), Role::Dim);
    }
    paper.pop_lead();
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
        "It was postponed, taken back, or only the link broke. Nothing is lost: Enter restarts it, and if it restarts later by itself, wci sees that.",
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
        "{} {} restarts in a row, and the step is still not met. One more would hardly help, so wci stops here. Nothing is registered any more.",
        paper.set.unmet,
        count(usize::try_from(restart.returns).unwrap_or(0))
    );
    paper.say(&text, Role::Unmet);
    outcome(paper, restart);
    paper.gap();
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
    match &restart.after {
        Some(_) => paper.say(&format!("{done} {machine} has restarted, and the step is met."), Role::Done),
        None => paper.say(&format!("{done} {machine} has not restarted, and the step is met all the same."), Role::Done),
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
    paper.say("Nothing of the restart stays behind.", Role::Dim);
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
