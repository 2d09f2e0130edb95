//! The way to a machine behind `ssh`: where it is, what was found there, and the second channel to it, without a terminal.
//!
//! The session in the terminal logs in; where the client can share a connection (`ControlMaster`), all else goes over that one. The
//! program is always the system's own `ssh`, so configuration, agents, jump hosts and keys are the learner's. Where it cannot, each channel
//! logs in for itself; what the learner typed for the first answers the others ([`Askpass`]).

mod client;
mod socket;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::course::{Os, Shell};
use crate::host::askpass::Askpass;
use crate::host::{find, pty};
use crate::session::Address;

/// Clones share one connection; the last of them ends it.
#[derive(Debug, Clone)]
pub struct Connection(Arc<Inner>);

/// Which ssh, and what it is told before all else.
#[derive(Debug, Clone)]
pub struct Way {
    /// A path, or a name to look for on the PATH.
    pub program: PathBuf,
    /// Options; the first word on a matter counts for ssh, so these count more than ours.
    pub arguments: Vec<OsString>,
    /// Whether one connection is shared. Windows' client cannot.
    pub shares: bool,
    /// What asks in ssh's stead where no connection is shared: wci itself. With none a person can log in to the session only.
    pub helper: Option<PathBuf>,
    /// How long the shell over there has to come up. Windows PowerShell on a small machine takes its time.
    pub patience: Duration,
}

impl Default for Way {
    fn default() -> Self {
        Self { program: "ssh".into(), arguments: Vec::new(), shares: cfg!(unix), helper: None, patience: Duration::from_secs(20) }
    }
}

#[derive(Debug)]
struct Inner {
    address: Address,
    way: Way,
    /// The private folder of the shared connection's socket; none where it is not shared.
    folder: Option<PathBuf>,
    /// Sharing was tried, and this machine or its configuration would not have it.
    alone: AtomicBool,
    askpass: Askpass,
    found: Mutex<Found>,
    /// How long one try to connect may take, in seconds.
    limit: OnceLock<u32>,
    /// Of ssh, if it tells one.
    version: OnceLock<Option<(u32, u32)>>,
}

#[derive(Debug, Default)]
struct Found {
    remote: Option<Remote>,
    /// The ssh that holds the shared connection.
    master: Option<pty::Tree>,
}

/// What was found on the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// The shell that sessions and checks of the machine speak.
    pub shell: Shell,
    pub os: Option<Os>,
}

impl Connection {
    /// Connects nothing yet.
    pub fn new(address: Address) -> io::Result<Self> {
        Self::by(address, Way { helper: std::env::current_exe().ok(), ..Way::default() })
    }

    /// By another ssh, or with options of its own.
    pub fn by(address: Address, way: Way) -> io::Result<Self> {
        let folder = if way.shares && cfg!(unix) { Some(socket::folder()?) } else { None };
        let askpass = Askpass::new(way.helper.clone());
        Ok(Self(Arc::new(Inner {
            address,
            way,
            folder,
            alone: AtomicBool::new(false),
            askpass,
            found: Mutex::default(),
            limit: OnceLock::new(),
            version: OnceLock::new(),
        })))
    }

    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// What was found when the session was opened last.
    pub fn remote(&self) -> Option<Remote> {
        self.lock().remote
    }

    /// The command that has the machine's login shell run `text`, with pipes for its streams. It never asks on a terminal: where the
    /// connection is not shared, what was typed at the session's login answers for it, and while a session is being opened its pane.
    ///
    /// Where the connection is shared and nobody is logged in, it fails at once: a connection of its own would wait for a machine that is
    /// known to be away. It is the socket that is asked, not ssh told: a server that allows one channel to each connection
    /// (`MaxSessions 1`) refuses this one, and then ssh itself makes a connection of its own, which goes well with a key or an agent.
    pub fn second(&self, text: &str) -> io::Result<Command> {
        let ssh = self.program().ok_or(io::ErrorKind::NotFound)?;
        if self.shares() && !self.alive() {
            return Err(io::Error::new(io::ErrorKind::NotConnected, "nobody is logged in there"));
        }
        let mut command = Command::new(ssh);
        // What it says is read, whatever the learner's configuration has it keep to itself.
        let mut own = vec!["-T", "-o", "LogLevel=INFO"];
        let askpass = self.askpass();
        let environment = self.askers();
        let answered = environment.is_some() && (askpass.knows() || askpass.asks());
        match answered {
            // What is wrong once is wrong again.
            true if !askpass.asks() => own.extend(["-o", "NumberOfPasswordPrompts=1"]),
            true => {}
            false => own.extend(["-o", "BatchMode=yes"]),
        }
        command.args(self.arguments(&own, Some(text), if answered { self.limit() } else { SILENT }));
        command.envs(environment.into_iter().flatten());
        Ok(command)
    }

    /// The environment of an ssh that has its questions asked. None where it would not, and where one login is for all.
    ///
    /// The ssh of a jump host has it too, and nothing else of what we tell ssh.
    pub(super) fn askers(&self) -> Option<Vec<(&'static str, OsString)>> {
        if self.shares() || !self.lets_others_ask() { None } else { self.askpass().environment() }
    }

    fn lets_others_ask(&self) -> bool {
        // Without a terminal Windows' has no console to ask on, whichever it is.
        self.0.way.helper.is_some() && (cfg!(windows) || self.asks_others_always())
    }

    /// It has others ask also where it has a terminal.
    pub(super) fn asks_others_always(&self) -> bool {
        self.version() >= Some((8, 4))
    }

    pub(super) fn askpass(&self) -> &Askpass {
        &self.0.askpass
    }

    /// The ssh that is used, as it tells of itself.
    pub fn client(&self) -> Option<String> {
        let program = self.program()?;
        let said = client::version(&program).unwrap_or_else(|| "which tells nothing of itself".into());
        Some(format!("{}, {}", program.display(), said.lines().next().unwrap_or_default().trim()))
    }

    fn version(&self) -> Option<(u32, u32)> {
        *self.0.version.get_or_init(|| client::number(&client::version(&self.program()?)?))
    }

    /// Hangs up, and waits until it is done. The session that goes over it ends.
    pub fn end(&self) {
        self.0.end();
    }

    /// Hangs up for good: nothing is opened over it any more.
    pub fn close(&self) {
        self.0.askpass.close();
        self.0.end();
        if let Some(folder) = &self.0.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }

    /// What ssh is told to log in and hold the connection for others. It stays in its terminal: with that it ends, so no ssh outlives us.
    pub(super) fn master(&self) -> Vec<OsString> {
        let own = ["-N", "-o", "ControlMaster=yes", "-o", "ControlPersist=no", "-o", "LogLevel=INFO"];
        self.arguments(&own, None, self.limit())
    }

    /// What ssh is told for the session itself; without a text the login shell comes up.
    pub(super) fn session(&self, text: Option<&str>) -> Vec<OsString> {
        // Over a shared connection its only word would be that the shared connection is closed, which it is not.
        let level = if self.shares() { "LogLevel=ERROR" } else { "LogLevel=INFO" };
        self.arguments(&["-tt", "-e", "none", "-o", level], text, self.limit())
    }

    /// The first word on a matter counts for ssh.
    fn arguments(&self, own: &[&str], text: Option<&str>, limit: u32) -> Vec<OsString> {
        let mut all = self.0.way.arguments.clone();
        all.extend(own.iter().map(OsString::from));
        let limit = format!("ConnectTimeout={limit}");
        let common = [limit.as_str(), "ServerAliveInterval=5", "ServerAliveCountMax=3", "RemoteCommand=none"];
        all.extend(common.iter().flat_map(|option| ["-o", option]).map(OsString::from));
        match self.socket() {
            Some(socket) => all.extend(["-o".into(), "ControlMaster=no".into(), "-S".into(), socket.into()]),
            // The learner's own configuration may share, and would keep an ssh alive for that. Windows' client cannot.
            None if cfg!(unix) => all.extend(["-o", "ControlMaster=no", "-S", "none"].map(OsString::from)),
            None => {}
        }
        // Before 8.5 a server could word its question as ssh words its own, and get what was typed for that.
        if !self.shares() && self.lets_others_ask() && self.version() < Some((8, 5)) {
            all.extend(["-o", "KbdInteractiveAuthentication=no"].map(OsString::from));
        }
        if text.is_some() {
            // They are the login's.
            all.extend(["-o", "ClearAllForwardings=yes"].map(OsString::from));
        }
        let address = &self.0.address;
        all.extend(address.port.into_iter().flat_map(|port| ["-p".into(), port.to_string().into()]));
        all.extend(["--".into(), address.destination().into()]);
        all.extend(text.map(OsString::from));
        all
    }

    /// Machines that come back accept connections before they serve them, so one try must not take long. But where another machine or
    /// program stands between, the time counts while somebody types a password for that: ssh itself is asked whether one does.
    fn limit(&self) -> u32 {
        *self.0.limit.get_or_init(|| {
            let between = |ssh: PathBuf| client::goes_by_another(&ssh, &self.0.way.arguments, &self.0.address);
            if self.program().is_some_and(between) { BY_ANOTHER } else { DIRECT }
        })
    }

    /// Whether another machine or a program stands between, which may have questions of its own.
    pub(super) fn goes_by_another(&self) -> bool {
        self.limit() == BY_ANOTHER
    }

    /// Whether all goes over one connection.
    pub fn shares(&self) -> bool {
        self.socket().is_some()
    }

    /// From now on each channel has a connection of its own.
    pub(super) fn share_no_more(&self) {
        self.0.alone.store(true, Ordering::SeqCst);
    }

    pub(crate) fn found(&self, remote: Option<Remote>) {
        self.lock().remote = remote;
    }

    pub(super) fn held_by(&self, master: pty::Tree) {
        self.lock().master = Some(master);
    }

    pub(super) fn patience(&self) -> Duration {
        self.0.way.patience
    }

    pub(super) fn program(&self) -> Option<PathBuf> {
        find(&self.0.way.program)
    }

    /// Somebody is logged in, and others can go the same way.
    pub(super) fn alive(&self) -> bool {
        self.socket().is_some_and(|socket| socket::listens(&socket))
    }

    /// Takes away the socket of a login that is gone: ssh would not make a new one in its place.
    pub(super) fn clear(&self) {
        if let Some(socket) = self.socket() {
            let _ = std::fs::remove_file(socket);
        }
    }

    fn socket(&self) -> Option<PathBuf> {
        self.0.folder.as_deref().filter(|_| !self.0.alone.load(Ordering::SeqCst)).map(|folder: &Path| folder.join("s"))
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.0.lock()
    }
}

/// Limits for one try to connect, in seconds: with nothing between, with another machine between, and where nobody is asked anything.
const DIRECT: u32 = 6;
const BY_ANOTHER: u32 = 120;
const SILENT: u32 = 10;

impl Inner {
    /// No thread panics while it holds the lock; if one did, the values are still good.
    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        let master = self.lock().master.take();
        if let Some(master) = master {
            master.end();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.askpass.close();
        self.end();
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
