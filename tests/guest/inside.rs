//! The companion on the machine itself: it goes down with it, and what runs at each boot goes on where it was, also after a power cut.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::archive::Archive;
use crate::bed;
use crate::bed::Bed;
use crate::bed::Power;
use crate::course;
use crate::course::RESTART;

const LONG: Duration = Duration::from_secs(180);

/// What the machine does at each boot.
const TASK: &str = r#"#!/bin/sh
export HOME=/root PATH=/usr/bin:/bin:/usr/sbin:/sbin WCI_SHELL=bash
wci() { /opt/wci "$@" --content /opt/course --state /state/wci; }
run() {
    { wci run demo --trust --vm here --yes --format json; echo $? >/tmp/code; } | tee /tmp/told
    code=$(cat /tmp/code)
}
[ ! -e /state/wci ] || wci status
echo "wci-guest: run"
run
# The power went before the command that restarts had done all it was to do: that is said, and a person has it done again.
if [ "$code" = 1 ] && grep -q '"phase":"unmet"' /tmp/told; then
    echo "wci-guest: once more"
    run
fi
echo "wci-guest: ended $code"
[ $code = 0 ] || exit
sed 's/^/wci-guest: log /' /state/log
echo "wci-guest: all done"
"#;

const DONE: &str = "wci-guest: all done";

/// The wci under test with its libraries, the course and the task.
fn luggage(steps: &[String]) -> Archive {
    let folder = tempfile::tempdir().expect("a folder");
    let wci = folder.path().join("wci");
    let built = Path::new(env!("CARGO_BIN_EXE_wci"));
    let stripped = Command::new("strip").arg("-o").args([wci.as_path(), built]).status().expect("strip runs");
    assert!(stripped.success());
    let named = Command::new("ldd").arg(built).output().expect("ldd runs");
    let named = String::from_utf8_lossy(&named.stdout).into_owned();
    let mut all = Archive::default();
    for library in named.split_whitespace().filter(|word| word.starts_with('/')) {
        all.copy(Path::new(library)).expect("a library");
    }
    let (course, chapter) = course::written(folder.path(), steps);
    all.folder("opt", 0o755);
    all.folder("opt/course", 0o755);
    all.file("opt/wci", 0o755, &std::fs::read(wci).expect("wci"));
    all.file("opt/course/course.md", 0o644, course.as_bytes());
    all.file("opt/course/01-demo.md", 0o644, chapter.as_bytes());
    all.file("etc/task", 0o755, TASK.as_bytes());
    all
}

/// When the console says it.
fn when(bed: &mut Bed, what: &str) -> Instant {
    let seen = wait(bed, |console| console.contains(what));
    seen.unwrap_or_else(|| panic!("the console never says {what}:\n{}", bed.console()))
}

/// Until the console satisfies. None if it does not, or if wci has given up on that boot: the machine has nothing more to do then.
fn wait(bed: &mut Bed, satisfied: impl Fn(&str) -> bool) -> Option<Instant> {
    let seen = bed.wait_for(LONG, |console| match satisfied(console) {
        true => Some(Some(Instant::now())),
        false => console.lines().any(gave_up).then_some(None),
    });
    seen.flatten()
}

fn gave_up(line: &str) -> bool {
    line.trim_end().strip_prefix("wci-guest: ended ").is_some_and(|code| code != "0")
}

/// When a run has begun in that boot of this switching on, counted from 1.
fn when_run(bed: &mut Bed, boot: usize) -> Instant {
    let seen = wait(bed, |console| console.matches("wci-guest: run").count() >= boot);
    seen.unwrap_or_else(|| panic!("no run in boot {boot}:\n{}", bed.console()))
}

/// The numbers of a seed, one after the other, each from 0 to 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// `WCI_SEED`, or the time.
fn seed() -> u64 {
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |t| t.as_millis() as u64);
    std::env::var("WCI_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(now)
}

/// A run that nothing disturbs, to know how long its parts take: that of each boot, from the begin of the run to the machine's restart or to
/// the end.
fn undisturbed(image: &Path, steps: &[String], boots: usize) -> Vec<Duration> {
    let mut bed = Bed::new(image, luggage(steps));
    bed.on(Power::Plain);
    let mut took = Vec::new();
    for boot in 1..=boots {
        let begun = when_run(&mut bed, boot);
        let ended = if boot < boots {
            let next = wait(&mut bed, |console| bed::boots(console).len() > boot);
            next.unwrap_or_else(|| panic!("no boot after {boot}:\n{}", bed.console()))
        } else {
            when(&mut bed, DONE)
        };
        took.push(ended - begun);
    }
    holds(&bed, steps.len());
    took
}

/// Cuts the power at random moments, each time on a new machine, and has it go on to the end.
fn cut_and_go_on(steps: &[String], boots: usize, times: u64) {
    let Some((image, _alone)) = bed::image() else { return };
    let took = undisturbed(&image, steps, boots);
    eprintln!("undisturbed: {took:.1?}");
    let first = seed();
    for seed in first..first + times {
        let mut dice = Dice(seed);
        // As often in each boot, however long that takes; a little beyond, too.
        let boot = (dice.roll() * boots as f64) as usize;
        let after = took[boot].mul_f64(dice.roll() * 1.05);
        eprintln!("WCI_SEED={seed}: the power goes {after:.2?} into the run of boot {}", boot + 1);
        let mut bed = Bed::new(&image, luggage(steps));
        bed.on(Power::Plain);
        let moment = when_run(&mut bed, boot + 1) + after;
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        cut(&mut bed);
        when(&mut bed, DONE);
        holds(&bed, steps.len());
    }
}

/// The power goes and comes back. What was said to be done before is known after.
fn cut(bed: &mut Bed) {
    bed.cut();
    let passed = passes(&bed.console());
    bed.on(Power::Plain);
    when_run(bed, 1);
    for step in passed {
        let told = |line: &str| line.trim_start().starts_with("done") && line.contains(&format!("(demo#{step})"));
        assert!(bed.last_console().lines().any(told), "wci status has forgotten {step}:\n{}", bed.console());
    }
}

/// The events of a console, as far as their lines are whole.
fn events(console: &str) -> Vec<Value> {
    console.lines().filter_map(|line| serde_json::from_str(line.trim()).ok()).collect()
}

fn step_of(event: &Value, name: &str) -> Option<String> {
    (event["event"] == name).then(|| event["step"].as_str().map(Into::into)).flatten()
}

fn passes(console: &str) -> Vec<String> {
    events(console).iter().filter(|e| e["verdict"] == "pass").filter_map(|e| step_of(e, "step")).collect()
}

/// What must be so at the end.
fn holds(bed: &Bed, steps: usize) {
    let console = bed.console();
    let why = |what: &str| format!("{what}:\n{console}");
    for bad in ["damaged", "panicked", "set aside", "Kernel panic"] {
        assert!(!console.contains(bad), "{}", why(bad));
    }
    // Nothing runs before its turn, and nothing again once it is done.
    let mut done: Vec<String> = Vec::new();
    let mut order: Vec<String> = Vec::new();
    for event in events(&console) {
        if let Some(step) = step_of(&event, "begin").filter(|step| !order.contains(step)) {
            order.push(step);
        }
        if let Some(step) = step_of(&event, "run") {
            assert!(!done.contains(&step), "{}", why(&format!("{step} ran again")));
            let turn = order.iter().position(|name| *name == step).expect("it has begun");
            assert!(order[..turn].iter().all(|name| done.contains(name)), "{}", why(&format!("{step} ran before its turn")));
        }
        if event["verdict"] == "pass" {
            done.extend(step_of(&event, "step").filter(|step| !done.contains(step)));
        }
    }
    assert_eq!(done.len(), steps, "{}", why("not every step is green"));
    let boots = bed::boots(&console);
    // Only the last one: the power may have gone while an earlier end was told.
    let last = bed.last_console();
    let log: Vec<(&str, usize)> = last
        .lines()
        .filter_map(|line| line.trim_end().strip_prefix("wci-guest: log ")?.split_once(' '))
        .map(|(name, boot)| (name, boots.iter().position(|b| b == boot).unwrap_or_else(|| panic!("{}", why("no such boot")))))
        .collect();
    let of = |name: &str| log.iter().filter(|(n, _)| *n == name).map(|(_, boot)| *boot).collect::<Vec<usize>>();
    assert_eq!((of("before").len(), of("after").len()), (1, 1), "{}", why("each plain command once"));
    assert!(log.is_sorted_by_key(|(_, boot)| *boot), "{}", why("boots"));
    if let Some(restarted) = of("middle").last() {
        assert!(of("after")[0] > *restarted, "{}", why("it went on without a restart"));
    }
}

fn plain() -> [String; 3] {
    ["before", "between", "after"].map(course::plain)
}

fn restarting() -> [String; 3] {
    [course::plain("before"), course::restart("middle", RESTART), course::plain("after")]
}

/// One machine, and the power goes while it does each of the three steps.
#[test]
fn power_cuts_across_a_restart_lose_nothing() {
    let Some((image, _alone)) = bed::image() else { return };
    let steps = restarting();
    let seed = seed();
    let mut dice = Dice(seed);
    let mut bed = Bed::new(&image, luggage(&steps));
    bed.on(Power::Plain);
    for (event, step) in [("begin", "before"), ("run", "middle"), ("begin", "after")] {
        let said = |console: &str| events(console).iter().any(|e| step_of(e, event).as_deref() == Some(step));
        // A run that is faster than the dice may have come to it before the last cut already.
        let moment = if said(&bed.console()) { Some(Instant::now()) } else { wait(&mut bed, said) };
        let moment = moment.unwrap_or_else(|| panic!("no {event} of {step}:\n{}", bed.console()));
        let after = Duration::from_secs_f64(dice.roll());
        eprintln!("WCI_SEED={seed}: the power goes {after:.2?} after {event} of {step}");
        std::thread::sleep((moment + after).saturating_duration_since(Instant::now()));
        cut(&mut bed);
    }
    when(&mut bed, DONE);
    holds(&bed, steps.len());
}

/// It has come up in another boot, but nothing of the command was done: that is said, and never done again unasked.
#[test]
fn a_power_cut_while_the_restarting_command_is_at_it_is_told_and_run_again_when_asked() {
    let Some((image, _alone)) = bed::image() else { return };
    let slow = course::restart("middle", RESTART).replacen("```sh run restart\n", "```sh run restart\nsleep 4\n", 1);
    let steps = [course::plain("before"), slow, course::plain("after")];
    let mut bed = Bed::new(&image, luggage(&steps));
    bed.on(Power::Plain);
    when(&mut bed, r#""phase":"down""#);
    cut(&mut bed);
    when(&mut bed, DONE);
    let last = bed.last_console();
    let (unmet, again) = (last.find(r#""phase":"unmet""#), last.find("wci-guest: once more"));
    assert!(unmet.is_some() && unmet < again, "{last}");
    let run = |e: &Value| step_of(e, "run").as_deref() == Some("middle");
    let (said, asked) = last.split_at(again.expect("asserted"));
    assert!(!events(said).iter().any(run), "it ran again unasked: {said}");
    assert!(events(asked).iter().any(run), "{asked}");
    holds(&bed, steps.len());
}

#[test]
#[ignore = "the long form, some half an hour: cargo test --test guest -- --ignored --nocapture"]
fn fifty_power_cuts_across_a_restart_lose_nothing() {
    cut_and_go_on(&restarting(), 2, 50);
}

#[test]
#[ignore = "the long form: cargo test --test guest -- --ignored --nocapture"]
fn power_cuts_in_a_run_without_a_restart_lose_nothing() {
    cut_and_go_on(&plain(), 1, 10);
}
