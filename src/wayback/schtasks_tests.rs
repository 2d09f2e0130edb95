use super::*;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The task's name is the user's: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What stands in the two keys that must never be touched.
fn run_once() -> Vec<String> {
    let key = |root: &str| {
        let key = format!(r"{root}\Software\Microsoft\Windows\CurrentVersion\RunOnce");
        let told = Command::new(system32("reg.exe")).args(["query", &key, "/s"]).output().expect("reg");
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    vec![key("HKLM"), key("HKCU")]
}

fn scratches() -> usize {
    let folder = fs::read_dir(private::scratch_base()).expect("a folder");
    folder.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().join("task.xml").exists())).count()
}

fn arguments() -> Vec<String> {
    ["--state", r"C:\users\Zoë & Łukasz\my <state>", "--vm", "here", "--leave-key", "f12"].map(String::from).into()
}

#[test]
fn a_task_is_registered_read_back_and_removed() {
    let _alone = alone();
    remove().expect("whatever an earlier test left is gone");
    let plan = plan(r"C:\my tools\wci.exe", &arguments(), &arguments()).expect("a plan");
    assert_eq!(plan.command, r"& 'C:\my tools\wci.exe' --state 'C:\users\Zoë & Łukasz\my <state>' --vm here --leave-key f12");
    let line = r"--state &quot;C:\users\Zoë &amp; Łukasz\my &lt;state&gt;&quot; --vm here --leave-key f12";
    assert!(plan.text.contains(&format!("<Arguments>{line}</Arguments>")), "{}", plan.text);
    assert!(!plan.text.contains("<WorkingDirectory></WorkingDirectory>"), "{}", plan.text);
    if lacks_rights() {
        assert!(register(&plan).expect_err("no rights").contains("administrator"));
        return;
    }
    let before = run_once();
    assert!(!before.concat().contains("wci"));
    let name = task::name(&user().expect("a user"));
    assert_eq!(plan.name.as_deref(), Some(format!("logon task {name}").as_str()));
    assert!(!is_registered().expect("an answer"));
    register(&plan).expect("registered");
    assert!(is_registered().expect("an answer"));
    assert!(file(&name).is_file());
    // Over one that is there.
    register(&plan).expect("registered again");
    assert_eq!(scratches(), 0, "its file is gone");
    remove().expect("removed");
    assert!(!is_registered().expect("an answer") && !file(&name).exists());
    remove().expect("none there is fine");
    assert_eq!(run_once(), before);
}

#[test]
fn a_path_that_the_scheduler_would_fill_in_is_only_typed() {
    for word in [r"C:\100%\state", "$(Arg0)"] {
        let arguments = ["--state".to_owned(), word.into()];
        let plan = plan(r"C:\wci.exe", &arguments, &arguments).expect("a plan");
        assert_eq!((plan.name, plan.text.as_str()), (None, ""));
        assert_eq!(plan.command, format!(r"C:\wci.exe --state '{word}'"));
    }
}

#[test]
fn what_windows_does_not_take_leaves_nothing() {
    let _alone = alone();
    let plan = WayBack { text: "<Task>".into(), ..plan(r"C:\wci.exe", &[], &[]).expect("a plan") };
    let why = register(&plan).expect_err("no task");
    assert!(why.contains("could not be made") && why.ends_with("Nothing is left of it."), "{why}");
    assert!(!is_registered().expect("an answer"));
    assert_eq!(scratches(), 0);
}

/// Somebody has changed it between writing and reading, so far as Wine keeps what was changed.
#[test]
fn a_task_that_reads_otherwise_is_told() {
    let _alone = alone();
    let meant = plan(r"C:\wci.exe", &[], &[]).expect("a plan").text;
    let name = task::name(&user().expect("a user"));
    create(&name, &meant.replace("<ExecutionTimeLimit>PT0S", "<ExecutionTimeLimit>PT72H")).expect("made");
    let told = told(&name).expect("an answer").expect("a task");
    let what = task::difference(&meant, &told, Kept::Some, |_| true);
    remove().expect("removed");
    assert!(what.as_deref().is_some_and(|what| what.contains("time limit")), "{what:?}");
}

#[test]
fn a_program_that_does_not_answer_is_ended() {
    let mut command = Command::new(system32("cmd.exe"));
    command.args(["/d", "/c", "for /l %i in (0,0,1) do @rem"]);
    let started = Instant::now();
    let why = run(command, Duration::from_secs(1)).err().expect("it never ends");
    assert!(why.to_string().contains("no answer within 1 s"), "{why}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
