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
