//! A real OpenSSH server on loopback, users of its own on this machine, and a client that knows nothing of whoever runs the tests.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use wci::host::{Connection, Way};

use crate::users::User;

/// Says why a test does not run here; in CI that is a failure.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("WCI_CI").is_none(), "CI must have it: {why}");
    println!("skipped: {why}");
}

/// A program in this file.
pub fn script(path: PathBuf, text: &str) -> PathBuf {
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

pub fn run(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

pub struct Server {
    pub user: User,
    pub port: u16,
    pub folder: TempDir,
    /// What the client is told besides its configuration.
    pub options: Vec<String>,
    /// Where the server is alone in a network of its own.
    pub net: Option<Net>,
    child: Option<Child>,
}

/// A network with one machine in it, and a line to it that can be cut.
pub struct Net {
    name: String,
    theirs: String,
}

impl Net {
    fn new() -> Option<Self> {
        let pid = std::process::id();
        let (name, number) = (format!("wci{pid}"), pid % 250);
        let net = Self { theirs: format!("10.98.{number}.2"), name };
        let (here, there) = (format!("wa{pid}"), format!("wb{pid}"));
        let (our_address, their_address) = (format!("10.98.{number}.1/30"), format!("{}/30", net.theirs));
        let name = net.name.as_str();
        let steps: &[&[&str]] = &[
            &["netns", "add", name],
            &["link", "add", &here, "type", "veth", "peer", "name", &there, "netns", name],
            &["addr", "add", &our_address, "dev", &here],
            &["link", "set", &here, "up"],
            &["-n", name, "addr", "add", &their_address, "dev", &there],
            &["-n", name, "link", "set", &there, "up"],
        ];
        let made = steps.iter().all(|step| run("ip", step));
        if !made {
            skipped("no network of its own can be made here");
        }
        made.then_some(net)
    }

    pub fn cut(&self) {
        assert!(run("ip", &["-n", &self.name, "link", "set", &format!("wb{}", std::process::id()), "down"]));
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        run("ip", &["link", "del", &format!("wa{}", std::process::id())]);
        run("ip", &["netns", "del", &self.name]);
    }
}

static PORTS: AtomicU32 = AtomicU32::new(0);

impl Server {
    /// With a user who has this shell and logs in with a key. None where this machine cannot have one.
    pub fn with_shell(shell: &str) -> Option<Self> {
        Self::new(shell, "")
    }

    /// In a network of its own.
    pub fn apart(shell: &str) -> Option<Self> {
        let mut server = Self::with_shell(shell)?;
        server.close();
        server.net = Some(Net::new()?);
        server.listen();
        server.known(&format!("[{}]:{} {}", server.host(), server.port, server.text("host.pub")));
        Some(server)
    }

    /// The same, with more lines for the server's configuration.
    pub fn new(shell: &str, configuration: &str) -> Option<Self> {
        let needed = ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"];
        if let Some(missing) = needed.iter().find(|path| !Path::new(path).exists()) {
            skipped(&format!("no {missing} on this machine"));
            return None;
        }
        if !root() {
            skipped("only root can make users and a server that lets them in");
            return None;
        }
        // Where the server's own service would make it.
        let _ = std::fs::create_dir_all("/run/sshd");
        let user = User::new(shell)?;
        let folder = tempfile::Builder::new().prefix("ssh-test").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut server = Self { user, port: 0, folder, options: Vec::new(), net: None, child: None };
        server.key("host", "");
        server.key("id", "");
        server.allow("id");
        std::fs::write(server.path("more"), configuration).unwrap();
        server.listen();
        server.known(&format!("[127.0.0.1]:{} {}", server.port, server.text("host.pub")));
        server.client("");
        Some(server)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn key(&self, name: &str, passphrase: &str) {
        let path = self.path(name).display().to_string();
        assert!(run("ssh-keygen", &["-q", "-t", "ed25519", "-N", passphrase, "-C", "wci test", "-f", &path]));
    }

    /// Who may log in: whoever has this key.
    pub fn allow(&self, key: &str) {
        std::fs::copy(self.path(&format!("{key}.pub")), self.path("allowed")).unwrap();
    }

    /// What the client knows of hosts.
    pub fn known(&self, line: &str) {
        std::fs::write(self.path("known"), format!("{}\n", line.trim())).unwrap();
    }

    /// The client's configuration; its first words on a matter count.
    pub fn client(&self, first: &str) {
        let own = format!(
            "{first}\nIdentityFile {0}/id\nUserKnownHostsFile {0}/known\nGlobalKnownHostsFile none\nIdentitiesOnly yes\nIdentityAgent none\n\
             UpdateHostKeys no\n",
            self.folder.path().display()
        );
        std::fs::write(self.path("config"), own).unwrap();
    }

    pub fn host(&self) -> String {
        self.net.as_ref().map_or("127.0.0.1".into(), |net| net.theirs.clone())
    }

    /// Starts the server, on the same port if it had one.
    pub fn listen(&mut self) {
        for _ in 0..20 {
            let port = if self.port == 0 { free_port() } else { self.port };
            let (folder, host) = (self.folder.path().display(), self.host());
            let text = format!(
                "Port {port}\nListenAddress {host}\nHostKey {folder}/host\nPidFile none\nStrictModes no\nUsePAM no\nPrintMotd no\n\
                 PrintLastLog no\nAuthorizedKeysFile {folder}/allowed\nMaxStartups 100\nLogLevel ERROR\nAllowUsers {}\n",
                self.user.name,
            );
            // The first word on a matter counts: what a test says comes first.
            std::fs::write(self.path("sshd_config"), format!("{}\n{text}", self.text("more"))).unwrap();
            let log = std::fs::File::create(self.path("log")).unwrap();
            let mut words = vec!["/usr/sbin/sshd", "-D", "-e", "-f"];
            if let Some(net) = &self.net {
                words.splice(0..0, ["ip", "netns", "exec", &net.name]);
            }
            let mut child = Command::new(words[0])
                .args(&words[1..])
                .arg(self.path("sshd_config"))
                .stdin(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap();
            let until = Instant::now() + Duration::from_secs(10);
            while Instant::now() < until && child.try_wait().unwrap().is_none() {
                if greets(&host, port) {
                    self.port = port;
                    self.child = Some(child);
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("no server: {}", self.text("log"));
    }

    /// Ends the listener; the sessions live on.
    pub fn close(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The processes that serve the user, of root and of the user.
    pub fn serving(&self) -> Vec<u32> {
        let serves = format!("sshd: {}", self.user.name);
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(&serves)))
            .collect()
    }

    pub fn signal_serving(&self, signal: &str) {
        for pid in self.serving() {
            run("kill", &[signal, &pid.to_string()]);
        }
    }

    pub fn address(&self) -> String {
        format!("ssh://{}@{}:{}", self.user.name, self.host(), self.port)
    }

    pub fn connection(&self) -> Connection {
        self.connection_to(&self.address(), true)
    }

    pub fn connection_to(&self, address: &str, shares: bool) -> Connection {
        let mut arguments = vec!["-F".into(), self.path("config").into()];
        arguments.extend(self.options.iter().map(Into::into));
        let way = Way { arguments, shares, helper: Some(env!("CARGO_BIN_EXE_wci").into()), ..Way::default() };
        Connection::by(address.parse().unwrap(), way).unwrap()
    }

    /// The ssh programs that use this server's configuration.
    pub fn clients(&self) -> Vec<String> {
        let config = self.path("config").display().to_string();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let lines = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
        lines.filter(|line| line.contains(&config)).map(|line| line.replace('\0', " ")).collect()
    }

    /// Nobody is left, on neither side.
    pub fn nobody(&self) {
        let until = Instant::now() + Duration::from_secs(5);
        while !(self.clients().is_empty() && self.user.processes().is_empty()) {
            assert!(Instant::now() < until, "{:?} {:?}", self.clients(), self.user.processes());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.close();
        self.signal_serving("-9");
    }
}

/// Below the ports that connections are given, and another one for each server of this machine's test runs.
fn free_port() -> u16 {
    loop {
        let next = PORTS.fetch_add(1, Ordering::Relaxed) + std::process::id() * 37;
        let port = 20_000 + (next % 10_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn greets(host: &str, port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((host, port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let mut first = [0; 4];
    stream.read_exact(&mut first).is_ok() && &first == b"SSH-"
}
