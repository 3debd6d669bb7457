//! Runs: starting and stopping them, and reading what they did.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_browse::{ChangeFilter, ChangeOutcome, EntryFilter, RunFilter};
use rollcall_host::Removals;
use rollcall_host::directory::Action;
use rollcall_host::history::{self, RunKind, RunState, Trigger};
use rollcall_host::model::{self, Diagnosis, RunId, Severity, SourceName};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{JsonBody, Manager, Parameters, Segments, objects};
use super::idempotency::{IdempotentRequest, OnceKey, once};
use super::page::{self, Listed};
use super::refusals::{Changing, ReadOperation, Writing};
use super::shape;
use super::sources::OfSource;
use super::types::{Begun, Change, Count, LogEntry, ObjectKey, RecordCounts, Run};
use crate::console::Console;
use crate::identity::audit;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::sources::asking::How;
use crate::visitor::Visitor;

/// Objects of one refresh. Source: `rollcall_host::limits::MAX_CHANGES`.
const MAX_KEYS: usize = rollcall_host::limits::MAX_CHANGES;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(refresh))
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(cancel))
        .routes(routes!(undo))
        .routes(routes!(changes))
        .routes(routes!(entries))
        .routes(routes!(summary))
}

/// What is to be imported, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Start {
    /// Only record what would happen.
    #[serde(default)]
    #[schema(default = false)]
    dry_run: bool,
    /// Let up to so many objects leave in all, however much that is. More is held, as without it.
    #[serde(default)]
    #[schema(required = false)]
    allow_removals: Option<u64>,
}

/// What is to be read again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// Which objects, at least one.
    #[serde(deserialize_with = "objects")]
    #[schema(min_items = 1, max_items = 1000)]
    keys: Vec<ObjectKey>,
    /// Let up to so many of them leave, however many left within the hour.
    #[serde(default)]
    #[schema(required = false)]
    allow_removals: Option<u64>,
}

/// What whoever starts a run says about removals.
fn allowed(n: Option<u64>) -> Removals {
    n.map_or(Removals::Weigh, Removals::AtMost)
}

/// Which run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfRun {
    /// The id of the run.
    #[param(value_type = shape::RunId, inline)]
    run: String,
}

impl OfRun {
    pub(super) async fn find(self, services: &Services) -> Result<history::Run, Problem> {
        find(services, &self.run).await
    }
}

async fn find(services: &Services, id: &str) -> Result<history::Run, Problem> {
    // The store's ids are numbers; whatever else was asked for is none of them.
    let is_number = id.len() <= 18 && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(Problem::not_found());
    }
    services.store().run(&RunId::new(id)).await?.ok_or_else(Problem::not_found)
}

/// Import a source
///
/// Everything, or with `dry_run` only a record of what would happen. Answers as soon as the run has begun; when the source
/// is busy for longer than a few seconds, without a run, which then begins when it is its turn. With an `Idempotency-Key`,
/// asking twice starts once.
///
/// More removals than are usual are held, whoever asks: the run reads `held`, and waits for `approveRun` with the number of
/// removals, or for `declineRun`. A program that means it says `allow_removals`.
#[utoipa::path(post, path = "/sources/{source}/runs", operation_id = "startRun", tag = "Runs",
    params(OfSource, OnceKey), request_body = Start,
    responses((status = 202, description = "It has begun, or waits.", body = Begun), Writing))]
async fn start(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    headers: HeaderMap,
    JsonBody(start): JsonBody<Start>,
) -> Result<Response, Problem> {
    let name = path.known(&sources)?;
    let Start { dry_run, allow_removals } = start;
    let what = json!({
        "operation": "startRun", "source": name, "dry_run": dry_run, "allow_removals": allow_removals,
    });
    let asked = IdempotentRequest::new(&visitor, &headers, &what)?;
    once(&sources.services().clone(), asked, async move {
        let how = How { is_dry: dry_run, removals: allowed(allow_removals), attended: false };
        let begun = sources.import(&name, how).await?;
        let detail = json!({"dry_run": dry_run, "allow_removals": allow_removals, "run": begun.run});
        audit::record(sources.services(), &visitor, "run-started", name.as_str(), detail).await?;
        Ok(Begun { run: begun.run })
    })
    .await
}

/// Read objects of a source again
///
/// At most 1000, each asked about at the source. With an `Idempotency-Key`, asking twice starts once.
#[utoipa::path(post, path = "/sources/{source}/refresh", operation_id = "refreshObjects", tag = "Runs",
    params(OfSource, OnceKey), request_body = Refresh,
    responses((status = 202, description = "It has begun, or waits.", body = Begun), Writing))]
async fn refresh(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    headers: HeaderMap,
    JsonBody(refresh): JsonBody<Refresh>,
) -> Result<Response, Problem> {
    let name = path.known(&sources)?;
    let allow_removals = refresh.allow_removals;
    let what = json!({
        "operation": "refreshObjects", "source": name, "keys": refresh.keys, "allow_removals": allow_removals,
    });
    let keys = keys(refresh.keys)?;
    let asked = IdempotentRequest::new(&visitor, &headers, &what)?;
    once(&sources.services().clone(), asked, async move {
        let n_keys = keys.len();
        let how = How { is_dry: false, removals: allowed(allow_removals), attended: false };
        let begun = sources.refresh(&name, keys, how).await?;
        let detail = json!({"n_keys": n_keys, "allow_removals": allow_removals, "run": begun.run});
        audit::record(sources.services(), &visitor, "objects-refreshed", name.as_str(), detail).await?;
        Ok(Begun { run: begun.run })
    })
    .await
}

/// As the contract bounds them.
fn keys(keys: Vec<ObjectKey>) -> Result<Vec<model::Key>, Problem> {
    let is_good = |key: &ObjectKey| {
        (1..=64).contains(&key.resource_type.len()) && (1..=256).contains(&key.external_id.len())
    };
    if (1..=MAX_KEYS).contains(&keys.len()) && keys.iter().all(is_good) {
        return Ok(keys.into_iter().map(|key| model::Key::new(key.resource_type, key.external_id)).collect());
    }
    let message =
        format!("keys must be 1 to {MAX_KEYS}, each with a type of 1 to 64 bytes and an id of 1 to 256");
    let diagnosis = Diagnosis::new("keys-not-valid", message)
        .in_chinese(format!("keys 须为 1 到 {MAX_KEYS} 个，类型 1 到 64 字节，id 1 到 256 字节"), "");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, diagnosis))
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichRuns {
    /// Those of this source.
    #[param(required = false, value_type = shape::SourceName, inline)]
    source: Option<SourceName>,
    /// Those that read this.
    #[param(required = false, value_type = shape::RunKind, inline)]
    kind: Option<RunKind>,
    /// Those that stand like this.
    #[param(required = false, value_type = shape::RunState, inline)]
    state: Option<RunState>,
    /// Those that started for this reason.
    #[param(required = false, value_type = shape::Trigger, inline)]
    trigger: Option<Trigger>,
    /// Those that only recorded what they would do, or those that did it.
    dry_run: Option<bool>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List runs
///
/// Newest first, of one source or all.
#[utoipa::path(get, path = "/runs", operation_id = "listRuns", tag = "Runs", params(WhichRuns),
    responses((status = 200, description = "A page of runs.", body = Listed<Run>), ReadOperation))]
async fn list(
    _visitor: Visitor,
    State(services): State<Services>,
    Parameters(which): Parameters<WhichRuns>,
) -> Result<Json<Listed<Run>>, Problem> {
    const LIST: &str = "runs";
    let WhichRuns { source, kind, state, trigger, dry_run, cursor, limit } = which;
    let filter = RunFilter { source, kind, state, trigger, dry_run };
    let limit = page::limit(limit)?;
    let before: Option<u64> = page::place(LIST, cursor.as_deref())?;
    let before = before.map(|number| RunId::new(number.to_string()));
    let runs = services.store().runs_where(&filter, before.as_ref(), limit.saturating_add(1)).await?;
    let runs = runs.into_iter().map(Run::from).collect();
    Ok(Json(Listed::cut(runs, limit, LIST, |run| run.id.as_str().parse::<u64>().unwrap_or_default())))
}

/// Read a run
#[utoipa::path(get, path = "/runs/{run}", operation_id = "readRun", tag = "Runs", params(OfRun),
    responses((status = 200, description = "The run.", body = Run), ReadOperation))]
async fn one(
    _visitor: Visitor,
    State(services): State<Services>,
    Segments(path): Segments<OfRun>,
) -> Result<Json<Run>, Problem> {
    Ok(Json(path.find(&services).await?.into()))
}

/// Stop a run
///
/// It ends as `cancelled`; what was applied until then stays.
#[utoipa::path(post, path = "/runs/{run}/cancel", operation_id = "cancelRun", tag = "Runs", params(OfRun),
    responses((status = 202, description = "It is being stopped."), Changing))]
async fn cancel(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfRun>,
) -> Result<StatusCode, Problem> {
    let run = path.find(sources.services()).await?;
    if !sources.cancel(&run.id) {
        return Err(not_under_way(&run));
    }
    audit::record(
        sources.services(),
        &visitor,
        "run-cancelled",
        run.id.as_str(),
        json!({"source": run.source}),
    )
    .await?;
    Ok(StatusCode::ACCEPTED)
}

fn not_under_way(run: &history::Run) -> Problem {
    let diagnosis = Diagnosis::new("run-not-under-way", format!("run {} is not under way here", run.id))
        .with_remedy("read the run: it may have ended, or another process runs it")
        .in_chinese(format!("任务 {} 并未在此执行", run.id), "请查看该任务：它可能已结束，或由其他进程执行")
        .with_fact("state", run.state.as_str());
    Problem::new(StatusCode::CONFLICT, diagnosis)
}

/// How a run is to be undone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Undo {
    /// Only record what would be put back.
    #[serde(default)]
    #[schema(default = false)]
    dry_run: bool,
    /// Let up to so many objects leave that came with the run. Needed where that is more than leaves unseen.
    #[serde(default)]
    #[schema(required = false)]
    allow_removals: Option<u64>,
}

/// Undo a run
///
/// What it changed becomes what it was, wherever nothing changed it since. The next full run brings back what the source
/// says, so pause the schedule first. With an `Idempotency-Key`, asking twice starts once.
#[utoipa::path(post, path = "/runs/{run}/undo", operation_id = "undoRun", tag = "Runs", params(OfRun, OnceKey),
    request_body = Undo,
    responses((status = 202, description = "The run that does it has begun, or waits.", body = Begun), Writing))]
async fn undo(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfRun>,
    headers: HeaderMap,
    JsonBody(undo): JsonBody<Undo>,
) -> Result<Response, Problem> {
    let run = path.find(sources.services()).await?;
    let Undo { dry_run, allow_removals } = undo;
    let what = json!({
        "operation": "undoRun", "run": run.id, "dry_run": dry_run, "allow_removals": allow_removals,
    });
    let asked = IdempotentRequest::new(&visitor, &headers, &what)?;
    once(&sources.services().clone(), asked, async move {
        let how = How { is_dry: dry_run, removals: allowed(allow_removals), attended: false };
        let begun = sources.undo(&run.source, run.id.clone(), how).await?;
        let detail =
            json!({"source": run.source, "dry_run": dry_run, "allow_removals": allow_removals, "run": begun.run});
        audit::record(sources.services(), &visitor, "run-undone", run.id.as_str(), detail).await?;
        Ok(Begun { run: begun.run })
    })
    .await
}

/// Which change records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichChanges {
    /// Those of this resource type.
    #[param(required = false, value_type = shape::ResourceType, inline)]
    resource_type: Option<String>,
    /// Those of this action.
    #[param(required = false, value_type = shape::Action, inline)]
    action: Option<Action>,
    /// Those that happened, those that wait for a person, or those that were refused.
    #[param(required = false, value_type = shape::Outcome, inline)]
    outcome: Option<ChangeOutcome>,
    /// Those that have each of these words in their name, in their id, or in a value that came or went with the change.
    #[param(required = false, value_type = shape::Words, inline)]
    q: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List what a run changed
///
/// In order, each with the document before and after.
#[utoipa::path(get, path = "/runs/{run}/changes", operation_id = "listChanges", tag = "Runs",
    params(OfRun, WhichChanges),
    responses((status = 200, description = "A page of change records.", body = Listed<Change>), ReadOperation))]
async fn changes(
    _visitor: Visitor,
    State(services): State<Services>,
    Segments(path): Segments<OfRun>,
    Parameters(which): Parameters<WhichChanges>,
) -> Result<Json<Listed<Change>>, Problem> {
    const LIST: &str = "changes";
    let WhichChanges { resource_type, action, outcome, q, cursor, limit } = which;
    let resource_type = page::exact("resource_type", resource_type, shape::MAX_RESOURCE_TYPE_CHARS)?;
    let filter = ChangeFilter { resource_type, action, outcome, text: page::text(q)? };
    let (limit, after) = (page::limit(limit)?, page::place(LIST, cursor.as_deref())?);
    let run = path.find(&services).await?;
    let found = services.store().changes_where(&run.id, &filter, after, limit.saturating_add(1)).await?;
    let changes = found.into_iter().map(Change::from).collect();
    Ok(Json(Listed::cut(changes, limit, LIST, |change| change.number)))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichEntries {
    /// Those with at least this severity.
    #[param(required = false, value_type = shape::Severity, inline)]
    severity: Option<Severity>,
    /// Those with this code.
    #[param(required = false, value_type = shape::Code, inline)]
    code: Option<String>,
    /// Those that have each of these words in what they say, in any language.
    #[param(required = false, value_type = shape::Words, inline)]
    q: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List what a run logged
#[utoipa::path(get, path = "/runs/{run}/entries", operation_id = "listEntries", tag = "Runs",
    params(OfRun, WhichEntries),
    responses((status = 200, description = "A page of entries.", body = Listed<LogEntry>), ReadOperation))]
async fn entries(
    _visitor: Visitor,
    State(services): State<Services>,
    Segments(path): Segments<OfRun>,
    Parameters(which): Parameters<WhichEntries>,
) -> Result<Json<Listed<LogEntry>>, Problem> {
    const LIST: &str = "entries";
    let WhichEntries { severity, code, q, cursor, limit } = which;
    let code = page::exact("code", code, page::MAX_TEXT_CHARS)?;
    let filter = EntryFilter { severity, code, text: page::text(q)? };
    let (limit, after) = (page::limit(limit)?, page::place(LIST, cursor.as_deref())?);
    let run = path.find(&services).await?;
    let found = services.store().entries_where(&run.id, &filter, after, limit.saturating_add(1)).await?;
    let entries = found.into_iter().map(LogEntry::from).collect();
    Ok(Json(Listed::cut(entries, limit, LIST, |entry| entry.number)))
}

/// Count what a run changed and logged
#[utoipa::path(get, path = "/runs/{run}/summary", operation_id = "readSummary", tag = "Runs", params(OfRun),
    responses((status = 200, description = "How many of each.", body = RecordCounts), ReadOperation))]
async fn summary(
    _visitor: Visitor,
    State(services): State<Services>,
    Segments(path): Segments<OfRun>,
) -> Result<Json<RecordCounts>, Problem> {
    let run = path.find(&services).await?;
    let changes = services.store().change_counts(&run.id).await?.into_iter().map(Count::from).collect();
    let entries = services.store().entry_counts(&run.id).await?.into_iter().map(Into::into).collect();
    Ok(Json(RecordCounts { changes, entries }))
}
