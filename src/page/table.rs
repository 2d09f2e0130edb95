//! Tables: columns as wide as they need, cells broken inside them; where that cannot fit, a list of "head: cell".

use crate::course::Align;
use crate::course::Inline;
use crate::course::Table;
use crate::page::Piece;
use crate::page::Role;
use crate::page::paper::Paper;
use crate::page::wrap::Span;
use crate::page::wrap::columns;
use crate::page::wrap::push;
use crate::page::wrap::wrap;

/// A column is not made narrower than this for a word that could be broken.
const WORD: usize = 14;

type Cell = Vec<Span<'static>>;

pub fn table(paper: &mut Paper<'_>, table: &Table) {
    let count = table.rows.iter().map(Vec::len).chain([table.head.len()]).max().unwrap_or(0);
    if count == 0 {
        return;
    }
    let links = paper.page.links.len();
    let from = paper.here();
    let mut cells = |row: &[Vec<Inline>], role: Role| -> Vec<Cell> {
        let mut cells: Vec<Cell> = row
            .iter()
            .map(|inlines| {
                let mut spans = Vec::new();
                paper.spans(inlines, role, &mut spans);
                spans
            })
            .collect();
        cells.resize_with(count, Vec::new);
        cells
    };
    let head = cells(&table.head, Role::TableHead);
    let rows: Vec<Vec<Cell>> = table.rows.iter().map(|r| cells(r, Role::Text)).collect();
    match widths(&head, &rows, paper.room()) {
        Some(widths) => grid(paper, table, &widths, &head, &rows),
        None => list(paper, &head, &rows),
    }
    paper.find_links(links, from);
}

/// How wide each column becomes, or nothing where they cannot stand side by side.
fn widths(head: &[Cell], rows: &[Vec<Cell>], room: usize) -> Option<Vec<usize>> {
    let count = head.len();
    let room = room.checked_sub(3 * (count - 1))?;
    let mut least = vec![1; count];
    let mut full = vec![1; count];
    for row in rows.iter().map(Vec::as_slice).chain([head]) {
        for (i, cell) in row.iter().enumerate() {
            let (word, line) = measure(cell);
            least[i] = least[i].max(word.min(WORD));
            full[i] = full[i].max(line);
        }
    }
    if full.iter().sum::<usize>() <= room {
        return Some(full);
    }
    let needed: usize = least.iter().sum();
    if needed > room {
        return None;
    }
    // Those that want little get it all; the others share what is left by what they want.
    let wanted: usize = full.iter().zip(&least).map(|(f, l)| f - l.min(f)).sum();
    let spare = room - needed;
    let mut out: Vec<usize> = full.iter().zip(&least).map(|(f, l)| l + (f - l.min(f)) * spare / wanted.max(1)).collect();
    let mut left = room - out.iter().sum::<usize>();
    for (width, full) in out.iter_mut().zip(&full) {
        let more = left.min(full.saturating_sub(*width));
        *width += more;
        left -= more;
    }
    Some(out)
}

/// The widest word and the widest line of a cell.
fn measure(cell: &Cell) -> (usize, usize) {
    let (mut word, mut line, mut widest_word, mut widest) = (0, 0, 0, 0);
    for span in cell {
        if span.end {
            widest = widest.max(line);
            (word, line) = (0, 0);
            continue;
        }
        for (index, part) in span.text.split(' ').enumerate() {
            if index > 0 {
                word = 0;
                line += 1;
            }
            let wide = columns(part);
            word += wide;
            line += wide;
            widest_word = widest_word.max(word);
        }
    }
    (widest_word, widest.max(line))
}

fn grid(paper: &mut Paper<'_>, table: &Table, widths: &[usize], head: &[Cell], rows: &[Vec<Cell>]) {
    let lines = &paper.set.line;
    let rule =
        |sign: &str| widths.iter().map(|w| lines.h.repeat(*w)).collect::<Vec<_>>().join(&format!("{}{sign}{}", lines.h, lines.h));
    let (heavy, bar) = (rule(lines.cross), format!(" {} ", lines.v));
    if head.iter().any(|c| !c.is_empty()) {
        band(paper, table, widths, head, &bar);
        paper.line(&[(&heavy, Role::Line)]);
    }
    let mut tall = false;
    for (index, row) in rows.iter().enumerate() {
        // Where cells take several rows, a thin line tells where the next begins.
        if index > 0 && tall {
            paper.line(&[(&heavy, Role::Line)]);
        }
        tall |= band(paper, table, widths, row, &bar) > 1;
    }
}

/// One row of the table; says how many rows of the page it took.
fn band(paper: &mut Paper<'_>, table: &Table, widths: &[usize], cells: &[Cell], bar: &str) -> usize {
    let broken: Vec<Vec<Vec<Piece>>> = cells.iter().zip(widths).map(|(c, w)| wrap(c, *w)).collect();
    let height = broken.iter().map(Vec::len).max().unwrap_or(0).max(1);
    for line in 0..height {
        let mut row = Vec::new();
        for (i, (cell, width)) in broken.iter().zip(widths).enumerate() {
            if i > 0 {
                push(&mut row, bar, Role::Line);
            }
            let pieces = cell.get(line).map_or(&[][..], Vec::as_slice);
            let used: usize = pieces.iter().map(|p| columns(&p.text)).sum();
            let free = width.saturating_sub(used);
            let before = match table.align.get(i).unwrap_or(&Align::Left) {
                Align::Left => 0,
                Align::Centre => free / 2,
                Align::Right => free,
            };
            let after = if i + 1 == widths.len() { 0 } else { free - before };
            for (count, piece) in [(before, None)].into_iter().chain(pieces.iter().map(|p| (0, Some(p)))).chain([(after, None)]) {
                match piece {
                    Some(piece) => push(&mut row, &piece.text, piece.role),
                    None if count > 0 => push(&mut row, &" ".repeat(count), Role::Text),
                    None => {}
                }
            }
        }
        paper.row(row);
    }
    height
}

fn list(paper: &mut Paper<'_>, head: &[Cell], rows: &[Vec<Cell>]) {
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            paper.gap();
        }
        for (name, cell) in head.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let mut spans: Cell = name.clone();
            if !spans.is_empty() {
                spans.push(Span::new(": ", Role::TableHead));
            }
            spans.extend(cell.iter().cloned());
            paper.flow(&spans);
        }
    }
}
