//! How requests of a source leave this machine: through which proxy, trusting which certificates, to which origins.
//!
//! The machine's own proxy settings (`HTTPS_PROXY` and friends) and its certificate store are deliberately not read, so
//! that a source behaves the same everywhere. With a proxy, nothing of a source ever leaves without it. The proxy resolves names for
//! itself; this machine asks its own name servers as well, only to see whether a name leads into its network (`reach`). Not here: rate limits (`rate`), which origins are granted (`grant`).

mod body;
mod cause;
mod challenge;
mod client;
pub(crate) mod dates;
mod dial;
mod fault;
mod login;
mod reach;
mod resolver;
mod tap;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
mod trouble;
mod tunnel;
pub(crate) mod websocket;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::grant::Origin;

#[cfg(test)]
pub(crate) use self::cause::Cause;
pub use self::client::{Client, Request, Response};
pub(crate) use self::dial::DialError;
pub(crate) use self::fault::dial_diagnosis;
pub use self::fault::{Fault, FaultKind};
pub use self::reach::{NotAllowed, Reach, Zone};
pub use self::tls::InvalidCa;
pub(crate) use self::trouble::Trouble;
#[cfg(test)]
pub(crate) use self::trouble::Unwelcome;

/// How a source's requests leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Egress {
    /// Through this proxy, always; directly if there is none.
    pub proxy: Option<Proxy>,
    /// Certificates (PEM) to trust beside Mozilla's: a company's own authority.
    pub ca_pem: Option<Vec<u8>>,
    /// The origins an administrator grants. None: exactly the https origins that the connector asks for.
    pub allow: Option<Vec<Origin>>,
}

/// A forward proxy. Its password is in no output of this type.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    pub(crate) scheme: ProxyScheme,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) credentials: Option<Credentials>,
}

impl Proxy {
    /// The same proxy with this name and password instead of those in its URL.
    #[must_use]
    pub fn with_credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some(Credentials { user: user.into(), password: password.into() });
        self
    }

    /// The name to log in with, if the proxy wants one.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.credentials.as_ref().map(|credentials| credentials.user.as_str())
    }
}

impl FromStr for Proxy {
    type Err = InvalidProxy;

    /// From `http://`, `https://` or `socks5://`, optionally with `name:password@`, which is percent-encoded.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| InvalidProxy::NotAUrl)?;
        let scheme = ProxyScheme::parse(url.scheme()).ok_or(InvalidProxy::Scheme)?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidProxy::Path);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(InvalidProxy::NotAUrl)?;
        Ok(Self {
            scheme,
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(scheme.default_port()),
            credentials: credentials(&url)?,
        })
    }
}

/// The URL without name and password, for messages and logs.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.as_str();
        let Self { host, port, .. } = self;
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{host}:{port}")
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.to_string())
            .field("credentials", &self.credentials)
            .finish()
    }
}

/// Why a text is no [`Proxy`]. It does not repeat the text, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProxy {
    /// It cannot be read as a URL with a host.
    #[error("proxy must be a URL such as \"http://name:password@proxy.example.com:3128\"")]
    NotAUrl,
    /// It is a URL of another kind. What stands in the scheme's place may be a user name, so it is not repeated.
    #[error("proxy scheme must be \"http\", \"https\" or \"socks5\"")]
    Scheme,
    /// It has something behind the port.
    #[error("proxy must end after its port, without a path or a query")]
    Path,
    /// Its name or password is not UTF-8 once decoded.
    #[error("proxy name and password must be percent-encoded UTF-8")]
    Credentials,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyScheme {
    Http,
    Https,
    Socks5,
}

impl ProxyScheme {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            // "socks5h" says that the proxy resolves names. Here it always does.
            "socks5" | "socks5h" => Some(Self::Socks5),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks5 => "socks5",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks5 => 1080,
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).field("password", &"…").finish()
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, InvalidProxy> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
    let user = decode(url.username()).map_err(|_| InvalidProxy::Credentials)?;
    let password = decode(url.password().unwrap_or_default()).map_err(|_| InvalidProxy::Credentials)?;
    Ok(Some(Credentials { user, password }))
}
