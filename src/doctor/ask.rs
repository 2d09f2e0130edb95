//! Questions put to the warm shell, as a chapter's checks are.

use std::time::{Duration, Instant};

use crate::course::{Answer, Check, Fact, Look, Shell, Verdict};
use crate::probe::{Prober, Question};

async fn look(prober: &Prober, shell: Shell, look: Look, within: Duration) -> Answer {
    let check = Check { timeout: within, ..Check::of(look) };
    prober.ask(Question { check, shell, poll: false }).await
}

/// What a shell prints, in one line, and how long that took. An error says why there is no answer.
pub async fn shell(prober: &Prober, shell: Shell, text: &str, within: Duration) -> Result<(String, Duration), String> {
    let began = Instant::now();
    let answer = look(prober, shell, Look::Ask { shell, text: text.into(), exits: 0 }, within).await;
    match answer.verdict {
        Verdict::Pass | Verdict::Warn => Ok((answer.seen, began.elapsed())),
        Verdict::Fail | Verdict::Unknown => Err(answer.seen),
    }
}

/// How long one and one takes, where it is two.
pub async fn sum(prober: &Prober, of: Shell, within: Duration) -> Result<Duration, String> {
    let sum = match of {
        Shell::PowerShell | Shell::Pwsh => "1+1",
        // A script's `set /a` prints nothing.
        Shell::Cmd => "if 1 lss 2 echo 2",
        Shell::Sh | Shell::Bash | Shell::Zsh => "echo $((1+1))",
    };
    match shell(prober, of, sum, within).await? {
        (two, took) if two == "2" => Ok(took),
        (other, _) => Err(format!("1+1 gave {other}")),
    }
}

pub async fn fact(prober: &Prober, shell: Shell, fact: Fact) -> String {
    look(prober, shell, Look::Machine(fact), Duration::from_secs(10)).await.seen
}
