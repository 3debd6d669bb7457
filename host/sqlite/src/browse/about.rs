//! Everything about one object: what happened to it in which run, what was said about it, which events named it.
//!
//! Also what is no longer held, or never was: the answer to "why is it not here?".

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rollcall_browse::words::Words;
use rollcall_browse::{EntryAbout, OnceKnown, TrailRun, TrailStep};
use rollcall_host::inbox::InboxEvent;
use rollcall_host::model::{Key, SourceName, Timestamp};
use rusqlite::{Connection, Row, params};

use super::filter::Filter;
use crate::history::{id_of, read_change, read_entry};
use crate::inbox::{EVENT, read_event};
use crate::rows::{from_json, from_name};

/// Records that are looked through for what is no longer held, at most, of each kind; the newest.
///
/// 100,000. Why: reading so many takes some 50 ms, and it is ten runs with a full log.
const MAX_LOOKED_THROUGH: u32 = 100_000;

pub(super) fn select_trail(
    connection: &Connection,
    source: &SourceName,
    key: &Key,
    before: (i64, i64),
    limit: u32,
) -> rusqlite::Result<Vec<TrailStep>> {
    connection
        .prepare_cached(
            "SELECT change.number, resource_type, external_id, action, document_before, document_after, witness,
               refusal, run.id, kind, trigger, dry_run, state, started_at, connector
             FROM change INDEXED BY change_of_object CROSS JOIN run ON run.id = change.run
             WHERE external_id = ?1 AND resource_type = ?2 AND source = ?3
               AND (change.run, change.number) < (?4, ?5)
             ORDER BY change.run DESC, change.number DESC LIMIT ?6",
        )?
        .query_map(
            params![key.external_id, key.resource_type, source.as_str(), before.0, before.1, limit],
            |row| Ok(TrailStep { run: read_trail_run(row)?, change: read_change(row)? }),
        )?
        .collect()
}

fn read_trail_run(row: &Row<'_>) -> rusqlite::Result<TrailRun> {
    Ok(TrailRun {
        id: id_of(row.get(8)?),
        kind: from_name(row, 9)?,
        trigger: from_name(row, 10)?,
        dry_run: row.get(11)?,
        state: from_name(row, 12)?,
        started_at: Timestamp::from_unix_ms(row.get(13)?),
        connector: from_json(row, 14)?,
    })
}

pub(super) fn select_entries(
    connection: &Connection,
    source: &SourceName,
    key: &Key,
    limit: u32,
) -> rusqlite::Result<Vec<EntryAbout>> {
    connection
        .prepare_cached(
            "SELECT number, severity, resource_type, external_id, subject_name, diagnosis, run.id, started_at
             FROM entry INDEXED BY entry_of_object CROSS JOIN run ON run.id = entry.run
             WHERE external_id = ?1 AND resource_type = ?2 AND source = ?3
             ORDER BY entry.run DESC, number DESC LIMIT ?4",
        )?
        .query_map(params![key.external_id, key.resource_type, source.as_str(), limit], |row| {
            Ok(EntryAbout {
                run: id_of(row.get(6)?),
                started_at: Timestamp::from_unix_ms(row.get(7)?),
                entry: read_entry(row)?,
            })
        })?
        .collect()
}

pub(super) fn select_events(
    connection: &Connection,
    source: &SourceName,
    key: &Key,
    limit: u32,
) -> rusqlite::Result<Vec<InboxEvent>> {
    connection
        .prepare_cached(&format!(
            "SELECT {EVENT} FROM event_subject INDEXED BY event_about
             CROSS JOIN event ON event.number = event_subject.event
             WHERE external_id = ?1 AND resource_type = ?2 AND source = ?3
             ORDER BY event_subject.event DESC LIMIT ?4"
        ))?
        .query_map(params![key.external_id, key.resource_type, source.as_str(), limit], read_event)?
        .collect()
}

pub(super) fn select_once_known(
    connection: &Connection,
    filter: &Filter,
    words: &Words,
    limit: u32,
) -> rusqlite::Result<Vec<OnceKnown>> {
    let snapshot = connection.unchecked_transaction()?;
    let changes = look_through(
        &snapshot,
        &format!(
            "SELECT run.source, resource_type, external_id, name, run.id, run.started_at
             FROM change INDEXED BY change_missing CROSS JOIN run ON run.id = change.run
             WHERE (action = 'deleted' OR refusal_code IS NOT NULL) AND {}
             ORDER BY change.run DESC, change.number DESC LIMIT ?",
            filter.clause()
        ),
        filter,
        words,
        limit,
    )?;
    let entries = look_through(
        &snapshot,
        &format!(
            "SELECT run.source, resource_type, external_id, subject_name, run.id, run.started_at
             FROM entry INDEXED BY entry_subject CROSS JOIN run ON run.id = entry.run
             WHERE external_id IS NOT NULL AND resource_type IS NOT NULL AND {}
             ORDER BY entry.run DESC, entry.number DESC LIMIT ?",
            filter.clause()
        ),
        filter,
        words,
        limit,
    )?;
    Ok(newest(changes, entries, limit))
}

/// The first objects with these words that are not held, each once.
fn look_through(
    connection: &Connection,
    query: &str,
    filter: &Filter,
    words: &Words,
    limit: u32,
) -> rusqlite::Result<Vec<(i64, OnceKnown)>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(filter.clone().limited(MAX_LOOKED_THROUGH).values())?;
    let (mut known, mut seen) = (Vec::new(), BTreeSet::new());
    while known.len() < limit {
        let Some(row) = rows.next()? else { break };
        let name = row.get_ref(3)?.as_str_or_null()?.unwrap_or_default();
        if !words.are_in_any(&[name, row.get_ref(2)?.as_str()?]) {
            continue;
        }
        let object = read_once_known(row)?;
        let is_new = seen.insert((object.source.clone(), object.key.clone()));
        if is_new && !is_held(connection, &object)? {
            known.push((row.get(4)?, object));
        }
    }
    Ok(known)
}

fn read_once_known(row: &Row<'_>) -> rusqlite::Result<OnceKnown> {
    Ok(OnceKnown {
        source: from_name(row, 0)?,
        key: Key { resource_type: row.get(1)?, external_id: row.get(2)? },
        name: row.get(3)?,
        last_run: id_of(row.get(4)?),
        last_run_at: Timestamp::from_unix_ms(row.get(5)?),
    })
}

fn is_held(connection: &Connection, object: &OnceKnown) -> rusqlite::Result<bool> {
    let OnceKnown { source, key, .. } = object;
    connection
        .prepare_cached("SELECT 1 FROM object WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3")?
        .exists(params![source.as_str(), key.resource_type, key.external_id])
}

/// Both together, by the number of the last run, the newest first, each object once.
fn newest(changes: Vec<(i64, OnceKnown)>, entries: Vec<(i64, OnceKnown)>, limit: u32) -> Vec<OnceKnown> {
    let mut known: Vec<_> = changes.into_iter().chain(entries).collect();
    known.sort_by_key(|(run, _)| Reverse(*run));
    let mut seen = BTreeSet::new();
    known.retain(|(_, object)| seen.insert((object.source.clone(), object.key.clone())));
    known.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    known.into_iter().map(|(_, object)| object).collect()
}
