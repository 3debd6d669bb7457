//! Idempotency keys: asking twice does once.
//!
//! Source: the IETF draft "The Idempotency-Key HTTP Header Field".

use async_trait::async_trait;
use rollcall_host::model::Timestamp;

use crate::error::DatabaseError;

/// Whose key it is, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// The account or the token that uses it; keys of two never meet.
    pub who: String,
    /// A text of theirs.
    pub key: String,
}

/// A request that wants to be made under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The key.
    pub owner: KeyOwner,
    /// A digest of the request.
    pub request: Vec<u8>,
    /// Now.
    pub now: Timestamp,
    /// Keys that were claimed before are forgotten.
    pub kept_since: Timestamp,
    /// Keys that were claimed before and have no answer yet are forgotten: their process died.
    pub under_way_since: Timestamp,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The key is new, and is taken now.
    Fresh,
    /// It was used for another request.
    Other,
    /// The same request is under way.
    UnderWay,
    /// The same request was answered like this.
    Answered(String),
}

/// The keys.
#[async_trait]
pub trait IdempotencyKeys: Send + Sync {
    /// Claim a key for a request. Of several who ask at once, one is told that it is fresh.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn claim_key(&self, claim: &Claim) -> Result<Claimed, DatabaseError>;

    /// Keep what the request of a key was answered, JSON, with its HTTP status.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn answer_key(&self, owner: &KeyOwner, status: u16, answer: &str) -> Result<(), DatabaseError>;

    /// Give a key back whose request was not done.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn release_key(&self, owner: &KeyOwner) -> Result<(), DatabaseError>;
}
