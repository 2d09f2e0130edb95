//! stub
use crate::course::Verdict;
pub fn worse(a: Verdict, b: Verdict) -> bool {
    rank(a) > rank(b)
}
fn rank(v: Verdict) -> u8 {
    match v {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        Verdict::Unknown => 2,
        Verdict::Fail => 3,
    }
}

pub fn hints_first<'a>(hints: impl IntoIterator<Item = &'a crate::course::Hint>, _text: &str) -> Vec<usize> {
    (0..hints.into_iter().count()).collect()
}
