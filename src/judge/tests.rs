use super::*;
use crate::course::Shell;

fn check(expect: Option<Expect>) -> Check {
    Check { expect, ..Check::of(Look::Ask { shell: Shell::Sh, text: "x".into(), exits: 0 }) }
}

#[track_caller]
fn judged(expect: Expect, seen: &str, verdict: Verdict, tells: &str) {
    let answer = judge(&check(Some(expect)), seen);
    assert_eq!((answer.verdict, answer.seen.as_str()), (verdict, tells));
}

#[test]
fn equals_ignores_white_space_at_the_end_only() {
    let want = || Expect::Equals("Enabled".into());
    judged(want(), "Enabled\r\n\r\n", Verdict::Pass, "Enabled");
    judged(want(), " Enabled", Verdict::Fail, "Enabled");
    judged(want(), "EnablePending", Verdict::Fail, "EnablePending");
    judged(want(), "enabled", Verdict::Fail, "enabled");
    judged(want(), "", Verdict::Fail, "nothing");
    judged(Expect::Equals("a\nb\n".into()), "a\r\nb", Verdict::Pass, "a | b");
}

#[test]
fn what_is_unmet_in_a_part_is_not_known() {
    let seen = |expect, warn| {
        let answer = part(&Check { warn, ..check(expect) }, "first\n", 64 * 1024);
        (answer.verdict, answer.seen)
    };
    let contains = |text: &str| Some(Expect::Contains(text.into()));
    let more = (Verdict::Unknown, "it printed more than 64 KiB: let it print less".to_owned());
    assert_eq!(seen(contains("last"), false), more);
    assert_eq!(seen(contains("last"), true), more);
    assert_eq!(seen(contains("first"), false), (Verdict::Pass, "first".into()));
    assert_eq!(seen(None, false), (Verdict::Pass, "first".into()));
    let broken = seen(Some(Expect::Matches("(".into())), false);
    assert!(broken.1.contains("not a regular expression"), "{broken:?}");
}

#[test]
fn contains_tells_the_line_that_has_it() {
    judged(
        Expect::Contains("overlay2".into()),
        "Server:\n  Storage Driver: overlay2\nx",
        Verdict::Pass,
        "Storage Driver: overlay2",
    );
    judged(Expect::Contains("overlay2".into()), "a\nb", Verdict::Fail, "a | b");
}

#[test]
fn matches_has_anchors_at_lines() {
    judged(Expect::Matches("^Status: up$".into()), "x\r\nStatus: up\r\ny", Verdict::Pass, "Status: up");
    judged(Expect::Matches("(?-m)^b".into()), "a\nb", Verdict::Fail, "a | b");
    judged(Expect::Matches("^".into()), "", Verdict::Pass, "nothing");
    let answer = judge(&check(Some(Expect::Matches("(".into()))), "x");
    assert_eq!(answer.verdict, Verdict::Unknown);
    assert!(answer.seen.contains("not a regular expression"), "{}", answer.seen);
}

#[test]
fn at_least_takes_the_first_number_with_its_unit() {
    let gib = 1024.0 * 1024.0 * 1024.0;
    judged(
        Expect::AtLeast(20.0),
        "Docker version 20.10.7, build f0df350",
        Verdict::Pass,
        "Docker version 20.10.7, build f0df350",
    );
    judged(Expect::AtLeast(21.0), "20", Verdict::Fail, "20");
    judged(Expect::AtLeast(0.0), "-1", Verdict::Fail, "-1");
    judged(Expect::AtLeast(2.0), "wc-3 lines", Verdict::Pass, "wc-3 lines");
    judged(Expect::AtLeast(1000.0), "1,234 files", Verdict::Pass, "1,234 files");
    judged(Expect::AtLeast(8.0 * gib), "16,384 MiB", Verdict::Pass, "16 GiB");
    judged(Expect::AtLeast(8.0 * gib), "7.96G", Verdict::Fail, "7.9 GiB");
    judged(Expect::AtLeast(8.0 * gib), "17179869184", Verdict::Pass, "16 GiB");
    judged(Expect::AtLeast(1.0), "none", Verdict::Fail, "no number in: none");
    judged(Expect::AtLeast(1.0), "", Verdict::Fail, "nothing");
    assert_eq!(judge(&check(Some(Expect::AtLeast(10.0 * gib))), "1").expected, "at least 10 GiB");
    assert_eq!(judge(&check(Some(Expect::AtLeast(20348.0))), "1").expected, "at least 20348");
}

#[test]
fn sizes_read_as_written() {
    assert_eq!(bytes("10 GiB"), Some(10.0 * 1024.0_f64.powi(3)));
    assert_eq!(bytes("1.5 MB"), Some(1.5e6));
    assert_eq!(bytes("2k"), Some(2048.0));
    assert_eq!(bytes("512"), Some(512.0));
    for no in ["", "GiB", "10 apples", "-3", "1 GiB and more", "x1"] {
        assert_eq!(bytes(no), None, "{no}");
    }
}

#[test]
fn an_exit_status_is_judged_by_what_was_asked() {
    let mut c = check(None);
    assert_eq!(exit(&c, Some(0)).verdict, Verdict::Pass);
    assert_eq!(exit(&c, Some(3)).seen, "exit status 3");
    assert_eq!(exit(&c, Some(3)).verdict, Verdict::Fail);
    assert_eq!(exit(&c, None).verdict, Verdict::Unknown);
    c.look = Look::Exit { of: None, equals: 3 };
    assert_eq!(exit(&c, Some(3)).verdict, Verdict::Pass);
    c.warn = true;
    assert_eq!(exit(&c, Some(0)).verdict, Verdict::Warn);
    assert_eq!(exit(&c, None).verdict, Verdict::Unknown);
    assert_eq!(exit(&c, Some(0)).expected, "exit status 3");
}

#[test]
fn the_worst_verdict_is_the_steps() {
    use Verdict::{Fail, Pass, Unknown, Warn};
    assert_eq!(worst([]), Pass);
    assert_eq!(worst([Pass, Warn, Pass]), Warn);
    assert_eq!(worst([Unknown, Warn]), Unknown);
    assert_eq!(worst([Unknown, Fail, Warn]), Fail);
}

#[test]
fn matching_hints_come_first() {
    let hint = |when: Option<&str>| Hint { when: when.map(Into::into), says: String::new(), action: None, run: None };
    let hints =
        [hint(Some("never")), hint(None), hint(Some("^pipe|docker_engine")), hint(Some("(")), hint(None), hint(Some("engine"))];
    assert_eq!(hints_first(&hints, "open //./pipe/docker_engine"), [2, 5, 1, 4, 0, 3]);
    assert_eq!(hints_first(&hints, ""), [1, 4, 0, 2, 3, 5]);
    assert!(hints_first(&[], "x").is_empty());
}

#[test]
fn what_is_told_is_one_harmless_line() {
    assert_eq!(line("a\tb\n\n  c\r\n"), "a b | c");
    assert_eq!(line("\u{1b}[31mred\u{7}\u{9b}x"), "\u{fffd}[31mred\u{fffd}\u{fffd}x");
    assert_eq!(line("user\u{202e}fdp.exe\u{2066}"), "user\u{fffd}fdp.exe\u{fffd}");
    let long = line(&"ä".repeat(500));
    assert_eq!(long.chars().count(), 120);
    assert!(long.ends_with('…'));
    assert_eq!(line(&"b".repeat(120)), "b".repeat(120));
}

proptest::proptest! {
    #[test]
    fn any_text_can_be_judged(seen in "(?s).{0,200}", want in "(?s).{0,20}", least in proptest::num::f64::ANY) {
        for expect in [Expect::Equals(want.clone()), Expect::Contains(want.clone()), Expect::Matches(want.clone()), Expect::AtLeast(least)] {
            let answer = judge(&check(Some(expect)), &seen);
            for told in [answer.seen, answer.expected] {
                assert!(told.chars().count() <= 120 && !told.chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn numbers_and_sizes_are_read_back(n in 0u32.., text in "[a-z ]{0,9}") {
        proptest::prop_assert_eq!(amount(&format!("{text} {n} x")), Some(f64::from(n)));
        proptest::prop_assert_eq!(bytes(&format!("{n} MiB")), Some(f64::from(n) * 1_048_576.0));
    }
}
