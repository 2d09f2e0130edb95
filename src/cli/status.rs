//! `wci status`: how far every chapter is, in plain lines. From the journal alone; nothing is asked of the machine.

use std::fmt::Write;
use std::path::Path;

use crate::app::App;
use crate::app::Standing;
use crate::course::Step;

/// `content` is the course's folder, where it is not the one built in.
pub fn text(app: &App, folder: &Path, content: Option<&Path>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(app, folder, content, &mut out);
    out
}

fn write(app: &App, folder: &Path, content: Option<&Path>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}", app.course.title)?;
    for chapter in &app.course.chapters {
        let (done, of) = app.tally(chapter);
        writeln!(out, "\n{} ({}): {done} of {of} steps done", chapter.title, chapter.slug)?;
        for step in &chapter.steps {
            writeln!(out, "  {:<12} {}  ({})", word(app, step), step.title, step.id)?;
        }
    }
    writeln!(out, "\nAs the journal has it ({}); open wci to have the checks asked again.", folder.display())?;
    let next = app.course.chapters.iter().find_map(|c| c.steps.get(app.first_unmet(c)));
    let of = content.map(|dir| format!(" --content {}", dir.display())).unwrap_or_default();
    match next {
        // What is only to be read, or done by hand, a run without the screen cannot do.
        Some(step) if step.commands().next().is_none() => {
            writeln!(out, "Next: {} ({}). Go on with: wci{of}", step.title, step.id)
        }
        Some(step) => {
            writeln!(out, "Next: {}. Go on with: wci{of}    or without the screen: wci run {}{of}", step.title, step.id)
        }
        None => writeln!(out, "All is done."),
    }
}

fn word(app: &App, step: &Step) -> &'static str {
    match app.standing(step) {
        Standing::Todo if step.optional => "optional",
        _ if app.progress.armed.as_ref().is_some_and(|armed| armed.step == step.id) => "restarting",
        Standing::Todo | Standing::Unknown(_) if app.progress.step(&step.id).open.is_some() => "interrupted",
        Standing::Todo => "to do",
        Standing::Running => "running",
        Standing::Done => "done",
        Standing::Warned => "done, warns",
        Standing::ByHand => "done by hand",
        Standing::Failed(_) => "not met",
        Standing::Unknown(_) => "unknown",
        Standing::Skipped => "skipped",
        Standing::NotHere(_) => "not here",
    }
}
