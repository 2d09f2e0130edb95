//! The question where the Windows machine is: three answers, a sentence each.

use crate::app::Input;
use crate::app::Whereabouts;
use crate::course::Os;
use crate::course::Place;
use crate::page::Role;
use crate::page::Sheet;
use crate::page::dialog::field;
use crate::page::paper::Paper;
use crate::page::wrap::Span;

pub fn place(paper: &mut Paper<'_>, sheet: &mut Sheet, choice: Whereabouts, input: &Input, error: Option<&str>) {
    let set = paper.set;
    sheet.title = "Where is your Windows machine?".into();
    paper.say("Steps marked vm run there, all others on this machine.", Role::Text);
    paper.gap();
    for answer in Whereabouts::ALL {
        let chosen = answer == choice;
        if chosen {
            sheet.chosen = Some(paper.here());
        }
        let (sign, role, title) = if chosen { (set.here, Role::Here, Role::Strong) } else { (" ", Role::Text, Role::Text) };
        paper.line(&[(sign, role), (" ", Role::Text), (name(answer), title)]);
        paper.push_bar("  ", Role::Text);
        let says = says(paper, answer);
        paper.say(&says, if chosen { Role::Text } else { Role::Dim });
        if answer == Whereabouts::Ssh {
            let cursor = field(paper, input);
            sheet.cursor = chosen.then_some(cursor);
            match error {
                Some(why) => {
                    let text = format!("{} {why}", set.unmet);
                    paper.say(&text, Role::Unmet);
                }
                None => paper.say("ssh://user@host[:port], or a name of your ssh config", Role::Dim),
            }
        }
        paper.pop_lead();
        paper.gap();
    }
    let later = if paper.app.unplaced { " asks again next time." } else { " leaves it as it is." };
    let mut keys = vec![Span::new("Enter", Role::Key), Span::new(" chooses, ", Role::Text)];
    if paper.app.unplaced {
        keys.extend([Span::new("v", Role::Key), Span::new(" changes it at any time, ", Role::Text)]);
    }
    keys.extend([Span::new("Esc", Role::Key), Span::new(later, Role::Text)]);
    paper.flow(&keys);
}

fn name(answer: Whereabouts) -> &'static str {
    match answer {
        Whereabouts::Here => "This machine",
        Whereabouts::Ssh => "Over SSH",
        Whereabouts::Nowhere => "None yet",
    }
}

fn says(paper: &Paper<'_>, answer: Whereabouts) -> String {
    match answer {
        Whereabouts::Here => match paper.app.seats.get(&Place::Laptop).and_then(|s| s.os) {
            Some(Os::Windows) => "wci runs on the Windows machine itself, and so do its steps.".into(),
            Some(os) => format!("For a wci that runs on the Windows machine itself. This one runs on {}.", os.title()),
            None => "For a wci that runs on the Windows machine itself.".into(),
        },
        Whereabouts::Ssh => "wci stays here and reaches the machine with your own ssh, its keys and its config.".into(),
        Whereabouts::Nowhere => {
            "Read it all; do the Windows steps elsewhere and tick them by hand. Recordings of them come later.".into()
        }
    }
}
