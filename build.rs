//! The built-in course is part of the program: a chapter that changes means building again. For Windows the program also gets its icon,
//! its version and its manifest; without a resource compiler it is built without them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=content");
    let told = |name: &str| env::var(name).unwrap_or_default();
    if told("CARGO_CFG_TARGET_OS") != "windows" {
        return;
    }
    println!("cargo::rerun-if-changed=assets/wci.ico");
    println!("cargo::rerun-if-changed=assets/windows/wci.manifest");
    match resources(&told) {
        Ok(file) => println!("cargo::rustc-link-arg-bins={}", file.display()),
        Err(why) => println!("cargo::warning=wci.exe gets no icon, version and manifest: {why}"),
    }
}

/// Compiles the resources to what the linker takes.
fn resources(told: &impl Fn(&str) -> String) -> Result<PathBuf, String> {
    // The compilers are given bare names in one folder: windres breaks at spaces in a path.
    let folder = PathBuf::from(told("OUT_DIR"));
    let put = |name: &str, from: &str| fs::copy(from, folder.join(name)).map_err(|why| format!("{from}: {why}"));
    put("wci.ico", "assets/wci.ico")?;
    put("wci.manifest", "assets/windows/wci.manifest")?;
    fs::write(folder.join("wci.rc"), script(told)).map_err(|why| format!("wci.rc: {why}"))?;

    let (tools, arguments, made) = if told("CARGO_CFG_TARGET_ENV") == "msvc" {
        (kit(told), ["/nologo", "/fo", "wci.res", "wci.rc"], "wci.res")
    } else {
        let prefixed = format!("{}-w64-mingw32-windres", told("CARGO_CFG_TARGET_ARCH"));
        (vec![prefixed.into(), "windres".into()], ["-O", "coff", "wci.rc", "wci.o"], "wci.o")
    };
    for tool in &tools {
        let Ok(done) = Command::new(tool).args(arguments).current_dir(&folder).output() else { continue };
        if done.status.success() {
            return Ok(folder.join(made));
        }
        let said = [done.stdout, done.stderr].concat();
        return Err(format!("{}: {}", tool.display(), String::from_utf8_lossy(&said).replace('\n', " ")));
    }
    let names: Vec<_> = tools.iter().map(|tool| tool.display().to_string()).collect();
    Err(format!("no resource compiler found, looked for {}", names.join(" and ")))
}

/// rc.exe is on the PATH only in a developer's prompt, so the newest of the Windows kits is looked for too.
fn kit(told: &impl Fn(&str) -> String) -> Vec<PathBuf> {
    let kits = Path::new(&told("ProgramFiles(x86)")).join(r"Windows Kits\10\bin");
    let mut found: Vec<_> =
        fs::read_dir(kits).into_iter().flatten().flatten().map(|kit| kit.path().join(r"x64\rc.exe")).collect();
    found.retain(|tool| tool.is_file());
    found.sort();
    found.push("rc.exe".into());
    found.reverse();
    found
}

fn script(told: &impl Fn(&str) -> String) -> String {
    let version = told("CARGO_PKG_VERSION");
    let numbers: Vec<_> = ["MAJOR", "MINOR", "PATCH"].iter().map(|part| told(&format!("CARGO_PKG_VERSION_{part}"))).collect();
    let numbers = numbers.join(",");
    let texts = [
        ("CompanyName", "The wci authors"),
        ("FileDescription", "Windows Containers Internals, the terminal companion"),
        ("FileVersion", &version),
        ("InternalName", "wci"),
        ("LegalCopyright", &format!("Licensed under {}", told("CARGO_PKG_LICENSE"))),
        ("OriginalFilename", "wci.exe"),
        ("ProductName", "wci"),
        ("ProductVersion", &version),
    ];
    let texts: String = texts.iter().map(|(name, text)| format!("      VALUE \"{name}\", \"{text}\\0\"\n")).collect();
    // 1 ICON: the icon of the file. 1 24: RT_MANIFEST of a program. 0x0409, 1200: English, in Unicode.
    format!(
        r#"1 ICON "wci.ico"
1 24 "wci.manifest"
1 VERSIONINFO
FILEVERSION {numbers},0
PRODUCTVERSION {numbers},0
FILEFLAGSMASK 0x3f
FILEFLAGS 0
FILEOS 0x40004
FILETYPE 1
BEGIN
  BLOCK "StringFileInfo"
  BEGIN
    BLOCK "040904b0"
    BEGIN
{texts}    END
  END
  BLOCK "VarFileInfo"
  BEGIN
    VALUE "Translation", 0x0409, 1200
  END
END
"#
    )
}
