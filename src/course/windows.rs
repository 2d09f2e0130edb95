//! What only Windows can be asked.

/// A question to Windows, put through its PowerShell.
#[derive(Debug, Clone, PartialEq)]
pub enum OfWindows {
    /// An optional feature is enabled, or where `pending`, will be after a restart.
    Feature {
        name: String,
        pending: bool,
    },
    /// The shell has administrator's rights.
    Elevated,
    Build(u32),
    /// A folder stands on the PATH that is kept in the registry.
    PathEntry {
        folder: String,
        scope: Scope,
    },
    /// An app package is installed for the user.
    Appx {
        name: String,
    },
    /// A scheduled task exists.
    Task {
        name: String,
        missing: bool,
    },
    /// A file's Authenticode signature is valid, and by this signer.
    Signature {
        path: String,
        signer: Option<String>,
    },
    /// No restart is waiting.
    NoRestart,
}

/// Whose environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Machine,
    User,
}

impl Scope {
    pub const ALL: [Scope; 2] = [Scope::Machine, Scope::User];

    pub fn name(self) -> &'static str {
        match self {
            Scope::Machine => "machine",
            Scope::User => "user",
        }
    }
}

impl OfWindows {
    /// The same question with the texts in it replaced.
    pub fn map<E>(&self, mut fill: impl FnMut(&str) -> Result<String, E>) -> Result<Self, E> {
        Ok(match self {
            Self::Feature { name, pending } => Self::Feature { name: fill(name)?, pending: *pending },
            Self::PathEntry { folder, scope } => Self::PathEntry { folder: fill(folder)?, scope: *scope },
            Self::Appx { name } => Self::Appx { name: fill(name)? },
            Self::Task { name, missing } => Self::Task { name: fill(name)?, missing: *missing },
            Self::Signature { path, signer } => {
                Self::Signature { path: fill(path)?, signer: signer.as_deref().map(fill).transpose()? }
            }
            Self::Elevated | Self::Build(_) | Self::NoRestart => self.clone(),
        })
    }
}
