//! An entry in the desktop's autostart folder, as the Desktop Entry and Autostart specifications of freedesktop.org say.
//!
//! Tried with the text of the specification, not on a desktop. macOS has another way (a launch agent), which wci does not take: there it
//! names the command to type; that was not tried either.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{home, over_ssh, typed};
use crate::course::Shell;
use crate::private;
use crate::restart::WayBack;

const ENTRY: &str = "wci-return.desktop";

/// Programs that open a window for a program, and what stands between the two. Not every desktop heeds `Terminal=true`: where systemd
/// starts the entries, as under Plasma, it is not looked at (`xdg-autostart-service.c`).
const TERMINALS: [(&str, Option<&str>); 7] = [
    ("xdg-terminal-exec", None),
    ("x-terminal-emulator", Some("-e")),
    ("gnome-terminal", Some("--")),
    ("kgx", Some("--")),
    ("konsole", Some("-e")),
    ("xfce4-terminal", Some("-x")),
    ("xterm", Some("-e")),
];

/// What is typed has `arguments`, what is registered `opened`.
pub fn plan(program: &str, arguments: &[String], opened: &[String]) -> Result<WayBack, String> {
    let told = |name: &str| env::var_os(name);
    let root = rustix::process::geteuid().is_root();
    let mut command = typed(program, arguments, Shell::Sh)?;
    if root && told("SUDO_UID").is_some() {
        command.insert_str(0, "sudo ");
    }
    let offered = offered(root, told)
        .and_then(|()| folder().ok_or("wci finds no folder for settings here, so nothing opens it by itself."));
    Ok(match offered {
        Ok(folder) => WayBack {
            name: Some("autostart entry".into()),
            whereabouts: folder.join(ENTRY).display().to_string(),
            text: text(program, opened, home().as_deref(), found)?,
            command,
        },
        Err(why) => WayBack { name: None, whereabouts: why.into(), text: String::new(), command },
    })
}

/// Whether a desktop would open wci for this user, or why not.
fn offered(root: bool, told: impl Fn(&str) -> Option<OsString>) -> Result<(), &'static str> {
    if cfg!(target_os = "macos") {
        return Err("On macOS wci registers nothing that opens it by itself.");
    }
    if over_ssh(&told) {
        return Err("Over SSH nothing opens wci by itself after a restart.");
    }
    if root {
        return Err("wci runs as root here, and a desktop opens nothing as root by itself.");
    }
    let desktop = told("XDG_CURRENT_DESKTOP").is_some_and(|name| !name.is_empty());
    let window = told("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland" || kind == "x11");
    if desktop || window { Ok(()) } else { Err("Without a desktop nothing opens wci by itself after a restart.") }
}

/// Asked of the environment each time: none without a home, and on macOS.
fn folder() -> Option<PathBuf> {
    if cfg!(target_os = "macos") {
        return None;
    }
    directories::BaseDirs::new().map(|dirs| dirs.config_dir().join("autostart"))
}

/// A program on the PATH.
fn found(name: &str) -> Option<String> {
    let path = env::var_os("PATH")?;
    let runs = |file: &PathBuf| fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
    let file = env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(runs)?;
    file.into_os_string().into_string().ok()
}

fn text(
    program: &str,
    arguments: &[String],
    home: Option<&str>,
    found: impl Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let terminal = TERMINALS.iter().find_map(|(name, before)| Some((found(name)?, *before)));
    let mut words: Vec<&str> = Vec::new();
    if let Some((terminal, before)) = &terminal {
        words.push(terminal);
        words.extend(before);
    }
    words.push(program);
    words.extend(arguments.iter().map(String::as_str));
    if words.first().is_some_and(|first| first.contains('=')) {
        return Err("The path of wci has an = in it, which a desktop does not take: move wci elsewhere.".into());
    }
    let exec = words.into_iter().map(quoted).collect::<Vec<_>>().join(" ");
    let mut lines = vec![
        "[Desktop Entry]".to_owned(),
        "Type=Application".to_owned(),
        "Name=wci, after the restart".to_owned(),
        "Comment=Opens the companion once after a restart. wci removes this entry when it is back.".to_owned(),
        format!("Exec={}", escaped(&exec)),
        format!("Terminal={}", terminal.is_none()),
    ];
    lines.extend(home.map(|home| format!("Path={}", escaped(home))));
    Ok(lines.join("\n") + "\n")
}

/// One argument of `Exec`.
fn quoted(word: &str) -> String {
    let word = word.replace('%', "%%");
    if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c)) {
        return word;
    }
    let mut out = String::from("\"");
    for c in word.chars() {
        if matches!(c, '"' | '`' | '$' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A value of the entry. This comes after the quoting: so a backslash in an argument stands there four times.
fn escaped(value: &str) -> String {
    value.replace('\\', r"\\")
}

pub fn register(plan: &WayBack) -> Result<(), String> {
    let folder = folder().ok_or("There is no folder for autostart entries here.")?;
    let told = write(&folder, &plan.text).and_then(|()| read(&folder));
    let why = match told {
        Ok(text) if text == plan.text => return Ok(()),
        Ok(_) => "it reads other than it was written".to_owned(),
        Err(why) => why.to_string(),
    };
    let after = remove().map_or_else(|why| why, |()| "Nothing is left of it.".into());
    Err(format!("The autostart entry could not be made ({why}). {after}"))
}

fn write(folder: &Path, text: &str) -> io::Result<()> {
    private::folders(folder)?;
    take_away(folder)?;
    let mut file = private::new_file(&folder.join(ENTRY))?;
    file.write_all(text.as_bytes())?;
    // A restart is near, and not every one is orderly.
    file.sync_all()?;
    File::open(folder)?.sync_all()
}

fn read(folder: &Path) -> io::Result<String> {
    let path = folder.join(ENTRY);
    if !fs::symlink_metadata(&path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    fs::read_to_string(path)
}

fn is_there(folder: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(folder.join(ENTRY)) {
        Ok(_) => Ok(true),
        Err(why) if matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(why) => Err(why),
    }
}

fn take_away(folder: &Path) -> io::Result<()> {
    if is_there(folder)? {
        fs::remove_file(folder.join(ENTRY))?;
    }
    if is_there(folder)? { Err(io::Error::other("it is there again")) } else { Ok(()) }
}

pub fn is_registered() -> Result<bool, String> {
    let Some(folder) = folder() else { return Ok(false) };
    is_there(&folder).map_err(|why| format!("{} cannot be looked at ({why}).", folder.join(ENTRY).display()))
}

pub fn whereabouts() -> Result<String, String> {
    Ok(folder().map_or_else(|| "not on this system".into(), |folder| folder.join(ENTRY).display().to_string()))
}

pub fn remove() -> Result<(), String> {
    let Some(folder) = folder() else { return Ok(()) };
    let path = folder.join(ENTRY);
    take_away(&folder).map_err(|why| format!("{} could not be removed ({why}): remove it by hand.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'t>(pairs: &'t [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 't {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into())
    }

    #[cfg(not(target_os = "macos"))]
    #[test]
    fn only_a_desktop_of_ones_own_opens_something() {
        let desktop = [("XDG_CURRENT_DESKTOP", "KDE"), ("SSH_TTY", "")];
        assert_eq!(offered(false, with(&desktop)), Ok(()));
        assert!(offered(true, with(&desktop)).expect_err("root").contains("root"));
        assert_eq!(offered(false, with(&[("XDG_SESSION_TYPE", "wayland")])), Ok(()));
        assert!(offered(false, with(&[("XDG_SESSION_TYPE", "tty")])).expect_err("a console").contains("desktop"));
        assert!(offered(false, with(&[])).expect_err("nothing").contains("desktop"));
        let ssh = [("XDG_CURRENT_DESKTOP", "KDE"), ("SSH_CONNECTION", "::1 1 ::1 22")];
        assert!(offered(false, with(&ssh)).expect_err("ssh").contains("SSH"));
    }

    /// Takes a line of `Exec` apart, as the specification says: first the escapes of a value, then the quotes, then `%`.
    fn taken_apart(value: &str) -> Vec<String> {
        let mut plain = String::new();
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            plain.push(if c == '\\' { chars.next().filter(|c| *c == '\\').expect("an escape that we use") } else { c });
        }
        let (mut words, mut word, mut quotes) = (Vec::new(), None::<String>, false);
        let mut chars = plain.chars();
        while let Some(c) = chars.next() {
            let word = match c {
                ' ' if !quotes => {
                    words.extend(word.take());
                    continue;
                }
                _ => word.get_or_insert_default(),
            };
            match c {
                '"' => quotes = !quotes,
                '\\' if quotes => word.push(chars.next().filter(|c| "\"`$\\".contains(*c)).expect("an escape")),
                c => {
                    assert!(quotes || !"\t'\\><~|&;$*?#()`".contains(c), "{c} stands bare in {plain}");
                    word.push(c);
                }
            }
        }
        assert!(!quotes, "{plain}");
        words.extend(word);
        words
            .into_iter()
            .map(|word| word.replace("%%", "\0"))
            .inspect(|word| assert!(!word.contains('%')))
            .map(|word| word.replace('\0', "%"))
            .collect()
    }

    #[test]
    fn every_argument_comes_back_out_of_the_line() {
        let words = [
            "/opt/my tools/wci",
            "",
            "a b",
            "say \"hi\"",
            "100%",
            "%f",
            "%%",
            "$HOME",
            "`id`",
            "C:\\x\\",
            "it's",
            "a;b",
            "~",
            "#",
            "日本",
            "ctrl-]",
            "a=b",
        ];
        let arguments: Vec<String> = words[1..].iter().map(|word| (*word).to_owned()).collect();
        let text = text(words[0], &arguments, Some("/home/a\\b c"), |_| None).expect("a text");
        let line = text.lines().find_map(|line| line.strip_prefix("Exec=")).expect("Exec");
        assert_eq!(taken_apart(line), words);
        assert!(text.contains("\nTerminal=true\n") && text.contains("\nPath=/home/a\\\\b c\n"), "{text}");
        assert!(line.contains(r#""C:\\\\x\\\\""#) && line.contains(r#""\\$HOME""#) && line.contains("100%%"), "{line}");
    }

    #[test]
    fn a_terminal_that_is_there_is_named() {
        let only = |there: &'static str| move |name: &str| (name == there).then(|| format!("/usr/bin/{name}"));
        let line = |there| {
            let text = text("/x/wci", &["--trust".into()], None, only(there)).expect("a text");
            let exec = text.lines().find_map(|line| line.strip_prefix("Exec=")).expect("Exec").to_owned();
            assert_eq!(text.contains("Terminal=false"), !there.is_empty());
            exec
        };
        assert_eq!(line("xdg-terminal-exec"), "/usr/bin/xdg-terminal-exec /x/wci --trust");
        assert_eq!(line("gnome-terminal"), "/usr/bin/gnome-terminal -- /x/wci --trust");
        assert_eq!(line("xterm"), "/usr/bin/xterm -e /x/wci --trust");
        assert_eq!(line(""), "/x/wci --trust");
        text("/a=b/wci", &[], None, |_| None).expect_err("a program's name has no =");
    }

    #[test]
    fn an_entry_is_private_reads_back_and_goes() {
        let outer = tempfile::tempdir().expect("a folder");
        let folder = outer.path().join("config/autostart");
        assert!(!is_there(&folder).expect("an answer"));
        take_away(&folder).expect("none there is fine");
        write(&folder, "one\n").expect("written");
        write(&folder, "two\n").expect("written over");
        assert_eq!(read(&folder).expect("read"), "two\n");
        let mode = fs::metadata(folder.join(ENTRY)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // A link is not followed: neither for reading nor for writing.
        fs::remove_file(folder.join(ENTRY)).expect("removed");
        let other = outer.path().join("other");
        fs::write(&other, "theirs").expect("written");
        std::os::unix::fs::symlink(&other, folder.join(ENTRY)).expect("a link");
        read(&folder).expect_err("a link");
        write(&folder, "ours\n").expect("written");
        assert_eq!(fs::read_to_string(&other).expect("there"), "theirs");
        take_away(&folder).expect("gone");
        assert!(!is_there(&folder).expect("an answer"));
    }
}
