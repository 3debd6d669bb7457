//! Sessions of browsers.
//!
//! Not here: the cookie that carries one.

use async_trait::async_trait;
use rollcall_host::model::Timestamp;

use crate::digest::Digest;
use crate::error::DatabaseError;

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Of the text in its cookie.
    pub digest: Digest,
    /// Whose it is: the name of an account.
    pub account: String,
    /// What each form of a page carries along, to prove that it came from this session.
    pub csrf: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, as far as it was written down.
    pub seen_at: Timestamp,
    /// The address of the client that began it; empty if that was not known.
    pub address: String,
    /// What the browser said that it is.
    pub agent: String,
}

/// Without the token of its forms.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("account", &self.account).finish_non_exhaustive()
    }
}

/// A session that begins now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// The session, both of whose moments are now.
    pub session: Session,
    /// From when on it is not valid, however often it is used.
    pub expires_at: Timestamp,
}

/// Which sessions are valid, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The moment; a session that expires then is not valid.
    pub now: Timestamp,
    /// A session that was last used then or earlier is not valid.
    pub unused_since: Timestamp,
}

/// The sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Begin a session of an account that exists, and forget those of any account that are not valid. Of this account's, the
    /// `at_most` that were used last are kept.
    ///
    /// # Errors
    ///
    /// When the store fails, or there is no such account.
    async fn begin_session(
        &self,
        new: &NewSession,
        limits: SessionLimits,
        at_most: u32,
    ) -> Result<(), DatabaseError>;

    /// The session with this digest, if it is valid.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn session(&self, digest: &Digest, limits: SessionLimits)
    -> Result<Option<Session>, DatabaseError>;

    /// The valid sessions of an account, the one used last first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn sessions_of(&self, account: &str, limits: SessionLimits) -> Result<Vec<Session>, DatabaseError>;

    /// Write down that a session was used now.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn session_used(&self, digest: &Digest, now: Timestamp) -> Result<(), DatabaseError>;

    /// End one session of an account. Whether there was one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn end_session(&self, account: &str, digest: &Digest) -> Result<bool, DatabaseError>;

    /// End all sessions of an account but the one with the digest `kept`. How many there were.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn end_other_sessions(&self, account: &str, kept: &Digest) -> Result<usize, DatabaseError>;
}
