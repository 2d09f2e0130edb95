//! Where the Windows machine is: the question of the first start, its answers, and a machine behind ssh. Told to the pure core, then to the real program.

use std::path::Path;
use std::process::Command;

use wci::app::Action;
use wci::app::App;
use wci::app::Link;
use wci::app::Lost;
use wci::app::Msg;
use wci::app::Overlay;
use wci::app::Seat;
use wci::app::Standing;
use wci::app::Whereabouts;
use wci::course::Os;
use wci::course::Place;
use wci::course::Shell;
use wci::course::StepId;
use wci::course::Verdict;
use wci::progress::Armed;
use wci::progress::Entry;
use wci::restart::BootId;
use wci::session::HostKind;
use wci::session::SessionEvent;
use wci::session::Size;

use crate::player::NONCE;
use crate::player::Player;
use crate::tmux::Pane;
use crate::tmux::available;

const TWO_PLACES: &str = r#"---
title: Demo
---
## Here {#here}

```sh run
echo hello
```

```toml check
says = "The file is there"
file = "/tmp/x"
```

## There {#there on=vm}

```powershell run
Get-Date
```

```toml check
says = "The service runs"
service = "docker"
```

## Both {#both on=vm}

```toml check
says = "The port is open from here"
on = "laptop"
port = "vm:3389"
```
"#;

const AT_HOME: &str = "---\ntitle: Demo\n---\n## Here {#here}\n\n```sh run\necho hello\n```\n";

fn host(text: &str) -> HostKind {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// The first start: nobody has said yet where the machine is.
fn first(chapter: &str) -> Player {
    let mut player = Player::new(chapter);
    player.app.unplaced = true;
    player.send(Msg::Started).forget();
    player
}

fn chosen(player: &Player) -> Option<Whereabouts> {
    match player.app.overlay {
        Some(Overlay::Place { choice, .. }) => Some(choice),
        _ => None,
    }
}

fn vm(app: &App) -> &Seat {
    &app.seats[&Place::Vm]
}

/// Chosen over SSH on the map, then opened on the step of the vm.
fn over_ssh() -> Player {
    let mut player = first(TWO_PLACES);
    player.keys("up").types("wci@10.0.0.4").keys("enter").keys("enter n");
    player
}

fn heard(player: &mut Player, event: SessionEvent) {
    let session = vm(&player.app).session;
    player.send(Msg::Session(Place::Vm, session, event));
}

/// PowerShell answers over there.
fn connects(player: &mut Player) {
    heard(player, SessionEvent::Opened { shell: Shell::PowerShell, nonce: NONCE.into(), os: Some(Os::Windows) });
    heard(player, SessionEvent::Output(format!("\x1b]133;A;k={NONCE}\x1b\\PS> \x1b]133;B;k={NONCE}\x1b\\").into_bytes()));
}

fn loses(player: &mut Player, next: Option<u64>) {
    let next = next.map(|seconds| player.app.now + seconds * 1000);
    let lost = Lost { why: "The connection was closed.".into(), next };
    player.app.seats.get_mut(&Place::Vm).expect("a seat").link = Link::Lost(lost);
}

#[test]
fn the_first_start_asks_one_thing_and_remembers_the_answer() {
    let mut player = first(TWO_PLACES);
    player.shows("Where is your Windows machine?").shows("This machine").shows("Over SSH").shows("None yet");
    player.keys("up").types("wci@10.0.0.4:2222").shows("wci@10.0.0.4:2222").keys("enter");
    player.asks_for(&["journal placed ssh://wci@10.0.0.4:2222"]);
    player.hides("Where is your Windows machine?").shows("vm: ssh://wci@10.0.0.4:2222");
    assert_eq!(vm(&player.app).host, host("ssh://wci@10.0.0.4:2222"));
    assert_eq!(player.app.progress.vm, Some(host("ssh://wci@10.0.0.4:2222")));
    player.send(Msg::Started);
    assert_eq!(chosen(&player), None, "it is not asked twice");
}

#[test]
fn escape_puts_the_question_off_and_writes_nothing() {
    let mut player = first(TWO_PLACES);
    player.keys("esc").asks_for(&[]);
    player.shows("the next start asks again");
    assert_eq!((vm(&player.app).host.clone(), player.app.progress.vm.clone()), (HostKind::Rehearsal, None));
    player.send(Msg::Started);
    assert_eq!(chosen(&player), Some(Whereabouts::Nowhere));
}

#[test]
fn none_yet_is_an_answer_too() {
    let mut player = first(TWO_PLACES);
    player.keys("enter").asks_for(&["journal placed rehearsal"]);
    player.keys("enter n").shows("no machine is connected");
}

#[test]
fn on_a_windows_server_this_machine_is_the_answer_that_is_offered() {
    let mut player = Player::new(TWO_PLACES);
    let here = Seat::of(&HostKind::Here, &player.app.seats[&Place::Laptop]);
    player.app.seats.insert(Place::Vm, here);
    player.app.unplaced = true;
    player.send(Msg::Started).forget();
    assert_eq!(chosen(&player), Some(Whereabouts::Here));
    player.keys("esc").shows("For now the Windows steps run on this machine").asks_for(&[]);
    player.keys("v enter").asks_for(&["journal placed here"]);
}

#[test]
fn a_course_without_windows_does_not_ask() {
    assert_eq!(chosen(&first(AT_HOME)), None);
}

#[test]
fn whoever_comes_back_to_a_chapter_is_asked_over_it() {
    let mut player = Player::resume(TWO_PLACES, &[Entry::Opened { chapter: "demo".into() }]);
    player.app.unplaced = true;
    player.send(Msg::Started);
    assert_eq!(chosen(&player), Some(Whereabouts::Nowhere));
    player.keys("enter").shows("echo hello");
}

#[test]
fn a_wrong_address_is_said_and_can_be_corrected() {
    let mut player = first(TWO_PLACES);
    player.keys("up enter").shows("names no machine");
    player.types("a:secret@vm").keys("enter").shows("A password does not belong").asks_for(&[]);
    player.types("x").hides("A password does not belong").keys("ctrl-u").types("vm").keys("enter");
    player.asks_for(&["journal placed ssh://vm"]);
}

#[test]
fn letters_are_typed_only_into_the_address_and_a_paste_is_one() {
    let mut player = first(TWO_PLACES);
    player.types("q").keys("k up");
    assert_eq!((chosen(&player), player.quit), (Some(Whereabouts::Here), false));
    player.keys("j").types("jk").shows("jk");
    player.keys("tab");
    assert_eq!(chosen(&player), Some(Whereabouts::Nowhere));
    player.keys("up ctrl-u down").send(Msg::Paste("ssh://wci@vm\n".into())).keys("enter");
    player.asks_for(&["journal placed ssh://wci@vm"]);
}

#[test]
fn the_step_of_the_vm_opens_a_terminal_of_its_own_over_ssh() {
    let mut player = over_ssh();
    let opened = player.effects().into_iter().filter(|e| e.starts_with("open")).collect::<Vec<_>>();
    assert_eq!(opened, ["open laptop 1", "open vm 2 at ssh://wci@10.0.0.4"]);
    player.shows("vm: 10.0.0.4").shows("Connecting to");
    connects(&mut player);
    player.forget().keys("enter").asks_for(&[r#"journal ran demo#there 1 "Get-Date""#, r#"send "Get-Date\r""#]);
    player.shell_starts().keys("p").shows("─ laptop ─").hides("vm: 10.0.0.4");
    player.keys("n").shows("vm: 10.0.0.4");
    assert!(!player.app.lacks_rights(Place::Vm, true), "its rights are not known");
}

#[test]
fn another_machine_forgets_what_the_old_one_answered() {
    let mut player = over_ssh();
    connects(&mut player);
    player.answers("here", 0, Verdict::Pass, "a file").answers("there", 0, Verdict::Pass, "running");
    player.answers("both", 0, Verdict::Pass, "open");
    player.keys("v").shows("ssh://wci@10.0.0.4").keys("ctrl-u").types("wci@10.0.0.5").forget().keys("enter");
    assert_eq!(
        player.effects(),
        [
            "close 2",
            "journal placed ssh://wci@10.0.0.5",
            "ask demo#here check 0",
            "ask demo#both check 0",
            "open vm 3 at ssh://wci@10.0.0.5",
        ],
        "what is asked there waits for the link"
    );
    let of = |step: usize| player.app.answer(&player.app.course.chapters[0].steps[step], 0).map(|a| a.seen.clone());
    assert_eq!((of(0), of(1), of(2)), (Some("a file".into()), None, Some("open".into())), "only the vm's own answers go");
    assert_eq!(
        vm(&player.app).terminal.size(),
        Size { columns: 75, rows: player.app.seats[&Place::Laptop].terminal.size().rows }
    );
}

/// A restart of the vm that an earlier start armed.
fn armed() -> [Entry; 2] {
    let boot = |counter: &str| BootId { counter: Some(counter.into()), time: None, up: None, shown: counter.into() };
    let armed = Armed {
        step: StepId::new("demo", "there"),
        command: "1".into(),
        place: Place::Vm,
        host: "ssh://wci@10.0.0.4".parse().expect("a host"),
        at: 1,
        before: boot("41"),
        saw: Vec::new(),
        returns: 0,
    };
    [Entry::Opened { chapter: "demo".into() }, Entry::Armed(armed)]
}

#[test]
fn a_restart_that_waits_for_a_machine_goes_on_once_there_is_one() {
    let mut player = Player::resume(TWO_PLACES, &armed());
    assert!(player.app.restart.is_none(), "with no machine there is nothing to wait for");
    player.forget().keys("v up").types("wci@10.0.0.4").keys("enter").shows("Restarting 10.0.0.4");
    assert_eq!(
        player.effects(),
        [
            "journal placed ssh://wci@10.0.0.4",
            "ask demo#here check 0",
            "ask demo#both check 0",
            "open vm 2 at ssh://wci@10.0.0.4"
        ]
    );
}

#[test]
fn a_machine_that_restarts_may_come_back_with_another_address() {
    let mut player = Player::over_ssh(TWO_PLACES, &armed());
    player.loses("No route to host.", true).keys("esc").shows("r tries now").hides("Enter or r");
    player.keys("enter").shows("Restarting 10.0.0.4").keys("esc v ctrl-u").types("wci@10.0.0.9").keys("down").forget();
    player.keys("enter").asks_for(&[]);
    player.shows("its address can change").keys("enter");
    player.asks_for(&["close 1", "journal placed ssh://wci@10.0.0.9", "open vm 2 at ssh://wci@10.0.0.9"]);
    connects(&mut player);
    player.boots("42", "09:16");
    assert!(player.effects().contains(&"journal returned 09:16".to_owned()), "it is known by the boot it was in before");
}

#[test]
fn one_that_is_there_is_not_exchanged_while_its_restart_is_waited_for() {
    let mut player = Player::over_ssh(TWO_PLACES, &armed());
    connects(&mut player);
    player.boots("41", "09:12").shows("has not restarted").keys("esc v").shows("A restart of the vm is not over yet");
    assert!(chosen(&player).is_none());
    // Given up, it is.
    player.keys("enter ctrl-c v ctrl-u").types("wci@10.0.0.9").keys("enter");
    connects(&mut player);
    player.boots("7", "08:00").hides("has restarted").hides("Restarting");
}

#[test]
fn another_machine_is_not_taken_for_one_that_has_restarted() {
    let mut player = over_ssh();
    player.place = Place::Vm;
    connects(&mut player);
    player.boots("41", "09:12").keys("v ctrl-u").types("wci@10.0.0.5").keys("enter");
    connects(&mut player);
    player.boots("7", "08:00").hides("has restarted");
}

#[test]
fn a_restart_that_is_only_planned_keeps_the_machine_where_it_is() {
    let chapter = TWO_PLACES.replace("powershell run", "powershell run restart");
    let mut player = first(&chapter);
    player.place = Place::Vm;
    player.keys("up").types("wci@10.0.0.4").keys("enter").keys("enter n");
    connects(&mut player);
    player.keys("enter").boots("41", "09:12").keys("enter").shows("Restarting in");
    let before = player.app.overlay.take();
    player.keys("v").shows("A restart of the vm is not over yet");
    assert!(before.is_some() && chosen(&player).is_none());
}

#[test]
fn the_same_answer_again_changes_nothing() {
    let mut player = over_ssh();
    connects(&mut player);
    let session = vm(&player.app).session;
    player.forget().keys("v enter").asks_for(&[]);
    assert_eq!((vm(&player.app).session, vm(&player.app).link.clone()), (session, Link::Up));
    player.keys("v esc").asks_for(&[]);
}

#[test]
fn no_other_machine_while_a_command_runs_on_it() {
    let mut player = over_ssh();
    connects(&mut player);
    player.keys("enter").forget().keys("v").asks_for(&[]);
    player.shows("A command runs on the vm");
    assert_eq!(chosen(&player), None);
}

#[test]
fn back_to_no_machine_shows_the_laptops_terminal() {
    let mut player = over_ssh();
    connects(&mut player);
    player.shell_starts().forget().keys("v down enter");
    player.shows("laptop, not the vm").shows("no machine is connected");
    assert!(player.effects().contains(&"close 2".to_owned()));
}

#[test]
fn an_answer_that_cannot_be_written_counts_for_this_start() {
    let mut player = over_ssh();
    connects(&mut player);
    player.disk_is_full = true;
    player.keys("v ctrl-u").types("wci@10.0.0.5").forget().keys("enter").asks_for(&["close 2"]);
    player.shows("the disk is full");
    assert_eq!(player.app.progress.vm, Some(host("ssh://wci@10.0.0.4")), "as the journal has it");
    assert_eq!((vm(&player.app).host.clone(), vm(&player.app).link.clone()), (host("ssh://wci@10.0.0.5"), Link::Closed));
}

#[test]
fn where_the_seat_is_made_from() {
    let laptop = Seat {
        elevated: Some(true),
        ..Seat::new(HostKind::Here, Some(Os::Linux), Shell::Bash, "laptop", Size { columns: 80, rows: 24 })
    };
    let of = |text: &str| {
        let seat = Seat::of(&host(text), &laptop);
        (seat.label, seat.os, seat.shell, seat.elevated)
    };
    assert_eq!(of("here"), ("vm: this machine".into(), Some(Os::Linux), Shell::Bash, Some(true)));
    assert_eq!(of("ssh://wci@[fe80::1]:22"), ("vm: fe80::1".into(), Some(Os::Windows), Shell::PowerShell, None));
    assert_eq!(of("rehearsal"), ("vm".into(), Some(Os::Windows), Shell::PowerShell, None));
}

#[test]
fn a_lost_link_is_tried_now_or_left_alone() {
    let mut player = over_ssh();
    connects(&mut player);
    loses(&mut player, Some(8));
    player.shows("The connection was closed.").shows("Next try in 8 s").shows("Enter try now").later(3).shows("Next try in 5 s");
    assert_eq!(player.app.deadline(), Some(player.app.now + 1000), "the seconds are counted down");
    player.keys("esc").shows("out of reach, next try in 5 s").keys("enter n").forget();
    player.keys(".").asks_for(&[]);
    player.shows("r tries again").hides("Next try");
    assert!(matches!(&vm(&player.app).link, Link::Lost(lost) if lost.next.is_none()));
    loses(&mut player, Some(8));
    player.forget().keys("enter");
    assert_eq!(player.effects(), ["close 2", "open vm 3 at ssh://wci@10.0.0.4"], "Enter tries; it runs nothing");
    loses(&mut player, None);
    player.forget().keys("r").asks_for(&["close 3", "open vm 4 at ssh://wci@10.0.0.4"]);
}

#[test]
fn what_is_typed_at_a_lost_link_goes_nowhere() {
    let mut player = over_ssh();
    connects(&mut player);
    player.keys("tab");
    loses(&mut player, Some(8));
    player.forget().types("x").asks_for(&[]);
    player.shows("There is no link to the machine").keys(".").shows("r tries again");
    player.types("r").asks_for(&["close 2", "open vm 3 at ssh://wci@10.0.0.4"]);
}

#[test]
fn a_step_for_the_desktop_says_so_over_ssh_and_only_there() {
    let chapter = TWO_PLACES.replace("on=vm}\n\n```powershell", "on=vm desktop}\n\n```powershell");
    let mut player = first(&chapter);
    player.keys("up").types("vm.example").keys("enter").keys("enter n");
    player.shows("needs the machine's desktop").shows("to vm.example").keys("n").hides("needs the machine's desktop");
    player.keys("p v down enter").hides("needs the machine's desktop");
    assert_eq!(player.app.standing(&player.app.course.chapters[0].steps[1]), Standing::Todo);
}

#[test]
fn a_program_can_ask_too() {
    let mut player = Player::new(TWO_PLACES);
    player.send(Msg::Do(Action::Place));
    assert_eq!(chosen(&player), Some(Whereabouts::Nowhere));
}

/// `wci` without the screen on a course whose only step is on the vm, and runs everywhere.
fn headless(state: &Path, course: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wci"));
    command.args(arguments).arg("--state").arg(state).arg("--content").arg(course).arg("--trust");
    let out = command.env("WCI_SHELL", "bash").env("HOME", state).output().expect("wci runs");
    (out.status.code(), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned())
}

#[test]
fn a_run_without_the_screen_goes_by_the_flag_then_by_the_answer() {
    let (state, course) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    std::fs::write(course.path().join("course.md"), "---\ntitle: A course\nsummary: For tests.\n---\n").expect("written");
    let chapter = "---\ntitle: Demo\n---\n## There {#there on=vm}\n\n```sh run\ntrue\n```\n";
    std::fs::write(course.path().join("01-demo.md"), chapter).expect("written");
    let run = |arguments: &[&str]| headless(state.path(), course.path(), &[&["run", "demo", "--yes"], arguments].concat());
    let (code, told) = run(&[]);
    assert!(code == Some(3) && told.contains("no machine is connected"), "{told}");
    let folder = state.path().join("courses").join(wci::content::name(course.path()));
    let mut opened = wci::journal::open(&folder).expect("a journal");
    opened.journal.write(1, &Entry::Placed { vm: HostKind::Here, same: false }).expect("written");
    drop(opened);
    let (code, told) = run(&["--vm", "rehearsal"]);
    assert!(code == Some(3), "a flag counts for its start: {told}");
    let (code, told) = run(&[]);
    assert!(code == Some(0), "the answer is remembered: {told}");
    let (code, _) = headless(state.path(), course.path(), &["reset", "--yes"]);
    assert_eq!(code, Some(0));
    assert_eq!(run(&[]).0, Some(3), "and forgotten with everything else");
}

#[test]
fn a_wrong_place_on_the_command_line_is_said_in_a_sentence() {
    let state = tempfile::tempdir().expect("a folder");
    for (given, says) in [
        ("none", "It is here, rehearsal, or ssh:// with user@host[:port] or a name of your ssh config."),
        ("SSH://me@vm", "An address over ssh begins with ssh:// (as in ssh://user@host)."),
        ("ssh://me:secret@vm", "A password does not belong in the address: ssh asks for it."),
        ("ssh://me@vm:0", "0 is not a port: one is a number from 1 to 65535."),
    ] {
        let (code, told) = headless(state.path(), state.path(), &["status", "--vm", given]);
        assert!(code == Some(2) && told.contains(says), "{given}: {told}");
    }
}

#[test]
fn the_real_first_start_asks_and_the_next_one_does_not() {
    if !available() {
        return;
    }
    let state = tempfile::tempdir().expect("a folder");
    let pane = Pane::start(80, 24, state.path(), &[]);
    pane.wait("Where is your Windows machine?").keys(&["Escape"]).wait("the next start asks again");
    pane.keys(&["q"]).wait_end();
    let pane = Pane::start(80, 24, state.path(), &[]);
    pane.wait("Where is your Windows machine?").keys(&["Up"]).types("wci@203.0.113.7").wait("wci@203.0.113.7");
    pane.keys(&["Enter"]).wait("The Windows steps run on wci@203.0.113.7").keys(&["q"]).wait_end();
    let pane = Pane::start(80, 40, state.path(), &[]);
    pane.wait("vm: ssh://wci@203.0.113.7");
    let screen = pane.still();
    assert!(!screen.contains("Where is your Windows machine?"), "{screen}");
    pane.keys(&["q"]).wait_end();
    let pane = Pane::start(80, 40, state.path(), &["--vm", "rehearsal"]);
    pane.wait("vm: none connected").keys(&["q"]).wait_end();
}
