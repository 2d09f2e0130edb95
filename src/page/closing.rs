//! The page after the last step: what was done, honestly, what the author says to it, and what comes next.

use crate::app::App;
use crate::app::Standing;
use crate::course::Chapter;
use crate::page::Page;
use crate::page::Role;
use crate::page::marks;
use crate::page::paper::Paper;
use crate::page::wrap::Span;

pub fn closing(app: &App, chapter: &Chapter, width: usize) -> Page {
    let mut paper = Paper::new(app, Some(chapter), width);
    let (done, of) = app.tally(chapter);
    let open: Vec<_> = chapter.steps.iter().enumerate().filter(|(_, s)| !s.optional && !app.standing(s).is_settled()).collect();
    let title = if open.is_empty() {
        format!("{} That was \"{}\".", paper.set.done, chapter.title)
    } else {
        format!("The end of \"{}\"", chapter.title)
    };
    paper.say(&title, if open.is_empty() { Role::Done } else { Role::Title });
    paper.gap();
    progress(&mut paper, done, of);
    paper.gap();
    if open.is_empty() {
        if let Some(says) = &chapter.done {
            paper.say(says, Role::Strong);
            paper.gap();
        }
        reckoning(&mut paper, chapter);
    } else {
        let text = if open.len() == 1 {
            "One step is still open:".to_owned()
        } else {
            format!("{} steps are still open:", marks::count(open.len()))
        };
        paper.say(&text, Role::Text);
        for (index, step) in open {
            let mark = marks::mark(app, step);
            let lead = format!("{} {:>2} ", mark.sign, index + 1);
            paper.push_lead((&lead, mark.role), ("     ", Role::Text));
            paper.flow(&[Span::new(step.title.clone(), Role::Text), Span::new(format!(" ({})", mark.word), Role::Dim)]);
            paper.pop_lead();
        }
        paper.say("p goes back; o shows all steps.", Role::Dim);
    }
    paper.gap();
    next(&mut paper);
    paper.done()
}

fn progress(paper: &mut Paper<'_>, done: usize, of: usize) {
    let columns = paper.measure().min(30);
    let (full, empty) = marks::bar(paper.set, done, of, columns.saturating_sub(12).max(4));
    let text = format!(" {done} of {of} steps");
    paper.line(&[(&full, Role::Full), (&empty, Role::Empty), (&text, Role::Text)]);
}

/// How the settled steps came to be so, where it was not by their checks.
fn reckoning(paper: &mut Paper<'_>, chapter: &Chapter) {
    let count = |wanted: fn(&Standing) -> bool| chapter.steps.iter().filter(|s| wanted(&paper.app.standing(s))).count();
    let proved = chapter
        .steps
        .iter()
        .filter(|s| s.checks().next().is_some() && matches!(paper.app.standing(s), Standing::Done | Standing::Warned))
        .count();
    let parts = [
        (proved, "proved by checks"),
        (count(|s| matches!(s, Standing::ByHand)), "read or done by hand"),
        (count(|s| matches!(s, Standing::Skipped)), "skipped"),
        (count(|s| matches!(s, Standing::NotHere(_))), "not for this machine"),
    ];
    let dot = format!(" {} ", paper.set.dot);
    let text = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect::<Vec<_>>().join(&dot);
    if !text.is_empty() {
        paper.say(&text, Role::Dim);
        paper.gap();
    }
}

fn next(paper: &mut Paper<'_>) {
    let app = paper.app;
    let from = paper.here();
    match app.course.chapters.get(app.chapter + 1) {
        Some(next) => {
            let minutes = next.minutes.map_or(String::new(), |m| format!(" ({m} min)"));
            paper.flow(&[
                Span::new("Next: ", Role::Dim),
                Span::new(next.title.clone(), Role::Heading),
                Span::new(minutes, Role::Dim),
            ]);
            paper.say(&next.summary, Role::Text);
            paper.say("Enter opens it.", Role::Key);
        }
        None => {
            paper.say("This was the last chapter there is so far.", Role::Text);
            paper.say("Enter goes to the map of the course.", Role::Key);
        }
    }
    paper.page.card = Some(from..paper.here());
}
