//! Which addresses are served, and what is said of a request that came in.

use std::sync::Arc;

use axum::Extension;
use axum::routing::get;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::*;

mod held;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Says how a request arrived.
fn routes() -> Router {
    Router::new().route("/", get(async |Extension(arrival): Extension<Arrival>| format!("{arrival:?}")))
}

async fn bind(address: &str, exposure: &Exposure) -> Result<Listener, BindError> {
    Listener::bind(address.parse().unwrap(), exposure).await
}

async fn answered(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A certificate for "localhost", as files, and as what a client trusts.
fn certificate() -> (Tls, TlsConnector) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_file(&certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Tls::load(&certificate, &key).unwrap(), TlsConnector::from(Arc::new(config)))
}

#[tokio::test]
async fn what_others_can_reach_is_served_with_tls_or_behind_a_proxy_alone() {
    let (tls, _) = certificate();
    let with_tls = Exposure { tls: Some(tls), ..Exposure::default() };
    let behind = Exposure { trusted_proxies: vec!["10.0.0.1".parse().unwrap()], ..Exposure::default() };
    for (address, exposure, is_served) in [
        ("127.0.0.1:0", &Exposure::default(), true),
        ("0.0.0.0:0", &Exposure::default(), false),
        ("0.0.0.0:0", &with_tls, true),
        ("0.0.0.0:0", &behind, true),
    ] {
        let bound = bind(address, exposure).await;
        assert_eq!(bound.is_ok(), is_served, "{address} {bound:?}");
    }
    let refused = bind("0.0.0.0:0", &Exposure::default()).await.unwrap_err();
    assert!(matches!(refused, BindError::InTheClear { .. }), "{refused}");
}

#[tokio::test]
async fn a_request_is_told_from_where_it_came() {
    let listener = bind("127.0.0.1:0", &Exposure::default()).await.unwrap();
    let (address, end) = (listener.address(), Cancel::new());
    let serving = tokio::spawn(listener.serve(routes(), end.clone()));
    let answer = answered(TcpStream::connect(address).await.unwrap()).await;
    assert!(answer.ends_with("Arrival { peer: 127.0.0.1, is_tls: false }"), "{answer}");
    end.cancel();
    serving.await.unwrap();
}

#[tokio::test]
async fn with_a_certificate_tls_is_spoken_and_nothing_else() {
    let (tls, client) = certificate();
    let listener = bind("127.0.0.1:0", &Exposure { tls: Some(tls), ..Exposure::default() }).await.unwrap();
    assert!(listener.url().to_string().starts_with("https://127.0.0.1:"));
    let (address, end) = (listener.address(), Cancel::new());
    let serving = tokio::spawn(listener.serve(routes(), end.clone()));
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let answer = answered(client.connect(name, stream).await.unwrap()).await;
    assert!(answer.ends_with("Arrival { peer: 127.0.0.1, is_tls: true }"), "{answer}");
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(REQUEST).await.unwrap();
    let mut heard = Vec::new();
    // An alert, and then the end, in whatever way the system tells it.
    let _ended = plain.read_to_end(&mut heard).await;
    assert!(!heard.starts_with(b"HTTP"), "{heard:?}");
    end.cancel();
    serving.await.unwrap();
}
