//! The one way in which an administration store fails.

use std::error::Error;

/// Why an administration store could not do what it was asked: the disk, the database, the network to it. Nothing was done.
#[derive(Debug, thiserror::Error)]
#[error("the console's database failed: {0}")]
pub struct DatabaseError(#[source] Box<dyn Error + Send + Sync>);

impl DatabaseError {
    /// A failure, with its cause.
    pub fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
