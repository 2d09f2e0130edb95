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
    /// The same for people, as the machine says it: `2026-11-24 09:12`.
    pub shown: String,
}

impl BootId {
    /// What it is told from others by, for reports.
    pub fn id(&self) -> &str {
        self.counter.as_deref().or(self.time.as_deref()).unwrap_or_default()
    }

    /// Whether the other is of another boot. Compared for inequality only: clocks go both ways.
    pub fn differs(&self, other: &BootId) -> bool {
        match (&self.counter, &other.counter) {
            (Some(one), Some(two)) => one != two,
            _ => self.time.is_some() && other.time.is_some() && self.time != other.time,
        }
    }
}

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
            shown: String::new(),
        };
        assert!(boot(Some("41"), Some("1")).differs(&boot(Some("42"), Some("2"))));
        assert!(!boot(Some("41"), Some("1")).differs(&boot(Some("41"), Some("2"))), "the clock was stepped");
        assert!(boot(Some("41"), Some("1")).differs(&boot(Some("42"), Some("1"))), "the clock was stepped back");
        assert!(boot(None, Some("1")).differs(&boot(Some("42"), Some("2"))), "only the times can be compared");
        assert!(!boot(None, Some("1")).differs(&boot(None, None)), "nothing to tell by");
    }
}
