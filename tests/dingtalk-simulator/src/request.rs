//! A request as the core sees it, and its parameters whatever their form; no socket, no TLS.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::ids::DepartmentId;

/// The caller's address as DingTalk sees it, which is what an address list is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeerAddress(pub IpAddr);

impl PeerAddress {
    /// Who calls directly, unless told otherwise: an address of TEST-NET-2.
    pub const DIRECT: Self = Self(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9)));

    /// Who calls through the simulator's proxy, unless told otherwise: an address of TEST-NET-3.
    pub const PROXIED: Self = Self(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
}

/// One HTTP request. Its `Debug` form shows no query, no header and no body, for each may hold a secret.
#[derive(Clone)]
pub struct ApiRequest {
    /// GET, POST, …
    pub method: Method,
    /// Host name without port; empty = not known, which answers for both APIs.
    pub host: String,
    /// Begins with `/`, has no query.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// Headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl ApiRequest {
    /// A request without body. `url` is a whole address or only path and query.
    #[must_use]
    pub fn new(method: Method, url: &str) -> Self {
        let (host, rest) = match url.split_once("://") {
            Some((_, rest)) => match rest.find('/') {
                Some(at) => rest.split_at(at),
                None => (rest, "/"),
            },
            None => ("", url),
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Self {
            method,
            host: without_port(host).to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// A GET request.
    #[must_use]
    pub fn get(url: &str) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST request.
    #[must_use]
    pub fn post(url: &str) -> Self {
        Self::new(Method::POST, url)
    }

    /// The same with a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let mut request = self.header("content-type", "application/json");
        request.body = Bytes::from(body.to_string());
        request
    }

    /// The same with a form body.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut request = self.header("content-type", "application/x-www-form-urlencoded");
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        request.body = Bytes::from(text);
        request
    }

    /// The same with `access_token` in the query, as the old API wants it.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        let mut query = form_urlencoded::Serializer::new(self.query);
        self.query = query.append_pair("access_token", token).finish();
        self
    }

    /// The same with one more header; a name or value that HTTP forbids is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        if let (Ok(name), Ok(value)) = parsed {
            self.headers.insert(name, value);
        }
        self
    }
}

impl ApiRequest {
    /// The token the request shows: in a header for the new API, among the parameters for the old one.
    pub(crate) fn shown_token(&self, params: &Params) -> Option<String> {
        match self.path.starts_with("/v1.0/") {
            true => self.headers.get(TOKEN_HEADER)?.to_str().ok().map(str::to_owned),
            false => params.text("access_token"),
        }
    }
}

impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiRequest({} {} with {} bytes)", self.method, self.path, self.body.len())
    }
}

/// Host name without port, in lower case where it is compared.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

/// Where the new API wants the token.
const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// Names under which a request carries a secret or a token; none of them reaches the trace.
const SECRET_NAMES: [&str; 11] = [
    "access_token",
    "appsecret",
    "appSecret",
    "corpsecret",
    "client_secret",
    "clientSecret",
    "suiteSecret",
    "suiteTicket",
    "token",
    "aes_key",
    "ticket",
];

/// Parameters of a request: the query, and over it the fields of a JSON or form body.
#[derive(Clone, Default)]
pub(crate) struct Params {
    fields: Map<String, Value>,
    /// The body claims to be JSON and is not an object.
    pub(crate) malformed: bool,
}

impl Params {
    pub(crate) fn read(request: &ApiRequest) -> Self {
        let mut fields = Map::new();
        fill_from_form(&mut fields, request.query.as_bytes());
        let mut malformed = false;
        if is_json(request) {
            match serde_json::from_slice::<Map<String, Value>>(&request.body) {
                Ok(body) => fields.extend(body),
                Err(_) => malformed = true,
            }
        } else {
            fill_from_form(&mut fields, &request.body);
        }
        Self { fields, malformed }
    }

    /// Whether the parameter is there at all; null counts as not there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// A string, or a number written as one.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A number, or a string of digits.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match self.fields.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A boolean, or one written as a string.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        match self.fields.get(name)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A department number, which may be one that cannot exist.
    pub(crate) fn department(&self, name: &str) -> Option<DepartmentId> {
        self.integer(name).map(DepartmentId::new)
    }

    /// A list.
    pub(crate) fn list(&self, name: &str) -> Option<&[Value]> {
        self.fields.get(name)?.as_array().map(Vec::as_slice)
    }

    /// Whether the parameter equals `expected`, numbers and their strings being the same.
    pub(crate) fn equals(&self, name: &str, expected: &Value) -> bool {
        let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.fields.get(name).is_some_and(|value| as_text(value) == as_text(expected))
    }

    /// All parameters but secrets and tokens.
    pub(crate) fn without_secrets(mut self) -> Map<String, Value> {
        for name in SECRET_NAMES {
            self.fields.remove(name);
        }
        self.fields
    }
}

fn fill_from_form(fields: &mut Map<String, Value>, form: &[u8]) {
    for (name, value) in form_urlencoded::parse(form) {
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
}

fn is_json(request: &ApiRequest) -> bool {
    let content_type = request.headers.get(http::header::CONTENT_TYPE);
    let says_json =
        content_type.and_then(|value| value.to_str().ok()).is_some_and(|text| text.contains("json"));
    (says_json && !request.body.is_empty()) || request.body.trim_ascii_start().starts_with(b"{")
}
