//! Tokens of programs: a name, what it may do, until when.
//!
//! Not here: the text of a token, of which a digest is kept.

use async_trait::async_trait;
use rollcall_browse::Within;
use rollcall_host::model::Timestamp;

use crate::digest::Digest;
use crate::error::DatabaseError;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenScope {
    /// Read everything but secrets.
    Read,
    /// Read and change.
    Manage,
}

impl TokenScope {
    /// Its name in a database and in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manage => "manage",
        }
    }

    /// The scope of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Read, Self::Manage].into_iter().find(|scope| scope.as_str() == name)
    }
}

/// A token, without what is secret of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number, which no other token ever has.
    pub id: i64,
    /// What its administrator called it; several may have the same name.
    pub name: String,
    /// What it may do.
    pub scope: TokenScope,
    /// The sources that it may read. If they are not all, it reads by SCIM alone.
    pub within: Within,
    /// The account that created it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// From when on it is not valid; none if it does not end by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as it was written down.
    pub used_at: Option<Timestamp>,
    /// When an administrator revoked it.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it may be used at this moment.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A token that is to be created. Fields as in [`Token`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scope: TokenScope,
    /// The sources that it may read.
    pub within: Within,
    /// The account that creates it.
    pub created_by: String,
    /// From when on it is not valid.
    pub expires_at: Option<Timestamp>,
}

/// The tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Create a token, unless `at_most` are valid already, and forget those that ended before `ended_before`. Its number;
    /// none if there are too many.
    ///
    /// # Errors
    ///
    /// When the store fails, or a token has this digest.
    async fn create_token(
        &self,
        token: &NewToken,
        digest: &Digest,
        now: Timestamp,
        at_most: u32,
        ended_before: Timestamp,
    ) -> Result<Option<i64>, DatabaseError>;

    /// The token with this digest, valid or not.
    ///
    /// # Errors
    ///
    /// When the store fails, or holds of it what it does not understand: then nobody is let in.
    async fn token(&self, digest: &Digest) -> Result<Option<Token>, DatabaseError>;

    /// All of them, the newest first.
    ///
    /// # Errors
    ///
    /// As [`Tokens::token`].
    async fn tokens(&self) -> Result<Vec<Token>, DatabaseError>;

    /// Write down that a token was used now.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn token_used(&self, id: i64, now: Timestamp) -> Result<(), DatabaseError>;

    /// Revoke a token. Its name; none if there is no such token, or it was revoked already.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn revoke_token(&self, id: i64, now: Timestamp) -> Result<Option<String>, DatabaseError>;
}
