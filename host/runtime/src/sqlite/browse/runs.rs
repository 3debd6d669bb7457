//! Runs of all sources, chosen by what they are and how they stand.

use rusqlite::Connection;
use serde::Serialize;

use super::filter::Filter;
use crate::error::StoreError;
use crate::history::{Run, RunKind, RunState, Trigger};
use crate::model::{RunId, SourceName};
use crate::sqlite::SqliteStore;
use crate::sqlite::history::{RUN, number_of, read_run};
use crate::sqlite::rows::from_name;

/// Which runs are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RunFilter {
    /// Those of this source.
    pub source: Option<SourceName>,
    /// Those that read this.
    pub kind: Option<RunKind>,
    /// Those that stand like this.
    pub state: Option<RunState>,
    /// Those that started for this reason.
    pub trigger: Option<Trigger>,
    /// Those that only recorded what they would do, or those that did it.
    pub dry_run: Option<bool>,
}

impl SqliteStore {
    /// The newest runs of one source or all, newest first, those before `before`, at most `limit`. One whose process
    /// died reads `interrupted`.
    ///
    /// # Errors
    ///
    /// When the store fails, or `before` is no run of it.
    pub async fn runs_where(
        &self,
        filter: &RunFilter,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let before = before.map_or(Ok(i64::MAX), number_of)?;
        let running = self.connections.read(select_running_sources).await?;
        for source in &running {
            self.close_if_dead(source).await?;
        }
        let filter = conditions(filter).with("id < ?", before);
        self.connections.read(move |connection| select(connection, &filter, limit)).await
    }
}

fn conditions(filter: &RunFilter) -> Filter {
    let owned = |name: &'static str| name.to_owned();
    Filter::default()
        .with_any("source = ?", filter.source.as_ref().map(|source| source.as_str().to_owned()))
        .with_any("kind = ?", filter.kind.map(RunKind::as_str).map(owned))
        .with_any("state = ?", filter.state.map(RunState::as_str).map(owned))
        .with_any("trigger = ?", filter.trigger.map(Trigger::as_str).map(owned))
        .with_any("dry_run = ?", filter.dry_run)
}

fn select_running_sources(connection: &Connection) -> rusqlite::Result<Vec<SourceName>> {
    connection
        .prepare_cached("SELECT source FROM run WHERE state = 'running'")?
        .query_map((), |row| from_name(row, 0))?
        .collect()
}

fn select(connection: &Connection, filter: &Filter, limit: u32) -> rusqlite::Result<Vec<Run>> {
    let filter = filter.clone();
    // First which ones, from the index alone: a run that is passed over costs little.
    connection
        .prepare_cached(&format!(
            "SELECT {RUN} FROM run WHERE id IN (
               SELECT id FROM run INDEXED BY run_traits WHERE {} ORDER BY id DESC LIMIT ?)
             ORDER BY id DESC",
            filter.clause()
        ))?
        .query_map(filter.limited(limit).values(), read_run)?
        .collect()
}
