//! The inside of a container: a `cmd` of five words.

use std::io;
use std::io::BufRead;
use std::io::Write;

/// Runs what was asked for in it; gives its exit status.
pub fn run(id: &str, command: &[&str]) -> u8 {
    match command {
        [] | ["cmd"] | ["cmd.exe"] => interactive(id),
        ["cmd", "/c", rest @ ..] => answer(id, &rest.join(" ")),
        _ => 127,
    }
}

fn interactive(id: &str) -> u8 {
    println!("Microsoft Windows [Version 10.0.20348.1850]\n(c) Microsoft Corporation. All rights reserved.");
    let mut status = 0;
    loop {
        print!("\nC:\\>");
        // A terminal that is gone ends the container below.
        let _ = io::stdout().flush();
        let mut line = String::new();
        if !matches!(io::stdin().lock().read_line(&mut line), Ok(1..)) || line.trim() == "exit" {
            return status;
        }
        status = answer(id, line.trim());
    }
}

fn answer(id: &str, line: &str) -> u8 {
    match line {
        "" => {}
        "dir" => {
            println!(" Volume in drive C has no label.\n Directory of C:\\\n\n               1 File(s)          5,647 bytes")
        }
        "ver" => println!("\nMicrosoft Windows [Version 10.0.20348.1850]"),
        "hostname" => println!("{id}"),
        "echo %USERNAME%" => println!("ContainerUser"),
        other => {
            eprintln!("'{other}' is not recognized as an internal or external command,\noperable program or batch file.");
            return 1;
        }
    }
    0
}
