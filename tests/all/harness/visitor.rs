//! Somebody with a browser, as far as pages need one: cookies, and the hidden fields of a form.

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
    server: SocketAddr,
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
        let form = visitor.get(path);
        let (csrf, token) = (form.hidden("csrf"), form.hidden("token"));
        let password = PASSWORD.replace(' ', "+");
        let fields = format!("csrf={csrf}&token={token}&name=admin&password={password}&again={password}");
        assert_eq!(visitor.post("/setup", &fields).status, Some(303));
        visitor
    }

    /// Enter a name and a password at the log-in.
    #[track_caller]
    pub(crate) fn log_in(&mut self, password: &str) -> Answer {
        let csrf = self.get("/login").hidden("csrf");
        self.post("/login", &format!("csrf={csrf}&name=admin&password={}", password.replace(' ', "+")))
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &str) -> Answer {
        self.ask("POST", path, fields)
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

impl Answer {
    /// The value of a hidden field.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let rest = self.body.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split('"').next());
        value.unwrap_or_else(|| panic!("there is no {name} in {self:?}")).to_owned()
    }
}
