//! The courses the tests run.

use std::path::Path;

/// Restarts the machine a second later, so that the connection that says so can end before.
pub const RESTART: &str = "setsid sh -c \"sleep 1; reboot -f\" >/dev/null 2>&1 </dev/null &";

const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// A step that leaves a line in `/state/log` with the boot it was done in, once and for good.
pub fn plain(name: &str) -> String {
    format!(
        "## {name} {{#{name} on=vm}}\n\n```sh run\necho \"{name} $(cat {BOOT})\" >>/state/log; sync /state/log\n```\n\n```toml check\nsays = \"The log has {name}\"\nsh = 'grep -c \"^{name} \" /state/log'\nequals = \"1\"\n```\n\n"
    )
}

/// A step that is done in another boot than its command, `how` being the last line of that.
pub fn restart(name: &str, how: &str) -> String {
    format!(
        "## {name} {{#{name} on=vm}}\n\n```sh run restart\necho \"{name} $(cat {BOOT})\" >>/state/log\ncat {BOOT} >/state/{name}; sync /state/log /state/{name}\n{how}\n```\n\n```toml check\nsays = \"It is another boot than at {name}\"\nsh = 'test -s /state/{name} && test \"$(cat /state/{name})\" != \"$(cat {BOOT})\" && echo another'\nequals = \"another\"\n```\n\n"
    )
}

/// A folder with a course of one chapter, `demo`.
pub fn written(folder: &Path, steps: &[String]) -> (String, String) {
    let course = "---\ntitle: A course\nsummary: For tests.\n---\n".to_owned();
    let chapter = format!("---\ntitle: Demo\n---\n{}", steps.concat());
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join("course.md"), &course).expect("written");
    std::fs::write(folder.join("01-demo.md"), &chapter).expect("written");
    (course, chapter)
}
