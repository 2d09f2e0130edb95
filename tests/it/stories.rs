//! What a learner lives through, told to the pure core.

use wci::app::Focus;
use wci::app::Msg;
use wci::app::Standing;
use wci::course::Os;
use wci::course::Place;
use wci::course::Shell;
use wci::course::StepId;
use wci::course::Verdict;
use wci::keys::Button;
use wci::keys::MouseKind;
use wci::layout::layout;
use wci::progress::Entry;
use wci::session::Ending;
use wci::session::SessionEvent;
use wci::session::Size;

use crate::player::NONCE;
use crate::player::Player;

/// What was begun at the prompt is cleared away, then the command is typed.
const CLEAR_HELLO: &str = "send \"\\u{5}\\u{15}echo hello\\r\"";

const TWO_STEPS: &str = r#"---
title: Demo
---
## First {#first}

Say hello.

```sh run
echo hello
```

```toml check
says = "It said hello"
output = true
equals = "hello"
```

## Second {#second}

```sh run
touch /tmp/x
```

```toml check
says = "The file is there"
file = "/tmp/x"
retry = "5s"
```

```toml hint
when = "denied"
says = "The folder is not yours."
do = "Use another one."
```

```sh undo
rm /tmp/x
```
"#;

#[test]
fn a_command_is_in_the_journal_before_it_is_typed() {
    Player::opened(TWO_STEPS).forget().keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn the_check_decides_not_the_status() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").forget().runs("goodbye\n", 0);
    player.asks_for(&[
        "journal finished demo#first 1 Some(0)",
        r#"journal observed demo#first "It said hello" fail"#,
        "journal judged demo#first fail",
    ]);
    player.shows("goodbye");
    player.keys("enter").forget().runs("hello\n", 3);
    player.asks_for(&[
        "journal finished demo#first 1 Some(3)",
        r#"journal observed demo#first "It said hello" pass"#,
        "journal judged demo#first pass",
    ]);
}

#[test]
fn enter_on_a_done_step_goes_on_and_the_end_is_celebrated() {
    let mut player = Player::opened(TWO_STEPS);
    player.answers("second", 0, Verdict::Fail, "missing").keys("enter").runs("hello\n", 0);
    assert_eq!(player.at(), "first");
    player.keys("enter");
    assert_eq!(player.at(), "second");
    // Coming to a step asks its checks again.
    player.answers("second", 0, Verdict::Fail, "missing").keys("enter").forget().runs("", 0);
    player.asks_for(&["journal finished demo#second 1 Some(0)", "ask demo#second check 0 poll"]);
    player.answers("second", 0, Verdict::Pass, "a file").keys("enter");
    assert_eq!(player.at(), "the end");
}

#[test]
fn opening_probes_every_step_and_lands_on_the_first_unmet_one() {
    let journal = [
        Entry::Opened { chapter: "demo".into() },
        Entry::Observed {
            step: StepId::new("demo", "first"),
            check: "It said hello".into(),
            answer: wci::course::Answer { verdict: Verdict::Pass, seen: "hello".into(), expected: "hello".into() },
        },
    ];
    let mut player = Player::resume(TWO_STEPS, &journal);
    player.asks_for(&["journal opened demo", "ask demo#second check 0", "open laptop 1"]);
    assert_eq!(player.at(), "second");
    player.answers("second", 0, Verdict::Pass, "a file");
    assert_eq!(player.at(), "the end", "done by hand or yesterday is done");
}

#[test]
fn a_learner_who_moved_is_not_moved_again() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("n p").answers("second", 0, Verdict::Pass, "a file");
    assert_eq!(player.at(), "first");
}

#[test]
fn killed_in_the_middle_of_a_step_means_back_on_that_step_and_nothing_runs_by_itself() {
    let mut before = Player::opened(TWO_STEPS);
    before.answers("second", 0, Verdict::Fail, "missing").keys("n").answers("second", 0, Verdict::Fail, "missing").keys("enter");
    let journal = before.journal.clone();
    let mut player = Player::resume(TWO_STEPS, &journal);
    assert_eq!(player.at(), "second");
    player.shell_starts();
    assert!(!player.effects().iter().any(|e| e.starts_with("send")), "nothing is typed unasked");
    player.shows("was running when wci stopped");
}

#[test]
fn a_journal_that_cannot_be_written_runs_nothing() {
    let mut player = Player::opened(TWO_STEPS);
    player.disk_is_full = true;
    player.forget().keys("enter").asks_for(&[]);
    player.shows("Nothing was run: the disk is full");
    assert!(player.app.running().is_none());
    player.disk_is_full = false;
    player.keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn a_chapter_opened_on_a_full_disk_is_not_stuck_and_nothing_is_believed_that_was_not_written() {
    let mut player = Player::new(TWO_STEPS);
    player.disk_is_full = true;
    player.forget().keys("enter").asks_for(&[]);
    player.shows("the disk is full");
    let second = StepId::new("demo", "second");
    assert!(!player.app.asks(&second), "nothing waits for an answer that nobody was asked for");
    player.keys("n").asks_for(&["ask demo#second check 0", "open laptop 2"]);
    player.keys("t").asks_for(&[]);
    assert!(!player.app.progress.step(&second).declared, "what is not written is not so");
    player.disk_is_full = false;
    player.keys("t").asks_for(&["journal declared demo#second true"]);
}

#[test]
fn what_a_flood_may_have_said_in_its_middle_is_not_known() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").runs(&"noise\n".repeat(60_000), 0);
    player.shows("it printed more than 256 KiB");
    let step = player.app.find(&StepId::new("demo", "first")).expect("a step");
    assert!(matches!(player.app.standing(step), Standing::Unknown(_)));
}

#[test]
fn what_no_asking_can_tell_is_not_to_be_asked_again() {
    let run = "```sh run\ntrue\n```\n\n";
    let check = "```toml check\nsays = \"It is Server 2022\"\nwindows_build = 20348\n```\n\n";
    let mut player = Player::opened(&format!(
        "---\ntitle: Demo\n---\n## One {{#one}}\n\n{run}## Two {{#two}}\n\n{run}{check}## Three {{#three}}\n\n{check}"
    ));
    player.keys("enter").begins("").ends_unsaid();
    player.shows("Not known: ").shows("it again, t marks it done.").hides("asks again");
    player.keys("n enter").runs("", 0);
    player.answers("two", 0, Verdict::Unknown, "no answer in 60 s").shows("Could not ask: ").shows("c asks again.");
    player.keys("c").answers("two", 0, Verdict::Unknown, wci::judge::NOT_WINDOWS);
    player.shows("Could not ask: ").shows("t marks it done by hand.").hides("asks again");
    player.keys("n").answers("three", 0, Verdict::Unknown, wci::judge::NOT_WINDOWS);
    player.shows("t marks it done by hand.").hides("asks the checks again");
}

#[test]
fn a_need_that_could_not_be_asked_is_unknown_and_a_need_that_is_unmet_does_not_apply() {
    let mut player = Player::opened(NEEDS);
    player.need("namespaces", 0, Verdict::Unknown, "no answer in 10 s");
    let step = player.app.find(&StepId::new("demo", "namespaces")).expect("a step");
    assert!(matches!(player.app.standing(step), Standing::Unknown(_)));
}

#[test]
fn what_was_done_once_and_is_not_so_any_more_is_open_again() {
    let mut player = Player::opened(TWO_STEPS);
    player.answers("second", 0, Verdict::Pass, "a file").keys("n").forget();
    player.answers("second", 0, Verdict::Fail, "missing").asks_for(&["journal judged demo#second fail"]);
}

#[test]
fn a_changed_course_asks_and_runs_nothing_before_it_is_trusted() {
    let mut player = Player::opened(TWO_STEPS);
    let course = player.app.course.clone();
    player.forget().send(Msg::Reloaded { course, problems: 0, untrusted: Some("digest".into()) });
    player.keys("enter e enter c").asks_for(&[]);
    player.shows("echo hello").keys("T");
    assert_eq!(player.effects()[0], "journal trusted");
    player.keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn a_restart_is_shown_first_whichever_way_it_is_run() {
    let chapter = TWO_STEPS.replace("```sh run\necho hello", "```sh run restart\necho hello");
    let mut player = Player::opened(&chapter);
    player.forget().keys("enter").asks_for(&["ask boot laptop", "plan way back"]).shows("Restart the laptop");
    player.keys("esc e enter").asks_for(&["ask boot laptop", "plan way back"]).shows("Restart the laptop");
}

#[test]
fn without_administrators_rights_the_program_offers_to_start_anew_on_the_same_step() {
    const ELEVATED: &str = r#"---
title: Demo
---
## Feature {#feature}

```powershell run elevated
Enable-It
```
"#;
    let seat = |elevated| {
        let mut player = Player::opened(ELEVATED);
        let laptop = player.app.seats.get_mut(&Place::Laptop).expect("a seat");
        (laptop.os, laptop.shell, laptop.elevated) = (Some(Os::Windows), Shell::PowerShell, elevated);
        player
    };
    let mut player = seat(Some(false));
    player.shows("not admin").forget().keys("enter").asks_for(&[]).shows("Administrator's rights");
    player.keys("esc").asks_for(&[]);
    player.keys("enter enter").asks_for(&["elevate demo#feature"]);
    assert!(!player.quit, "not before the other one has started");
    player.send(Msg::Reopened).asks_for(&["quit"]);

    for elevated in [Some(true), None] {
        let mut player = seat(elevated);
        player.forget().keys("enter");
        assert!(player.app.running().is_some(), "{elevated:?}");
    }
    seat(Some(true)).shows(" admin ");
}

#[test]
fn coming_back_to_a_running_step_says_nothing_of_an_interruption() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").begins("working").keys("escape enter").hides("was running when wci stopped");
}

#[test]
fn ctrl_c_stops_the_command_not_the_companion() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").begins("working").forget().keys("ctrl-c").asks_for(&[r#"send "\u{3}""#]);
    player.ends(130).shows("ended with status 130");
    assert!(!player.quit);
}

#[test]
fn quitting_asks_only_while_something_runs() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").begins("working").keys("q");
    assert!(!player.quit);
    player.keys("escape");
    player.ends(0).keys("q");
    assert!(player.quit);
}

#[test]
fn an_old_end_mark_repeated_by_a_repaint_is_no_news() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").runs("hello\n", 0).keys("enter").answers("second", 0, Verdict::Fail, "missing").keys("enter");
    let repeated = format!("\x1b]133;D;0;k={0};n=1\x1b\\\x1b]133;B;k={0}\x1b\\", crate::player::NONCE);
    player.begins("working").prints(&repeated);
    assert!(player.app.running().is_some());
    player.ends(0);
    assert!(player.app.running().is_none());
}

#[test]
fn a_forged_mark_ends_nothing() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").begins("working").prints("\x1b]133;D;0;k=guess;n=9\x1b\\\x1b]133;B;k=guess\x1b\\");
    assert!(player.app.running().is_some());
}

#[test]
fn an_end_without_a_prompts_mark_is_confirmed_by_quiet() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").forget();
    let end = format!("hello\r\n\x1b]133;D;130;k={NONCE};n=9\x1b\\PS>");
    player.prints(&end).later(1).asks_for(&[]);
    player.later(1);
    assert!(player.app.running().is_none());
    // A part of a paste that has ended is not its end, however quiet the rest is.
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").forget();
    player.prints(&format!("\x1b]133;D;0;k={NONCE};n=9\x1b\\\x1b]133;C;k={NONCE};n=9\x1b\\")).later(5);
    assert!(player.app.running().is_some());
}

#[test]
fn a_lost_mark_leaves_the_step_answerable() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").begins("hello\n$ ").later(9).keys("enter").keys("enter");
    assert!(player.app.running().is_none(), "the learner said that it has ended");
    player.forget().keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn a_shell_that_dies_is_told_and_can_be_had_again() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("enter").begins("").dies(Ending::Exited(3)).shows("ended with status 3");
    assert!(player.app.running().is_none());
    player.forget().keys("r").asks_for(&["close 1", "open laptop 2"]);
    player.shell_starts().forget().keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn a_missing_shell_is_a_clear_sentence() {
    let mut player = Player::new(TWO_STEPS);
    player.keys("enter").heard(SessionEvent::Refused("bash is not there: install it or set WCI_SHELL.".into()));
    player.shows("bash is not there");
}

#[test]
fn keys_go_to_the_program_only_in_the_terminal_and_ctrl_bracket_takes_them_back() {
    let mut player = Player::opened(TWO_STEPS);
    player.forget().keys("tab").types("ls q").asks_for(&[r#"send "l""#, r#"send "s""#, r#"send " ""#, r#"send "q""#]);
    player.keys("ctrl-]").keys("q");
    assert!(player.quit);
}

#[test]
fn what_the_learner_began_to_type_does_not_become_part_of_the_command() {
    let mut player = Player::opened(TWO_STEPS);
    player
        .keys("tab")
        .types("rm -rf ")
        .keys("ctrl-]")
        .forget()
        .keys("enter")
        .asks_for(&[r#"journal ran demo#first 1 "echo hello""#, "send \"\\u{5}\\u{15}echo hello\\r\""]);
}

#[test]
fn a_busy_shell_is_not_typed_into() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("tab").types("top").keys("enter").begins("").keys("ctrl-]").forget().keys("enter");
    player.asks_for(&[]);
    player.shows("The shell is busy");
}

#[test]
fn an_edited_command_is_marked_as_edited() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("e").types(" there").forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#first 1 "echo hello there" edited"#, "send \"\\u{5}\\u{15}echo hello there\\r\""]);
}

#[test]
fn undo_shows_its_text_and_puts_aside_what_was_known() {
    let mut player = Player::opened(TWO_STEPS);
    player.answers("second", 0, Verdict::Fail, "missing").keys("n").answers("second", 0, Verdict::Fail, "missing");
    player.keys("enter").runs("", 0).answers("second", 0, Verdict::Pass, "a file");
    player.keys("u").shows("rm /tmp/x").forget().keys("enter");
    player.asks_for(&[r#"journal undone demo#second "rm /tmp/x""#, "send \"\\u{5}\\u{15}rm /tmp/x\\r\""]);
    player.runs("", 0).answers("second", 0, Verdict::Fail, "missing");
    let step = player.app.step().expect("a step");
    assert_eq!(player.app.standing(step), Standing::Todo);
}

#[test]
fn late_news_of_an_old_shell_is_ignored() {
    let mut player = Player::opened(TWO_STEPS);
    let old = player.app.seats[&Place::Laptop].session;
    player.dies(Ending::Killed(9)).keys("r").shell_starts();
    player.send(Msg::Session(Place::Laptop, old, SessionEvent::Ended(Ending::Exited(0))));
    player.forget().keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

const NEEDS: &str = r#"---
title: Demo
---
## Elsewhere {#elsewhere os=macos}

```sh run
true
```

## Namespaces {#namespaces}

```toml need
says = "Namespaces can be made"
sh = "unshare -Ur true"
why = "Docker forbids it."
```

```sh run
unshare -Ur true
```

## Windows {#windows on=vm}

```powershell run elevated
Get-Date
```

```toml check
says = "A date"
powershell = "Get-Date"
```

## Values {#values}

```toml value
name = "who"
asks = "Who are you?"
kind = "word"
```

```sh run
echo {{who}}
```
"#;

#[test]
fn a_step_that_does_not_apply_says_why_and_does_not_block() {
    let mut player = Player::opened(NEEDS);
    player.need("namespaces", 0, Verdict::Fail, "status 1");
    assert_eq!(player.at(), "windows");
    player.keys("p").need("namespaces", 0, Verdict::Fail, "status 1").shows("Docker forbids it.");
    player.keys("p").shows("macOS");
}

#[test]
fn a_step_for_a_machine_that_is_not_there_is_ticked_by_hand() {
    let mut player = Player::opened(NEEDS);
    player.need("namespaces", 0, Verdict::Pass, "status 0").keys("n");
    assert_eq!(player.at(), "windows");
    player.forget().keys("enter").asks_for(&[]);
    player.keys("t").asks_for(&["journal declared demo#windows true"]);
}

#[test]
fn a_value_is_asked_once_validated_and_quoted() {
    let mut player = Player::opened(NEEDS);
    player.need("namespaces", 0, Verdict::Pass, "status 0").keys("n n").forget().keys("enter").types("it's").asks_for(&[]);
    player.keys("enter").asks_for(&["journal valued who=it's"]);
    player
        .keys("enter")
        .asks_for(&[r#"journal ran demo#values 1 "echo 'it'\\''s'""#, "send \"\\u{5}\\u{15}echo 'it'\\\\''s'\\r\""]);
}

#[test]
fn every_size_is_survived_and_the_place_is_kept() {
    let mut player = Player::opened(TWO_STEPS);
    for (columns, rows) in [(30, 8), (1, 1), (0, 0), (40, 12), (300, 100), (80, 24)] {
        player.resize(columns, rows);
        if columns > 0 {
            player.screen();
        }
    }
    player.resize(30, 8).shows("Too small").resize(80, 24).hides("Too small").shows("echo hello");
    assert_eq!(player.at(), "first");
}

#[test]
fn the_terminal_takes_the_size_it_has_on_the_screen() {
    let mut player = Player::opened(TWO_STEPS);
    let size = |player: &Player| player.app.seats[&Place::Laptop].terminal.size();
    assert_eq!(size(&player).columns, 75);
    player.keys("z");
    assert_eq!(size(&player), Size { columns: 80, rows: 21 });
    player.keys("z").resize(200, 60);
    assert!(size(&player).columns >= 80, "side by side only where the terminal keeps 80 columns");
}

#[test]
fn the_mouse_goes_to_steps_enters_the_terminal_and_drags_the_divider() {
    let mut player = Player::opened(TWO_STEPS);
    player.click(1, 2);
    assert_eq!(player.at(), "second");
    let frame = layout(&player.app).frame;
    player.click(frame.x + 10, frame.y + 3);
    assert_eq!(player.app.focus, Focus::Terminal);
    player.click(10, 3);
    assert_eq!(player.app.focus, Focus::Guide);
    player.mouse(MouseKind::Down(Button::Left), 20, frame.y).mouse(MouseKind::Drag(Button::Left), 20, frame.y - 4);
    player.mouse(MouseKind::Up(Button::Left), 20, frame.y - 4);
    assert_eq!(layout(&player.app).frame.y, frame.y - 4);
}

#[test]
fn a_click_runs_nothing() {
    let mut player = Player::opened(TWO_STEPS);
    player.forget();
    for row in 1..12 {
        player.click(20, row);
    }
    player.asks_for(&[]);
}

#[test]
fn search_goes_to_the_step_and_on() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("/").types("touch").keys("enter");
    assert_eq!(player.at(), "second");
    player.keys("escape /").types("nowhere to be found").keys("enter").shows("is not in this chapter");
    assert_eq!(player.at(), "second");
}

#[test]
fn enter_acts_only_on_what_has_been_seen() {
    let text = TWO_STEPS.replace("Say hello.", &"A long introduction.\n\n".repeat(30));
    let mut player = Player::opened(&text);
    player.hides("echo hello").forget().keys("enter").asks_for(&[]);
    player.shows("echo hello").keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn the_learners_own_command_can_do_the_step() {
    let mut player = Player::opened(TWO_STEPS);
    player.answers("second", 0, Verdict::Fail, "missing").keys("n").answers("second", 0, Verdict::Fail, "missing");
    player.keys("tab").types("touch /tmp/x").keys("enter").begins("").forget().ends(0);
    player.asks_for(&["ask demo#second check 0"]);
    player.answers("second", 0, Verdict::Pass, "a file").shows("Done: Second");
}

#[test]
fn an_edited_chapter_keeps_its_progress_and_the_learner_their_step() {
    let mut player = Player::opened(TWO_STEPS);
    player.answers("second", 0, Verdict::Fail, "missing").keys("enter").runs("hello\n", 0).keys("enter");
    let changed = TWO_STEPS.replace("## First {", "## New {#new}\n\nText.\n\n## First, renamed {");
    player.reload(&changed).shows("read again");
    assert_eq!(player.at(), "second");
    let first = player.app.find(&StepId::new("demo", "first")).expect("still there");
    assert_eq!((player.app.standing(first), first.title.as_str()), (Standing::Done, "First, renamed"));
}

#[test]
fn where_a_paste_comes_as_keys_its_enter_runs_nothing() {
    let mut player = Player::opened(TWO_STEPS);
    player.app.pastes_as_keys = true;
    player.forget().keys("x enter").asks_for(&[]).shows("came with a paste");
    player.later(1).keys("enter").asks_for(&[r#"journal ran demo#first 1 "echo hello""#, CLEAR_HELLO]);
}

#[test]
fn copying_is_asked_of_the_outer_terminal_and_never_by_output() {
    let mut player = Player::opened(TWO_STEPS);
    player.forget().keys("y").asks_for(&[r#"copy "echo hello""#]);
    player.prints("\x1b]52;c;c3RvbGVu\x07\x1b]0;a title\x07").asks_for(&[]);
}

#[test]
fn a_paste_is_bracketed_only_when_the_program_asked() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("tab").forget().send(Msg::Paste("a\nb".into())).asks_for(&[r#"send "a\rb""#]);
    player.prints("\x1b[?2004h").send(Msg::Paste("a\x1b[201~b".into()));
    player.asks_for(&[r#"send "\u{1b}[200~ab\u{1b}[201~""#]);
}

#[test]
fn queries_of_programs_are_answered_also_when_split() {
    let mut player = Player::opened(TWO_STEPS);
    player.forget().prints("\x1b[6").prints("n");
    let effects = player.effects();
    assert!(effects.len() == 1 && effects[0].starts_with("send") && effects[0].contains('R'), "{effects:?}");
}

#[test]
fn with_nothing_to_do_the_loop_may_sleep() {
    let mut player = Player::opened(TWO_STEPS);
    player.answers("second", 0, Verdict::Fail, "missing");
    assert_eq!(player.app.deadline(), None);
    player.keys("enter").begins("");
    assert!(player.app.deadline().is_some(), "the elapsed time is shown");
}

const CHECKED_BY_HAND: &str = r#"---
title: Demo
---
## By hand {#by-hand}

- [ ] one

```toml check
says = "It is there"
sh = "false"
```

## Two {#two}

```sh run id=a
echo a
```

```sh run id=b
echo b
```

```toml check
says = "B has run"
file = "/b"
```
"#;

#[test]
fn the_check_decides_also_where_there_is_nothing_to_run() {
    let mut player = Player::opened(CHECKED_BY_HAND);
    player.answers("by-hand", 0, Verdict::Fail, "status 1").keys("space").forget().keys("enter");
    player.asks_for(&["ask demo#by-hand check 0"]);
    player.answers("by-hand", 0, Verdict::Fail, "status 1");
    let step = player.app.step().expect("a step");
    assert!(!player.app.standing(step).is_settled(), "ticking and reading do not make it so");
    player.keys("t");
    let step = player.app.step().expect("a step");
    assert_eq!(player.app.standing(step), Standing::ByHand);
}

#[test]
fn in_the_middle_of_a_step_a_check_of_the_rest_is_no_failure() {
    let mut player = Player::opened(CHECKED_BY_HAND);
    player.answers("by-hand", 0, Verdict::Pass, "status 0").keys("n").answers("two", 0, Verdict::Fail, "missing");
    player.keys("enter").runs("a\n", 0).answers("two", 0, Verdict::Fail, "missing").hides("Not yet");
    let step = player.app.step().expect("a step");
    assert_eq!(player.app.standing(step), Standing::Todo);
}

#[test]
fn keys_still_meant_for_a_shell_that_has_ended_are_nobodys() {
    let mut player = Player::opened(TWO_STEPS);
    player.keys("tab").dies(Ending::Exited(0)).forget().keys("q").types("ls").keys("enter").asks_for(&[]);
    assert!(!player.quit);
    player.keys("r").asks_for(&["close 1", "open laptop 2"]);
}
