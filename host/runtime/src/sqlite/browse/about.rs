//! Everything about one object: what happened to it in which run, what was said about it, which events named it.
//!
//! Also what is no longer held, or never was: the answer to "why is it not here?".

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rusqlite::{Connection, Row, params};
use serde::Serialize;

use super::filter::Filter;
use crate::error::StoreError;
use crate::history::{ChangeRecord, ConnectorIdentity, Numbered, RunKind, RunState, Trigger};
use crate::inbox::InboxEvent;
use crate::model::{Entry, Key, RunId, SourceName, Timestamp};
use crate::sqlite::SqliteStore;
use crate::sqlite::history::{id_of, number_of, read_change, read_entry};
use crate::sqlite::inbox::{EVENT, read_event};
use crate::sqlite::rows::{from_json, from_name, to_integer};
use crate::sqlite::words::Words;

/// Records that are looked through for what is no longer held, at most, of each kind; the newest.
///
/// 100,000. Why: reading so many takes some 50 ms, and it is ten runs with a full log.
const MAX_LOOKED_THROUGH: u32 = 100_000;

/// What happened to an object in one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrailStep {
    /// In which run.
    pub run: TrailRun,
    /// What happened, and its place in the run.
    pub change: Numbered<ChangeRecord>,
}

/// What a trail says of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrailRun {
    /// Which.
    pub id: RunId,
    /// What it read.
    pub kind: RunKind,
    /// Why it started.
    pub trigger: Trigger,
    /// Whether it only recorded what it would do.
    pub dry_run: bool,
    /// How it stands.
    pub state: RunState,
    /// When it started.
    pub started_at: Timestamp,
    /// Which connector did it.
    pub connector: ConnectorIdentity,
}

/// An entry about an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryAbout {
    /// In the log of which run.
    pub run: RunId,
    /// When that run started.
    pub started_at: Timestamp,
    /// The entry, and its place in the run.
    pub entry: Numbered<Entry>,
}

/// An object that is not held, though the history knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnceKnown {
    /// Where it comes from.
    pub source: SourceName,
    /// Which object.
    pub key: Key,
    /// What it was called.
    pub name: Option<String>,
    /// The newest run that says something of it.
    pub last_run: RunId,
    /// When that run started.
    pub last_run_at: Timestamp,
}

impl SqliteStore {
    /// What happened to an object, newest first, steps before that change of that run, at most `limit`. What was refused
    /// and what a dry run would have done are among it.
    ///
    /// # Errors
    ///
    /// When the store fails, or `before` is no run of it.
    pub async fn trail(
        &self,
        source: &SourceName,
        key: &Key,
        before: Option<(RunId, u64)>,
        limit: u32,
    ) -> Result<Vec<TrailStep>, StoreError> {
        let before = match before {
            Some((run, number)) => (number_of(&run)?, to_integer(number)),
            None => (i64::MAX, i64::MAX),
        };
        self.close_if_dead(source).await?;
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| select_trail(connection, &source, &key, before, limit)).await
    }

    /// What the logs of runs say about an object, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn entries_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<EntryAbout>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| select_entries(connection, &source, &key, limit)).await
    }

    /// The events that name an object, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn events_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| select_events(connection, &source, &key, limit)).await
    }

    /// What is not held, though change records or entries of one source or all name it: what was deleted, refused or left
    /// out. Each word of `text` between white space is part of its name or id. At most `limit`, the last known first.
    ///
    /// Looks through the newest 100,000 of each kind of record.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn once_known(
        &self,
        source: Option<&SourceName>,
        text: &str,
        limit: u32,
    ) -> Result<Vec<OnceKnown>, StoreError> {
        let filter =
            Filter::default().with_any("run.source = ?", source.map(|name| name.as_str().to_owned()));
        let words = Words::of(text);
        self.connections.read(move |connection| select_once_known(connection, &filter, &words, limit)).await
    }
}

fn select_trail(
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

fn select_entries(
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

fn select_events(
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

fn select_once_known(
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
