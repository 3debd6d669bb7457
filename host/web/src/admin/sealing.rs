//! Secrets at rest: sealed with a key that stands in a file of its own, so that whoever gets hold of the database alone, or
//! of a backup of it, has none of them.
//!
//! Not here: who may use a secret. Whoever can read both files can.

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::database::{Database, DatabaseError};

/// Bytes of a key: XChaCha20-Poly1305 has 256 bits.
const KEY_BYTES: usize = 32;

/// Bytes of a nonce: 192 bits, enough to be random each time.
const NONCE_BYTES: usize = 24;

/// What the database keeps sealed, to know the key again.
const PROBE: (&str, &[u8]) = ("sealing.probe", b"rollcall");

/// What stands above a key in its file.
const COMMENT: &str = "# Seals the secrets in console.db. Without it they are lost: keep a copy, and keep it apart from copies of console.db.";

/// A key. Its memory is cleared when it goes.
#[derive(Clone)]
pub(crate) struct SealingKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// Why secrets cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The file of the key cannot be read or written.
    #[error("key file {path:?} cannot be used: {source}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Others than its owner can read it.
    #[error("key file {path:?} can be read by others (mode {mode:03o}); take that from them: chmod 600")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It has no key in it.
    #[error("key file {path:?} must have 32 bytes in base64 on one line; restore it from a copy")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// There are secrets, and no file to open them with.
    #[error(
        "key file {path:?} is missing, and the database has secrets that were sealed with it; restore it from a copy"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The secrets were sealed with another key.
    #[error(
        "key file {path:?} is not the one that the secrets in the database were sealed with; restore that one from a copy"
    )]
    Another {
        /// The file.
        path: PathBuf,
    },
    /// Something sealed was changed, or stands where it does not belong.
    #[error(
        "a secret of {context:?} cannot be opened: it was changed, or sealed with another key; enter it again"
    )]
    Broken {
        /// What it was sealed for.
        context: String,
    },
    /// The system has no randomness.
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(#[from] getrandom::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl SealingKey {
    /// Seal a secret. The context says where it belongs, by table, row and column; it cannot be opened for another place.
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| SealingError::Broken { context: context.to_owned() })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Open what was sealed for this context.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let broken = || SealingError::Broken { context: context.to_owned() };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), payload);
        opened.map(Zeroizing::new).map_err(|_| broken())
    }

    /// What proves texts of one purpose as our own. A key of its own is derived for each, so that no proof stands for another.
    pub(crate) fn authenticator(&self, purpose: &str) -> Hmac<Sha256> {
        let mut derived = hmac(self.bytes.as_slice());
        derived.update(purpose.as_bytes());
        hmac(&derived.finalize().into_bytes())
    }

    /// The key in this file, or a new one if there is no file and nothing was sealed yet.
    ///
    /// # Errors
    ///
    /// When the file is missing, open to others, broken, or not the one that the database's secrets were sealed with.
    pub(crate) async fn load(path: PathBuf, database: &Database) -> Result<Self, SealingError> {
        loop {
            let state = database.key_state().await?;
            let key = in_file(path.clone(), state.has_secrets).await?;
            let (context, plain) = PROBE;
            let is_known = state.probe.as_ref().is_some_and(|probe| key.open(context, probe).is_ok());
            if is_known {
                return Ok(key);
            }
            if state.has_secrets {
                return Err(SealingError::Another { path });
            }
            // Otherwise something was sealed meanwhile, and whether by this key is looked at again.
            if database.set_probe(state.probe.as_deref(), &key.seal(context, plain)?).await? {
                return Ok(key);
            }
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes.as_ref().into())
    }

    fn fresh() -> Result<Self, SealingError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut())?;
        Ok(Self { bytes })
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// HMAC with a key that is shorter than a block, which is what stands before zeros in the first one (RFC 2104).
fn hmac(key: &[u8]) -> Hmac<Sha256> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    Mac::new(&block)
}

/// The key in a file; a new one if there is no file and nothing was sealed yet.
async fn in_file(path: PathBuf, has_secrets: bool) -> Result<SealingKey, SealingError> {
    let found = tokio::task::spawn_blocking(move || match read(&path)? {
        Some(key) => Ok(key),
        None if has_secrets => Err(SealingError::Missing { path }),
        None => create(&path),
    });
    found.await.map_err(|died| SealingError::Database(DatabaseError::failed(died)))?
}

/// The key in a file. None if there is no file.
fn read(path: &Path) -> Result<Option<SealingKey>, SealingError> {
    let unusable = |source| SealingError::Unusable { path: path.to_owned(), source };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(error)),
    };
    refuse_open(path, &std::fs::metadata(path).map_err(unusable)?)?;
    let malformed = || SealingError::Malformed { path: path.to_owned() };
    let is_key = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let mut lines = text.lines().map(str::trim).filter(is_key);
    let (Some(line), None) = (lines.next(), lines.next()) else { return Err(malformed()) };
    let decoded = Zeroizing::new(STANDARD.decode(line).map_err(|_| malformed())?);
    let bytes = <[u8; KEY_BYTES]>::try_from(decoded.as_slice()).map_err(|_| malformed())?;
    Ok(Some(SealingKey { bytes: Zeroizing::new(bytes) }))
}

#[cfg(unix)]
fn refuse_open(path: &Path, metadata: &std::fs::Metadata) -> Result<(), SealingError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SealingError::Open { path: path.to_owned(), mode }) }
}

/// Elsewhere a folder's own rules say who can read it.
#[cfg(not(unix))]
fn refuse_open(_path: &Path, _metadata: &std::fs::Metadata) -> Result<(), SealingError> {
    Ok(())
}

fn create(path: &Path) -> Result<SealingKey, SealingError> {
    let key = SealingKey::fresh()?;
    let encoded = Zeroizing::new(STANDARD.encode(key.bytes.as_slice()));
    write(path, &encoded).map_err(|source| SealingError::Unusable { path: path.to_owned(), source })?;
    Ok(key)
}

/// Write it where nothing is yet, for its owner alone, and have it on disk before anything is sealed with it.
fn write(path: &Path, encoded: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{COMMENT}\n{encoded}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests;
