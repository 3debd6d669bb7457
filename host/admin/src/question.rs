//! That a source was asked about one object by itself: a run does not say which it was for.

use async_trait::async_trait;
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};

use crate::error::DatabaseError;

/// That a source was asked about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// In which run.
    pub run: RunId,
    /// By whom: the name of an account or a token.
    pub who: String,
    /// When it had answered.
    pub at: Timestamp,
}

/// The questions.
#[async_trait]
pub trait Questions: Send + Sync {
    /// Write down that a source was asked about an object, and keep the newest `at_most` questions about it.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn record_question(
        &self,
        source: &SourceName,
        key: &Key,
        question: &Question,
        at_most: u32,
    ) -> Result<(), DatabaseError>;

    /// The newest questions about an object, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn questions_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<Question>, DatabaseError>;
}
