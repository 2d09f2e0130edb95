//! `curl.exe` for what the chapter says, with every address answered by the test's own server.

use std::fs;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::Ended;
use crate::Failure;
use crate::state::State;

struct Asked {
    fails: bool,
    follows: bool,
    output: Option<String>,
    url: String,
}

pub fn curl(state: &State, arguments: &[String]) -> Ended {
    let asked = read(arguments)?;
    let mut url = asked.url.clone();
    for _ in 0..5 {
        let answer = get(state, &url).map_err(|why| {
            let host = host_and_path(&url).0;
            Failure(7, format!("curl: (7) Failed to connect to {host} port 443: {why}"))
        })?;
        if let (true, Some(to)) = (asked.follows && (300..400).contains(&answer.status), answer.location) {
            url = to;
            continue;
        }
        if asked.fails && answer.status >= 400 {
            return Err(Failure(22, format!("curl: (22) The requested URL returned error: {}", answer.status)));
        }
        return match &asked.output {
            None => io::stdout().write_all(&answer.body).map(|()| 0).map_err(|why| Failure(23, format!("curl: (23) {why}"))),
            Some(path) => fs::write(state.here(path), &answer.body).map(|()| 0).map_err(|_| {
                eprintln!("Warning: Failed to open the file {path}: No such file or directory");
                Failure(23, format!("curl: (23) Failure writing output to destination, passed {} returned 0", answer.body.len()))
            }),
        };
    }
    Err(Failure(47, "curl: (47) Maximum (5) redirects followed".into()))
}

fn read(arguments: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked { fails: false, follows: false, output: None, url: String::new() };
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let value = |rest: &mut std::slice::Iter<'_, String>| {
            rest.next().cloned().ok_or_else(|| Failure(2, format!("curl: option {word}: requires parameter")))
        };
        match word.strip_prefix('-') {
            Some("-retry") => drop(value(&mut rest)?),
            Some("-output") => asked.output = Some(value(&mut rest)?),
            Some(letters) if !letters.starts_with('-') => {
                for letter in letters.chars() {
                    match letter {
                        'f' => asked.fails = true,
                        'L' => asked.follows = true,
                        's' | 'S' => {}
                        'o' => asked.output = Some(value(&mut rest)?),
                        _ => return Err(Failure(2, format!("curl: option -{letter}: is unknown"))),
                    }
                }
            }
            Some(_) => return Err(Failure(2, format!("curl: option {word}: is unknown"))),
            None => asked.url.clone_from(word),
        }
    }
    if asked.url.is_empty() {
        return Err(Failure(2, "curl: (2) no URL specified".into()));
    }
    Ok(asked)
}

struct Answer {
    status: u16,
    location: Option<String>,
    body: Vec<u8>,
}

fn host_and_path(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}

fn get(state: &State, url: &str) -> io::Result<Answer> {
    let (host, path) = host_and_path(url);
    let port: u16 = state.first("port").and_then(|port| port.parse().ok()).ok_or(io::ErrorKind::ConnectionRefused)?;
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(stream, "GET /{host}{path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")?;
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    let end = all.windows(4).position(|w| w == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let location = head.lines().find_map(|l| l.strip_prefix("Location: ")).map(str::to_owned);
    Ok(Answer { status, location, body: all[end + 4..].to_vec() })
}
