//! Asking the source about one object now, and that it was asked: a run does not say which objects it was for, and an
//! object that neither side has leaves no other trace.
//!
//! Not here: the run itself; the host makes it.

use std::time::Duration;

pub(super) use rollcall_admin::Question;
use rollcall_host::model::{Key, SourceName};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::database::DatabaseError;
use crate::identity::audit;
use crate::problem::Problem;
use crate::services::Services as Console;
use crate::sources::{Ended, Sources};
use crate::visitor::{Visitor, Who};

/// How long somebody waits for the page after having the source asked.
///
/// 8 s. Why: an answer takes one or two; behind a full run it may take minutes, and then the page says so and waits.
const PATIENCE: Duration = Duration::from_secs(8);

/// Questions about one object that are kept.
///
/// 20. Why: as many as are shown.
const KEPT: u32 = 20;

/// A question that was put and may not be answered yet.
pub(super) struct Asking(JoinHandle<Result<(), Problem>>);

impl Asking {
    /// Put it. It is asked and written down even if nobody waits.
    pub(super) async fn begin(
        sources: &Sources,
        visitor: &Visitor,
        source: &SourceName,
        key: Key,
    ) -> Result<Self, Problem> {
        let told = sources.ask_about(source, key.clone())?;
        let detail = json!({"type": key.resource_type, "id": key.external_id});
        audit::record(sources.services(), visitor, "source-asked", source.as_str(), detail).await?;
        let (Who::Administrator { name } | Who::Token { name, .. }) = &visitor.who;
        Ok(Self(tokio::spawn(hear(sources.services().clone(), source.clone(), key, name.clone(), told))))
    }

    /// Wait a while; whether it was answered.
    pub(super) async fn wait(self) -> Result<bool, Problem> {
        match timeout(PATIENCE, self.0).await {
            Ok(ended) => ended.map_err(|error| Problem::failed(&error))?.map(|()| true),
            Err(_elapsed) => Ok(false),
        }
    }
}

async fn hear(
    console: Console,
    source: SourceName,
    key: Key,
    who: String,
    told: Ended,
) -> Result<(), Problem> {
    let report = told.await.map_err(|died| Problem::failed(&died))??;
    let question = Question { run: report.run, who, at: report.finished_at };
    record(&console, source, key, question).await?;
    console.pulse().beat();
    Ok(())
}

/// Write down that the source was asked.
pub(super) async fn record(
    console: &Console,
    source: SourceName,
    key: Key,
    question: Question,
) -> Result<(), DatabaseError> {
    console.database().record_question(&source, &key, &question, KEPT).await
}

/// The newest questions about an object, newest first.
pub(super) async fn about(
    console: &Console,
    source: &SourceName,
    key: &Key,
) -> Result<Vec<Question>, DatabaseError> {
    console.database().questions_about(source, key, KEPT).await
}
