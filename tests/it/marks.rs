//! Marks that come repeated, out of order, without a number or not at all, told to the pure core.

use wci::app::Prompt;
use wci::app::Seat;
use wci::course::Os;
use wci::course::Place;
use wci::course::Shell;
use wci::session::HostKind;
use wci::session::SessionEvent;
use wci::session::Size;

use crate::player::NONCE;
use crate::player::Player;

const CHAPTER: &str = "---\ntitle: Demo\n---\n## First {#first}\n\nSay hello.\n\n\
    ```powershell run\n'hello'\n```\n\n```cmd or\necho hello\n```\n\n\
    ```toml check\nsays = \"It said hello\"\noutput = true\nequals = \"hello\"\n```\n\n\
    ## Second {#second}\n\n```powershell run\none\ntwo\n```\n\n```toml check\nsays = \"The file is there\"\nfile = \"/tmp/x\"\n```\n";

/// At its first prompt, by the marks given.
fn opened(shell: Shell, os: Os, prompt: &str) -> Player {
    let mut player = Player::new(CHAPTER);
    let size = Size { columns: 80, rows: 24 };
    player.app.seats.insert(Place::Laptop, Seat::new(HostKind::Here, Some(os), shell, "laptop", size));
    player.keys("enter").heard(SessionEvent::Opened { shell, nonce: NONCE.into(), os: None });
    marks(&mut player, prompt);
    player
}

fn powershell(line_editor: u8) -> Player {
    opened(Shell::PowerShell, Os::Windows, &format!("<A;n=1;e={line_editor}>PS> <B;n=1>"))
}

/// Prints a text in which `<D;0;n=2>` is a mark.
fn marks(player: &mut Player, text: &str) {
    let text = text.replace('<', "\x1b]133;").replace('>', &format!(";k={NONCE}\x1b\\"));
    player.prints(&text.replace("PS\x1b", "PS>\x1b"));
}

fn runs(player: &Player) -> bool {
    player.app.running().is_some()
}

fn finished(player: &mut Player) -> Vec<String> {
    player.effects().into_iter().filter(|effect| effect.starts_with("journal finished")).collect()
}

#[test]
fn repeated_marks_end_nothing_a_second_time() {
    let mut player = powershell(1);
    player.keys("enter");
    // A console paints the line anew while it is typed, with the marks of its prompt.
    marks(&mut player, "<A;n=1;e=1>PS <B;n=1>'hel<A;n=1;e=1>PS <B;n=1>'hello'\n");
    assert!(runs(&player));
    marks(&mut player, "<C;n=1>hello\n<A;n=1;e=1><B;n=1>");
    assert!(runs(&player), "an old prompt");
    marks(&mut player, "<D;0;n=2><A;n=2;e=1>PS <B;n=2>");
    assert_eq!(finished(&mut player), ["journal finished demo#first 1 Some(0)"]);
    marks(&mut player, "<D;0;n=2><A;n=2;e=1>PS <B;n=2>");
    assert_eq!(finished(&mut player), [""; 0]);
    // The next run is not ended by what is painted of the last one.
    player.keys("n enter");
    marks(&mut player, "<D;0;n=2><A;n=2;e=1>PS <B;n=2>");
    assert!(runs(&player));
}

#[test]
fn a_prompt_of_old_does_not_make_a_busy_shell_ready() {
    let mut player = powershell(1);
    marks(&mut player, "docker pull\n<C;n=1>layers<A;n=1><B;n=1>");
    assert_eq!(player.app.seats[&Place::Laptop].prompt, Prompt::Busy);
    marks(&mut player, "<D;0;n=2><A;n=2><B;n=2>");
    assert_eq!(player.app.seats[&Place::Laptop].prompt, Prompt::Ready);
}

#[test]
fn an_end_after_its_own_prompt_is_an_end() {
    let mut player = powershell(1);
    player.keys("enter");
    marks(&mut player, "'hello'\n<C;n=1>hello\n<A;n=2;e=1>PS <B;n=2>");
    assert!(runs(&player), "the status is still to come");
    marks(&mut player, "<D;3;n=2>");
    assert_eq!(finished(&mut player), ["journal finished demo#first 1 Some(3)"]);
}

#[test]
fn a_lost_end_is_answered_by_the_learner() {
    let mut player = powershell(1);
    player.keys("enter");
    marks(&mut player, "'hello'\n<C;n=1>hello\nmine");
    player.later(10).keys("enter").shows("Has it ended?").keys("enter");
    assert_eq!(finished(&mut player), ["journal finished demo#first 1 None"]);
}

#[test]
fn a_prompt_lost_in_the_learners_own_hands_is_asked_about() {
    let mut player = powershell(1);
    marks(&mut player, "function prompt { 'mine' }\n<C;n=1>mine");
    player.forget().keys("enter").shows("The shell is busy").asks_for(&[]);
    player.later(10).keys("enter").shows("Is the prompt there?").asks_for(&[]);
    player.keys("esc").later(5).forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#first 1 "'hello'""#, r#"send "'hello'\r""#]);

    let mut player = powershell(1);
    marks(&mut player, "function prompt { 'mine' }\n<C;n=1>mine");
    player.later(10).keys("enter").forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#first 1 "'hello'""#, r#"send "'hello'\r""#]);
}

#[test]
fn the_line_is_cleared_only_where_something_was_typed() {
    let mut player = powershell(1);
    player.keys("tab").types("half").keys("ctrl-]").forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#first 1 "'hello'""#, r#"send "\u{1b}[1;5H\u{1b}[1;5F'hello'\r""#]);
    marks(&mut player, "<C;n=1>hello\n<D;0;n=2><A;n=2;e=1><B;n=2>");
    player.keys("n").forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#second 1 "one\ntwo""#, r#"send "if (1) {\rone\rtwo\r}\r""#]);

    let mut player = opened(Shell::Pwsh, Os::Linux, "<A;n=1;e=0><B;n=1>");
    player.keys("tab").types("1").keys("enter");
    marks(&mut player, "1\n1\n<D;0;n=2><A;n=2;e=0><B;n=2>");
    player.keys("ctrl-] n").forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#second 1 "one\ntwo""#, r#"send "if (1) {\rone\rtwo\r}\r\r""#]);

    let mut player = opened(Shell::Pwsh, Os::Linux, "<A;n=1;e=0><B;n=1>");
    player.keys("tab").types("1").keys("ctrl-]").forget().keys("enter");
    player.asks_for(&[r#"journal ran demo#first 1 "'hello'""#, r#"send "\u{5}\u{15}'hello'\r""#]);
}

#[test]
fn a_powershell_that_tells_no_start_is_busy_from_enter_to_prompt() {
    let mut player = powershell(0);
    player.keys("n tab").types("sleep").keys("enter ctrl-]").forget().keys("enter").shows("The shell is busy").asks_for(&[]);
    marks(&mut player, "sleep\n<D;0;n=2><A;n=2;e=0><B;n=2>");
    player.asks_for(&["ask demo#second check 0"]);
    // An empty line ran nothing.
    player.keys("tab enter").forget();
    marks(&mut player, "\n<D;n=3><A;n=3;e=0><B;n=3>");
    player.asks_for(&[]);
    player.keys("ctrl-] enter");
    assert!(runs(&player));
}

#[test]
fn cmd_ends_by_the_clock_and_not_by_a_repaint() {
    let prompt = |clock: &str| format!("<D;t={clock}><A;t={clock}>C:\\<B;t={clock}>");
    let mut player = opened(Shell::Cmd, Os::Windows, &prompt("14:03:09.27"));
    player.keys("enter");
    marks(&mut player, &prompt("14:03:09.27"));
    assert!(runs(&player), "painted anew while it is typed");
    marks(&mut player, &format!("echo hello\nhello\n{}", prompt("14:03:08.11")));
    assert!(runs(&player), "an older prompt");
    marks(&mut player, &prompt("14:03:10.00"));
    assert_eq!(finished(&mut player), ["journal finished demo#first 1 None"]);

    // A clock of whole seconds, and a command that took none; then past midnight; then out of order, before its own echo.
    let mut player = opened(Shell::Cmd, Os::Windows, &prompt("23:59:59"));
    player.keys("enter");
    marks(&mut player, &format!("echo hello\nhello\n{}", prompt("23:59:59")));
    assert!(!runs(&player));
    let mut player = opened(Shell::Cmd, Os::Windows, &prompt("23:59:59.99"));
    player.keys("enter");
    marks(&mut player, &format!("echo hello\nhello\n{}", prompt(" 0:00:01,20")));
    assert!(!runs(&player));
    let mut player = opened(Shell::Cmd, Os::Windows, &prompt("14:03:09.27"));
    player.keys("enter");
    marks(&mut player, &prompt("14:03:09.29"));
    assert!(!runs(&player));
}

#[test]
fn an_end_without_number_and_clock_counts_after_the_echo() {
    let mut player = opened(Shell::Cmd, Os::Windows, "<D><A>C:\\<B>");
    player.keys("enter");
    marks(&mut player, "<D><A>C:\\<B>");
    assert!(runs(&player));
    marks(&mut player, "echo hello\nhello\n<D><A>C:\\<B>");
    assert!(!runs(&player));
}
