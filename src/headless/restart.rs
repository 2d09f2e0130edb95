//! A machine of a headless run: connected before its steps, and waited for while it restarts.

use std::io::Write;

use super::Pilot;
use super::command::Ran;
use super::report::Event;
use crate::app::ANSWER;
use crate::app::Action;
use crate::app::Link;
use crate::app::Msg;
use crate::app::Overlay;
use crate::app::Rung;
use crate::app::Seat;
use crate::app::Stage;
use crate::course::Place;
use crate::course::Step;
use crate::engine::now;

use super::HEARTBEAT;

/// How long a login may take. One that asks for a password waits for a person, and nobody is there.
const LOGIN: u64 = 60_000;

/// How long a question of ssh stands before it is taken for one.
const ASKS: u64 = 2_000;

impl<W: Write> Pilot<'_, W> {
    /// Connects the machines a step needs; says in one sentence why one cannot be.
    pub(super) async fn reach(&mut self, step: &Step) -> anyhow::Result<Result<(), String>> {
        let mut places: Vec<Place> = step.checks().map(|check| check.place.unwrap_or(step.place)).collect();
        places.push(step.place);
        places.sort_unstable();
        places.dedup();
        for place in places {
            if let Err(why) = self.reach_one(step, place).await? {
                return Ok(Err(why));
            }
        }
        Ok(Ok(()))
    }

    async fn reach_one(&mut self, step: &Step, place: Place) -> anyhow::Result<Result<(), String>> {
        let restarts = self.app().restart.as_ref().is_some_and(|r| r.place == place);
        if restarts || !self.app().reaches(place) {
            return Ok(Ok(()));
        }
        let begun = now();
        let patience = self.patience();
        let mut opened = false;
        loop {
            let Some(seat) = self.app().seats.get(&place) else { return Ok(Ok(())) };
            if seat.answers() {
                return Ok(Ok(()));
            }
            let waited = now().saturating_sub(begun);
            match &seat.link {
                Link::Closed | Link::Ended(_) if !opened => {
                    opened = true;
                    self.apply(Msg::Reach(place));
                    continue;
                }
                Link::Lost(lost) if lost.next.is_none() => return Ok(Err(lost.why.clone())),
                Link::Lost(lost) if waited > patience => {
                    return Ok(Err(format!("{} It was tried for {} s.", lost.why, waited / 1000)));
                }
                Link::Refused(why) => return Ok(Err(why.clone())),
                Link::Opening => {
                    // What ssh asks stands there, and nobody can answer it here.
                    let asks = seat.terminal.question().filter(|_| now().saturating_sub(seat.heard) > ASKS);
                    if asks.is_some() || waited > LOGIN.max(patience) {
                        let (seconds, last) = (waited / 1000, asks.or_else(|| seat.terminal.last_line()).unwrap_or_default());
                        return Ok(Err(format!(
                            "ssh waits for an answer after {seconds} s ({last}): open wci to log in, or use a key or an agent"
                        )));
                    }
                }
                Link::Closed | Link::Ended(_) => return Ok(Err("the shell there has ended".into())),
                Link::Lost(_) | Link::Up => {}
            }
            self.news(step).await?;
        }
    }

    /// Waits for a piece of news, and takes it in; says now and then that it still waits.
    async fn news(&mut self, step: &Step) -> anyhow::Result<()> {
        let nap = self.engine.nap().unwrap_or(HEARTBEAT).min(HEARTBEAT);
        let news = tokio::time::timeout(nap, self.engine.next()).await;
        match news {
            Ok(msg) => self.apply(msg),
            Err(_) => self.apply(Msg::Time(now())),
        }
        if self.beat.elapsed() >= HEARTBEAT {
            self.beat = tokio::time::Instant::now();
            let seconds = self.begun.elapsed().as_secs();
            let lost = |seat: &Seat| match &seat.link {
                Link::Lost(lost) => Some(lost.why.clone()),
                _ => None,
            };
            let heard = self.app().restart.as_ref().and_then(|r| r.why.clone());
            let last = heard.or_else(|| self.app().seats.values().find_map(lost)).unwrap_or_default();
            self.report.tell(&Event::Waiting { id: &step.id, seconds, last: &last })?;
        }
        Ok(())
    }

    /// Whether the step's machine is being restarted, now or since an earlier run.
    pub(super) fn restarts(&self, step: &Step) -> bool {
        self.app().restart.as_ref().is_some_and(|r| r.step == step.id)
    }

    /// Waits until the machine is back, or until that is for a person to decide.
    pub(super) async fn restart(&mut self, step: &Step) -> anyhow::Result<Ran> {
        let mut told = "";
        loop {
            let Some(restart) = &self.app().restart else {
                let why = self.app().notice.as_ref().map_or_else(|| "it was not restarted".to_owned(), |n| n.text.clone());
                return Ok(Ran::No(why));
            };
            let (stage, since, why) = (restart.stage, restart.since, restart.why.clone().unwrap_or_default());
            let word = phase(stage);
            if word != told {
                // What is armed and typed in one go is still said one after the other.
                let fresh = if told == "plan" && word == "down" { vec!["armed", word] } else { vec![word] };
                told = word;
                let boot = restart.after.as_ref().or(restart.before.as_ref()).map_or("", |boot| boot.id()).to_owned();
                let seconds = now().saturating_sub(restart.at) / 1000;
                for phase in fresh.into_iter().filter(|phase| *phase != "plan") {
                    self.report.tell(&Event::Restart { step, phase, seconds, boot: &boot, why: &why })?;
                }
            }
            let end = match stage {
                Stage::Settled | Stage::Unmet | Stage::Enough => Ran::Yes(Some(0)),
                Stage::Postponed => {
                    if self.app().asks(&step.id) {
                        self.news(step).await?;
                        continue;
                    }
                    Ran::Restart(
                        "the machine has not restarted: it is in the same boot as before; run this again once it has".into(),
                    )
                }
                Stage::Planned => Ran::Restart("Windows has a restart planned already (1190); run this again after it".into()),
                Stage::Late(rung) => match rung {
                    // The boot is being asked for: it may have restarted unseen.
                    Rung::Down if why.is_empty() && self.still_asks() => {
                        self.news(step).await?;
                        continue;
                    }
                    _ => Ran::Late(late(rung, &why)),
                },
                Stage::Plan if now().saturating_sub(since) > self.patience() => {
                    self.engine.app.restart = None;
                    let heard = if why.is_empty() { "it does not answer".to_owned() } else { why };
                    return Ok(Ran::No(format!(
                        "nothing was restarted: which boot the machine is in could not be read ({heard})"
                    )));
                }
                Stage::Plan | Stage::Registering | Stage::Countdown | Stage::Climbing(_) => {
                    self.news(step).await?;
                    continue;
                }
            };
            // Read; what is still open of it stays in the journal.
            self.engine.app.overlay = Some(Overlay::Restart { details: None });
            self.apply(Msg::Do(Action::Home));
            return Ok(end);
        }
    }

    fn patience(&self) -> u64 {
        u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX)
    }

    fn still_asks(&self) -> bool {
        let Some(restart) = &self.app().restart else { return false };
        now().saturating_sub(restart.since) < ANSWER && self.app().seats.get(&restart.place).is_some_and(|s| s.answers())
    }
}

/// The word for a stage in the report.
fn phase(stage: Stage) -> &'static str {
    match stage {
        Stage::Plan => "plan",
        Stage::Registering | Stage::Countdown => "armed",
        Stage::Climbing(Rung::Down) => "down",
        Stage::Climbing(Rung::Network) => "network",
        Stage::Climbing(Rung::Boot) => "boot",
        Stage::Climbing(Rung::Shell) => "shell",
        Stage::Climbing(Rung::Checks) => "checks",
        Stage::Planned => "planned",
        Stage::Postponed => "postponed",
        Stage::Unmet => "unmet",
        Stage::Enough => "enough",
        Stage::Late(_) => "late",
        Stage::Settled => "back",
    }
}

fn late(rung: Rung, why: &str) -> String {
    let what = match rung {
        Rung::Down => "the machine did not go down in time",
        Rung::Network => "the machine did not come back in time",
        Rung::Boot => "the machine did not say which boot it is in",
        Rung::Shell => "no shell came up on the machine",
        Rung::Checks => "the checks did not answer",
    };
    let heard = if why.is_empty() { String::new() } else { format!(" (last heard: {})", why.trim_end_matches('.')) };
    format!("{what}{heard}; that is not known to be a failure: run this again to go on waiting")
}
