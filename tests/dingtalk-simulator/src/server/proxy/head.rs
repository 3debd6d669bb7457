//! The head of a request to a proxy: just enough HTTP/1.1 to know where it wants to go.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// Largest head read. Why: what common proxies allow.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// A request line, its headers, and what had been read behind them.
pub(super) struct Head {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    pub(super) rest: Vec<u8>,
}

/// Where a request wants to go.
pub(super) struct Target {
    pub(super) host: String,
    pub(super) port: u16,
    /// For a plain `http://` request: the head as the origin server wants it.
    pub(super) plain: Option<String>,
}

/// Why a head leads nowhere.
pub(super) enum Unfit {
    /// Neither CONNECT nor a request for an `http://` address.
    Method,
    /// No host, or no port where there must be one.
    Malformed,
}

/// Reads a head; none if the client goes away, or sends something else than a head.
pub(super) async fn read(client: &mut TcpStream) -> io::Result<Option<Head>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if MAX_HEAD_BYTES < bytes.len() || client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let rest = bytes.split_off(end.saturating_add(4));
    Ok(parse(&String::from_utf8_lossy(&bytes), rest))
}

fn parse(text: &str, rest: Vec<u8>) -> Option<Head> {
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let mut words = lines.next()?.split(' ');
    let (method, uri) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers =
        headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Head { method, uri, headers, rest })
}

impl Head {
    /// The value of a header, by lower-case name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn target(&self) -> Result<Target, Unfit> {
        if self.method == "CONNECT" {
            let (host, port) = self.uri.rsplit_once(':').ok_or(Unfit::Malformed)?;
            let port = port.parse().map_err(|_| Unfit::Malformed)?;
            return Ok(Target { host: without_brackets(host).to_owned(), port, plain: None });
        }
        let url = url::Url::parse(&self.uri).map_err(|_| Unfit::Method)?;
        if url.scheme() != "http" {
            return Err(Unfit::Method);
        }
        let host = url.host_str().ok_or(Unfit::Malformed)?;
        let port = url.port_or_known_default().ok_or(Unfit::Malformed)?;
        Ok(Target { host: without_brackets(host).to_owned(), port, plain: Some(self.for_origin(&url)) })
    }

    /// The head without what concerns the proxy. One request a connection, so that each is counted and checked.
    fn for_origin(&self, url: &url::Url) -> String {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut head = format!("{} {}{query} HTTP/1.1\r\n", self.method, url.path());
        for (name, value) in &self.headers {
            if !name.starts_with("proxy-") && name != "connection" {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        head.push_str("connection: close\r\n\r\n");
        head
    }
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(host)
}
