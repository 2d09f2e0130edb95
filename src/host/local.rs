//! A shell on this machine.

use std::path::PathBuf;
use std::sync::Arc;

use crate::course::Os;
use crate::host::program::Program;
use crate::host::session::{News, Shared};
use crate::host::{ShellChoice, integration, not_inherited, other_shell, pty};
use crate::session::SessionEvent;

/// The life of a shell.
pub fn run(choice: &ShellChoice, folder: Option<PathBuf>, shared: &Arc<Shared>, news: &News) {
    let last = follow(choice, folder, shared, news).unwrap_or_else(SessionEvent::Refused);
    news.tell(last);
}

/// Its last event, or one sentence why it could not be started and what to do.
fn follow(choice: &ShellChoice, folder: Option<PathBuf>, shared: &Arc<Shared>, news: &News) -> Result<SessionEvent, String> {
    // portable-pty's child would abort on a program that cannot be started: it has been looked for.
    let (path, integration) = integration::ready(choice)?;
    let program = Program {
        environment: integration.environment.clone(),
        hidden: not_inherited(choice.shell),
        shell: Some(choice.shell),
        ..Program::new(&path, integration.arguments.clone(), folder)
    };
    let running = pty::start(&program, shared).map_err(|error| {
        let name = choice.program.display();
        format!("{name} could not be started ({error:#}): close other programs, or {}", other_shell(&choice.program))
    })?;
    shared.take_keys(&running.input());
    news.tell(SessionEvent::Opened { shell: choice.shell, nonce: integration.nonce.clone(), os: Os::here() });
    let news = news.clone();
    Ok(SessionEvent::Ended(running.follow(shared, move |bytes| news.tell(SessionEvent::Output(bytes.to_vec())))))
}
