//! The inbox in SQLite: what a source pushed, and how it is followed.
//!
//! What is deliberately not here: when an event is tried again or given up, which the runtime decides.

use async_trait::async_trait;
use rusqlite::{Transaction, params};

use super::SqliteStore;
use super::database::Urgency;
use super::rows::{to_integer, to_json};
use rollcall_host::error::StoreError;
use rollcall_host::inbox::{
    EventFilter, EventState, Fate, Following, Inbox, InboxCounts, InboxEvent, NewEvent, Note, Settlement,
    StoredEvents,
};
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};

mod following;
mod read;

pub(super) use read::{EVENT, read_event};

use following::{select_following, write_note};
use read::{select_counts, select_due, select_events, select_next_due};

#[async_trait]
impl Inbox for SqliteStore {
    async fn store(&self, source: &SourceName, events: &[NewEvent]) -> Result<StoredEvents, StoreError> {
        let (source, events) = (source.clone(), events.to_vec());
        // Whoever pushed them waits for the answer, and gives up after seconds.
        self.connections
            .write(Urgency::Now, move |transaction| {
                let mut n_new = 0_usize;
                for event in &events {
                    n_new = n_new.saturating_add(insert(&transaction, &source, event)?);
                }
                transaction.commit()?;
                let n_known = events.len().saturating_sub(n_new);
                Ok(StoredEvents { n_new: count(n_new), n_known: count(n_known) })
            })
            .await
    }

    async fn due(
        &self,
        source: &SourceName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_due(connection, &source, now, limit)).await
    }

    async fn next_due(&self, source: &SourceName) -> Result<Option<Timestamp>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_next_due(connection, &source)).await
    }

    async fn settle(&self, source: &SourceName, settlements: &[Settlement]) -> Result<(), StoreError> {
        let (source, settlements) = (source.clone(), settlements.to_vec());
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                settlements.iter().try_for_each(|settlement| settle(&transaction, &source, settlement))?;
                Ok(transaction.commit()?)
            })
            .await
    }

    async fn settle_all_before(
        &self,
        source: &SourceName,
        before: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let (source, run) = (source.clone(), run.clone());
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                let n_settled = settle_all_before(&transaction, &source, before, &run, at)?;
                transaction.commit()?;
                Ok(count(n_settled))
            })
            .await
    }

    async fn events(
        &self,
        source: &SourceName,
        filter: &EventFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let (source, filter) = (source.clone(), filter.clone());
        let before = before.map_or(i64::MAX, to_integer);
        self.connections
            .read(move |connection| select_events(connection, &source, &filter, before, limit))
            .await
    }

    async fn counts(&self, source: &SourceName) -> Result<InboxCounts, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_counts(connection, &source)).await
    }

    async fn retry(
        &self,
        source: &SourceName,
        numbers: Option<&[u64]>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let (source, numbers) = (source.clone(), numbers.map(<[u64]>::to_vec));
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                let n_waiting = match &numbers {
                    None => retry_all(&transaction, &source, now)?,
                    Some(numbers) => retry_these(&transaction, &source, numbers, now)?,
                };
                transaction.commit()?;
                Ok(count(n_waiting))
            })
            .await
    }

    async fn forget(&self, source: &SourceName, before: Timestamp) -> Result<u64, StoreError> {
        let source = source.clone();
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                let n_forgotten = transaction
                    .prepare_cached("DELETE FROM event WHERE source = ?1 AND settled_at < ?2")?
                    .execute(params![source.as_str(), before.unix_ms()])?;
                transaction.commit()?;
                Ok(count(n_forgotten))
            })
            .await
    }

    async fn following(&self, source: &SourceName) -> Result<Following, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_following(connection, &source)).await
    }

    async fn note(&self, source: &SourceName, note: &Note) -> Result<(), StoreError> {
        let (source, note) = (source.clone(), note.clone());
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                write_note(&transaction, &source, &note)?;
                Ok(transaction.commit()?)
            })
            .await
    }
}

/// How many rows there are more.
fn insert(transaction: &Transaction<'_>, source: &SourceName, event: &NewEvent) -> rusqlite::Result<usize> {
    let n_rows = transaction
        .prepare_cached(
            "INSERT INTO event
               (source, id, kind, payload, born_at, subjects, arrived_at, way, state, n_attempts, due_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ?7)
             ON CONFLICT (source, id) DO NOTHING",
        )?
        .execute(params![
            source.as_str(),
            event.id,
            event.kind,
            event.payload.as_bytes(),
            event.born_at.map(Timestamp::unix_ms),
            to_json(&event.subjects)?,
            event.arrived_at.unix_ms(),
            event.way.as_str(),
            EventState::Waiting.as_str(),
        ])?;
    if n_rows != 0 {
        insert_subjects(transaction, transaction.last_insert_rowid(), &event.subjects)?;
    }
    Ok(n_rows)
}

/// So that it is found by what it names.
fn insert_subjects(transaction: &Transaction<'_>, event: i64, subjects: &[Key]) -> rusqlite::Result<()> {
    // A connector may name an object twice.
    let mut insert = transaction.prepare_cached(
        "INSERT OR IGNORE INTO event_subject (event, external_id, resource_type) VALUES (?1, ?2, ?3)",
    )?;
    subjects
        .iter()
        .try_for_each(|key| insert.execute(params![event, key.external_id, key.resource_type]).map(drop))
}

fn settle(
    transaction: &Transaction<'_>,
    source: &SourceName,
    settlement: &Settlement,
) -> rusqlite::Result<()> {
    let Settlement { number, run, at, fate } = settlement;
    let (state, n_more_attempts, due_at, failure) = match fate {
        Fate::Done => (EventState::Done, 0, None, None),
        Fate::Again { due_at, counts, failure } => {
            (EventState::Waiting, i64::from(*counts), Some(due_at.unix_ms()), Some(failure))
        }
        Fate::Failed { failure } => (EventState::Failed, 1, None, Some(failure)),
    };
    let settled_at = (state != EventState::Waiting).then_some(at.unix_ms());
    transaction
        .prepare_cached(
            "UPDATE event SET state = ?3, n_attempts = n_attempts + ?4, due_at = ?5, run = ?6, settled_at = ?7,
               failure = ?8
             WHERE number = ?1 AND source = ?2 AND state = 'waiting'",
        )?
        .execute(params![
            to_integer(*number),
            source.as_str(),
            state.as_str(),
            n_more_attempts,
            due_at,
            run.as_ref().map(RunId::as_str),
            settled_at,
            failure.map(to_json).transpose()?,
        ])
        .map(drop)
}

fn settle_all_before(
    transaction: &Transaction<'_>,
    source: &SourceName,
    before: Timestamp,
    run: &RunId,
    at: Timestamp,
) -> rusqlite::Result<usize> {
    transaction
        .prepare_cached(
            "UPDATE event SET state = 'done', due_at = NULL, run = ?3, settled_at = ?4, failure = NULL
             WHERE source = ?1 AND state = 'waiting' AND arrived_at < ?2",
        )?
        .execute(params![source.as_str(), before.unix_ms(), run.as_str(), at.unix_ms()])
}

fn retry_all(transaction: &Transaction<'_>, source: &SourceName, now: Timestamp) -> rusqlite::Result<usize> {
    transaction
        .prepare_cached(
            "UPDATE event SET state = 'waiting', n_attempts = 0, due_at = ?2, settled_at = NULL
             WHERE source = ?1 AND state = 'failed'",
        )?
        .execute(params![source.as_str(), now.unix_ms()])
}

fn retry_these(
    transaction: &Transaction<'_>,
    source: &SourceName,
    numbers: &[u64],
    now: Timestamp,
) -> rusqlite::Result<usize> {
    let mut retry = transaction.prepare_cached(
        "UPDATE event SET state = 'waiting', n_attempts = 0, due_at = ?3, settled_at = NULL
         WHERE number = ?1 AND source = ?2 AND state = 'failed'",
    )?;
    let mut n_waiting = 0_usize;
    for number in numbers {
        let n_rows = retry.execute(params![to_integer(*number), source.as_str(), now.unix_ms()])?;
        n_waiting = n_waiting.saturating_add(n_rows);
    }
    Ok(n_waiting)
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
