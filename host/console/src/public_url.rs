//! Where people reach the console, and whose word about others is taken.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use url::Url;

/// Addresses with the same first bits: `10.0.0.0/8`, `2001:db8::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    n_bits: u32,
}

/// Why a text is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "network {text:?} must be an address, or an address and the number of its bits that count: 10.0.0.0/8"
)]
pub struct NotANetwork {
    text: String,
}

impl Network {
    /// Whether this address is in it. An IPv4 address in IPv6's clothes is the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= self.n_bits
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differing = network.to_bits() ^ address.to_bits();
                differing.leading_zeros() >= self.n_bits
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork { text: text.to_owned() };
        let (address, n_bits) = text.split_once('/').map_or((text, None), |(head, tail)| (head, Some(tail)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let n_bits = n_bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        if n_bits <= most { Ok(Self { address, n_bits }) } else { Err(wrong()) }
    }
}

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
    fn a_network_has_the_addresses_with_its_first_bits() {
        for (network, address, contains) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "::1", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ] {
            let parsed: Network = network.parse().unwrap();
            assert_eq!(parsed.contains(address.parse().unwrap()), contains, "{network} {address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "proxy.example.com", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "10.0.0.0/8/8"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

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
