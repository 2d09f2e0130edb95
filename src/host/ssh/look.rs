//! The question which shell is on the other side, asked without a terminal; what ssh asks for it is asked in the pane.

use std::io::Read;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Visit;
use crate::course::Os;
use crate::host::remote::{self, Found};
use crate::host::{Remote, askpass, words};
use crate::session::{Ending, Loss, SessionEvent};

/// How long the answer to a question may take, nobody being asked meanwhile: ssh's own limits end it before, but for a jump host's.
const ANSWER: Duration = Duration::from_secs(30);

impl Visit<'_> {
    /// Which shell is there. None where it cannot be asked without a person, but a person could log in.
    pub fn look(&self) -> Result<Option<(Found, Remote)>, SessionEvent> {
        let mut words = String::new();
        // What stands between does not heed our asking for silence.
        if !self.connection.shares() && self.connection.goes_by_another() && self.connection.askers().is_some() {
            self.connection.askpass().ask_in(self.shared, self.news);
        }
        for question in [remote::QUESTION, remote::AGAIN] {
            let mut answer = self.ask(question)?;
            let askpass = self.connection.askpass();
            if self.wants_a_person(&answer) && !askpass.asks() && self.connection.askers().is_some() {
                askpass.ask_in(self.shared, self.news);
                answer = self.ask(question)?;
            }
            if let Some(found) = remote::read(&answer.said) {
                let windows = found.os == Some(Os::Windows);
                let there = if windows { Some(self.ask(remote::WHERE)?) } else { None };
                if let Some(lost) = there.as_ref().filter(|there| there.failed) {
                    return Err(SessionEvent::Lost(words::loss(&lost.words, self.connection.address())));
                }
                return Ok(Some((found, remote::choose(found, there.as_ref().map(|there| there.said.as_str())))));
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
        let said = child.stdout.take().map(|stream| heard(stream, |_| {}));
        // What ssh and the server say beside a question belongs to it.
        let news = self.connection.askpass().asks().then(|| self.news.clone());
        let show = move |piece: &[u8]| {
            let text = askpass::shown(&String::from_utf8_lossy(piece));
            if let Some(news) = &news {
                news.tell(SessionEvent::Output(text.into_bytes()));
            }
        };
        let words = child.stderr.take().map(|stream| heard(stream, show));
        let Some(status) = self.wait(&mut child) else {
            let ending = self.shared.lock().ending;
            return Err(match self.connection.askpass().was_stopped() {
                _ if ending => SessionEvent::Ended(Ending::Unknown),
                true => self.stopped(),
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
            let askpass = self.connection.askpass();
            // A person takes longer.
            if askpass.stands() {
                until = Instant::now() + ANSWER;
            }
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status.code());
            }
            if Instant::now() > until || self.shared.lock().ending || askpass.was_stopped() {
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

/// Reads a stream to its end, shows what comes, and keeps its beginning.
fn heard(mut stream: impl Read + Send + 'static, show: impl Fn(&[u8]) + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            show(&piece[..length]);
            text.extend(&piece[..length.min(KEPT - text.len())]);
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// How much of what is heard is kept, in bytes.
const KEPT: usize = 64 * 1024;
