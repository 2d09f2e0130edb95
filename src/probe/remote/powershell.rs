//! The questions for PowerShell, which are of its version 5.1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::course::{Fact, Shell};
use crate::probe::net;
use crate::probe::windows::asking;

use super::{Asked, Web, said, says};

fn quote(text: &str) -> Result<String, String> {
    Shell::PowerShell.quote(text)
}

fn flag(is: bool) -> String {
    if is { "$true".into() } else { "$false".into() }
}

/// A check for cmd.
pub fn batch(nonce: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let batch = format!("@\"%SystemRoot%\\System32\\chcp.com\" 65001>nul\r\n@echo off\r\n{text}\r\n");
    let coded = STANDARD.encode(batch);
    let given = format!("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{coded}'))");
    format!("$nonce = '{nonce}'\n$batch = {given}\n{}", include_str!("../questions/batch.ps1"))
}

pub fn file(path: &str, reads: bool) -> Result<String, String> {
    Ok(asking(&[("path", quote(path)?), ("reads", flag(reads))], include_str!("../questions/file.ps1")))
}

pub fn searched() -> String {
    asking(&[], include_str!("../questions/searched.ps1"))
}

/// Windows does not tell a process's name with its ending.
pub fn process(name: &str) -> Result<String, String> {
    let bare = match name.len().checked_sub(4).and_then(|at| name.split_at_checked(at)) {
        Some((bare, ending)) if ending.eq_ignore_ascii_case(".exe") => bare,
        _ => name,
    };
    Ok(asking(&[("name", quote(bare)?)], include_str!("../questions/process.ps1")))
}

pub fn name(fact: Fact) -> &'static str {
    match fact {
        Fact::Os => "os",
        Fact::Version => "version",
        Fact::Build => "build",
        Fact::Arch => "arch",
        Fact::Memory => "memory",
        Fact::Disk => "disk",
    }
}

pub fn machine(fact: Fact) -> String {
    asking(&[("fact", format!("'{}'", name(fact)))], include_str!("../questions/machine.ps1"))
}

pub fn build() -> String {
    asking(&[], include_str!("../questions/build.ps1"))
}

pub fn port(host: &str, port: u16) -> Result<String, String> {
    Ok(asking(&[("name", quote(host)?), ("port", port.to_string())], include_str!("../questions/port.ps1")))
}

pub fn http(asked: &Asked, reads: bool) -> Result<String, String> {
    let given = [
        ("url", quote(asked.url)?),
        ("agent", format!("'{}'", net::AGENT)),
        ("here", flag(asked.here)),
        ("follows", flag(asked.follows)),
        ("seconds", asked.seconds.to_string()),
        ("reads", flag(reads)),
    ];
    Ok(asking(&given, include_str!("../questions/http.ps1")))
}

pub fn answered(told: &str) -> Web {
    match said(told, "status").and_then(|status| status.parse().ok()) {
        Some(status) => Web::Answered(status),
        None if says(told, "refused") => Web::Refused,
        None => Web::Unasked(said(told, "said").or_else(|| said(told, "odd")).unwrap_or("nothing is said about why").into()),
    }
}
