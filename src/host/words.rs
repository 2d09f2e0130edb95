//! ssh's last words, read: why there is no link, in one sentence with what to do.

use crate::session::{Address, Loss};

/// How much of the end is kept. ssh's longest warning, of a changed host key, has less than 1000 bytes.
const KEPT: usize = 4096;

/// The end of what was written.
#[derive(Debug, Default, Clone)]
pub struct Tail(Vec<u8>);

impl Tail {
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

/// Why ssh could not log in, or why it gave up.
pub fn loss(words: &str, to: &Address) -> Loss {
    let lines = lines(words);
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    // One that stands between says the same.
    let host = &named(&lines).unwrap_or_else(|| to.host.clone());
    let final_ = |why: String| Loss { why, again: false };
    if has("REMOTE HOST IDENTIFICATION HAS CHANGED") {
        return final_(format!(
            "{host} shows another host key than before: it is another machine, or somebody is in between. If you made it anew, \
             `{}` removes the old key; then open the session again.",
            removal(&lines).unwrap_or_else(|| format!("ssh-keygen -R {}", known_as(to)))
        ));
    }
    if has("Host key verification failed") {
        return final_(format!(
            "The host key of {host} was not accepted: compare it with what the machine itself shows, then open the session again and \
             answer yes."
        ));
    }
    if refused(words) {
        return final_(format!(
            "{host} refused the login: check the user's name, and which key or password it takes, then open the session again."
        ));
    }
    if let Some(loss) = lines.iter().rev().find_map(|line| link(line, to)) {
        return loss;
    }
    // What is wrong stands before the sum of it.
    match lines.iter().rev().find(|line| !line.contains(": terminating, ")) {
        Some(last) => final_(format!("ssh gave up: {}", last.trim_end_matches('.')) + "."),
        None => final_(format!("ssh gave up without a word: try `ssh {}` in another terminal.", to.destination())),
    }
}

/// Whether ssh says that it could not log in.
pub fn refused(words: &str) -> bool {
    words.lines().any(|line| line.contains("Permission denied (") || line.contains("Too many authentication failures"))
}

/// Why a link that stood broke, if that is what the last lines say: before them stands what programs wrote.
pub fn broken(words: &str, to: &Address) -> Option<Loss> {
    lines(words).iter().rev().take(3).find_map(|line| link(line, to))
}

/// Nothing more is known than that it broke.
pub fn gone(to: &Address) -> Loss {
    Loss { why: format!("The link to {} broke: the machine went down, or the network between did.", to.host), again: true }
}

/// Whether ssh's last word is that the other side ended the session as it should.
pub fn closed(words: &str) -> bool {
    lines(words).last().is_some_and(|line| line.starts_with("Connection to ") && line.ends_with(" closed."))
}

/// A sentence of ssh about the link.
fn link(line: &str, to: &Address) -> Option<Loss> {
    let host = &to.host;
    let starts = |texts: &[&str]| texts.iter().any(|text| line.starts_with(text));
    let connecting = starts(&["ssh: connect to host"]);
    let again = |why: String| Some(Loss { why, again: true });
    if starts(&["ssh: Could not resolve hostname"]) {
        return again(format!("No machine is known by the name {host}: check the address, and that this machine is online."));
    }
    if connecting && line.contains("refused") {
        return again(format!("{host} refuses connections: it is still starting, or its sshd does not run on this port."));
    }
    if connecting && line.contains("timed out") {
        return again(format!(
            "{host} does not answer: is it on (clouds may stop machines at night), is its address still this one, and may this machine reach its ssh port?"
        ));
    }
    if connecting && ["No route", "unreachable", "Host is down"].iter().any(|text| line.contains(text)) {
        return again(format!("There is no way to {host}: check the network of this machine, and the address."));
    }
    if connecting {
        return again(format!("{host} could not be reached ({}): check the network and the address.", quoted(line)));
    }
    if line.contains("banner exchange") || starts(&["kex_exchange_identification:", "ssh_exchange_identification:"]) {
        return again(format!("Something answers on the port of {host}, but no ssh server yet: it may still be starting."));
    }
    if starts(&["Timeout, server"]) {
        return again(format!("{host} answers no more: it is down or stuck, or the network between is."));
    }
    let broke = [
        "Connection reset by",
        "Connection closed by",
        "client_loop: send disconnect",
        "client_loop: ssh_packet_write_poll",
        "packet_write_wait:",
        "Read from remote host",
        "Write failed:",
        "mux_client_request_session: read from master failed",
        "ssh_dispatch_run_fatal:",
        "Received disconnect from",
    ];
    if starts(&broke) || line.starts_with("Connection to ") && line.contains("closed by remote host") {
        return Some(gone(to));
    }
    None
}

/// Which machine it was that did not let in, where ssh names it.
fn named(lines: &[String]) -> Option<String> {
    let of = |line: &String| {
        let key = line.strip_prefix("Host key for ").and_then(|rest| rest.split_once(" has changed")).map(|(name, _)| name);
        let login = || line.split_once(": Permission denied (").and_then(|(who, _)| who.rsplit_once('@')).map(|(_, name)| name);
        key.or_else(login).map(|name| name.trim_start_matches('[').split(']').next().unwrap_or_default().to_owned())
    };
    lines.iter().find_map(of).filter(|name| !name.is_empty())
}

/// ssh's own command for it, where it names one: only ssh knows which name and which list the key was found in.
fn removal(lines: &[String]) -> Option<String> {
    lines.iter().map(|line| line.trim()).find(|line| line.starts_with("ssh-keygen -f ") && line.contains(" -R ")).map(Into::into)
}

/// As ssh has it in its list of known hosts, quoted for a shell.
fn known_as(to: &Address) -> String {
    match to.port {
        Some(port) if port != 22 => format!("'[{}]:{port}'", to.host),
        _ => format!("'{}'", to.host),
    }
}

/// Of what it says, only text, and not much of it.
fn quoted(line: &str) -> String {
    line.chars().take(160).collect()
}

/// The lines that say something, without what a terminal would obey.
fn lines(words: &str) -> Vec<String> {
    let mut plain = String::with_capacity(words.len());
    let mut chars = words.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.peek() == Some(&'[') => {
                chars.next();
                while chars.next_if(|c| !('\x40'..='\x7e').contains(c)).is_some() {}
                chars.next();
            }
            '\n' | '\r' => plain.push('\n'),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain.lines().map(|line| quoted(line.trim())).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to() -> Address {
        "ssh://me@vm.example:2222".parse().expect("an address")
    }

    /// OpenSSH's sentences, of 8.1 to 9.x.
    #[test]
    fn what_ssh_says_is_understood() {
        let table: &[(&str, &str, bool)] = &[
            ("ssh: connect to host 127.0.0.1 port 2222: Connection refused\r\n", "refuses connections", true),
            ("ssh: connect to host 10.255.255.1 port 22: Connection timed out\r\n", "does not answer", true),
            ("ssh: connect to host 10.255.255.1 port 22: Operation timed out\r\n", "does not answer", true),
            ("ssh: connect to host 10.0.0.4 port 22: No route to host\r\n", "no way to", true),
            ("ssh: connect to host ::1 port 22: Network is unreachable\r\n", "no way to", true),
            ("ssh: connect to host vm.example port 22: Unknown error\r\n", "could not be reached (", true),
            ("ssh: Could not resolve hostname vm.example: Name or service not known\r\n", "by the name vm.example", true),
            ("ssh: Could not resolve hostname vm: nodename nor servname provided, or not known\r\n", "by the name", true),
            (
                "Connection timed out during banner exchange\r\nConnection to 10.0.0.4 port 22 timed out\r\n",
                "no ssh server yet",
                true,
            ),
            (
                "kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 127.0.0.1 port 2222\r\n",
                "broke",
                true,
            ),
            ("kex_exchange_identification: read: Connection reset by peer\r\n", "no ssh server yet", true),
            ("Connection reset by 127.0.0.1 port 2222\r\n", "broke", true),
            ("Connection closed by 127.0.0.1 port 2222\r\n", "broke", true),
            ("client_loop: send disconnect: Broken pipe\r\n", "broke", true),
            ("Connection to 127.0.0.1 closed by remote host.\r\n", "broke", true),
            ("Timeout, server 127.0.0.1 not responding.\r\n", "answers no more", true),
            ("me@vm.example: Permission denied (publickey,password).\r\n", "refused the login", false),
            (
                "Received disconnect from 127.0.0.1 port 2222:2: Too many authentication failures\r\nDisconnected from 127.0.0.1 port 2222\r\n",
                "refused the login",
                false,
            ),
            (
                "The authenticity of host 'x' can't be established.\r\nAre you sure you want to continue connecting (yes/no/[fingerprint])? no\r\n\
              Host key verification failed.\r\n",
                "was not accepted",
                false,
            ),
            (
                "Unable to negotiate with 127.0.0.1 port 2222: no matching cipher found. Their offer: 3des-cbc\r\n",
                "ssh gave up: Unable to negotiate with 127.0.0.1 port 2222: no matching cipher found. Their offer: 3des-cbc.",
                false,
            ),
            (
                "\x1b[31m/home/me/.ssh/config: line 3: Bad configuration option: nope\x07\r\n",
                "line 3: Bad configuration option: nope.",
                false,
            ),
            ("", "without a word", false),
        ];
        for (words, why, again) in table {
            let loss = loss(words, &to());
            assert!(loss.why.contains(why) && loss.again == *again, "{words}\n{loss:?}");
            assert!(!loss.why.contains(|c: char| c.is_control()), "{loss:?}");
        }
    }

    #[test]
    fn a_changed_host_key_is_said_to_be_one() {
        let words = "@@@@@@@@@@@@@@@@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n\
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\nHost key verification failed.\r\n";
        let loss = loss(words, &to());
        assert!(!loss.again && loss.why.contains("another host key") && loss.why.contains("`ssh-keygen -R '[vm.example]:2222'`"));
        assert_eq!(known_as(&"vm".parse().expect("an address")), "'vm'");
    }

    #[test]
    fn a_machine_between_is_called_by_its_own_name() {
        let gate = "me@gate.example: Permission denied (publickey,password).\r\n\
            kex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535\r\n";
        assert!(loss(gate, &to()).why.starts_with("gate.example refused the login"), "{:?}", loss(gate, &to()));
        let key = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n\
            Host key for [gate]:2222 has changed and you have requested strict checking.\r\nHost key verification failed.\r\n";
        assert!(loss(key, &to()).why.starts_with("gate shows another host key"), "{:?}", loss(key, &to()));
    }

    #[test]
    fn what_programs_print_is_no_broken_link() {
        for words in [
            "cat: secret: Permission denied\r\n",
            "exit\r\nConnection to 127.0.0.1 closed.\r\n",
            "Connection to 127.0.0.1 closed by remote host.\r\nmore\r\nof\r\nit\r\n",
        ] {
            assert_eq!(broken(words, &to()), None, "{words}");
        }
        assert!(
            broken("$ \r\nConnection to 127.0.0.1 closed by remote host.\r\nConnection to 127.0.0.1 closed.\r\n", &to())
                .is_some()
        );
    }

    #[test]
    fn only_the_end_is_kept() {
        let mut tail = Tail::default();
        tail.push(&[b'x'; 10_000]);
        tail.push(b"end");
        assert!(tail.text().len() == KEPT && tail.text().ends_with("xend"));
    }
}
