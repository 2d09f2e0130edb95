//! The internet of chapter 1: its addresses, answered from here as `http://127.0.0.1:PORT/host/path`.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;

const HELPERS: &str = "/raw.githubusercontent.com/microsoft/Windows-Containers/8ea2a92d8dfa7815abcf5cc44a756a0ac3d0f513/helpful_tools/Install-DockerCE";
const WINDBG: &str = "windbg.download.prss.microsoft.com/dbazure/prod/1-2606-22001-0";
const PAVEL: &str = "codeload.github.com/profnandaa/PavelTools/zip/refs/tags/latest";

pub const SYSINTERNALS: [&str; 5] = ["handle64.exe", "procexp64.exe", "Winobj64.exe", "PsExec64.exe", "Eula.txt"];
const PAVEL_TOOLS: [&str; 3] = ["JobExplorer.exe", "ObjDir.exe", "sysrun.exe"];

enum Page {
    Body(Vec<u8>),
    Moved(String),
}

pub struct Web {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    /// Serves until the test ends. `program` is the stand-in for programs.
    pub fn serve(program: &[u8]) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (pages, asked) = (Arc::new(pages(program)), Arc::new(Mutex::new(Vec::new())));
        let heard = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, heard) = (pages.clone(), heard.clone());
                thread::spawn(move || answer(stream, &pages, &heard));
            }
        });
        Web { port, asked }
    }

    /// What was fetched since the last look, in order.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("no panic before"))
    }
}

fn answer(mut stream: TcpStream, pages: &BTreeMap<String, Page>, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    while lines.next()?.ok().is_some_and(|line| !line.is_empty()) {}
    heard.lock().ok()?.push(path.clone());
    let (status, header, body): (_, _, &[u8]) = match pages.get(&path) {
        Some(Page::Body(body)) => ("200 OK", String::new(), body),
        Some(Page::Moved(to)) => ("302 Found", format!("Location: {to}\r\n"), b""),
        None => ("404 Not Found", String::new(), b"an error page"),
    };
    let head = format!("HTTP/1.1 {status}\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok()
}

fn pages(program: &[u8]) -> BTreeMap<String, Page> {
    let tools = |folder: &str, names: &[&str]| {
        let files = names.iter().map(|name| (format!("{folder}{name}"), tool(name, program))).collect::<Vec<_>>();
        Page::Body(zip(&files))
    };
    let docker = ["docker/docker.exe", "docker/dockerd.exe"].map(|name| (name.to_owned(), program.to_vec()));
    let appinstaller = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<AppInstaller Uri=\"https://{WINDBG}/windbg.appinstaller\" Version=\"1.2606.22001.0\" \
         xmlns=\"http://schemas.microsoft.com/appx/appinstaller/2018\">\n  <MainBundle Name=\"Microsoft.WinDbg\" Version=\"1.2606.22001.0\" \
         Uri=\"https://{WINDBG}/windbg.msixbundle\" />\n</AppInstaller>\n"
    );
    let script = |text: &str| Page::Body(text.into());
    BTreeMap::from([
        (format!("{HELPERS}/install-docker-ce.ps1"), script(include_str!("scripts/install-docker-ce.ps1"))),
        (format!("{HELPERS}/uninstall-docker-ce.ps1"), script(include_str!("scripts/uninstall-docker-ce.ps1"))),
        ("/download.docker.com/win/static/stable/x86_64/docker-29.1.5.zip".into(), Page::Body(zip(&docker))),
        ("/download.sysinternals.com/files/SysinternalsSuite.zip".into(), tools("", &SYSINTERNALS)),
        ("/github.com/profnandaa/PavelTools/archive/refs/tags/latest.zip".into(), Page::Moved(format!("https://{PAVEL}"))),
        (format!("/{PAVEL}"), tools("PavelTools-latest/", &PAVEL_TOOLS)),
        ("/aka.ms/windbg/download".into(), Page::Moved(format!("https://{WINDBG}/windbg.appinstaller"))),
        (format!("/{WINDBG}/windbg.appinstaller"), script(&appinstaller)),
        (format!("/{WINDBG}/windbg.msixbundle"), script("package=Microsoft.WinDbg version=1.2606.22001.0\n")),
    ])
}

/// What a tool's file holds. The one that the chapter runs is a program.
pub fn tool(name: &str, program: &[u8]) -> Vec<u8> {
    if name == "handle64.exe" { program.to_vec() } else { format!("MZ, the stand-in for {name}\n").into_bytes() }
}

/// A zip whose files are stored, not compressed.
fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let small = |n: usize| u16::try_from(n).expect("small").to_le_bytes();
    let large = |n: usize| u32::try_from(n).expect("not huge").to_le_bytes();
    for (name, data) in files {
        let at = out.len();
        // Version 2.0, no flags, stored, the first of January 1980.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc(data).to_le_bytes());
        common.extend([large(data.len()), large(data.len())].concat());
        common.extend([small(name.len()), small(0)].concat());
        out.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), data].concat());
        directory.extend([b"PK\x01\x02\x14\0", common.as_slice(), &[0; 10], &large(at), name.as_bytes()].concat());
    }
    let (at, count) = (large(out.len()), small(files.len()));
    out.extend([directory.as_slice(), b"PK\x05\x06\0\0\0\0", &count, &count, &large(directory.len()), &at, &[0, 0]].concat());
    out
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
