//! The house as `src/lib.rs` draws it: layers, no cycles, small files, doors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The layer of each module, read from the table in lib.rs so that the page and the rule cannot differ.
fn layers() -> BTreeMap<String, u8> {
    let page = fs::read_to_string("src/lib.rs").expect("lib.rs");
    let mut layers = BTreeMap::new();
    for line in page.lines().filter_map(|l| l.strip_prefix("//! | ")) {
        let mut columns = line.split(" | ");
        let (Some(layer), Some(modules)) = (columns.next(), columns.next()) else { continue };
        let Ok(layer) = layer.trim().parse::<u8>() else { continue };
        for module in modules.split(", ") {
            layers.insert(module.trim_matches('`').to_owned(), layer);
        }
    }
    layers
}

fn sources() -> Vec<PathBuf> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("src").map(|e| e.expect("an entry").path()) {
            if entry.is_dir() {
                walk(&entry, out);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                out.push(entry);
            }
        }
    }
    let mut out = Vec::new();
    walk(Path::new("src"), &mut out);
    out.sort();
    out
}

fn room(path: &Path) -> String {
    let inner = path.strip_prefix("src").expect("in src").with_extension("");
    inner.iter().next().expect("a name").to_string_lossy().into_owned()
}

/// The file without its tests.
fn body(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|s| s.to_string_lossy().contains("tests"))
}

#[test]
fn every_module_stands_on_a_layer_and_uses_only_what_is_below() {
    let layers = layers();
    let mut wrong = Vec::new();
    for path in sources().into_iter().filter(|p| !is_test(p)) {
        let from = room(&path);
        if from == "main" || from == "lib" {
            continue;
        }
        let Some(own) = layers.get(&from) else {
            wrong.push(format!("{from} is not in the table of lib.rs"));
            continue;
        };
        for (number, line) in body(&path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for part in code.split("crate::").skip(1) {
                let to: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                match layers.get(&to) {
                    Some(layer) if to != from && layer >= own => {
                        wrong.push(format!("{}:{} uses {to} (layer {layer}) from layer {own}", path.display(), number + 1));
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_heavy_crate_has_one_door() {
    let doors: [(&str, &[&str]); 10] = [
        ("alacritty_terminal::", &["terminal"]),
        ("pulldown_cmark::", &["markdown"]),
        ("toml::", &["markdown"]),
        ("portable_pty::", &["host"]),
        ("rusqlite::", &["journal"]),
        ("reqwest::", &["probe"]),
        ("sysinfo::", &["probe"]),
        ("two_face::", &["highlight"]),
        ("crossterm::", &["tty"]),
        ("windows_sys::", &["windows"]),
    ];
    let mut wrong = Vec::new();
    for path in sources() {
        let text = body(&path);
        for (krate, rooms) in doors {
            let used = text.lines().any(|l| {
                l.trim_start().starts_with(&format!("use {krate}"))
                    || l.contains(&format!(" {krate}")) && !l.trim_start().starts_with("//")
            });
            if used && !rooms.contains(&room(&path).as_str()) {
                wrong.push(format!("{} uses {krate}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_grows_into_the_place_where_everything_happens() {
    let large: Vec<String> = sources()
        .into_iter()
        .map(|p| (body(&p).lines().count(), p))
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, p)| format!("{} has {lines} lines", p.display()))
        .collect();
    assert!(large.is_empty(), "{}", large.join("\n"));
}

#[test]
fn the_pure_core_reads_no_clock_and_does_no_io() {
    let layers = layers();
    let forbidden = [
        "Instant::now",
        "SystemTime::now",
        "std::fs",
        "TcpStream",
        "UdpSocket",
        "tokio::",
        "println!",
        "thread::spawn",
        "Mutex",
        "static mut",
    ];
    let mut wrong = Vec::new();
    for path in sources().into_iter().filter(|p| !is_test(p)) {
        if layers.get(&room(&path)).is_none_or(|l| *l > 4) {
            continue;
        }
        for (number, line) in body(&path).lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            for word in forbidden.iter().filter(|w| line.contains(**w)) {
                wrong.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
