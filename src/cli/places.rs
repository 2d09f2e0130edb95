//! What stands behind each place: the shell here, and the Windows machine if it is this one.

use std::collections::BTreeMap;

use clap::ValueEnum;

use crate::app::Seat;
use crate::course::Os;
use crate::course::Place;
use crate::course::Shell;
use crate::elevate;
use crate::host::ShellChoice;
use crate::session::HostKind;
use crate::session::Size;

/// Where the Windows machine under study is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VmArg {
    /// This machine
    Here,
    /// Not connected: its steps can be read and ticked
    None,
}

impl VmArg {
    /// A Windows Server is taken for the machine under study. A Windows for the desk is not: it is somebody's own.
    pub fn guess() -> Self {
        #[cfg(windows)]
        if crate::windows::is_server() {
            return VmArg::Here;
        }
        VmArg::None
    }
}

pub fn seats(vm: VmArg, shell: &ShellChoice, size: Size) -> BTreeMap<Place, Seat> {
    let elevated = elevate::is_elevated();
    let here = |label| Seat { elevated, ..Seat::new(HostKind::Here, Os::here(), shell.shell, label, size) };
    let vm = match vm {
        VmArg::Here => here("vm: this machine"),
        VmArg::None => Seat::new(HostKind::Rehearsal, Some(Os::Windows), Shell::PowerShell, "vm", size),
    };
    BTreeMap::from([(Place::Laptop, here("laptop")), (Place::Vm, vm)])
}
