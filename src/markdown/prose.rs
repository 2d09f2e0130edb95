//! Walks the events of pulldown-cmark and makes blocks of prose; the only place that knows that crate.
//!
//! What a fence or a list means to a step is not decided here: `code`, `list` and `heading` hand over the parts.

use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::Alignment;
use pulldown_cmark::BlockQuoteKind;
use pulldown_cmark::CodeBlockKind;
use pulldown_cmark::Event;
use pulldown_cmark::HeadingLevel;
use pulldown_cmark::OffsetIter;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use crate::course::Admonition;
use crate::course::Align;
use crate::course::Block;
use crate::course::Inline;
use crate::course::List;
use crate::course::Table;
use crate::markdown::html;
use crate::markdown::inline;
use crate::markdown::source::Notes;
use crate::markdown::words;

/// Deeper nesting is reported and made flat.
pub(super) const DEEPEST: usize = 32;

/// What stands at the left margin, for the caller to give a meaning.
pub(super) enum Part<'s> {
    Heading(Heading<'s>),
    Fence(Fence<'s>),
    List(Listed),
    Prose(Vec<Block>),
}

pub(super) struct Heading<'s> {
    pub(super) level: u8,
    pub(super) at: usize,
    pub(super) text: Vec<Inline>,
    /// What stands between `{` and `}` at its end.
    pub(super) attributes: Option<(&'s str, usize)>,
    /// Underlined with `---` or `===` rather than begun with `#`.
    pub(super) underlined: bool,
}

/// A code block, with its info string as it was written.
pub(super) struct Fence<'s> {
    pub(super) at: usize,
    pub(super) info: &'s str,
    pub(super) info_at: usize,
    pub(super) body: Body,
}

/// Text gathered from several places of the file.
#[derive(Default)]
pub(super) struct Body {
    pub(super) text: String,
    /// Offsets in `text` and in the file at which the pieces begin.
    pieces: Vec<(usize, usize)>,
}

impl Body {
    fn push(&mut self, text: &str, at: usize) {
        self.pieces.push((self.text.len(), at));
        self.text.push_str(text);
    }

    /// The place in the file of an offset in the text.
    pub(super) fn at(&self, offset: usize) -> usize {
        let piece = self.pieces.partition_point(|(start, _)| *start <= offset);
        piece.checked_sub(1).and_then(|n| self.pieces.get(n)).map_or(0, |(start, at)| at + (offset - start))
    }
}

/// A list; a task list if an item begins with `[ ]`.
pub(super) struct Listed {
    pub(super) list: List,
    /// For each item: where it begins, and whether it is ticked where it has a box.
    pub(super) boxes: Vec<(usize, Option<bool>)>,
}

impl Listed {
    pub(super) fn task_at(&self) -> Option<usize> {
        self.boxes.iter().find(|(_, ticked)| ticked.is_some()).map(|(at, _)| *at)
    }
}

pub(super) struct Walker<'n, 's> {
    pub(super) events: Peekable<OffsetIter<'s>>,
    /// Where the parsed text begins in the file.
    base: usize,
    pub(super) notes: &'n mut Notes<'s>,
    /// The box of the item being read.
    pub(super) ticked: Option<bool>,
    told_deep: bool,
    /// Heading text from here on is attributes.
    pub(super) cut: Option<usize>,
}

impl<'n, 's> Walker<'n, 's> {
    pub(super) fn new(notes: &'n mut Notes<'s>, base: usize) -> Self {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM;
        let events = Parser::new_ext(notes.text().get(base..).unwrap_or_default(), options).into_offset_iter().peekable();
        Walker { events, base, notes, ticked: None, told_deep: false, cut: None }
    }

    pub(super) fn base(&self) -> usize {
        self.base
    }

    pub(super) fn next(&mut self) -> Option<(Event<'s>, Range<usize>)> {
        self.events.next().map(|(event, range)| (event, range.start + self.base..range.end + self.base))
    }

    /// The next thing at the left margin.
    pub(super) fn part(&mut self) -> Option<Part<'s>> {
        let meant = match self.events.peek()? {
            (Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::List(_)) | Event::End(_), _) => self.next()?,
            _ => {
                let mut out = Vec::new();
                self.block(0, &mut out);
                return Some(Part::Prose(out));
            }
        };
        Some(match meant {
            (Event::Start(Tag::Heading { level, .. }), range) => Part::Heading(self.heading(level, range)),
            (Event::Start(Tag::CodeBlock(kind)), range) => Part::Fence(self.code(&kind, range)),
            (Event::Start(Tag::List(start)), _) => Part::List(self.list(start, 1)),
            _ => Part::Prose(Vec::new()),
        })
    }

    /// Blocks up to the end of what has been opened.
    fn blocks(&mut self, depth: usize) -> Vec<Block> {
        let mut out = Vec::new();
        let mut flattened = 0;
        while let Some((event, range)) = self.events.peek() {
            match event {
                Event::End(_) if flattened > 0 => {
                    flattened -= 1;
                    self.next();
                }
                Event::End(_) => {
                    self.next();
                    break;
                }
                Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item) if depth >= DEEPEST => {
                    let at = range.start + self.base;
                    self.too_deep(at);
                    flattened += 1;
                    self.next();
                }
                _ => self.block(depth, &mut out),
            }
        }
        out
    }

    pub(super) fn too_deep(&mut self, at: usize) {
        if !std::mem::replace(&mut self.told_deep, true) {
            self.notes.advise(at, format!("this is nested more than {DEEPEST} deep"), "it is shown flat");
        }
    }

    fn block(&mut self, depth: usize, out: &mut Vec<Block>) {
        let Some((event, _)) = self.events.peek() else { return };
        if inline::is_inline(event) {
            let text = self.inlines();
            if !text.is_empty() {
                out.push(Block::Paragraph(text));
            }
            return;
        }
        let Some((event, range)) = self.next() else { return };
        match event {
            Event::Start(Tag::Paragraph) => {
                let text = self.inlines();
                self.close();
                match <[Inline; 1]>::try_from(text) {
                    Ok([Inline::Image { alt, path }]) => out.push(Block::Image { alt, path }),
                    Ok([one]) => out.push(Block::Paragraph(vec![one])),
                    Err(text) if text.is_empty() => {}
                    Err(text) => out.push(Block::Paragraph(text)),
                }
            }
            Event::Start(Tag::Heading { level, .. }) => {
                let heading = self.heading(level, range);
                self.notes.advise(heading.at, "a heading cannot stand inside a list or a quote", "use bold text");
                out.push(Block::Heading(heading.level.clamp(3, 4), heading.text));
            }
            Event::Start(Tag::BlockQuote(kind)) => {
                let inner = self.blocks(depth + 1);
                out.push(self.quote(kind, inner, range));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let fence = self.code(&kind, range);
                out.push(self.misplaced(fence));
            }
            Event::Start(Tag::HtmlBlock) => self.html_block(out),
            Event::Start(Tag::List(start)) => {
                let listed = self.list(start, depth + 1);
                if let Some(at) = listed.task_at() {
                    self.notes.advise(
                        at,
                        "a task list cannot stand inside another list or a quote",
                        "begin it at the left margin",
                    );
                }
                out.push(Block::List(listed.list));
            }
            Event::Start(Tag::Table(align)) => out.push(Block::Table(self.table(&align))),
            Event::Start(_) => out.extend(self.blocks(depth + 1)),
            Event::Rule => out.push(Block::Rule),
            _ => {}
        }
    }

    /// Takes the end event of what was opened.
    pub(super) fn close(&mut self) {
        if matches!(self.events.peek(), Some((Event::End(_), _))) {
            self.next();
        }
    }

    fn quote(&mut self, kind: Option<BlockQuoteKind>, inner: Vec<Block>, range: Range<usize>) -> Block {
        let kind = match kind {
            Some(BlockQuoteKind::Note) => Admonition::Note,
            Some(BlockQuoteKind::Tip) => Admonition::Tip,
            Some(BlockQuoteKind::Important) => Admonition::Important,
            Some(BlockQuoteKind::Warning) => Admonition::Warning,
            Some(BlockQuoteKind::Caution) => Admonition::Caution,
            None => {
                if let Some(Block::Paragraph(text)) = inner.first()
                    && let Some(Inline::Text(text)) = text.first()
                    && let Some((word, _)) = text.strip_prefix("[!").and_then(|t| t.split_once(']'))
                {
                    let known = ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"];
                    let at = range.start + self.notes.text()[range].find("[!").unwrap_or(0);
                    if known.contains(&word) {
                        self.notes.advise(
                            at,
                            format!("`[!{word}]` must stand alone on its line"),
                            "begin the text on the next line",
                        );
                    } else {
                        self.notes.advise(
                            at,
                            format!("unknown admonition `{}`", words::short(word)),
                            words::instead(word, &known),
                        );
                    }
                }
                return Block::Quote(inner);
            }
        };
        Block::Admonition(kind, inner)
    }

    fn misplaced(&mut self, fence: Fence) -> Block {
        let mut info = fence.info.split_whitespace();
        let language = info.next().unwrap_or_default().to_owned();
        if let Some(kind) = info.next() {
            let what = format!("a `{}` fence cannot stand inside a list or a quote", words::short(kind));
            self.notes.advise(fence.info_at, what, "begin it at the left margin");
        }
        Block::Code { language, text: fence.body.text }
    }

    fn html_block(&mut self, out: &mut Vec<Block>) {
        let mut body = Body::default();
        while let Some((event, range)) = self.next() {
            match event {
                Event::End(TagEnd::HtmlBlock) => break,
                Event::Html(text) | Event::Text(text) => body.push(&text, range.start),
                _ => {}
            }
        }
        if let Some(fault) = html::fault(&body.text) {
            self.notes.advise(body.at(fault.at), fault.what, fault.help);
            let text = self.notes.clean(body.text.trim(), body.at(0)).into_owned();
            if !text.is_empty() {
                out.push(Block::Paragraph(vec![Inline::Text(text)]));
            }
        }
    }

    fn list(&mut self, start: Option<u64>, depth: usize) -> Listed {
        let mut listed = Listed { list: List { start, items: Vec::new() }, boxes: Vec::new() };
        while let Some((event, range)) = self.next() {
            match event {
                Event::Start(_) => {
                    let outer = self.ticked.take();
                    let blocks = self.blocks(depth + 1);
                    listed.list.items.push(blocks);
                    listed.boxes.push((range.start, self.ticked.take()));
                    self.ticked = outer;
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        listed
    }

    fn table(&mut self, align: &[Alignment]) -> Table {
        let align = align
            .iter()
            .map(|a| match a {
                Alignment::None | Alignment::Left => Align::Left,
                Alignment::Center => Align::Centre,
                Alignment::Right => Align::Right,
            })
            .collect();
        let mut table = Table { align, head: Vec::new(), rows: Vec::new() };
        let mut row = Vec::new();
        while let Some((event, _)) = self.next() {
            match event {
                Event::Start(Tag::TableCell) => {
                    row.push(self.inlines());
                    self.close();
                }
                Event::End(TagEnd::TableHead) => table.head = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => table.rows.push(std::mem::take(&mut row)),
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        table
    }

    fn heading(&mut self, level: HeadingLevel, range: Range<usize>) -> Heading<'s> {
        let text = self.notes.text();
        let raw = text.get(range.clone()).unwrap_or_default().trim_end();
        let underlined = !raw.trim_start().starts_with('#');
        let line = if underlined { raw.rsplit_once('\n').map_or(raw, |(above, _)| above.trim_end()) } else { raw };
        let open = line.rfind('{').filter(|open| line.ends_with('}') && !line.ends_with("}}") && !line[..*open].ends_with('\\'));
        let attributes = open.and_then(|open| Some((line.get(open + 1..line.len() - 1)?, range.start + open + 1)));
        self.cut = open.map(|open| range.start + open);
        let mut inner = self.inlines();
        self.cut = None;
        self.close();
        if let Some(Inline::Text(last)) = inner.last_mut() {
            last.truncate(last.trim_end().len());
        }
        Heading { level: level as u8, at: range.start, text: inner, attributes, underlined }
    }

    fn code(&mut self, kind: &CodeBlockKind, range: Range<usize>) -> Fence<'s> {
        let mut body = Body::default();
        let mut end = None;
        while let Some((event, range)) = self.next() {
            match event {
                Event::Text(text) => {
                    body.push(&text, range.start);
                    end = Some(range.end);
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        let text = self.notes.text();
        let raw = text.get(range.clone()).unwrap_or_default();
        let at = range.start + raw.len() - raw.trim_start().len();
        if !kind.is_fenced() {
            return Fence { at, info: "", info_at: at, body: trimmed(body) };
        }
        let line_end = text[at..].find('\n').map_or(text.len(), |n| at + n);
        let line = &text[at..line_end];
        let info = line.trim_start_matches(['`', '~']).trim();
        let info_at = at + line.find(info).unwrap_or(0);
        let tail = text.get(end.unwrap_or(line_end)..range.end.max(line_end)).unwrap_or_default();
        if !tail.contains(if line.starts_with('~') { "~~~" } else { "```" }) {
            self.notes.advise(at, "this fence is never closed", "end it with a line of the same sign, as long as the first");
        }
        Fence { at, info, info_at, body: trimmed(body) }
    }
}

fn trimmed(mut body: Body) -> Body {
    body.text.truncate(body.text.trim_end_matches('\n').len());
    body
}
