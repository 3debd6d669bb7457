//! Somebody who set the console of a built program up, and the programs that they gave a token.

use super::visitor::{Answer, Visitor, ask};
use serde_json::Value;

/// The first account of a console, logged in.
pub(crate) struct Administrator {
    visitor: Visitor,
    /// A token that may read and manage.
    pub(crate) manage: String,
    /// A token that may only read.
    pub(crate) read: String,
}

impl Administrator {
    /// Create the first account of the program that announced itself like this.
    #[track_caller]
    pub(crate) fn set_up(announced: &Value) -> Self {
        let setup = announced["setup"].as_str().expect("there is no account yet");
        let visitor = Visitor::set_up(address(announced), setup);
        let (manage, read) = (token(&visitor, "manage"), token(&visitor, "read"));
        Self { visitor, manage, read }
    }

    /// The same person at the program that was started again.
    #[track_caller]
    pub(crate) fn at(&mut self, announced: &Value) {
        self.visitor.server = address(announced);
    }

    /// Open a page.
    pub(crate) fn page(&self, path: &str) -> Answer {
        self.visitor.clone().get(path)
    }

    /// Send a form of a page.
    #[track_caller]
    pub(crate) fn send(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        self.visitor.clone().send(page, action, fields)
    }

    /// Ask the API as a program that may manage.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_as(&self.manage, method, path, body)
    }

    /// Ask the API as the program with this token.
    pub(crate) fn ask_as(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.ask_with(&[("authorization", &format!("Bearer {token}"))], method, path, body)
    }

    /// Ask the API to do something once, whatever else is asked for with this key.
    pub(crate) fn ask_once(&self, key: &str, method: &str, path: &str, body: &Value) -> Answer {
        let authorization = format!("Bearer {}", self.manage);
        self.ask_with(&[("authorization", &authorization), ("idempotency-key", key)], method, path, body)
    }

    /// Send a delivery, as somebody else would.
    pub(crate) fn deliver(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.exchange("POST", path, headers, body)
    }

    fn ask_with(&self, headers: &[(&str, &str)], method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let headers = [headers, &[("content-type", kind)]].concat();
        self.exchange(method, &format!("/api/v1{path}"), &headers, &body)
    }

    fn exchange(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (server, n_bytes) = (self.visitor.server, body.len());
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {server}\r\n{headers}content-length: {n_bytes}\r\nconnection: close\r\n\r\n{body}"
        );
        ask(server, &request)
    }
}

#[track_caller]
fn address(announced: &Value) -> std::net::SocketAddr {
    announced["address"].as_str().expect("it listens").parse().expect("it is an address")
}

/// A new token with this scope.
#[track_caller]
fn token(visitor: &Visitor, scope: &str) -> String {
    let fields = [("name", scope), ("scope", scope), ("days", "30")];
    let page = visitor.clone().send("/settings/tokens", "/settings/tokens", &fields).with_status(200).body;
    let (_, token) = page.split_once("rct_").expect("the token is shown");
    let is_of_token = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    format!("rct_{}", token.chars().take_while(is_of_token).collect::<String>())
}
