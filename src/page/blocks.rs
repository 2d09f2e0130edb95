//! The blocks of prose, each as rows. What Enter acts on, and checks, are drawn by `step`.

use crate::course::Admonition;
use crate::course::Block;
use crate::course::List;
use crate::page::Role;
use crate::page::code;
use crate::page::paper::Paper;
use crate::page::table;
use crate::page::wrap::Span;
use crate::page::wrap::columns;

/// Blocks one below the other, with air between them.
pub fn blocks(paper: &mut Paper<'_>, blocks: &[Block]) {
    let mut first = true;
    for b in blocks.iter().filter(|b| is_shown(b)) {
        if !first {
            paper.gap();
        }
        first = false;
        block(paper, b);
    }
}

/// Whether a block takes part in the prose.
fn is_shown(block: &Block) -> bool {
    !matches!(block, Block::Undo(_) | Block::Check(_) | Block::Need(_) | Block::Hint(_))
}

pub fn block(paper: &mut Paper<'_>, block: &Block) {
    match block {
        Block::Heading(level, inlines) => {
            let role = if *level <= 3 { Role::Heading } else { Role::Strong };
            paper.inlines(inlines, role);
        }
        Block::Paragraph(inlines) => paper.inlines(inlines, Role::Text),
        Block::List(items) => list(paper, items),
        Block::Quote(inner) => {
            let bar = format!("{} ", paper.set.line.v);
            paper.push_bar(&bar, Role::Line);
            blocks(paper, inner);
            paper.pop_lead();
        }
        Block::Admonition(kind, inner) => admonition(paper, *kind, inner),
        Block::Table(t) => table::table(paper, t),
        Block::Code { language, text } => code::code(paper, language, text),
        Block::Sample { text, .. } => code::sample(paper, text),
        Block::Image { alt, path } => {
            paper.flow(&[Span::new(format!("picture: {alt} "), Role::Emphasis), Span::new(format!("({path})"), Role::Dim)]);
        }
        Block::Rule => paper.rule(),
        Block::Tasks(tasks) => {
            for task in tasks {
                let mark = format!("{} ", paper.set.todo);
                paper.push_lead((&mark, Role::Bullet), ("  ", Role::Text));
                blocks(paper, &task.blocks);
                paper.pop_lead();
            }
        }
        // Below another block it is only shown.
        Block::Command(c) => {
            if let Some(v) = c.variants.first() {
                code::code(paper, v.language.name(), &v.text);
            }
        }
        Block::Undo(_) | Block::Check(_) | Block::Need(_) | Block::Hint(_) => {}
    }
}

fn list(paper: &mut Paper<'_>, list: &List) {
    let airy = list.items.iter().any(|item| item.len() > 1 && !matches!(item.get(1), Some(Block::List(_))));
    let digits = list.start.map_or(0, |s| (s + list.items.len() as u64).saturating_sub(1).to_string().len());
    let depth = paper.deeper();
    for (index, item) in list.items.iter().enumerate() {
        if airy && index > 0 {
            paper.gap();
        }
        let mark = match list.start {
            Some(start) => format!("{:>digits$}. ", start + index as u64),
            None => format!("{} ", paper.set.bullets[depth % 3]),
        };
        let indent = " ".repeat(columns(&mark));
        paper.push_lead((&mark, Role::Bullet), (&indent, Role::Text));
        blocks_in_item(paper, item, airy);
        paper.pop_lead();
    }
    paper.shallower();
}

fn blocks_in_item(paper: &mut Paper<'_>, item: &[Block], airy: bool) {
    if airy {
        blocks(paper, item);
    } else {
        item.iter().for_each(|b| block(paper, b));
    }
}

fn admonition(paper: &mut Paper<'_>, kind: Admonition, inner: &[Block]) {
    let (word, role) = match kind {
        Admonition::Note => ("Note", Role::Note),
        Admonition::Tip => ("Tip", Role::Tip),
        Admonition::Important => ("Important", Role::Important),
        Admonition::Warning => ("Warning", Role::Warning),
        Admonition::Caution => ("Caution", Role::Caution),
    };
    let bar = format!("{} ", paper.set.note_bar);
    paper.push_bar(&bar, role);
    paper.line(&[(word, role)]);
    blocks(paper, inner);
    paper.pop_lead();
}
