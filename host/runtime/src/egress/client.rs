//! Sends the requests of one source: grant, turn, connection, limits.
//!
//! Not here: redirects and retries. A connector knows which of its requests may be repeated; the host only says what became of each.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
#[cfg(feature = "testing")]
use http_body_util::BodyExt as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rollcall_rules::nesting;
use rollcall_rules::request::CONNECTION_HEADERS;
use tokio::time::{Instant, timeout};
use url::Url;

use super::body::{self, BodyError, Encoding};
use super::dates::Dates;
use super::dial::{DialError, Dialer};
use super::fault::Fault;
#[cfg(test)]
use super::resolver::Resolver;
#[cfg(feature = "testing")]
use super::testing::Responder;
use super::tunnel::{of_login, proxy_authorization};
use super::{Egress, InvalidCa, Proxy, Reach};
use crate::figures::{Meter, RequestOutcome};
use crate::grant::{Grants, Origin};
use crate::limits::{IDLE_CONNECTION_TIMEOUT, MAX_RESPONSE_BODY_BYTES, MAX_THROTTLE, REQUEST_TIMEOUT};
use crate::rate::Limiter;

/// What we call ourselves where a connector has no other wish.
pub(super) const OUR_NAME: &str = concat!("rollcall/", env!("CARGO_PKG_VERSION"));

/// One request, already checked against the contract.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to; its scheme is `https` or `http`.
    pub url: Url,
    /// Without those that are the host's own.
    pub headers: HeaderMap,
    /// May be empty.
    pub body: Bytes,
    /// Which rate limit it counts against.
    pub bucket: Option<String>,
    /// Less than the host's own limit, if the connector wants less.
    pub timeout: Option<Duration>,
}

/// URL and headers carry tokens, so they are left out.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("origin", &Origin::of(&self.url).map(|origin| origin.to_string()))
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// One response, whole and decompressed.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// Without those about the connection.
    pub headers: HeaderMap,
    /// Whole.
    pub body: Bytes,
}

/// Headers and body carry tokens and people, so they are left out.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("n_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The client of one source: its connections and its rate limits, kept across its runs.
pub struct Client {
    dialer: Dialer,
    connections: legacy::Client<Dialer, Full<Bytes>>,
    limiter: Limiter,
    dates: Dates,
    meter: Arc<Meter>,
    #[cfg(feature = "testing")]
    responder: Option<Arc<dyn Responder>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("proxy", &self.dialer.proxy()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client without open connections.
    ///
    /// # Errors
    ///
    /// [`InvalidCa`] when the CA file cannot be used.
    pub fn new(egress: &Egress, reach: Reach) -> Result<Self, InvalidCa> {
        Self::metered(egress, reach, Arc::default())
    }

    /// The same, counted.
    pub(crate) fn metered(egress: &Egress, reach: Reach, meter: Arc<Meter>) -> Result<Self, InvalidCa> {
        let dialer = Dialer::new(egress, reach)?;
        let connections = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_CONNECTION_TIMEOUT)
            .build(dialer.clone());
        Ok(Self {
            dialer,
            connections,
            limiter: Limiter::new(),
            dates: Dates::default(),
            meter,
            #[cfg(feature = "testing")]
            responder: None,
        })
    }

    /// The same with another time for each step of a connection.
    #[cfg(test)]
    pub(super) fn with_patience(self, patience: Duration) -> Self {
        let dialer = self.dialer.clone().with_patience(patience);
        self.dialling_by(dialer)
    }

    /// The same with somebody else who knows the addresses of names.
    #[cfg(test)]
    pub(super) fn with_resolver(self, resolver: Arc<dyn Resolver>) -> Self {
        let dialer = self.dialer.clone().with_resolver(resolver);
        self.dialling_by(dialer)
    }

    #[cfg(test)]
    fn dialling_by(self, dialer: Dialer) -> Self {
        let connections = legacy::Client::builder(TokioExecutor::new()).build(dialer.clone());
        Self { dialer, connections, ..self }
    }

    /// The same, answered in process.
    #[cfg(feature = "testing")]
    pub(crate) fn answered_by(self, responder: Arc<dyn Responder>) -> Self {
        Self { responder: Some(responder), ..self }
    }

    /// The rate limits that all requests of this source share.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// When the newest answers were made.
    pub(crate) fn dates(&self) -> &Dates {
        &self.dates
    }

    pub(crate) fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// The source asked for fewer requests of this bucket: none of it leaves for so long, or [`MAX_THROTTLE`].
    pub(crate) fn throttled(&self, bucket: Option<&str>, wait: Duration) {
        let bucket = self.limited(bucket);
        let wait = wait.min(MAX_THROTTLE);
        tracing::debug!(bucket, wait_ms = wait.as_millis(), "the source throttles");
        let longer = bucket.map(|bucket| self.limiter.hold(bucket, wait));
        self.meter.throttled(bucket, longer.unwrap_or_default());
    }

    /// A request was kept back: it would have gone, or carried a secret, where that must not go.
    pub(crate) fn denied(&self, bucket: Option<&str>) {
        self.meter.request(None, self.limited(bucket), RequestOutcome::Denied);
    }

    /// A bucket of the plan, or none: other names are the connector's own.
    fn limited<'a>(&self, bucket: Option<&'a str>) -> Option<&'a str> {
        bucket.filter(|bucket| self.limiter.knows(bucket))
    }

    /// Send a request and read its whole response, whatever the status: a redirect is a response like any other.
    ///
    /// # Errors
    ///
    /// A [`Fault`] that says what became of the request.
    pub async fn fetch(&self, grants: &Grants, request: Request) -> Result<Response, Fault> {
        let bucket = self.limited(request.bucket.as_deref()).map(str::to_owned);
        let origin = granted(grants, &request.url).inspect_err(|_| self.denied(bucket.as_deref()))?;
        let asked = Instant::now();
        let _turn = self.limiter.turn(bucket.as_deref()).await;
        self.meter.waited(bucket.as_deref(), asked.elapsed());
        let limit = request.timeout.unwrap_or(REQUEST_TIMEOUT).min(REQUEST_TIMEOUT);
        let started = Instant::now();
        let exchanged = timeout(limit, self.exchange(&origin, &request)).await;
        let result = exchanged.unwrap_or_else(|_| Err(Fault::timed_out(&origin, limit)));
        // A proxy that forwards may say when it answered itself.
        if let Ok(response) = &result
            && self.dialer.forwarding_proxy(&origin).is_none()
        {
            self.dates.note(&origin, &response.headers, started);
        }
        trace(&request.method, &origin, started.elapsed(), &result);
        let outcome = match &result {
            Ok(response) => RequestOutcome::of_status(response.status.as_u16()),
            Err(fault) => fault.outcome(),
        };
        self.meter.request(Some(origin.to_string()), bucket.as_deref(), outcome);
        result
    }

    async fn exchange(&self, origin: &Origin, request: &Request) -> Result<Response, Fault> {
        let message = self.message(origin, request).map_err(|error| Fault::invalid(&error.to_string()))?;
        #[cfg(feature = "testing")]
        if let Some(responder) = &self.responder {
            let (head, body) = message.into_parts();
            let Ok(body) = body.collect().await;
            return responder.respond(http::Request::from_parts(head, body.to_bytes())).await;
        }
        let response = self.connections.request(message).await.map_err(|error| fault(origin, &error))?;
        if let Some(proxy) = self.dialer.forwarding_proxy(origin)
            && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            return Err(Fault::not_sent(&self.unforwarded(proxy, &response)));
        }
        read_response(origin, response).await
    }

    /// The proxy itself answered 407 to a request that it should have forwarded.
    fn unforwarded(&self, proxy: &Proxy, response: &http::Response<Incoming>) -> DialError {
        let trouble = of_login(response.status(), response.headers(), proxy);
        let error = DialError::Proxy { proxy: proxy.to_string(), trouble };
        if proxy.user().is_some() {
            self.dialer.login().refuse(&error);
        }
        error
    }

    fn message(&self, origin: &Origin, request: &Request) -> Result<http::Request<Full<Bytes>>, http::Error> {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut message = http::Request::builder()
            .method(request.method.clone())
            .uri(url.as_str())
            .body(Full::new(request.body.clone()))?;
        let headers = message.headers_mut();
        *headers = request.headers.clone();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, HeaderValue::from_static(OUR_NAME));
        }
        if let Some(value) = self.dialer.forwarding_proxy(origin).and_then(proxy_authorization) {
            headers.insert(PROXY_AUTHORIZATION, value);
        }
        Ok(message)
    }
}

/// The origin of a URL, if it is granted.
pub(super) fn granted(grants: &Grants, url: &Url) -> Result<Origin, Fault> {
    let origin = Origin::of(url).ok_or_else(|| Fault::denied(&format!("{}:", url.scheme())))?;
    if grants.permits(&origin) { Ok(origin) } else { Err(Fault::denied(&origin.to_string())) }
}

async fn read_response(origin: &Origin, response: http::Response<Incoming>) -> Result<Response, Fault> {
    let (head, incoming) = response.into_parts();
    let mut headers = head.headers;
    let named = headers.get(CONTENT_ENCODING).map_or("", |value| value.to_str().unwrap_or("unreadable"));
    let encoding = Encoding::parse(named).ok_or_else(|| Fault::undecodable(origin, named))?;
    let body =
        body::read(incoming, encoding, MAX_RESPONSE_BODY_BYTES).await.map_err(|error| match error {
            BodyError::TooLarge => Fault::too_large(origin, MAX_RESPONSE_BODY_BYTES),
            BodyError::Lost(cause) => Fault::lost(origin, &cause),
        })?;
    if nesting::is_too_deep(&body) {
        return Err(Fault::too_deep(origin));
    }
    for about_the_connection in CONNECTION_HEADERS {
        headers.remove(about_the_connection);
    }
    // They describe the body as it travelled, not as it is handed over.
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(Response { status: head.status, headers, body: body.into() })
}

/// Nothing was sent exactly when there was no connection; afterwards nobody knows.
fn fault(origin: &Origin, error: &legacy::Error) -> Fault {
    match error.source().and_then(|cause| cause.downcast_ref::<DialError>()) {
        Some(dial) => Fault::not_sent(dial),
        None => Fault::lost(origin, &body::chain(error)),
    }
}

fn trace(method: &Method, origin: &Origin, elapsed: Duration, result: &Result<Response, Fault>) {
    let elapsed_ms = elapsed.as_millis();
    match result {
        Ok(Response { status, body, .. }) => {
            let (status, n_bytes) = (status.as_u16(), body.len());
            tracing::debug!(%method, %origin, status, n_bytes, elapsed_ms, "http");
        }
        Err(fault) => {
            let code = &fault.diagnosis.code;
            tracing::debug!(%method, %origin, code, elapsed_ms, "http failed");
        }
    }
}
