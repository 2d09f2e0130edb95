//! Takes out of a text what says who and where somebody is.

use std::env;

use regex::Regex;

pub struct Veil {
    /// Each with what stands for it.
    hidden: Vec<(Regex, &'static str)>,
}

impl Veil {
    /// For this user on this machine.
    pub fn here() -> Self {
        let told = |name: &str| env::var(name).unwrap_or_default();
        let home = env::home_dir().map(|home| home.display().to_string()).unwrap_or_default();
        let names = ["USERNAME", "USER", "LOGNAME", "USERDOMAIN", "COMPUTERNAME", "HOSTNAME"].map(told);
        Self::over_these(&home, &names)
    }

    fn over_these(home: &str, names: &[String]) -> Self {
        let mut hidden = Vec::new();
        let mut hide = |pattern: String, by| hidden.extend(Regex::new(&pattern).ok().map(|pattern| (pattern, by)));
        // A home of one letter or of the root alone would tear everything apart.
        if home.len() > 3 {
            hide(format!("(?i){}", regex::escape(home)), "~");
        }
        hide(r#"(?i)(?P<folder>[\\/](Users|home)[\\/])[^\\/\s"':;]+"#.into(), "$folder*");
        // The course proposes `wci` as the user's name: that word is ours, and says nothing.
        for name in names.iter().filter(|name| name.len() > 1 && !name.eq_ignore_ascii_case("wci")) {
            hide(format!(r"(?i)\b{}\b", regex::escape(name)), "*");
        }
        hide(r"\bS-1-5-21(-\d+)+".into(), "S-1-5-21-*");
        // Four numbers up to 255; versions of Windows have a larger one among them.
        hide(r"\b((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\b".into(), "*");
        hide(r"(?i)\b[0-9a-f]{1,4}(::?[0-9a-f]{1,4}){3,7}\b|\b[0-9a-f]{1,4}::[0-9a-f:]*".into(), "*");
        Self { hidden }
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
        let names = ["jørgen".into(), "Contoso".into(), "WCI-WS2022".into(), String::new(), "wci".into()];
        let veil = Veil::over_these(r"C:\Users\jørgen", &names);
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
}
