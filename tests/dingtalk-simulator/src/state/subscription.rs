//! How an application gets its events: not at all, by HTTP push, or by Stream; what is sent is in `events`.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::crypto::Seal;

/// The one way in which an application gets its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppEvents {
    /// Nobody chose a way.
    #[default]
    Off,
    /// DingTalk calls a URL.
    Http(HttpEvents),
    /// The application keeps a WebSocket open.
    Stream,
}

/// Where and how events are pushed. Its `Debug` form hides the token and the key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpEvents {
    /// Where; only loopback addresses are called.
    pub url: String,
    /// Signs: 3 to 32 letters and digits.
    pub token: String,
    /// Encrypts: 43 letters and digits.
    pub aes_key: String,
    /// Event types asked for through the old API, which makes the company the owner; empty = set up in the console,
    /// all types ticked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub call_back_tags: BTreeSet<String>,
}

impl AppEvents {
    /// Push to a URL, as set up in the console.
    #[must_use]
    pub fn http(url: impl Into<String>, token: impl Into<String>, aes_key: impl Into<String>) -> Self {
        let (url, token, aes_key) = (url.into(), token.into(), aes_key.into());
        Self::Http(HttpEvents { url, token, aes_key, call_back_tags: BTreeSet::new() })
    }

    /// The settings of a push, if that is the way.
    #[must_use]
    pub const fn as_http(&self) -> Option<&HttpEvents> {
        match self {
            Self::Http(http) => Some(http),
            Self::Off | Self::Stream => None,
        }
    }

    /// Which setting the console would not save.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.as_http().and_then(HttpEvents::fault)
    }
}

impl HttpEvents {
    /// Registered through the old API, so that the subscription is the company's.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        !self.call_back_tags.is_empty()
    }

    pub(crate) fn fault(&self) -> Option<&'static str> {
        let token = &self.token;
        let is_token = (3..=32).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_alphanumeric());
        let is_url = url::Url::parse(&self.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        match (is_url, is_token, Seal::new(token, &self.aes_key, "").is_ok()) {
            (false, _, _) => Some("url must begin with http:// or https://"),
            (true, false, _) => Some("token must be 3 to 32 letters and digits"),
            (true, true, false) => Some("aes_key must be 43 letters and digits"),
            (true, true, true) => None,
        }
    }
}

impl fmt::Debug for HttpEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpEvents")
            .field("url", &self.url)
            .field("call_back_tags", &self.call_back_tags)
            .finish_non_exhaustive()
    }
}
