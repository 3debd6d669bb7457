//! HTTP to granted origins.
//!
//! Not here: how a request travels (`egress`), when it may leave (`rate`).

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rollcall_rules::reach::Capability;
use rollcall_rules::request as rules;
use rollcall_rules::sealed::{Misuse, Outgoing, Payload, Seals};
use url::Url;

use super::guest::Guest;
use super::tasks::{Done, TaskKind, Tasks, Ticket};
use crate::bindings::rollcall::connector::{http_client as wit, model as wit_model};
use crate::egress::{Client, Fault, FaultKind, Request, Response};
use crate::error::GuestError;
use crate::grant::{Grants, Origin};
use crate::limits::{MAX_OUTSTANDING, MAX_RESPONSE_BODY_BYTES};
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
            return tasks.begin_done(Done::Http(Err(Fault::refused(rules::too_many(MAX_OUTSTANDING)))));
        }
        // With the secrets in place, because sizes count with them.
        let request = match self.filled(request).and_then(checked) {
            Ok(request) => request,
            Err(fault) => return tasks.begin_done(Done::Http(Err(fault))),
        };
        let Self { client, grants, seals } = self.clone();
        tasks.begin(TaskKind::Http, async move {
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
                let beyond = Fault::refused(rules::beyond_call(MAX_OUTSTANDING));
                return session.tasks.begin_done(Done::Http(Err(beyond)));
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
fn checked(request: wit::HttpRequest) -> Result<Request, Fault> {
    let body: Bytes = match request.body {
        wit_model::Body::Text(text) => text.into(),
        wit_model::Body::Bytes(bytes) => bytes.into(),
    };
    let pairs = request.headers.iter().map(|header| (header.name.as_str(), header.value.as_str()));
    rules::check(&request.method, &request.url, pairs, body.len()).map_err(Fault::refused)?;
    let method = Method::from_str(&request.method).map_err(|_| Fault::invalid("its method is none"))?;
    let url = Url::parse(&request.url)
        .map_err(|error| Fault::invalid(&format!("its url is not absolute: {error}")))?;
    let headers = headers(&request.headers)?;
    let timeout = request.timeout_ms.map(|ms| Duration::from_millis(u64::from(ms)));
    Ok(Request { method, url, headers, body, bucket: request.bucket, timeout })
}

fn headers(pairs: &[wit_model::NameValue]) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    for wit_model::NameValue { name, value } in pairs {
        let name =
            HeaderName::from_str(name).map_err(|_| Fault::invalid("the name of a header is invalid"))?;
        let value = HeaderValue::from_str(value)
            .map_err(|_| Fault::invalid(&format!("the value of header {:?} is invalid", name.as_str())))?;
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests;
