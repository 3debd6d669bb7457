//! Decisions about what runs held.

use rusqlite::{Connection, Row, Transaction, params};

use super::super::rows::{from_name, from_nullable_json, to_json};
use super::number::id_of;
use rollcall_host::decision::Decision;
use rollcall_host::model::{SourceName, Timestamp};

/// Add one.
pub(super) fn insert_decision(
    transaction: &Transaction<'_>,
    run: i64,
    decision: &Decision,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO decision (source, run, at, decided_by, verdict, about, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            decision.source.as_str(),
            run,
            decision.at.unix_ms(),
            decision.by,
            decision.verdict.as_str(),
            decision.about.as_ref().map(to_json).transpose()?,
            decision.reason,
        ])
        .map(drop)
}

/// Those of a source since this moment, in the order in which they were added.
pub(super) fn select_decisions(
    connection: &Connection,
    source: &SourceName,
    since: Timestamp,
) -> rusqlite::Result<Vec<Decision>> {
    connection
        .prepare_cached(
            "SELECT source, run, at, decided_by, verdict, about, reason FROM decision
             WHERE source = ?1 AND ?2 <= at ORDER BY id",
        )?
        .query_map(params![source.as_str(), since.unix_ms()], read_decision)?
        .collect()
}

fn read_decision(row: &Row<'_>) -> rusqlite::Result<Decision> {
    Ok(Decision {
        source: from_name(row, 0)?,
        run: id_of(row.get(1)?),
        at: Timestamp::from_unix_ms(row.get(2)?),
        by: row.get(3)?,
        verdict: from_name(row, 4)?,
        about: from_nullable_json(row, 5)?,
        reason: row.get(6)?,
    })
}
