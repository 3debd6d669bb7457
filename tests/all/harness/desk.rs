//! A person and a program at the console of the built program: the first account, its session, a token, and what both send.

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const NAME: &str = "anna";
const PASSWORD: &str = "a-long-enough-password";

/// Somebody who has set the console up, and has a token for a program.
pub(crate) struct Desk {
    address: String,
    /// The cookies of the browser.
    cookies: String,
    token: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Where it leads.
    #[track_caller]
    pub(crate) fn location(&self) -> String {
        let location = self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location").then(|| value.to_owned())
        });
        location.unwrap_or_else(|| panic!("it leads nowhere: {}", self.head))
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

impl Desk {
    /// Create the first account by the link that the program told, and a token that may manage.
    #[track_caller]
    pub(crate) fn set_up(announced: &Value) -> Self {
        let address = announced["address"].as_str().expect("it listens").to_owned();
        let link = announced["setup"].as_str().expect("there is no account yet");
        let (_, token) = link.split_once("token=").expect("the link has a token");
        let mut desk = Self { address, cookies: String::new(), token: String::new() };
        let page = format!("/setup?token={token}");
        let fields = [("name", NAME), ("password", PASSWORD), ("again", PASSWORD), ("token", token)];
        let answer = desk.send(&page, "/setup", &fields);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let fields = [("name", "nightly"), ("scope", "manage"), ("days", "30")];
        let answer = desk.send("/settings/tokens", "/settings/tokens", &fields);
        let found = answer.body.find("rct_").expect("the page shows the token once");
        let is_of_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        desk.token = answer.body[found..].chars().take_while(is_of_token).collect();
        desk
    }

    /// Send a form of a page of the console.
    #[track_caller]
    pub(crate) fn send(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let drawn = self.exchange("GET", page, "", "");
        self.keep_cookies(&drawn);
        let (_, csrf) = drawn.body.split_once("name=\"csrf\" value=\"").expect("the page has a form");
        let csrf = csrf.split('"').next().expect("the value ends").to_owned();
        let fields = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied());
        let body: Vec<_> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        let answer = self.exchange("POST", action, kind, &body.join("&"));
        self.keep_cookies(&answer);
        answer
    }

    /// Read a page of the console.
    pub(crate) fn page(&self, path: &str) -> String {
        self.exchange("GET", path, "", "").body
    }

    /// Ask the API as a program.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let authorization = format!("authorization: Bearer {}\r\n", self.token);
        let kind = "content-type: application/json\r\n";
        send(
            &self.address,
            method,
            &format!("/api/v1{path}"),
            &format!("{authorization}{kind}{headers}"),
            &body,
        )
    }

    fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let cookies =
            if self.cookies.is_empty() { String::new() } else { format!("cookie: {}\r\n", self.cookies) };
        send(&self.address, method, path, &format!("{cookies}{headers}"), body)
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        let set = answer.head.lines().filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next().unwrap_or_default())
        });
        for cookie in set {
            let (name, _) = cookie.split_once('=').expect("a cookie has a value");
            let others = self.cookies.split("; ").filter(|known| !known.starts_with(&format!("{name}=")));
            let kept = others.filter(|known| !known.is_empty()).chain([cookie]);
            self.cookies = kept.collect::<Vec<_>>().join("; ");
        }
    }
}

fn send(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let n_bytes = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n{headers}content-length: {n_bytes}\r\n\
         connection: close\r\n\r\n{body}"
    )
    .expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.expect("an answer has a status"), head: head.to_owned(), body: body.to_owned() }
}

/// A value of a form.
fn encoded(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}
