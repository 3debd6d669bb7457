//! Reading events back.

use rusqlite::{Connection, Row, params};

use super::super::rows::{count, from_json, from_name, from_nullable_json};
use rollcall_host::inbox::{EventFilter, EventState, InboxCounts, InboxEvent, NewEvent};
use rollcall_host::model::{RunId, SourceName, Timestamp};

/// The columns that [`read_event`] reads.
pub(in super::super) const EVENT: &str =
    "number, id, kind, payload, born_at, subjects, arrived_at, way, state, n_attempts, due_at, run, settled_at,
     failure";

/// The plus keeps SQLite from the index by due time, which would mean to sort everything that is due.
pub(super) const DUE: &str =
    "SELECT number, id, kind, payload, born_at, subjects, arrived_at, way, state, n_attempts,
   due_at, run, settled_at, failure
 FROM event WHERE source = ?1 AND state = 'waiting' AND +due_at <= ?2 ORDER BY number LIMIT ?3";

pub(super) const NEXT_DUE: &str = "SELECT min(due_at) FROM event WHERE source = ?1 AND state = 'waiting'";

pub(super) const COUNTS: &str = "SELECT state, count(*) FROM event WHERE source = ?1 GROUP BY state";

/// Waiting events whose time has come, oldest first.
pub(super) fn select_due(
    connection: &Connection,
    source: &SourceName,
    now: Timestamp,
    limit: u32,
) -> rusqlite::Result<Vec<InboxEvent>> {
    connection
        .prepare_cached(DUE)?
        .query_map(params![source.as_str(), now.unix_ms(), limit], read_event)?
        .collect()
}

/// When the next waiting event is due.
pub(super) fn select_next_due(
    connection: &Connection,
    source: &SourceName,
) -> rusqlite::Result<Option<Timestamp>> {
    connection.prepare_cached(NEXT_DUE)?.query_row([source.as_str()], |row| timestamp(row, 0))
}

/// The newest events before this number.
pub(super) fn select_events(
    connection: &Connection,
    source: &SourceName,
    filter: &EventFilter,
    before: i64,
    limit: u32,
) -> rusqlite::Result<Vec<InboxEvent>> {
    // One statement for each, so that each has its index.
    let condition = match (filter.state, &filter.run) {
        (None, None) => "?4 IS NULL AND ?5 IS NULL",
        (Some(_), None) => "state = ?4 AND ?5 IS NULL",
        (None, Some(_)) => "?4 IS NULL AND run = ?5",
        (Some(_), Some(_)) => "+state = ?4 AND run = ?5",
    };
    connection
        .prepare_cached(&format!(
            "SELECT {EVENT} FROM event WHERE source = ?1 AND number < ?2 AND {condition} ORDER BY number DESC LIMIT ?3",
        ))?
        .query_map(
            params![
                source.as_str(),
                before,
                limit,
                filter.state.map(EventState::as_str),
                filter.run.as_ref().map(RunId::as_str),
            ],
            read_event,
        )?
        .collect()
}

/// How many events there are of each state.
pub(super) fn select_counts(connection: &Connection, source: &SourceName) -> rusqlite::Result<InboxCounts> {
    let mut statement = connection.prepare_cached(COUNTS)?;
    let mut rows = statement.query([source.as_str()])?;
    let mut counts = InboxCounts::default();
    while let Some(row) = rows.next()? {
        let n = count(row, 1)?;
        match from_name(row, 0)? {
            EventState::Waiting => counts.waiting = n,
            EventState::Done => counts.done = n,
            EventState::Failed => counts.failed = n,
        }
    }
    Ok(counts)
}

/// An event from the columns [`EVENT`].
pub(in super::super) fn read_event(row: &Row<'_>) -> rusqlite::Result<InboxEvent> {
    Ok(InboxEvent {
        number: count(row, 0)?,
        event: NewEvent {
            id: row.get(1)?,
            kind: row.get(2)?,
            // One that is no text is the connector's to refuse: an error here would hide every event of the source.
            payload: String::from_utf8_lossy(&row.get::<_, Vec<u8>>(3)?).into_owned(),
            born_at: timestamp(row, 4)?,
            subjects: from_json(row, 5)?,
            arrived_at: Timestamp::from_unix_ms(row.get(6)?),
            way: from_name(row, 7)?,
        },
        state: from_name(row, 8)?,
        n_attempts: row.get(9)?,
        due_at: timestamp(row, 10)?,
        run: row.get::<_, Option<String>>(11)?.map(RunId::new),
        settled_at: timestamp(row, 12)?,
        failure: from_nullable_json(row, 13)?,
    })
}

fn timestamp(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms))
}
