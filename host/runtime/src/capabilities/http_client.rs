//! HTTP to granted origins.
//!
//! Not here: how a request travels (`egress`), when it may leave (`rate`).

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rollcall_rules::sealed::{Misuse, Outgoing, Payload, Seals};
use url::Url;

use super::reach::Capability;
use super::tasks::{Done, Kind, Tasks, Ticket};
use crate::bindings::rollcall::connector::http_client as wit;
use crate::bindings::rollcall::connector::model as wit_model;
use crate::egress::{CONNECTION_HEADERS, Client, Fault, FaultKind, Request, Response};
use crate::error::GuestError;
use crate::grant::{Grants, Origin};
use crate::guest::Guest;
use crate::limits::{
    MAX_OUTSTANDING, MAX_REQUEST_BODY_BYTES, MAX_REQUEST_HEADERS, MAX_RESPONSE_BODY_BYTES, MAX_URL_BYTES,
};
use crate::model::Body;
use crate::sealed;

/// The way out of one source.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pub(crate) client: Arc<Client>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) seals: Arc<Seals>,
}

impl Http {
    fn begin(&self, tasks: &mut Tasks, request: wit::HttpRequest) -> Result<Ticket, GuestError> {
        if tasks.is_full() {
            let what = format!("more than {MAX_OUTSTANDING} are outstanding");
            return tasks.begin_done(Done::Http(Err(Fault::invalid(&what))));
        }
        // With the secrets in place, because sizes count with them.
        let checked =
            self.filled(request).and_then(|request| checked(request).map_err(|what| Fault::invalid(&what)));
        let request = match checked {
            Ok(request) => request,
            Err(fault) => return tasks.begin_done(Done::Http(Err(fault))),
        };
        let Self { client, grants, seals } = self.clone();
        tasks.begin(Kind::Http, async move {
            let fetched = client.fetch(&grants, request).await;
            Done::Http(fetched.and_then(|response| scrubbed(&seals, response)))
        })
    }

    /// The request with secrets in place of its tokens. One that will be denied keeps the tokens.
    fn filled(&self, request: wit::HttpRequest) -> Result<wit::HttpRequest, Fault> {
        if self.seals.is_empty() {
            return Ok(request);
        }
        let origin = Url::parse(&request.url).ok().and_then(|url| Origin::of(&url));
        let Some(origin) = origin.filter(|origin| self.grants.permits(origin)) else { return Ok(request) };
        let bucket = request.bucket.clone();
        fill(&self.seals, &origin, request).map_err(|misuse| {
            self.client.denied(bucket.as_deref());
            sealed::denied(misuse, &origin)
        })
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

/// The request with secrets in place of its tokens.
fn fill(seals: &Seals, origin: &Origin, request: wit::HttpRequest) -> Result<wit::HttpRequest, Misuse> {
    let wit::HttpRequest { method, url, headers, body, bucket, timeout_ms } = request;
    let headers = headers.into_iter().map(|wit_model::NameValue { name, value }| (name, value)).collect();
    let body = match body {
        wit_model::Body::Text(text) => Payload::Text(text),
        wit_model::Body::Bytes(bytes) => Payload::Bytes(bytes),
    };
    let filled = seals.fill(Outgoing { method, url, headers, body }, &origin.to_string())?;
    let Outgoing { method, url, headers, body } = filled;
    let headers = headers.into_iter().map(|(name, value)| wit_model::NameValue { name, value }).collect();
    let body = match body {
        Payload::Text(text) => wit_model::Body::Text(text),
        Payload::Bytes(bytes) => wit_model::Body::Bytes(bytes),
    };
    Ok(wit::HttpRequest { method, url, headers, body, bucket, timeout_ms })
}

/// The response with tokens in place of its secrets. A token can be longer than its secret, so the limit counts again.
fn scrubbed(seals: &Seals, mut response: Response) -> Result<Response, Fault> {
    for value in response.headers.values_mut() {
        if let Some(scrubbed) = seals.scrub(value.as_bytes()) {
            // A token is ASCII, so what was a value is one still.
            *value =
                HeaderValue::from_bytes(&scrubbed).map_err(|error| Fault::invalid(&error.to_string()))?;
        }
    }
    if let Some(scrubbed) = seals.scrub(&response.body) {
        if MAX_RESPONSE_BODY_BYTES < scrubbed.len() {
            return Err(Fault::repeats_secrets(MAX_RESPONSE_BODY_BYTES));
        }
        response.body = scrubbed.into();
    }
    Ok(response)
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
mod tests;
