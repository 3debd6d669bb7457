//! HTTP to granted origins.
//!
//! Not here: how a request travels (`egress`), when it may leave (`rate`).

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::tasks::{Done, Kind, Tasks, Ticket};
use crate::bindings::rollcall::connector::http as wit;
use crate::egress::{CONNECTION_HEADERS, Client, Fault, FaultKind, Request, Response};
use crate::error::GuestError;
use crate::grant::Grants;
use crate::guest::Guest;
use crate::limits::{MAX_OUTSTANDING, MAX_REQUEST_BODY_BYTES, MAX_REQUEST_HEADERS, MAX_URL_BYTES};

/// The way out of one source.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pub(crate) client: Arc<Client>,
    pub(crate) grants: Arc<Grants>,
}

impl Http {
    fn begin(&self, tasks: &mut Tasks, request: wit::Request) -> Result<Ticket, GuestError> {
        if tasks.is_full() {
            let what = format!("more than {MAX_OUTSTANDING} are outstanding");
            return tasks.begin_done(Done::Http(Err(Fault::invalid(&what))));
        }
        let request = match checked(request) {
            Ok(request) => request,
            Err(what) => return tasks.begin_done(Done::Http(Err(Fault::invalid(&what)))),
        };
        let Self { client, grants } = self.clone();
        tasks.begin(Kind::Http, async move { Done::Http(client.fetch(&grants, request).await) })
    }
}

impl wit::Host for Guest {
    fn begin(&mut self, requests: Vec<wit::Request>) -> wasmtime::Result<Vec<Ticket>> {
        let session = self.session("http.begin")?;
        let begun = requests.into_iter().map(|request| session.http.begin(&mut session.tasks, request));
        Ok(begun.collect::<Result<_, _>>()?)
    }

    fn take(&mut self, tickets: Vec<Ticket>) -> wasmtime::Result<Vec<Result<wit::Response, wit::Error>>> {
        let tasks = &mut self.session("http.take")?.tasks;
        let taken = tickets.into_iter().map(|ticket| match tasks.take_http(ticket) {
            Some(result) => result.map(wit::Response::from).map_err(wit::Error::from),
            None => Err(Fault::invalid(&format!("ticket {ticket} is not a request that is ready")).into()),
        });
        Ok(taken.collect())
    }

    fn throttled(&mut self, bucket: Option<String>, wait_ms: u32) -> wasmtime::Result<()> {
        let session = self.session("http.throttled")?;
        session.http.client.throttled(bucket.as_deref(), Duration::from_millis(u64::from(wait_ms)));
        Ok(())
    }
}

impl From<Response> for wit::Response {
    fn from(response: Response) -> Self {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            status: response.status.as_u16(),
            headers: response.headers.iter().map(header).collect(),
            body: body_of(response.body),
        }
    }
}

impl From<Fault> for wit::Error {
    fn from(fault: Fault) -> Self {
        let kind = match fault.kind {
            FaultKind::Denied => wit::ErrorKind::Denied,
            FaultKind::NotSent => wit::ErrorKind::NotSent,
            FaultKind::TimedOut => wit::ErrorKind::TimedOut,
            FaultKind::TooLarge => wit::ErrorKind::TooLarge,
            FaultKind::Interrupted => wit::ErrorKind::Interrupted,
            FaultKind::Cancelled => wit::ErrorKind::Cancelled,
            FaultKind::Other => wit::ErrorKind::Other,
        };
        Self { kind, diagnosis: fault.diagnosis.into() }
    }
}

/// Text whenever it is text, because several guests convert bytes one by one.
fn body_of(body: Bytes) -> wit::Body {
    match String::from_utf8(body.into()) {
        Ok(text) if text.is_empty() => wit::Body::Empty,
        Ok(text) => wit::Body::Text(text),
        Err(error) => wit::Body::Bytes(error.into_bytes()),
    }
}

/// The request in the host's words, or what is wrong with it. No value is repeated: each may be a token.
fn checked(request: wit::Request) -> Result<Request, String> {
    let method = method(&request.method)?;
    let url = url(&request.url)?;
    let headers = headers(&request.headers)?;
    let body = match request.body {
        wit::Body::Empty => Bytes::new(),
        wit::Body::Text(text) => text.into(),
        wit::Body::Bytes(bytes) => bytes.into(),
    };
    if MAX_REQUEST_BODY_BYTES < body.len() {
        return Err(format!("its body has {} bytes, more than {MAX_REQUEST_BODY_BYTES}", body.len()));
    }
    let timeout = request.timeout_ms.map(|ms| Duration::from_millis(u64::from(ms)));
    Ok(Request { method, url, headers, body, bucket: request.bucket, timeout })
}

fn method(name: &str) -> Result<Method, String> {
    match name {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        "HEAD" => Ok(Method::HEAD),
        _ => Err("its method is none of GET, POST, PUT, PATCH, DELETE and HEAD".to_owned()),
    }
}

fn url(text: &str) -> Result<Url, String> {
    if MAX_URL_BYTES < text.len() {
        return Err(format!("its url has {} bytes, more than {MAX_URL_BYTES}", text.len()));
    }
    let url = Url::parse(text).map_err(|error| format!("its url is not absolute: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its url has a name or password, which belong in a header".to_owned());
    }
    Ok(url)
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, String> {
    if MAX_REQUEST_HEADERS < pairs.len() {
        return Err(format!("it has {} headers, more than {MAX_REQUEST_HEADERS}", pairs.len()));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_str(name).map_err(|_| "the name of a header is invalid".to_owned())?;
        if CONNECTION_HEADERS.contains(&name.as_str()) || HOST_HEADERS.contains(&name.as_str()) {
            return Err(format!("header {:?} is the host's own", name.as_str()));
        }
        let value = HeaderValue::from_str(value)
            .map_err(|_| format!("the value of header {:?} is invalid", name.as_str()))?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// Headers that only the host sets, beside those about the connection.
const HOST_HEADERS: [&str; 4] = ["accept-encoding", "content-length", "expect", "host"];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn request() -> wit::Request {
        wit::Request {
            method: "GET".to_owned(),
            url: "https://api.example.com/a?token=t0ps3cret".to_owned(),
            headers: Vec::new(),
            body: wit::Body::Empty,
            bucket: None,
            timeout_ms: None,
        }
    }

    #[track_caller]
    fn check(request: wit::Request, expected: &Expect) {
        expected.assert_eq(&checked(request).unwrap_err());
    }

    #[test]
    fn a_request_that_breaks_the_contract_is_named_without_its_values() {
        check(
            wit::Request { method: "TRACE".to_owned(), ..request() },
            &expect!["its method is none of GET, POST, PUT, PATCH, DELETE and HEAD"],
        );
        check(
            wit::Request { url: "/relative?token=t0ps3cret".to_owned(), ..request() },
            &expect!["its url is not absolute: relative URL without a base"],
        );
        check(
            wit::Request { url: "https://me:t0ps3cret@a.example/".to_owned(), ..request() },
            &expect!["its url has a name or password, which belong in a header"],
        );
        check(
            wit::Request { url: format!("https://a.example/{}", "x".repeat(MAX_URL_BYTES)), ..request() },
            &expect!["its url has 8210 bytes, more than 8192"],
        );
        check(
            wit::Request { headers: vec![("Host".to_owned(), "evil".to_owned())], ..request() },
            &expect![[r#"header "host" is the host's own"#]],
        );
        check(
            wit::Request { headers: vec![("Proxy-Authorization".to_owned(), "x".to_owned())], ..request() },
            &expect![[r#"header "proxy-authorization" is the host's own"#]],
        );
        check(
            wit::Request { headers: vec![("X-A".to_owned(), "t0ps3cret\r\nX-B: 1".to_owned())], ..request() },
            &expect![[r#"the value of header "x-a" is invalid"#]],
        );
        check(
            wit::Request { headers: vec![("a".to_owned(), "b".to_owned()); 65], ..request() },
            &expect!["it has 65 headers, more than 64"],
        );
        check(
            wit::Request { body: wit::Body::Bytes(vec![0; MAX_REQUEST_BODY_BYTES + 1]), ..request() },
            &expect!["its body has 1048577 bytes, more than 1048576"],
        );
    }

    #[test]
    fn neither_a_request_nor_a_response_shows_its_values_in_debug_output() {
        let request = checked(wit::Request {
            headers: vec![("authorization".to_owned(), "t0ps3cret".to_owned())],
            body: wit::Body::Text("t0ps3cret".to_owned()),
            ..request()
        })
        .unwrap();
        let response = Response {
            status: http::StatusCode::OK,
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let output = format!("{request:?} {response:?}");
        assert!(!output.contains("t0ps3cret"), "{output}");
    }

    #[test]
    fn a_body_is_text_exactly_when_its_bytes_are() {
        assert!(
            matches!(body_of(Bytes::from_static("中".as_bytes())), wit::Body::Text(text) if text == "中")
        );
        assert!(matches!(body_of(Bytes::from_static(b"\xff")), wit::Body::Bytes(bytes) if bytes == b"\xff"));
        assert!(matches!(body_of(Bytes::new()), wit::Body::Empty));
    }
}
