//! A course with one of every mistake: each is found at its place, none is missing and none is made up.

use std::path::Path;

#[test]
fn every_mistake_is_found_at_its_place() {
    let dir = Path::new("tests/fixtures/mistakes");
    let (course, problems) = wci::content::load(dir).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(course.chapters.len(), 9, "a chapter with mistakes is still a chapter");
    insta::assert_snapshot!(wci::lint::report(&problems));
    let shown = format!("{course:?}");
    assert!(!shown.contains("\\u{1b}") && !shown.contains('\u{202e}'), "hidden characters are left out");
}
