//! Who is behind a connection: its other end, or whom trusted proxies name.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::network::{Network, is_in};

/// From where a request came in. The listener puts it into each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The other end of the connection: a browser, a source, a proxy.
    pub peer: IpAddr,
    /// Whether the connection itself is TLS.
    pub is_tls: bool,
}

/// From where a request comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientAddress {
    /// None where the program that embeds the console does not tell.
    pub(crate) address: Option<IpAddr>,
    /// Whether it came by TLS all the way.
    pub(crate) is_secure: bool,
}

/// Who sent it. What a peer says of others is believed of the trusted ones alone.
pub(crate) fn client(
    Arrival { peer, is_tls }: Arrival,
    trusted: &[Network],
    headers: &HeaderMap,
) -> ClientAddress {
    let is_trusted = |address: &IpAddr| is_in(trusted, *address);
    if !is_trusted(&peer) {
        return ClientAddress { address: Some(peer), is_secure: is_tls };
    }
    let is_secure = listed(headers, "x-forwarded-proto").last().is_some_and(|scheme| scheme == "https");
    // Each proxy adds whom it heard it from at the end; what stands before the first stranger, the stranger wrote.
    let mut address = peer;
    for hop in listed(headers, "x-forwarded-for").iter().rev() {
        let Some(hop) = hop_address(hop) else { break };
        address = hop;
        if !is_trusted(&hop) {
            break;
        }
    }
    ClientAddress { address: Some(address), is_secure }
}

/// The values of a header that is a list, from first to last.
fn listed(headers: &HeaderMap, name: &str) -> Vec<String> {
    let texts = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(|value| value.trim().to_ascii_lowercase()).collect()
}

/// An address, with or without a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let address = hop.parse().ok().or_else(with_port)?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_is_not_believed_about_others() {
        let claims = headers(&[("x-forwarded-for", "10.0.0.9"), ("x-forwarded-proto", "https")]);
        let arrival = Arrival { peer: address("192.0.2.1"), is_tls: false };
        let found = client(arrival, &["10.0.0.0/8".parse().unwrap()], &claims);
        assert_eq!(found, ClientAddress { address: Some(address("192.0.2.1")), is_secure: false });
    }

    #[test]
    fn behind_trusted_proxies_the_client_is_the_last_stranger() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let arrival = Arrival { peer: address("10.0.0.1"), is_tls: false };
        for (forwarded, expected) in [
            (&[("x-forwarded-for", "192.0.2.7")][..], "192.0.2.7"),
            // What the client itself wrote stands before what the proxy added.
            (&[("x-forwarded-for", "203.0.113.1, 192.0.2.7, 10.0.0.2")], "192.0.2.7"),
            (&[("x-forwarded-for", "203.0.113.1"), ("x-forwarded-for", "192.0.2.7")], "192.0.2.7"),
            (&[("x-forwarded-for", "[2001:db8::7]:4711")], "2001:db8::7"),
            (&[("x-forwarded-for", "192.0.2.7:4711")], "192.0.2.7"),
            (&[("x-forwarded-for", "192.0.2.7, nonsense")], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            let found = client(arrival, &trusted, &headers(forwarded));
            assert_eq!(found.address, Some(address(expected)), "{forwarded:?}");
        }
    }

    #[test]
    fn a_proxy_says_whether_it_was_reached_by_tls() {
        let trusted = ["10.0.0.1".parse().unwrap()];
        let arrival = Arrival { peer: address("10.0.0.1"), is_tls: false };
        for (claim, is_secure) in [("https", true), ("http", false), ("https, http", false)] {
            let found = client(arrival, &trusted, &headers(&[("x-forwarded-proto", claim)]));
            assert_eq!(found.is_secure, is_secure, "{claim}");
        }
    }
}
