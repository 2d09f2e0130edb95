//! The questions for POSIX shells, and what their programs say.

use crate::course::{Fact, Shell};

use super::{Asked, Web, said};
use crate::probe::net;

const CODED: &str = include_str!("../questions/coded.sh");

pub fn file(path: &str, reads: bool) -> Result<String, String> {
    let quote = |text: &str| Shell::Sh.quote(text);
    // A relative path is one in the home folder, as on this machine.
    let path = match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("\"$HOME\"{}", quote(rest)?),
        _ if path.starts_with('/') => quote(path)?,
        _ => format!("\"$HOME\"/{}", quote(path)?),
    };
    let reads = if reads { "yes" } else { "" };
    Ok(format!("path={path}\nreads={reads}\n{CODED}{}", include_str!("../questions/file.sh")))
}

pub fn searched() -> String {
    include_str!("../questions/searched.sh").into()
}

pub fn processes() -> String {
    include_str!("../questions/process.sh").into()
}

/// Whether a program of this name runs, with or without `.exe`; none where no processes were told.
pub fn runs(told: &str, name: &str) -> Option<bool> {
    let wanted = name.strip_suffix(".exe").unwrap_or(name);
    let is = |path: &str| {
        let found = path.rsplit('/').next().unwrap_or_default();
        found.strip_suffix(".exe").unwrap_or(found) == wanted
    };
    if let Some(own) = said(told, "ps") {
        return Some(told.lines().skip_while(|line| !line.starts_with("wci ps")).skip(1).any(|line| {
            let mut words = line.split_whitespace();
            let (group, state) = (words.next(), words.next());
            let command = words.collect::<Vec<_>>().join(" ");
            group != Some(own) && state.is_some_and(|state| !state.starts_with('Z')) && is(&command)
        }));
    }
    let own = said(told, "proc")?;
    let exe = |id: &str| {
        let link = format!("/proc/{id}/exe -> ");
        let path = told.lines().find_map(|line| line.split_once(link.as_str()))?.1;
        Some(path.strip_suffix(" (deleted)").unwrap_or(path))
    };
    Some(told.lines().filter_map(|line| living(line, own)).any(|(id, name)| is(name) || exe(id).is_some_and(is)))
}

/// The id and the name in a line of `/proc/ID/stat`, where it is of a process that lives, is none of the kernel's own, and is not of this
/// group.
fn living<'a>(line: &'a str, group: &str) -> Option<(&'a str, &'a str)> {
    const OF_THE_KERNEL: u32 = 0x0020_0000;
    let (id, rest) = line.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let flags: u32 = fields.get(6)?.parse().ok()?;
    let lives = !matches!(*fields.first()?, "Z" | "X" | "x") && fields.get(2) != Some(&group);
    (lives && flags & OF_THE_KERNEL == 0).then_some((id, name))
}

pub fn machine(fact: Fact) -> String {
    format!("fact={}\n{}", super::powershell::name(fact), include_str!("../questions/machine.sh"))
}

/// A system by the name this program has for it.
pub fn os(name: &str) -> String {
    match name {
        "Darwin" => "macos".into(),
        other => other.to_lowercase(),
    }
}

pub fn port(host: &str, port: u16, seconds: u64) -> Result<String, String> {
    Ok(format!("set -- {} {port} {seconds}\n{}", Shell::Sh.quote(host)?, include_str!("../questions/port.sh")))
}

pub fn http(asked: &Asked) -> Result<String, String> {
    let mut set = format!("set -- -g --proto '=http,https' --max-time {} -A '{}'", asked.seconds, net::AGENT);
    if asked.here {
        set += " --noproxy '*'";
    }
    if asked.follows {
        set += " -L --max-redirs 5";
    }
    Ok(format!("{set} {}\n{CODED}{}", Shell::Sh.quote(asked.url)?, include_str!("../questions/http.sh")))
}

/// What curl heard, from what it says: `< HTTP/1.1 200 OK` for each answer, `* ...` for what it does, `curl: (6) ...` for why not.
pub fn answered(told: &str) -> Web {
    if told.trim() == "wci lacks" {
        return Web::Unasked("there is no curl to ask with".into());
    }
    let head = told.split_inclusive('\n').take_while(|line| !line.starts_with("wci base64") && !line.starts_with("wci hex"));
    let head: String = head.collect();
    let status =
        head.lines().filter_map(|line| line.strip_prefix("< HTTP/")?.split_whitespace().nth(1)?.parse().ok()).next_back();
    let why = head.lines().find_map(|line| line.strip_prefix("curl: "));
    match (said(&head, "ended"), status) {
        (Some("47"), _) => Web::MovedOn,
        // Its body was longer than what is read of it.
        (Some("0" | "23"), Some(status)) => Web::Answered(status),
        (Some("28"), _) => Web::Late,
        (Some("7"), _) if head.contains("onnection refused") => Web::Refused,
        _ => Web::Unasked(why.unwrap_or("curl says nothing").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_of_processes_say_is_read() {
        let told = "wci proc 77\n\
            1 (init) S 0 1 1 0 -1 4194560 1 2\n\
            2 (kthreadd) S 0 0 0 0 -1 2129984 0 0\n\
            9 (a (b) c) S 1 9 9 0 -1 4194560 1 2\n\
            10 (gone) Z 1 10 10 0 -1 4194560 1 2\n\
            11 (cat) R 1 77 77 0 -1 4194560 1 2\n\
            12 (a-name-of-15-by) S 1 12 12 0 -1 4194560 1 2\n\
            lrwxrwxrwx 1 root root 0 Nov 24 09:12 /proc/12/exe -> /opt/a-name-of-15-bytes-and-more (deleted)\n\
            lrwxrwxrwx 1 root root 0 Nov 24 09:12 /proc/99/exe -> /opt/late\n";
        let runs = |name| runs(told, name).unwrap();
        assert!(runs("init") && runs("init.exe") && runs("a (b) c") && runs("a-name-of-15-bytes-and-more"));
        assert!(!runs("kthreadd") && !runs("gone") && !runs("cat") && !runs("late") && !runs("Init"));
        let told = "wci ps   88\n  1 Ss /sbin/launchd\n 88 R+ ps\n 90 Z (gone)\n 91 S /Applications/A B.app/A B\n";
        let runs = |name| super::runs(told, name).unwrap();
        assert!(runs("launchd") && runs("A B") && !runs("ps") && !runs("(gone)"));
        assert_eq!(super::runs("noise", "x"), None);
    }

    #[test]
    fn what_curl_says_is_read() {
        let moved = "* Connected\n> GET / HTTP/1.1\n< HTTP/1.1 302 Found\r\n< Location: /x\r\n< HTTP/2 200 \r\nwci ended 0\nwci base64\nPCBIVFRQLzEuMSA0MDQ=\n";
        assert_eq!(answered(moved), Web::Answered(200));
        assert_eq!(
            answered("* connect to ::1 port 1 failed: Connection refused\ncurl: (7) Failed\nwci ended 7\nwci base64\n"),
            Web::Refused
        );
        let unreachable = "* connect failed: Network is unreachable\ncurl: (7) Failed to connect\nwci ended 7\nwci base64\n";
        assert_eq!(answered(unreachable), Web::Unasked("(7) Failed to connect".into()));
        assert_eq!(answered("< HTTP/1.1 302 Found\nwci ended 47\n"), Web::MovedOn);
        assert_eq!(answered("wci ended 28\n"), Web::Late);
        assert_eq!(answered("wci lacks\n"), Web::Unasked("there is no curl to ask with".into()));
    }
}
