use super::*;
use crate::tests as fixture;

#[test]
fn no_key_means_two_things_in_one_place() {
    for at in [Where::Guide, Where::Terminal, Where::Home, Where::Dialog] {
        let mut seen: Vec<Press> = Vec::new();
        for binding in table::TABLE.iter().filter(|b| b.wheres.contains(&at)) {
            for press in binding.presses {
                assert!(!seen.contains(press), "{press:?} in {at:?}");
                seen.push(*press);
            }
        }
    }
}

#[test]
fn in_the_terminal_only_three_keys_are_ours() {
    let app = fixture::in_terminal(fixture::at(80, 24, 4));
    assert_eq!(action(&app, Key::ctrl(']')), Some(Action::Leave));
    assert_eq!(action(&app, Key { shift: true, ..Key::new(Code::PageUp) }), Some(Action::ScrollTerminalUp));
    for key in [
        Key::char('q'),
        Key::ctrl('c'),
        Key::new(Code::Enter),
        Key::new(Code::Tab),
        Key::new(Code::PageUp),
        Key::new(Code::Escape),
    ] {
        assert_eq!(action(&app, key), None, "{key}");
    }
}

#[test]
fn while_a_search_is_on_n_goes_along_it() {
    let mut app = fixture::at(80, 24, 4);
    assert_eq!(action(&app, Key::char('n')), Some(Action::Next));
    app.search = Some(crate::app::Search { text: "x".into(), found: vec![(0, 0)], at: 0 });
    assert_eq!(action(&app, Key::char('n')), Some(Action::FindNext));
    assert_eq!(action(&app, Key::char('N')), Some(Action::FindPrevious));
    assert_eq!(action(&app, Key::new(Code::Right)), Some(Action::Next));
    assert_eq!(action(&app, Key::new(Code::Escape)), Some(Action::Home));
}

#[test]
fn dialogs_that_take_text_read_their_keys_themselves() {
    let mut app = fixture::at(80, 24, 4);
    app.overlay = Some(Overlay::Search { input: crate::app::Input::default() });
    assert_eq!(action(&app, Key::char('q')), None);
    app.overlay = Some(Overlay::Help { scroll: 0 });
    assert_eq!(action(&app, Key::char('q')), Some(Action::Quit));
    assert_eq!(action(&app, Key::char('e')), None);
}

#[test]
fn hints_name_keys_that_do_what_they_say() {
    for step in 0..=6 {
        let app = fixture::at(80, 24, step);
        let hints = hints(&app);
        assert_eq!(hints.last().map(|(_, label)| *label), Some("help"));
        for (keys, label) in hints {
            let key = Key::parse(&keys).unwrap_or_else(|| Key::char(keys.chars().next().unwrap_or(' ')));
            assert!(action(&app, key).is_some(), "{keys} {label}");
        }
    }
}
