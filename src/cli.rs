//! The command line: reads arguments, wires the parts together, gives the exit code.

// Only `say` prints: these would panic where nothing can be written.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod appearance;
mod examine;
mod open;
mod places;
mod say;
mod status;
mod waiting;

use std::io;
use std::io::IsTerminal;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::app::App;
use crate::app::Start;
use crate::content;
use crate::course::Course;
use crate::course::StepId;
use crate::engine::Engine;
use crate::engine::now;
use crate::headless;
use crate::host;
use crate::journal;
use crate::journal::Opened;
use crate::keys::Key;
use crate::lint;
use crate::markdown;
use crate::problem::Problem;
use crate::progress::Entry;
use crate::progress::Progress;
use crate::session::HostKind;
use crate::session::Size;
use crate::tty;
use crate::values;
use crate::wayback;

use open::companion;
use open::trust;
use say::aside;
use say::say;
use waiting::block_on;

/// Windows' keyboards differ in where `]` is, and a console tells Ctrl with it only where it has a key of its own.
const LEAVE: &str = if cfg!(windows) { "f12" } else { "ctrl-]" };
/// The terminal of a headless run: wide, so that few lines of output are cut in two.
const HEADLESS: Size = Size { columns: 200, rows: 50 };

/// The terminal companion to Windows Containers Internals.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "Without a command wci opens the companion; where the output is no terminal it prints the status."
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    /// Open the companion on this step
    #[arg(long, value_name = "CHAPTER#STEP")]
    at: Option<String>,
    /// Started by another wci, which is about to end
    #[arg(long, hide = true)]
    reopened: bool,
    /// Started by the way back after a restart, which is to go
    #[arg(long, hide = true)]
    returned: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Args)]
struct Common {
    /// The course folder, instead of the one built in; read again when it changes
    #[arg(long, global = true, value_name = "DIR")]
    content: Option<PathBuf>,
    /// The folder for the journal [env: WCI_STATE]
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Trust the course of --content: its checks run on this machine
    #[arg(long, global = true)]
    trust: bool,
    /// The shell to work in, a name or a path [env: WCI_SHELL]
    #[arg(long, global = true, value_name = "SHELL")]
    shell: Option<String>,
    /// Where the Windows machine is, for this start: here, ssh://user@host[:port], or rehearsal (none: its steps to read and tick)
    #[arg(long, global = true, value_name = "WHERE")]
    vm: Option<HostKind>,
    /// Colours; chosen by what the terminal says it can do if not given
    #[arg(long, global = true, value_enum)]
    theme: Option<appearance::ThemeArg>,
    /// Characters for marks and lines
    #[arg(long, global = true, value_enum)]
    glyphs: Option<appearance::GlyphsArg>,
    /// The key that takes the keys back from the terminal
    #[arg(long, global = true, value_name = "KEY", default_value = LEAVE, value_parser = leave_key)]
    leave_key: Key,
}

/// How to go without the screen.
#[derive(clap::Args)]
struct How {
    /// Agree to every command beforehand
    #[arg(long)]
    yes: bool,
    /// Give a value the chapter asks for
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// One line for each thing that happens, as text or as a JSON object
    #[arg(long, value_enum, default_value = "text")]
    format: FormatArg,
    /// How long a command may say nothing before it is given up: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = patience)]
    patience: Duration,
}

fn patience(text: &str) -> Result<Duration, String> {
    markdown::duration(text).ok_or_else(|| "not a time: try 90s, 10m or 1h".into())
}

#[derive(Subcommand)]
enum Command {
    /// Run a chapter or a step without the screen
    #[command(
        after_help = "Exit codes: 0 every required step that applies passed, 1 a step did not, 2 usage or content is wrong,\n3 waiting for something only a person or a restart can do, 130 stopped."
    )]
    Run {
        /// CHAPTER or CHAPTER#STEP
        what: String,
        #[command(flatten)]
        how: How,
    },
    /// Take a step back without the screen: its undo commands
    #[command(
        after_help = "Exit codes: 0 taken back or never done, 1 not or not wholly, 2 usage or content is wrong,\n3 waiting for something only a person can do, 130 stopped."
    )]
    Undo {
        /// CHAPTER#STEP
        what: String,
        #[command(flatten)]
        how: How,
    },
    /// Print how far every chapter is
    Status,
    /// Forget a step, or all progress
    Reset {
        /// CHAPTER#STEP; everything if not given
        step: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Print what wci sees of this machine: system, terminal, shell, checks, state
    Doctor {
        /// Go through the program's part of tests/on-windows.md and write FILE, with blanks for what only eyes can tell
        #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "wci-windows-report.md")]
        windows_report: Option<PathBuf>,
    },
    /// Print every problem of a course as file:line:column
    Lint {
        /// The course folder; the built-in course if not given
        dir: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    Text,
    Json,
}

fn leave_key(text: &str) -> Result<Key, String> {
    match Key::parse(text) {
        Some(key) if key.ctrl || key.alt || !matches!(key.code, crate::keys::Code::Char(_)) => Ok(key),
        Some(_) => Err("a plain character is for typing: take one with ctrl- or alt-, or a function key".into()),
        None => Err("not a key: try ctrl-], ctrl-g or f12".into()),
    }
}

/// A sentence and an exit code.
struct Failure(u8, String);

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure(headless::NOT_PASSED, format!("{error:#}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure(headless::NOT_PASSED, error.to_string())
    }
}

pub fn main() -> ExitCode {
    if let Some(code) = host::answered() {
        return code;
    }
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(code) => ExitCode::from(code),
        Err(Failure(code, why)) => {
            aside(format_args!("wci: {why}\n"));
            keep_open();
            ExitCode::from(code)
        }
    }
}

/// A console that was opened for this program closes with it, and with it what was said: so it is said until somebody has read it.
fn keep_open() {
    #[cfg(windows)]
    if crate::windows::console::is_ours_alone() {
        aside("Enter closes this window.\n");
        drop(io::stdin().read_line(&mut String::new()));
    }
}

fn dispatch(cli: Cli) -> Result<u8, Failure> {
    let common = cli.common;
    if cli.at.is_some() && cli.command.is_some() {
        return Err(Failure(headless::WRONG, "--at opens the companion on a step: it goes with no command".into()));
    }
    match cli.command {
        Some(Command::Lint { dir }) => lint(dir.as_deref().or(common.content.as_deref())),
        Some(Command::Status) => status(&common),
        Some(Command::Doctor { windows_report }) => examine::run(&common, windows_report.as_deref()),
        Some(Command::Reset { step, yes }) => reset(&common, step.as_deref(), yes),
        Some(Command::Run { what, how }) => headless_run(&common, &what, &how, false),
        Some(Command::Undo { what, how }) => headless_run(&common, &what, &how, true),
        None if !io::stdout().is_terminal() || !io::stdin().is_terminal() => {
            if let Some(at) = &cli.at {
                find(&load(common.content.as_deref())?.0, at)?;
            }
            status(&common)
        }
        None => companion(&common, cli.at.as_deref(), open::By { reopened: cli.reopened, returned: cli.returned }),
    }
}

fn load(dir: Option<&Path>) -> Result<(Course, Vec<Problem>), Failure> {
    match dir {
        None => Ok(content::load_embedded()),
        Some(dir) => content::load(dir).map_err(|why| Failure(headless::WRONG, why)),
    }
}

/// The course, and for one from elsewhere the digest its trust is for.
fn load_to_run(common: &Common) -> Result<(Course, Vec<Problem>, Option<String>), Failure> {
    let Some(dir) = &common.content else {
        let (course, problems) = content::load_embedded();
        return Ok((course, problems, None));
    };
    let (course, problems, digest) = content::load_with_digest(dir).map_err(|why| Failure(headless::WRONG, why))?;
    Ok((course, problems, Some(digest)))
}

fn lint(dir: Option<&Path>) -> Result<u8, Failure> {
    let (_, problems) = load(dir)?;
    say(&lint::report(&problems))?;
    Ok(u8::from(!problems.is_empty()))
}

/// A course from elsewhere has a journal of its own: its chapters may be called as ours, and its learners' values are not ours to give.
fn state(common: &Common) -> Result<PathBuf, Failure> {
    let folder = journal::state_folder(common.state.as_deref()).map_err(|why| Failure(headless::WRONG, why.to_string()))?;
    let Some(dir) = &common.content else { return Ok(folder) };
    Ok(folder.join("courses").join(content::name(dir)))
}

/// The journal. `until` is when one that another wci holds is no longer waited for.
fn open_journal(common: &Common, until: Option<Instant>) -> Result<Opened, Failure> {
    let folder = state(common)?;
    let opened = loop {
        match journal::open(&folder) {
            Err(journal::OpenError::Busy { .. }) if until.is_some_and(|until| Instant::now() < until) => {
                std::thread::sleep(Duration::from_millis(50));
            }
            other => break other.map_err(|why| Failure(headless::NOT_PASSED, why.to_string()))?,
        }
    };
    if let Some(notice) = &opened.notice {
        aside(format_args!("wci: {notice}\n"));
    }
    Ok(opened)
}

fn status(common: &Common) -> Result<u8, Failure> {
    let (course, problems) = load(common.content.as_deref())?;
    let folder = state(common)?;
    let (entries, notice) = journal::read(&folder).map_err(|why| Failure(headless::NOT_PASSED, why.to_string()))?;
    if let Some(notice) = notice {
        aside(format_args!("wci: {notice}\n"));
    }
    let progress = Progress::of(entries.iter().map(|(_, entry)| entry));
    let app = new_app(common, &shell(common), course, problems.len(), progress, HEADLESS);
    say(&status::text(&app, &folder, common.content.as_deref()))?;
    Ok(0)
}

fn reset(common: &Common, step: Option<&str>, yes: bool) -> Result<u8, Failure> {
    let (course, _) = load(common.content.as_deref())?;
    let step = match step {
        None => None,
        Some(text) => {
            let (chapter, index) = find(&course, text)?;
            let Some(index) = index else {
                return Err(Failure(headless::WRONG, format!("name a step, as in {text}#{}", first_step(&course, chapter))));
            };
            Some(course.chapters[chapter].steps[index].id.clone())
        }
    };
    let mut opened = open_journal(common, None)?;
    let armed = Progress::of(opened.entries.iter().map(|(_, e)| e)).armed;
    if !yes
        && step.is_none()
        && !agrees("Forget all progress, every value you gave, and where your Windows machine is?", "--yes")?
    {
        aside("Nothing was changed.\n");
        return Ok(headless::WAITING);
    }
    let said = step.as_ref().map_or_else(|| "All progress".to_owned(), StepId::to_string);
    // One step's reset leaves the way back of another step's restart.
    let of_another = step.is_some() && armed.is_some_and(|armed| Some(&armed.step) != step.as_ref());
    opened.journal.write(now(), &Entry::Reset { step }).map_err(|why| Failure(headless::NOT_PASSED, why.to_string()))?;
    say(&format!("{said} is forgotten. The journal keeps what happened; nothing else on the machine was changed.\n"))?;
    if !of_another {
        no_way_back()?;
    }
    Ok(0)
}

/// A restart that was agreed to is forgotten too: what would open wci after it goes.
fn no_way_back() -> Result<(), Failure> {
    let failed = |why| Failure(headless::NOT_PASSED, why);
    if wayback::is_registered().map_err(failed)? {
        wayback::remove().map_err(failed)?;
        say(&format!("What would have opened wci after a restart is removed: {}.\n", wayback::whereabouts().map_err(failed)?))?;
    }
    Ok(())
}

/// Asks at the terminal; where there is none, `flag` is how to agree.
fn agrees(question: &str, flag: &str) -> io::Result<bool> {
    if !io::stdin().is_terminal() {
        aside(format_args!("wci: {question} Say so with {flag}.\n"));
        return Ok(false);
    }
    tty::agrees(question)
}

/// A chapter, and a step of it, by `CHAPTER` or `CHAPTER#STEP`.
fn find(course: &Course, what: &str) -> Result<(usize, Option<usize>), Failure> {
    let wrong = |text: String| Failure(headless::WRONG, text);
    let (slug, step) = match what.split_once('#') {
        Some((slug, step)) => (slug, Some(step)),
        None => (what, None),
    };
    let Some(chapter) = course.chapters.iter().position(|c| c.slug == slug) else {
        let known: Vec<&str> = course.chapters.iter().map(|c| c.slug.as_str()).collect();
        return Err(wrong(format!("there is no chapter {slug}; there is {}", known.join(", "))));
    };
    let Some(step) = step else { return Ok((chapter, None)) };
    let steps = &course.chapters[chapter].steps;
    match steps.iter().position(|s| s.id.step == step) {
        Some(index) => Ok((chapter, Some(index))),
        None => {
            let known: Vec<&str> = steps.iter().map(|s| s.id.step.as_str()).collect();
            Err(wrong(format!("{slug} has no step {step}; it has {}", known.join(", "))))
        }
    }
}

fn first_step(course: &Course, chapter: usize) -> &str {
    course.chapters[chapter].steps.first().map_or("step", |s| s.id.step.as_str())
}

fn headless_run(common: &Common, what: &str, how: &How, undo: bool) -> Result<u8, Failure> {
    let (course, problems, digest) = load_to_run(common)?;
    if !problems.is_empty() {
        aside(lint::report(&problems));
        return Err(Failure(headless::WRONG, "the course has problems; nothing was run".into()));
    }
    let (chapter, step) = find(&course, what)?;
    let part = part(&course, chapter, step, undo)?;
    let given = how.set.iter().map(|text| value(&course, chapter, text)).collect::<Result<Vec<_>, _>>()?;
    let mut opened = open_journal(common, None)?;
    trust(common, digest, &mut opened)?;
    let mut progress = Progress::of(opened.entries.iter().map(|(_, e)| e));
    for entry in given {
        opened.journal.write(now(), &entry).map_err(|why| Failure(headless::NOT_PASSED, why.to_string()))?;
        progress.apply(&entry);
    }
    let format = match how.format {
        FormatArg::Text => headless::Format::Text,
        FormatArg::Json => headless::Format::Json,
    };
    let shell = shell(common);
    let app = new_app(common, &shell, course, 0, progress, HEADLESS);
    let request = headless::Request { chapter, part, yes: how.yes, format, patience: how.patience };
    let code = block_on(async {
        let mut engine = Engine::new(app, opened.journal, shell, Vec::new());
        let code = headless::run(&mut engine, &request, &mut io::stdout()).await;
        engine.end();
        code
    })?;
    Ok(code?)
}

/// What is to be run, or taken back.
fn part(course: &Course, chapter: usize, step: Option<usize>, undo: bool) -> Result<headless::Part, Failure> {
    let slug = &course.chapters[chapter].slug;
    match (step, undo) {
        (None, false) => Ok(headless::Part::All),
        (Some(step), false) => Ok(headless::Part::Step(step)),
        (Some(step), true) if course.chapters[chapter].steps[step].undo().next().is_some() => Ok(headless::Part::Undo(step)),
        (Some(step), true) => {
            Err(Failure(headless::WRONG, format!("{} has nothing to undo", course.chapters[chapter].steps[step].id)))
        }
        (None, true) => Err(Failure(headless::WRONG, format!("name a step, as in {slug}#{}", first_step(course, chapter)))),
    }
}

/// `name=value`, checked against what the chapter asks for.
fn value(course: &Course, chapter: usize, text: &str) -> Result<Entry, Failure> {
    let wrong = |text: String| Failure(headless::WRONG, text);
    let Some((name, given)) = text.split_once('=') else {
        return Err(wrong(format!("--set takes NAME=VALUE, not {text}")));
    };
    let chapter = &course.chapters[chapter];
    let Some(asked) = chapter.values.iter().find(|v| v.name == name) else {
        let known: Vec<&str> = chapter.values.iter().map(|v| v.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(wrong(format!("{} asks for no value {name}; it asks for {known}", chapter.slug)));
    };
    let value = values::check(asked, given).map_err(|why| wrong(format!("--set {name}: {why}")))?;
    Ok(Entry::Valued { chapter: chapter.slug.clone(), name: name.to_owned(), value })
}

fn new_app(common: &Common, shell: &host::ShellChoice, course: Course, problems: usize, progress: Progress, size: Size) -> App {
    let vm = places::host(common.vm.as_ref(), progress.vm.as_ref());
    App::new(Start {
        course,
        problems,
        progress,
        size,
        appearance: appearance::choose(common.theme, common.glyphs),
        leave: common.leave_key,
        now: now(),
        seats: places::seats(&vm, shell, size),
    })
}

fn shell(common: &Common) -> host::ShellChoice {
    host::default_shell(common.shell.as_deref())
}
