//! Ports and web addresses: the only door to `reqwest`.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::Once;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use tokio::net::TcpStream;

use crate::course::{Answer, Check};
use crate::judge;

/// How much of a body is read.
const BODY: usize = 1024 * 1024;

pub const AGENT: &str = concat!("wci/", env!("CARGO_PKG_VERSION"));

pub async fn port(check: &Check, host: &str, port: u16) -> Answer {
    match super::timed(check.timeout, TcpStream::connect((host, port))).await {
        None => super::silent(check),
        Some(Ok(_)) => knocked(check, host, port, Knock::Open),
        Some(Err(why)) if why.kind() == io::ErrorKind::ConnectionRefused => knocked(check, host, port, Knock::Refused),
        Some(Err(why)) => knocked(check, host, port, Knock::Odd(&why.to_string())),
    }
}

/// What came of a connection.
pub enum Knock<'a> {
    Open,
    Refused,
    Odd(&'a str),
}

pub fn knocked(check: &Check, host: &str, port: u16, came: Knock) -> Answer {
    match came {
        Knock::Open => judge::answer(check, true, &format!("{host}:{port} accepts connections")),
        Knock::Refused => judge::answer(check, false, &format!("{host}:{port} refuses connections")),
        Knock::Odd(why) => judge::unknown(check, &format!("{host}:{port} could not be asked: {why}")),
    }
}

pub async fn http(check: &Check, url: &str, status: u16) -> Answer {
    match super::timed(check.timeout, get(check, url, status)).await {
        None => super::silent(check),
        Some(Ok(answer)) => answer,
        Some(Err(why)) => failed(check, &why),
    }
}

async fn get(check: &Check, url: &str, status: u16) -> Result<Answer, reqwest::Error> {
    let url = match address(url) {
        Ok(url) => url,
        Err(why) => return Ok(judge::unknown(check, &why)),
    };
    let response = client(&url, status)?.get(url).send().await?;
    let answered = response.status().as_u16();
    if let Some(answer) = answered_with(check, status, answered) {
        return Ok(answer);
    }
    Ok(judge::judge(check, &body(response).await?))
}

/// What can be said without the body.
pub fn answered_with(check: &Check, status: u16, answered: u16) -> Option<Answer> {
    let met = answered == status;
    (!met || check.expect.is_none()).then(|| judge::answer(check, met, &format!("it answers {answered}")))
}

pub fn address(url: &str) -> Result<Url, String> {
    Url::parse(url).map_err(|why| format!("{url} is not an address: {why}"))
}

/// Whether a redirection is to be followed where this status is wanted.
pub fn follows(status: u16) -> bool {
    !(300..400).contains(&status)
}

pub fn refuses(check: &Check) -> Answer {
    judge::answer(check, false, "it refuses connections")
}

pub fn moves_on(check: &Check) -> Answer {
    judge::answer(check, false, "it redirects more than 5 times")
}

pub fn unasked(check: &Check, why: &str) -> Answer {
    judge::unknown(check, &format!("it could not be asked: {why}"))
}

async fn body(mut response: Response) -> Result<String, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= BODY {
            bytes.truncate(BODY);
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn client(url: &Url, status: u16) -> Result<Client, reqwest::Error> {
    static RING: Once = Once::new();
    // An error means that one is installed already.
    RING.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let client = Client::builder()
        .user_agent(AGENT)
        // A question asked again must connect again.
        .pool_max_idle_per_host(0)
        .redirect(if follows(status) { Policy::limited(5) } else { Policy::none() });
    // A company's proxy knows nothing of this machine's own servers.
    if is_here(url) { client.no_proxy().build() } else { client.build() }
}

/// Whether an address is one of the machine that asks.
pub fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn failed(check: &Check, why: &reqwest::Error) -> Answer {
    let mut cause: Option<&dyn Error> = Some(why);
    let mut last = String::new();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && io.kind() == io::ErrorKind::ConnectionRefused
        {
            return refuses(check);
        }
        last = error.to_string();
        cause = error.source();
    }
    if why.is_redirect() {
        return moves_on(check);
    }
    unasked(check, &last)
}
