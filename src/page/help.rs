//! All keys, from the table that decides what they mean.

use crate::app::App;
use crate::keymap;
use crate::keymap::Where;
use crate::page::Piece;
use crate::page::Role;
use crate::page::Row;
use crate::page::paper::Paper;
use crate::page::wrap::columns;

/// From this many columns on there are two columns of keys.
const TWO: usize = 100;
const KEYS: usize = 13;

pub fn help(app: &App, width: usize) -> Vec<Row> {
    if width < TWO {
        let mut rows = list(app, &[Where::Guide, Where::Terminal], width);
        rows.push(Row::default());
        rows.extend(list(app, &[Where::Home, Where::Dialog, Where::Typing], width));
        return rows;
    }
    let half = (width - 3) / 2;
    let left = list(app, &[Where::Guide], half);
    let right = list(app, &[Where::Terminal, Where::Home, Where::Dialog, Where::Typing], half);
    beside(left, right, half)
}

fn list(app: &App, wheres: &[Where], width: usize) -> Vec<Row> {
    let mut paper = Paper::new(app, None, width);
    for at in wheres {
        paper.gap();
        paper.say(at.title(), Role::Heading);
        for (keys, help) in keymap::rows(app, *at) {
            let lead = format!("{keys:<KEYS$} ");
            let indent = " ".repeat(columns(&lead));
            paper.push_lead((&lead, Role::Key), (&indent, Role::Text));
            paper.say(help, Role::Text);
            paper.pop_lead();
        }
    }
    paper.done().rows
}

fn beside(left: Vec<Row>, right: Vec<Row>, half: usize) -> Vec<Row> {
    let count = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    (0..count)
        .map(|_| {
            let mut row = left.next().unwrap_or_default();
            let free = (half + 3).saturating_sub(row.width());
            row.pieces.push(Piece { text: " ".repeat(free), role: Role::Text });
            row.pieces.extend(right.next().unwrap_or_default().pieces);
            row
        })
        .collect()
}
