//! What Windows PowerShell 5.1 has.

use std::collections::BTreeMap;

/// Parameters of every command, with their aliases.
const COMMON: &str = "Debug db ErrorAction ea ErrorVariable ev InformationAction infa InformationVariable iv OutBuffer ob OutVariable ov \
    PipelineVariable pv Verbose vb WarningAction wa WarningVariable wv Confirm cf WhatIf wi UseTransaction usetx";

/// Programs that our texts run, and folders of them.
const PROGRAMS: [&str; 8] = ["docker", "az", "ssh", "icacls", "notepad", "winget", "ssh-keygen", "shutdown"];

pub struct Known(BTreeMap<String, Vec<String>>);

impl Known {
    pub fn read(table: &str) -> Self {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let words = lines.map(|line| line.split_whitespace().map(str::to_ascii_lowercase));
        Self(words.filter_map(|mut words| Some((words.next()?, words.collect()))).collect())
    }

    /// What 5.1 does not know of a command and its parameters.
    pub fn lacks<'a>(&self, command: &str, parameters: impl Iterator<Item = &'a str>) -> Vec<String> {
        if is_program(command) {
            return vec![];
        }
        let name = command.rsplit_once('\\').map_or(command, |(_, name)| name);
        let Some(own) = self.0.get(&name.to_ascii_lowercase()) else {
            return vec![format!("5.1 has no {name}, or the table does not know it")];
        };
        let common: Vec<String> = COMMON.split_whitespace().map(str::to_ascii_lowercase).collect();
        let all: Vec<&String> = own.iter().chain(&common).collect();
        let wrong = |parameter: &str| {
            let given = parameter.to_ascii_lowercase();
            if all.iter().any(|known| **known == given) {
                return None;
            }
            match all.iter().filter(|known| known.starts_with(&given)).count() {
                0 => Some(format!("5.1 has no {name} -{parameter}")),
                1 => None,
                _ => Some(format!("{name} -{parameter} could be several parameters")),
            }
        };
        parameters.filter_map(wrong).collect()
    }
}

/// A name with an ending, a path, or one of those we know. A module's name before a command has dots too, but no drive and no ending.
fn is_program(command: &str) -> bool {
    let name = command.to_ascii_lowercase();
    PROGRAMS.contains(&name.as_str()) || [".exe", ".ps1", ".cmd"].iter().any(|ending| name.ends_with(ending))
}

pub fn same(one: &str, other: &str) -> bool {
    let bare = |name: &str| name.rsplit_once(':').map_or(name, |(_, name)| name).to_ascii_lowercase();
    bare(one) == bare(other)
}
