//! Opens an address with the desktop's own program, or says that there is none.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// How long an opener may take before it counts as started.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens an `http` or `https` address. The address is one argument, never part of a command line that a shell reads.
pub async fn open(url: &str) -> Result<(), String> {
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return Err("Only web addresses are opened.".into());
    }
    let none = || format!("No browser to open here. The address: {url}");
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "windows" => ("rundll32.exe", &["url.dll,FileProtocolHandler"]),
        "macos" => ("open", &[]),
        _ if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() => return Err(none()),
        _ => ("xdg-open", &[]),
    };
    let mut child = Command::new(program)
        .args(arguments)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| none())?;
    match timeout(PATIENCE, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(none()),
        // Still going after a while: a browser that stays in the foreground.
        Ok(_) | Err(_) => Ok(()),
    }
}
