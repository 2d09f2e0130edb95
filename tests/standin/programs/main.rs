//! Stand-ins for the programs of Windows that chapter 1 runs, and the door through which the stand-in module gets into PowerShell.
//!
//! One program that acts by the name it was started under. What it knows is in files below `WCI_STANDIN`; `tests/standin/mod.rs` says
//! which. Never shipped. On Linux `C:\` is the folder `C` there; under Wine it is the drive.

mod container;
mod docker;
mod net;
mod shell;
mod state;
mod unpack;

use std::path::Path;
use std::process::ExitCode;

use state::State;

fn main() -> ExitCode {
    let mut arguments = std::env::args();
    let own = arguments.next().unwrap_or_default();
    let arguments: Vec<String> = arguments.collect();
    let name = Path::new(&own).file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let Some(state) = State::open() else {
        eprintln!("{name}: the stand-in has no folder (WCI_STANDIN)");
        return ExitCode::from(99);
    };
    if !matches!(name.as_str(), "pwsh" | "powershell") {
        state.log(&format!("{name} {}", arguments.join(" ")));
    }
    let ended = match name.as_str() {
        "pwsh" | "powershell" => shell::run(&arguments),
        "docker" if hidden(&state) => {
            Err(Failure(127, "The term 'docker' is not recognized as a name of a cmdlet or program.".into()))
        }
        "docker" => docker::run(&state, &arguments),
        "dockerd" => docker::daemon(&state, &arguments),
        "curl" => net::curl(&state, &arguments),
        "tar" => unpack::tar(&state, &arguments),
        "shutdown" => shutdown(&state, &arguments),
        "handle64" => handle(&arguments),
        _ => Err(Failure(98, format!("nothing is known of a program called {name}"))),
    };
    match ended {
        Ok(status) => ExitCode::from(status),
        Err(Failure(status, why)) => {
            eprintln!("{why}");
            ExitCode::from(status)
        }
    }
}

/// Whether docker is called by its short name before it was installed. On Linux the name is always there, so that no real docker of
/// the machine is ever meant.
fn hidden(state: &State) -> bool {
    cfg!(not(windows)) && !state.path("C/Windows/System32/docker.exe").exists()
}

/// An exit status and what is printed as an error.
struct Failure(u8, String);

type Ended = Result<u8, Failure>;

fn shutdown(state: &State, arguments: &[String]) -> Ended {
    let has = |word: &str| arguments.iter().any(|a| a.eq_ignore_ascii_case(word));
    let failed = |why: std::io::Error| Failure(1, why.to_string());
    if !state.elevated() {
        return Err(Failure(5, "Access is denied.(5)".into()));
    }
    if has("/r") && state.first("planned").is_some() {
        eprintln!("A system shutdown has already been scheduled.(1190)");
        // More than a byte: on Linux the module makes it whole again.
        std::process::exit(1190);
    }
    if has("/a") {
        return state.remove("restart").map(|()| 0).map_err(failed);
    }
    if has("/r") {
        return state.write("restart", &arguments.join(" ")).map(|()| 0).map_err(failed);
    }
    Err(Failure(1, "Usage: shutdown [/r | /a] [/t xxx] [/c \"comment\"]".into()))
}

fn handle(arguments: &[String]) -> Ended {
    if !arguments.iter().any(|a| a == "-accepteula") {
        // The real one waits for a click.
        return Err(Failure(1, "the licence was not accepted".into()));
    }
    println!("   40: File  (RW-)   C:\\Windows");
    Ok(0)
}
