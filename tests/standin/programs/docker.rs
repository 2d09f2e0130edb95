//! `docker.exe` and `dockerd.exe`, as far as the chapter and its undo go. What there is is in `docker/images` and `docker/containers`.

use std::io;
use std::io::IsTerminal;

use crate::Ended;
use crate::Failure;
use crate::container;
use crate::state::State;

pub const VERSION: &str = "29.1.5";
const NANO: &str = "mcr.microsoft.com/windows/nanoserver:ltsc2022";
const BUILD: &str = "10.0.20348.1850";

/// What the real client says while the service is stopped.
const NO_PIPE: &str = "failed to connect to the docker API at npipe:////./pipe/docker_engine; check if the path is correct and if the \
daemon is running: open //./pipe/docker_engine: The system cannot find the file specified.";
const DENIED: &str = "permission denied while trying to connect to the docker API at npipe:////./pipe/docker_engine: open \
//./pipe/docker_engine: Access is denied.";

pub fn run(state: &State, arguments: &[String]) -> Ended {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["version", rest @ ..] => version(state, rest),
        ["image", "inspect", image, rest @ ..] => {
            daemon_answers(state)?;
            if !state.lines("docker/images").iter().any(|i| i == image) {
                println!("[]");
                return Err(Failure(1, format!("Error response from daemon: No such image: {image}")));
            }
            println!("{}", filled(format_of(rest).unwrap_or("{{.Id}}"), &[("Os", "windows"), ("OsVersion", BUILD)]));
            Ok(0)
        }
        ["info", rest @ ..] => {
            daemon_answers(state)?;
            println!("{}", filled(format_of(rest).unwrap_or("{{.Isolation}}"), &[("Isolation", "process")]));
            Ok(0)
        }
        ["images", ..] => {
            daemon_answers(state)?;
            println!("IMAGE   ID   DISK USAGE   CONTENT SIZE   EXTRA");
            state.lines("docker/images").iter().for_each(|image| println!("{image}"));
            Ok(0)
        }
        ["pull", image] => {
            daemon_answers(state)?;
            pull(state, image)?;
            println!("{image}");
            Ok(0)
        }
        ["run", rest @ ..] => start(state, rest),
        ["ps", rest @ ..] => list(state, rest),
        ["rm", rest @ ..] => remove(state, "docker/containers", rest),
        ["rmi", rest @ ..] => remove(state, "docker/images", rest),
        [word, ..] => Err(Failure(1, format!("docker: unknown command: docker {word}"))),
        [] => Err(Failure(1, "docker: a command is missing".into())),
    }
}

pub fn daemon(state: &State, arguments: &[String]) -> Ended {
    let failed = |why: io::Error| Failure(1, format!("fatal: {why}"));
    let has = |word: &str| arguments.iter().any(|a| a == word);
    if has("--register-service") {
        return state.write("services/docker", "Stopped\nAutomatic").map(|()| 0).map_err(failed);
    }
    if has("--unregister-service") {
        return state.remove("services/docker").map(|()| 0).map_err(failed);
    }
    Err(Failure(1, "dockerd: the stand-in runs as a service only".into()))
}

fn daemon_answers(state: &State) -> Result<(), Failure> {
    match (state.runs("docker"), state.elevated()) {
        (true, true) => Ok(()),
        (true, false) => Err(Failure(1, DENIED.into())),
        (false, _) => Err(Failure(1, NO_PIPE.into())),
    }
}

fn version(state: &State, rest: &[&str]) -> Ended {
    let answers = daemon_answers(state);
    if let Some(format) = format_of(rest) {
        answers?;
        println!("{}", filled(format, &[("Server.Version", VERSION), ("Server.Os", "windows"), ("Client.Version", VERSION)]));
        return Ok(0);
    }
    println!("Client:\n Version:           {VERSION}\n OS/Arch:           windows/amd64");
    answers?;
    println!("\nServer: Docker Engine - Community\n Engine:\n  Version:          {VERSION}\n  OS/Arch:          windows/amd64");
    Ok(0)
}

fn pull(state: &State, image: &str) -> Result<(), Failure> {
    if image != NANO {
        return Err(Failure(1, format!("Error response from daemon: manifest for {image} not found: manifest unknown")));
    }
    println!(
        "ltsc2022: Pulling from windows/nanoserver\n938281fc4602: Pull complete\nStatus: Downloaded newer image for {image}"
    );
    let mut images = state.lines("docker/images");
    if !images.iter().any(|i| i == image) {
        images.push(image.to_owned());
    }
    state.write("docker/images", &images.join("\n")).map_err(|why| Failure(1, why.to_string()))
}

/// A container is a line: its id, its name, its image, its status.
fn start(state: &State, rest: &[&str]) -> Ended {
    let failed = |why: String| Failure(125, format!("docker: {why}\n\nRun 'docker run --help' for more information"));
    let mut words = rest.iter();
    let (mut name, mut image, mut typed, mut keeps) = ("nameless", None, false, true);
    while let Some(word) = words.next() {
        match *word {
            "-it" | "-ti" => typed = true,
            "-i" => {}
            "--rm" => keeps = false,
            "--name" => name = words.next().copied().unwrap_or(name),
            word if word.starts_with('-') => return Err(failed(format!("unknown flag: {word}"))),
            word => {
                image = Some(word);
                break;
            }
        }
    }
    let Some(image) = image else { return Err(failed("'docker run' requires at least 1 argument".into())) };
    if typed && !io::stdin().is_terminal() && state.first("terminal").is_none() {
        return Err(failed("the input device is not a TTY".into()));
    }
    daemon_answers(state).map_err(|Failure(_, why)| failed(why))?;
    let mut all = state.lines("docker/containers");
    if all.iter().any(|line| line.split(' ').nth(1) == Some(name)) {
        return Err(failed(format!(
            "Error response from daemon: Conflict. The container name \"/{name}\" is already in use by container \"d4c0ffee\". \
             You have to remove (or rename) that container to be able to reuse that name."
        )));
    }
    if !state.lines("docker/images").iter().any(|i| i == image) {
        println!("Unable to find image '{image}' locally");
        pull(state, image).map_err(|Failure(_, why)| failed(why))?;
    }
    let id = format!("{:012x}", 0xd4c0_ffee_0000_usize + all.len());
    let status = container::run(&id, &words.copied().collect::<Vec<_>>());
    if keeps {
        all.push(format!("{id} {name} {image} Exited ({status}) 1 second ago"));
        state.write("docker/containers", &all.join("\n")).map_err(|why| failed(why.to_string()))?;
    }
    Ok(status)
}

fn list(state: &State, rest: &[&str]) -> Ended {
    daemon_answers(state)?;
    let filter = rest.iter().position(|w| *w == "--filter").and_then(|at| rest.get(at + 1)).copied().unwrap_or_default();
    let (kind, wanted) = filter.split_once('=').unwrap_or_default();
    let all = rest.contains(&"-a") || rest.contains(&"-aq");
    let format = format_of(rest);
    if format.is_none() {
        println!("CONTAINER ID   IMAGE   STATUS   NAMES");
    }
    for line in state.lines("docker/containers") {
        let mut parts = line.splitn(4, ' ');
        let mut part = || parts.next().unwrap_or_default();
        let (id, name, image, status) = (part(), part(), part(), part());
        let fits = match kind {
            "ancestor" => image == wanted,
            "name" => name.contains(wanted),
            _ => true,
        };
        if !fits || !all && status.starts_with("Exited") {
            continue;
        }
        let format = format.unwrap_or("{{.ID}}   {{.Image}}   {{.Status}}   {{.Names}}");
        println!("{}", filled(format, &[("ID", id), ("Image", image), ("Status", status), ("Names", name)]));
    }
    Ok(0)
}

fn remove(state: &State, file: &str, rest: &[&str]) -> Ended {
    daemon_answers(state)?;
    let (mut all, mut status) = (state.lines(file), 0);
    for name in rest.iter().filter(|w| !w.starts_with('-')) {
        let at = all.iter().position(|line| line == name || line.split(' ').take(2).any(|part| part == *name));
        match at {
            Some(at) => {
                all.remove(at);
                println!("{name}");
            }
            None => {
                eprintln!("Error response from daemon: No such container or image: {name}");
                status = 1;
            }
        }
    }
    state.write(file, &all.join("\n")).map_err(|why| Failure(1, why.to_string()))?;
    Ok(status)
}

fn format_of<'a>(rest: &[&'a str]) -> Option<&'a str> {
    rest.iter().position(|w| *w == "--format").and_then(|at| rest.get(at + 1)).copied()
}

fn filled(format: &str, known: &[(&str, &str)]) -> String {
    known.iter().fold(format.to_owned(), |text, (name, value)| text.replace(&format!("{{{{.{name}}}}}"), value))
}
