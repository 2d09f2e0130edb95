//! Takes out of a text what says who and where somebody is.

use std::env;

use regex::Regex;

/// Names that say nothing: the user the course proposes, whose word is ours, and what Windows itself gives to everybody. `Console` is the
/// client's name where there is none.
const KNOWN: [&str; 9] =
    ["wci", "Administrator", "Administrators", "Guest", "SYSTEM", "User", "WORKGROUP", "Console", "localhost"];

/// The variables that hold names.
const NAMING: [&str; 9] =
    ["USERNAME", "USER", "LOGNAME", "USERDOMAIN", "USERDNSDOMAIN", "COMPUTERNAME", "HOSTNAME", "CLIENTNAME", "LOGONSERVER"];

pub struct Veil {
    /// Each with what stands for it.
    hidden: Vec<(Regex, &'static str)>,
}

impl Veil {
    /// For this user on this machine.
    pub fn here() -> Self {
        let home = env::home_dir().map(|home| home.display().to_string()).unwrap_or_default();
        Self::over_these(&home, |name| env::var(name).unwrap_or_default())
    }

    fn over_these(home: &str, told: impl Fn(&str) -> String) -> Self {
        let mut hidden = Vec::new();
        let mut hide = |pattern: String, by| hidden.extend(Regex::new(&pattern).ok().map(|pattern| (pattern, by)));
        // A home of one letter or of the root alone would tear everything apart.
        if home.len() > 3 {
            hide(format!("(?i){}", regex::escape(home)), "~");
        }
        hide(r#"(?i)(?P<folder>[\\/](Users|home)[\\/])[^\\/\s"':;]+"#.into(), "$folder*");
        // The server that let the user in is told as `\\NAME`.
        let names = NAMING.map(told);
        let names = names.iter().map(|name| name.trim_start_matches('\\'));
        let mut names: Vec<_> =
            names.filter(|name| name.len() > 1 && !KNOWN.iter().any(|k| name.eq_ignore_ascii_case(k))).collect();
        // The longest first: one name may be the beginning of another.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        for name in names {
            hide(format!(r"(?i)\b{}\b", regex::escape(name)), "*");
        }
        hide(r"\bS-1-5-21(-\d+)+".into(), "S-1-5-21-*");
        // Four numbers up to 255; versions of Windows have a larger one among them.
        hide(r"\b((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\b".into(), "*");
        hide(r"(?i)\b[0-9a-f]{1,4}(::?[0-9a-f]{1,4}){3,7}\b|\b[0-9a-f]{1,4}::[0-9a-f:]*".into(), "*");
        Self { hidden }
    }

    /// This name too, wherever it stands as a word.
    pub fn hide(&mut self, name: &str) {
        if name.len() > 1 && !KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            self.hidden.extend(Regex::new(&format!(r"(?i)\b{}\b", regex::escape(name))).ok().map(|name| (name, "*")));
        }
    }

    pub fn over(&self, text: &str) -> String {
        self.hidden.iter().fold(text.to_owned(), |text, (pattern, by)| pattern.replace_all(&text, *by).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_be_told_from_it() {
        let veil = Veil::over_these(r"C:\Users\jørgen", |name| {
            let told = match name {
                "USERNAME" => "jørgen",
                "USERDOMAIN" => "Contoso",
                "COMPUTERNAME" => "WCI-WS2022",
                "LOGNAME" => "wci",
                _ => "",
            };
            told.into()
        });
        let over = |text: &str| veil.over(text);
        assert_eq!(over(r"c:\users\Jørgen\AppData\Local\wci"), r"~\AppData\Local\wci");
        assert_eq!(over(r"C:\Users\somebody else\x D:\Users\Ann"), r"C:\Users\* else\x D:\Users\*");
        assert_eq!(over("CONTOSO\\Jørgen on wci-ws2022 runs wci"), "*\\* on * runs wci");
        assert_eq!(over("20.51.3.7 fe80::1ff:fe23:4567:890a 2001:db8:0:1:1:1:1:1"), "* * *");
        assert_eq!(over("S-1-5-21-1004336348-1177238915-682003330-512"), "S-1-5-21-*");
        for plain in ["10.0.20348.2700", "5.1.20348.2849", "12:34:56", "[Net.Dns]::Get", "wci.exe"] {
            assert_eq!(over(plain), plain);
        }
    }

    #[test]
    fn the_domain_its_server_and_the_learners_own_machine_are_hidden_and_well_known_names_are_not() {
        let veil = Veil::over_these("", |name| {
            let told = match name {
                "USERNAME" => "Administrator",
                "USERDOMAIN" => "Contoso",
                "USERDNSDOMAIN" => "contoso.example.com",
                "COMPUTERNAME" => "WS",
                "CLIENTNAME" => "WS-of-Ann",
                "LOGONSERVER" => r"\\DC01",
                "HOSTNAME" => "Console",
                _ => "",
            };
            told.into()
        });
        let over = |text: &str| veil.over(text);
        assert_eq!(over("Administrator's rights; Console host of Windows"), "Administrator's rights; Console host of Windows");
        assert_eq!(
            over(r"contoso\x in contoso.example.com on ws, from WS-of-Ann by \\dc01\y"),
            r"*\x in * on *, from * by \\*\y"
        );
    }
}
