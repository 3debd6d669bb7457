//! What is to be told, kept durably for each webhook that wants to hear of it, once however often it is heard of.

use rollcall_admin::Notification;
use rollcall_host::history::{Run, RunState};
use rollcall_host::inbox::Stopped;
use rollcall_host::model::{SourceName, Timestamp};
use serde_json::{Value, json};

use super::hooks::Occasion;
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// How long what was told is remembered.
///
/// 30 days. Why: so that nothing is told twice, and the last outcome of each webhook can be shown.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// How old news may be.
///
/// 1 day. Why: for as long a delivery is tried; what is older nobody waits for, and what was told may be forgotten.
const NEWS_MS: i64 = 24 * 60 * 60 * 1000;

/// Something to tell. It has ids, states and counts, and no people.
#[derive(Clone, Debug, PartialEq)]
struct NotificationContent {
    /// The same in every attempt, and the same however often it is heard of.
    id: String,
    occasion: Occasion,
    at: Timestamp,
    data: Value,
}

impl NotificationContent {
    fn notification(&self) -> Notification {
        let body =
            json!({"type": self.occasion.as_str(), "timestamp": self.at, "data": self.data}).to_string();
        Notification { id: self.id.clone(), occasion: self.occasion, body }
    }
}

/// A run ended.
pub(crate) async fn run_ended(console: &Console, run: &Run) -> Result<(), DatabaseError> {
    let at = run.finished_at.unwrap_or(run.started_at);
    let data = json!({
        "run": run.id,
        "source": run.source,
        "kind": run.kind,
        "trigger": run.trigger,
        "dry_run": run.dry_run,
        "state": run.state,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "counters": run.counters,
        "failure": run.failure.as_ref().map(|failure| &failure.diagnosis.code),
        "url": format!("{}/runs/{}", console.options().public_url, run.id),
    });
    let news = |occasion: Occasion| NotificationContent {
        id: format!("{}-{}", occasion.as_str(), run.id),
        occasion,
        at,
        data: data.clone(),
    };
    keep(console, news(Occasion::RunEnded)).await?;
    if run.state == RunState::Held {
        keep(console, news(Occasion::RunHeld)).await?;
    }
    Ok(())
}

/// A source was stopped.
pub(crate) async fn source_stopped(
    console: &Console,
    source: &SourceName,
    stopped: &Stopped,
) -> Result<(), DatabaseError> {
    let occasion = Occasion::SourceStopped;
    let id = format!("{}-{source}-{}", occasion.as_str(), stopped.at.unix_ms());
    let url = format!("{}/sources/{source}", console.options().public_url);
    let data =
        json!({"source": source, "at": stopped.at, "failure": stopped.failure.diagnosis.code, "url": url});
    keep(console, NotificationContent { id, occasion, at: stopped.at, data }).await
}

async fn keep(console: &Console, news: NotificationContent) -> Result<(), DatabaseError> {
    let now = console.now();
    if news.at.unix_ms() < now.unix_ms().saturating_sub(NEWS_MS) {
        return Ok(());
    }
    let kept_since = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(KEPT_MS));
    console.database().notify(&news.notification(), now, kept_since).await
}

/// Tell one webhook something, to see whether it arrives. Its address, if there is such a one.
pub(crate) async fn test(console: &Console, webhook: i64) -> Result<Option<String>, DatabaseError> {
    let now = console.now();
    let id = format!("{}-{webhook}-{}", Occasion::Test.as_str(), now.unix_ms());
    let news = NotificationContent { id, occasion: Occasion::Test, at: now, data: json!({}) };
    console.database().notify_one(webhook, &news.notification(), now).await
}

/// Up to which run everything was told; none where nobody ever watched.
pub(crate) async fn told_until(console: &Console) -> Result<Option<i64>, DatabaseError> {
    console.database().notified_until().await
}

/// Everything up to this run was told.
pub(crate) async fn tell_until(console: &Console, run: i64) -> Result<(), DatabaseError> {
    console.database().set_notified_until(run).await
}
