//! What stands behind each place: the door its shells are opened through, and who asks its checks.

use std::collections::BTreeMap;

use crate::course::Place;
use crate::host::{Connection, Door, ShellChoice};
use crate::probe::Prober;
use crate::session::HostKind;

pub struct Machines {
    shell: ShellChoice,
    /// Asks this machine, for every place that is on it.
    here: Prober,
    /// Those behind ssh, with the host each was made for.
    far: BTreeMap<Place, Far>,
}

struct Far {
    host: HostKind,
    connection: Connection,
    prober: Prober,
}

impl Machines {
    pub fn new(shell: ShellChoice) -> Self {
        Self { here: Prober::beside(&shell), shell, far: BTreeMap::new() }
    }

    /// The door to a place's machine, for a shell that is opened now: what still waits for an older one's answers is given up.
    pub fn door(&mut self, place: Place, host: &HostKind) -> Result<Door, String> {
        // A connection of its own for each shell: the one before may still be ending, and would take its successor's login with it.
        if let Some(far) = self.far.remove(&place) {
            far.prober.forget();
            // Hanging up waits for the other side, which may be gone.
            std::thread::spawn(move || far.connection.end());
        }
        let HostKind::Ssh(address) = host else { return Ok(Door::Local(self.shell.clone())) };
        let connection = Connection::new(address.clone()).map_err(|why| {
            format!("The connection could not be prepared ({why}): is there room in the folder for temporary files?")
        })?;
        let prober = Prober::over(connection.clone());
        self.far.insert(place, Far { host: host.clone(), connection: connection.clone(), prober });
        Ok(Door::Ssh(connection))
    }

    /// Who asks a place's checks; nobody where a machine behind ssh was never connected.
    pub fn prober(&self, place: Place, host: &HostKind) -> Option<&Prober> {
        match host {
            HostKind::Here => Some(&self.here),
            HostKind::Ssh(_) => self.far.get(&place).filter(|far| far.host == *host).map(|far| &far.prober),
            HostKind::Rehearsal => None,
        }
    }

    /// Ends all that asks.
    pub fn forget(&self) {
        self.here.forget();
        self.far.values().for_each(|far| far.prober.forget());
    }

    /// Ends every connection.
    pub fn end(&mut self) {
        for far in std::mem::take(&mut self.far).into_values() {
            far.connection.end();
        }
    }
}
