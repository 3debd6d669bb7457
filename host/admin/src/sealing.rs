//! What tells whether a key is the one that the secrets in a store were sealed with.
//!
//! Not here: the key, which stands outside of the store.

use async_trait::async_trait;

use crate::error::DatabaseError;

/// What a store knows of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Whether there is something sealed: a source or a webhook.
    pub has_secrets: bool,
    /// A known text, sealed with the key; none where there was no key yet.
    pub probe: Option<Vec<u8>>,
}

/// The sealed text by which a key is known again.
#[async_trait]
pub trait KeyCheck: Send + Sync {
    /// What is known of the key.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn key_state(&self) -> Result<KeyState, DatabaseError>;

    /// Keep this probe, if nothing is sealed and the probe is still `known`. Whether it was kept.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn set_probe(&self, known: Option<&[u8]>, probe: &[u8]) -> Result<bool, DatabaseError>;
}
