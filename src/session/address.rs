//! Where a machine is that the system's `ssh` reaches: `ssh://user@host:port`, each part as ssh itself takes it.

use std::fmt;
use std::str::FromStr;

/// Of a machine behind `ssh`. Without a user or a port ssh's own configuration decides, so a name from it is an address too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub user: Option<String>,
    /// A name, an alias of the learner's ssh configuration, or an IP address without brackets.
    pub host: String,
    pub port: Option<u16>,
}

impl Address {
    /// `user@host`, as ssh's destination. It never begins with `-`, so it cannot be taken for an option.
    pub fn destination(&self) -> String {
        match &self.user {
            Some(user) => format!("{user}@{}", self.host),
            None => self.host.clone(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?
        } else {
            f.write_str(&self.host)?
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Address {
    type Err = String;

    /// With or without `ssh://`. The error is one sentence for the learner.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let rest = text.strip_prefix("ssh://").unwrap_or(text).trim_end_matches('/');
        let (user, rest) = match rest.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, rest),
        };
        let (host, port) = if let Some(inner) = rest.strip_prefix('[') {
            let (host, after) = inner.split_once(']').ok_or("The address has [ without ].")?;
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return Err(format!("After ] comes :port, not {after}.")),
            }
        } else {
            match rest.split_once(':') {
                // Only an IP address of version 6 has more than one.
                Some((_, more)) if more.contains(':') => (rest, None),
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            }
        };
        let port = match port {
            None => None,
            Some(port) => match port.parse::<u16>() {
                Ok(port) if port > 0 => Some(port),
                _ => return Err(format!("{port} is not a port: one is a number from 1 to 65535.")),
            },
        };
        if user == Some("") {
            return Err("Before @ comes the name to log in with.".into());
        }
        if user.is_some_and(|user| user.contains(':')) {
            return Err("A password does not belong in the address: ssh asks for it.".into());
        }
        if host.is_empty() {
            return Err("The address names no machine: ssh://user@host, or ssh://user@host:port.".into());
        }
        for part in user.into_iter().chain([host]) {
            let odd = |c: char| c.is_whitespace() || c.is_control() || "'\"`$\\;&|<>(){}/".contains(c);
            if part.starts_with('-') || part.contains(odd) {
                return Err(format!("{part} is not a name ssh takes: ssh://user@host, or ssh://user@host:port."));
            }
        }
        Ok(Self { user: user.map(Into::into), host: host.into(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in ["ssh://wci@10.0.0.4", "ssh://wci@vm.example:2222", "ssh://vm", "ssh://me@[fe80::1]:22", "ssh://a.b@c.com@vm"]
        {
            let address: Address = text.parse().unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(address.to_string(), text);
        }
        let plain: Address = "wci@10.0.0.4:22".parse().unwrap();
        assert_eq!(plain, Address { user: Some("wci".into()), host: "10.0.0.4".into(), port: Some(22) });
        assert_eq!("::1".parse::<Address>().unwrap().host, "::1");
        assert_eq!(plain.destination(), "wci@10.0.0.4");
    }

    #[test]
    fn what_ssh_could_take_for_something_else_is_refused() {
        let bad = [
            "",
            "ssh://",
            "@vm",
            "-oProxyCommand=x",
            "wci@-x",
            "a b",
            "vm:0",
            "vm:70000",
            "vm:x",
            "$(x)@vm",
            "[::1",
            "[::1]x",
            "a:b@vm",
        ];
        for text in bad {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
