//! What tests of the screen share: a small course in code, and an app in its main situations.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::app::App;
use crate::app::Appearance;
use crate::app::CheckKind;
use crate::app::CheckRef;
use crate::app::CheckState;
use crate::app::Focus;
use crate::app::Glyphs;
use crate::app::Link;
use crate::app::Prompt;
use crate::app::Run;
use crate::app::Screen;
use crate::app::Seat;
use crate::app::Start;
use crate::app::ThemeName;
use crate::course::Admonition;
use crate::course::Align;
use crate::course::Answer;
use crate::course::Block;
use crate::course::Chapter;
use crate::course::Check;
use crate::course::Command;
use crate::course::Course;
use crate::course::Expect;
use crate::course::Hint;
use crate::course::Inline;
use crate::course::List;
use crate::course::Look;
use crate::course::Os;
use crate::course::Place;
use crate::course::Shell;
use crate::course::Step;
use crate::course::StepId;
use crate::course::Table;
use crate::course::Task;
use crate::course::Value;
use crate::course::ValueKind;
use crate::course::Variant;
use crate::course::Verdict;
use crate::keys::Key;
use crate::progress::Entry;
use crate::progress::Progress;
use crate::session::HostKind;
use crate::session::Size;

pub const NOW: u64 = 1_764_000_000_000;

pub fn text(text: &str) -> Inline {
    Inline::Text(text.into())
}

pub fn paragraph(words: &str) -> Block {
    Block::Paragraph(vec![text(words)])
}

pub fn command(id: &str, language: Shell, code: &str) -> Command {
    Command {
        id: id.into(),
        variants: vec![Variant { language, text: code.into() }],
        restart: false,
        elevated: false,
        interactive: false,
        optional: false,
        download: None,
        typical: None,
        changes: None,
        line: 1,
    }
}

pub fn check(says: &str, code: &str) -> Check {
    Check {
        says: says.into(),
        expect: Some(Expect::Equals("Enabled".into())),
        hint: Some("It says EnablePending until the machine has restarted.".into()),
        ..Check::of(Look::Ask { shell: Shell::Sh, text: code.into(), exits: 0 })
    }
}

pub fn step(id: &str, title: &str, place: Place, blocks: Vec<Block>) -> Step {
    Step {
        id: StepId::new("introduction", id),
        title: title.into(),
        place,
        os: None,
        optional: false,
        desktop: false,
        minutes: Some(5),
        blocks,
        line: 1,
    }
}

/// A step with a command that has everything, checks, hints and an undo.
fn docker() -> Step {
    let mut install = command("1", Shell::Sh, "./install-docker-ce.sh --no-restart");
    install.elevated = true;
    install.download = Some("78 MB".into());
    install.typical = Some(Duration::from_secs(120));
    install.changes = Some("Adds the service docker and C:\\Users\\wci\\DockerDownloads".into());
    let blocks = vec![
        Block::Paragraph(vec![
            text("Docker is the front desk: it talks to the "),
            Inline::Strong(vec![text("Host Compute Service")]),
            text(", which is what really creates a container. "),
            Inline::Link {
                text: vec![text("Microsoft's script")],
                url: "https://github.com/microsoft/Windows-Containers".into(),
            },
            text(" brings the client, the daemon and a service."),
        ]),
        Block::Command(install),
        Block::Sample { language: "text".into(), text: "Successfully connected to Docker Daemon.".into() },
        Block::Check(check("The docker service runs", "systemctl is-active docker")),
        Block::Check(check("docker is on the PATH", "command -v docker")),
        Block::Check(check("The daemon answers", "docker info")),
        Block::Hint(Hint {
            when: Some("timed out".into()),
            says: "The download server could not be reached.".into(),
            action: Some("curl -I https://download.docker.com".into()),
            run: None,
        }),
        Block::Hint(Hint { when: None, says: "The shell is not elevated.".into(), action: None, run: None }),
        Block::Hint(Hint { when: None, says: "A proxy stands between.".into(), action: None, run: None }),
        Block::Undo(command("undo", Shell::Sh, "./uninstall-docker-ce.sh")),
    ];
    step("docker", "Install and test Docker", Place::Laptop, blocks)
}

fn map() -> Step {
    let cell = |t: &str| vec![text(t)];
    let rows = [
        ("namespaces", "server silo", "docs"),
        ("cgroup", "job object", "docs"),
        ("overlayfs", "windowsfilter layers", "memory"),
    ];
    let table = Table {
        align: vec![Align::Left, Align::Left, Align::Right],
        head: vec![cell("On Linux"), cell("On Windows"), cell("Source")],
        rows: rows.iter().map(|(a, b, c)| vec![cell(a), vec![Inline::Code((*b).into())], cell(c)]).collect(),
    };
    let nested = List {
        start: None,
        items: vec![
            vec![paragraph("a job object that was turned into a container")],
            vec![paragraph("one silo for each container")],
        ],
    };
    let blocks = vec![
        paragraph("You can now read Windows containers as a translation. 日本語のテキストも折り返される。 Ω e\u{301} 👩‍👩‍👧"),
        Block::Table(table),
        Block::Heading(3, vec![text("Three differences")]),
        Block::List(List {
            start: Some(9),
            items: vec![
                vec![
                    paragraph("One object, not many. On Linux you chose wall by wall; on Windows it is one object, the silo."),
                    Block::List(nested),
                ],
                vec![paragraph("You do not call it yourself.")],
            ],
        }),
        Block::Admonition(
            Admonition::Note,
            vec![paragraph("This was not yet tried on a real Windows Server."), paragraph("Hold us to it.")],
        ),
        Block::Quote(vec![paragraph("There is no container.")]),
        Block::Code {
            language: "toml".into(),
            text:
                "key = 1\n    indented = \"a line of code that is far longer than the page is wide, so it is carried on below\""
                    .into(),
        },
        Block::Image { alt: "A box in a box".into(), path: "img/box.png".into() },
    ];
    Step { optional: true, ..step("map", "The map to Windows", Place::Laptop, blocks) }
}

fn portal() -> Step {
    let task = |key: &str, words: &str| Task { key: key.into(), blocks: vec![paragraph(words)] };
    let blocks = vec![
        paragraph("Fill in the form of the portal."),
        Block::Tasks(vec![
            task("group", "Resource group: a new one. Deleting it later deletes everything in it."),
            task("size", "Size: Standard_E2s_v5, two cores."),
            task("type", "Security type: Standard"),
        ]),
    ];
    step("portal", "Make the machine", Place::Laptop, blocks)
}

fn feature() -> Step {
    let mut enable =
        command("1", Shell::PowerShell, "Enable-WindowsOptionalFeature -Online -FeatureName Containers -All `\n    -NoRestart");
    enable.elevated = true;
    enable.restart = true;
    enable.typical = Some(Duration::from_secs(120));
    let blocks = vec![
        paragraph(
            "Process isolation needs one Windows feature. Windows adds the parts now and wires them in while it restarts, so this step ends with a restart.",
        ),
        Block::Command(enable),
        Block::Check(check("The feature is enabled", "x")),
    ];
    step("feature", "Enable the Containers feature", Place::Vm, blocks)
}

fn connect() -> Step {
    let blocks = vec![
        paragraph("Connect to the machine."),
        Block::Command(command("ssh", Shell::Sh, "ssh {{vm_user}}@{{vm_address}}")),
        Block::Command(command("ver", Shell::Sh, "ver")),
    ];
    Step { os: Some(Os::Linux), ..step("connect", "Connect from the laptop", Place::Laptop, blocks) }
}

pub fn course() -> Course {
    let value = |name: &str, asks: &str| Value {
        name: name.into(),
        asks: asks.into(),
        kind: ValueKind::Host,
        matches: None,
        default: None,
        example: Some("20.51.3.7".into()),
    };
    let introduction = Chapter {
        slug: "introduction".into(),
        file: "01-introduction.md".into(),
        title: "Introduction".into(),
        summary: "What Windows containers are, and a machine of your own to look behind them.".into(),
        minutes: Some(60),
        done: Some("You have a Windows Server, Docker and a first container.".into()),
        values: vec![value("vm_address", "What is the public IP address of your VM?"), value("vm_user", "Which user?")],
        intro: vec![paragraph("This chapter gives you an idea and a machine.")],
        steps: vec![
            step("what", "What a container is", Place::Laptop, vec![paragraph("A handful of ordinary processes.")]),
            portal(),
            connect(),
            feature(),
            docker(),
            map(),
        ],
    };
    let next = Chapter {
        slug: "silos".into(),
        file: "02-silos.md".into(),
        title: "Server silos".into(),
        summary: "The object behind it.".into(),
        minutes: Some(45),
        steps: vec![step("silo", "A silo", Place::Vm, vec![])],
        ..Chapter::default()
    };
    Course {
        title: "Windows Containers Internals".into(),
        summary: "Take a Windows container apart, from the outside in.".into(),
        intro: vec![paragraph(
            "You read a step, run it in a real shell, and see it checked. Nothing runs before you press Enter.",
        )],
        chapters: vec![introduction, next],
    }
}

/// An app with that course, a shell on the laptop and no machine under study.
pub fn app(columns: u16, rows: u16) -> App {
    let size = Size { columns, rows };
    let mut here = Seat::new(HostKind::Here, Some(Os::Linux), Shell::Bash, "laptop", size);
    here.link = Link::Up;
    here.prompt = Prompt::Ready;
    here.heard = NOW;
    let none = Seat::new(HostKind::Rehearsal, Some(Os::Windows), Shell::PowerShell, "vm", size);
    App::new(Start {
        course: course(),
        problems: 0,
        progress: Progress::default(),
        size,
        appearance: Appearance { theme: ThemeName::Dark, glyphs: Glyphs::Rich },
        leave: Key::ctrl(']'),
        now: NOW,
        seats: BTreeMap::from([(Place::Laptop, here), (Place::Vm, none)]),
    })
}

/// The same on a step of the first chapter, with a little behind it.
pub fn at(columns: u16, rows: u16, step: usize) -> App {
    let mut app = app(columns, rows);
    app.screen = Screen::Chapter;
    app.step = step;
    let id = |s: &str| StepId::new("introduction", s);
    app.progress.apply(&Entry::Opened { chapter: "introduction".into() });
    app.progress.apply(&Entry::Declared { step: id("what"), done: true });
    app.progress.apply(&Entry::Ticked { step: id("portal"), task: "group".into(), on: true });
    app.task = 1;
    let areas = crate::layout::layout(&app);
    if let (Some(size), Some(seat)) = (areas.terminal_size(), app.seats.get_mut(&Place::Laptop)) {
        seat.terminal = crate::terminal::Terminal::new(size);
        drop(seat.terminal.feed(b"\x1b[1;32mlearner@laptop\x1b[0m:\x1b[34m~\x1b[0m$ ls\r\nDocuments  \x1b[31;44mMusic\x1b[0m  \xe6\x97\xa5\xe6\x9c\xac\r\n\x1b[1;32mlearner@laptop\x1b[0m:~$ "));
    }
    app
}

pub fn answered(app: &mut App, step: &str, index: usize, verdict: Verdict, seen: &str) {
    let at = CheckRef { step: StepId::new("introduction", step), kind: CheckKind::Check, index };
    let answer = Answer { verdict, seen: seen.into(), expected: "active".into() };
    app.checks.insert(at, CheckState::Answered(answer));
}

pub fn asking(app: &mut App, step: &str, index: usize) {
    let at = CheckRef { step: StepId::new("introduction", step), kind: CheckKind::Check, index };
    app.checks.insert(at, CheckState::Asking { round: 1, since: NOW, poll: false, before: None });
}

/// The docker step while its command runs.
pub fn running(columns: u16, rows: u16, seconds: u64) -> App {
    let mut app = at(columns, rows, 4);
    asking(&mut app, "docker", 0);
    answered(&mut app, "docker", 1, Verdict::Fail, "nothing");
    let text = "./install-docker-ce.sh --no-restart".to_owned();
    let step = StepId::new("introduction", "docker");
    let run = Run {
        step,
        command: "1".into(),
        text,
        started: NOW - seconds * 1000,
        undo: false,
        edited: false,
        interactive: false,
        elevated: false,
        status: None,
        stopping: false,
        restarts: false,
    };
    if let Some(seat) = app.seats.get_mut(&Place::Laptop) {
        seat.run = Some(run);
        seat.prompt = Prompt::Busy;
    }
    app
}

pub fn in_terminal(mut app: App) -> App {
    app.focus = Focus::Terminal;
    app
}
