//! Looks at a machine behind `ssh`: what [`super`] sees of this one itself is asked of a shell there.

use crate::course::{Answer, Check, Look, Shell};
use crate::judge;

use super::link::Link;
use super::shells::Shells;

/// The answer to a look, where it is not one that goes through shells anyway.
pub async fn look(_: &Shells, link: &Link, check: &Check, _: Shell) -> Option<Answer> {
    match &check.look {
        Look::File { .. }
        | Look::OnPath { .. }
        | Look::Port { .. }
        | Look::Http { .. }
        | Look::Process { .. }
        | Look::Machine(_) => Some(judge::unknown(check, &format!("wci cannot look at this on {} yet", link.address()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
