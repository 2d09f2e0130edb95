//! The Windows machine in the table of `wci doctor`: reached as the companion reaches it. Nobody is there to answer what ssh asks.

use std::time::Duration;

use crate::course::Shell;
use crate::host::{Connection, Door};
use crate::probe::Prober;
use crate::session::HostKind;

use super::ask;
use super::here::{OPENED, WITHIN};
use super::live::{Live, Unopened};
use super::veil::Veil;

const LOGIN: &str = "login";

type Row = (&'static str, String);

/// Its rows, and whether all in them is well. What names it is hidden by the veil from now on.
pub async fn rows(vm: &HostKind, said: bool, veil: &mut Veil) -> (Vec<Row>, bool) {
    let why = if said { "as --vm says" } else { "as chosen" };
    match vm {
        HostKind::Here => (vec![("vm", format!("this machine, {why}"))], true),
        HostKind::Rehearsal => (vec![("vm", "none yet: its steps are to read and tick".into())], true),
        HostKind::Ssh(address) => {
            veil.hide(&address.host);
            address.user.iter().for_each(|user| veil.hide(user));
            let mut rows = vec![("vm", format!("{vm}, {why}"))];
            let well = match Connection::new(address.clone()) {
                Ok(connection) => reach(&connection, &mut rows).await,
                Err(why) => bad(&mut rows, LOGIN, &why.to_string()),
            };
            (rows, well)
        }
    }
}

fn bad(rows: &mut Vec<Row>, name: &'static str, why: &str) -> bool {
    rows.push((name, format!("NOT WELL: {why}")));
    false
}

async fn reach(connection: &Connection, rows: &mut Vec<Row>) -> bool {
    let Some(client) = connection.client() else {
        return bad(rows, "ssh", "there is none on the PATH");
    };
    let shares = if connection.shares() { "one connection for all" } else { "a connection for each channel" };
    rows.push(("ssh", format!("{client}; {shares}")));
    let (live, took) = match Live::behind(Door::Ssh(connection.clone()), Shell::Sh, WITHIN).await {
        Ok(opened) => opened,
        Err(Unopened::Why(why)) => return bad(rows, LOGIN, &why),
        Err(Unopened::Asks(what)) => {
            rows.push((LOGIN, format!("asks a person, in the pane of wci: {what}")));
            rows.push(("", "nothing more can be tried without one".into()));
            return true;
        }
    };
    let remote = connection.remote();
    let shell = remote.map_or(Shell::Sh, |remote| remote.shell);
    let os = remote.and_then(|remote| remote.os).map_or("a system wci does not know", |os| os.name());
    rows.push((LOGIN, format!("{OPENED} {} ms: {} on {os}", took.as_millis(), shell.name())));
    let prober = Prober::over(connection.clone());
    let mut well = match ask::sum(&prober, shell, WITHIN).await {
        Ok(took) => {
            rows.push(("checks", format!("answered after {} ms", took.as_millis())));
            true
        }
        Err(why) => bad(rows, "checks", &why),
    };
    match tokio::time::timeout(WITHIN, prober.boot(shell)).await {
        Ok(Ok(boot)) if boot.shown.is_empty() => rows.push(("boot", "told apart from others".into())),
        Ok(Ok(boot)) => rows.push(("boot", format!("since {}", boot.shown))),
        Ok(Err(why)) => well = bad(rows, "boot", &why),
        Err(_) => well = bad(rows, "boot", "no answer in time"),
    }
    prober.forget();
    live.end(Duration::from_secs(5));
    connection.close();
    well
}
