//! The course as a map: its chapters with how far and how long, where it goes on, and which machines are there.

use crate::app::App;
use crate::app::Link;
use crate::app::Lost;
use crate::course::Chapter;
use crate::course::Os;
use crate::course::Place;
use crate::page::Page;
use crate::page::Role;
use crate::page::blocks;
use crate::page::marks;
use crate::page::paper::Paper;
use crate::page::wrap::Span;
use crate::page::wrap::columns;
use crate::session::HostKind;

pub fn home(app: &App, width: usize) -> Page {
    let mut paper = Paper::new(app, None, width);
    paper.say(&app.course.title, Role::Title);
    if !app.course.summary.is_empty() {
        paper.say(&app.course.summary, Role::Text);
    }
    paper.gap();
    for (index, chapter) in app.course.chapters.iter().enumerate() {
        one(&mut paper, index, chapter);
        paper.gap();
    }
    if app.course.chapters.is_empty() {
        paper.say("There is no chapter in this course.", Role::Warning);
        paper.gap();
    }
    machines(&mut paper);
    if !app.course.intro.is_empty() {
        paper.gap();
        blocks::blocks(&mut paper, &app.course.intro);
    }
    if app.problems > 0 {
        paper.gap();
        let text = format!("{} wci lint found in this course: {}.", paper.set.warned, app.problems);
        paper.say(&text, Role::Warning);
    }
    paper.done()
}

fn one(paper: &mut Paper<'_>, index: usize, chapter: &Chapter) {
    let app = paper.app;
    let set = paper.set;
    let chosen = app.choice == index;
    let (done, of) = app.tally(chapter);
    let from = paper.here();
    paper.page.tasks.push((from, index));
    let sign = if chosen {
        set.here
    } else if of > 0 && done == of {
        set.done
    } else {
        " "
    };
    let lead = format!("{sign} {} ", index + 1);
    let indent = " ".repeat(columns(&lead));
    let role = if chosen {
        Role::Here
    } else if sign == set.done {
        Role::Done
    } else {
        Role::Dim
    };
    paper.push_lead((&lead, role), (&indent, Role::Text));
    let (full, empty) = marks::bar(set, done, of, 10);
    let room = paper.measure();
    let how_far = format!("{done} of {of} ");
    let title = if chosen { Role::Title } else { Role::Heading };
    let needed = columns(&chapter.title) + columns(&how_far) + 12;
    if needed <= room {
        let gap = " ".repeat(room - needed + 2);
        paper.line(&[
            (&chapter.title, title),
            (&gap, Role::Text),
            (&how_far, Role::Dim),
            (&full, Role::Full),
            (&empty, Role::Empty),
        ]);
    } else {
        paper.say(&chapter.title, title);
        paper.line(&[(&how_far, Role::Dim), (&full, Role::Full), (&empty, Role::Empty)]);
    }
    if !chapter.summary.is_empty() {
        paper.say(&chapter.summary, Role::Text);
    }
    let facts = facts(chapter).join(&format!(" {} ", set.dot));
    paper.say(&facts, Role::Dim);
    if chosen {
        paper.flow(&invitation(app, chapter, done, of));
    }
    paper.pop_lead();
    if chosen {
        paper.page.card = Some(from..paper.here());
    }
}

/// What Enter does with the chosen chapter.
fn invitation(app: &App, chapter: &Chapter, done: usize, of: usize) -> Vec<Span<'static>> {
    let here = app.progress.chapter.as_deref() == Some(chapter.slug.as_str());
    let next = chapter.steps.iter().find(|s| !s.optional && !app.standing(s).is_settled());
    match next {
        Some(step) if here || done > 0 => {
            vec![Span::new("Enter: continue where you were, at ", Role::Key), Span::new(step.title.clone(), Role::Strong)]
        }
        None if of > 0 => vec![Span::new("All done. Enter opens it again.", Role::Key)],
        _ => vec![Span::new("Enter begins.", Role::Key)],
    }
}

/// How long it takes and what it needs.
fn facts(chapter: &Chapter) -> Vec<String> {
    let mut out: Vec<String> = chapter.minutes.map(|m| format!("about {m} min")).into_iter().collect();
    let count = chapter.steps.len();
    out.push(if count == 1 { "1 step".to_owned() } else { format!("{count} steps") });
    if chapter.steps.iter().any(|s| s.place == Place::Vm) {
        out.push("needs a Windows machine".into());
    }
    for os in Os::ALL {
        if chapter.steps.iter().any(|s| s.os == Some(os)) {
            out.push(format!("needs {}", os.title()));
        }
    }
    out
}

/// Which machines are connected.
fn machines(paper: &mut Paper<'_>) {
    let app = paper.app;
    let set = paper.set;
    paper.say("Machines", Role::Heading);
    for place in Place::ALL {
        let Some(seat) = app.seats.get(&place) else { continue };
        let (sign, role) = match (&seat.host, &seat.link) {
            (HostKind::Rehearsal, _) | (HostKind::Ssh(_), Link::Closed) => (set.down, Role::Todo),
            (HostKind::Ssh(_), Link::Opening) => (set.busy, Role::Busy),
            (HostKind::Ssh(_), Link::Ended(_) | Link::Refused(_) | Link::Lost(_)) => (set.unmet, Role::Unmet),
            (HostKind::Ssh(_), Link::Up) | (HostKind::Here, _) => (set.up, Role::Done),
        };
        let says = match (&seat.host, place) {
            (HostKind::Rehearsal, _) => {
                "none connected (v says where it is): its steps can be read, done there, and ticked by hand".to_owned()
            }
            (HostKind::Ssh(address), _) => {
                let state = match &seat.link {
                    Link::Up => "connected".into(),
                    Link::Opening => "connecting".into(),
                    Link::Closed => "connected when a step needs it".into(),
                    Link::Ended(_) => "its shell has ended".into(),
                    Link::Refused(_) => "no shell could be started there".into(),
                    Link::Lost(Lost { next: Some(next), .. }) => {
                        format!("out of reach, next try in {} s", next.saturating_sub(app.now).div_ceil(1000))
                    }
                    Link::Lost(_) => "out of reach".to_owned(),
                };
                format!("{address}, {state}")
            }
            (HostKind::Here, _) => {
                let os = seat.os.map_or(String::new(), |os| format!(" ({})", os.title()));
                let state = match &seat.link {
                    Link::Refused(_) => ", its shell could not be started",
                    Link::Ended(_) => ", its shell has ended",
                    Link::Closed | Link::Opening | Link::Up | Link::Lost(_) => "",
                };
                format!("this machine{os}, {}{state}", seat.shell.title())
            }
        };
        let lead = format!("{sign} ");
        paper.push_lead((&lead, role), ("  ", Role::Text));
        paper.flow(&[Span::new(format!("{}: ", place.name()), Role::Strong), Span::new(says, Role::Text)]);
        paper.pop_lead();
    }
}
