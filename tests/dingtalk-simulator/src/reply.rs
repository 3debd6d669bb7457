//! What the core says to a request: an HTTP response, or a fault of the transport for a socket or a test to enact.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;

/// The answer to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// How long to wait before anything of it is sent, in milliseconds.
    pub delay_ms: u64,
    /// What is sent then.
    pub outcome: Outcome,
}

/// What comes back on the connection.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A whole response.
    Response(HttpResponse),
    /// The head of the response and the first `keep_bytes` of its body, then the connection ends.
    Truncated {
        /// The response as it should have been; its length is announced.
        response: HttpResponse,
        /// How much of the body arrives, less than all.
        keep_bytes: usize,
    },
    /// The connection is reset before any byte.
    Reset,
    /// Nothing for this long, then the connection ends.
    Hang {
        /// Milliseconds.
        for_ms: u64,
    },
}

/// A whole HTTP response. Its `Debug` form does not show the body, which may hold a token.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// 200 for nearly everything that the old API says, errors included.
    pub status: u16,
    /// Headers but `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The response, if one arrives whole.
    #[must_use]
    pub const fn response(&self) -> Option<&HttpResponse> {
        match &self.outcome {
            Outcome::Response(response) => Some(response),
            Outcome::Truncated { .. } | Outcome::Reset | Outcome::Hang { .. } => None,
        }
    }
}

impl HttpResponse {
    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    pub(crate) fn of_json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::of(status, "application/json;charset=UTF-8", body)
    }

    pub(crate) fn of(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({} with {} bytes)", self.status, self.body.len())
    }
}
