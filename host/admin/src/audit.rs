//! The audit log: who did what.
//!
//! Not here: what programs do by themselves, which the history of runs has.

use std::net::IpAddr;

use async_trait::async_trait;
use rollcall_host::model::Timestamp;
use serde_json::Value;

use crate::error::DatabaseError;

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// In a browser.
    Session,
    /// With a token.
    Token,
    /// With the link for the first account.
    Setup,
}

impl AuthenticationMethod {
    /// Its name in a database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Setup => "setup",
        }
    }
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The name of an account or a token. Empty before anyone is known.
    pub who: String,
    /// How they proved it.
    pub way: AuthenticationMethod,
    /// In kebab-case: "source-added".
    pub action: &'static str,
    /// What it was done to. Empty for nothing in particular.
    pub subject: String,
    /// A JSON object without secrets.
    pub detail: Value,
    /// The address of the client; none where it was not known.
    pub address: Option<IpAddr>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number: that of a later record is higher.
    pub number: i64,
    /// When it was written.
    pub at: Timestamp,
    /// As [`AuditEntry::who`].
    pub who: String,
    /// As [`AuthenticationMethod::as_str`].
    pub way: String,
    /// As [`AuditEntry::action`].
    pub action: String,
    /// As [`AuditEntry::subject`].
    pub subject: String,
    /// JSON.
    pub detail: String,
    /// Empty if it was not known.
    pub address: String,
}

/// Which records are wanted. Empty texts leave all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this action alone.
    pub action: String,
    /// Of this account or token alone.
    pub who: String,
    /// Older than the one with this number.
    pub before: Option<i64>,
}

/// The log.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Write an entry, and let go of those from before `kept_since`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn write_audit(
        &self,
        entry: &AuditEntry,
        now: Timestamp,
        kept_since: Timestamp,
    ) -> Result<(), DatabaseError>;

    /// The newest records that pass a filter, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn audit_records(
        &self,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, DatabaseError>;

    /// The actions and the names of those who did something that there are records of, each in order.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn audit_choices(&self) -> Result<(Vec<String>, Vec<String>), DatabaseError>;
}
