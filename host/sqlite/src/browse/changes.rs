//! The change records of a run, chosen and counted by what they are.

use rollcall_browse::words::Words;
use rollcall_browse::{ChangeCount, ChangeFilter, ChangeOutcome};
use rollcall_host::error::StoreError;
use rollcall_host::history::{ChangeRecord, HELD_CODES, Numbered};
use rusqlite::{Connection, params};

use super::filter::Filter;
use crate::history::{CHANGE, read_change};
use crate::rows::{count, from_name, to_json};

pub(super) fn conditions(filter: &ChangeFilter) -> Result<Filter, StoreError> {
    let chosen = Filter::default()
        .with_any("resource_type = ?", filter.resource_type.clone())
        .with_any("action = ?", filter.action.map(|action| action.as_str().to_owned()));
    // What was not refused has no code, which is neither in a list nor not in it.
    Ok(match filter.outcome {
        None => chosen,
        Some(ChangeOutcome::Applied) => chosen.must("refusal_code IS NULL"),
        Some(ChangeOutcome::Held) => chosen.with("refusal_code IN (SELECT value FROM json_each(?))", held()?),
        Some(ChangeOutcome::Refused) => {
            chosen.with("refusal_code NOT IN (SELECT value FROM json_each(?))", held()?)
        }
    })
}

/// What the refusals of what waits for a person are called, as a JSON array.
pub(super) fn held() -> Result<String, StoreError> {
    to_json(&HELD_CODES).map_err(StoreError::failed)
}

/// The numbers of the first that pass, from the index alone.
pub(super) fn first(connection: &Connection, filter: &Filter, limit: u32) -> rusqlite::Result<Vec<i64>> {
    let filter = filter.clone().limited(limit);
    connection
        .prepare_cached(&format!(
            "SELECT number FROM change INDEXED BY change_traits WHERE {} ORDER BY number LIMIT ?",
            filter.clause()
        ))?
        .query_map(filter.values(), |row| row.get(0))?
        .collect()
}

/// The numbers of the first that pass and have these words.
pub(super) fn find(
    connection: &Connection,
    filter: &Filter,
    words: &Words,
    limit: u32,
) -> rusqlite::Result<Vec<i64>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT number, folded FROM change_text WHERE {} ORDER BY number",
        filter.clause()
    ))?;
    let mut rows = statement.query(filter.values())?;
    let mut numbers = Vec::new();
    while numbers.len() < limit {
        let Some(row) = rows.next()? else { break };
        if words.are_in(row.get_ref(1)?.as_str()?) {
            numbers.push(row.get(0)?);
        }
    }
    Ok(numbers)
}

pub(super) fn select_one(
    connection: &Connection,
    run: i64,
    number: i64,
) -> rusqlite::Result<Numbered<ChangeRecord>> {
    connection
        .prepare_cached(&format!("SELECT {CHANGE} FROM change WHERE run = ?1 AND number = ?2"))?
        .query_one(params![run, number], read_change)
}

pub(super) fn count_changes(
    connection: &Connection,
    run: i64,
    held: &str,
) -> rusqlite::Result<Vec<ChangeCount>> {
    connection
        .prepare_cached(
            "SELECT resource_type, action, is_refused,
               is_refused AND refusal_code IN (SELECT value FROM json_each(?2)), sum(n)
             FROM change_count WHERE run = ?1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )?
        .query_map(params![run, held], |row| {
            Ok(ChangeCount {
                resource_type: row.get(0)?,
                action: from_name(row, 1)?,
                outcome: outcome(row.get(2)?, row.get(3)?),
                n: count(row, 4)?,
            })
        })?
        .collect()
}

const fn outcome(is_refused: bool, is_held: bool) -> ChangeOutcome {
    match (is_refused, is_held) {
        (false, _) => ChangeOutcome::Applied,
        (true, true) => ChangeOutcome::Held,
        (true, false) => ChangeOutcome::Refused,
    }
}
