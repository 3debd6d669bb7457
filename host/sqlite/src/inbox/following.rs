//! How a source is followed: one row, of which each note writes its own columns.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, Transaction, params};

use super::super::rows::{count, from_nullable_json, from_nullable_name, to_integer, to_json};
use rollcall_host::inbox::{Following, Note};
use rollcall_host::model::{EventDelivery, SourceName, Timestamp};

/// What is known about following a source.
pub(super) fn select_following(connection: &Connection, source: &SourceName) -> rusqlite::Result<Following> {
    let found = connection
        .prepare_cached(
            "SELECT is_paused, stopped, channel, heard_until, next_run_at, n_refused, last_refused, unfetched, cursor,
                    event_delivery, resumed_at
             FROM following WHERE source = ?1",
        )?
        .query_row([source.as_str()], read_following)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Write what a note says, and nothing else.
pub(super) fn write_note(
    transaction: &Transaction<'_>,
    source: &SourceName,
    note: &Note,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT INTO following (source) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([source.as_str()])?;
    let set = |assignment: &str, value: &dyn ToSql| {
        transaction
            .prepare_cached(&format!("UPDATE following SET {assignment} WHERE source = ?1"))?
            .execute(params![source.as_str(), value])
            .map(drop)
    };
    match note {
        Note::Paused(is_paused) => set("is_paused = ?2", is_paused),
        Note::Stopped(stopped) => set("stopped = ?2", &stopped.as_ref().map(to_json).transpose()?),
        Note::Resumed(at) => set("resumed_at = ?2", &at.unix_ms()),
        Note::Channel(channel) => set("channel = ?2", &to_json(channel)?),
        Note::EventDelivery(delivery) => set("event_delivery = ?2", &delivery.map(EventDelivery::as_str)),
        Note::HeardUntil(until) => set("heard_until = ?2", &until.unix_ms()),
        Note::NextRun(at) => set("next_run_at = ?2", &at.map(Timestamp::unix_ms)),
        Note::Refused { n, last } => {
            set("n_refused = n_refused + ?2", &to_integer(*n))?;
            set("last_refused = ?2", &to_json(last)?)
        }
        Note::Cursor(cursor) => set("cursor = ?2", cursor),
        Note::Unfetched(unfetched) => set("unfetched = ?2", &unfetched.as_ref().map(to_json).transpose()?),
    }
}

fn read_following(row: &Row<'_>) -> rusqlite::Result<Following> {
    let timestamp =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_ms));
    Ok(Following {
        is_paused: row.get(0)?,
        stopped: from_nullable_json(row, 1)?,
        channel: from_nullable_json(row, 2)?,
        heard_until: timestamp(3)?,
        next_run_at: timestamp(4)?,
        n_refused: count(row, 5)?,
        last_refused: from_nullable_json(row, 6)?,
        unfetched: from_nullable_json(row, 7)?,
        cursor: row.get(8)?,
        event_delivery: from_nullable_name(row, 9)?,
        resumed_at: timestamp(10)?,
    })
}
