//! Which certificates are trusted: Mozilla's, and those an administrator adds.
//!
//! Not here: any way to trust everything.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why a CA file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCa {
    /// It is not PEM.
    #[error("ca file must be PEM, with \"-----BEGIN CERTIFICATE-----\" blocks: {0}")]
    NotPem(String),
    /// It is PEM and has no certificate, or one that cannot be a root.
    #[error("ca file must hold at least one usable certificate: {0}")]
    NoCertificate(String),
    /// The cryptography of this build cannot speak TLS at all.
    #[error("tls is not available: {0}")]
    Unavailable(String),
}

/// The client's side of TLS, for one source: sessions are not resumed across sources.
pub(super) fn config(ca_pem: Option<&[u8]>) -> Result<Arc<ClientConfig>, InvalidCa> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|cause| unavailable(&cause))?;
    let mut config = builder.with_webpki_verifier(verifier(ca_pem)?).with_no_client_auth();
    // HTTP/2 would put every request of a source on one connection, which most forward proxies then throttle or cut.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Who is trusted. Sources that trust the same share it, because it holds all of Mozilla's certificates.
fn verifier(ca_pem: Option<&[u8]>) -> Result<Arc<WebPkiServerVerifier>, InvalidCa> {
    static SHARED: Mutex<BTreeMap<Option<Digest>, Weak<WebPkiServerVerifier>>> = Mutex::new(BTreeMap::new());
    let digest = ca_pem.map(|pem| *blake3::hash(pem).as_bytes());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.retain(|_, verifier| 0 < verifier.strong_count());
    if let Some(verifier) = shared.get(&digest).and_then(Weak::upgrade) {
        return Ok(verifier);
    }
    let roots = match ca_pem {
        None => mozilla(),
        Some(pem) => with_own(mozilla(), pem)?,
    };
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|cause| InvalidCa::Unavailable(cause.to_string()))?;
    shared.insert(digest, Arc::downgrade(&verifier));
    Ok(verifier)
}

type Digest = [u8; blake3::OUT_LEN];

fn mozilla() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn with_own(mut roots: RootCertStore, pem: &[u8]) -> Result<RootCertStore, InvalidCa> {
    let known = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|cause| InvalidCa::NotPem(cause.to_string()))?;
        roots.add(certificate).map_err(|cause| InvalidCa::NoCertificate(cause.to_string()))?;
    }
    if roots.len() == known {
        return Err(InvalidCa::NoCertificate("it has none".to_owned()));
    }
    Ok(roots)
}

fn unavailable(cause: &rustls::Error) -> InvalidCa {
    InvalidCa::Unavailable(cause.to_string())
}
