//! Facts about this machine and its processes: the only door to `sysinfo`.

#[cfg(unix)]
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use sysinfo::{Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use crate::course::Fact;
use crate::judge;

/// A fact as text; memory and disk in bytes.
pub fn fact(fact: Fact) -> Result<String, String> {
    match fact {
        Fact::Os => Ok(std::env::consts::OS.into()),
        Fact::Version => System::long_os_version().map_err(|why| format!("the version is not told: {why}")),
        // Elsewhere this would be the version of the kernel.
        Fact::Build if !cfg!(windows) => Err(judge::NOT_WINDOWS.into()),
        Fact::Build => System::kernel_version().map_err(|why| format!("the build is not told: {why}")),
        Fact::Arch => Ok(arch(&System::cpu_arch())),
        Fact::Memory => {
            let mut system = System::new().map_err(|why| format!("the memory is not told: {why}"))?;
            system.refresh_memory();
            match system.total_memory() {
                0 => Err("the memory is not told".into()),
                bytes => Ok(bytes.to_string()),
            }
        }
        Fact::Disk => free_space().map(|bytes| bytes.to_string()),
    }
}

/// An architecture by the one name of its many.
pub fn arch(name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "amd64" | "x64" => "x86_64".into(),
        "arm64" => "aarch64".into(),
        other => other.into(),
    }
}

/// Free bytes on the disk the system is on.
#[cfg(windows)]
fn free_space() -> Result<u64, String> {
    let drive = std::env::var("SystemDrive").unwrap_or_else(|_| "C:".into());
    crate::windows::free_space(&format!("{drive}\\")).map_err(|why| format!("the space on {drive} is not told: {why}"))
}

/// Free bytes on the disk the system is on.
#[cfg(not(windows))]
fn free_space() -> Result<u64, String> {
    let disks = sysinfo::Disks::new_with_refreshed_list().map_err(|why| format!("the disks are not told: {why}"))?;
    let disk = disks.iter().find(|disk| disk.mount_point() == Path::new("/"));
    disk.map(sysinfo::Disk::available_space).ok_or_else(|| "no disk is mounted at /".into())
}

/// Whether a program of this name runs, with or without `.exe`. Windows alone does not mind the case.
pub fn runs(name: &str) -> Result<bool, String> {
    let system = processes(ProcessRefreshKind::nothing().with_exe(UpdateKind::Always));
    let system = system.map_err(|why| format!("the processes are not told: {why}"))?;
    Ok(system.processes().values().filter(|process| lives(process)).any(|process| {
        let exe = process.exe().and_then(Path::file_name);
        // Linux cuts a process's own name after 15 bytes.
        [Some(process.name()), exe].into_iter().flatten().any(|found| same(name, found))
    }))
}

fn lives(process: &Process) -> bool {
    process.thread_kind().is_none() && !matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

fn same(wanted: &str, found: &OsStr) -> bool {
    let plain = |name: &str| {
        let name = if cfg!(windows) { name.to_lowercase() } else { name.to_owned() };
        name.strip_suffix(".exe").map_or(name.clone(), Into::into)
    };
    plain(wanted) == plain(&found.to_string_lossy())
}

/// Ends every process of these sessions, also those that left the group.
#[cfg(unix)]
pub fn end_sessions(leaders: &BTreeSet<u32>) {
    let Ok(system) = processes(ProcessRefreshKind::nothing()) else { return };
    for process in system.processes().values() {
        if process.session_id().is_some_and(|id| leaders.contains(&id.as_u32())) {
            process.kill();
        }
    }
}

fn processes(what: ProcessRefreshKind) -> Result<System, sysinfo::Error> {
    let mut system = System::new()?;
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what.without_tasks());
    Ok(system)
}
