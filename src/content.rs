//! Reads a course: the one in the program, or a folder the author is working on.
//!
//! A folder can come from anywhere: files that are too big, are links out of the folder, or are no text are refused one by one, and the
//! rest is read. What the text means is `markdown`'s business.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

use include_dir::Dir;
use include_dir::include_dir;
use ring::digest::Context;
use ring::digest::SHA256;

use crate::course::Course;
use crate::markdown;
use crate::problem::Problem;

static EMBEDDED: Dir = include_dir!("$CARGO_MANIFEST_DIR/content");

/// A chapter is never so big.
pub const LARGEST: u64 = 4 << 20;

/// The course in the program.
pub fn load_embedded() -> (Course, Vec<Problem>) {
    let files = EMBEDDED.files().filter_map(|file| {
        let name = file.path().to_str()?.to_owned();
        is_markdown(&name).then(|| (name, Ok(file.contents().to_vec())))
    });
    assemble(files.collect(), "content")
}

/// The course in a folder, or one sentence why there is none.
pub fn load(dir: &Path) -> Result<(Course, Vec<Problem>), String> {
    Ok(assemble(read_all(dir)?, &dir.display().to_string()))
}

/// A course and the digest of the very bytes it was read from: what was trusted is what is loaded.
pub fn load_with_digest(dir: &Path) -> Result<(Course, Vec<Problem>, String), String> {
    let files = read_all(dir)?;
    let digest = digest(&files);
    let (course, problems) = assemble(files, &dir.display().to_string());
    Ok((course, problems, digest))
}

/// A file name for what is kept of a folder's course: its own name, and a part of the digest of its path.
pub fn name(dir: &Path) -> String {
    let real = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    let own: String = real.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let own: String = own.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(40).collect();
    let digest = ring::digest::digest(&SHA256, real.to_string_lossy().as_bytes());
    let short: String = digest.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{own}-{short}")
}

/// SHA-256 over every file that is read: names and contents, each with its length before it.
fn digest(files: &BTreeMap<String, Bytes>) -> String {
    let mut context = Context::new(&SHA256);
    let mut add = |bytes: &[u8]| {
        context.update(&(bytes.len() as u64).to_le_bytes());
        context.update(bytes);
    };
    for (name, bytes) in files {
        add(name.as_bytes());
        // A file that is refused gives no steps, so it needs no trust.
        add(bytes.as_deref().unwrap_or_default());
    }
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a folder looks like from outside: the names of its Markdown files, when they were written, and their sizes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fingerprint(BTreeMap<String, (Option<SystemTime>, u64)>);

/// Cheap enough to ask every half second: no file is opened.
pub fn fingerprint(dir: &Path) -> Fingerprint {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    Fingerprint(
        entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok().filter(|n| is_markdown(n))?;
                let meta = fs::metadata(entry.path()).ok()?;
                Some((name, (meta.modified().ok(), meta.len())))
            })
            .collect(),
    )
}

/// A file's bytes, or why it is refused.
type Bytes = Result<Vec<u8>, Refused>;

struct Refused {
    line: usize,
    why: String,
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Refused { line: 1, why }
    }
}

impl From<&str> for Refused {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

fn is_markdown(name: &str) -> bool {
    name.get(name.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case(".md"))
}

/// Every Markdown file of a folder by its name.
fn read_all(dir: &Path) -> Result<BTreeMap<String, Bytes>, String> {
    let failed = |error: std::io::Error| format!("The course folder {} cannot be read: {error}.", dir.display());
    let root = fs::canonicalize(dir).map_err(failed)?;
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&root).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let shown = name.to_string_lossy().into_owned();
        if !is_markdown(&shown) {
            continue;
        }
        let bytes = if name.to_str().is_some() { read_one(&root, &root.join(&name)) } else { Err("its name is no text".into()) };
        files.insert(shown, bytes);
    }
    if !files.contains_key("course.md") && !files.keys().any(|name| is_chapter(name)) {
        return Err(format!("There is no course in {}: it has no course.md and no chapter.", dir.display()));
    }
    Ok(files)
}

fn read_one(root: &Path, path: &Path) -> Bytes {
    let failed = |error: std::io::Error| format!("it cannot be read: {error}");
    let real = fs::canonicalize(path).map_err(failed)?;
    if !real.starts_with(root) {
        return Err("it is a link that leads out of the course's folder".into());
    }
    // Asked before opening: opening a pipe would wait for ever.
    if !fs::metadata(&real).map_err(failed)?.is_file() {
        return Err("it is not an ordinary file".into());
    }
    let mut bytes = Vec::new();
    fs::File::open(&real).map_err(failed)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 4 MiB".into());
    }
    Ok(bytes)
}

/// Whether a file is called `NN-name.md`.
fn is_chapter(name: &str) -> bool {
    let Some((number, slug)) = name.strip_suffix(".md").and_then(|n| n.split_once('-')) else { return false };
    number.len() == 2
        && number.bytes().all(|b| b.is_ascii_digit())
        && !slug.is_empty()
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn assemble(files: BTreeMap<String, Bytes>, shown: &str) -> (Course, Vec<Problem>) {
    let mut course = Course::default();
    let mut problems = Vec::new();
    if !files.contains_key("course.md") {
        problems.push(whole("course.md", "the file is missing", Some("it gives the course its title and introduction")));
    }
    for (name, bytes) in files {
        if name == "README.md" {
            continue;
        }
        if name != "course.md" && !is_chapter(&name) {
            let help = "chapters are called NN-name.md; only course.md and README.md may stand beside them";
            problems.push(whole(&name, "this file is no chapter", Some(help)));
            continue;
        }
        let text = match bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|e| not_text(&e))) {
            Ok(text) => text,
            Err(Refused { line, why }) => {
                problems.push(Problem { line, ..whole(&name, &why, None) });
                continue;
            }
        };
        if name == "course.md" {
            let (front, found) = markdown::course(&name, &text);
            (course.title, course.summary, course.intro) = (front.title, front.summary, front.intro);
            problems.extend(found);
        } else if let Some(other) = course.chapters.iter().find(|c| c.slug == markdown::slug(&name)) {
            let what = format!("the name `{}` is taken by {}", other.slug, other.file);
            problems.push(whole(&name, &what, Some("progress is kept under it: every chapter needs its own")));
        } else {
            let (chapter, found) = markdown::chapter(&name, &text);
            course.chapters.push(chapter);
            problems.extend(found);
        }
    }
    for problem in &mut problems {
        problem.file = Path::new(shown).join(&problem.file).display().to_string();
    }
    (course, problems)
}

fn not_text(error: &std::string::FromUtf8Error) -> Refused {
    let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let line = good.iter().filter(|b| **b == b'\n').count() + 1;
    Refused { line, why: "this file is not UTF-8 text".to_owned() }
}

/// A problem of a whole file.
fn whole(file: &str, what: &str, help: Option<&str>) -> Problem {
    let help = help.map(str::to_owned);
    Problem { file: file.to_owned(), line: 1, column: 1, what: what.to_owned(), help, source: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\ntitle: T\n---\n\n## A {#a}\n\nText.\n";

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        dir
    }

    fn told(dir: &Path) -> Vec<(String, usize, String)> {
        let (_, problems) = load(dir).unwrap();
        let name = |p: &Problem| Path::new(&p.file).file_name().unwrap().to_string_lossy().into_owned();
        problems.iter().map(|p| (name(p), p.line, p.what.clone())).collect()
    }

    #[test]
    fn the_embedded_course_can_be_loaded() {
        let _ = load_embedded();
    }

    #[test]
    fn a_folder_is_read_in_order() {
        let course = b"---\ntitle: C\n---\n\nHello.\n".as_slice();
        let dir = folder(&[
            ("10-last.md", PAGE.as_bytes()),
            ("02-first.md", PAGE.as_bytes()),
            ("course.md", course),
            ("README.md", b"#"),
            ("x.txt", b""),
        ]);
        let (course, problems) = load(dir.path()).unwrap();
        assert_eq!(problems, []);
        assert_eq!(course.title, "C");
        assert_eq!(course.chapters.iter().map(|c| c.slug.as_str()).collect::<Vec<_>>(), ["first", "last"]);
        assert_eq!(course.chapters[0].file, "02-first.md");
    }

    #[test]
    fn what_cannot_be_read_is_told_and_the_rest_is_read() {
        let big = vec![b'x'; usize::try_from(LARGEST).unwrap() + 1];
        let page = PAGE.as_bytes();
        let dir = folder(&[
            ("01-a.md", page),
            ("02-a.md", page),
            ("03-big.md", &big),
            ("04-latin.md", b"---\ntitle: \xe9\n"),
            ("1-x.md", page),
            ("notes.MD", page),
        ]);
        fs::create_dir(dir.path().join("05-dir.md")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("06-link.md")).unwrap();
        let mut expected = vec![
            ("course.md", 1, "the file is missing"),
            ("02-a.md", 1, "the name `a` is taken by 01-a.md"),
            ("03-big.md", 1, "it is larger than 4 MiB"),
            ("04-latin.md", 2, "this file is not UTF-8 text"),
            ("05-dir.md", 1, "it is not an ordinary file"),
        ];
        if cfg!(unix) {
            expected.push(("06-link.md", 1, "it is a link that leads out of the course's folder"));
        }
        expected.extend([("1-x.md", 1, "this file is no chapter"), ("notes.MD", 1, "this file is no chapter")]);
        let told = told(dir.path());
        assert_eq!(told.iter().map(|(f, l, w)| (f.as_str(), *l, w.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_folder_without_a_course_is_one_sentence() {
        let dir = folder(&[("README.md", b"#")]);
        assert!(load(dir.path()).unwrap_err().starts_with("There is no course in "));
        assert!(load(&dir.path().join("none")).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn a_saved_file_changes_the_fingerprint() {
        let dir = folder(&[("01-a.md", PAGE.as_bytes())]);
        let before = fingerprint(dir.path());
        assert_eq!(before, fingerprint(dir.path()));
        fs::write(dir.path().join("01-a.md"), "---\ntitle: other\n---\n").unwrap();
        assert_ne!(before, fingerprint(dir.path()));
        assert_eq!(fingerprint(&dir.path().join("none")), Fingerprint::default());
    }
}
