//! HTTP to granted origins.
//!
//! Not here: how a request travels (`egress`), when it may leave (`rate`).

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::reach::Capability;
use super::tasks::{Done, Kind, Tasks, Ticket};
use crate::bindings::rollcall::connector::http_client as wit;
use crate::bindings::rollcall::connector::model as wit_model;
use crate::egress::{CONNECTION_HEADERS, Client, Fault, FaultKind, Request, Response};
use crate::error::GuestError;
use crate::grant::Grants;
use crate::guest::Guest;
use crate::limits::{MAX_OUTSTANDING, MAX_REQUEST_BODY_BYTES, MAX_REQUEST_HEADERS, MAX_URL_BYTES};
use crate::model::Body;

/// The way out of one source.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pub(crate) client: Arc<Client>,
    pub(crate) grants: Arc<Grants>,
}

impl Http {
    fn begin(&self, tasks: &mut Tasks, request: wit::HttpRequest) -> Result<Ticket, GuestError> {
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
    fn begin(&mut self, requests: Vec<wit::HttpRequest>) -> wasmtime::Result<Vec<Ticket>> {
        let session = self.session(Capability::HttpClient, "http-client.begin")?;
        let begun = requests.into_iter().enumerate().map(|(place, request)| {
            if MAX_OUTSTANDING <= place {
                let what = format!("it is beyond the {MAX_OUTSTANDING} of one call");
                return session.tasks.begin_done(Done::Http(Err(Fault::invalid(&what))));
            }
            session.http.begin(&mut session.tasks, request)
        });
        Ok(begun.collect::<Result<_, _>>()?)
    }

    fn take(&mut self, tickets: Vec<Ticket>) -> wasmtime::Result<Vec<Result<wit::HttpResponse, wit::Fault>>> {
        let tasks = &mut self.session(Capability::HttpClient, "http-client.take")?.tasks;
        let taken = tickets.into_iter().map(|ticket| match tasks.take_http(ticket) {
            Some(result) => result.map(wit::HttpResponse::from).map_err(wit::Fault::from),
            None => Err(Fault::invalid(&format!("ticket {ticket} is not a request that is ready")).into()),
        });
        Ok(taken.collect())
    }

    fn throttled(&mut self, bucket: Option<String>, wait_ms: u32) -> wasmtime::Result<()> {
        let session = self.session(Capability::HttpClient, "http-client.throttled")?;
        session.http.client.throttled(bucket.as_deref(), Duration::from_millis(u64::from(wait_ms)));
        Ok(())
    }
}

impl From<Response> for wit::HttpResponse {
    fn from(response: Response) -> Self {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            wit_model::NameValue { name: name.as_str().to_owned(), value }
        };
        Self {
            status: response.status.as_u16(),
            headers: response.headers.iter().map(header).collect(),
            body: Body::from(Vec::from(response.body)).into(),
        }
    }
}

impl From<Fault> for wit::Fault {
    fn from(fault: Fault) -> Self {
        let kind = match fault.kind {
            FaultKind::Denied => wit::FaultKind::Denied,
            FaultKind::ProxyUnreachable => wit::FaultKind::ProxyUnreachable,
            FaultKind::ProxyRefused => wit::FaultKind::ProxyRefused,
            FaultKind::Untrusted => wit::FaultKind::Untrusted,
            FaultKind::NotSent => wit::FaultKind::NotSent,
            FaultKind::TimedOut => wit::FaultKind::TimedOut,
            FaultKind::TooLarge => wit::FaultKind::TooLarge,
            FaultKind::Interrupted => wit::FaultKind::Interrupted,
            FaultKind::Cancelled => wit::FaultKind::Cancelled,
            FaultKind::Other => wit::FaultKind::Other,
        };
        Self { kind, diagnosis: fault.diagnosis.into() }
    }
}

/// The request in the host's words, or what is wrong with it. No value is repeated: each may be a token.
fn checked(request: wit::HttpRequest) -> Result<Request, String> {
    let method = method(&request.method)?;
    let url = url(&request.url)?;
    let headers = headers(&request.headers)?;
    let body: Bytes = match request.body {
        wit_model::Body::Text(text) => text.into(),
        wit_model::Body::Bytes(bytes) => bytes.into(),
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

fn headers(pairs: &[wit_model::NameValue]) -> Result<HeaderMap, String> {
    if MAX_REQUEST_HEADERS < pairs.len() {
        return Err(format!("it has {} headers, more than {MAX_REQUEST_HEADERS}", pairs.len()));
    }
    let mut headers = HeaderMap::new();
    for wit_model::NameValue { name, value } in pairs {
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

    fn request() -> wit::HttpRequest {
        wit::HttpRequest {
            method: "GET".to_owned(),
            url: "https://api.example.com/a?token=t0ps3cret".to_owned(),
            headers: Vec::new(),
            body: wit_model::Body::Text(String::new()),
            bucket: None,
            timeout_ms: None,
        }
    }

    fn header(name: &str, value: &str) -> wit_model::NameValue {
        wit_model::NameValue { name: name.to_owned(), value: value.to_owned() }
    }

    #[track_caller]
    fn check(request: wit::HttpRequest, expected: &Expect) {
        expected.assert_eq(&checked(request).unwrap_err());
    }

    #[test]
    fn a_request_that_breaks_the_contract_is_named_without_its_values() {
        check(
            wit::HttpRequest { method: "TRACE".to_owned(), ..request() },
            &expect!["its method is none of GET, POST, PUT, PATCH, DELETE and HEAD"],
        );
        check(
            wit::HttpRequest { url: "/relative?token=t0ps3cret".to_owned(), ..request() },
            &expect!["its url is not absolute: relative URL without a base"],
        );
        check(
            wit::HttpRequest { url: "https://me:t0ps3cret@a.example/".to_owned(), ..request() },
            &expect!["its url has a name or password, which belong in a header"],
        );
        check(
            wit::HttpRequest { url: format!("https://a.example/{}", "x".repeat(MAX_URL_BYTES)), ..request() },
            &expect!["its url has 8210 bytes, more than 8192"],
        );
        check(
            wit::HttpRequest { headers: vec![header("Host", "evil")], ..request() },
            &expect![[r#"header "host" is the host's own"#]],
        );
        check(
            wit::HttpRequest { headers: vec![header("Proxy-Authorization", "x")], ..request() },
            &expect![[r#"header "proxy-authorization" is the host's own"#]],
        );
        check(
            wit::HttpRequest { headers: vec![header("X-A", "t0ps3cret\r\nX-B: 1")], ..request() },
            &expect![[r#"the value of header "x-a" is invalid"#]],
        );
        check(
            wit::HttpRequest { headers: vec![header("a", "b"); 65], ..request() },
            &expect!["it has 65 headers, more than 64"],
        );
        check(
            wit::HttpRequest {
                body: wit_model::Body::Bytes(vec![0; MAX_REQUEST_BODY_BYTES + 1]),
                ..request()
            },
            &expect!["its body has 1048577 bytes, more than 1048576"],
        );
    }

    #[test]
    fn neither_a_request_nor_a_response_shows_its_values_in_debug_output() {
        let request = checked(wit::HttpRequest {
            headers: vec![header("authorization", "t0ps3cret")],
            body: wit_model::Body::Text("t0ps3cret".to_owned()),
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
        let body_of = |body: &[u8]| wit_model::Body::from(Body::from(body.to_vec()));
        assert!(matches!(body_of("中".as_bytes()), wit_model::Body::Text(text) if text == "中"));
        assert!(matches!(body_of(b"\xff"), wit_model::Body::Bytes(bytes) if bytes == b"\xff"));
        assert!(matches!(body_of(b""), wit_model::Body::Text(text) if text.is_empty()));
    }
}
