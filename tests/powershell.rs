//! PowerShell's marks, with the real engine in a real pseudo-terminal: every case of the table of facts, in both ways of entering
//! several lines. Windows PowerShell 5.1 itself is not on this machine: what it does is not shown here.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use wci::course::Shell;
use wci::host::ShellChoice;
use wci::session::{Ending, SessionEvent};
use wci::terminal::MarkKind;

use engine::engine;
use live::Live;

mod engine;
mod live;

/// A `pwsh` in a folder of its own that sets variables, and may put words before what it is told to run.
struct Wrapped {
    folder: tempfile::TempDir,
}

impl Wrapped {
    fn new(engine: &Path, environment: &str, first: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("it's é ").tempdir().unwrap();
        let lines = [
            "#!/bin/bash".into(),
            format!("export NO_COLOR=1 {environment}"),
            format!("first={}", Shell::Bash.quote(first).unwrap()),
            // The last word is the text to run.
            format!("exec '{}' \"${{@:1:$#-1}}\" \"$first${{@: -1}}\"\n", engine.display()),
        ];
        let program = folder.path().join("pwsh");
        std::fs::write(&program, lines.join("\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn choice(&self) -> ShellChoice {
        ShellChoice { plain: true, ..ShellChoice::named(self.folder.path().join("pwsh").to_str().unwrap()) }
    }

    fn open(&self) -> Live {
        let mut live = Live::open(self.choice());
        live.prompt();
        live
    }
}

/// A session with the engine as it is, and one that runs several lines as soon as they are complete, as with PSReadLine.
fn both(engine: &Path) -> [(Live, Wrapped); 2] {
    [("", "plain"), ("PWSH_HOST_EAGER=1", "eager")].map(|(environment, _)| {
        let wrapped = Wrapped::new(engine, environment, "");
        (wrapped.open(), wrapped)
    })
}

const OK: Option<i32> = Some(0);
const FAILED: Option<i32> = Some(1);

#[test]
fn every_case_of_the_table_has_its_status() {
    let Some(engine) = engine() else { return };
    for (mut live, wrapped) in both(&engine) {
        let script = wrapped.folder.path().join("s.ps1");
        std::fs::write(&script, "exit 7\n").unwrap();
        let script = format!("& {}", Shell::Pwsh.quote(script.to_str().unwrap()).unwrap());
        let table: &[(&str, Option<i32>)] = &[
            ("1+1", OK),
            ("/bin/true", OK),
            ("no-such-program", FAILED),
            ("Get-Item /nope", FAILED),
            ("Write-Error bad", FAILED),
            ("throw 'boom'", FAILED),
            ("[int]'x'", FAILED),
            ("sh -c 'exit 3'", Some(3)),
            ("1; sh -c 'exit 4'", Some(4)),
            ("sh -c 'exit 3'; 1", OK),
            ("if(1){ sh -c 'exit 5' }", Some(5)),
            (&script, Some(7)),
            ("Get-Item /nope -EA Ignore", FAILED),
            ("sh -c 'exit 7'", Some(7)),
            ("sh -c 'exit 7'", Some(7)),
            ("Get-Item /nope -EA SilentlyContinue", FAILED),
            ("$ErrorActionPreference='Stop'", OK),
            ("Get-Item /nope", FAILED),
            ("$ErrorActionPreference='Continue'", OK),
            ("1 + )", FAILED),
            ("", None),
            ("1", OK),
            ("1 + )", FAILED),
            ("1 + )", FAILED),
            ("   ", None),
            ("Get-Item /nope; 1", OK),
            ("Get-Item /nope -EA SilentlyContinue; sh -c 'exit 6'", Some(6)),
            ("$null = sh -c 'exit 9'", Some(9)),
            ("Clear-History", OK),
            ("1 + )", FAILED),
            ("$Error.Clear()", OK),
            ("Get-Item /nope -EA Ignore", FAILED),
        ];
        for (text, status) in table {
            assert_eq!(live.run(text).0, *status, "{text}\n{}", live.raw.escape_ascii());
        }
        // The status of a program within a block of its own is lost to PowerShell itself.
        assert_eq!(live.run("& { sh -c 'exit 5' }").0, OK);
    }
}

#[test]
fn what_is_the_learners_stays_as_it_was() {
    let Some(engine) = engine() else { return };
    let wrapped = Wrapped::new(&engine, "", "function prompt { \"[$?|$LASTEXITCODE] \" }; ");
    let mut live = wrapped.open();
    assert!(live.terminal.text().ends_with("[True|]"), "{}", live.terminal.text());
    assert_eq!(live.says("Test-Path variable:LASTEXITCODE; $Error.Count"), "False\n0");
    live.run("sh -c 'exit 3'");
    assert!(live.terminal.text().ends_with("[False|3]"), "{}", live.terminal.text());
    assert_eq!(live.says("\"$? $LASTEXITCODE\""), "False 3");
    live.run("Get-Item /nope");
    assert!(live.terminal.text().ends_with("[False|3]"), "{}", live.terminal.text());
    assert_eq!(live.says("\"$? $LASTEXITCODE $($Error.Count)\""), "False 3 1");
    assert_eq!(live.says("(Get-Variable *wci*).Name"), "__wci");
    live.run("Remove-Variable * -EA SilentlyContinue");
    assert_eq!(live.run("sh -c 'exit 4'").0, Some(4), "the state is not removed by the way");
    assert_eq!(live.says("(Get-History -Count 1).CommandLine"), "sh -c 'exit 4'");
    assert_eq!(live.says("(Get-Command prompt).ScriptBlock.File"), "", "it came as text: no policy refuses it");

    // A prompt that runs a program and prints by itself; then one that fails, and says nothing.
    live.run("$__wci.Prompt = { sh -c 'exit 44'; Write-Host -NoNewline 'here '; 'ends> '; 'never' }");
    assert!(live.terminal.text().ends_with("\nhere ends>"), "{}", live.terminal.text());
    live.run("sh -c 'exit 5'");
    assert_eq!(live.says("$LASTEXITCODE"), "5");
    assert_eq!(live.run("Get-Item /nope -EA Ignore").0, FAILED, "not the status of the prompt's program");
    live.run("$__wci.Prompt = { throw 'no' }");
    assert!(live.terminal.text().ends_with("\nPS>"), "{}", live.terminal.text());
    assert_eq!(live.run("1 + )").0, FAILED);
    assert_eq!(live.run("1").0, OK);
}

#[test]
fn strict_mode_and_stop_change_nothing() {
    let Some(engine) = engine() else { return };
    let wrapped = Wrapped::new(&engine, "", "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'; ");
    let mut live = wrapped.open();
    assert_eq!(live.run("1"), (OK, "1".into()));
    assert_eq!(live.run("Get-Item /nope").0, FAILED);
    assert_eq!(live.run("$unknown").0, FAILED, "the learner's own mode stands");
    assert_eq!(live.run("Clear-History").0, OK);
    assert_eq!(live.run("sh -c 'exit 3'").0, Some(3));
    let errors = live.says("$Error.Count");
    live.run("");
    live.run("1");
    assert_eq!(live.says("$Error.Count"), errors, "the marks themselves make no mistake");
}

#[test]
fn constrained_language_keeps_the_marks() {
    let Some(engine) = engine() else { return };
    let limit = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'";
    let wrapped = Wrapped::new(&engine, "", &format!("{limit}; "));
    let mut live = wrapped.open();
    assert_eq!(live.says("$ExecutionContext.SessionState.LanguageMode"), "ConstrainedLanguage");
    assert_eq!(live.run("[Console]::Write('x')").0, FAILED, "it is in force");
    for (text, status) in [("1", OK), ("Get-Item /nope", FAILED), ("sh -c 'exit 3'", Some(3)), ("1 + )", FAILED), ("", None)] {
        assert_eq!(live.run(text).0, status, "{text}");
    }
    live.run("cd /usr");
    assert_eq!(live.folder, "/usr");
    assert_eq!(live.says("$Error.Count"), "3", "the marks themselves made no mistake");

    // Begun later, by the learner.
    let mut live = Live::plain(engine.to_str().unwrap());
    live.run(limit);
    for (text, status) in [("1", OK), ("Get-Item /nope", FAILED), ("sh -c 'exit 3'", Some(3)), ("1 + )", FAILED)] {
        assert_eq!(live.run(text).0, status, "{text}");
    }
}

#[test]
fn an_interrupt_gives_the_prompt_back() {
    let Some(engine) = engine() else { return };
    let mut live = Live::plain(engine.to_str().unwrap());
    let mut interrupt = |text: &str| {
        live.marks.clear();
        live.raw.clear();
        live.session.send(format!("{text}\r").into_bytes()).unwrap();
        live.until("the command", |live| live.raw.ends_with(b"started\r\n"));
        std::thread::sleep(Duration::from_millis(400));
        live.session.send(vec![3]).unwrap();
        // The interrupt may hit the prompt too while that is made: then the host shows its own, without a mark at its end or, seldom, with
        // none at all. For the learner that is a mark that got lost; here the next interrupt tells.
        let ended = |live: &Live| live.marks.iter().any(|mark| matches!(mark.kind, MarkKind::CommandEnd(_)));
        live.until("the end", |live| ended(live) || live.raw.ends_with(b"PS>"));
        while live.turn(Duration::from_millis(200)) {}
        live.marks.iter().find_map(|mark| if let MarkKind::CommandEnd(status) = mark.kind { Some(status) } else { None })
    };
    let mut told = |text: &str| (0..3).find_map(|_| interrupt(text));
    assert_eq!(told("sh -c 'echo started; exec sleep 1000'"), Some(Some(130)));
    assert_eq!(told("'started'; while ($true) { Start-Sleep 1 }"), Some(FAILED), "not the code of the program before");
    live.marks.clear();
    live.session.send(b"half a li\x03".to_vec()).unwrap();
    live.prompt();
    assert!(live.marks.iter().any(|mark| mark.kind == MarkKind::CommandEnd(None)), "{:?}", live.marks);
    assert_eq!(live.run("'next'"), (OK, "next".into()));
}

#[test]
fn several_lines_run_as_one_with_their_own_status() {
    let Some(engine) = engine() else { return };
    let table: &[(&str, Option<i32>, &str)] = &[
        ("Write-Output `\n    'one'", OK, "one"),
        ("@'\n  it's \"here\" $x\n\n'@ + 'end'", OK, "  it's \"here\" $x\nend"),
        ("$v = 'kept'\nforeach ($i in 1, 2) {\n    \"$v $i\"\n}\n\n# the last line is a comment", OK, "kept 1\nkept 2"),
        ("\"$v is still here\"\nsh -c 'exit 4'", Some(4), "kept is still here"),
        ("sh -c 'exit 4'\n'fine'", OK, "fine"),
        ("'a' |\n    ForEach-Object {\n        $_ + 'b'\n    }", OK, "ab"),
        ("function two {\n    <# a block\n       comment #>\n    2\n}\ntwo", OK, "2"),
        ("'a\n\n  b'", OK, "a\n\n  b"),
        ("throw 'boom'\n'never'", FAILED, ""),
    ];
    for (mut live, _wrapped) in both(&engine) {
        assert!(!live.at_once);
        for (text, status, output) in table {
            let said = live.run(text);
            let ends = live.marks.iter().filter(|mark| matches!(mark.kind, MarkKind::CommandEnd(Some(_)))).count();
            assert_eq!((said.0, ends), (*status, 1), "{text}\n{}", live.raw.escape_ascii());
            assert!(*status == FAILED || said.1 == *output, "{text}\n{:?}\n{}", said.1, live.raw.escape_ascii());
        }
        assert_eq!(live.says("'after'"), "after");
    }
    // Where each line is looked at as it comes, what follows a mistake runs by itself; without that, nothing runs.
    let mut live = Live::plain(engine.to_str().unwrap());
    assert_eq!(live.run("'a'\n1 + )\n'b'").0, FAILED);
    assert_eq!(live.says("'after'"), "after");
}

#[test]
fn a_redefined_prompt_loses_the_marks_and_nothing_hangs() {
    let Some(engine) = engine() else { return };
    let mut live = Live::plain(engine.to_str().unwrap());
    live.marks.clear();
    live.session.send(b"function prompt { 'mine> ' }\r".to_vec()).unwrap();
    live.until("the new prompt", |live| live.raw.ends_with(b"mine> "));
    live.session.send(b"'still ' + 'alive'\r".to_vec()).unwrap();
    live.until("an answer", |live| live.raw.ends_with(b"still alive\r\nmine> "));
    assert_eq!(live.marks, []);

    // One that calls ours, as a Python environment does: what it cannot know it does not say.
    let mut live = Live::plain(engine.to_str().unwrap());
    live.run("Copy-Item function:prompt function:old; function prompt { Write-Host -NoNewline '(venv) '; old }");
    assert!(live.terminal.text().lines().last().unwrap().starts_with("(venv) PS /"), "{}", live.terminal.text());
    for (text, status) in [("1", OK), ("Get-Item /nope", None), ("sh -c 'exit 3'", None), ("1 + )", None), ("1", OK)] {
        assert_eq!(live.run(text).0, status, "{text}");
    }
}

#[test]
fn a_nested_prompt_has_its_marks() {
    let Some(engine) = engine() else { return };
    let mut live = Live::plain(engine.to_str().unwrap());
    assert_eq!(live.run("$Host.EnterNestedPrompt()").0, None, "it has not ended");
    assert!(live.terminal.text().ends_with(">>"), "{}", live.terminal.text());
    assert_eq!(live.run("sh -c 'exit 3'").0, Some(3));
    assert_eq!(live.run("exit").0, OK);
    assert!(live.terminal.text().ends_with("> ") || !live.terminal.text().ends_with(">>"), "{}", live.terminal.text());
    assert_eq!(live.run("Get-Item /nope").0, FAILED);
    live.session.send(b"exit 7\r".to_vec()).unwrap();
    assert_eq!(live.end(), SessionEvent::Ended(Ending::Exited(7)));
}

#[test]
fn the_folder_is_told_and_the_nonce_is_not() {
    let Some(engine) = engine() else { return };
    let mut live = Live::plain(engine.to_str().unwrap());
    let folder = tempfile::Builder::new().prefix("wci é %41 $x ;'").tempdir().unwrap();
    live.run(&format!("Set-Location -LiteralPath {}", Shell::Pwsh.quote(folder.path().to_str().unwrap()).unwrap()));
    assert_eq!(Path::new(&live.folder), folder.path());
    live.run("Set-Location Env:");
    assert_eq!(Path::new(&live.folder), folder.path(), "the folder that programs get");

    let nonce = live.opened.clone().unwrap();
    let pid = live.says("$PID");
    for file in ["cmdline", "environ"] {
        let text = std::fs::read(format!("/proc/{pid}/{file}")).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains(&nonce) && text.contains("wci") | text.contains("WCI"), "{file}: {text}");
    }
    assert!(!live.says("& env").contains(&nonce));
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
    let line = String::from_utf8(line).unwrap();
    let file = line.split('\'').find_map(|word| word.strip_prefix("FileSystem::")).unwrap();
    assert!(!Path::new(file).exists() && !Path::new(file).parent().unwrap().exists(), "{file}");
    assert!(live.raw.split(|byte| *byte == 0x1b).all(|part| part.len() < 200 || !part.starts_with(b"]133")), "short marks");
    let numbers: Vec<u64> = live.marks.iter().map(|mark| mark.number.unwrap()).collect();
    assert!(numbers.is_sorted() && numbers[0] > 3, "{numbers:?}");
}

/// The engine's host never calls a reader, so the stand-in is called by hand: what PSReadLine's own does is not shown.
#[test]
fn with_a_reader_output_begins_at_a_mark_and_no_empty_line_is_typed() {
    let Some(engine) = engine() else { return };
    let modules = tempfile::tempdir().unwrap();
    let module = modules.path().join("PSReadLine");
    std::fs::create_dir(&module).unwrap();
    let reader =
        "function PSConsoleHostReadLine { $ok = $?; Write-Host \"[$ok]\"; $global:line }\nExport-ModuleMember -Function *\n";
    std::fs::write(module.join("PSReadLine.psm1"), reader).unwrap();
    let path = format!("PWSH_HOST_EAGER=1 PSModulePath='{}'", modules.path().display());
    let wrapped = Wrapped::new(&engine, &path, "Import-Module PSReadLine; ");
    let mut live = wrapped.open();
    assert!(live.at_once);
    assert_eq!(live.says("'a'\n'b'").trim_start_matches(">> "), "a\nb");
    let prompts = live.marks.iter().filter(|mark| mark.kind == MarkKind::PromptEnd).count();
    assert_eq!(prompts, 1, "no empty line was typed after it: {:?}", live.marks);

    let starts = |live: &Live| live.marks.iter().filter(|mark| mark.kind == MarkKind::CommandStart).count();
    live.run("$line = 'Get-Date'; PSConsoleHostReadLine");
    assert_eq!(starts(&live), 1);
    assert!(live.terminal.text().contains("[True]\nGet-Date"), "{}", live.terminal.text());
    live.run("Get-Item /nope; PSConsoleHostReadLine");
    assert!(live.terminal.text().contains("[False]\nGet-Date"), "it sees $? as it was\n{}", live.terminal.text());
    live.run("$line = ' '; PSConsoleHostReadLine");
    assert_eq!(starts(&live), 0, "nothing will run");
    // It comes again, and is not wrapped twice.
    live.run("Import-Module PSReadLine -Force");
    live.run("$line = 'x'; PSConsoleHostReadLine");
    assert_eq!(starts(&live), 1);
    live.run("PSConsoleHostReadLine");
    assert_eq!(starts(&live), 1);
}

/// The whole program, where the private folder's path is a hard one.
#[test]
fn a_step_runs_whatever_the_temporary_folder_is_called() {
    let Some(engine) = engine() else { return };
    for name in ["plain", "it's a \"folder\" é $x `n", "a'b’c [x]"] {
        let root = tempfile::tempdir().unwrap();
        let temporary = root.path().join(name);
        std::fs::create_dir(&temporary).unwrap();
        std::fs::write(root.path().join("course.md"), "---\ntitle: A course\nsummary: For tests.\n---\n").unwrap();
        let chapter = "---\ntitle: Demo\n---\n## One {#one}\n\nText.\n\n```powershell run\nforeach ($i in 1, 2) {\n    \"line $i\"\n}\n\nsh -c 'exit 4'\n```\n\n\
                       ```toml check\nsays = \"It says so\"\nexit = 4\n```\n\n```toml check\nsays = \"It says all\"\noutput = true\nequals = \"line 1\\nline 2\"\n```\n";
        std::fs::write(root.path().join("01-demo.md"), chapter).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_wci"))
            .args(["--trust", "--content"])
            .arg(root.path())
            .args(["run", "demo", "--yes"])
            .env("TMPDIR", &temporary)
            .env("WCI_STATE", root.path().join("state"))
            .env("WCI_SHELL", &engine)
            .env("HOME", root.path())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{name}: {text}");
        let left: Vec<_> = temporary.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let ours = left.iter().filter(|name| name.to_string_lossy().starts_with("wci-")).count();
        assert_eq!(ours, 0, "{name}: {left:?}");
    }
}
