//! The console's own certificate, for those who have no reverse proxy.
//!
//! Not here: reading it again while the program runs; it is started again when the certificate was renewed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate with its key, ready to serve.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
}

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read, or has not what it should have.
    #[error("file {path:?} must have {wanted} in PEM: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What it should have.
        wanted: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key do not go together, or are of a kind that is not spoken.
    #[error("the certificate {certificate:?} cannot be served with the key {key:?}: {reason}")]
    Together {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of its key.
        key: PathBuf,
        /// Why not.
        reason: rustls::Error,
    },
}

impl Tls {
    /// From a chain of certificates, the server's first, and its private key.
    ///
    /// # Errors
    ///
    /// When a file is wrong, or they do not go together.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain = chain(certificate)?;
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|reason| wrong(key, "a private key", &reason))?;
        let together =
            |reason| TlsError::Together { certificate: certificate.to_owned(), key: key.to_owned(), reason };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(together)?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(together)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config) })
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(chain) if chain.is_empty() => Err(wrong(path, "a certificate", &pem::Error::NoItemsFound)),
        Ok(chain) => Ok(chain),
        Err(reason) => Err(wrong(path, "a certificate", &reason)),
    }
}

fn wrong(path: &Path, wanted: &'static str, reason: &pem::Error) -> TlsError {
    TlsError::File { path: path.to_owned(), wanted, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a certificate of this machine and its key.
    fn files() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (folder, certificate, key)
    }

    #[test]
    fn a_certificate_and_its_key_go_together() {
        let (_folder, certificate, key) = files();
        assert!(Tls::load(&certificate, &key).is_ok());
    }

    #[test]
    fn the_file_that_is_wrong_is_named() {
        let (folder, certificate, key) = files();
        let none = folder.path().join("none.pem");
        for (certificate, key, named, wanted) in [
            (&none, &key, "none.pem", "a certificate"),
            (&key, &key, "key.pem", "a certificate"),
            (&certificate, &none, "none.pem", "a private key"),
            (&certificate, &certificate, "cert.pem", "a private key"),
        ] {
            let error = Tls::load(certificate, key).unwrap_err().to_string();
            assert!(error.contains(named) && error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let ((_one, certificate, _), (_other, _, key)) = (files(), files());
        assert!(matches!(Tls::load(&certificate, &key), Err(TlsError::Together { .. })));
    }
}
