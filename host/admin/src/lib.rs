//! What the administration of a host keeps: who may do what, which sources are configured, who is notified of what, and what
//! was done. A trait for each kind of record, [`AdminStore`] for all of them, and their types.
//!
//! Secrets arrive here sealed, passwords and tokens as digests: whoever reads such a store learns none of them. A store does
//! what it is told and judges nothing: how long a session lasts, how many webhooks there may be and what a name may be is
//! decided by its caller, who passes the limits along. Each call is done whole or not at all, and is on the disk when it
//! returns.
//!
//! Not here: where it is kept (`rollcall-sqlite` keeps it in a file), what was imported, which the stores of the runtime
//! have, and HTTP. An embedding platform that administers its sources by itself needs none of this.

use std::fmt;

mod account;
mod audit;
mod digest;
mod error;
mod idempotency;
mod question;
mod sealing;
mod session;
mod source;
mod token;
mod webhook;

pub use account::{Accounts, NewAccount};
pub use audit::{AuditEntry, AuditFilter, AuditLog, AuditRecord, AuthenticationMethod};
pub use digest::Digest;
pub use error::DatabaseError;
pub use idempotency::{Claim, Claimed, IdempotencyKeys, KeyOwner};
pub use question::{Question, Questions};
pub use sealing::{KeyCheck, KeyState};
pub use session::{NewSession, Session, SessionLimits, Sessions};
pub use source::{ConfiguredSources, SourceRecord};
pub use token::{NewToken, Token, TokenScope, Tokens};
pub use webhook::{
    Attempted, DueDelivery, LastAttempt, NewWebhook, Notification, Occasion, Outbox, Webhook, Webhooks,
};

/// Everything that the administration of a host keeps.
pub trait AdminStore:
    Accounts
    + Sessions
    + Tokens
    + AuditLog
    + ConfiguredSources
    + Webhooks
    + Outbox
    + IdempotencyKeys
    + Questions
    + KeyCheck
    + fmt::Debug
{
}

impl<S> AdminStore for S where
    S: Accounts
        + Sessions
        + Tokens
        + AuditLog
        + ConfiguredSources
        + Webhooks
        + Outbox
        + IdempotencyKeys
        + Questions
        + KeyCheck
        + fmt::Debug
{
}
