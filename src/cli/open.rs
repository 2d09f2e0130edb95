//! Opening the companion: the course that may be run, the journal, the screen, and a look at the course while it is open.

use std::ffi::OsString;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use clap::ValueEnum;

use crate::app::Msg;
use crate::content;
use crate::engine::Engine;
use crate::engine::now;
use crate::headless;
use crate::host::ShellChoice;
use crate::journal;
use crate::journal::Opened;
use crate::progress::Entry;
use crate::progress::Progress;
use crate::run;
use crate::signals;
use crate::tty;
use crate::wayback;

use super::{Common, Failure, agrees, block_on, find, load_to_run, new_app, open_journal, shell};

/// How often a course on disk is looked at for changes.
const RELOAD: Duration = Duration::from_millis(700);
/// How long a wci that was started by another one waits for that to end.
const HANDOVER: Duration = Duration::from_secs(15);

/// Who opens it, where that is no person.
#[derive(Clone, Copy)]
pub struct By {
    /// Another wci, which is about to end.
    pub reopened: bool,
    /// The way back after a restart.
    pub returned: bool,
}

pub fn companion(common: &Common, at: Option<&str>, by: By) -> Result<u8, Failure> {
    // Before all else: whatever else goes wrong, it must not open wci at every logon.
    let removed = by.returned.then(wayback::remove);
    let (course, problems, digest) = load_to_run(common)?;
    let at = at.map(|what| find(&course, what)).transpose()?;
    let mut opened = open_journal(common, by.reopened.then(|| Instant::now() + HANDOVER))?;
    let trusted = digest.clone();
    trust(common, digest, &mut opened)?;
    let progress = Progress::of(opened.entries.iter().map(|(_, e)| e));
    let shell = shell(common);
    let again = reopen(common, &shell)?;
    let mut app = new_app(common, &shell, course, problems.len(), progress, tty::size());
    // One that another wci has started does not ask what that one has asked.
    app.unplaced = common.vm.is_none() && app.progress.vm.is_none() && !by.reopened;
    app.pastes_as_keys = cfg!(windows) && std::env::var_os("WT_SESSION").is_none();
    app.notice = opened.notice.take().map(|text| crate::app::Notice { text, tone: crate::app::Tone::Bad });
    block_on(async {
        let mut engine = Engine::new(app, opened.journal, shell, again);
        if let Some((chapter, step)) = at {
            let show = Msg::Show { chapter, step: step.unwrap_or(0) };
            // Its first messages are few: there is room.
            drop(engine.sender().try_send(show));
        }
        if let (Some(dir), Some(trusted)) = (common.content.clone(), trusted) {
            tokio::spawn(watch(dir, trusted, common.trust, engine.sender()));
        }
        if let Some(came) = removed {
            drop(engine.sender().try_send(Msg::Removed(came)));
        }
        let result = on_screen(&mut engine).await;
        engine.end();
        result.map_err(Failure::from)
    })??;
    Ok(0)
}

async fn on_screen(engine: &mut Engine) -> anyhow::Result<()> {
    let tty = tty::Tty::take()?;
    // It would say on its end that it cannot show the cursor, to a terminal that may be gone, and panic over that. `tty` shows it.
    let mut terminal = ManuallyDrop::new(tty.terminal()?);
    let mut outer = tty::OuterTerminal;
    let events = tty.events();
    tokio::select! {
        result = run::run(engine, &mut terminal, &mut outer, events) => result,
        () = signals::stop() => Ok(()),
    }
}

/// Reads the course again whenever a file of it has changed. With `--trust` the author trusts it as it changes; else as it was.
async fn watch(dir: PathBuf, mut digest: String, trusts: bool, tell: tokio::sync::mpsc::Sender<Msg>) {
    let mut before = content::Fingerprint::default();
    let trusted = digest.clone();
    loop {
        let now = content::fingerprint(&dir);
        if now == before {
            tokio::time::sleep(RELOAD).await;
            continue;
        }
        before = now;
        // A folder that is gone for a moment, as editors do, is not the end of the course.
        let Ok((course, problems, now)) = content::load_with_digest(&dir) else { continue };
        if now == digest {
            continue;
        }
        digest.clone_from(&now);
        let untrusted = (!trusts && now != trusted).then_some(now);
        if tell.send(Msg::Reloaded { course, problems: problems.len(), untrusted }).await.is_err() {
            return;
        }
    }
}

/// The arguments that start this program as it is. All that stands in the environment is spelt out: a program with other rights gets
/// an environment of its own.
fn reopen(common: &Common, shell: &ShellChoice) -> Result<Vec<OsString>, Failure> {
    let state = journal::state_folder(common.state.as_deref()).map_err(|why| Failure(headless::WRONG, why.to_string()))?;
    let mut arguments: Vec<OsString> = vec!["--state".into(), state.into(), "--shell".into(), shell.program.clone().into()];
    if let Some(dir) = &common.content {
        let dir = std::path::absolute(dir)?;
        arguments.extend(["--content".into(), dir.into()]);
    }
    let theme = common.theme.and_then(|theme| theme.to_possible_value());
    let glyphs = common.glyphs.and_then(|glyphs| glyphs.to_possible_value());
    for (name, value) in [("--theme", theme), ("--glyphs", glyphs)] {
        if let Some(value) = value {
            arguments.extend([name.into(), value.get_name().into()]);
        }
    }
    if let Some(vm) = &common.vm {
        arguments.extend(["--vm".into(), vm.to_string().into()]);
    }
    arguments.extend(["--leave-key".into(), common.leave_key.to_string().into()]);
    if common.trust {
        arguments.push("--trust".into());
    }
    Ok(arguments)
}

/// A course from elsewhere runs its checks as soon as a chapter opens, so it must be trusted first; the journal keeps its fingerprint.
pub fn trust(common: &Common, digest: Option<String>, opened: &mut Opened) -> Result<(), Failure> {
    let (Some(dir), Some(print)) = (&common.content, digest) else { return Ok(()) };
    let known = opened.entries.iter().any(|(_, e)| matches!(e, Entry::Trusted { course } if *course == print));
    if known {
        return Ok(());
    }
    let question = format!(
        "The course in {} is not wci's own, or has changed since you trusted it.\nOpening a chapter runs its checks on this machine, as you. Trust it?",
        dir.display()
    );
    if !common.trust && !agrees(&question, "--trust")? {
        return Err(Failure(
            headless::WAITING,
            "the course is not trusted, so nothing of it runs; --trust says that you do".into(),
        ));
    }
    let entry = Entry::Trusted { course: print };
    opened.journal.write(now(), &entry).map_err(|why| Failure(headless::NOT_PASSED, why.to_string()))
}
