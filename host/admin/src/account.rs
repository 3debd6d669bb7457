//! Accounts of administrators.
//!
//! Not here: which names and passwords are taken, and how a password is compared.

use async_trait::async_trait;
use rollcall_host::model::Timestamp;

use crate::audit::AuditEntry;
use crate::digest::Digest;
use crate::error::DatabaseError;

/// An account that is to be created.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name, which is unique; letter case matters.
    pub name: String,
    /// The slow digest of its password, as a PHC string.
    pub password: String,
}

/// Without what is kept of the password.
impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Whether there is an account.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn is_any_account(&self) -> Result<bool, DatabaseError>;

    /// The slow digest of the password of this account, as a PHC string; none if there is no such account.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn password_of(&self, account: &str) -> Result<Option<String>, DatabaseError>;

    /// Create an account if there is none at all, and write `entry` to the audit log with it. Whether it was created: of
    /// several who ask at once, one is told so.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn create_first_account(
        &self,
        account: &NewAccount,
        now: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, DatabaseError>;

    /// Set the password of an account, given as a PHC string, and end all of its sessions but the one with the digest
    /// `kept`. An account that does not exist is left so.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn change_password(
        &self,
        account: &str,
        password: &str,
        now: Timestamp,
        kept: &Digest,
    ) -> Result<(), DatabaseError>;
}
