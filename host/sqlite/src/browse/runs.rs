//! Runs of all sources, chosen by what they are and how they stand.

use rollcall_browse::RunFilter;
use rollcall_host::history::{Run, RunKind, RunState, Trigger};
use rollcall_host::model::SourceName;
use rusqlite::Connection;

use super::filter::Filter;
use crate::history::{RUN, read_run};
use crate::rows::from_name;

pub(super) fn conditions(filter: &RunFilter) -> Filter {
    let owned = |name: &'static str| name.to_owned();
    Filter::default()
        .with_any("source = ?", filter.source.as_ref().map(|source| source.as_str().to_owned()))
        .with_any("kind = ?", filter.kind.map(RunKind::as_str).map(owned))
        .with_any("state = ?", filter.state.map(RunState::as_str).map(owned))
        .with_any("trigger = ?", filter.trigger.map(Trigger::as_str).map(owned))
        .with_any("dry_run = ?", filter.dry_run)
}

pub(super) fn select_running_sources(connection: &Connection) -> rusqlite::Result<Vec<SourceName>> {
    connection
        .prepare_cached("SELECT source FROM run WHERE state = 'running'")?
        .query_map((), |row| from_name(row, 0))?
        .collect()
}

pub(super) fn select(connection: &Connection, filter: &Filter, limit: u32) -> rusqlite::Result<Vec<Run>> {
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
