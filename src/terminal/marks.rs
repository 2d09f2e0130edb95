//! Reads the inside of an OSC: the marks of our own shell, and the folder it is in.

use crate::terminal::{Mark, MarkKind};

/// What an OSC meant.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Mark(Mark),
    /// A shell without a mark at command start asks for the next line of an unfinished command.
    More,
    Folder(String),
}

/// Reads one OSC. A mark counts only with `nonce`: whatever a program prints, it cannot say that a command has ended.
pub fn read(inside: &[u8], nonce: Option<&str>) -> Option<Found> {
    let text = std::str::from_utf8(inside).ok()?;
    if text.chars().any(char::is_control) {
        return None;
    }
    match text.split_once(';')? {
        ("133", rest) => mark(rest, nonce?),
        ("7", url) => folder(url).map(Found::Folder),
        ("9", rest) => {
            let path = rest.strip_prefix("9;")?.trim_matches('"');
            (!path.is_empty()).then(|| Found::Folder(path.to_string()))
        }
        _ => None,
    }
}

/// `D;3;k=NONCE;n=12`: the kind, for an end its status, and parameters in any order.
fn mark(text: &str, nonce: &str) -> Option<Found> {
    let mut fields = text.split(';');
    let letter = fields.next()?;
    let (mut status, mut number, mut clock, mut at_once, mut trusted) = (None, None, None, None, false);
    for field in fields {
        match field.split_once('=') {
            Some(("k", key)) => trusted = key == nonce,
            Some(("n", text)) => number = text.parse().ok(),
            // However a system writes the time of day: `14:03:09.27`, ` 2:03:09,27`.
            Some(("t", text)) => clock = text.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok(),
            Some(("e", text)) => at_once = Some(text == "1"),
            Some(_) => {}
            None => status = field.parse().ok(),
        }
    }
    if !trusted {
        return None;
    }
    let kind = match letter {
        "A" => MarkKind::PromptStart,
        "B" => MarkKind::PromptEnd,
        "C" => MarkKind::CommandStart,
        "D" => MarkKind::CommandEnd(status),
        "S" => return Some(Found::More),
        _ => return None,
    };
    Some(Found::Mark(Mark { kind, number, clock, at_once }))
}

/// `file://host/path` with `%XX`; on Windows the path begins `/C:`.
fn folder(url: &str) -> Option<String> {
    let rest = url.strip_prefix("file://")?;
    let path = decode(&rest[rest.find('/')?..])?;
    match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => Some(path[1..].to_string()),
        _ => Some(path),
    }
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    let path = String::from_utf8(out).ok()?;
    (!path.chars().any(char::is_control)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<(MarkKind, Option<u64>)> {
        match read(text.as_bytes(), Some("s3cret"))? {
            Found::Mark(mark) => Some((mark.kind, mark.number)),
            Found::More | Found::Folder(_) => None,
        }
    }

    #[test]
    fn only_marks_with_the_nonce_are_marks() {
        assert_eq!(kind("133;A;k=s3cret;n=1"), Some((MarkKind::PromptStart, Some(1))));
        assert_eq!(kind("133;B;n=1;k=s3cret"), Some((MarkKind::PromptEnd, Some(1))));
        assert_eq!(kind("133;C;k=s3cret"), Some((MarkKind::CommandStart, None)));
        assert_eq!(kind("133;D;-1;k=s3cret;n=2"), Some((MarkKind::CommandEnd(Some(-1)), Some(2))));
        assert_eq!(kind("133;D;k=s3cret;n=2"), Some((MarkKind::CommandEnd(None), Some(2))));
        assert_eq!(kind("133;D;0;k=s3cret;aid=7;n=x"), Some((MarkKind::CommandEnd(Some(0)), None)));
        for forged in [
            "133;D;0",
            "133;D;0;k=",
            "133;D;0;k=other;n=3",
            "133;D;0;k=s3cret;k=x",
            "133;D;0;k=s3cret\n",
            "133",
            "133;Z;k=s3cret",
        ] {
            assert_eq!(kind(forged), None, "{forged}");
        }
        assert_eq!(read(b"133;D;0;k=;n=1", None), None);
        assert_eq!(read(b"133;S;k=s3cret", Some("s3cret")), Some(Found::More));
    }

    #[test]
    fn a_mark_tells_the_clock_and_the_line_editor() {
        let read = |text: &str| match read(text.as_bytes(), Some("s")) {
            Some(Found::Mark(mark)) => (mark.clock, mark.at_once),
            other => panic!("{other:?}"),
        };
        assert_eq!(read("133;D;k=s;t=14:03:09.27"), (Some(14_030_927), None));
        assert_eq!(read("133;D;k=s;t= 2:03:09,27"), (Some(2_030_927), None));
        assert_eq!(read("133;D;k=s;t="), (None, None));
        assert_eq!(read("133;A;k=s;n=1;e=1"), (None, Some(true)));
        assert_eq!(read("133;A;k=s;n=1;e=0"), (None, Some(false)));
    }

    #[test]
    fn folders_are_decoded_and_controls_refused() {
        let read = |text: &str| match read(text.as_bytes(), None) {
            Some(Found::Folder(path)) => Some(path),
            _ => None,
        };
        assert_eq!(read("7;file://box/home/me").as_deref(), Some("/home/me"));
        assert_eq!(read("7;file:///a%20b/%C3%A9;x").as_deref(), Some("/a b/é;x"));
        assert_eq!(read("7;file:///C:/Users").as_deref(), Some("C:/Users"));
        assert_eq!(read(r#"9;9;"C:\bin""#).as_deref(), Some(r"C:\bin"));
        assert_eq!(read("9;9;/a b").as_deref(), Some("/a b"));
        for wrong in [
            "7;file://host",
            "7;/home",
            "7;file:///a%1b]0;x",
            "7;file:///%zz",
            "7;file:///%FF",
            "9;notice",
            "52;c;aGk=",
            "0;title",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
