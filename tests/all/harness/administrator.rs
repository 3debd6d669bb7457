//! Somebody who sets the console of a built program up by its pages, and asks its API with tokens. Nothing here looks inside of
//! the program, so any build of it can be asked.

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const NAME: &str = "admin";
const PASSWORD: &str = "canary-of-a-password-3b8c51";

/// The first account of a console, logged in.
pub(crate) struct Administrator {
    address: String,
    session: String,
    /// A token that may read and manage.
    pub(crate) manage: String,
    /// A token that may only read.
    pub(crate) read: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// What a program is told.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The same, if it was answered with this status.
    #[track_caller]
    pub(crate) fn with_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    fn cookies(&self) -> String {
        let cookie = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            let is_cookie = name.eq_ignore_ascii_case("set-cookie");
            is_cookie.then(|| value.split(';').next().unwrap_or_default().to_owned())
        };
        self.head.lines().filter_map(cookie).collect::<Vec<_>>().join("; ")
    }
}

impl Administrator {
    /// Create the first account of the program that announced itself like this.
    #[track_caller]
    pub(crate) fn set_up(announced: &Value) -> Self {
        let address = announced["address"].as_str().expect("it listens").to_owned();
        let setup = announced["setup"].as_str().expect("there is no account yet");
        let (_, path) =
            setup.split_once("//").and_then(|(_, rest)| rest.split_once('/')).expect("it is a URL");
        let (_, secret) = path.split_once("token=").expect("the link has a token");
        let page = sent(&address, "GET", &format!("/{path}"), &[], "").with_status(200);
        let fields = [("name", NAME), ("password", PASSWORD), ("again", PASSWORD), ("token", secret)];
        let created =
            sent(&address, "POST", "/setup", &[("cookie", &page.cookies())], &form(&page.body, &fields));
        let session = created.with_status(303).cookies();
        let nothing = || String::new();
        let mut administrator = Self { address, session, manage: nothing(), read: nothing() };
        administrator.manage = administrator.token("manage");
        administrator.read = administrator.token("read");
        administrator
    }

    /// The same person at the program that was started again.
    #[track_caller]
    pub(crate) fn at(&mut self, announced: &Value) {
        announced["address"].as_str().expect("it listens").clone_into(&mut self.address);
    }

    /// Open a page.
    #[track_caller]
    pub(crate) fn page(&self, path: &str) -> Answer {
        sent(&self.address, "GET", path, &[("cookie", &self.session)], "")
    }

    /// Send a form of a page.
    #[track_caller]
    pub(crate) fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page(page).with_status(200);
        sent(&self.address, "POST", action, &[("cookie", &self.session)], &form(&page.body, fields))
    }

    /// Ask the API as a program that may manage.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_as(&self.manage, method, path, body)
    }

    /// Ask the API as the program with this token.
    #[track_caller]
    pub(crate) fn ask_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let authorization = format!("Bearer {token}");
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let headers = [("authorization", authorization.as_str()), ("content-type", kind)];
        sent(&self.address, method, &format!("/api/v1{path}"), &headers, &body)
    }

    /// Send a delivery, as somebody else would.
    #[track_caller]
    pub(crate) fn deliver(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        sent(&self.address, "POST", path, headers, body)
    }

    fn token(&self, scope: &str) -> String {
        let fields = [("name", scope), ("scope", scope), ("days", "30")];
        let page = self.send("/settings/tokens", "/settings/tokens", &fields).with_status(200).body;
        let (_, token) = page.split_once("rct_").expect("the token is shown");
        let is_of_token = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
        format!("rct_{}", token.chars().take_while(is_of_token).collect::<String>())
    }
}

/// The fields of a form, with the token of the page that it is on.
fn form(page: &str, fields: &[(&str, &str)]) -> String {
    let (_, csrf) = page.split_once(r#"name="csrf" value=""#).expect("the page has a form");
    let csrf = csrf.split('"').next().unwrap_or_default();
    let all = [("csrf", csrf)].into_iter().chain(fields.iter().copied());
    let pairs = all.map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[track_caller]
fn sent(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let has_kind = headers.iter().any(|(name, _)| *name == "content-type");
    let kind = [("content-type", "application/x-www-form-urlencoded")].into_iter().filter(|_| !has_kind);
    let headers: String =
        headers.iter().copied().chain(kind).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let n_bytes = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {n_bytes}\r\nconnection: close\r\n\r\n{body}"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in UTF-8");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    Answer { status: status.expect("an answer has a status"), head: head.to_owned(), body: body.to_owned() }
}
