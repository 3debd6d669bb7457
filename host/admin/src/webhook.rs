//! Webhooks, and the outbox of what each of them is still to be told.
//!
//! Not here: signing and sending.

use async_trait::async_trait;
use rollcall_host::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::DatabaseError;

/// What can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Occasion {
    /// A run ended, however.
    #[serde(rename = "run.ended")]
    RunEnded,
    /// A run held something, which waits for a person.
    #[serde(rename = "run.held")]
    RunHeld,
    /// A source was stopped until a person acts.
    #[serde(rename = "source.stopped")]
    SourceStopped,
    /// A person wants to see whether it arrives. Whoever is told at all is told this.
    #[serde(rename = "webhook.test")]
    Test,
}

impl Occasion {
    /// What one can choose.
    pub const CHOICES: [Self; 3] = [Self::RunEnded, Self::RunHeld, Self::SourceStopped];

    /// Its name in a delivery, a form and a database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunEnded => "run.ended",
            Self::RunHeld => "run.held",
            Self::SourceStopped => "source.stopped",
            Self::Test => "webhook.test",
        }
    }
}

/// A webhook that is to be added.
#[derive(Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Its address.
    pub url: String,
    /// The proxy on the way to it: a URL without a password.
    pub proxy: Option<String>,
    /// What deliveries are signed with, sealed.
    pub secret: Vec<u8>,
    /// What it wants to be told.
    pub occasions: Vec<Occasion>,
}

/// Without what is sealed.
impl std::fmt::Debug for NewWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewWebhook").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A webhook, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its number, which no other webhook ever has.
    pub id: i64,
    /// Its address.
    pub url: String,
    /// The proxy on the way to it.
    pub proxy: Option<String>,
    /// What it wants to be told. None of it, where the store holds what this version does not know.
    pub occasions: Vec<Occasion>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Since when it is told nothing, because a person paused it.
    pub paused_at: Option<Timestamp>,
    /// How the last delivery went that was tried.
    pub last: Option<LastAttempt>,
    /// Deliveries that are still to be made.
    pub n_waiting: u32,
}

/// How a delivery went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// Attempts so far.
    pub n_attempts: u32,
    /// When it is tried again; none if it is not.
    pub due_at: Option<Timestamp>,
    /// When it arrived or was given up.
    pub settled_at: Option<Timestamp>,
    /// As [`Attempted::outcome`].
    pub outcome: String,
}

/// The webhooks.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Add one, unless there are `at_most` already. Whether it was added.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn add_webhook(
        &self,
        webhook: &NewWebhook,
        now: Timestamp,
        at_most: u32,
    ) -> Result<bool, DatabaseError>;

    /// All of them, oldest first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn webhooks(&self) -> Result<Vec<Webhook>, DatabaseError>;

    /// Pause one since this moment, or let it go on. Its address, if there is such a one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn pause_webhook(
        &self,
        id: i64,
        paused_at: Option<Timestamp>,
    ) -> Result<Option<String>, DatabaseError>;

    /// Forget one, with what it was still to be told. Its address, if there was such a one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn delete_webhook(&self, id: i64) -> Result<Option<String>, DatabaseError>;
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The same in every attempt. A webhook is told of one id once, however often it is put into the outbox.
    pub id: String,
    /// What it is about.
    pub occasion: Occasion,
    /// What is sent.
    pub body: String,
}

/// A delivery that is due.
#[derive(Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// Its number, by which [`Outbox::delivery_attempted`] knows it.
    pub number: i64,
    /// As [`Notification::id`].
    pub id: String,
    /// What is sent.
    pub body: String,
    /// Attempts so far.
    pub n_attempts: u32,
    /// The number of its webhook.
    pub webhook: i64,
    /// The address of its webhook.
    pub url: String,
    /// The proxy on the way to it.
    pub proxy: Option<String>,
    /// What it is signed with, sealed.
    pub secret: Vec<u8>,
}

/// Without what is sealed.
impl std::fmt::Debug for DueDelivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DueDelivery")
            .field("number", &self.number)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Attempts so far, this one included.
    pub n_attempts: u32,
    /// When it is tried again; none if it is not.
    pub due_at: Option<Timestamp>,
    /// When it arrived or was given up.
    pub settled_at: Option<Timestamp>,
    /// JSON of its caller.
    pub outcome: String,
}

/// What is to be told, kept until it was.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Put something into the outbox of each webhook that wants to be told of its occasion and was not given it before, due
    /// now; and forget what was settled before `kept_since`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn notify(
        &self,
        notification: &Notification,
        now: Timestamp,
        kept_since: Timestamp,
    ) -> Result<(), DatabaseError>;

    /// Put something into the outbox of one webhook, whatever it wants to be told. Its address, if there is such a one.
    ///
    /// # Errors
    ///
    /// When the store fails, or it was given this id before.
    async fn notify_one(
        &self,
        webhook: i64,
        notification: &Notification,
        now: Timestamp,
    ) -> Result<Option<String>, DatabaseError>;

    /// For each webhook that is not paused, the delivery that has been due for longest.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn due_deliveries(&self, now: Timestamp) -> Result<Vec<DueDelivery>, DatabaseError>;

    /// Write down what came of an attempt.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn delivery_attempted(&self, number: i64, attempted: &Attempted) -> Result<(), DatabaseError>;

    /// The run up to which everything was put into the outbox; none where that was never said.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn notified_until(&self) -> Result<Option<i64>, DatabaseError>;

    /// Everything up to this run was put into the outbox.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn set_notified_until(&self, run: i64) -> Result<(), DatabaseError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occasion_is_written_as_it_is_told() {
        for occasion in Occasion::CHOICES {
            assert_eq!(serde_json::to_value(occasion).unwrap(), occasion.as_str());
        }
    }
}
