//! Checks of a Windows machine behind a link, which Wine stands in for: cmd is its login shell, and PowerShell 7 answers.
#![cfg(unix)]

use super::tests::{client, through};
use crate::course::{OfWindows, Os};
use crate::probe::shell_tests::{equals, heard, question, says};
use crate::probe::tests::{check, is};
use crate::probe::*;

/// Wine with a prefix of its own, and the PowerShell for it; or why there is none.
fn wine() -> Result<String, String> {
    let powershell = std::env::var("WCI_WINE_PWSH").map_err(|_| "WCI_WINE_PWSH names no PowerShell for Wine")?;
    let wine = "/usr/lib/wine/wine64";
    if !std::path::Path::new(wine).exists() {
        return Err(format!("there is no {wine}"));
    }
    let built = std::env::current_exe().map_err(|why| why.to_string())?;
    let prefix = built.ancestors().nth(3).ok_or("the tests lie elsewhere")?.join("tmp/wine-over").display().to_string();
    // The first start makes the prefix, which takes longer than a question may.
    let mut boot = std::process::Command::new(wine);
    boot.args(["wineboot", "-i"]).env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all").env_remove("WINEPATH");
    let boot = std::fs::create_dir_all(&prefix).and_then(|()| boot.output()).map_err(|why| why.to_string())?;
    if !boot.status.success() {
        return Err("Wine makes no prefix".into());
    }
    let path = powershell.replace('/', "\\");
    Ok(format!("export WINEPREFIX='{prefix}' WINEDEBUG=-all WINEPATH='Z:{path}'\nexec {wine} cmd /d /c \"$last\" 2>/dev/null"))
}

#[tokio::test]
async fn powershell_and_cmd_answer_on_windows() {
    let script = match wine() {
        Ok(script) => script,
        Err(why) => {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must have it: {why}");
            return println!("skipped: {why}");
        }
    };
    let (_folder, client) = client(&script);
    let prober = through(client, Shell::PowerShell, Os::Windows);
    let shell = Shell::PowerShell;
    let start = Instant::now();
    says(&prober, shell, "'ü 世界'; [Environment]::OSVersion.Platform", "ü 世界\nWin32NT").await;
    println!("the first answer of PowerShell under Wine took {:?}", start.elapsed());
    says(&prober, shell, "$said = & cmd /d /c 'set /p x= & echo end'; \"$said\".Trim()", "end").await;
    says(&prober, shell, "$null -eq [Console]::In.ReadLine()", "True").await;
    assert_eq!(heard(&prober, shell, "'said'; exit 7").await, (Verdict::Fail, "exit status 7: said".into()));
    says(&prober, shell, "'on'", "on").await;
    let cmd = async |text: &str, want: &str| {
        let answer = prober.ask(question(Shell::Cmd, text, equals(want))).await;
        is(&answer, Verdict::Pass, &want.replace('\n', " | "));
    };
    cmd("echo one& echo \"50%%\" ^& it's\nset /p x=\necho [%x%]& exit /b 0", "one\n\"50%\" & it's\n[]").await;
    let status = prober.ask(question(Shell::Cmd, "echo said\nexit 5", None)).await;
    is(&status, Verdict::Fail, "exit status 5: said");
    // .NET there crashes where it tidies up, after a dozen questions or so. What it then says of itself is right, and it is asked again.
    let ask = async |look: Look, expect: Option<Expect>| {
        for _ in 0..3 {
            let check = check(look.clone(), expect.clone());
            let answer = prober.ask(Question { check, shell, poll: false }).await;
            if answer.seen != "the shell was ended while it was asked" {
                return answer;
            }
        }
        panic!("{look:?} ends every shell");
    };
    prober.forget();
    let text = "C:\\windows\\win.ini";
    let file = ask(Look::File { path: text.into(), missing: false }, Some(Expect::Contains("[".into()))).await;
    assert!(matches!(file.verdict, Verdict::Pass | Verdict::Fail), "{}", file.seen);
    is(&ask(Look::File { path: "C:\\windows".into(), missing: false }, None).await, Verdict::Pass, "a folder");
    is(&ask(Look::File { path: "Q:\\none".into(), missing: true }, None).await, Verdict::Pass, "no such file");
    let path = ask(Look::OnPath { folder: "c:/WINDOWS/system32/".into() }, None).await;
    assert_eq!(path.verdict, Verdict::Pass, "{}", path.seen);
    is(&ask(Look::Process { name: "PWSH.exe".into() }, None).await, Verdict::Pass, "PWSH.exe runs");
    is(&ask(Look::Process { name: "none".into() }, None).await, Verdict::Fail, "no process named none");
    for fact in [Fact::Os, Fact::Version, Fact::Build, Fact::Arch, Fact::Disk] {
        let answer = ask(Look::Machine(fact), None).await;
        assert_eq!(answer.verdict, Verdict::Pass, "{fact:?}: {}", answer.seen);
    }
    let elevated = ask(Look::Windows(OfWindows::Elevated), None).await;
    assert_ne!(elevated.verdict, Verdict::Unknown, "{}", elevated.seen);
    // The sockets of .NET do not work under Wine: ports and web addresses are asked of PowerShell on Linux alone.
    // Wine has neither the class nor the counter.
    prober.forget();
    let boot = prober.boot(shell).await.unwrap_err();
    assert!(boot.starts_with("its boot is not told: "), "{boot}");
}
