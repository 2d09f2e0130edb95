//! The sheet a page is written on: rows, what stands before each of them, and what is counted along the way.

use std::borrow::Cow;

use crate::app::App;
use crate::course::Chapter;
use crate::course::Inline;
use crate::course::Values;
use crate::layout::MEASURE;
use crate::page::Link;
use crate::page::Page;
use crate::page::Piece;
use crate::page::Role;
use crate::page::Row;
use crate::page::glyphs::Set;
use crate::page::glyphs::set;
use crate::page::wrap::Span;
use crate::page::wrap::chop;
use crate::page::wrap::columns;
use crate::page::wrap::wrap;
use crate::values;

/// The least room that bars and indents leave for text.
const LEAST: usize = 4;

pub struct Paper<'a> {
    pub app: &'a App,
    pub set: &'static Set,
    pub width: usize,
    pub page: Page,
    /// How many tasks the page has so far.
    pub task: usize,
    /// How deep the list is that is being written.
    depth: usize,
    leads: Vec<Lead>,
    lead_width: usize,
    /// What the learner gave, and a sign for what they have not given yet.
    values: Values,
}

/// What stands before the text of each row: a bullet once, a bar always.
struct Lead {
    first: Option<Piece>,
    rest: Piece,
    width: usize,
}

impl<'a> Paper<'a> {
    pub fn new(app: &'a App, chapter: Option<&Chapter>, width: usize) -> Self {
        let set = set(app.appearance.glyphs);
        let values = chapter.map_or_else(Values::new, |c| with_names(app, c, set));
        Self { app, set, width, page: Page::default(), task: 0, depth: 0, leads: Vec::new(), lead_width: 0, values }
    }

    pub fn done(self) -> Page {
        self.page
    }

    /// The columns left for text.
    pub fn room(&self) -> usize {
        self.width.saturating_sub(self.lead_width).max(LEAST)
    }

    /// The columns that prose uses of them.
    pub fn measure(&self) -> usize {
        self.width.min(usize::from(MEASURE)).saturating_sub(self.lead_width).max(LEAST)
    }

    pub fn here(&self) -> usize {
        self.page.rows.len()
    }

    pub fn push_lead(&mut self, first: (&str, Role), rest: (&str, Role)) {
        let width = columns(rest.0);
        let piece = |(text, role): (&str, Role)| Piece { text: text.to_owned(), role };
        if self.lead_width + width + LEAST > self.width {
            // No room to indent any further: the text matters more.
            self.leads.push(Lead { first: None, rest: piece(("", Role::Text)), width: 0 });
            return;
        }
        self.lead_width += width;
        self.leads.push(Lead { first: Some(piece(first)), rest: piece(rest), width });
    }

    /// Begins a list inside what is there; says how many there are around it.
    pub fn deeper(&mut self) -> usize {
        self.depth += 1;
        self.depth - 1
    }

    pub fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// The same before every row.
    pub fn push_bar(&mut self, text: &str, role: Role) {
        self.push_lead((text, role), (text, role));
    }

    pub fn pop_lead(&mut self) {
        if let Some(lead) = self.leads.pop() {
            self.lead_width -= lead.width;
        }
    }

    pub fn row(&mut self, pieces: Vec<Piece>) {
        let mut all = Vec::with_capacity(pieces.len() + self.leads.len());
        for lead in &mut self.leads {
            let piece = lead.first.take().unwrap_or_else(|| lead.rest.clone());
            if !piece.text.is_empty() {
                all.push(piece);
            }
        }
        if all.is_empty() {
            all = pieces;
        } else {
            all.extend(pieces);
        }
        self.page.rows.push(Row { pieces: all });
    }

    /// One row of pieces given as text and role, cut where it is too wide.
    pub fn line(&mut self, pieces: &[(&str, Role)]) {
        let room = self.room();
        if pieces.iter().map(|(t, _)| columns(t)).sum::<usize>() > room {
            let first = chop(pieces, room, room).into_iter().next();
            return self.row(first.unwrap_or_default());
        }
        let pieces = pieces.iter().filter(|(t, _)| !t.is_empty()).map(|(t, role)| Piece { text: (*t).to_owned(), role: *role });
        self.row(pieces.collect());
    }

    /// Paragraphs of prose.
    pub fn flow(&mut self, spans: &[Span<'_>]) {
        let width = self.measure();
        for line in wrap(spans, width) {
            self.row(line);
        }
    }

    pub fn say(&mut self, text: &str, role: Role) {
        self.flow(&[Span::new(text, role)]);
    }

    pub fn inlines(&mut self, inlines: &[Inline], role: Role) {
        let mut spans = Vec::with_capacity(inlines.len());
        let links = self.page.links.len();
        self.spans(inlines, role, &mut spans);
        let from = self.here();
        self.flow(&spans);
        self.find_links(links, from);
    }

    /// The numbers of links since `first` stand in rows from `from` on, in order.
    pub fn find_links(&mut self, first: usize, from: usize) {
        let mut links = self.page.links.iter_mut().skip(first);
        for (index, row) in self.page.rows.iter().enumerate().skip(from) {
            for piece in row.pieces.iter().filter(|p| p.role == Role::LinkNumber && p.text.contains('[')) {
                for _ in 0..piece.text.matches('[').count() {
                    if let Some(link) = links.next() {
                        link.row = index;
                    }
                }
            }
        }
    }

    pub fn spans(&mut self, inlines: &[Inline], role: Role, out: &mut Vec<Span<'static>>) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => out.push(Span::new(self.filled(text).into_owned(), role)),
                Inline::Code(text) => {
                    let role = if role == Role::Link { role } else { Role::InlineCode };
                    out.push(Span::new(self.filled(text).into_owned(), role));
                }
                Inline::Emphasis(inner) => self.spans(inner, emphasised(role), out),
                Inline::Strong(inner) => self.spans(inner, strengthened(role), out),
                Inline::Strike(inner) => self.spans(inner, Role::Strike, out),
                Inline::Link { text, url } => {
                    self.spans(text, Role::Link, out);
                    let number = self.link(url);
                    out.push(Span::new(format!("[{number}]"), Role::LinkNumber));
                }
                Inline::Image { alt, path } => {
                    out.push(Span::new(format!("picture: {alt} "), role));
                    out.push(Span::new(format!("({path})"), Role::Dim));
                }
                Inline::Break => out.push(Span::end()),
            }
        }
    }

    fn link(&mut self, url: &str) -> usize {
        let number = self.page.links.len() + 1;
        let url = self.filled(url).into_owned();
        self.page.links.push(Link { number, url, row: self.here() });
        number
    }

    /// An empty row, unless there is one already or nothing before it.
    pub fn gap(&mut self) {
        let Some(last) = self.page.rows.last() else { return };
        let is_bar = |p: &Piece| p.text.trim().is_empty() || p.role == Role::Line || is_note(p.role);
        if last.pieces.iter().all(is_bar) && last.pieces.iter().all(|p| columns(&p.text) <= 2) {
            return;
        }
        let mut pieces: Vec<Piece> = self.leads.iter().map(|l| l.rest.clone()).filter(|p| !p.text.is_empty()).collect();
        while pieces.last().is_some_and(|p| p.text.trim().is_empty()) {
            pieces.pop();
        }
        self.page.rows.push(Row { pieces });
    }

    /// A rule across the page.
    pub fn rule(&mut self) {
        let line = self.set.line.h.repeat(self.measure());
        self.line(&[(line.as_str(), Role::Line)]);
    }

    /// A text with the learner's values; what they have not given is shown by its name.
    pub fn filled<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.values.is_empty() || !text.contains("{{") {
            return Cow::Borrowed(text);
        }
        match values::fill_plain(text, &self.values) {
            Ok(filled) => Cow::Owned(filled),
            Err(_) => Cow::Borrowed(text),
        }
    }
}

fn with_names(app: &App, chapter: &Chapter, set: &Set) -> Values {
    let mut all = app.progress.values(&chapter.slug).clone();
    for value in &chapter.values {
        all.entry(value.name.clone()).or_insert_with(|| format!("{}{}{}", set.name[0], value.name, set.name[1]));
    }
    all
}

fn is_note(role: Role) -> bool {
    matches!(role, Role::Note | Role::Tip | Role::Important | Role::Warning | Role::Caution)
}

fn emphasised(role: Role) -> Role {
    match role {
        Role::Text => Role::Emphasis,
        Role::Strong => Role::StrongEmphasis,
        other => other,
    }
}

fn strengthened(role: Role) -> Role {
    match role {
        Role::Text => Role::Strong,
        Role::Emphasis => Role::StrongEmphasis,
        other => other,
    }
}
