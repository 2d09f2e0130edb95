//! The logon task as XML (MS-TSCH 2.5), and whether the task that Windows tells of is the one that was meant. Text only.

use std::fmt::Write as _;

/// What differs from one task to another.
pub struct Task<'t> {
    /// In the scheduler's root folder.
    pub name: &'t str,
    /// The user's security identifier. A name can change, can be in another language, and need not be found at all for an account of
    /// the cloud.
    pub user: &'t str,
    pub program: &'t str,
    /// One line, quoted as programs take it apart.
    pub arguments: &'t str,
    pub folder: &'t str,
}

impl Task<'_> {
    /// Runs once somebody has logged on as this user, in a window of its own, with all the rights the user has and no question. Runs
    /// as long as it likes (the default ends a task after three days), on batteries too, and not slower than others (the default, 7,
    /// is below normal). `StartWhenAvailable` is for missed times of day; a logon is not missed. It has no end date: the learner may
    /// come back after weeks.
    pub fn xml(&self) -> String {
        let Self { name, user, program, arguments, folder } = self;
        let [name, user, program, arguments, folder] = [name, user, program, arguments, folder].map(|text| escaped(text));
        format!(
            r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>wci</Author>
    <Description>Opens wci, the companion to Windows Containers Internals, once after a restart. wci removes this task when it is back; "wci reset" removes it too.</Description>
    <URI>\{name}</URI>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>{user}</UserId>
      <Delay>PT10S</Delay>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>false</StartWhenAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"#
        )
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

/// How a field is compared.
#[derive(Clone, Copy)]
enum Field {
    Text,
    /// A name or an identifier of the same user.
    User,
    /// What holds also where nothing is said: then Windows may leave it out.
    Usual,
}

/// What must hold, and how it is called.
const FIELDS: [(&str, &str, Field); 16] = [
    ("Task/Actions/Exec/Command", "the program", Field::Text),
    ("Task/Actions/Exec/Arguments", "the arguments", Field::Text),
    ("Task/Actions/Exec/WorkingDirectory", "the folder", Field::Text),
    ("Task/Triggers/LogonTrigger/UserId", "whose logon starts it", Field::User),
    ("Task/Triggers/LogonTrigger/Delay", "the delay", Field::Text),
    ("Task/Triggers/LogonTrigger/Enabled", "whether a logon starts it", Field::Usual),
    ("Task/Principals/Principal/UserId", "the user", Field::User),
    ("Task/Principals/Principal/LogonType", "the kind of logon", Field::Text),
    ("Task/Principals/Principal/RunLevel", "the rights", Field::Text),
    ("Task/Settings/ExecutionTimeLimit", "the time limit", Field::Text),
    ("Task/Settings/Priority", "the priority", Field::Text),
    ("Task/Settings/DisallowStartIfOnBatteries", "batteries", Field::Text),
    ("Task/Settings/StopIfGoingOnBatteries", "batteries", Field::Text),
    ("Task/Settings/MultipleInstancesPolicy", "a second start", Field::Usual),
    ("Task/Settings/StartWhenAvailable", "missed starts", Field::Usual),
    ("Task/Settings/Enabled", "whether it is on", Field::Usual),
];

/// What the reader keeps of the task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    All,
    /// Only some: what is not told is not compared.
    Some,
}

/// Where the told task is another than the meant one; none where they are the same. `is_user` knows the names of the meant user.
pub fn difference(meant: &str, told: &str, kept: Kept, is_user: impl Fn(&str) -> bool) -> Option<String> {
    let (Some(meant), Some(told)) = (leaves(meant), leaves(told)) else { return Some("it is not the XML of a task".into()) };
    for (path, called, field) in FIELDS {
        let of = |leaves: &[(String, String)]| -> Vec<String> {
            leaves.iter().filter(|(at, _)| at == path).map(|(_, text)| text.clone()).collect()
        };
        let meant = of(&meant).pop().unwrap_or_default();
        let told = of(&told);
        let same = match (told.as_slice(), field) {
            ([], Field::Usual) => true,
            ([], _) => kept == Kept::Some || meant.is_empty(),
            ([told], Field::User) => *told == meant || is_user(told),
            ([told], _) => is_like(&meant, told),
            _ => false,
        };
        if !same {
            let told = if told.is_empty() { "not told".into() } else { told.join(" and ") };
            return Some(format!("{called}: {told}, not {meant}"));
        }
    }
    // A second trigger or action would be one that nobody has agreed to.
    let more = told.iter().find(|(path, text)| {
        ["Task/Actions/", "Task/Triggers/", "Task/Principals/"].iter().any(|part| path.starts_with(part))
            && !(FIELDS.iter().any(|(known, _, _)| known == path) || kept == Kept::Some && text.is_empty())
    });
    more.map(|(path, _)| format!("there is also {path}"))
}

/// Whether the told text can be the meant one. It comes through a console's code page, which need not have all its characters: what
/// is not ASCII stands for anything.
fn is_like(meant: &str, told: &str) -> bool {
    let mut parts = meant.split(|c: char| !c.is_ascii());
    let Some(mut rest) = told.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    // At least one character stands there.
    rest.ends_with(last) && rest.len() > last.len()
}

/// The text of each element that holds no other one, by its path, in order. None where it is not well-formed, or has what no task has.
fn leaves(xml: &str) -> Option<Vec<(String, String)>> {
    let mut rest = xml.trim_start_matches('\u{feff}').trim();
    let (mut path, mut found) = (Vec::<&str>::new(), Vec::new());
    let (mut text, mut leaf) = (String::new(), false);
    while !rest.is_empty() {
        let Some(inner) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let more = unescaped(&rest[..end])?;
            if path.is_empty() && !more.trim().is_empty() {
                return None;
            }
            text.push_str(&more);
            rest = &rest[end..];
            continue;
        };
        if let Some(comment) = inner.strip_prefix("!--") {
            rest = &comment[comment.find("-->")? + 3..];
            continue;
        }
        if let Some(said) = inner.strip_prefix('?') {
            rest = &said[said.find("?>")? + 2..];
            continue;
        }
        let end = tag_end(inner)?;
        let tag = &inner[..end];
        rest = &inner[end + 1..];
        let (name, closes) = match tag.strip_suffix('/') {
            Some(tag) => (tag.split_whitespace().next()?, true),
            None => (tag.split_whitespace().next()?, false),
        };
        if let Some(name) = name.strip_prefix('/') {
            if path.last() != Some(&name) {
                return None;
            }
            if leaf {
                found.push((place(&path), text.trim().to_owned()));
            }
            (leaf, text) = (false, String::new());
            path.pop();
        } else if name.starts_with('!') || path.is_empty() && !found.is_empty() {
            return None;
        } else {
            (leaf, text) = (!closes, String::new());
            path.push(name);
            if closes {
                found.push((place(&path), String::new()));
                path.pop();
            }
        }
    }
    (path.is_empty() && !found.is_empty()).then_some(found)
}

/// `schtasks` can put what it tells into `Tasks` (from memory: only where it is asked for more than one).
fn place(path: &[&str]) -> String {
    path.strip_prefix(&["Tasks"]).unwrap_or(path).join("/")
}

/// Where a tag ends: not inside the quotes of an attribute.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once(';')?;
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => {
                let number = number.strip_prefix('#')?;
                char::from_u32(match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                })?
            }
        });
        out.push_str(after);
    }
    Some(out)
}

/// As a file of Windows: UTF-16 with its mark, lines as Windows ends them.
pub fn file(xml: &str) -> Vec<u8> {
    format!("\u{feff}{}", xml.replace('\n', "\r\n")).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What `schtasks` printed, or what stands in a file: UTF-16 with a mark or without, UTF-8, or some code page, of which only ASCII is sure.
pub fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xff\xfe").unwrap_or(bytes);
    if bytes.len() > 1 && bytes[1] == 0 {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        return String::from_utf16_lossy(&units);
    }
    String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).into_owned()
}

/// A name of the user's own: two people on one machine may both be under way. Not the identifier itself, which is long and tells the
/// machine.
pub fn name(user: &str) -> String {
    // FNV-1a: the same in every version of wci.
    let hash = user.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mut name = String::from("wci-return-");
    // Writing to a String cannot fail.
    let _ = write!(name, "{hash:08x}");
    name
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
