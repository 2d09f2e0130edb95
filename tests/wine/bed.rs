//! A Windows of sorts: a Wine prefix of our own that runs the `wci.exe` that was built.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;

const TARGET: &str = "x86_64-pc-windows-gnu";

pub struct Bed {
    pub wine: PathBuf,
    prefix: PathBuf,
    pub exe: PathBuf,
    /// The folder of the PowerShell engine for Windows.
    pub powershell: PathBuf,
}

/// The bed, made at the first call. None, and a line that says why, where something for it is missing; in CI that is a failure.
pub fn bed() -> Option<&'static Bed> {
    static BED: OnceLock<Result<Bed, String>> = OnceLock::new();
    match BED.get_or_init(|| make("wine")) {
        Ok(bed) => Some(bed),
        Err(why) => {
            assert!(std::env::var_os("WCI_CI").is_none(), "CI must run wci.exe: {why}");
            eprintln!("skipped: {why}");
            None
        }
    }
}

/// A bed of its own: the prefix has this name.
pub fn make(name: &str) -> Result<Bed, String> {
    let wine = ["/usr/lib/wine/wine64", "/usr/bin/wine64"].into_iter().map(PathBuf::from).find(|path| path.is_file());
    let wine = wine.ok_or("wine64 is not installed, so wci.exe is not run")?;
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let built = target.join(TARGET).join("release/wci.exe");
    let exe = std::env::var_os("WCI_WINDOWS_EXE").map_or(built, PathBuf::from);
    if !exe.is_file() {
        return Err(format!("there is no {}: cargo build --release --target {TARGET}", exe.display()));
    }
    let powershell = std::env::var_os("WCI_WINE_PWSH").map(PathBuf::from).filter(|folder| folder.join("pwsh.exe").is_file());
    let powershell = powershell.ok_or("WCI_WINE_PWSH names no folder with a pwsh.exe for Wine")?;
    let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let bed = Bed { wine, prefix, exe, powershell };
    bed.prepare()?;
    Ok(bed)
}

impl Bed {
    fn prepare(&self) -> Result<(), String> {
        std::fs::create_dir_all(&self.prefix).map_err(|why| why.to_string())?;
        let ran = |output: Output, what: &str| match output.status.success() {
            true => Ok(()),
            false => Err(format!("{what}: {}", String::from_utf8_lossy(&output.stderr))),
        };
        ran(self.program("wineboot", &["-i"]), "wineboot")?;
        ran(self.program("reg", &["add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"]), "reg")?;
        // Wine has an empty shell of this name; the real engine is found on the PATH.
        for folder in ["system32", "syswow64"] {
            let hollow = format!("drive_c/windows/{folder}/WindowsPowerShell/v1.0/powershell.exe");
            let _ = std::fs::remove_file(self.prefix.join(hollow));
        }
        let library = self.prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wine/bcryptprimitives.c");
        let compiler = Command::new("x86_64-w64-mingw32-gcc")
            .args(["-shared", "-o"])
            .args([&library, &source])
            .arg("-ladvapi32")
            .output()
            .map_err(|why| format!("x86_64-w64-mingw32-gcc: {why}"))?;
        ran(compiler, "x86_64-w64-mingw32-gcc")
    }

    /// A program in Wine, not started yet.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(&self.wine);
        command.arg(program.as_ref());
        command.envs(self.environment());
        command
    }

    pub fn environment(&self) -> [(&'static str, std::ffi::OsString); 4] {
        [
            ("WINEPREFIX", self.prefix.clone().into()),
            ("WINEDEBUG", "-all".into()),
            ("WINEPATH", outside(&self.powershell).into()),
            // With code compiled twice, a .NET exception in a pseudo console of Wine 8 can be its program's last act: it hangs.
            ("DOTNET_TieredCompilation", "0".into()),
        ]
    }

    /// A program in Wine, run to its end.
    pub fn program(&self, program: &str, arguments: &[&str]) -> Output {
        self.command(program).args(arguments).output().expect("wine64 starts")
    }

    /// `wci.exe`, run to its end.
    pub fn wci(&self, arguments: &[&str]) -> Output {
        self.command(&self.exe).args(arguments).output().expect("wine64 starts")
    }

    /// What stands in a terminal's command line to start `wci.exe`. What Wine itself has to say is not for the screen.
    pub fn line(&self, arguments: &[&str]) -> Vec<String> {
        let mut line: Vec<String> = ["sh", "-c", "exec \"$@\" 2>/dev/null", "sh", "env"].map(String::from).into();
        line.extend(self.environment().iter().map(|(name, value)| format!("{name}={}", value.to_string_lossy())));
        line.extend([self.wine.display().to_string(), self.exe.display().to_string()]);
        line.extend(arguments.iter().map(|a| (*a).to_owned()));
        line
    }

    /// For a test whose programs use the local application data: nobody moves it meanwhile.
    pub fn local(&self) -> MutexGuard<'static, ()> {
        static LOCAL: Mutex<()> = Mutex::new(());
        LOCAL.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the local application data, until this is dropped.
    pub fn move_local(&self, folder: &str) -> Moved<'_> {
        let moved = Moved { bed: self, _one: self.local() };
        let set = moved.set(folder);
        assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
        moved
    }

    /// Drive C of this Windows.
    pub fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }
}

/// The local application data is elsewhere.
pub struct Moved<'a> {
    bed: &'a Bed,
    _one: MutexGuard<'static, ()>,
}

impl Moved<'_> {
    fn set(&self, folder: &str) -> Output {
        let key = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
        self.bed.program("reg", &["add", key, "/v", "Local AppData", "/t", "REG_EXPAND_SZ", "/d", folder, "/f"])
    }
}

impl Drop for Moved<'_> {
    fn drop(&mut self) {
        self.set(r"%USERPROFILE%\AppData\Local");
    }
}

/// A path of this Linux as programs in Wine name it.
pub fn outside(path: &Path) -> String {
    format!("Z:{}", path.display().to_string().replace('/', "\\"))
}
