//! Users of this machine, for as long as a test runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::server::run;

/// A user of this machine, for as long as the test runs.
pub struct User {
    pub name: String,
    pub password: String,
    pub home: PathBuf,
}

/// The list of users can be changed by one at a time.
static USERS: Mutex<u32> = Mutex::new(0);

impl User {
    pub fn new(shell: &str) -> Option<Self> {
        let mut count = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        let name = format!("wci{}x{count}", std::process::id());
        let password = format!("pass word-{name}-{}", wci_secret());
        let home = PathBuf::from(format!("/home/{name}"));
        let home_text = home.display().to_string();
        let until = Instant::now() + Duration::from_secs(20);
        while !run("useradd", &["-m", "-d", &home_text, "-s", shell, &name]) {
            if Instant::now() > until {
                return None;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let user = Self { name, password, home };
        let mut child = Command::new("chpasswd").stdin(Stdio::piped()).spawn().ok()?;
        std::io::Write::write_all(&mut child.stdin.take()?, format!("{}:{}\n", user.name, user.password).as_bytes()).ok()?;
        child.wait().ok()?.success().then_some(user)
    }

    /// The processes it has, each with its command line.
    pub fn processes(&self) -> Vec<(u32, String)> {
        use std::os::unix::fs::MetadataExt;
        let Ok(uid) = std::fs::metadata(&self.home).map(|home| home.uid()) else { return Vec::new() };
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let own = entries.filter(|entry| entry.metadata().is_ok_and(|of| of.uid() == uid));
        own.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
            .map(|(pid, path)| (pid, std::fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ")))
            .collect()
    }

    /// Everything in the home folder and, of this user, in the folder for temporary files.
    pub fn files(&self) -> Vec<PathBuf> {
        use std::os::unix::fs::MetadataExt;
        let uid = std::fs::metadata(&self.home).unwrap().uid();
        let of = |folder: &Path| std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect::<Vec<_>>();
        let mut files = of(&self.home);
        files
            .extend(of(&std::env::temp_dir()).into_iter().filter(|path| path.symlink_metadata().is_ok_and(|at| at.uid() == uid)));
        files.sort();
        files
    }
}

impl Drop for User {
    fn drop(&mut self) {
        for (pid, _) in self.processes() {
            run("kill", &["-9", &pid.to_string()]);
        }
        // .NET leaves sockets behind, and the next user may get this one's number.
        for file in self.files().iter().filter(|file| !file.starts_with(&self.home)) {
            let _ = std::fs::remove_file(file);
        }
        let _guard = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + Duration::from_secs(10);
        while !run("userdel", &["-r", "-f", &self.name]) && Path::new(&self.home).exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Words that differ from run to run.
fn wci_secret() -> String {
    use std::hash::{BuildHasher, Hasher};
    format!("{:08x}", std::hash::RandomState::new().build_hasher().finish() as u32)
}
