//! Checks over a real OpenSSH server on loopback, where the user of the tests logs in with a key.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::course::Os;
use crate::host::{Remote, Way};
use crate::probe::shell_tests::{gone, heard, question, runs, says, there};
use crate::probe::tests::{check, is};
use crate::probe::*;

const SSHD: &str = "/usr/sbin/sshd";

struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start() -> Option<Self> {
        let root = std::env::var("USER").is_ok_and(|user| user == "root") || Path::new("/root/.").read_dir().is_ok();
        if !Path::new(SSHD).exists() || root && std::fs::create_dir_all("/run/sshd").is_err() {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must have {SSHD}");
            println!("skipped: there is no {SSHD}");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for name in ["host", "key"] {
            let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &at(name)]).status().unwrap();
            assert!(made.success());
        }
        std::fs::copy(at("key.pub"), at("keys")).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nPidFile none\nUsePAM no\n\
             PasswordAuthentication no\nPermitRootLogin yes\nSetEnv PATH={}\n",
            at("host"),
            at("keys"),
            std::env::var("PATH").unwrap()
        );
        std::fs::write(at("config"), config).unwrap();
        let child = Command::new(SSHD).args(["-D", "-e", "-f", &at("config")]).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..200 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { child, folder, port })
    }

    fn prober(&self, shell: Shell) -> Prober {
        let known = "UserKnownHostsFile=/dev/null";
        let key = self.folder.path().join("key").display().to_string();
        let quiet = ["-F", "none", "-i", &key, "-o", known, "-o", "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes"];
        let way = Way { arguments: quiet.iter().map(Into::into).collect(), shares: false, ..Way::default() };
        let connection = Connection::by(format!("ssh://127.0.0.1:{}", self.port).parse().unwrap(), way).unwrap();
        connection.found(Some(Remote { shell, os: Os::here() }));
        Prober::over(connection)
    }

    /// Ends the server's side of every connection.
    fn cut(&self) {
        let children = Command::new("pgrep").args(["-P", &self.child.id().to_string()]).output().unwrap();
        for id in String::from_utf8_lossy(&children.stdout).split_whitespace() {
            Command::new("kill").args(["-9", id]).status().unwrap();
        }
    }
}

#[tokio::test]
async fn a_real_server_answers_is_lost_and_answers_again() {
    let Some(server) = Server::start() else { return };
    for shell in [Shell::Sh, Shell::Bash, Shell::Zsh].into_iter().filter(|shell| there(*shell)) {
        let prober = server.prober(shell);
        says(&prober, shell, "cat; echo 'ü' \"it's\"; [ -n \"$SSH_CONNECTION\" ] && echo over", "ü it's\nover").await;
        assert_eq!(heard(&prober, shell, "exit 255").await, (Verdict::Fail, "exit status 255".into()), "a check's own");
        let mut hung = question(shell, "sleep 4711.91", None);
        hung.check.timeout = Duration::from_secs(2);
        is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 2 s");
        gone("4711.91").await;
        says(&prober, shell, "sleep 4711.92 & echo started", "started").await;
        gone("4711.92").await;
    }
    let prober = server.prober(Shell::Sh);
    let here = Prober::new().boot(Shell::Sh).await.unwrap();
    assert_eq!(prober.boot(Shell::Sh).await, Ok(here));
    let big = server.folder.path().join("big");
    std::fs::write(&big, "x".repeat(1024 * 1024) + "y").unwrap();
    let file = check(Look::File { path: big.display().to_string(), missing: false }, Some(Expect::Contains("y".into())));
    let answer = prober.ask(Question { check: file, shell: Shell::Sh, poll: false }).await;
    assert!(answer.verdict == Verdict::Fail && answer.seen.starts_with("in its first MiB: "), "{answer:?}");
    let lost = (Verdict::Unknown, format!("no link to ssh://127.0.0.1:{}", server.port));
    let cutting = async {
        while !runs("4711.93") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server.cut();
    };
    let (answer, ()) = tokio::join!(heard(&prober, Shell::Sh, "echo said; sleep 4711.93"), cutting);
    assert_eq!(answer, lost, "in the middle of a question");
    gone("4711.93").await;
    says(&prober, Shell::Sh, "echo again", "again").await;
    std::fs::write(server.folder.path().join("keys"), "").unwrap();
    for shell in [Shell::Sh, Shell::Pwsh] {
        let seen = format!(
            "ssh://127.0.0.1:{} lets checks in with a key or an agent only: nobody can type a password for them",
            server.port
        );
        assert_eq!(heard(&server.prober(Shell::Sh), shell, "1").await, (Verdict::Unknown, seen));
    }
    let port = server.port;
    drop(server);
    prober.forget();
    let start = Instant::now();
    assert_eq!(heard(&prober, Shell::Sh, "echo x").await, (Verdict::Unknown, format!("no link to ssh://127.0.0.1:{port}")));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test]
async fn powershell_answers_behind_a_real_server() {
    if !there(Shell::Pwsh) {
        return;
    }
    let Some(server) = Server::start() else { return };
    let shell = Shell::Pwsh;
    let prober = server.prober(Shell::Bash);
    says(&prober, shell, "& cat; 'ü 世界'", "ü 世界").await;
    assert_eq!(heard(&prober, shell, "exit 255").await, (Verdict::Fail, "exit status 255".into()), "a check's own");
    let mut hung = question(shell, "& sleep 4711.94", None);
    hung.check.timeout = Duration::from_secs(2);
    is(&prober.ask(hung).await, Verdict::Unknown, "no answer in 2 s");
    gone("4711.94").await;
    let lost = format!("no link to ssh://127.0.0.1:{}", server.port);
    let cutting = async {
        while !runs("4711.95") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server.cut();
    };
    let (answer, ()) = tokio::join!(heard(&prober, shell, "'said'; & sleep 4711.95"), cutting);
    assert_eq!(answer, (Verdict::Unknown, lost), "in the middle of a question");
    gone("4711.95").await;
}
