//! The last row: who has the keys and which matter now; a notice in their place until the next key; a search being typed.

use ratatui::Frame;
use ratatui::layout::Position;
use ratatui::layout::Rect;
use ratatui::widgets::Clear;

use crate::app::App;
use crate::app::Focus;
use crate::app::Input;
use crate::app::Notice;
use crate::app::Overlay;
use crate::app::Screen;
use crate::app::Tone;
use crate::course::Os;
use crate::keymap;
use crate::page::glyphs::Set;
use crate::page::glyphs::set;
use crate::page::wrap::clean;
use crate::page::wrap::columns;
use crate::page::wrap::cut;
use crate::view::draw;
use crate::view::theme::Part;
use crate::view::theme::Theme;

pub fn status(app: &App, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let set = set(app.appearance.glyphs);
    frame.buffer_mut().set_style(area, theme.part(Part::Status));
    if let Some(Overlay::Search { input }) = &app.overlay {
        search(frame, area, input, set, theme);
        return;
    }
    let x = mode(app, frame, area, theme);
    let x = rights(app, frame, (x, area), theme);
    match &app.notice {
        Some(notice) => say(frame, Rect { x, width: area.right() - x, ..area }, notice, set, theme),
        None => keys(app, frame, (x, area), set, theme),
    }
}

/// Which of the two modes it is. The map has only one.
fn mode(app: &App, frame: &mut Frame<'_>, area: Rect, theme: &Theme) -> u16 {
    let (word, part) = match (app.screen, app.focus) {
        (Screen::Home, _) => return area.x + 1,
        (Screen::Chapter, Focus::Guide) => (" guide ", Part::GuideMode),
        (Screen::Chapter, Focus::Terminal) => (" TERMINAL ", Part::TerminalMode),
    };
    draw::text(frame.buffer_mut(), (area.x, area.y), word, theme.part(part), area.right()) + 1
}

/// Whether the shell of this step has administrator's rights. Only Windows splits a user in two, so only there it is shown.
fn rights(app: &App, frame: &mut Frame<'_>, (x, area): (u16, Rect), theme: &Theme) -> u16 {
    let seat = app.seat().filter(|seat| app.screen == Screen::Chapter && seat.os == Some(Os::Windows));
    let (word, part) = match seat.and_then(|seat| seat.elevated) {
        None => return x,
        Some(true) => ("admin", Part::Info),
        Some(false) => ("not admin", Part::Bad),
    };
    draw::text(frame.buffer_mut(), (x, area.y), word, theme.part(part), area.right()) + 2
}

fn say(frame: &mut Frame<'_>, area: Rect, notice: &Notice, set: &Set, theme: &Theme) {
    let (part, sign) = match notice.tone {
        Tone::Info => (Part::Info, ""),
        Tone::Good => (Part::Good, set.done),
        Tone::Bad => (Part::Bad, set.unmet),
    };
    let text = if sign.is_empty() { clean(&notice.text).into_owned() } else { format!("{sign} {}", clean(&notice.text)) };
    let width = usize::from(area.width);
    let mut rows = broken(&text, width);
    // What to do comes last in a notice: a long one grows upwards rather than lose it.
    rows.truncate(usize::from(area.y).min(MOST_ROWS));
    let top = area.y + 1 - u16::try_from(rows.len()).unwrap_or(1);
    for (y, row) in (top..).zip(&rows) {
        if y < area.y {
            let above = Rect { x: 0, y, width: area.right(), height: 1 };
            frame.render_widget(Clear, above);
            frame.buffer_mut().set_style(above, theme.part(Part::Status));
        }
        draw::text(frame.buffer_mut(), (area.x, y), &cut(row, width, set.ellipsis), theme.part(part), area.right());
    }
}

/// The most rows a notice takes.
const MOST_ROWS: usize = 4;

/// The words of a text in rows of a width.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        let last = rows.last_mut().filter(|row| row.is_empty() || columns(row) + 1 + columns(word) <= width);
        match last {
            Some(row) if row.is_empty() => row.push_str(word),
            Some(row) => {
                row.push(' ');
                row.push_str(word);
            }
            None => rows.push(word.to_owned()),
        }
    }
    rows
}

/// As many keys as fit, and the last one, which is help, always.
fn keys(app: &App, frame: &mut Frame<'_>, (mut x, area): (u16, Rect), set: &Set, theme: &Theme) {
    let mut hints = keymap::hints(app);
    if let Some(search) = app.search.as_ref().filter(|_| app.overlay.is_none()) {
        let text =
            format!("{}{}{} {} of {}  ", set.quotes[0], clean(&search.text), set.quotes[1], search.at + 1, search.found.len());
        x = draw::text(frame.buffer_mut(), (x, area.y), &text, theme.part(Part::Info), area.right());
    }
    let between = format!(" {} ", set.dot);
    let wide = |(key, label): &(String, &str)| columns(key) + 1 + columns(label) + columns(&between);
    let last = hints.pop();
    let mut left =
        usize::from(area.right().saturating_sub(x + 1)).saturating_sub(last.as_ref().map_or(0, wide)) + columns(&between);
    let fits: Vec<_> = hints
        .into_iter()
        .take_while(|hint| {
            let fits = wide(hint) <= left;
            left = left.saturating_sub(wide(hint));
            fits
        })
        .collect();
    for (index, (key, label)) in fits.iter().chain(&last).enumerate() {
        if index > 0 {
            x = draw::text(frame.buffer_mut(), (x, area.y), &between, theme.part(Part::Status), area.right());
        }
        x = draw::text(frame.buffer_mut(), (x, area.y), key, theme.part(Part::StatusKey), area.right());
        x = draw::text(frame.buffer_mut(), (x + 1, area.y), label, theme.part(Part::Status), area.right());
    }
}

fn search(frame: &mut Frame<'_>, area: Rect, input: &Input, set: &Set, theme: &Theme) {
    let before: String = input.text.chars().take(input.cursor).collect();
    let room = usize::from(area.width.saturating_sub(12));
    // The end of what is typed matters most where it does not fit.
    let text: String = if columns(&input.text) > room {
        let tail: Vec<char> = before.chars().rev().take(room.saturating_sub(1) / 2).collect();
        format!("{}{}", set.ellipsis, tail.into_iter().rev().collect::<String>())
    } else {
        input.text.clone()
    };
    let typed = if columns(&input.text) > room { columns(&text) } else { columns(&before) };
    let x = draw::text(frame.buffer_mut(), (area.x, area.y), " search: ", theme.part(Part::GuideMode), area.right()) + 1;
    draw::text(frame.buffer_mut(), (x, area.y), &text, theme.part(Part::Info), area.right());
    let at = x + u16::try_from(typed).unwrap_or(0);
    frame.set_cursor_position(Position::new(at.min(area.right().saturating_sub(1)), area.y));
}
