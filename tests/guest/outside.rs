//! The companion outside: it reaches the machine by ssh and stays while that restarts.

use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use crate::archive::Archive;
use crate::bed;
use crate::bed::Bed;
use crate::bed::Power;
use crate::course;
use crate::course::RESTART;
use crate::learner::Learner;
use crate::learner::Told;

/// Enough for one restart on a busy machine.
const LONG: Duration = Duration::from_secs(120);

fn course_in(bed: &Bed, steps: &[String]) -> PathBuf {
    let folder = bed.folder().join("course");
    course::written(&folder, steps);
    folder
}

fn three(how: &str) -> [String; 3] {
    [course::plain("before"), course::restart("middle", how), course::plain("after")]
}

fn log(bed: &Bed) -> Vec<String> {
    bed.ask("cat /state/log").lines().map(Into::into).collect()
}

/// A run that went through: every step green, in the boots the machine itself tells of, and no word of a return that was none.
fn went_through(told: &Told, bed: &Bed, was: &str) {
    assert_eq!(told.exit, Some(0), "{}", told.all);
    assert_eq!(told.verdicts(), [("before", "pass"), ("middle", "pass"), ("after", "pass")], "{}", told.all);
    let now = bed.boot();
    assert_ne!(was, now, "it has not restarted");
    let lines = [format!("before {was}"), format!("middle {was}"), format!("after {now}")];
    assert_eq!(log(bed), lines, "each once, in its boot: {}", told.all);
    assert_eq!(bed::boots(&bed.console()), [was, &now], "one restart and no more");
    let phases = told.phases();
    assert_eq!(phases.first(), Some(&"armed"), "{}", told.all);
    assert_eq!(phases.iter().filter(|p| **p == "back").count(), 1, "{}", told.all);
    assert!(!phases.contains(&"postponed") && !phases.contains(&"late"), "{}", told.all);
    // Every boot that is named is one the machine was in.
    for id in told.lines.iter().filter(|l| l.is("restart")).flat_map(|l| identifiers(&l.value.to_string())) {
        assert!(id == was || id == now, "{id} is no boot of this machine: {}", told.all);
    }
}

/// Everything that looks like Linux' boot id.
fn identifiers(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    words.filter(|w| w.len() == 36 && w.matches('-').count() == 4).map(Into::into).collect()
}

#[test]
fn a_restart_is_waited_for_and_the_run_goes_on_by_itself() {
    let Some((image, _alone)) = bed::image() else { return };
    let mut bed = Bed::new(&image, Archive::default());
    let course = course_in(&bed, &three(RESTART));
    bed.on(Power::Plain);
    bed.wait_up();
    let was = bed.boot();
    let told = Learner::start(&bed, &course, &[]).wait(LONG);
    went_through(&told, &bed, &was);
}

#[test]
fn a_machine_that_never_returns_is_given_up_and_the_same_line_goes_on_once_it_is_there() {
    let Some((image, _alone)) = bed::image() else { return };
    let mut bed = Bed::new(&image, Archive::default());
    let course = course_in(&bed, &three(RESTART));
    bed.on(Power::NeverReturns);
    bed.wait_up();
    let was = bed.boot();
    let begun = Instant::now();
    let told = Learner::start(&bed, &course, &["--patience", "15s"]).wait(LONG);
    assert_eq!(told.exit, Some(3), "{}", told.all);
    assert!(begun.elapsed() > Duration::from_secs(15), "it did not wait: {}", told.all);
    assert_eq!(told.phases().last(), Some(&"late"), "{}", told.all);
    assert!(!told.phases().contains(&"back"), "a port that accepts is no machine that is back: {}", told.all);
    assert!(told.passed("middle").is_none() && told.typed("after") == 0, "{}", told.all);
    assert!(told.all.contains(r#""step":"middle","verdict":"unknown"}"#), "{}", told.all);
    bed.cut();
    bed.on(Power::Plain);
    bed.wait_up();
    let told = Learner::start(&bed, &course, &[]).wait(LONG);
    assert_eq!(told.exit, Some(0), "{}", told.all);
    assert_eq!(told.typed("before") + told.typed("middle"), 0, "nothing done is run again: {}", told.all);
    assert!(told.passed("middle").is_some() && told.passed("after").is_some(), "{}", told.all);
    let now = bed.boot();
    assert_eq!(log(&bed), [format!("before {was}"), format!("middle {was}"), format!("after {now}")]);
}

#[test]
fn a_machine_that_does_not_restart_is_not_taken_for_one_that_is_back() {
    let Some((image, _alone)) = bed::image() else { return };
    let mut bed = Bed::new(&image, Archive::default());
    let course = course_in(&bed, &three("true"));
    bed.on(Power::Plain);
    bed.wait_up();
    let was = bed.boot();
    let told = Learner::start(&bed, &course, &["--patience", "15s"]).wait(LONG);
    assert_eq!(told.exit, Some(3), "{}", told.all);
    assert!(told.phases().contains(&"postponed") && !told.phases().contains(&"back"), "{}", told.all);
    assert!(told.passed("middle").is_none() && told.typed("after") == 0, "{}", told.all);
    assert_eq!(bed.boot(), was);
    // By hand, a week later.
    bed.cut();
    bed.on(Power::Plain);
    bed.wait_up();
    let told = Learner::start(&bed, &course, &[]).wait(LONG);
    assert_eq!(told.exit, Some(0), "{}", told.all);
    assert_eq!(told.typed("middle"), 0, "{}", told.all);
    assert_eq!(log(&bed), [format!("before {was}"), format!("middle {was}"), format!("after {}", bed.boot())]);
}

#[test]
fn a_clock_that_is_an_hour_off_after_the_restart_changes_nothing() {
    let Some((image, _alone)) = bed::image() else { return };
    for off in [3600, -3600] {
        let mut bed = Bed::new(&image, Archive::default());
        let course = course_in(&bed, &three(RESTART));
        bed.on(Power::Off);
        bed.wait_up();
        let (was, then) = (bed.boot(), clock(&bed));
        let learner = Learner::start(&bed, &course, &[]);
        bed.wait_off(LONG);
        bed.on(Power::Clock(off));
        let told = learner.wait(LONG);
        let stepped = clock(&bed) - then;
        assert!((stepped - off).abs() < 600, "its clock went {stepped} s");
        went_through(&told, &bed, &was);
    }
}

fn clock(bed: &Bed) -> i64 {
    bed.ask("date +%s").parse().expect("a number")
}

/// The figures: from ssh's banner after a restart to the green step, over twenty restarts of one run.
#[test]
#[ignore = "the long form, some five minutes: cargo test --test guest -- --ignored --nocapture"]
fn twenty_restarts_in_a_row() {
    const TIMES: usize = 20;
    let Some((image, _alone)) = bed::image() else { return };
    let mut bed = Bed::new(&image, Archive::default());
    let names: Vec<String> = (1..=TIMES).map(|n| format!("restart-{n}")).collect();
    let steps: Vec<String> = names.iter().map(|name| course::restart(name, RESTART)).collect();
    let course = course_in(&bed, &steps);
    bed.on(Power::Plain);
    bed.wait_up();
    let answering = std::thread::spawn({
        let (console, port) = (bed.watcher(), bed.port);
        move || (1..=TIMES).map_while(|boot| first_banner(&console, boot, port)).collect::<Vec<_>>()
    });
    let told = Learner::start(&bed, &course, &[]).wait(LONG * TIMES as u32);
    assert_eq!(told.exit, Some(0), "{}", told.all);
    let boots = bed::boots(&bed.console());
    assert_eq!(boots.len(), TIMES + 1, "one boot for each restart: {}", told.all);
    assert_eq!(bed.boot(), boots[TIMES]);
    let log: Vec<String> = names.iter().zip(&boots).map(|(name, boot)| format!("{name} {boot}")).collect();
    assert_eq!(self::log(&bed), log, "each restart in the boot that the one before brought");
    assert_eq!(told.phases().iter().filter(|p| **p == "back").count(), TIMES, "{}", told.all);
    let answering = answering.join().expect("the poller");
    assert_eq!(answering.len(), TIMES);
    let mut took = Vec::new();
    for (name, answered) in names.iter().zip(answering) {
        let green = told.passed(name).expect("it passed");
        assert!(green > answered, "{name} was green before ssh answered: {}", told.all);
        took.push((green - answered).as_secs_f64());
    }
    eprintln!("each: {took:.2?}");
    took.sort_by(f64::total_cmp);
    let median = (took[TIMES / 2 - 1] + took[TIMES / 2]) / 2.0;
    eprintln!(
        "from ssh's banner to the green step, {TIMES} restarts: median {median:.1} s, min {:.1} s, max {:.1} s",
        took[0],
        took[TIMES - 1]
    );
}

/// When ssh first answers in that boot, counted from 0. Asked every 100 ms, but not before the boot has begun: each question is work for the
/// machine. None where the boot does not come.
fn first_banner(console: &impl Fn() -> String, boot: usize, port: u16) -> Option<Instant> {
    let until = Instant::now() + LONG;
    while bed::boots(&console()).len() <= boot {
        if Instant::now() > until {
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    while Instant::now() < until {
        if bed::banner(port, Duration::from_millis(500)) {
            return Some(Instant::now());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}
