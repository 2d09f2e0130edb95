use super::*;

fn step() -> StepId {
    StepId::new("intro", "install")
}

fn ran(command: &str) -> Entry {
    Entry::Ran { step: step(), command: command.into(), place: Place::Laptop, text: "x".into(), edited: false }
}

fn finished(command: &str, status: Option<i32>) -> Entry {
    Entry::Finished { step: step(), command: command.into(), status }
}

fn judged(verdict: Verdict) -> Entry {
    Entry::Judged { step: step(), verdict, reason: "so".into() }
}

#[test]
fn a_command_with_no_word_of_its_end_was_interrupted() {
    let progress = Progress::of(&[ran("1")]);
    assert_eq!(progress.interrupted(), Some(&step()));
    let progress = Progress::of(&[ran("1"), finished("1", Some(3))]);
    assert_eq!(progress.interrupted(), None);
    assert_eq!(progress.step(&step()).finished["1"], Some(3));
    assert_eq!(progress.last, Some(step()));
}

#[test]
fn running_again_forgets_the_last_status() {
    let progress = Progress::of(&[ran("1"), finished("1", Some(0)), ran("1")]);
    assert!(progress.step(&step()).finished.is_empty());
    assert_eq!(progress.step(&step()).open.as_deref(), Some("1"));
}

#[test]
fn ticks_go_on_and_off_and_the_last_word_counts() {
    let tick = |task: &str, on| Entry::Ticked { step: step(), task: task.into(), on };
    let progress = Progress::of(&[tick("a", true), tick("b", true), tick("a", false)]);
    assert_eq!(progress.step(&step()).ticked, BTreeSet::from(["b".to_owned()]));
}

#[test]
fn working_on_a_skipped_step_takes_the_skip_back() {
    let skip = Entry::Skipped { step: step() };
    assert!(Progress::of(std::slice::from_ref(&skip)).step(&step()).skipped);
    assert!(!Progress::of(&[skip.clone(), ran("1")]).step(&step()).skipped);
    assert!(!Progress::of(&[skip, Entry::Declared { step: step(), done: true }]).step(&step()).skipped);
}

#[test]
fn undoing_forgets_what_was_known_but_not_the_place() {
    let undone = Entry::Undone { step: step(), command: "undo".into(), place: Place::Vm, text: "x".into() };
    let progress = Progress::of(&[ran("1"), finished("1", Some(0)), judged(Verdict::Pass), undone]);
    assert_eq!(progress.step(&step()), &Record::default());
    assert_eq!(progress.last, Some(step()));
}

#[test]
fn reset_puts_one_step_or_everything_aside() {
    let value = Entry::Valued { chapter: "intro".into(), name: "vm".into(), value: "10.0.0.4".into() };
    let opened = Entry::Opened { chapter: "intro".into() };
    let one = Progress::of(&[opened.clone(), value.clone(), judged(Verdict::Pass), Entry::Reset { step: Some(step()) }]);
    assert_eq!(one.step(&step()).verdict, None);
    assert_eq!(one.values("intro")["vm"], "10.0.0.4");
    assert_eq!(one.chapter.as_deref(), Some("intro"));
    assert_eq!(Progress::of(&[opened, value, judged(Verdict::Pass), Entry::Reset { step: None }]), Progress::default());
}

#[test]
fn where_the_machine_is_outlives_a_step_and_not_a_new_beginning() {
    let placed = |vm: HostKind| Entry::Placed { vm, same: false };
    let ssh: HostKind = "ssh://wci@10.0.0.4:2222".parse().expect("a host");
    let all = [placed(HostKind::Here), placed(ssh.clone()), Entry::Reset { step: Some(step()) }];
    assert_eq!(Progress::of(&all).vm, Some(ssh.clone()), "the last word counts");
    assert_eq!(Progress::of(&[placed(ssh), Entry::Reset { step: None }]).vm, None);
}

#[test]
fn the_last_verdict_observation_and_value_count() {
    let answer = |verdict| Answer { verdict, seen: "s".into(), expected: "e".into() };
    let observed = |verdict| Entry::Observed { step: step(), check: "it ended well".into(), answer: answer(verdict) };
    let progress =
        Progress::of(&[judged(Verdict::Fail), judged(Verdict::Pass), observed(Verdict::Fail), observed(Verdict::Pass)]);
    assert_eq!(progress.step(&step()).verdict, Some((Verdict::Pass, "so".into())));
    assert_eq!(progress.step(&step()).observed["it ended well"], answer(Verdict::Pass));
    assert_eq!(progress.last, None, "a verdict alone does not move the place");
}

#[test]
fn an_unknown_step_has_an_empty_record() {
    assert_eq!(Progress::default().step(&step()), &Record::default());
    assert!(Progress::default().values("x").is_empty());
}
