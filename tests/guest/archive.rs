//! A cpio archive of the kind Linux unpacks at its start. Put behind another it adds to it, so that what a test brings needs no new image.

use std::io;
use std::path::Path;

#[derive(Default)]
pub struct Archive {
    bytes: Vec<u8>,
    number: u32,
}

impl Archive {
    pub fn folder(&mut self, path: &str, mode: u32) {
        self.entry(path, 0o040_000 | mode, &[]);
    }

    /// A file; its folder must be in the image or have been added.
    pub fn file(&mut self, path: &str, mode: u32, content: &[u8]) {
        self.entry(path, 0o100_000 | mode, content);
    }

    /// A file of this machine, at the same path there, with the folders above it.
    pub fn copy(&mut self, path: &Path) -> io::Result<()> {
        let path = path.to_string_lossy();
        for (at, _) in path.match_indices('/').skip(1) {
            self.folder(&path[..at], 0o755);
        }
        self.file(&path, 0o755, &std::fs::read(path.as_ref())?);
        Ok(())
    }

    pub fn finished(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.bytes
    }

    fn entry(&mut self, path: &str, mode: u32, content: &[u8]) {
        let name = path.trim_start_matches('/');
        self.number += 1;
        // number, mode, owner, group, links, time, size, four devices, length of the name, no sum
        let fields = [self.number, mode, 0, 0, 1, 0, content.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        self.bytes.extend(b"070701");
        for field in fields {
            self.bytes.extend(format!("{field:08X}").bytes());
        }
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.align();
        self.bytes.extend(content);
        self.align();
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}
