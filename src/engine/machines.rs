//! What stands behind each place: the door its shells are opened through, and who asks its checks.

use std::collections::BTreeMap;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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
    /// Those that hang up: that waits for the other side, which may be gone.
    leaving: Vec<JoinHandle<()>>,
}

/// How long hanging up may take when all ends.
const FAREWELL: Duration = Duration::from_secs(2);

struct Far {
    host: HostKind,
    connection: Connection,
    prober: Prober,
}

impl Machines {
    pub fn new(shell: ShellChoice) -> Self {
        Self { here: Prober::beside(&shell), shell, far: BTreeMap::new(), leaving: Vec::new() }
    }

    /// The door to a place's machine, for a shell that is opened now: what still waits for an older one's answers is given up.
    pub fn door(&mut self, place: Place, host: &HostKind) -> Result<Door, String> {
        // A connection of its own for each shell: the one before may still be ending, and would take its successor's login with it.
        self.leave(place);
        let HostKind::Ssh(address) = host else { return Ok(Door::Local(self.shell.clone())) };
        let connection = Connection::new(address.clone()).map_err(|why| {
            format!("The connection could not be prepared ({why}): is there room in the folder for temporary files?")
        })?;
        let prober = Prober::over(connection.clone());
        self.far.insert(place, Far { host: host.clone(), connection: connection.clone(), prober });
        Ok(Door::Ssh(connection))
    }

    /// The shell of a place is closed: so is all that asked its machine.
    pub fn leave(&mut self, place: Place) {
        self.leaving.retain(|thread| !thread.is_finished());
        if let Some(far) = self.far.remove(&place) {
            far.prober.forget();
            self.leaving.push(std::thread::spawn(move || far.connection.close()));
        }
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

    /// Ends every connection, and waits for that, but not for ever.
    pub fn end(&mut self) {
        for place in Place::ALL {
            self.leave(place);
        }
        let until = Instant::now() + FAREWELL;
        while self.leaving.iter().any(|thread| !thread.is_finished()) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
