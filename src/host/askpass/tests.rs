use super::helper::ask;
use super::*;
use crate::session::SessionId;

struct Pane {
    askpass: Askpass,
    shared: Arc<Shared>,
    said: tokio::sync::mpsc::Receiver<(SessionId, SessionEvent)>,
}

impl Pane {
    fn new() -> Self {
        let (events, said) = tokio::sync::mpsc::channel(16);
        let (askpass, shared) = (Askpass::new(Some("wci".into())), Arc::<Shared>::default());
        askpass.ask_in(&shared, &News::new(SessionId(1), events));
        Self { askpass, shared, said }
    }

    /// One ssh, as its helper is told of it.
    fn ssh(&self) -> String {
        let environment = self.askpass.environment().expect("a port");
        let told = environment.into_iter().find(|(name, _)| *name == VARIABLE).expect("the variable");
        told.1.into_string().expect("text")
    }

    /// Types once the question stands there.
    fn answers(&mut self, told: &str, question: &'static str, keys: &[u8]) -> Option<String> {
        let told = told.to_owned();
        let helper = thread::spawn(move || ask(&told, 1, question).expect("an answer"));
        self.until(question);
        self.keys(keys);
        helper.join().expect("it ends")
    }

    fn until(&mut self, what: &str) -> String {
        let mut all = String::new();
        while !all.contains(what) {
            let Some((_, SessionEvent::Output(bytes))) = self.said.blocking_recv() else { panic!("{all}") };
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
        all
    }

    fn keys(&self, keys: &[u8]) {
        let taker = self.shared.lend_keys(Arc::new(Line(mpsc::channel().0))).expect("a question");
        taker.take(keys).expect("taken");
    }
}

const PASSWORD: &str = "me@vm's password: ";

#[test]
fn what_is_typed_once_answers_the_next_and_not_the_same_again() {
    let mut pane = Pane::new();
    let (first, second) = (pane.ssh(), pane.ssh());
    assert_eq!(pane.answers(&first, PASSWORD, b"wrong\r").as_deref(), Some("wrong"));
    assert!(pane.askpass.knows());
    // The same ssh again: it was wrong.
    assert_eq!(pane.answers(&first, PASSWORD, b"right\r").as_deref(), Some("right"));
    pane.askpass.ask_nobody();
    assert_eq!(ask(&second, 1, PASSWORD).expect("an answer").as_deref(), Some("right"));
    assert_eq!(ask(&second, 1, PASSWORD).expect("an answer"), None, "there is nobody to ask");
    assert!(!pane.askpass.knows(), "and what is known is wrong now");
}

#[test]
fn whoever_does_not_know_the_proof_is_told_nothing() {
    let mut pane = Pane::new();
    let ssh = pane.ssh();
    assert_eq!(pane.answers(&ssh, PASSWORD, b"right\r").as_deref(), Some("right"));
    let (port, rest) = ssh.split_once(' ').expect("a port");
    let which = rest.split_once(' ').expect("a number").1;
    assert_eq!(ask(&format!("{port} {} {which}", "0".repeat(32)), 1, PASSWORD).expect("an answer"), None);
    let unissued = format!("{port} {} 99", rest.split_once(' ').expect("a proof").0);
    assert_eq!(ask(&unissued, 1, PASSWORD).expect("an answer"), None);
    pane.askpass.close();
    assert!(ask(&pane.ssh(), 1, PASSWORD).map_or(true, |answer| answer.is_none()), "after the end nothing is known");
}

/// A helper that has put its question and waits.
fn waiting(told: &str, question: &str) -> TcpStream {
    let mut parts = told.split(' ');
    let port = parts.next().and_then(|port| port.parse().ok()).expect("a port");
    let mut helper = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connected");
    let (proof, number) = (parts.next().expect("a proof"), parts.next().expect("a number"));
    helper.write_all(format!("{proof}\n{number}\n1\n\n{question}\0").as_bytes()).expect("written");
    helper
}

fn until(done: impl Fn() -> bool) {
    while !done() {
        thread::yield_now();
    }
}

/// An ssh without an answer would log in with none.
#[test]
fn whoever_would_not_answer_is_not_asked_again_and_ssh_is_held_until_it_is_ended() {
    let mut pane = Pane::new();
    let ssh = pane.ssh();
    let first = waiting(&ssh, PASSWORD);
    pane.until(PASSWORD);
    pane.keys(b"ab\x03");
    until(|| pane.askpass.was_stopped() && !pane.askpass.stands());
    let another = waiting(&ssh, "another password: ");
    for mut helper in [first, another] {
        helper.set_read_timeout(Some(LOOK * 2)).expect("set");
        let waits = helper.read(&mut [0]).expect_err("it waits").kind();
        assert!(matches!(waits, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{waits}");
    }
    assert!(pane.said.try_recv().is_ok_and(|(_, last)| last == SessionEvent::Output(b"\r\n".to_vec())));
    assert!(pane.said.try_recv().is_err(), "it was not asked");
}

#[test]
fn a_question_goes_with_the_ssh_that_asked() {
    let mut pane = Pane::new();
    let helper = waiting(&pane.ssh(), PASSWORD);
    pane.until(PASSWORD);
    assert!(pane.askpass.stands());
    drop(helper);
    pane.until("\r\n");
    until(|| !pane.askpass.stands());
    assert!(!pane.askpass.was_stopped() && !pane.askpass.knows());
}

/// The ssh of a jump host has its number from the ssh of the target.
#[test]
fn a_jump_host_that_asks_the_same_has_not_been_refused() {
    let mut pane = Pane::new();
    let ssh = pane.ssh();
    let passphrase = "Enter passphrase for key '/home/me/.ssh/id_ed25519': ";
    assert_eq!(pane.answers(&ssh, passphrase, b"sesame\r").as_deref(), Some("sesame"));
    assert_eq!(ask(&ssh, 2, passphrase).expect("an answer").as_deref(), Some("sesame"));
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let mut pane = Pane::new();
    let (ahead, typed) = mpsc::channel();
    let before: Arc<dyn Taker> = Arc::new(Line(ahead));
    pane.shared.lend_keys(Arc::clone(&before));
    let told = pane.ssh();
    let helper = thread::spawn(move || ask(&told, 1, PASSWORD).expect("an answer"));
    // The question has the keys a moment before it stands there.
    until(|| pane.askpass.stands());
    let line = loop {
        match pane.shared.lend_keys(Arc::clone(&before)).expect("somebody has them") {
            same if Arc::ptr_eq(&same, &before) => thread::yield_now(),
            line => break line,
        }
    };
    pane.shared.lend_keys(Arc::clone(&line));
    line.take(b"dir\r").expect("taken");
    pane.until(PASSWORD);
    line.take(b"right\r").expect("taken");
    assert_eq!(helper.join().expect("it ends").as_deref(), Some("right"));
    // And the keys are theirs again who had them.
    until(|| !pane.askpass.stands());
    let again = pane.shared.lend_keys(line).expect("somebody has them");
    again.take(b"x").expect("taken");
    assert_eq!(typed.try_recv().expect("typed"), b"x");
}

#[test]
fn what_is_good_for_one_login_is_not_held() {
    let mut pane = Pane::new();
    for question in ["(me@vm) Verification code: ", "Password: ", "Are you sure (yes/no)? password: "] {
        let (first, second) = (pane.ssh(), pane.ssh());
        assert_eq!(pane.answers(&first, question, b"123456\r").as_deref(), Some("123456"));
        assert!(!pane.askpass.knows(), "{question}");
        assert_eq!(pane.answers(&second, question, b"654321\r").as_deref(), Some("654321"), "{question}");
    }
    let secret = ["me@vm's password: ", "Enter passphrase for key 'k': ", "(me@vm) Password: ", "(me@vm) password:"];
    assert!(secret.iter().all(|question| is_held(question) && !is_of_a_host_key(question)));
    assert!(is_of_a_host_key("Please type 'yes', 'no' or the fingerprint: ") && !is_of_a_host_key("pay (yes/no)? "));
}

#[test]
fn a_question_is_text_whatever_a_server_puts_into_it() {
    assert_eq!(shown("one\x1b]52;c;eA==\x07\ntwo\u{9b}2J: "), "one]52;c;eA==\r\ntwo2J: ");
}
