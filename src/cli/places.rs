//! What stands behind each place at the start: the shell here, and the Windows machine where the learner says it is.

use std::collections::BTreeMap;

use crate::app::Seat;
use crate::course::Os;
use crate::course::Place;
use crate::elevate;
use crate::host::ShellChoice;
use crate::session::HostKind;
use crate::session::Size;

/// Where the Windows machine is: as said for this start, else as the journal remembers it, else a guess.
pub fn host(said: Option<&HostKind>, remembered: Option<&HostKind>) -> HostKind {
    said.or(remembered).cloned().unwrap_or_else(guess)
}

/// A Windows Server is taken for the machine under study. A Windows for the desk is not: it is somebody's own.
fn guess() -> HostKind {
    #[cfg(windows)]
    if crate::windows::is_server() {
        return HostKind::Here;
    }
    HostKind::Rehearsal
}

pub fn seats(vm: &HostKind, shell: &ShellChoice, size: Size) -> BTreeMap<Place, Seat> {
    let laptop = Seat::new(HostKind::Here, Os::here(), shell.shell, "laptop", size);
    let laptop = Seat { elevated: elevate::is_elevated(), ..laptop };
    let vm = Seat::of(vm, &laptop);
    BTreeMap::from([(Place::Laptop, laptop), (Place::Vm, vm)])
}
