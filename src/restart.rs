//! What a restart leaves to be known: which boot a machine is in, and the way back to the companion that was registered before it.

/// What changes when a machine has restarted, and only then.
///
/// On Linux `/proc/sys/kernel/random/boot_id`, on macOS `kern.bootsessionuuid`. Windows has no such word: there the counter is `BootId` of
/// `HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters` (from memory, not tried), and the time is
/// `LastBootUpTime`, which alone would not do, because a clock is stepped after the boot too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootId {
    /// An identifier or a number that each boot has for itself.
    pub counter: Option<String>,
    /// When it booted, as the machine's clock has it, in a form only to be compared.
    pub time: Option<String>,
    /// For how long it has been up, in seconds, by a clock that nobody steps: one that has become less proves a restart by itself. Asked of
    /// Windows, where the counter is from memory.
    pub up: Option<u64>,
    /// The same for people, as the machine says it: `2026-11-24 09:12`.
    pub shown: String,
}

impl BootId {
    /// What it is told from others by, for reports.
    pub fn id(&self) -> &str {
        self.counter.as_deref().or(self.time.as_deref()).unwrap_or_default()
    }

    /// Whether the later one is of another boot. Compared for inequality only: clocks go both ways.
    pub fn differs(&self, later: &BootId) -> bool {
        let less = matches!((self.up, later.up), (Some(before), Some(after)) if after + AT_MOST < before);
        less || match (&self.counter, &later.counter) {
            (Some(one), Some(two)) => one != two,
            _ => self.time.is_some() && later.time.is_some() && self.time != later.time,
        }
    }
}

/// What two readings of one clock may differ by, in seconds.
const AT_MOST: u64 = 5;

/// What brings the companion back by itself after a restart of the machine it runs on, or what to type where nothing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// In a word or two: `logon task wci-return`, `autostart entry`; none where this system offers nothing.
    pub name: Option<String>,
    /// Where it stands, for whoever wants to look.
    pub whereabouts: String,
    /// Exactly what is registered: the task's XML, the entry's text.
    pub text: String,
    /// What the learner types to come back without it.
    pub command: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_boot_differs() {
        let boot = |counter: Option<&str>, time: Option<&str>| BootId {
            counter: counter.map(Into::into),
            time: time.map(Into::into),
            up: None,
            shown: String::new(),
        };
        assert!(boot(Some("41"), Some("1")).differs(&boot(Some("42"), Some("2"))));
        assert!(!boot(Some("41"), Some("1")).differs(&boot(Some("41"), Some("2"))), "the clock was stepped");
        assert!(boot(Some("41"), Some("1")).differs(&boot(Some("42"), Some("1"))), "the clock was stepped back");
        assert!(boot(None, Some("1")).differs(&boot(Some("42"), Some("2"))), "only the times can be compared");
        assert!(!boot(None, Some("1")).differs(&boot(None, None)), "nothing to tell by");
        let up = |seconds| BootId { up: Some(seconds), ..boot(Some("41"), Some("1")) };
        assert!(up(5000).differs(&up(60)), "a counter that stands still hides no restart");
        assert!(!up(60).differs(&up(5000)) && !up(60).differs(&up(58)));
    }
}
