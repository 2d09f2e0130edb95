//! The engine, with the stand-in module in it before anything else runs: what a profile would be, for a shell that reads none.

use std::process::Command;

use crate::Ended;
use crate::Failure;

pub fn run(arguments: &[String]) -> Ended {
    let told = |name: &str| std::env::var(name).map_err(|_| Failure(99, format!("pwsh: {name} is not set")));
    let engine = told("WCI_STANDIN_ENGINE")?;
    let import = format!("Import-Module -Global '{}' -DisableNameChecking; ", told("WCI_STANDIN_MODULE")?.replace('\'', "''"));
    let mut arguments = arguments.to_vec();
    let is = |argument: &String, name: &str| argument.to_ascii_lowercase().trim_start_matches(['-', '/']) == name;
    match arguments.iter().position(|a| is(a, "command") || is(a, "c")) {
        Some(at) if at + 1 < arguments.len() => arguments[at + 1].insert_str(0, &import),
        _ => {
            // Nothing to put it before: a shell for typing into.
            arguments.extend(["-NoExit".to_owned(), "-Command".to_owned(), import]);
        }
    }
    // As on Windows Server; the engine under Wine has the default of a client.
    if cfg!(windows) && !arguments.iter().any(|a| is(a, "executionpolicy") || is(a, "ep")) {
        arguments.splice(0..0, ["-ExecutionPolicy".to_owned(), "RemoteSigned".to_owned()]);
    }
    let mut command = Command::new(&engine);
    command.args(&arguments);
    become_it(command).map_err(|why| Failure(99, format!("pwsh: {engine} cannot be started: {why}")))
}

#[cfg(unix)]
fn become_it(mut command: Command) -> std::io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> std::io::Result<u8> {
    Ok(command.status()?.code().map_or(1, |code| code.to_le_bytes()[0]))
}
