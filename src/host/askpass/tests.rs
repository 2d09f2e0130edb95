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
        let helper = thread::spawn(move || ask(&told, question).expect("an answer"));
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
    assert_eq!(ask(&second, PASSWORD).expect("an answer").as_deref(), Some("right"));
    assert_eq!(ask(&second, PASSWORD).expect("an answer"), None, "there is nobody to ask");
    assert!(!pane.askpass.knows(), "and what is known is wrong now");
}

#[test]
fn whoever_does_not_know_the_proof_is_told_nothing() {
    let mut pane = Pane::new();
    let ssh = pane.ssh();
    assert_eq!(pane.answers(&ssh, PASSWORD, b"right\r").as_deref(), Some("right"));
    let (port, rest) = ssh.split_once(' ').expect("a port");
    let which = rest.split_once(' ').expect("a number").1;
    assert_eq!(ask(&format!("{port} {} {which}", "0".repeat(32)), PASSWORD).expect("an answer"), None);
    pane.askpass.close();
    assert!(ask(&pane.ssh(), PASSWORD).map_or(true, |answer| answer.is_none()), "after the end nothing is known");
}

#[test]
fn whoever_would_not_answer_is_not_asked_again() {
    let mut pane = Pane::new();
    let ssh = pane.ssh();
    assert_eq!(pane.answers(&ssh, PASSWORD, b"ab\x03"), None);
    assert!(pane.askpass.was_stopped());
    assert_eq!(ask(&ssh, "another password: ").expect("an answer"), None);
}

#[test]
fn a_question_goes_with_the_ssh_that_asked() {
    let mut pane = Pane::new();
    let ssh = pane.ssh();
    let mut parts = ssh.split(' ');
    let port = parts.next().and_then(|port| port.parse().ok()).expect("a port");
    let mut helper = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connected");
    let (proof, which) = (parts.next().expect("a proof"), parts.next().expect("a number"));
    helper.write_all(format!("{proof}\n{which}\n\n{PASSWORD}\0").as_bytes()).expect("written");
    pane.until(PASSWORD);
    assert!(pane.askpass.stands());
    drop(helper);
    pane.until("\r\n");
    while pane.askpass.stands() {
        thread::yield_now();
    }
    assert!(!pane.askpass.was_stopped() && !pane.askpass.knows());
}

#[test]
fn a_question_is_text_whatever_a_server_puts_into_it() {
    assert_eq!(shown("one\x1b]52;c;eA==\x07\ntwo\u{9b}2J: "), "one]52;c;eA==\r\ntwo2J: ");
}
