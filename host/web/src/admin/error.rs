//! Why the console as a whole cannot go on.
//!
//! Not here: what is wrong with one request (`problem`).

use rollcall_host::error::StoreError;
use rollcall_host::model::SourceName;

use crate::database::DatabaseError;
use crate::sealing::SealingError;

/// Why a console cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// Its database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Secrets cannot be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The system has no randomness.
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(#[from] getrandom::Error),
    /// The host's store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Two sources have the same name.
    #[error("source {name:?} is configured twice; give each source a name of its own")]
    NamedTwice {
        /// The name.
        name: SourceName,
    },
}
