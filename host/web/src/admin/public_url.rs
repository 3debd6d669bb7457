//! Where people reach the console.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use url::Url;

/// The URL that people and sources reach the console at: scheme, host and port, nothing more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// Without a slash at the end.
    origin: String,
    host: String,
}

/// Why a text is no [`PublicUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "public URL {text:?} must be http or https, a host and perhaps a port, and nothing after it: https://rollcall.example.com"
)]
pub struct NotAPublicUrl {
    text: String,
}

impl PublicUrl {
    /// Its host, as a browser names it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether what is sent to it cannot be read or changed on its way.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// Of an address, for those who can reach it as it is.
    pub(crate) fn of(address: SocketAddr, is_tls: bool) -> Self {
        let scheme = if is_tls { "https" } else { "http" };
        Self { origin: format!("{scheme}://{address}"), host: address.ip().to_string() }
    }
}

impl FromStr for PublicUrl {
    type Err = NotAPublicUrl;

    fn from_str(text: &str) -> Result<Self, NotAPublicUrl> {
        let wrong = || NotAPublicUrl { text: text.to_owned() };
        let url = Url::parse(text).map_err(|_| wrong())?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let is_web = matches!(url.scheme(), "http" | "https");
        let host = url.host_str().filter(|_| is_web && is_bare).ok_or_else(wrong)?;
        Ok(Self { origin: url.origin().ascii_serialization(), host: host.to_owned() })
    }
}

/// Without a slash at the end, so that a path can follow.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_where_everything_begins() {
        for (text, shown) in [
            ("https://rollcall.example.com", Some("https://rollcall.example.com")),
            ("https://rollcall.example.com/", Some("https://rollcall.example.com")),
            ("https://rollcall.example.com:8443", Some("https://rollcall.example.com:8443")),
            ("http://[::1]:8630", Some("http://[::1]:8630")),
            ("rollcall.example.com", None),
            ("ftp://rollcall.example.com", None),
            ("https://rollcall.example.com/console", None),
            ("https://admin@rollcall.example.com", None),
            ("https://rollcall.example.com/?a", None),
        ] {
            let parsed = text.parse::<PublicUrl>().ok().map(|url| url.to_string());
            assert_eq!(parsed.as_deref(), shown, "{text}");
        }
    }
}
