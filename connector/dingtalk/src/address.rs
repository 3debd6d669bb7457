//! Addresses as this connector meets them: the origins of its settings, and where a channel is. It reads what is written
//! plainly and guesses nothing; how an address becomes a connection is the host's part.

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Of a web server.
pub(crate) const WEB: [(&str, u16); 2] = [("https", 443), ("http", 80)];

/// Of a WebSocket.
pub(crate) const WEB_SOCKET: [(&str, u16); 2] = [("wss", 443), ("ws", 80)];

/// What stands for itself in a segment of a path.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An absolute address without a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    origin: String,
    path: String,
    query: Option<String>,
}

impl Address {
    /// An address of one of these schemes, each with the port that goes without saying. None for anything else: a user or
    /// a fragment would be lost or would leak.
    pub(crate) fn parse(text: &str, schemes: &[(&str, u16)]) -> Option<Self> {
        let text = text.trim();
        if text.contains('#') {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let (scheme, default_port) = schemes.iter().find(|(scheme, _)| uri.scheme_str() == Some(scheme))?;
        let authority = uri.authority()?;
        let host = authority.host().to_ascii_lowercase();
        let port = match authority.as_str().get(host.len()..)? {
            "" => None,
            // A port that is none is not passed over.
            _ => Some(authority.port_u16()?),
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if host.is_empty() || authority.as_str().contains('@') || !host.bytes().all(is_plain) {
            return None;
        }
        let port = port.filter(|port| port != default_port).map(|port| format!(":{port}"));
        Some(Self {
            origin: format!("{scheme}://{host}{}", port.unwrap_or_default()),
            path: uri.path().to_owned(),
            query: uri.path_and_query().and_then(PathAndQuery::query).map(str::to_owned),
        })
    }

    /// The origin, if that is all the address says.
    pub(crate) fn into_origin(self) -> Option<String> {
        (self.path == "/" && self.query.is_none()).then_some(self.origin)
    }

    /// The origin to whoever grants it: a WebSocket's is that of the web server.
    pub(crate) fn web_origin(self) -> String {
        match self.origin.split_once("://") {
            Some(("wss", rest)) => format!("https://{rest}"),
            Some(("ws", rest)) => format!("http://{rest}"),
            Some(_) | None => self.origin,
        }
    }

    /// The same with one more pair in its query.
    pub(crate) fn with_pair(&self, name: &str, value: &str) -> String {
        let Self { origin, path, query } = self;
        let pair = pair(name, value);
        match query.as_deref().filter(|query| !query.is_empty()) {
            Some(query) => format!("{origin}{path}?{query}&{pair}"),
            None => format!("{origin}{path}?{pair}"),
        }
    }
}

/// One pair of a query.
pub(crate) fn pair(name: &str, value: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

/// One segment of a path, whatever it holds.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, &PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Address, WEB, WEB_SOCKET, segment};

    fn origin(text: &str) -> Option<String> {
        Address::parse(text, &WEB)?.into_origin()
    }

    #[test]
    fn an_origin_is_written_the_same_way_however_it_was_entered() {
        let written = [
            ("https://oapi.dingtalk.com", "https://oapi.dingtalk.com"),
            ("https://oapi.dingtalk.com/", "https://oapi.dingtalk.com"),
            (" HTTPS://OAPI.DingTalk.com:443 ", "https://oapi.dingtalk.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://sim_1:80", "http://sim_1"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("https://h:80", "https://h:80"),
        ];
        for (text, expected) in written {
            assert_eq!(origin(text).as_deref(), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_none() {
        let texts = [
            "https://h/path",
            "https://h//",
            "https://h?q",
            "https://h/?",
            "https://h#f",
            "https://h/#",
            "https://u@h",
            "https://u:p@h",
            "https://:p@h",
            "https://@h",
            "https://h:",
            "https://h:x",
            "https://h:65536",
            "https://h:-1",
            "https://",
            "https:///",
            "https:h",
            "https:/h",
            "//h",
            "h",
            "h:443",
            "",
            " ",
            "data:x",
            "ftp://h",
            "wss://h",
            "https://h h",
            "https://h\\p",
            "https://钉钉.cn",
            "https://a%2fb",
            "https://[::1",
            "https://h,i",
        ];
        for text in texts {
            assert_eq!(origin(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_pair_joins_the_query_that_is_there() {
        let with = |text| Address::parse(text, &WEB_SOCKET).map(|address| address.with_pair("t", "a+b &"));
        let cases = [
            ("wss://h", "wss://h/?t=a%2Bb+%26"),
            ("wss://h:443/c", "wss://h/c?t=a%2Bb+%26"),
            ("ws://h:1/c?", "ws://h:1/c?t=a%2Bb+%26"),
            ("ws://h/c?x=1", "ws://h/c?x=1&t=a%2Bb+%26"),
        ];
        for (text, expected) in cases {
            assert_eq!(with(text).as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(with("https://h/c"), None);
    }

    #[test]
    fn a_segment_cannot_become_two() {
        assert_eq!(segment("ding1a-b_c.~"), "ding1a-b_c.~");
        assert_eq!(segment("a/b?c#d%张"), "a%2Fb%3Fc%23d%25%E5%BC%A0");
    }
}
