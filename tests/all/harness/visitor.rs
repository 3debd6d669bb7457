//! Somebody with a browser, as far as pages need one: cookies, and the hidden fields of a form. Nothing here looks inside of the
//! program, so any build of it can be asked.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What the first account is made with.
pub(crate) const PASSWORD: &str = "only for this test, really";

/// How long an answer may take that comes at once on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) server: SocketAddr,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Where they are, as a trusted proxy would tell it.
    pub(crate) address: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// None if nothing came.
    pub(crate) status: Option<u16>,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Visitor {
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self { server, cookies: BTreeMap::new(), address: "192.0.2.1".to_owned() }
    }

    /// Create the first account by its link, and be logged in as "admin".
    #[track_caller]
    pub(crate) fn set_up(server: SocketAddr, link: &str) -> Self {
        let mut visitor = Self::new(server);
        let path = link.find("/setup").and_then(|place| link.get(place..)).expect("it is a set-up link");
        let (_, token) = link.split_once("token=").expect("the link has a token");
        let fields = [("token", token), ("name", "admin"), ("password", PASSWORD), ("again", PASSWORD)];
        visitor.send(path, "/setup", &fields).with_status(303);
        visitor
    }

    /// Enter a name and a password at the log-in.
    #[track_caller]
    pub(crate) fn log_in(&mut self, password: &str) -> Answer {
        self.send("/login", "/login", &[("name", "admin"), ("password", password)])
    }

    /// Send a form of a page.
    #[track_caller]
    pub(crate) fn send(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).with_status(200).hidden("csrf");
        let all = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied());
        let pairs: Vec<_> =
            all.map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        self.ask("POST", action, &pairs.join("&"))
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// The line of a head that has the cookies.
    pub(crate) fn cookie_line(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("Cookie: {}\r\n", pairs.join("; "))
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {}\r\nAccept-Language: en\r\n{}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.server,
            self.address,
            self.cookie_line(),
            body.len()
        );
        let answer = ask(self.server, &request);
        for line in answer.head.lines().filter_map(|line| line.split_once(": ")) {
            if let ("set-cookie", Some((name, rest))) = (line.0, line.1.split_once('=')) {
                let value = rest.split(';').next().unwrap_or_default();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// Send a request that asks for the connection to be closed, and read the answer.
pub(crate) fn ask(server: SocketAddr, request: &str) -> Answer {
    let mut read = Vec::new();
    if let Ok(mut stream) = TcpStream::connect_timeout(&server, PATIENCE) {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        // What was read until it broke is what came.
        let _broke =
            stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut read).map(drop));
    }
    let text = String::from_utf8_lossy(&read).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

impl Answer {
    /// The same, if it was answered with this status.
    #[track_caller]
    pub(crate) fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }

    /// What a program is told.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Where it leads.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        let location = self.head.lines().find_map(|line| line.strip_prefix("location: "));
        location.unwrap_or_else(|| panic!("it leads nowhere: {self:?}"))
    }

    /// The value of a hidden field.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let rest = self.body.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split('"').next());
        value.unwrap_or_else(|| panic!("there is no {name} in {self:?}")).to_owned()
    }
}
