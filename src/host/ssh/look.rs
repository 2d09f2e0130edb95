//! The question which shell is on the other side, asked without a terminal; what ssh asks for it is asked in the pane.

use std::io::Read;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Visit;
use crate::course::Os;
use crate::host::remote::{self, Found};
use crate::host::{Remote, words};
use crate::session::{Ending, Loss, SessionEvent};

/// How long the answer to a question may take: ssh's own limits end it before.
const ANSWER: Duration = Duration::from_secs(30);

impl Visit<'_> {
    /// Which shell is there. None where it cannot be asked without a person, but a person could log in.
    pub fn look(&self) -> Result<Option<(Found, Remote)>, SessionEvent> {
        let mut words = String::new();
        for question in [remote::QUESTION, remote::AGAIN] {
            let mut answer = self.ask(question)?;
            let askpass = self.connection.askpass();
            if self.wants_a_person(&answer) && !askpass.asks() && self.connection.lets_others_ask() {
                askpass.ask_in(self.shared, self.news);
                answer = self.ask(question)?;
                if askpass.was_stopped() {
                    return Err(self.stopped());
                }
            }
            if let Some(found) = remote::read(&answer.said) {
                let windows = found.os == Some(Os::Windows);
                let there = if windows { Some(self.ask(remote::WHERE)?.said) } else { None };
                return Ok(Some((found, remote::choose(found, there.as_deref()))));
            }
            // Nobody was asked yet.
            if self.wants_a_person(&answer) && !self.connection.askpass().asks() {
                return Ok(None);
            }
            words = answer.words;
            if answer.failed {
                // What was typed let nobody in.
                self.connection.askpass().forget();
                return Err(SessionEvent::Lost(words::loss(&words, self.connection.address())));
            }
        }
        let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let last: String = last.chars().filter(|c| !c.is_control()).take(160).collect();
        let said = if last.is_empty() { String::new() } else { format!(" ({last})") };
        Err(SessionEvent::Refused(format!(
            "{} lets this user in, but runs no commands for it{said}: log in as a user with an ordinary shell.",
            self.connection.address().host
        )))
    }

    /// It was let in by nothing that needs no person.
    fn wants_a_person(&self, answer: &Answer) -> bool {
        let words = &answer.words;
        let refused = words::refused(words) || words.contains("Host key verification failed");
        !self.connection.shares() && refused && !words.contains("HAS CHANGED")
    }

    /// What the machine's login shell answers.
    fn ask(&self, text: &str) -> Result<Answer, SessionEvent> {
        self.program(Vec::new())?;
        let begun = self.connection.second(text).and_then(|mut command| {
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            #[cfg(unix)]
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
            #[cfg(windows)]
            std::os::windows::process::CommandExt::creation_flags(&mut command, crate::windows::NO_WINDOW);
            command.spawn()
        });
        let lost = |why: String| SessionEvent::Lost(Loss { why, again: true });
        let host = &self.connection.address().host;
        let mut child =
            begun.map_err(|why| lost(format!("{host} could not be asked for its shell ({why}): open the session again.")))?;
        let said = child.stdout.take().map(heard);
        let words = child.stderr.take().map(heard);
        let Some(status) = self.wait(&mut child) else {
            return Err(match self.shared.lock().ending {
                true => SessionEvent::Ended(Ending::Unknown),
                false => lost(format!("{host} did not say which shell it has: open the session again.")),
            });
        };
        let text = |heard: Option<thread::JoinHandle<String>>| heard.and_then(|heard| heard.join().ok()).unwrap_or_default();
        Ok(Answer { said: text(said), words: text(words), failed: status == Some(255) })
    }

    /// Its status. None where it took too long, or is not wanted any more: then it is gone too.
    fn wait(&self, child: &mut Child) -> Option<Option<i32>> {
        let mut until = Instant::now() + ANSWER;
        loop {
            // A person takes longer.
            if self.connection.askpass().stands() {
                until = Instant::now() + ANSWER;
            }
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status.code());
            }
            if Instant::now() > until || self.shared.lock().ending {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            self.pause();
        }
    }
}

struct Answer {
    said: String,
    words: String,
    /// ssh itself failed.
    failed: bool,
}

/// Reads a stream to its end, and keeps its beginning.
fn heard(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stream.by_ref().take(64 * 1024).read_to_end(&mut text);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        String::from_utf8_lossy(&text).into_owned()
    })
}
