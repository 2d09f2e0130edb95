//! Restarts, told by a scripted machine: over ssh, on the machine itself, and everything that can come of one.

use wci::course::Shell;
use wci::course::Verdict;
use wci::progress::Entry;
use wci::restart::WayBack;
use wci::session::SessionEvent;

use crate::player::NONCE;
use crate::player::Player;

const COURSE: &str = r#"---
title: Demo
---
## Enable {#enable on=vm}

```powershell run
Enable-Feature
```

## Restart {#restart on=vm}

```powershell run restart time=2m
shutdown.exe /r /t 10
```

```toml check
says = "The feature is enabled"
powershell = "State"
equals = "Enabled"
retry = "2m"
```

## After {#after on=vm}

Read this.
"#;

/// The machine's shell is there, at its prompt.
fn connects(player: &mut Player) -> &mut Player {
    player.heard(SessionEvent::Opened { shell: Shell::PowerShell, nonce: NONCE.into(), os: None });
    player.prompt()
}

/// Over ssh, at the restart step, connected, in boot 41; its check says Pending.
fn at_the_restart() -> Player {
    let mut player = Player::over_ssh(COURSE, &[]);
    player.keys("enter");
    connects(&mut player).boots("41", "2026-11-24 09:12");
    player.answers("restart", 0, Verdict::Fail, "EnablePending").keys("n");
    player.prompt().forget();
    assert_eq!(player.at(), "restart");
    player.answers("restart", 0, Verdict::Fail, "EnablePending");
    player
}

/// The plan was shown and agreed to, the countdown is over, the command was typed and has ended well.
fn going_down() -> Player {
    let mut player = at_the_restart();
    player.keys("enter enter").shows("Restart 10.0.0.4").boots("41", "2026-11-24 09:12").forget();
    player.keys("enter").asks_for(&["journal armed demo#restart 1 after 0 returns"]);
    player.later(9).asks_for(&[]);
    player.later(1).asks_for(&["journal ran demo#restart 1 \"shutdown.exe /r /t 10\"", "send \"shutdown.exe /r /t 10\\r\""]);
    player.runs("", 0).shows("going down").forget();
    player
}

#[test]
fn nothing_happens_before_the_plan_was_agreed_to() {
    let mut player = at_the_restart();
    player.keys("enter enter").asks_for(&["ask boot vm"]);
    player.shows("shutdown.exe /r /t 10").shows("wci stays up here");
    // Before the boot is known there is nothing to compare with later.
    player.keys("enter").asks_for(&[]);
    player.boots_unknown("no answer in 20 s").shows("could not be read").keys("enter").asks_for(&["ask boot vm"]);
    player.boots("41", "2026-11-24 09:12").shows("2026-11-24 09:12").keys("esc").asks_for(&[]);
    assert!(player.app.restart.is_none());
}

#[test]
fn over_ssh_it_waits_and_goes_on_by_itself() {
    let mut player = going_down();
    player.loses("Connection to 10.0.0.4 closed by remote host.", true).shows("the link dropped, as expected");
    player.shows("back on the network").shows("next try in").forget();
    // Tries with growing pauses, and nothing of it is an alarm.
    player.later(2).asks_for(&["close 1", "open vm 2 at ssh://wci@10.0.0.4"]);
    player.loses("Connection refused.", true).later(1).asks_for(&[]);
    player.later(2).asks_for(&["close 2", "open vm 3 at ssh://wci@10.0.0.4"]);
    player.heard(SessionEvent::Opened { shell: Shell::PowerShell, nonce: NONCE.into(), os: None });
    player.shows("it lets us in").asks_for(&["ask boot vm"]);
    player.boots("42", "2026-11-24 09:16").asks_for(&["journal returned 2026-11-24 09:16"]);
    player.prompt().asks_for(&["ask demo#restart check 0 poll"]);
    player.answers("restart", 0, Verdict::Pass, "Enabled");
    player.asks_for(&["journal judged demo#restart pass", "journal disarmed back"]);
    player.shows("Welcome back").shows("was: 2026-11-24 09:12; now: 2026-11-24 09:16").shows("was: EnablePending; now: Enabled");
    insta::assert_snapshot!("welcome_back", player.screen());
    player.keys("enter");
    assert_eq!(player.at(), "after");
    assert!(player.app.restart.is_none() && player.app.progress.armed.is_none());
}

#[test]
fn the_countdown_can_be_taken_back() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(5).forget();
    player.shows("Restarting in 5 s").keys("ctrl-c").asks_for(&["journal disarmed cancelled"]);
    player.later(60).asks_for(&[]).hides("Restarting");
    // Escape does the same: nobody looks away from what is about to happen.
    player.keys("enter").boots("41", "09:12").keys("enter").forget().keys("esc").asks_for(&["journal disarmed cancelled"]);
}

#[test]
fn a_restart_that_cannot_be_journalled_is_none() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").forget();
    player.disk_is_full = true;
    player.keys("enter").asks_for(&[]).shows("Nothing was restarted: the disk is full");
    assert!(player.app.progress.armed.is_none());
    player.later(60).asks_for(&[]);
}

#[test]
fn the_same_boot_is_no_return() {
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2).forget();
    // Only the link broke, or it is slow to go: that is not an end before its time is over.
    connects(&mut player).boots("41", "2026-11-24 09:12").shows("still up").hides("has not restarted");
    player.later(299).boots("41", "2026-11-24 09:12").shows("has not restarted").forget();
    // It restarts after all, some time later.
    player.loses("Connection closed.", true).shows("back on the network").later(3);
    connects(&mut player).boots("42", "2026-11-24 10:00");
    player.answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn a_machine_that_does_not_go_down_is_asked_and_found_in_the_same_boot() {
    let mut player = going_down();
    player.later(3).asks_for(&["ask boot vm"]).boots("41", "2026-11-24 09:12").shows("still up").asks_for(&[]);
    player
        .later(3)
        .asks_for(&["ask boot vm"])
        .boots("41", "2026-11-24 09:12")
        .later(294)
        .forget()
        .boots("41", "2026-11-24 09:12")
        .shows("has not restarted")
        .forget();
    player.keys("enter").asks_for(&["journal disarmed cancelled", "ask boot vm"]).shows("Restart 10.0.0.4");
}

#[test]
fn a_return_that_nobody_saw_is_seen_by_its_boot() {
    // The link stalled and came back on another boot before the budget was over.
    let mut player = going_down();
    player.later(300).boots("42", "2026-11-24 09:15").asks_for(&[
        "ask boot vm",
        "journal returned 2026-11-24 09:15",
        "ask demo#restart check 0 poll",
    ]);
}

#[test]
fn a_stepped_clock_is_no_restart_and_hides_none() {
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2);
    connects(&mut player).boots("41", "2026-11-24 10:12").shows("still up").hides("Welcome");
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2);
    connects(&mut player).boots("42", "2026-11-24 09:12").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn an_answer_from_before_the_link_broke_proves_nothing() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(10).runs("", 0);
    // Asked by hand while it goes down; the answer comes when it is back.
    player.keys("enter").loses("Broken pipe.", true).later(2);
    player.boots("41", "09:12").hides("has not restarted").shows("trying");
}

#[test]
fn windows_own_plans_are_asked_about() {
    let mut player = at_the_restart();
    player
        .keys("enter")
        .boots("41", "09:12")
        .keys("enter")
        .later(10)
        .runs("A system shutdown has already been scheduled.(1190)", 1190);
    player.shows("1190").forget();
    // Only when the learner says so is somebody else's restart taken back.
    player.later(30).asks_for(&[]);
    player.keys("x").asks_for(&[]).shows("shutdown.exe /a").keys("enter").later(10);
    let typed = player.effects().join(" ");
    assert!(typed.contains("shutdown.exe /a") && typed.contains("shutdown.exe /r /t 10"), "{typed}");
    player.runs("", 0).shows("going down");

    // Or it is waited for.
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(10).runs("", 1190).forget();
    player.keys("enter").asks_for(&[]).shows("going down");

    // 1115: it is going down already.
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(10).runs("", 1115).shows("going down");
}

#[test]
fn a_command_that_fails_restarts_nothing() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(10).forget();
    player.runs("Access is denied.(5)", 5);
    player.asks_for(&["journal finished demo#restart 1 Some(5)", "journal disarmed failed"]).shows("status 5");
    assert!(player.app.restart.is_none());
}

/// Away, back in the next boot, and the check still says no.
fn returns_unmet(player: &mut Player, boot: &str) {
    player.loses("Broken pipe.", true).later(2);
    connects(player).boots(boot, "10:00").forget();
    player.answers("restart", 0, Verdict::Fail, "EnablePending");
}

#[test]
fn a_second_restart_may_be_wanted_and_a_fourth_is_not_offered() {
    let mut player = going_down();
    returns_unmet(&mut player, "42");
    player.shows("Windows sometimes wants a second restart").shows("EnablePending");
    for (before, after) in [("42", "43"), ("43", "44")] {
        player.keys("enter").boots(before, "10:00").keys("enter").later(10).runs("", 0);
        returns_unmet(&mut player, after);
    }
    player.shows("Three restarts in a row").shows("stops here");
    assert!(player.effects().contains(&"journal disarmed enough".to_owned()));
    player.keys("enter").hides("stops here");
    assert!(player.app.restart.is_none());
}

#[test]
fn a_machine_that_never_returns_is_unknown_and_can_be_waited_for() {
    let mut player = going_down();
    player.loses("Connection timed out.", true);
    for _ in 0..60 {
        player.later(13).loses("Connection timed out.", true);
    }
    player.shows("did not answer within 10:00").shows("Connection timed out").shows("w waits on");
    player.forget().keys("w").shows("budget 10:00");
    connects(player.later(1)).boots("42", "11:00").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn leaving_it_does_not_stop_it() {
    let mut player = going_down();
    player.keys("esc").hides("going down").loses("Broken pipe.", true).later(2);
    connects(&mut player).boots("42", "11:00").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn giving_up_leaves_nothing_armed() {
    let mut player = going_down();
    player.loses("Broken pipe.", true).forget().keys("ctrl-c").asks_for(&["journal disarmed given-up"]);
    assert!(player.app.progress.armed.is_none() && player.app.restart.is_none());
}

#[test]
fn a_week_later_another_start_goes_on_with_it() {
    let before = going_down();
    let mut player = Player::over_ssh(COURSE, &before.journal);
    // It lands on the step, and connects by itself.
    assert_eq!(player.at(), "restart");
    player.later(7 * 86_400);
    connects(&mut player).boots("57", "2026-12-01 08:00").answers("restart", 0, Verdict::Pass, "Enabled");
    player.shows("Welcome back").shows("7 days").shows("was: EnablePending; now: Enabled");
}

#[test]
fn by_hand_is_waited_for_as_long_as_it_takes() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").forget().keys("m");
    player.asks_for(&["journal armed demo#restart 1 after 0 returns"]).shows("whenever it suits you");
    player.later(3 * 3600).asks_for(&[]);
    player.loses("Connection closed.", true).later(2);
    connects(&mut player).boots("42", "12:20").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn a_restart_that_was_none_of_ours_is_noticed() {
    let mut player = at_the_restart();
    player.loses("Connection reset.", true).later(2);
    connects(&mut player).boots("42", "2026-11-24 13:00").shows("has restarted since you were last here");
}

fn way_back() -> WayBack {
    WayBack {
        name: Some("logon task wci-return".into()),
        whereabouts: "the Task Scheduler".into(),
        text: "<Task>all of it</Task>".into(),
        command: r"C:\wci\wci.exe".into(),
    }
}

/// On the machine itself: the plan is shown, the boot and the way back are known.
fn planned_here() -> Player {
    let mut player = Player::on_the_vm(COURSE, &[]);
    player.keys("enter");
    connects(&mut player).keys("n");
    player.forget().keys("enter").asks_for(&["ask boot vm", "plan way back"]);
    player.boots("41", "2026-11-24 09:12").send(wci::app::Msg::WayBack(Ok(way_back()))).forget();
    player.shows("logon task wci-return starts it again").shows("a leaves it out");
    player
}

#[test]
fn on_the_machine_itself_the_way_back_is_shown_registered_and_read_back_first() {
    let mut player = planned_here();
    player.keys("i").shows("<Task>all of it</Task>").keys("i").hides("<Task>");
    player.keys("enter").asks_for(&["journal armed demo#restart 1 after 0 returns", "register logon task wci-return"]);
    player.later(60).asks_for(&[]);
    player.send(wci::app::Msg::Registered(Ok(()))).shows("Registered and read back").later(10);
    assert!(player.effects().iter().any(|e| e.starts_with("send")));
}

#[test]
fn a_way_back_that_fails_holds_the_restart_up() {
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Err("The task could not be read back.".into()))).forget();
    player.shows("could not be read back").shows("C:\\wci\\wci.exe").later(60).asks_for(&[]);
    player.keys("enter").later(10);
    assert!(player.effects().iter().any(|e| e.starts_with("send")), "all the same");
}

#[test]
fn the_way_back_can_be_declined_and_a_countdown_taken_back_leaves_none() {
    let mut player = planned_here();
    player.keys("a").shows("nothing is registered").keys("enter");
    player.asks_for(&["journal armed demo#restart 1 after 0 returns"]);
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).forget();
    player.keys("ctrl-c").asks_for(&["journal disarmed cancelled", "remove way back"]);
    // Taken back while it was being registered: it is removed when it comes.
    let mut player = planned_here();
    player.keys("enter ctrl-c").forget().send(wci::app::Msg::Registered(Ok(()))).asks_for(&["remove way back"]);
    // Asked for anew before that: both have registered the same, and it stays.
    let mut player = planned_here();
    player.keys("enter ctrl-c enter").boots("41", "2026-11-24 09:12").send(wci::app::Msg::WayBack(Ok(way_back())));
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).shows("Registered and read back").forget();
    player.send(wci::app::Msg::Registered(Ok(()))).asks_for(&[]);
}

#[test]
fn the_next_start_on_the_machine_itself_proves_the_boot_and_removes_the_way_back() {
    let mut before = planned_here();
    before.keys("enter").send(wci::app::Msg::Registered(Ok(()))).later(10).runs("", 0);
    before.dies(wci::session::Ending::Exited(1)).hides("r starts a new one");
    let mut player = Player::on_the_vm(COURSE, &before.journal);
    assert_eq!(player.at(), "restart");
    assert!(player.effects().contains(&"remove way back".to_owned()));
    player.shows("a new boot").boots("42", "2026-11-24 09:15");
    connects(&mut player).answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn the_next_start_in_the_same_boot_says_that_it_was_postponed() {
    let mut before = planned_here();
    before.keys("enter").send(wci::app::Msg::Registered(Ok(()))).later(10).runs("", 0);
    let mut player = Player::on_the_vm(COURSE, &before.journal);
    player.boots("41", "2026-11-24 09:12").shows("has not restarted").forget();
    // The one that is wanted now has its own way back; if it is put away, nothing of either stays.
    player.keys("enter").asks_for(&["journal disarmed cancelled", "ask boot vm", "plan way back"]);
    player.boots("41", "2026-11-24 09:12").send(wci::app::Msg::WayBack(Ok(way_back()))).forget();
    player.keys("esc").asks_for(&[]);
    assert!(player.app.progress.armed.is_none() && player.app.restart.is_none());
}

#[test]
fn a_postponed_restart_that_is_put_away_takes_its_way_back_with_it() {
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).later(10).runs("", 0).later(400).forget();
    player.boots("41", "2026-11-24 09:12").shows("has not restarted").forget();
    player.keys("enter").asks_for(&["journal disarmed cancelled", "remove way back", "ask boot vm", "plan way back"]);
    // Windows has another one planned, and the learner thinks better of it.
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).later(10).runs("", 1190).shows("1190").keys("x").forget();
    player.keys("esc").asks_for(&["journal disarmed cancelled", "remove way back"]);
}

#[test]
fn a_restart_that_waits_for_a_prompt_is_dropped_when_that_is_said() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "2026-11-24 09:12").keys("enter").forget();
    // The learner's own program has the shell.
    player.begins("working...").later(12).shows("Ctrl-C drop it").keys("ctrl-c").shows("nothing was restarted");
    assert!(player.app.restart.is_none() && player.app.progress.armed.is_none());
    player.forget().prompt().later(30);
    assert!(!player.effects().iter().any(|e| e.starts_with("send")));
}

#[test]
fn power_can_go_between_any_two_entries() {
    let mut whole = going_down();
    whole.loses("Broken pipe.", true).later(2);
    connects(&mut whole).boots("42", "11:00").answers("restart", 0, Verdict::Pass, "Enabled");
    let journal = whole.journal.clone();
    let armed = journal.iter().position(|e| matches!(e, Entry::Armed(_))).expect("armed");
    for cut in armed + 1..journal.len() {
        let mut player = Player::over_ssh(COURSE, &journal[..cut]);
        assert_eq!(player.at(), "restart", "{cut}");
        connects(&mut player).boots("42", "11:00");
        player.answers("restart", 0, Verdict::Pass, "Enabled");
        assert!(player.app.progress.armed.is_none(), "{cut}");
        let step = player.app.step().expect("a step");
        assert!(player.app.standing(step).is_settled(), "{cut}");
        let ran = player.journal.iter().filter(|e| matches!(e, Entry::Ran { .. })).count();
        assert!(ran <= 1, "{cut}: nothing runs again by itself");
    }
}

#[test]
fn a_command_in_flight_when_the_link_broke_is_unknown_and_is_not_run_again() {
    let mut player = Player::over_ssh(COURSE, &[]);
    player.keys("enter");
    connects(&mut player).boots("41", "09:12").answers("restart", 0, Verdict::Fail, "Disabled");
    player.keys("enter").begins("working...").forget();
    player.loses("Timeout, server 10.0.0.4 not responding.", true);
    player.asks_for(&["journal judged demo#enable unknown"]);
    player.shows("The link broke while it ran").later(2);
    connects(&mut player).forget().later(60);
    assert!(!player.effects().iter().any(|e| e.starts_with("send")));
}

#[test]
fn what_trying_again_does_not_help_is_not_tried_again() {
    let mut player = Player::over_ssh(COURSE, &[]);
    player.keys("enter").forget();
    player.loses("The host key of 10.0.0.4 has changed.", false).shows("host key").later(3600).asks_for(&[]);
    player.keys("r");
    assert!(player.effects().iter().any(|e| e.starts_with("open vm")), "the learner can");
}

#[test]
fn trying_can_be_stopped() {
    let mut player = Player::over_ssh(COURSE, &[]);
    player.keys("enter").loses("Connection refused.", true).forget().keys("ctrl-c").shows("r tries now");
    player.keys("n c").shows("There is no link to the machine: its checks are asked once it is back.");
    player.later(3600).asks_for(&[]);
}

#[test]
fn a_machine_that_does_not_answer_any_more_has_gone_whatever_its_link_says() {
    let mut player = going_down();
    player.later(3).boots_unknown("no answer in 6 s").asks_for(&["ask boot vm", "close 1", "open vm 2 at ssh://wci@10.0.0.4"]);
    player.shows("back on the network").loses("The link broke.", true).later(3);
    connects(&mut player).boots("42", "11:00").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn a_restart_of_another_machine_is_not_taken_for_this_ones() {
    let mut journal = going_down().journal;
    for entry in &mut journal {
        if let Entry::Armed(armed) = entry {
            armed.host = "ssh://wci@10.0.0.9".parse().expect("a host");
        }
    }
    let mut player = Player::over_ssh(COURSE, &journal);
    player.shows("is still waited for").forget();
    connects(&mut player).boots("7", "08:00");
    assert!(!player.effects().iter().any(|e| e.starts_with("journal returned")));
    assert!(player.app.progress.armed.is_some(), "it is still waited for");
}

#[test]
fn giving_up_takes_back_what_still_waits_for_its_prompt() {
    // The shell is busy with something of the learner's when the countdown ends.
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter tab").types("sleep 99").keys("enter");
    player.begins("").keys("ctrl-]").later(20).forget().keys("enter").keys("ctrl-c");
    assert!(player.app.restart.is_none(), "{:?}", player.app.restart);
    player.forget().ends(0).later(60);
    assert!(!player.effects().iter().any(|e| e.contains("shutdown")), "nothing is typed any more");
}

#[test]
fn a_link_that_breaks_in_the_countdown_takes_it_back() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(5).forget();
    player.loses("Broken pipe.", true).asks_for(&["journal disarmed cancelled"]).later(2);
    connects(&mut player).boots("42", "09:20").later(60);
    assert!(!player.effects().iter().any(|e| e.contains("shutdown")), "nothing is typed into the next boot");
}

#[test]
fn a_link_that_flaps_is_no_second_return() {
    let mut player = going_down();
    for _ in 0..4 {
        player.loses("Broken pipe.", true).later(13);
        connects(&mut player).boots("42", "11:00");
    }
    let returned = player.journal.iter().filter(|e| matches!(e, Entry::Returned { .. })).count();
    assert_eq!(returned, 1);
    player.answers("restart", 0, Verdict::Fail, "EnablePending").shows("Windows sometimes wants a second restart");
    // Nor is another start of the program.
    let mut player = Player::over_ssh(COURSE, &player.journal);
    connects(&mut player).boots("42", "11:00");
    assert_eq!(player.journal.iter().filter(|e| matches!(e, Entry::Returned { .. })).count(), 1);
    assert_eq!(player.app.restart.as_ref().map(|r| r.returns), Some(1));
}

#[test]
fn a_shell_that_is_refused_while_it_comes_up_is_tried_again() {
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2);
    player.heard(SessionEvent::Refused("The shell did not come up within 20 s.".into())).shows("next try in").later(13);
    connects(&mut player).boots("42", "11:00").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn a_login_that_stalls_is_tried_anew() {
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2).forget().later(29).asks_for(&[]);
    player.later(2).asks_for(&["close 2", "open vm 3 at ssh://wci@10.0.0.4"]);
}

#[test]
fn what_got_met_later_is_met() {
    let mut player = going_down();
    returns_unmet(&mut player, "42");
    player.shows("Windows sometimes wants a second restart");
    player.keys("esc c").answers("restart", 0, Verdict::Pass, "Enabled").hides("second restart").forget().keys("enter");
    assert_eq!(player.at(), "after");
}

#[test]
fn a_check_that_cannot_be_asked_is_no_return_without_progress() {
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2);
    connects(&mut player).boots("42", "11:00").answers("restart", 0, Verdict::Unknown, "no answer in 30 s");
    player.shows("A check could not be asked").forget();
    player.keys("enter").answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn a_command_that_takes_long_is_not_late() {
    let mut player = at_the_restart();
    player.keys("enter").boots("41", "09:12").keys("enter").later(10).begins("Installing...").forget();
    player.later(900).asks_for(&[]).hides("has not restarted");
    player.ends(0).later(3).asks_for(&["ask boot vm"]);
}

#[test]
fn on_the_machine_itself_the_end_of_the_shell_is_no_failure() {
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).later(10).begins("").forget();
    player.dies(wci::session::Ending::Exited(-1_073_741_510)).asks_for(&[]).hides("not restarted");
    assert!(player.app.progress.armed.is_some());
}

#[test]
fn giving_up_on_the_machine_itself_removes_the_way_back() {
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).later(10).runs("", 0).forget();
    player.keys("ctrl-c").asks_for(&["journal disarmed given-up", "remove way back"]);
    player.send(wci::app::Msg::Removed(Err("The logon task is still there.".into()))).shows("still there");
}

#[test]
fn a_disk_that_fills_up_on_the_way_types_nothing_and_leaves_nothing() {
    let mut player = planned_here();
    player.keys("enter").send(wci::app::Msg::Registered(Ok(()))).forget();
    player.disk_is_full = true;
    player.later(10).asks_for(&["remove way back"]).shows("Nothing was restarted: the disk is full");
    // And a return that cannot be written is asked for until it can.
    let mut player = going_down();
    player.loses("Broken pipe.", true).later(2);
    connects(&mut player).disk_is_full = true;
    player.boots("42", "11:00").shows("the disk is full").disk_is_full = false;
    player.forget().later(4).asks_for(&["ask boot vm"]).boots("42", "11:00");
    player.answers("restart", 0, Verdict::Pass, "Enabled").shows("Welcome back");
}

#[test]
fn what_was_done_before_and_is_not_so_any_more_is_named() {
    let course = COURSE.replace(
        "Read this.",
        "```powershell run\nInstall-Docker\n```\n\n```toml check\nsays = \"Docker runs\"\nservice = \"docker\"\n```",
    );
    let mut player = Player::over_ssh(&course, &[]);
    player.keys("enter");
    connects(&mut player).boots("41", "09:12");
    player.answers("restart", 0, Verdict::Fail, "EnablePending").answers("after", 0, Verdict::Fail, "missing");
    player.keys("n n").keys("enter").runs("", 0).answers("after", 0, Verdict::Pass, "running").keys("p").prompt();
    player.keys("enter").boots("41", "09:12").keys("enter").later(10).runs("", 0);
    player.loses("Broken pipe.", true).later(2);
    connects(&mut player).boots("42", "09:15").answers("after", 0, Verdict::Fail, "docker is stopped");
    player.answers("restart", 0, Verdict::Pass, "Enabled").answers("after", 0, Verdict::Fail, "docker is stopped");
    player.resize(120, 40).shows("Done before, and not so any more").shows("After");
}

#[test]
fn how_it_looks() {
    let player = planned_here();
    insta::assert_snapshot!("plan_here", player.screen());
    let mut player = going_down();
    player.resize(120, 40).loses("10.0.0.4 refuses connections.", true).later(1);
    insta::assert_snapshot!("ladder_wide", player.screen());
    for (columns, rows) in [(1, 1), (10, 5), (40, 10)] {
        player.resize(columns, rows).screen();
    }
}
