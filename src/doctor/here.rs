//! The table of `wci doctor`.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use crate::app::{Glyphs, ThemeName};
use crate::course::{Fact, Shell};
use crate::elevate;
use crate::probe::Prober;
use crate::tty;
use crate::wayback;

use super::live::Live;
use super::veil::Veil;
use super::{Patient, ask, far, machine};

/// The row of the live shell, and what it says when all is well.
pub const LIVE: &str = "live shell";
pub const OPENED: &str = "prompt with marks after";

pub const WITHIN: Duration = Duration::from_secs(30);

pub async fn table(patient: &Patient) -> (String, bool) {
    let prober = Prober::beside(&patient.shell);
    let shell = patient.shell.shell;
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut well = true;

    rows.push(("wci", format!("{} for {} on {}", env!("CARGO_PKG_VERSION"), env::consts::OS, env::consts::ARCH)));
    let version = ask::fact(&prober, shell, Fact::Version).await;
    rows.push(("system", format!("{version}, build {}", ask::fact(&prober, shell, Fact::Build).await)));
    rows.push(("rights", rights().into()));
    rows.push(("terminal", terminal()));
    rows.extend(console());
    rows.push(("colours", theme(patient.appearance.theme).into()));
    rows.push(("marks", glyphs(patient.appearance.glyphs).into()));
    rows.push(("shell", format!("{}, {}", patient.shell.program.display(), why(patient))));
    match Live::open(&patient.shell, WITHIN).await {
        Ok((live, took)) => {
            live.end(Duration::from_secs(5));
            rows.push((LIVE, format!("{OPENED} {} ms", took.as_millis())));
        }
        Err(why) => {
            well = false;
            rows.push((LIVE, format!("NOT WELL: {why}")));
        }
    }
    match ask::sum(&prober, shell, WITHIN).await {
        Ok(took) => rows.push(("checks", format!("answered after {} ms", took.as_millis()))),
        Err(why) => {
            well = false;
            rows.push(("checks", format!("NOT WELL: {why}")));
        }
    }
    let version = ask::shell(&prober, Shell::PowerShell, "[string]$PSVersionTable.PSVersion", WITHIN).await;
    rows.push(("PowerShell", version.map_or_else(|why| why, |(version, _)| version)));
    rows.push(("state", patient.state.display().to_string()));
    match machine::writable(&patient.state) {
        Ok(()) => rows.push(("", "can be written".into())),
        Err(why) => {
            well = false;
            rows.push(("", format!("NOT WELL, cannot be written: {why}")));
        }
    }
    rows.push(("way back", way_back()));
    prober.forget();
    let mut veil = Veil::here();
    let (far, answers) = far::rows(&patient.vm, patient.said, &mut veil).await;
    rows.extend(far);
    (veil.over(&lines(&rows)), well && answers)
}

fn lines(rows: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (name, text) in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:<12}{text}");
    }
    out
}

/// What would open wci after a restart. One that stands while nobody waits for a restart is a leftover.
fn way_back() -> String {
    let told = || {
        let place = wayback::whereabouts()?;
        Ok::<_, String>(match wayback::is_registered()? {
            true => format!("registered: {place}; `wci reset` removes it"),
            false => format!("none registered ({place})"),
        })
    };
    told().unwrap_or_else(|why| format!("not known: {why}"))
}

fn rights() -> &'static str {
    match (elevate::is_elevated(), cfg!(windows)) {
        (Some(true), true) => "elevated",
        (Some(false), true) => "not elevated: steps that need it will say so",
        (Some(true), false) => "root",
        (Some(false), false) => "an ordinary user",
        (None, _) => "not known",
    }
}

/// Only what the choice of colours and marks looks at.
fn terminal() -> String {
    if !io::stdout().is_terminal() {
        return "none: the output goes elsewhere".into();
    }
    let size = tty::size();
    let told: Vec<String> = ["TERM", "COLORTERM", "COLORFGBG", "NO_COLOR"]
        .iter()
        .filter_map(|name| env::var(name).ok().map(|value| format!("{name}={value}")))
        .chain(env::var_os("WT_SESSION").map(|_| "Windows Terminal".to_owned()))
        .collect();
    format!(
        "{} by {}, {}",
        size.columns,
        size.rows,
        if told.is_empty() { "tells nothing of itself".into() } else { told.join(" ") }
    )
}

#[cfg(windows)]
fn console() -> Vec<(&'static str, String)> {
    use crate::windows::console;
    let Some((input, output)) = console::code_pages() else { return vec![("console", "none".into())] };
    let font = console::font().map_or("font not told".into(), |font| {
        format!("font {}{}", font.name, if font.bitmap { ", a raster font: it lacks most marks" } else { "" })
    });
    let modes = console::modes().map_or(String::new(), |(input, output)| format!(", modes {input:#x} {output:#x}"));
    vec![("console", format!("code pages {input} and {output}{modes}, {font}"))]
}

#[cfg(not(windows))]
fn console() -> Vec<(&'static str, String)> {
    Vec::new()
}

fn theme(theme: ThemeName) -> &'static str {
    match theme {
        ThemeName::Dark => "dark",
        ThemeName::Light => "light",
        ThemeName::Contrast => "high contrast",
        ThemeName::Sixteen => "the terminal's own 16",
        ThemeName::Plain => "none",
    }
}

fn glyphs(glyphs: Glyphs) -> &'static str {
    match glyphs {
        Glyphs::Rich => "rich",
        Glyphs::Console => "what a plain console draws",
        Glyphs::Ascii => "ASCII",
    }
}

fn why(patient: &Patient) -> &'static str {
    let is = |name: &str| env::var_os(name).is_some_and(|value| Path::new(&value) == patient.shell.program);
    if patient.named {
        "as --shell says"
    } else if is("WCI_SHELL") {
        "as WCI_SHELL says"
    } else if cfg!(windows) {
        "the first there is of powershell, pwsh and cmd"
    } else if is("SHELL") {
        "your own"
    } else {
        "because wci does not know your own"
    }
}
