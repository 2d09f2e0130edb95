//! Which boot a machine is in.
//!
//! That of Windows comes from two sources, of which the counter is from memory: neither was tried on a real Windows.

use std::time::Duration;

use crate::course::Shell;
use crate::restart::BootId;

use super::remote::said;
use super::shells::{Heard, Shells};

/// For all of it, the start of a shell included.
const TIME: Duration = Duration::from_secs(20);

/// Characters of what a machine says that are kept.
const LONGEST: usize = 80;

const POSIX: &str = include_str!("questions/boot.sh");
const POWERSHELL: &str = include_str!("questions/boot.ps1");

pub async fn ask(shells: &Shells, shell: Shell) -> Result<BootId, String> {
    let asked = async {
        if shells.of_windows() {
            return shells.ask(&super::candidates(Shell::PowerShell, shell), POWERSHELL, TIME).await;
        }
        // As for a service: where the learner sits in PowerShell, what it knows of Windows goes first.
        if shells.link().is_none() && shell.is_powershell() {
            let heard = shells.ask(&super::candidates(Shell::PowerShell, shell), POWERSHELL, TIME).await;
            if matches!(&heard, Heard::Replied { text, .. } if read(text).is_ok()) {
                return heard;
            }
        }
        shells.ask(&super::candidates(Shell::Sh, shell), POSIX, TIME).await
    };
    let heard = super::timed(TIME, asked).await.unwrap_or(Heard::Silent);
    match heard {
        Heard::Replied { text, .. } => read(&text),
        Heard::Silent => Err(format!("no answer in {}", super::span(TIME))),
        Heard::No(why) => Err(why),
    }
}

fn read(told: &str) -> Result<BootId, String> {
    // It goes into the journal and onto the screen, and the machine may be anybody's.
    let found =
        |word: &str| said(told, word).map(|text| text.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>());
    let boot = BootId {
        counter: found("boot"),
        time: found("time"),
        up: found("up").and_then(|text| text.parse().ok()),
        shown: found("shown").unwrap_or_default(),
    };
    match boot {
        BootId { counter: None, time: None, .. } => Err(found("lacks")
            .map_or("the machine does not tell its boots apart".into(), |why| format!("its boot is not told: {why}"))),
        boot => Ok(boot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boot(counter: Option<&str>, time: Option<&str>, shown: &str) -> BootId {
        BootId { counter: counter.map(Into::into), time: time.map(Into::into), up: None, shown: shown.into() }
    }

    /// Functions stand in for what only Windows has.
    #[cfg(unix)]
    #[tokio::test]
    async fn powershell_tells_both_sources_or_the_one_that_works() {
        if !crate::probe::shell_tests::there(Shell::Pwsh) {
            return;
        }
        let shells = Shells::default();
        let class = "function Get-CimInstance($ClassName, $Property, $OperationTimeoutSec) \
            { [pscustomobject]@{ LastBootUpTime = [DateTime]::new(2026, 11, 24, 9, 12, 3) } }\n";
        let registry =
            "function Get-ItemProperty($Path, $Name) { if ($Name -eq 'BootId') { [pscustomobject]@{ BootId = 41 } } }\n";
        let tells = async |before: &str| {
            let told = shells.ask(&[Shell::Pwsh], &format!("{before}{POWERSHELL}"), TIME).await;
            let Heard::Replied { text, .. } = told else { panic!("{told:?}") };
            let told = read(&text);
            assert!(told.as_ref().map_or(true, |boot| boot.up.is_some()), "{text}");
            told.map(|boot| BootId { up: None, ..boot })
        };
        let both = tells(&format!("{class}{registry}")).await.unwrap();
        assert_eq!((both.counter.as_deref(), both.shown.as_str()), (Some("41"), "2026-11-24 09:12"));
        let time = both.time.unwrap();
        assert!(time.len() == 18 && time.starts_with("1343"), "{time}");
        assert_eq!(tells(registry).await, Ok(boot(Some("41"), None, "")));
        assert_eq!(tells(class).await, Ok(boot(None, Some(&time), "2026-11-24 09:12")));
        assert!(tells("").await.unwrap_err().starts_with("its boot is not told: "));
    }

    #[test]
    fn what_is_told_stays_in_its_bounds() {
        let hostile = format!("wci boot a\u{1b}[31mb{}\nwci shown \u{7}x\nwci up 12\n", "x".repeat(500));
        let boot = read(&hostile).unwrap();
        assert!(boot.counter.as_ref().is_some_and(|c| c.len() <= LONGEST && c.starts_with("a[31mb")), "{boot:?}");
        assert_eq!((boot.shown.as_str(), boot.up), ("x", Some(12)));
    }

    #[test]
    fn what_is_told_is_read() {
        let linux = "wci boot 5ad1f6a4-0a9b-4a3e-9d5e-7f3a\nwci shown 2026-11-24 09:12\n";
        assert_eq!(read(linux), Ok(boot(Some("5ad1f6a4-0a9b-4a3e-9d5e-7f3a"), None, "2026-11-24 09:12")));
        assert_eq!(read("wci boot x\nwci shown \n"), Ok(boot(Some("x"), None, "")), "a date that knows no -d");
        let windows = "wci time 133769123450000000\r\nwci shown 2026-11-24 09:12\r\nwci boot 41\r\n";
        assert_eq!(read(windows), Ok(boot(Some("41"), Some("133769123450000000"), "2026-11-24 09:12")));
        let no_cim = "wci lacks Access denied \nwci boot 41\n";
        assert_eq!(read(no_cim), Ok(boot(Some("41"), None, "")));
        let no_counter = "wci time 133769123450000000\nwci shown 2026-11-24 09:12\nwci lacks Property BootId does not exist\n";
        assert_eq!(read(no_counter), Ok(boot(None, Some("133769123450000000"), "2026-11-24 09:12")));
        assert_eq!(read("wci lacks a\nwci lacks b"), Err("its boot is not told: a".into()));
        assert_eq!(read("noise"), Err("the machine does not tell its boots apart".into()));
    }
}
