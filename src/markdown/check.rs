//! The TOML fences: checks, needs and hints.

use regex::RegexBuilder;
use regex_syntax::ParserBuilder;

use crate::course::Check;
use crate::course::Expect;
use crate::course::Fact;
use crate::course::Hint;
use crate::course::Look;
use crate::course::Need;
use crate::course::Place;
use crate::course::Shell;
use crate::course::Step;
use crate::markdown::prose::Fence;
use crate::markdown::source::Notes;
use crate::markdown::table::Scalar;
use crate::markdown::table::Table;
use crate::markdown::table::Text;
use crate::markdown::windows;
use crate::markdown::words;
use crate::values;

const PLAIN: [&str; 13] =
    ["sh", "bash", "powershell", "cmd", "exit", "output", "file", "on_path", "port", "http", "process", "service", "machine"];
const EXPECTS: [&str; 4] = ["equals", "contains", "matches", "at_least"];
const BESIDE: [&str; 11] = ["says", "of", "on", "warn", "timeout", "retry", "every", "hint", "exits", "missing", "status"];

fn looks() -> Vec<&'static str> {
    PLAIN.into_iter().chain(windows::LOOKS).collect()
}

/// Every key of a check.
fn known() -> Vec<&'static str> {
    looks().into_iter().chain(EXPECTS).chain(BESIDE).chain(windows::OTHERS).collect()
}

/// A check and what its step must still prove: that the command it names exists.
pub(super) struct Read {
    pub(super) check: Check,
    pub(super) of: Option<(String, usize)>,
}

/// Reads a check; `ran` says whether a command of the step stands before it.
pub(super) fn check(notes: &mut Notes, fence: &Fence, step: &Step, ran: bool) -> Option<Read> {
    let table = Table::read(notes, fence, &known())?;
    read(notes, &table, step, Some(ran))
}

/// Reads a need: a check that is asked before anything has run.
pub(super) fn need(notes: &mut Notes, fence: &Fence, step: &Step) -> Option<Need> {
    let table = Table::read(notes, fence, &[known(), vec!["why"]].concat())?;
    let why = table.text(notes, "why").map(|t| t.text);
    let check = read(notes, &table, step, None)?.check;
    Some(Need { check, why })
}

fn read(notes: &mut Notes, table: &Table, step: &Step, ran: Option<bool>) -> Option<Read> {
    let says = table.required(notes, "says", "what is true when it passes");
    let expect = expect(notes, table);
    let found: Vec<&'static str> = looks().into_iter().filter(|key| table.key_at(key).is_some()).collect();
    let key = match found.as_slice() {
        [] => {
            notes.advise(table.at(), "this check looks at nothing", format!("name one of {}", words::listed(&looks())));
            None
        }
        [one] => Some(*one),
        several => {
            let second = several.iter().filter_map(|key| table.key_at(key)).max().unwrap_or(table.at());
            notes.advise(
                second,
                "this check looks at several things",
                format!("keep one of {}, and make another check", words::listed(several)),
            );
            None
        }
    };
    let of = key.and_then(|key| of(notes, table, key, ran));
    let look = key.and_then(|key| look(notes, table, key, of.as_ref()));
    if let Some(key) = key {
        fits(notes, table, key, look.as_ref(), expect.as_ref());
    }
    let place = place(notes, table);
    if let Some(key) = key
        && place.is_none_or(|place| place == step.place)
    {
        windows::elsewhere(notes, table, key, step.os);
    }
    let warn = table.flag(notes, "warn").is_some_and(|(warn, _)| warn);
    let timeout = table.duration(notes, "timeout").or(look.as_ref().map(windows::patience)).unwrap_or(Check::TIMEOUT);
    let retry = table.duration(notes, "retry");
    let every = table.duration(notes, "every").unwrap_or(Check::EVERY);
    let hint = table.text(notes, "hint").map(|t| t.text);
    // A check that cannot be read in full is left out: it would judge the learner by the author's mistake.
    if expect.is_none() && EXPECTS.iter().any(|key| table.key_at(key).is_some()) {
        return None;
    }
    let line = notes.source.line(table.at());
    let check = Check { says: says?.text, look: look?, expect, place, warn, timeout, retry, every, hint, line };
    Some(Read { check, of })
}

fn place(notes: &mut Notes, table: &Table) -> Option<Place> {
    let text = table.text(notes, "on")?;
    let place = Place::ALL.into_iter().find(|p| p.name() == text.text);
    if place.is_none() {
        let known = Place::ALL.map(Place::name);
        notes.advise(text.at, format!("unknown place `{}`", words::short(&text.text)), words::instead(&text.text, &known));
    }
    place
}

/// The command a check of a run is about, where it is named.
fn of(notes: &mut Notes, table: &Table, key: &'static str, ran: Option<bool>) -> Option<(String, usize)> {
    let of = table.text(notes, "of").map(|t| (t.text, t.at));
    if !matches!(key, "exit" | "output") {
        return None;
    }
    let at = table.key_at(key).unwrap_or(table.at());
    match ran {
        None => notes.advise(at, format!("a need cannot look at `{key}`: it is asked before anything has run"), "ask a shell"),
        Some(false) if of.is_none() => {
            notes.advise(
                at,
                format!("no command stands before this check for `{key}` to look at"),
                "move it below, or say `of = \"…\"`",
            );
        }
        Some(_) => {}
    }
    of
}

fn look(notes: &mut Notes, table: &Table, key: &'static str, of: Option<&(String, usize)>) -> Option<Look> {
    let of = of.map(|(of, _)| of.clone());
    if let Some(shell) = Shell::parse(key) {
        let text = table.command(notes, key, shell)?.text;
        let exits = table.integer(notes, "exits", i64::from(i32::MIN)..i64::from(i32::MAX) + 1).map_or(0, |(n, _)| n);
        return Some(Look::Ask { shell, text, exits: i32::try_from(exits).unwrap_or(0) });
    }
    let text = |notes: &mut Notes| table.text(notes, key).map(|t| t.text);
    Some(match key {
        "exit" => {
            let (status, _) = table.integer(notes, key, i64::from(i32::MIN)..i64::from(i32::MAX) + 1)?;
            Look::Exit { of, equals: i32::try_from(status).ok()? }
        }
        "output" => {
            table.only(notes, key, true)?;
            Look::Output { of }
        }
        "file" => Look::File { path: text(notes)?, missing: table.flag(notes, "missing").is_some_and(|(m, _)| m) },
        "on_path" => Look::OnPath { folder: text(notes)? },
        "port" => port(notes, table)?,
        "http" => http(notes, table)?,
        "process" => Look::Process { name: process(notes, table)? },
        "service" => Look::Service { name: service(notes, table)? },
        "machine" => Look::Machine(fact(notes, table)?),
        _ => windows::look(notes, table, key)?,
    })
}

fn port(notes: &mut Notes, table: &Table) -> Option<Look> {
    let (host, number, at) = match table.scalar(notes, "port")? {
        Scalar::Number(n, at) => ("localhost".to_owned(), n.to_string(), at),
        Scalar::Text(t) => match t.text.rsplit_once(':') {
            Some((host, port)) => (host.trim_start_matches('[').trim_end_matches(']').to_owned(), port.to_owned(), t.at),
            None => (String::new(), String::new(), t.at),
        },
    };
    let number = number.parse::<u16>().ok().filter(|n| *n > 0 && !host.is_empty());
    if number.is_none() {
        notes.advise(at, "`port` must be a number from 1 to 65535, or a host and a number", "write `22` or `\"host:22\"`");
    }
    number.map(|port| Look::Port { host, port })
}

fn http(notes: &mut Notes, table: &Table) -> Option<Look> {
    let url = table.text(notes, "http")?;
    let status = table.integer(notes, "status", 100..600).map_or(200, |(n, _)| n);
    if !["http://", "https://"].iter().any(|s| url.text.strip_prefix(s).is_some_and(|rest| !rest.is_empty()))
        && !url.text.starts_with("{{")
    {
        notes.advise(url.at, "this is no web address", "begin it with `http://` or `https://`");
        return None;
    }
    Some(Look::Http { url: url.text, status: u16::try_from(status).ok()? })
}

fn process(notes: &mut Notes, table: &Table) -> Option<String> {
    let name = table.text(notes, "process")?;
    if let Some(bare) = name.text.strip_suffix(".exe") {
        notes.advise(name.at, "a process is named without `.exe`", format!("write `{bare}`"));
    }
    Some(name.text)
}

fn service(notes: &mut Notes, table: &Table) -> Option<String> {
    let name = table.text(notes, "service")?;
    if let Some(odd) = name.text.chars().find(|c| matches!(c, '*' | '?' | '[')) {
        notes.advise(name.at, format!("`{odd}` cannot stand in the name of a service"), "write the whole name of one service");
        return None;
    }
    Some(name.text)
}

fn fact(notes: &mut Notes, table: &Table) -> Option<Fact> {
    const FACTS: [(&str, Fact); 6] = [
        ("os", Fact::Os),
        ("version", Fact::Version),
        ("build", Fact::Build),
        ("arch", Fact::Arch),
        ("memory", Fact::Memory),
        ("disk", Fact::Disk),
    ];
    let text = table.text(notes, "machine")?;
    let fact = FACTS.iter().find(|(name, _)| *name == text.text).map(|(_, fact)| *fact);
    if fact.is_none() {
        let what = format!("unknown fact `{}`", words::short(&text.text));
        notes.advise(text.at, what, words::instead(&text.text, &FACTS.map(|(name, _)| name)));
    }
    fact
}

/// The one expectation. Several are a mistake: the first in the order of the grammar is kept.
fn expect(notes: &mut Notes, table: &Table) -> Option<Expect> {
    let found: Vec<&str> = EXPECTS.into_iter().filter(|key| table.key_at(key).is_some()).collect();
    if found.len() > 1 {
        let at = found.iter().filter_map(|key| table.key_at(key)).max().unwrap_or(table.at());
        notes.advise(
            at,
            "this check has several expectations",
            format!("keep one of {}, and make another check", words::listed(&found)),
        );
    }
    match *found.first()? {
        "equals" => table.text(notes, "equals").map(|t| Expect::Equals(t.text)),
        "contains" => table.text(notes, "contains").map(|t| Expect::Contains(t.text)),
        "matches" => pattern(notes, table, "matches", true).map(Expect::Matches),
        _ if table.key_at("appx").is_some() => {
            if let Some((number, at)) = table.number("at_least") {
                notes.advise(at, "a version is text", format!("write `at_least = \"{number}\"`"));
                return None;
            }
            let least = table.text(notes, "at_least")?;
            let version = Expect::version(&least.text);
            if version.is_none() {
                let help = "write its numbers in quotes, such as `\"1.2402.0.0\"`";
                notes.advise(least.at, format!("`{}` is no version", words::short(&least.text)), help);
            }
            version.map(Expect::AtLeastVersion)
        }
        _ => match table.scalar(notes, "at_least")? {
            Scalar::Number(n, _) => Some(Expect::AtLeast(n)),
            Scalar::Text(t) => {
                let size = words::size(&t.text);
                if size.is_none() {
                    let help = "write a number without quotes, or a size such as `\"10 GiB\"`";
                    notes.advise(t.at, format!("`{}` is no size", words::short(&t.text)), help);
                }
                size.map(Expect::AtLeast)
            }
        },
    }
}

/// Why a pattern is none.
enum Irregular {
    TooBig,
    Wrong(String),
}

/// Whether a pattern is a regular expression. Compiling every one took most of the time to the first frame, so it is only parsed; what
/// counts its repetitions can be small to read and huge to build, and is built.
fn regular(text: &str, lines: bool) -> Result<(), Irregular> {
    if text.contains('{') {
        return match RegexBuilder::new(text).multi_line(lines).size_limit(1 << 20).build() {
            Ok(_) => Ok(()),
            Err(regex::Error::CompiledTooBig(_)) => Err(Irregular::TooBig),
            Err(error) => Err(Irregular::Wrong(error.to_string())),
        };
    }
    let parsed = ParserBuilder::new().multi_line(lines).build().parse(text);
    parsed.map(drop).map_err(|error| Irregular::Wrong(error.to_string()))
}

/// A regular expression that can be built.
pub(super) fn pattern(notes: &mut Notes, table: &Table, key: &str, lines: bool) -> Option<String> {
    let Text { text, at, .. } = table.text(notes, key)?;
    if !values::names(&text).is_empty() {
        notes.advise(at, "a value cannot stand in a regular expression", "use `equals` or `contains`");
        return None;
    }
    match regular(&text, lines) {
        Ok(()) => Some(text),
        Err(Irregular::TooBig) => {
            notes.report(at, "this regular expression is too big");
            None
        }
        Err(Irregular::Wrong(message)) => {
            let why = message.lines().rev().find_map(|l| l.strip_prefix("error: ")).unwrap_or("it cannot be read").to_owned();
            notes.advise(
                at,
                format!("this is no regular expression: {why}"),
                "write it in single quotes; look-around and back-references are not known",
            );
            None
        }
    }
}

/// Reports keys that mean nothing for what is looked at, and expectations that cannot be met.
fn fits(notes: &mut Notes, table: &Table, key: &str, look: Option<&Look>, expect: Option<&Expect>) {
    let asks = Shell::parse(key).is_some();
    for (other, fits, with) in [
        ("exits", asks, "`sh`, `bash`, `powershell` and `cmd`"),
        ("missing", matches!(key, "file" | "task"), "`file` and `task`"),
        ("pending", key == "feature", "`feature`"),
        ("scope", key == "path_entry", "`path_entry`"),
        ("signer", key == "signature", "`signature`"),
        ("status", key == "http", "`http`"),
        ("of", matches!(key, "exit" | "output"), "`exit` and `output`"),
    ] {
        if let (Some(at), false) = (table.key_at(other), fits) {
            notes.advise(at, format!("`{other}` goes only with {with}"), "leave it out");
        }
    }
    let at = EXPECTS.iter().find_map(|e| table.key_at(e));
    let takes = asks || matches!(key, "output" | "file" | "http" | "machine" | "appx");
    if let (Some(at), false) = (at, takes) {
        notes.advise(at, format!("`{key}` takes no expectation"), "leave it out");
    }
    if at.is_none() && matches!(key, "output" | "machine") {
        let at = table.key_at(key).unwrap_or(table.at());
        notes.advise(at, format!("`{key}` needs an expectation"), format!("add one of {}", words::listed(&EXPECTS)));
    }
    if let (Some(at), Some(Look::File { missing: true, .. })) = (at, look) {
        notes.advise(at, "a file that is missing has no text", "leave out the expectation, or `missing`");
    }
    if let (Some(at), Some(Look::Machine(fact)), Some(expect)) = (at, look, expect) {
        let sized = matches!(fact, Fact::Memory | Fact::Disk);
        let least = matches!(expect, Expect::AtLeast(_));
        if sized && !least {
            notes.advise(at, "memory and disk are sizes", "write `at_least = \"8 GiB\"`");
        } else if least && matches!(fact, Fact::Os | Fact::Arch) {
            notes.advise(at, "this fact is no number", "use `equals`");
        }
    }
}

/// A hint, and the command it names with its place.
pub(super) fn hint(notes: &mut Notes, fence: &Fence) -> Option<(Hint, Option<(String, usize)>)> {
    let table = Table::read(notes, fence, &["when", "says", "do", "run"])?;
    let when = pattern(notes, &table, "when", true);
    let action = table.text(notes, "do").map(|t| t.text);
    let named = table.text(notes, "run").map(|t| (t.text, t.at));
    if let Some(at) = table.key_at("run")
        && table.key_at("when").is_none()
    {
        notes.advise(at, "`run` goes only with `when`", "say in `when` what a check sees when the command helps");
    }
    let says = table.required(notes, "says", "the cause")?.text;
    let run = named.as_ref().filter(|_| when.is_some()).map(|(name, _)| name.clone());
    Some((Hint { when, says, action, run }, named))
}
