//! Small HTTP requests over loopback, one a connection: to the simulator's control interface, and to a callback address. No client
//! library, because this binary is compiled first on a bare machine; and no proxy, because neither is part of what is shown.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Why: whoever answers does so from memory; longer than this it is stuck, and the demo must end by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the simulator takes orders.
#[derive(Clone, Debug)]
pub(super) struct Control {
    /// `host:port`.
    pub(super) address: String,
}

impl Control {
    /// Send a request with a JSON body and return the JSON of the answer, or null when it has no body.
    ///
    /// # Errors
    ///
    /// When the simulator cannot be reached, refuses, or answers something that is no HTTP.
    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = request(&self.address, method, path, &body);
        let answer = exchange(&self.address, &request).with_context(|| {
            format!("the simulator's control interface at {} does not answer", self.address)
        })?;
        let answer = read(&answer).with_context(|| format!("{method} {path}"))?;
        if !(200..300).contains(&answer.status) {
            bail!("the simulator refuses {method} {path} with {}: {}", answer.status, answer.body);
        }
        if answer.body.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer.body)
            .with_context(|| format!("{method} {path} answered no JSON: {:?}", answer.body))
    }
}

/// POST a JSON text to a loopback address, `http://host:port/path`; the answer is its status.
///
/// # Errors
///
/// When nobody answers, or no HTTP.
pub(crate) fn post(url: &str, body: &str) -> Result<u16> {
    let (address, path) = parts(url)?;
    let answer = exchange(address, &request(address, "POST", path, body));
    Ok(read(&answer.with_context(|| format!("{address} does not answer"))?)?.status)
}

/// `host:port`, and what follows it.
fn parts(url: &str) -> Result<(&str, &str)> {
    let rest = url.strip_prefix("http://").with_context(|| format!("{url:?} does not begin with http://"))?;
    rest.find('/')
        .and_then(|slash| rest.split_at_checked(slash))
        .with_context(|| format!("{url:?} has no path"))
}

/// Send a request that asks for the connection to be closed, and read until it is.
///
/// # Errors
///
/// When nobody answers in time, or no text.
pub(crate) fn exchange(address: &str, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// `Connection: close`, so that the answer ends where the stream does.
fn request(address: &str, method: &str, path: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    body: String,
}

fn read(answer: &str) -> Result<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of its head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("the answer begins with no status: {head:?}"))?;
    let chunked = head.lines().any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"));
    if chunked {
        bail!("the answer is chunked, which this client does not read");
    }
    Ok(Answer { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_long_its_body_is() {
        let body = r#"{"name":"Légal"}"#;
        let expected = "POST /x HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\
                        Connection: close\r\n\r\n{\"name\":\"Légal\"}";
        assert_eq!(request("h:1", "POST", "/x", body), expected);
    }

    #[test]
    fn an_address_has_a_host_and_a_path() {
        assert_eq!(parts("http://h:1/a/b?c=/d").unwrap(), ("h:1", "/a/b?c=/d"));
    }

    #[test]
    fn an_answer_has_a_status_and_a_body() {
        let read = read("HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno").unwrap();
        assert_eq!(read, Answer { status: 409, body: "no".to_owned() });
    }

    #[test]
    fn an_answer_that_is_no_http_is_refused() {
        assert!(read("hello").is_err());
        assert!(read("hello\r\n\r\n").is_err());
    }
}
