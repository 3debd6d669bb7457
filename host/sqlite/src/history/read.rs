//! Reading runs, entries and changes back.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::rows::{count, from_json, from_name, from_nullable_json, nullable_document, unknown};
use super::number::id_of;
use super::record::rank;
use rollcall_host::history::{ChangeRecord, Numbered, Run, RunState};
use rollcall_host::model::{Entry, Key, Scope, Severity, SourceName, Timestamp};

/// The columns that [`read_run`] reads.
pub(in super::super) const RUN: &str =
    "id, source, trigger, dry_run, connector, state, started_at, finished_at, progress, counters, failure,
     n_entries_dropped, kind, proof";

/// The columns that [`read_entry`] reads.
pub(in super::super) const ENTRY: &str =
    "number, severity, resource_type, external_id, subject_name, diagnosis";

/// The columns that [`read_change`] reads.
pub(in super::super) const CHANGE: &str =
    "number, resource_type, external_id, action, document_before, document_after, witness, refusal";

/// The run of a source whose row says that it is at work.
pub(super) fn select_running(connection: &Connection, source: &SourceName) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM run WHERE source = ?1 AND state = ?2")?
        .query_row(params![source.as_str(), RunState::Running.as_str()], |row| row.get(0))
        .optional()
}

/// The newest runs of a source before this number.
pub(super) fn select_runs(
    connection: &Connection,
    source: &SourceName,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<Run>> {
    connection
        .prepare_cached(&format!(
            "SELECT {RUN} FROM run WHERE source = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3"
        ))?
        .query_map(params![source.as_str(), before, limit], read_run)?
        .collect()
}

/// One run.
pub(super) fn select_run(connection: &Connection, run: i64) -> rusqlite::Result<Option<Run>> {
    connection
        .prepare_cached(&format!("SELECT {RUN} FROM run WHERE id = ?1"))?
        .query_row([run], read_run)
        .optional()
}

/// The scope of the last run of a source that was closed with one.
pub(super) fn select_scope(connection: &Connection, source: &SourceName) -> rusqlite::Result<Option<Scope>> {
    connection
        .prepare_cached("SELECT scope FROM scope WHERE source = ?1")?
        .query_row([source.as_str()], |row| from_json(row, 0))
        .optional()
}

/// What the runs of a source recorded that began since this moment, and since the last attended one.
pub(super) fn select_written_bytes(
    connection: &Connection,
    source: &SourceName,
    since: Timestamp,
) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT coalesce(sum(written_bytes), 0) FROM run WHERE source = ?1 AND ?2 <= started_at
             AND (SELECT coalesce(max(id), 0) FROM run WHERE source = ?1 AND attended) <= id",
        )?
        .query_row(params![source.as_str(), since.unix_ms()], |row| count(row, 0))
}

/// Entries of a run behind this number.
pub(super) fn select_entries(
    connection: &Connection,
    run: i64,
    least: Severity,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<Numbered<Entry>>> {
    connection
        .prepare_cached(&format!(
            "SELECT {ENTRY} FROM entry WHERE run = ?1 AND ?2 <= severity AND ?3 < number ORDER BY number LIMIT ?4"
        ))?
        .query_map(params![run, rank(least), after, limit], read_entry)?
        .collect()
}

/// Change records of a run behind this number.
pub(super) fn select_changes(
    connection: &Connection,
    run: i64,
    after: i64,
    limit: u32,
) -> rusqlite::Result<Vec<Numbered<ChangeRecord>>> {
    connection
        .prepare_cached(&format!(
            "SELECT {CHANGE} FROM change WHERE run = ?1 AND ?2 < number ORDER BY number LIMIT ?3"
        ))?
        .query_map(params![run, after, limit], read_change)?
        .collect()
}

/// A run from the columns [`RUN`].
pub(in super::super) fn read_run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: id_of(row.get(0)?),
        source: from_name(row, 1)?,
        trigger: from_name(row, 2)?,
        dry_run: row.get(3)?,
        connector: from_json(row, 4)?,
        state: from_name(row, 5)?,
        started_at: Timestamp::from_unix_ms(row.get(6)?),
        finished_at: row.get::<_, Option<i64>>(7)?.map(Timestamp::from_unix_ms),
        progress: from_nullable_json(row, 8)?,
        counters: from_json(row, 9)?,
        failure: from_nullable_json(row, 10)?,
        n_entries_dropped: count(row, 11)?,
        kind: from_name(row, 12)?,
        proof: from_nullable_json(row, 13)?,
    })
}

/// An entry from the columns [`ENTRY`], the first ones of a row.
pub(in super::super) fn read_entry(row: &Row<'_>) -> rusqlite::Result<Numbered<Entry>> {
    let subject = match (row.get::<_, Option<String>>(2)?, row.get::<_, Option<String>>(3)?) {
        (Some(resource_type), Some(external_id)) => Some(Key { resource_type, external_id }),
        (None, _) | (_, None) => None,
    };
    let item = Entry {
        severity: severity_of(row.get(1)?).ok_or_else(|| unknown(1))?,
        subject,
        subject_name: row.get(4)?,
        diagnosis: from_json(row, 5)?,
    };
    Ok(Numbered { number: count(row, 0)?, item })
}

/// The inverse of [`rank`].
pub(in super::super) fn severity_of(rank: u8) -> Option<Severity> {
    match rank {
        1 => Some(Severity::Info),
        2 => Some(Severity::Warning),
        3 => Some(Severity::Error),
        _ => None,
    }
}

/// A change record from the columns [`CHANGE`], the first ones of a row.
pub(in super::super) fn read_change(row: &Row<'_>) -> rusqlite::Result<Numbered<ChangeRecord>> {
    let item = ChangeRecord {
        key: Key { resource_type: row.get(1)?, external_id: row.get(2)? },
        action: from_name(row, 3)?,
        before: nullable_document(row, 4)?,
        after: nullable_document(row, 5)?,
        witness: row.get(6)?,
        refusal: from_nullable_json(row, 7)?,
    };
    Ok(Numbered { number: count(row, 0)?, item })
}
