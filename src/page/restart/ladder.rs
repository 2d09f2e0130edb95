//! The ladder a machine climbs when it comes back: what is proven, what is awaited, and for how long.

use crate::app::App;
use crate::app::Back;
use crate::app::Link;
use crate::app::Lost;
use crate::app::Restart;
use crate::app::Rung;
use crate::app::Stage;
use crate::course::Step;
use crate::course::Verdict;
use crate::page::Role;
use crate::page::marks::clock;
use crate::page::paper::Paper;
use crate::page::wrap::columns;

pub fn climbing(paper: &mut Paper<'_>, restart: &Restart, machine: &str) {
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
    } else if restart.lingers(paper.app.now) {
        paper.say(
            "The command has ended, and the machine is still up. Updates can hold it up for minutes; if it does not go down at all, it was postponed: Enter says so.",
            Role::Advice,
        );
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
        Rung::Checks => return "A check could not be asked. That is not known to be a failure.".into(),
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

pub fn seen(paper: &Paper<'_>, step: &Step, index: usize, now: bool) -> ((&'static str, Role), String) {
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
pub fn row(paper: &mut Paper<'_>, mark: (&str, Role), says: &str, detail: &str, took: &str) {
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
