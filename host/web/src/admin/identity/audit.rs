//! The log of who did what. Everything that somebody does through the console or the API is written here, and log-ins, with
//! those that failed.
//!
//! Not here: what programs do by themselves, which the history of runs has; and the page that shows it (`pages::audit`).

pub(crate) use rollcall_admin::{
    AuditEntry as Entry, AuditFilter as Wanted, AuditRecord as Recorded, AuthenticationMethod,
};
use rollcall_host::model::Timestamp;
use serde_json::Value;

use crate::actor::{Actor, Who};
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// How long an entry is kept.
///
/// 400 days. Why: whoever looks back over a year, at its end, finds all of it; and what people did is personal data, which
/// is not kept for ever.
pub(crate) const KEPT_MS: i64 = 400 * 24 * 60 * 60 * 1000;

/// Write down what somebody did. `detail` is a JSON object, and has no secret.
pub(crate) async fn record(
    console: &Console,
    actor: impl Into<Actor<'_>>,
    action: &'static str,
    subject: &str,
    detail: Value,
) -> Result<(), DatabaseError> {
    let actor = actor.into();
    let (who, way) = match actor.who {
        Who::Administrator { name } => (name.clone(), AuthenticationMethod::Session),
        Who::Token { name, .. } => (name.clone(), AuthenticationMethod::Token),
    };
    let (subject, address) = (subject.to_owned(), actor.address);
    write(console, Entry { who, way, action, subject, detail, address }).await
}

/// Write an entry, and let go of those that are too old.
pub(crate) async fn write(console: &Console, entry: Entry) -> Result<(), DatabaseError> {
    let now = console.now();
    let kept_since = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(KEPT_MS));
    console.database().write_audit(&entry, now, kept_since).await
}

/// The newest entries that are wanted, at most `limit`.
pub(crate) async fn entries(
    console: &Console,
    wanted: Wanted,
    limit: u32,
) -> Result<Vec<Recorded>, DatabaseError> {
    console.database().audit_records(&wanted, limit).await
}

/// The actions and the people that there are entries of, in order.
pub(crate) async fn choices(console: &Console) -> Result<(Vec<String>, Vec<String>), DatabaseError> {
    console.database().audit_choices().await
}
