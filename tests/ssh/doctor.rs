//! `wci doctor` looks at the Windows machine too, by the ssh of whoever calls it.

use std::process::{Command, Output};

use crate::server::{Server, script};

fn doctor(server: &Server, port: u16) -> (Output, String) {
    let folder = server.path("bin");
    let _ = std::fs::create_dir(&folder);
    script(folder.join("ssh"), &format!("#!/bin/sh\nexec /usr/bin/ssh -F {} \"$@\"\n", server.path("config").display()));
    let out = Command::new(env!("CARGO_BIN_EXE_wci"))
        .args(["doctor", "--vm", &format!("ssh://{}@127.0.0.1:{port}", server.user.name), "--state"])
        .arg(server.path("state"))
        .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(!told.contains(&server.user.name) && !told.contains("127.0.0.1"), "{told}");
    (out, told)
}

#[test]
fn the_doctor_tells_what_the_machine_behind_ssh_answers() {
    let Some(mut server) = Server::with_shell("/bin/bash") else { return };
    let (out, told) = doctor(&server, server.port);
    assert!(out.status.success(), "{told}");
    for row in [
        "\nvm          ssh://*@*:",
        "; one connection for all\nlogin       prompt with marks after ",
        "ms: bash on linux\nchecks      answered after ",
        "\nboot        since 20",
    ] {
        assert!(told.contains(row), "{row}: {told}");
    }
    // Nobody is there to type a password: that is no fault of the machine.
    server.client("PubkeyAuthentication no");
    let (out, told) = doctor(&server, server.port);
    assert!(
        out.status.success() && told.contains("\nlogin       asks a person, in the pane of wci: *@*'s password:\n"),
        "{told}"
    );
    server.close();
    let (out, told) = doctor(&server, server.port);
    assert!(out.status.code() == Some(1) && told.contains("\nlogin       NOT WELL: * refuses connections"), "{told}");
    server.nobody();
}
