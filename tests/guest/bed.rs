//! A Linux machine that really restarts: qemu without help of the processor, a disk that outlives a power cut, ssh on a port of this machine.

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

use crate::archive::Archive;

const QEMU: &str = "qemu-system-x86_64";

/// The image `tests/guest/build` made, and the word that this test alone has the processor. None, and a line that says why, where something
/// is missing; in CI that is a failure.
pub fn image() -> Option<(PathBuf, MutexGuard<'static, ()>)> {
    static ONE: Mutex<()> = Mutex::new(());
    match find() {
        Ok(folder) => Some((folder, ONE.lock().unwrap_or_else(PoisonError::into_inner))),
        Err(why) => {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must restart a guest: {why}");
            eprintln!("skipped: {why}");
            None
        }
    }
}

fn find() -> Result<PathBuf, String> {
    let folder = std::env::var_os("WCI_GUEST").map(PathBuf::from);
    let folder = folder.ok_or("WCI_GUEST names no folder with a guest: tests/guest/build FOLDER makes one")?;
    if !folder.join("recipe").is_file() {
        return Err(format!("there is no whole guest in {}: tests/guest/build makes one", folder.display()));
    }
    for (tool, asked) in [(QEMU, "--version"), ("ssh", "-V"), ("ssh-keygen", "-?"), ("setpriv", "--version")] {
        let ran = Command::new(tool).arg(asked).stdout(Stdio::null()).stderr(Stdio::null()).status();
        ran.map_err(|why| format!("{tool}: {why}"))?;
    }
    Ok(folder)
}

/// How the machine is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    Plain,
    /// A restart never gets up again. The machine stops where it would begin, and its port still accepts connections.
    NeverReturns,
    /// A restart switches it off; the next switching on is the second half of it.
    Off,
    /// With its clock so many seconds off.
    Clock(i64),
}

pub struct Bed {
    image: PathBuf,
    scratch: tempfile::TempDir,
    pub port: u16,
    /// How often it was switched on; each time has a console of its own.
    powered: usize,
    qemu: Option<Child>,
}

impl Bed {
    /// A new machine with an empty disk, still off. `extra` is put into its file system at each start.
    pub fn new(image: &Path, mut extra: Archive) -> Self {
        let scratch = tempfile::tempdir().expect("a folder");
        let at = |name: &str| scratch.path().join(name);
        fs::copy(image.join("disk"), at("disk")).expect("a disk");
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at("key")).status();
        assert!(made.expect("ssh-keygen runs").success());
        extra.folder("root/.ssh", 0o700);
        extra.file("root/.ssh/authorized_keys", 0o600, &fs::read(at("key.pub")).expect("a key"));
        let mut initrd = fs::read(image.join("initrd")).expect("an initrd");
        initrd.extend(extra.finished());
        fs::write(at("initrd"), initrd).expect("written");
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|l| l.local_addr()).expect("a port").port();
        let bed = Self { image: image.to_owned(), scratch, port, powered: 0, qemu: None };
        bed.write_ssh();
        bed
    }

    /// An `ssh` that knows the key and the machine. ssh takes the home folder from the password file and not from HOME: so a script does it.
    fn write_ssh(&self) {
        let scratch = self.scratch.path();
        let host_key = fs::read_to_string(self.image.join("host_key.pub")).expect("a host key");
        let host_key: Vec<&str> = host_key.split(' ').take(2).collect();
        let known = format!("[127.0.0.1]:{} {}\n", self.port, host_key.join(" "));
        fs::write(scratch.join("known_hosts"), known).expect("written");
        let config = format!(
            "Host *\n  IdentityFile {0}/key\n  IdentitiesOnly yes\n  UserKnownHostsFile {0}/known_hosts\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n",
            scratch.display()
        );
        fs::write(scratch.join("ssh_config"), config).expect("written");
        fs::create_dir(scratch.join("bin")).expect("a folder");
        let script = scratch.join("bin/ssh");
        fs::write(&script, format!("#!/bin/sh\nexec /usr/bin/ssh -F '{}/ssh_config' \"$@\"\n", scratch.display()))
            .expect("written");
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a script");
    }

    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// The PATH on which that `ssh` is the first.
    pub fn path(&self) -> String {
        format!("{}/bin:{}", self.scratch.path().display(), std::env::var("PATH").unwrap_or_default())
    }

    pub fn address(&self) -> String {
        format!("ssh://root@127.0.0.1:{}", self.port)
    }

    pub fn on(&mut self, power: Power) {
        assert!(self.qemu.is_none(), "it is on already");
        self.powered += 1;
        let scratch = self.scratch.path();
        let file = |name: &str| scratch.join(name).display().to_string();
        let errors = fs::File::create(scratch.join("qemu")).expect("a file");
        // The emulator ends with the thread of this test, however that ends.
        let mut qemu = Command::new("setpriv");
        qemu.args(["--pdeathsig", "KILL", QEMU, "-accel", "tcg", "-cpu", "max", "-m", "320", "-smp", "1", "-nodefaults"]);
        qemu.args(["-no-user-config", "-display", "none", "-kernel"]).arg(self.image.join("kernel"));
        qemu.args(["-initrd", &file("initrd"), "-append"]);
        qemu.arg("rdinit=/sbin/init console=ttyS0 quiet panic=1 reboot=t random.trust_cpu=on");
        qemu.args(["-serial", &format!("file:{}", file(&format!("console-{}", self.powered)))]);
        qemu.args(["-drive", &format!("file={},format=raw,if=virtio,cache=writethrough", file("disk"))]);
        qemu.args(["-netdev", &format!("user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:{}-:22", self.port)]);
        qemu.args(["-device", "virtio-net-pci,netdev=n,romfile="]);
        match power {
            Power::Plain => {}
            Power::NeverReturns => drop(qemu.args(["-action", "reboot=shutdown,shutdown=pause"])),
            Power::Off => drop(qemu.arg("-no-reboot")),
            Power::Clock(off) => drop(qemu.args(["-rtc", &format!("base={}", utc(off))])),
        }
        self.qemu = Some(qemu.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn().expect("qemu starts"));
    }

    /// The power goes, at once.
    pub fn cut(&mut self) {
        if let Some(mut qemu) = self.qemu.take() {
            let _ = qemu.kill();
            let _ = qemu.wait();
        }
    }

    /// Until it has switched itself off.
    pub fn wait_off(&mut self, limit: Duration) {
        let qemu = self.qemu.as_mut().expect("it is on");
        let until = Instant::now() + limit;
        while qemu.try_wait().expect("qemu's state").is_none() {
            assert!(Instant::now() < until, "it did not switch off in {limit:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
        self.qemu = None;
    }

    /// Everything the consoles have shown, since the first switching on.
    pub fn console(&self) -> String {
        consoles(self.scratch.path(), self.powered)
    }

    /// What the console has shown since it was switched on last.
    pub fn last_console(&self) -> String {
        console(self.scratch.path(), self.powered)
    }

    /// Watches the consoles from another thread.
    pub fn watcher(&self) -> impl Fn() -> String + Send + 'static {
        let scratch = self.scratch.path().to_owned();
        move || consoles(&scratch, usize::MAX)
    }

    /// Until the console of this switching on satisfies. None if it did not in time, or the machine has gone.
    pub fn wait_for<T>(&mut self, limit: Duration, mut satisfied: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let until = Instant::now() + limit;
        loop {
            let gone = self.qemu.as_mut().is_none_or(|qemu| qemu.try_wait().is_ok_and(|ended| ended.is_some()));
            if let Some(found) = satisfied(&self.last_console()) {
                return Some(found);
            }
            if gone || Instant::now() > until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Until sshd answers.
    pub fn wait_up(&mut self) {
        let port = self.port;
        let up = self.wait_for(Duration::from_secs(60), |console| console.contains("wci-guest: up").then_some(()));
        assert!(up.is_some(), "the guest does not start: {}\n{}", self.console(), self.errors());
        let until = Instant::now() + Duration::from_secs(30);
        while !banner(port, Duration::from_secs(2)) {
            assert!(Instant::now() < until, "sshd does not answer: {}\n{}", self.console(), self.errors());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn errors(&self) -> String {
        fs::read_to_string(self.scratch.path().join("qemu")).unwrap_or_default()
    }

    /// Asks the machine over an ssh connection of the test's own.
    pub fn ask(&self, command: &str) -> String {
        let out = Command::new(self.scratch.path().join("bin/ssh"))
            .args([
                "-o",
                "ControlPath=none",
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=10",
                "-o",
                "ServerAliveInterval=5",
                "-p",
            ])
            .args([&self.port.to_string(), "root@127.0.0.1", command])
            .stdin(Stdio::null())
            .output()
            .expect("ssh runs");
        assert!(out.status.success(), "ssh {command}: {}\n{}", String::from_utf8_lossy(&out.stderr), self.console());
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }

    /// The boot the machine is in, as it says itself.
    pub fn boot(&self) -> String {
        self.ask("cat /proc/sys/kernel/random/boot_id")
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.cut();
    }
}

fn console(scratch: &Path, number: usize) -> String {
    fs::read(scratch.join(format!("console-{number}")))
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

fn consoles(scratch: &Path, last: usize) -> String {
    let there = |number: &usize| scratch.join(format!("console-{number}")).exists();
    (1..=last).take_while(there).map(|number| console(scratch, number)).collect()
}

/// The boots a console tells of, in order.
pub fn boots(console: &str) -> Vec<String> {
    // A power cut leaves half a line.
    let whole =
        |line: &str| line.trim_end().split_once("wci-guest: boot ").map(|(_, id)| id.to_owned()).filter(|id| id.len() == 36);
    console.lines().filter_map(whole).collect()
}

/// Whether ssh's first line comes. That the port accepts proves nothing: qemu does that, also while the machine is down.
pub fn banner(port: u16, limit: Duration) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, limit) else { return false };
    let mut first = [0; 4];
    stream.set_read_timeout(Some(limit)).is_ok() && stream.read_exact(&mut first).is_ok() && first == *b"SSH-"
}

/// The time so many seconds from now, as qemu's `-rtc base=` takes it.
fn utc(off: i64) -> String {
    let out =
        Command::new("date").args(["-u", "-d", &format!("{off} seconds"), "+%Y-%m-%dT%H:%M:%S"]).output().expect("date runs");
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}
