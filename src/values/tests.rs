use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::course::Value;
use crate::course::ValueKind;

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn value(kind: ValueKind) -> Value {
    Value { name: "x".into(), asks: "?".into(), kind, matches: None, default: None, example: None }
}

#[test]
fn only_the_exact_form_is_a_value() {
    let found = |text| names(text).into_iter().map(|(r, n)| (r.start, n)).collect::<Vec<_>>();
    assert_eq!(found("ssh {{vm_user}}@{{vm_address}}"), [(4, "vm_user"), (16, "vm_address")]);
    assert_eq!(found("{{.Id}} {{ x }} {{end}} {{else}} {{break}} {{continue}} {{X}} {{1a}} {{a-b}} {{}} {{a"), []);
    assert_eq!(found("é{{{a}}}{{a{{b2}}"), [(3, "a"), (12, "b2")]);
}

#[test]
fn fills_plain_and_names_what_is_missing() {
    let known = values(&[("a", "1 2")]);
    assert_eq!(fill_plain("x {{a}} {{.Id}} {{end}}", &known), Ok("x 1 2 {{.Id}} {{end}}".into()));
    assert_eq!(fill_plain("{{b}}", &known), Err(FillError::Missing("b".into())));
    assert_eq!(fill_command("{{b}}", Shell::Sh, &known), Err(FillError::Missing("b".into())));
}

#[test]
fn a_value_is_one_word_of_its_shell() {
    let known = values(&[("u", "o'neil"), ("h", "box"), ("p", "a b"), ("bad", "50%"), ("esc", "a\u{1b}[2J")]);
    let fill = |text, shell| fill_command(text, shell, &known);
    assert_eq!(fill("ssh {{u}}@{{h}} x", Shell::Sh), Ok(r"ssh 'o'\''neil'@'box' x".into()));
    assert_eq!(fill("ssh {{u}}@{{h}} x", Shell::PowerShell), Ok("ssh 'o''neil@box' x".into()));
    assert_eq!(fill("cd {{p}}\\sub; ls {{p}}", Shell::Pwsh), Ok("cd 'a b\\sub'; ls 'a b'".into()));
    assert_eq!(fill("@{N={{h}}}", Shell::Pwsh), Ok("@{N='box'}".into()));
    assert_eq!(fill("ssh {{p}}@{{h}}", Shell::Cmd), Ok("ssh \"a b\"@\"box\"".into()));
    assert!(matches!(fill("echo {{bad}}", Shell::Cmd), Err(FillError::Refused { .. })));
    assert!(matches!(fill("echo {{esc}}", Shell::Sh), Err(FillError::Refused { .. })));
    assert!(matches!(fill("echo '{{h}}'", Shell::Sh), Err(FillError::Refused { .. })));
}

#[test]
fn values_inside_quotes_are_found() {
    let within = |text, shell| enclosed(text, shell).into_iter().map(|e| e.within).collect::<Vec<_>>();
    let sh = |text| within(text, Shell::Bash);
    assert_eq!(sh("a '{{x}}' \"{{y}}\" $'{{z}}'"), ["single quotes", "double quotes", "single quotes"]);
    assert_eq!(sh("a {{x}} \\'{{y}} \\\"{{z}} 'it'{{w}}\"s\""), [""; 0]);
    assert_eq!(sh("a \"$(ssh {{x}} \"b {{y}}\")\" \"${a:-{{z}}}\""), ["double quotes", "`${ }`"]);
    assert_eq!(sh("# don't {{x}}\nls {{y}} # isn't\nls {{z}}"), [""; 0]);
    assert_eq!(sh("echo `ls {{x}}` $((1+{{y}})) {{z}}"), ["backticks", "`(( ))`"]);
    assert_eq!(sh("(( {{x}} > 1 )); ((1)) && ls {{y}}; echo ${a[{{z}}]}"), ["`(( ))`", "`${ }`"]);
    assert_eq!(sh("cat <<EOF\nit's {{x}}\nEOF\nls {{y}}"), ["a here-document"]);
    assert_eq!(sh("cat <<-'EOF'; ls {{z}}\n{{x}}\n\tEOF\nls '{{y}}'"), ["a here-document", "single quotes"]);
    assert_eq!(sh("cat <<<{{x}}"), [""; 0]);
    let ps = |text| within(text, Shell::PowerShell);
    assert_eq!(ps("a '{{x}}' \"{{y}}\" \u{201c}{{z}}\u{201d}"), ["single quotes", "double quotes", "double quotes"]);
    assert_eq!(ps("a 'it''s' {{x}} `'{{y}} \"a`\"b\" {{z}} # don't {{w}}\nls {{v}}"), [""; 0]);
    assert_eq!(ps("a \"$(b {{x}})\" <# ' #> {{y}}"), [""; 0]);
    assert_eq!(ps("a @'\nit's {{x}}\n'@ {{y}}"), ["a here-string"]);
    assert_eq!(within("a \"{{x}}\" it's {{y}} ^\"{{z}}\n{{w}}", Shell::Cmd), ["double quotes"]);
}

#[test]
fn kinds_take_and_refuse() {
    use ValueKind::*;
    let ok = |kind, given: &str| check(&value(kind), given);
    for (kind, given, regular) in [
        (Text, " it's a text ", "it's a text"),
        (Word, "krnl-ada", "krnl-ada"),
        (Host, "20.51.3.7", "20.51.3.7"),
        (Host, "VM.Example.org.", "vm.example.org"),
        (Host, "[::1]", "::1"),
        (Host, "fe80::A", "fe80::a"),
        (User, "DOMAIN\\ada.l", "DOMAIN\\ada.l"),
        (Path, "C:\\Program Files", "C:\\Program Files"),
        (Number, "-4.5", "-4.5"),
        (Port, "0022", "22"),
        (Url, "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ] {
        assert_eq!(ok(kind, given), Ok(regular.to_owned()), "{kind:?}");
    }
    for (kind, given) in [
        (Text, "  "),
        (Text, "a\u{1b}b"),
        (Text, "a\nb"),
        (Text, "a\u{202e}b"),
        (Word, "a b"),
        (Host, "-oProxyCommand=x"),
        (Host, "300.1.1.1"),
        (Host, "a..b"),
        (Host, "a b"),
        (Host, "a;b"),
        (User, "-l"),
        (User, "a b"),
        (User, "$(x)"),
        (Path, "-rf"),
        (Number, "4x"),
        (Number, "."),
        (Port, "0"),
        (Port, "65536"),
        (Url, "file:///etc"),
        (Url, "https:// a"),
    ] {
        assert!(ok(kind, given).is_err(), "{kind:?} {given:?}");
    }
    let narrow = Value { matches: Some("^[a-z]+$".into()), example: Some("abc".into()), ..value(Word) };
    assert_eq!(check(&narrow, "ab"), Ok("ab".into()));
    assert_eq!(check(&narrow, "a1"), Err("It does not have the form that is asked for. An example: abc".into()));
}

/// What a real shell makes of the filled command: each word between brackets.
fn heard(shell: &str, words: &[String]) -> Option<String> {
    let mut text = String::from("printf '[%s]'");
    let mut known = Values::new();
    for (n, word) in words.iter().enumerate() {
        text.push_str(&format!(" {{{{v{n}}}}}"));
        known.insert(format!("v{n}"), word.clone());
    }
    let filled = fill_command(&text, Shell::parse(shell)?, &known).ok()?;
    let out = Command::new(shell).args(["-c", &filled]).output().ok()?;
    String::from_utf8(out.stdout).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn quoting_survives_real_shells(words in proptest::collection::vec("[ -~äß’“”€]{1,24}|[-'\"$`!\\\\;&|(){}*?~# ]{1,8}", 8)) {
        let expected: String = words.iter().map(|w| format!("[{w}]")).collect();
        let shells: &[&str] = if cfg!(unix) { &["sh", "bash"] } else { &[] };
        for shell in shells.iter().copied() {
            if Command::new(shell).args(["-c", "true"]).output().is_err() {
                assert!(std::env::var_os("WCI_CI").is_none(), "CI must have {shell}");
                eprintln!("skipped: no {shell} here");
                continue;
            }
            prop_assert_eq!(heard(shell, &words), Some(expected.clone()), "{}", shell);
        }
    }

    #[test]
    fn any_text_can_be_scanned(text in "(\\PC|\n|\\{\\{a\\}\\}|['\"`$(<#@^\\\\]){0,60}") {
        for shell in Shell::ALL {
            let bad = enclosed(&text, shell).len();
            prop_assert!(bad <= names(&text).len());
            let _ = fill_command(&text, shell, &values(&[("a", "b")]));
        }
    }
}
