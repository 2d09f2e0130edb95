//! Code and samples: every space kept, long lines carried on with a sign, colours where they have been worked out.

use crate::app::App;
use crate::app::Highlight;
use crate::app::Token;
use crate::page::Piece;
use crate::page::Role;
use crate::page::paper::Paper;
use crate::page::wrap::chop;
use crate::page::wrap::clean;
use crate::page::wrap::columns;

/// Code that is only shown.
pub fn code(paper: &mut Paper<'_>, language: &str, text: &str) {
    let bar = format!("{} ", paper.set.code_bar);
    paper.push_bar(&bar, Role::Line);
    let room = paper.room();
    for row in rows(paper, language, text, room) {
        paper.row(row);
    }
    paper.pop_lead();
}

/// Output to expect. It is never mistaken for what this machine said.
pub fn sample(paper: &mut Paper<'_>, text: &str) {
    paper.say("You should see (a sample, not this machine):", Role::Dim);
    let bar = format!("{} ", paper.set.sample_bar);
    paper.push_bar(&bar, Role::Line);
    let room = paper.room();
    for line in text.lines() {
        for row in carried(paper, &[(&clean(line), Role::Sample)], room) {
            paper.row(row);
        }
    }
    paper.pop_lead();
}

/// The lines of a text in a language, broken to `room` columns.
pub fn rows(paper: &Paper<'_>, language: &str, text: &str, room: usize) -> Vec<Vec<Piece>> {
    let colours = colours(paper.app, language, text);
    let mut out = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let spans = colours.and_then(|c| c.get(index)).map_or(&[][..], Vec::as_slice);
        let pieces = coloured(line, spans);
        let cleaned: Vec<_> = pieces.iter().map(|(t, role)| (clean(t), *role)).collect();
        let pieces: Vec<_> = cleaned.iter().map(|(t, role)| (t.as_ref(), *role)).collect();
        out.extend(carried(paper, &pieces, room));
    }
    out
}

fn colours<'a>(app: &'a App, language: &str, text: &str) -> Option<&'a Vec<Vec<(usize, Token)>>> {
    if app.highlights.is_empty() {
        return None;
    }
    match app.highlights.get(&(language.to_owned(), text.to_owned())) {
        Some(Highlight::Done(lines)) => Some(lines),
        Some(Highlight::Asked) | None => None,
    }
}

/// Cuts a line at the ends of its coloured pieces; what they do not cover is plain.
fn coloured<'t>(line: &'t str, spans: &[(usize, Token)]) -> Vec<(&'t str, Role)> {
    let mut out = Vec::with_capacity(spans.len() + 1);
    let mut at = 0;
    for (bytes, token) in spans {
        let end = (at + bytes).min(line.len());
        let Some(piece) = line.get(at..end) else { break };
        if !piece.is_empty() {
            out.push((piece, Role::Code(*token)));
        }
        at = end;
    }
    if let Some(rest) = line.get(at..).filter(|r| !r.is_empty()) {
        out.push((rest, Role::Code(Token::Plain)));
    }
    out
}

/// A line in rows of `room` columns: those that go on begin with a sign.
fn carried(paper: &Paper<'_>, pieces: &[(&str, Role)], room: usize) -> Vec<Vec<Piece>> {
    let sign = format!("{} ", paper.set.wrapped);
    let mut rows = chop(pieces, room, room.saturating_sub(columns(&sign)));
    for row in rows.iter_mut().skip(1) {
        row.insert(0, Piece { text: sign.clone(), role: Role::Line });
    }
    rows
}
