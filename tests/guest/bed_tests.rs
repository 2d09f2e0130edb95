//! That the machine is what the other tests take it for.

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::archive::Archive;
use crate::bed;
use crate::bed::Bed;
use crate::bed::Power;
use crate::course::RESTART;

const LONG: Duration = Duration::from_secs(60);

#[test]
#[ignore = "the long form: cargo test --test guest -- --ignored --nocapture"]
fn the_machine_restarts_stays_away_has_another_clock_and_keeps_its_disk() {
    let Some((image, _alone)) = bed::image() else { return };
    let mut bed = Bed::new(&image, Archive::default());
    bed.on(Power::Plain);
    bed.wait_up();
    let first = bed.boot();
    let then: i64 = bed.ask("date +%s").parse().unwrap();
    bed.ask(&format!("echo kept >/state/kept; sync; {RESTART}"));
    assert!(bed.wait_for(LONG, |console| (bed::boots(console).len() == 2).then_some(())).is_some(), "{}", bed.console());
    bed.wait_up();
    assert_ne!(bed.boot(), first);
    bed.cut();

    bed.on(Power::NeverReturns);
    bed.wait_up();
    assert_eq!(bed.ask("cat /state/kept"), "kept");
    bed.ask(RESTART);
    std::thread::sleep(Duration::from_secs(4));
    assert!(TcpStream::connect(("127.0.0.1", bed.port)).is_ok(), "its port accepts");
    assert!(!bed::banner(bed.port, Duration::from_secs(10)), "but nobody is there");
    assert_eq!(bed::boots(&bed.last_console()).len(), 1);
    bed.cut();
    assert!(TcpStream::connect(("127.0.0.1", bed.port)).is_err());

    bed.on(Power::Off);
    bed.wait_up();
    bed.ask(RESTART);
    bed.wait_off(LONG);
    bed.on(Power::Clock(3600));
    bed.wait_up();
    let stepped = bed.ask("date +%s").parse::<i64>().unwrap() - then;
    assert!((3600..3900).contains(&stepped), "{stepped}");
    assert_eq!(bed::boots(&bed.console()).len(), 5);
    assert_eq!(bed.ask("cat /state/kept"), "kept");
}

#[test]
#[ignore = "the long form: cargo test --test guest -- --ignored --nocapture"]
fn several_channels_share_one_connection() {
    let Some((image, _alone)) = bed::image() else { return };
    let mut bed = Bed::new(&image, Archive::default());
    bed.on(Power::Plain);
    bed.wait_up();
    let ssh = |words: &[&str]| {
        let mut ssh = Command::new(bed.folder().join("bin/ssh"));
        ssh.arg("-S").arg(bed.folder().join("one")).args(["-p", &bed.port.to_string()]).args(words).arg("root@127.0.0.1");
        ssh
    };
    assert!(ssh(&["-M", "-N", "-f"]).status().expect("ssh runs").success());
    let mut first = ssh(&["-tt"]).arg("sleep 20").stdout(std::process::Stdio::null()).spawn().expect("ssh runs");
    let second = ssh(&[]).arg("echo $SSH_CONNECTION").output().expect("ssh runs");
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    let third = ssh(&[]).arg("echo $SSH_CONNECTION").output().expect("ssh runs");
    let head = |out: &[u8]| String::from_utf8_lossy(out).lines().next().map(str::to_owned);
    assert!(first.try_wait().expect("its state").is_none());
    assert_eq!(head(&second.stdout), head(&third.stdout), "both are of one connection");
    assert!(ssh(&["-O", "exit"]).output().expect("ssh runs").status.success());
    let _ = first.wait();
}
