//! Sources that were configured by an administrator, as they are written down.
//!
//! Not here: what their parts mean.

use async_trait::async_trait;
use rollcall_host::model::{SourceName, Timestamp};

use crate::error::DatabaseError;

/// A configured source. Texts of JSON are its caller's own, and a store does not look into them.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Its name, which is unique.
    pub name: String,
    /// Its connector, by the digest of the connector's file.
    pub connector: String,
    /// JSON: its settings without those that are secret.
    pub settings: String,
    /// JSON: proxy without its password, certificates, granted origins.
    pub egress: String,
    /// What is secret of it, sealed.
    pub secrets: Vec<u8>,
    /// JSON: when it is read in full; none if not by itself.
    pub schedule: Option<String>,
    /// What becomes of people who departed: `deactivate` or `delete`.
    pub departed: String,
    /// Whether an administrator said that it be followed.
    pub is_followed: bool,
    /// JSON: where each secret went when it was entered; none where no version that knows of it has looked at it yet.
    pub trust: Option<String>,
    /// JSON: how its people are told over SCIM; none for the usual way.
    pub scim: Option<String>,
}

/// Without what is sealed.
impl std::fmt::Debug for SourceRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceRecord").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The configured sources.
#[async_trait]
pub trait ConfiguredSources: Send + Sync {
    /// Every source, in order of name.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn source_records(&self) -> Result<Vec<SourceRecord>, DatabaseError>;

    /// The source of this name.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn source_record(&self, name: &SourceName) -> Result<Option<SourceRecord>, DatabaseError>;

    /// Keep a source, in the place of the one of its name.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn keep_source(&self, source: &SourceRecord, now: Timestamp) -> Result<(), DatabaseError>;

    /// Forget a source. Whether it was there.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn forget_source(&self, name: &SourceName) -> Result<bool, DatabaseError>;
}
