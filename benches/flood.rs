//! How fast output goes through: `cargo bench --bench flood -- [MIB]`. Needs `cat`, `base64` and a Unix.
//!
//! Three ways for the same file: a bare pseudo-terminal read in a loop, a session whose bytes are dropped, a session shown in a
//! terminal. Then the scanner's worth: the terminal fed from memory.
#![allow(clippy::unwrap_used)]

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    let mib = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(200);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text");
    let make = format!("base64 /dev/urandom | head -c {} > '{}'", mib * 1024 * 1024, file.display());
    assert!(std::process::Command::new("sh").args(["-c", &make]).status().unwrap().success());
    let file = file.display().to_string();
    for round in 1..=3 {
        let raw = flood::raw(&file);
        let dropped = flood::session(&file, false);
        let shown = flood::session(&file, true);
        let speed = |time: std::time::Duration| mib as f64 / time.as_secs_f64();
        println!(
            "{round}: raw {:.1} MiB/s, session {:.1}, session and terminal {:.1} ({:.2} of raw); resident {} KB, at most {} KB",
            speed(raw),
            speed(dropped),
            speed(shown),
            raw.as_secs_f64() / shown.as_secs_f64(),
            flood::status("VmRSS"),
            flood::status("VmHWM"),
        );
    }
    flood::memory(&file);
}

#[cfg(unix)]
mod flood {
    use std::io::Read;
    use std::time::{Duration, Instant};

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use tokio::sync::mpsc::channel;
    use wci::host::{BACKLOG, Door, ShellChoice, open};
    use wci::session::{SessionEvent, SessionId, Size};
    use wci::terminal::{Heard, MarkKind, Terminal};

    const SIZE: Size = Size { columns: 120, rows: 40 };

    pub fn raw(file: &str) -> Duration {
        let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new("cat");
        command.arg(file);
        let begun = Instant::now();
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (mut reader, mut buffer) = (pair.master.try_clone_reader().unwrap(), vec![0; 64 * 1024]);
        while reader.read(&mut buffer).is_ok_and(|length| length > 0) {}
        child.wait().unwrap();
        begun.elapsed()
    }

    /// From the typed command to the prompt after it.
    pub fn session(file: &str, show: bool) -> Duration {
        let (sender, mut events) = channel(BACKLOG);
        let session =
            open(SessionId(1), Door::Local(ShellChoice { plain: true, ..ShellChoice::named("bash") }), SIZE, None, sender);
        let mut terminal = Terminal::new(SIZE);
        let (mut begun, mut took, mut tail, mut messages) = (None, None, Vec::new(), 0u64);
        while took.is_none() {
            match events.blocking_recv().unwrap().1 {
                SessionEvent::Opened { nonce, .. } => terminal.trust(&nonce),
                SessionEvent::Output(bytes) => {
                    messages += 1;
                    // Dropped bytes are looked at where the marks may be: in small messages.
                    let heard = if show {
                        terminal.feed(&bytes)
                    } else {
                        tail.extend_from_slice(&bytes[bytes.len().saturating_sub(400)..]);
                        tail.drain(..tail.len().saturating_sub(400));
                        terminal.feed(&std::mem::take(&mut tail))
                    };
                    for heard in heard {
                        match heard {
                            Heard::Mark(mark) if mark.kind == MarkKind::PromptEnd => match begun {
                                None => {
                                    begun = Some(Instant::now());
                                    session.send(format!("cat '{file}'\r").into_bytes()).unwrap();
                                }
                                Some(begun) => took = Some(begun.elapsed()),
                            },
                            Heard::Reply(bytes) => session.send(bytes).unwrap(),
                            Heard::Mark(_) | Heard::Folder(_) | Heard::Bell => {}
                        }
                    }
                }
                other @ (SessionEvent::Refused(_) | SessionEvent::Lost(_) | SessionEvent::Ended(_)) => panic!("{other:?}"),
            }
        }
        if show {
            print!("[{messages} messages] ");
        }
        took.unwrap()
    }

    pub fn memory(file: &str) {
        let text = std::fs::read_to_string(file).unwrap().replace('\n', "\r\n");
        for (name, text) in [
            ("plain text", text.clone()),
            ("y", "y\r\n".repeat(5_000_000)),
            ("coloured", text.replace("\r\n", "\x1b[0m\r\n\x1b[32m")),
        ] {
            let mut terminal = Terminal::new(SIZE);
            let begun = Instant::now();
            for chunk in text.as_bytes().chunks(64 * 1024) {
                let _ = terminal.feed(chunk);
            }
            println!("from memory, {name}: {:.1} MiB/s", text.len() as f64 / 1024.0 / 1024.0 / begun.elapsed().as_secs_f64());
        }
        // Titles only, one after another: nothing reaches the emulator.
        let mut terminal = Terminal::new(SIZE);
        let begun = Instant::now();
        for chunk in "\x1b]0;a title\x07".repeat(5_000_000).as_bytes().chunks(64 * 1024) {
            let _ = terminal.feed(chunk);
        }
        println!("from memory, titles: {:.1} MiB/s", 60_000_000.0 / 1024.0 / 1024.0 / begun.elapsed().as_secs_f64());
    }

    pub fn status(name: &str) -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        status
            .lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
            .unwrap_or(0)
    }
}
