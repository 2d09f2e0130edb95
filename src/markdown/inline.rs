//! Text inside a block: emphasis, code, links and images.

use pulldown_cmark::Event;
use pulldown_cmark::LinkType;
use pulldown_cmark::Tag;

use crate::course::Inline;
use crate::markdown::html;
use crate::markdown::prose::DEEPEST;
use crate::markdown::prose::Walker;
use crate::markdown::source::Notes;

/// Whether an event belongs inside a block of text.
pub(super) fn is_inline(event: &Event) -> bool {
    match event {
        Event::Start(tag) => is_inline_tag(tag),
        Event::Text(_)
        | Event::Code(_)
        | Event::InlineMath(_)
        | Event::DisplayMath(_)
        | Event::InlineHtml(_)
        | Event::FootnoteReference(_)
        | Event::SoftBreak
        | Event::HardBreak
        | Event::TaskListMarker(_) => true,
        Event::End(_) | Event::Html(_) | Event::Rule => false,
    }
}

fn is_inline_tag(tag: &Tag) -> bool {
    match tag {
        Tag::Emphasis
        | Tag::Strong
        | Tag::Strikethrough
        | Tag::Superscript
        | Tag::Subscript
        | Tag::Link { .. }
        | Tag::Image { .. } => true,
        Tag::Paragraph
        | Tag::Heading { .. }
        | Tag::BlockQuote(_)
        | Tag::CodeBlock(_)
        | Tag::HtmlBlock
        | Tag::List(_)
        | Tag::Item
        | Tag::FootnoteDefinition(_)
        | Tag::DefinitionList
        | Tag::DefinitionListTitle
        | Tag::DefinitionListDefinition
        | Tag::Table(_)
        | Tag::TableHead
        | Tag::TableRow
        | Tag::TableCell
        | Tag::MetadataBlock(_) => false,
    }
}

/// The words alone.
pub(super) fn plain(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Strike(inner) | Inline::Link { text: inner, .. } => {
                out.push_str(&plain(inner));
            }
            Inline::Image { alt, .. } => out.push_str(alt),
            Inline::Break => out.push(' '),
        }
    }
    out
}

impl Walker<'_, '_> {
    /// The text up to what is not text, which stays.
    pub(super) fn inlines(&mut self) -> Vec<Inline> {
        let mut out = Vec::new();
        let start = self.events.peek().map(|(_, range)| range.start);
        let end = self.inline_until(0, &mut out);
        if let (Some(start), Some(end)) = (start, end) {
            let base = self.base();
            self.notes.uses_in(start + base..self.cut.unwrap_or(end).min(end));
        }
        out
    }

    /// Fills `out` up to the first event that closes what is open; gives the end of the last event taken.
    fn inline_until(&mut self, depth: usize, out: &mut Vec<Inline>) -> Option<usize> {
        let mut flattened = 0;
        let mut end = None;
        while let Some((event, _)) = self.events.peek() {
            let closes = flattened > 0 && matches!(event, Event::End(_));
            if !closes && !is_inline(event) {
                break;
            }
            let (event, range) = self.next()?;
            end = end.max(Some(range.end));
            if self.cut.is_some_and(|cut| range.start >= cut) && !matches!(event, Event::Start(_) | Event::End(_)) {
                continue;
            }
            match event {
                Event::Text(text) => {
                    let text = match self.cut {
                        Some(cut) if range.end > cut => text.get(..cut - range.start).unwrap_or(&text),
                        _ => &text,
                    };
                    push(out, &self.notes.clean(text, range.start));
                }
                Event::Code(text) => {
                    let text = self.notes.clean(&*text, range.start).into_owned();
                    out.push(Inline::Code(text));
                }
                Event::InlineHtml(text) => {
                    if let Some(fault) = html::fault(&text) {
                        self.notes.advise(range.start + fault.at, fault.what, fault.help);
                        push(out, &text);
                    }
                }
                Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => push(out, &text),
                Event::SoftBreak => push(out, " "),
                Event::HardBreak => out.push(Inline::Break),
                Event::TaskListMarker(ticked) => self.ticked = Some(ticked),
                Event::Start(_) if depth >= DEEPEST => {
                    self.too_deep(range.start);
                    flattened += 1;
                }
                Event::Start(tag) => {
                    let mut inner = Vec::new();
                    self.inline_until(depth + 1, &mut inner);
                    self.close();
                    let inline = wrapped(self.notes, tag, inner, range);
                    out.push(inline);
                }
                Event::End(_) => flattened -= 1,
                Event::Html(_) | Event::Rule => {}
            }
        }
        end
    }
}

fn push(out: &mut Vec<Inline>, text: &str) {
    match out.last_mut() {
        Some(Inline::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => out.push(Inline::Text(text.to_owned())),
    }
}

fn wrapped(notes: &mut Notes, tag: Tag, inner: Vec<Inline>, range: std::ops::Range<usize>) -> Inline {
    match tag {
        Tag::Emphasis => Inline::Emphasis(inner),
        Tag::Strong => Inline::Strong(inner),
        Tag::Link { link_type, dest_url, .. } => {
            let raw = notes.text().get(range.clone()).unwrap_or_default();
            let at = range.start + raw.rfind(&*dest_url).unwrap_or(0);
            let url = if link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.to_string() };
            if let Some(why) = html::bad_link(&url) {
                notes.report(at, why);
                return Inline::Link { text: inner, url: String::new() };
            }
            if let Some(id) = url.strip_prefix('#') {
                notes.anchors.push((id.to_owned(), at));
            }
            Inline::Link { text: inner, url: notes.clean(url, at).into_owned() }
        }
        Tag::Image { dest_url, .. } => {
            let raw = notes.text().get(range.clone()).unwrap_or_default();
            let at = range.start + raw.rfind(&*dest_url).unwrap_or(0);
            let alt = plain(&inner);
            if alt.trim().is_empty() {
                notes.advise(
                    range.start,
                    "this image has no alt text",
                    "write the sentence that replaces the picture between `[` and `]`",
                );
            }
            match html::bad_image(&dest_url) {
                Some(why) => {
                    notes.report(at, why);
                    Inline::Image { alt, path: String::new() }
                }
                None => Inline::Image { alt, path: notes.clean(&*dest_url, at).into_owned() },
            }
        }
        _ => Inline::Strike(inner),
    }
}
