//! Calls a receiver of pushes: one POST, no redirect followed, and nobody who is not on this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::events::{PushAnswer, PushRequest};

/// Largest answer read. Why: a right one has about 200 bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Calls receivers.
#[derive(Clone)]
pub(super) struct Caller {
    tls: Option<TlsConnector>,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("https", &self.tls.is_some()).finish()
    }
}

impl Caller {
    /// A caller that trusts this authority for `https://`, or nobody.
    pub(super) fn new(ca_pem: Option<&str>) -> Result<Self, rustls::Error> {
        let tls = match ca_pem {
            Some(pem) => Some(TlsConnector::from(Arc::new(config(pem)?))),
            None => None,
        };
        Ok(Self { tls })
    }

    /// Sends a push and gives what comes back within the time.
    pub(super) async fn post(&self, push: PushRequest, timeout_ms: u64) -> PushAnswer {
        let answer = timeout(Duration::from_millis(timeout_ms), self.send(push)).await;
        answer.unwrap_or(PushAnswer::TimedOut)
    }

    async fn send(&self, push: PushRequest) -> PushAnswer {
        let Ok(url) = Url::parse(&push.url) else {
            return PushAnswer::Forbidden("url cannot be read".to_owned());
        };
        let Some(address) = loopback(&url) else {
            return PushAnswer::Forbidden("host is not a loopback name or address".to_owned());
        };
        let socket = match TcpStream::connect(address).await {
            Ok(socket) => socket,
            Err(error) => return PushAnswer::Unreachable(error.to_string()),
        };
        // It only delays; whoever answers is not concerned.
        let _ = socket.set_nodelay(true);
        match (url.scheme(), &self.tls) {
            ("http", _) => exchange(socket, &url, push.body).await,
            ("https", Some(tls)) => {
                let Ok(name) = ServerName::try_from(url.host_str().unwrap_or_default().to_owned()) else {
                    return PushAnswer::Forbidden("host cannot be in a certificate".to_owned());
                };
                match tls.connect(name, socket).await {
                    Ok(stream) => exchange(stream, &url, push.body).await,
                    Err(error) => PushAnswer::Unreachable(error.to_string()),
                }
            }
            (_, _) => {
                PushAnswer::Forbidden("https needs an authority for receivers, and none was given".to_owned())
            }
        }
    }
}

fn config(ca_pem: &str) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.map_err(|error| rustls::Error::General(error.to_string()))?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn loopback(url: &Url) -> Option<SocketAddr> {
    let address = match url.host()? {
        Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Host::Domain(_) => return None,
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
    };
    let port = url.port_or_known_default()?;
    address.is_loopback().then(|| SocketAddr::new(address, port))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    url: &Url,
    body: Vec<u8>,
) -> PushAnswer {
    let unreachable = |error: &dyn std::error::Error| PushAnswer::Unreachable(error.to_string());
    let (mut sender, connection) = match http1::handshake(TokioIo::new(stream)).await {
        Ok(ready) => ready,
        Err(error) => return unreachable(&error),
    };
    let request = match request(url, body) {
        Ok(request) => request,
        Err(error) => return unreachable(&error),
    };
    let response = async {
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        Ok::<_, hyper::Error>((status, Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await))
    };
    let mut response = pin!(response);
    let answered = tokio::select! {
        answered = &mut response => answered,
        // It may end because the answer is there; if it broke, the answer says so.
        _ = connection => response.await,
    };
    match answered {
        Ok((status, Ok(body))) => PushAnswer::Response { status, body: body.to_bytes().to_vec() },
        Ok((_, Err(error))) => PushAnswer::Unreachable(error.to_string()),
        Err(error) => unreachable(&error),
    }
}

fn request(url: &Url, body: Vec<u8>) -> Result<Request<Full<Bytes>>, http::Error> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Request::builder()
        .method(Method::POST)
        .uri(format!("{}{query}", url.path()))
        .header(header::HOST, format!("{}{port}", url.host_str().unwrap_or_default()))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
}
