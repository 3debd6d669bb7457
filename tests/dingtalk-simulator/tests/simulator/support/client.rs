//! A blocking HTTP/1.1 client over TLS for one request a connection: what arrives, byte for byte, or why nothing does.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// So that a broken test ends; no test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends `request` to `host` at `address`, and gives all that comes back.
pub(crate) fn over_tls(address: SocketAddr, ca_pem: &str, host: &str, request: &str) -> io::Result<String> {
    tls(connect(address)?, ca_pem, host, request)
}

/// The same through a proxy; `credentials` is `user:password`. A refusal of the proxy is the error's text.
pub(crate) fn over_proxy(
    proxy: SocketAddr,
    credentials: Option<&str>,
    ca_pem: &str,
    host: &str,
    request: &str,
) -> io::Result<String> {
    let mut socket = connect(proxy)?;
    let authorization = credentials.map(|text| format!("Proxy-Authorization: Basic {}\r\n", base64(text)));
    write!(
        socket,
        "CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n{}\r\n",
        authorization.unwrap_or_default()
    )?;
    let head = read_head(&mut socket)?;
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(io::Error::other(head));
    }
    tls(socket, ca_pem, host, request)
}

/// A TLS connection to `host` at `address`.
pub(crate) fn tls_stream(
    address: SocketAddr,
    ca_pem: &str,
    host: &str,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    Ok(secured(connect(address)?, ca_pem, host))
}

/// Sends `request` without TLS, and gives all that comes back.
pub(crate) fn plain(address: SocketAddr, request: &str) -> io::Result<String> {
    let mut socket = connect(address)?;
    socket.write_all(request.as_bytes())?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A POST with a JSON body, closing the connection behind it.
pub(crate) fn post(host: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

/// A GET, closing the connection behind it.
pub(crate) fn get(host: &str, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

/// The JSON of a response.
#[track_caller]
pub(crate) fn json_of(response: &str) -> serde_json::Value {
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}

fn tls(socket: TcpStream, ca_pem: &str, host: &str, request: &str) -> io::Result<String> {
    let mut stream = secured(socket, ca_pem, host);
    stream.write_all(request.as_bytes())?;
    // A body that breaks off may do so inside a character.
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn secured(socket: TcpStream, ca_pem: &str, host: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, socket)
}

fn read_head(socket: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte)? != 0 {
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
