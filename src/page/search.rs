//! Where a text stands in the pages of the chapter. Upper and lower case are one, and a line break is a space.

use crate::app::App;
use crate::layout::MEASURE;
use crate::page::step;

/// Steps and rows of their pages at which the text begins, in order.
pub fn search(app: &App, width: u16, needle: &str) -> Vec<(usize, usize)> {
    let needle = needle.trim().to_lowercase();
    let Some(chapter) = app.chapter() else { return Vec::new() };
    if needle.is_empty() {
        return Vec::new();
    }
    let inner = usize::from(width.saturating_sub(2)).max(4);
    let mut found = Vec::new();
    let mut text = String::with_capacity(usize::from(MEASURE) * 100);
    let mut starts = Vec::new();
    for index in 0..chapter.steps.len() {
        text.clear();
        starts.clear();
        for row in &step::step(app, chapter, index, inner).rows {
            starts.push(text.len());
            text.push_str(row.text().to_lowercase().trim());
            text.push(' ');
        }
        let mut last = None;
        for (at, _) in text.match_indices(&needle) {
            let row = starts.partition_point(|s| *s <= at).saturating_sub(1);
            if last != Some(row) {
                found.push((index, row));
                last = Some(row);
            }
        }
    }
    found
}
