//! What somebody does about a run: cancel it, try it again, undo it.
//!
//! Not here: the pages that ask once more (`confirm`), and what is decided about what it held (`decide`).

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use rollcall_browse::{ChangeFilter, ChangeOutcome, EntryFilter};
use rollcall_host::Removals;
use rollcall_host::error::RunError;
use rollcall_host::history::{Run, RunKind};
use rollcall_host::inbox::{EventFilter, EventState};
use rollcall_host::model::{Diagnosis, Key, RunId, Severity};
use serde::Deserialize;
use serde_json::json;

use super::decide;
use super::run::find;
use crate::identity::audit;
use crate::page::links;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::sources::asking::{Begun, How};
use crate::visitor::Visitor;

/// `POST /runs/{run}/cancel`.
pub(super) async fn cancel(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Redirect, Problem> {
    let run = allowed(sources.services(), &visitor, run).await?;
    if sources.cancel(&run.id) {
        let detail = json!({"source": run.source});
        audit::record(sources.services(), &visitor, "run-cancelled", run.id.as_str(), detail).await?;
        return Ok(Redirect::to(&links::run(&run.id)));
    }
    let diagnosis = Diagnosis::new("run-not-under-way", format!("run {} is not under way here", run.id))
        .with_remedy("it has ended, or another program runs it; cancel it there")
        .in_chinese(
            format!("任务 {} 不在本程序中运行", run.id),
            "它已经结束，或由其他程序运行；请在那里取消",
        );
    Err(Problem::new(StatusCode::CONFLICT, diagnosis))
}

/// `POST /runs/{run}/retry`: everything again after a full run or its plan, and what was not brought in line after another
/// one.
pub(super) async fn retry(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Redirect, Problem> {
    let run = allowed(sources.services(), &visitor, run).await?;
    let again = Again::of(sources.services(), &run).await?;
    let n_objects = again.n_keys();
    if let Again::Undo(undone) = &again
        && sources.services().host().undo_would_remove(&run.source, undone).await?.is_some()
    {
        // It needs the number, which that page asks for.
        return Ok(Redirect::to(&links::undo(undone)));
    }
    let how = How { attended: true, ..How::default() };
    let begun = match again {
        Again::Undo(undone) => sources.undo(&run.source, undone, how).await?,
        Again::Everything => sources.import(&run.source, how).await?,
        Again::These(keys) => sources.refresh(&run.source, keys, how).await?,
    };
    let detail = json!({"source": run.source, "n_objects": n_objects, "begun": begun.run});
    audit::record(sources.services(), &visitor, "run-retried", run.id.as_str(), detail).await?;
    Ok(shown(&run, &begun))
}

/// How a run is to be undone.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Undoing {
    /// Whether it is only recorded what would be put back.
    #[serde(default)]
    dry_run: bool,
    /// How many objects would leave, as somebody typed it.
    #[serde(default)]
    removals: String,
}

/// `POST /runs/{run}/undo`.
pub(super) async fn undo(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(run): Path<String>,
    Form(Undoing { dry_run, removals }): Form<Undoing>,
) -> Result<Redirect, Problem> {
    let run = allowed(sources.services(), &visitor, run).await?;
    let removals = decide::number(&removals)?;
    let how =
        How { is_dry: dry_run, removals: exactly(sources.services(), &run, removals).await?, attended: true };
    let begun = sources.undo(&run.source, run.id.clone(), how).await?;
    let detail = json!({"source": run.source, "dry_run": dry_run, "removals": removals, "begun": begun.run});
    audit::record(sources.services(), &visitor, "run-undone", run.id.as_str(), detail).await?;
    Ok(shown(&run, &begun))
}

/// What whoever undoes a run allows: the number that they read, and no larger one.
async fn exactly(services: &Services, run: &Run, typed: Option<u64>) -> Result<Removals, Problem> {
    let Some(n) = typed else { return Ok(Removals::Weigh) };
    match services.host().undo_would_remove(&run.source, &run.id).await? {
        Some(would_leave) if would_leave.n() < n => {
            let (run, allowed) = (run.id.clone(), Some(n));
            Err(RunError::UndoUnconfirmed { run, would_leave, allowed }.into())
        }
        Some(_) | None => Ok(Removals::AtMost(n)),
    }
}

/// The run, for somebody who may do something about it.
pub(super) async fn allowed(services: &Services, visitor: &Visitor, run: String) -> Result<Run, Problem> {
    if visitor.who.may_manage() { find(services, run).await } else { Err(Problem::forbidden()) }
}

/// Objects of one refresh.
///
/// 1000. Source: `Follower::refresh`.
const MAX_KEYS: u32 = 1000;

/// What is read again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Again {
    Everything,
    These(Vec<Key>),
    /// What this run changed is put back.
    Undo(RunId),
}

/// What the log of an undoing run says of the run that it undoes. Source: the host, `undo`.
const UNDOES: (&str, &str) = ("undoes-run", "undone_run");

impl Again {
    async fn of(services: &Services, run: &Run) -> Result<Self, Problem> {
        match run.kind {
            RunKind::Full => Ok(Self::Everything),
            RunKind::Refresh | RunKind::Events => Self::of_some(services, run).await,
            RunKind::Undo => Self::of_undoing(services, run).await,
        }
    }

    /// The objects of a plan; or those that were refused, that the log calls wrong, or that failed events name.
    ///
    /// Where nobody knows which these are, that is said. Everything is never read instead: they asked for a few objects.
    async fn of_some(services: &Services, run: &Run) -> Result<Self, Problem> {
        let outcome = (!run.dry_run).then_some(ChangeOutcome::Refused);
        let changes = ChangeFilter { outcome, ..ChangeFilter::default() };
        let entries = EntryFilter { severity: Some(Severity::Error), ..EntryFilter::default() };
        let limit = MAX_KEYS.saturating_add(1);
        let changes = services.store().changes_where(&run.id, &changes, None, limit).await?;
        let entries = services.store().entries_where(&run.id, &entries, None, limit).await?;
        let changed = changes.into_iter().map(|change| change.item.key);
        let complained = entries.into_iter().filter_map(|entry| entry.item.subject);
        let mut keys: BTreeSet<Key> = changed.chain(complained).collect();
        keys.extend(unsettled(services, run).await?);
        let is_too_many = usize::try_from(MAX_KEYS).is_ok_and(|most| most < keys.len());
        if keys.is_empty() || is_too_many {
            return Err(unclear(run));
        }
        Ok(Self::These(keys.into_iter().collect()))
    }

    async fn of_undoing(services: &Services, run: &Run) -> Result<Self, Problem> {
        let (code, fact) = UNDOES;
        let filter = EntryFilter { code: Some(code.to_owned()), ..EntryFilter::default() };
        let told = services.store().entries_where(&run.id, &filter, None, 1).await?;
        let undone = told.first().and_then(|entry| entry.item.diagnosis.fact(fact));
        undone.map(|undone| Self::Undo(RunId::new(undone))).ok_or_else(Problem::not_found)
    }

    /// None for all.
    const fn n_keys(&self) -> Option<usize> {
        match self {
            Self::Everything | Self::Undo(_) => None,
            Self::These(keys) => Some(keys.len()),
        }
    }
}

/// What the events name that a run tried last and in vain.
async fn unsettled(services: &Services, run: &Run) -> Result<Vec<Key>, Problem> {
    let filter = EventFilter { state: None, run: Some(run.id.clone()) };
    let events = services.store().events(&run.source, &filter, None, MAX_KEYS).await?;
    let failed = events.into_iter().filter(|event| event.state != EventState::Done);
    Ok(failed.flat_map(|event| event.event.subjects).collect())
}

fn unclear(run: &Run) -> Problem {
    let diagnosis = Diagnosis::new(
        "nothing-to-retry",
        format!(
            "run {} recorded no object that could be read again, or more than one refresh may read",
            run.id
        ),
    )
    .with_remedy("read a single object again on its own page, or import everything on the page of the source")
    .in_chinese(
        format!("任务 {} 没有记录可以重试的对象，或数量超过一次刷新的上限", run.id),
        "请在对象页面上单独重新读取，或在身份源页面上执行全量导入",
    );
    Problem::new(StatusCode::CONFLICT, diagnosis)
}

/// The page of the run that was begun; the history, if it waits for another one.
pub(super) fn shown(run: &Run, begun: &Begun) -> Redirect {
    match &begun.run {
        Some(begun) => Redirect::to(&links::run(begun)),
        None => Redirect::to(&links::history(Some(&run.source))),
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::history::{Counters, RunState};
    use rollcall_host::inbox::{EventWay, Fate, NewEvent, Settlement};
    use rollcall_host::model::{Failure, FailureKind};

    use super::*;
    use crate::pages::history::testing::Writing;
    use crate::pages::history::testing::created;
    use crate::pages::history::testing::departed;
    use crate::pages::history::testing::entry;
    use crate::pages::history::testing::source;
    use crate::testing::{Bench, NOW};

    async fn again(bench: &Bench, id: &RunId) -> Result<Again, Problem> {
        let run = bench.store.run(id).await.unwrap().unwrap();
        Again::of(bench.console.services(), &run).await
    }

    fn these(ids: &[&str]) -> Again {
        Again::These(ids.iter().map(|id| Key::new("User", *id)).collect())
    }

    #[tokio::test]
    async fn what_was_refused_or_went_wrong_is_read_again_each_once() {
        let bench = Bench::new().await;
        let run = Writing::open(&bench.store, RunKind::Refresh, false).await;
        run.changes(&[created("fine", "Anna"), departed("refused", "Berta", Some("taken"))]).await;
        run.entries(&[
            entry(Severity::Error, "not-readable", "wrong"),
            entry(Severity::Error, "taken", "refused"),
            entry(Severity::Info, "odd-name", "odd"),
        ])
        .await;
        let id = run.close(RunState::Partial, Counters::default()).await;
        assert_eq!(again(&bench, &id).await, Ok(these(&["refused", "wrong"])));
    }

    #[tokio::test]
    async fn a_plan_for_some_objects_is_carried_out_for_all_of_them() {
        let bench = Bench::new().await;
        let run = Writing::open(&bench.store, RunKind::Refresh, true).await;
        run.changes(&[created("a", "Anna"), created("b", "Berta")]).await;
        let id = run.close(RunState::Succeeded, Counters::default()).await;
        assert_eq!(again(&bench, &id).await, Ok(these(&["a", "b"])));
    }

    #[tokio::test]
    async fn a_batch_that_failed_as_a_whole_is_tried_again_for_what_its_events_name() {
        let bench = Bench::new().await;
        let run = Writing::open(&bench.store, RunKind::Events, false).await;
        let event = NewEvent {
            id: "e1".to_owned(),
            kind: "user_modify".to_owned(),
            payload: String::new(),
            born_at: None,
            subjects: vec![Key::new("User", "named")],
            arrived_at: NOW,
            way: EventWay::Stream,
        };
        rollcall_host::inbox::Inbox::store(&*bench.store, &source(), &[event]).await.unwrap();
        let failure = Failure::new(FailureKind::Unavailable, Diagnosis::new("down", "the source is down"));
        let settlement =
            Settlement { number: 1, run: Some(run.id.clone()), at: NOW, fate: Fate::Failed { failure } };
        bench.store.settle(&source(), &[settlement]).await.unwrap();
        let id = run.close(RunState::Failed, Counters::default()).await;
        assert_eq!(again(&bench, &id).await, Ok(these(&["named"])));
    }

    #[tokio::test]
    async fn a_refresh_of_which_nothing_is_recorded_never_becomes_an_import_of_everything() {
        let bench = Bench::new().await;
        let run = Writing::open(&bench.store, RunKind::Refresh, false).await;
        let id = run.close(RunState::Failed, Counters::default()).await;
        assert_eq!(again(&bench, &id).await.unwrap_err().diagnosis.code, "nothing-to-retry");
    }
}
