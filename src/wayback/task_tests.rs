use super::*;

const USER: &str = "S-1-5-21-1004336348-1177238915-682003330-500";

fn task() -> Task<'static> {
    Task {
        name: "wci-return-1",
        user: USER,
        program: r"C:\Program Files\R&D\wci.exe",
        arguments: r#"--state "C:\Users\Łukasz O'Neil\<state>" --vm here"#,
        folder: r"C:\Users\Łukasz",
    }
}

fn differs(told: &str) -> Option<String> {
    difference(&task().xml(), told, Kept::All, |user| user == r"VM\Administrator")
}

#[test]
fn every_field_comes_back_as_it_was_given() {
    let leaves = leaves(&task().xml()).expect("well-formed");
    let of = |path: &str| leaves.iter().filter(|(at, _)| at == path).map(|(_, text)| text.as_str()).collect::<Vec<_>>();
    assert_eq!(of("Task/Actions/Exec/Command"), [task().program]);
    assert_eq!(of("Task/Actions/Exec/Arguments"), [task().arguments]);
    assert_eq!(of("Task/Principals/Principal/RunLevel"), ["HighestAvailable"]);
    assert_eq!(of("Task/RegistrationInfo/URI"), [r"\wci-return-1"]);
    for (path, _, _) in FIELDS {
        assert_eq!(of(path).len(), 1, "{path}");
    }
    assert_eq!(differs(&task().xml()), None);
}

/// A reader that is not ours finds it well-formed and reads the same.
#[cfg(unix)]
#[test]
fn another_reader_reads_the_same() {
    const READ: &str = "import sys, xml.dom.minidom as dom
read = dom.parseString(sys.stdin.buffer.read())
for name in ('Command', 'Arguments', 'WorkingDirectory'):
    print(read.getElementsByTagName(name)[0].firstChild.data)";
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut python = Command::new("python3");
    let started = python.args(["-c", READ]).env("PYTHONIOENCODING", "utf-8").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        assert!(std::env::var_os("WCI_CI").is_none(), "CI needs python3");
        eprintln!("skipped: python3 is not there, so no other reader of XML is asked");
        return;
    };
    child.stdin.take().expect("a pipe").write_all(&file(&task().xml())).expect("written");
    let told = child.wait_with_output().expect("ended");
    let task = task();
    assert_eq!(String::from_utf8_lossy(&told.stdout), format!("{}\n{}\n{}\n", task.program, task.arguments, task.folder));
}

/// As Windows is expected to tell it (from memory): names for identifiers, without what is usual, in its own order.
#[test]
fn what_windows_makes_of_it_is_the_same_task() {
    let told = task()
        .xml()
        .replacen(USER, r"VM\Administrator", 1)
        .replace("    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n", "")
        .replace("      <Enabled>true</Enabled>\n", "")
        .replace("&quot;", "\"")
        .replace("&apos;", "&#39;")
        .replace("<Author>wci</Author>", "<Date>2026-11-24T09:12:00</Date>\n<Author>VM\\Administrator</Author>")
        .replace('\n', "\r\r\n");
    assert_eq!(differs(&format!("\u{feff}\r\n{told}\r\n")), None);
    let (first, rest) = told.split_once("?>").expect("a declaration");
    assert_eq!(differs(&format!("{first}?><Tasks><!-- \\wci-return-1 -->{rest}</Tasks>")), None);
    let bare = Task { arguments: "", ..task() }.xml();
    assert_eq!(difference(&bare, &bare.replace("<Arguments></Arguments>", ""), Kept::All, |_| false), None);
}

#[test]
fn what_a_code_page_cannot_say_is_not_held_against_it() {
    for lost in ["?", "L", "\u{fffd}", "\u{fffd}\u{fffd}"] {
        assert_eq!(differs(&task().xml().replace('Ł', lost)), None, "{lost}");
    }
    assert!(is_like("a日本b", "a??b") && is_like("日本", "?") && is_like("日", "x"));
    assert!(!is_like("a日b", "ab") && !is_like("a日b", "a?c") && !is_like("a日b日c", "a?c") && !is_like("ab", "abc"));
}

#[test]
fn another_task_is_told_by_what_differs() {
    let xml = task().xml();
    for (from, to, says) in [
        ("wci.exe", "other.exe", "the program"),
        ("--vm here", "--vm none", "the arguments"),
        ("--vm here", "--vm here --more", "the arguments"),
        ("HighestAvailable", "LeastPrivilege", "the rights: LeastPrivilege, not HighestAvailable"),
        ("<RunLevel>HighestAvailable</RunLevel>", "", "the rights: not told"),
        ("<ExecutionTimeLimit>PT0S", "<ExecutionTimeLimit>PT72H", "the time limit"),
        ("InteractiveToken", "Password", "the kind of logon"),
        (USER, "S-1-5-18", "whose logon starts it"),
        ("<Priority>4", "<Priority>7", "the priority"),
        ("<Enabled>true", "<Enabled>false", "whether"),
        ("IgnoreNew", "Parallel", "a second start"),
        ("</Exec>", "</Exec><Exec><Command>x</Command></Exec>", "the program"),
        ("</Exec>", "</Exec><ComHandler><ClassId>x</ClassId></ComHandler>", "ComHandler"),
        ("</LogonTrigger>", "</LogonTrigger><BootTrigger/>", "BootTrigger"),
        ("</Task>", "", "not the XML"),
    ] {
        let told = differs(&xml.replace(from, to));
        assert!(told.as_ref().is_some_and(|told| told.contains(says)), "{from} {to}: {told:?}");
    }
    assert!(differs("").is_some() && differs("ERROR: no such task").is_some());
}

/// Wine 8 keeps the settings alone.
#[test]
fn where_only_some_is_kept_that_must_be_right() {
    let wine = "\u{feff}<!-- Task definition created by Wine -->\n<Task version=\"1.2\"><Triggers/><Principals><Principal>\n</Principal></Principals><Settings><ExecutionTimeLimit>PT0S</ExecutionTimeLimit></Settings><Actions><Exec/></Actions></Task>";
    let of = |told: &str| difference(&task().xml(), told, Kept::Some, |_| false);
    assert_eq!(of(wine), None);
    assert!(of(&wine.replace("PT0S", "PT1H")).is_some());
    assert!(differs(wine).is_some());
}

#[test]
fn the_reader_takes_no_broken_text() {
    for broken in
        ["<a><b></a></b>", "<a>", "</a>", "<a/><b/>", "x<a/>", "<a>&nope;</a>", "<a>&</a>", "<a", "<!DOCTYPE a><a/>", "<a b='>'"]
    {
        assert_eq!(leaves(broken), None, "{broken}");
    }
    let found =
        leaves("<?xml version=\"1.0\"?><a x='1>2'><!-- <no> --><b>1 &lt; &#x32;</b><c/><d>\n</d></a>").expect("well-formed");
    let found: Vec<_> = found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(found, [("a/b", "1 < 2"), ("a/c", ""), ("a/d", "")]);
}

#[test]
fn bytes_of_every_kind_are_read() {
    let xml = task().xml();
    let bytes = file(&xml);
    assert_eq!(bytes[..4], [0xff, 0xfe, b'<', 0]);
    assert_eq!(differs(&decoded(&bytes)), None);
    assert_eq!(differs(&decoded(&bytes[2..])), None, "without its mark");
    assert_eq!(differs(&decoded(format!("\u{feff}{xml}").as_bytes())), None);
    assert_eq!(decoded(b""), "");
    assert_eq!(decoded(b"a\xffb"), "a\u{fffd}b");
}

#[test]
fn the_name_is_the_users_own_and_stays() {
    assert_eq!(name("S-1-5-18"), name("S-1-5-18"));
    assert_ne!(name(USER), name("S-1-5-18"));
    assert_eq!(name(USER), "wci-return-15f98e2e");
}
