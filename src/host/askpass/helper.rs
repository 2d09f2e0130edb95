//! The other side: this program, started by ssh to ask.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;

use super::VARIABLE;

/// Where ssh has started this program to ask: it has asked, and this is its exit code.
pub fn answered() -> Option<ExitCode> {
    let told = std::env::var(VARIABLE).ok()?;
    let question = std::env::args_os().nth(1).unwrap_or_default();
    let answer = ask(&told, asker(), &question.to_string_lossy()).ok().flatten();
    let Some(answer) = answer else { return Some(ExitCode::FAILURE) };
    let mut out = io::stdout();
    let wrote = writeln!(out, "{answer}").and_then(|()| out.flush());
    Some(if wrote.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The ssh that has started this program.
fn asker() -> u32 {
    #[cfg(unix)]
    return std::os::unix::process::parent_id();
    #[cfg(windows)]
    0
}

pub fn ask(told: &str, process: u32, question: &str) -> io::Result<Option<String>> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
    let mut parts = told.split(' ');
    let port: u16 = parts.next().and_then(|port| port.parse().ok()).ok_or_else(wrong)?;
    let (proof, number) = parts.next().zip(parts.next()).ok_or_else(wrong)?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let kind = std::env::var("SSH_ASKPASS_PROMPT").unwrap_or_default();
    stream.write_all(format!("{proof}\n{number}\n{process}\n{kind}\n{question}\0").as_bytes())?;
    let mut said = String::new();
    stream.read_to_string(&mut said)?;
    Ok(said.strip_prefix('+').map(Into::into))
}
