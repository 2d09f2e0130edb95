//! A hint that names a command: Enter offers it while an unmet check sees what the hint means.

use wci::course::Verdict;

use crate::player::Player;

const COURSE: &str = r#"---
title: Demo
---
## Docker {#docker}

```sh run id=install
install-docker
```

```toml check
says = "It runs"
sh = "state docker"
equals = "Running"
```

```sh run id=start optional
start-service docker
```

```toml hint
when = "Stopped"
says = "It lost a race at boot."
do = "Look at its log if it does not stay up."
run = "start"
```

```toml hint
says = "Something else."
```

## After {#after}

Read this.
"#;

/// In a window that shows the whole step: what Enter acts on is in view.
fn opened() -> Player {
    let mut player = Player::opened(COURSE);
    player.resize(80, 40);
    player
}

#[test]
fn what_a_check_saw_decides_what_enter_runs() {
    let mut player = opened();
    // Nothing is installed: there is nothing to start.
    player.answers("docker", 0, Verdict::Fail, "not found").forget().shows("1 of 2").hides("lost a race");
    player
        .keys("enter")
        .asks_for(&["journal ran demo#docker install \"install-docker\"", "send \"\\u{5}\\u{15}install-docker\\r\""]);
    player.runs("", 0).answers("docker", 0, Verdict::Pass, "Running").shows("Enter goes on to: After");
    // A boot later.
    player.keys("c").answers("docker", 0, Verdict::Fail, "Stopped").shows("2 of 2").shows("It lost a race at boot.").forget();
    player.keys("enter");
    player.asks_for(&["journal ran demo#docker start \"start-service docker\"", "send \"\\u{5}\\u{15}start-service docker\\r\""]);
    // It may need a second try.
    player.runs("", 0).answers("docker", 0, Verdict::Fail, "Stopped").shows("Enter runs it again").forget().keys("enter");
    player.asks_for(&["journal ran demo#docker start \"start-service docker\"", "send \"\\u{5}\\u{15}start-service docker\\r\""]);
    player.runs("", 0).answers("docker", 0, Verdict::Pass, "Running").shows("Enter goes on to: After");
}

#[test]
fn the_learner_may_choose_another_command() {
    let mut player = opened();
    player.answers("docker", 0, Verdict::Fail, "Stopped").shows("2 of 2").keys("[").shows("1 of 2").hides("lost a race");
    player.forget().keys("enter");
    player.asks_for(&["journal ran demo#docker install \"install-docker\"", "send \"\\u{5}\\u{15}install-docker\\r\""]);
}

#[test]
fn what_is_not_known_or_only_printed_is_no_reason() {
    let mut player = opened();
    player.answers("docker", 0, Verdict::Unknown, "Stopped? nobody could say").shows("1 of 2");
    player.keys("enter").runs("Stopped", 1).answers("docker", 0, Verdict::Fail, "starting").shows("1 of 2");
}

#[test]
fn the_hints_show_the_command_and_the_way_to_it() {
    let mut player = opened();
    player.answers("docker", 0, Verdict::Fail, "Stopped").keys("h");
    player.shows("start-service docker").shows("Enter there runs it").shows("Look at its log");
    // Met: the causes can still be read.
    player.keys("esc c").answers("docker", 0, Verdict::Pass, "Running").keys("h").shows("] goes to it");
}

#[test]
fn another_day_enter_starts_it_and_installs_nothing() {
    let mut before = opened();
    before.answers("docker", 0, Verdict::Fail, "not found").keys("enter").runs("", 0);
    before.answers("docker", 0, Verdict::Pass, "Running");
    // The machine has restarted: what was done is asked anew, and the learner goes where it is so no more.
    let mut player = Player::resume(COURSE, &before.journal);
    player.resize(80, 40).shell_starts();
    player.keys("p");
    player.answers("docker", 0, Verdict::Fail, "Stopped");
    player.forget().keys("enter");
    let typed = "send \"\\u{5}\\u{15}start-service docker\\r\"";
    player.asks_for(&["journal ran demo#docker start \"start-service docker\"", typed]);
}
