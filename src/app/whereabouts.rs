//! The three answers to the question where the Windows machine is.

use crate::session::HostKind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// wci runs on it.
    Here,
    /// At an address that is typed in with the answer.
    Ssh,
    /// There is none yet.
    Nowhere,
}

impl Whereabouts {
    pub const ALL: [Whereabouts; 3] = [Whereabouts::Here, Whereabouts::Ssh, Whereabouts::Nowhere];

    pub fn of(host: &HostKind) -> Self {
        match host {
            HostKind::Here => Whereabouts::Here,
            HostKind::Ssh(_) => Whereabouts::Ssh,
            HostKind::Rehearsal => Whereabouts::Nowhere,
        }
    }

    pub fn above(self) -> Self {
        match self {
            Whereabouts::Here | Whereabouts::Ssh => Whereabouts::Here,
            Whereabouts::Nowhere => Whereabouts::Ssh,
        }
    }

    pub fn below(self) -> Self {
        match self {
            Whereabouts::Here => Whereabouts::Ssh,
            Whereabouts::Ssh | Whereabouts::Nowhere => Whereabouts::Nowhere,
        }
    }
}
