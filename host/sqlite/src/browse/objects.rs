//! Objects found by what they are called, one by its key, and how many there are.
//!
//! Not here: conditions on single attributes (`conditions`).

use std::collections::BTreeMap;

use rollcall_browse::words::{Words, fold};
use rollcall_browse::{Listed, ObjectCount, Page};
use rollcall_host::model::{Key, SourceName};
use rusqlite::{Connection, params};

use super::filter::{Filter, First};
use super::whole::select_listed;
use crate::rows::count;

/// The listed objects for which a condition holds and that have all words, in order of name.
pub(super) fn list(
    connection: &Connection,
    filter: &Filter,
    words: &Words,
    page: Page,
) -> rusqlite::Result<Listed> {
    // All statements see the same state.
    let snapshot = connection.unchecked_transaction()?;
    let (total, ids) = find(&snapshot, filter, words, page)?;
    let objects = ids.iter().map(|id| select_listed(&snapshot, *id));
    let items = objects.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
    Ok(Listed { total, items })
}

fn find(
    connection: &Connection,
    filter: &Filter,
    words: &Words,
    page: Page,
) -> rusqlite::Result<(u64, Vec<i64>)> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT id, folded FROM listing {}", filter.rest()))?;
    let mut rows = statement.query(filter.values())?;
    let mut first = First::of(page);
    while let Some(row) = rows.next()? {
        let folded = row.get_ref(1)?.as_str()?;
        if words.are_in(folded) {
            first.offer(folded, row.get(0)?);
        }
    }
    Ok(first.finish())
}

/// Ids that differ in letter case alone, as far as they are told.
///
/// 20. Why: there are two where there are any; a source that has more is known for it by then.
const MAX_DIFFERING_IN_CASE: usize = 20;

/// An index has the ids, and SQLite knows no letters but those of English.
pub(super) fn select_differing_in_case(
    connection: &Connection,
    source: &SourceName,
    key: &Key,
) -> rusqlite::Result<Vec<String>> {
    let mut ids = connection.prepare_cached(
        "SELECT external_id FROM object WHERE source = ?1 AND resource_type = ?2 ORDER BY external_id",
    )?;
    let mut rows = ids.query(params![source.as_str(), key.resource_type])?;
    let (folded, mut found) = (fold(&key.external_id), Vec::new());
    while let Some(row) = rows.next()?
        && found.len() < MAX_DIFFERING_IN_CASE
    {
        let id = row.get_ref(0)?.as_str()?;
        if id != key.external_id && fold(id) == folded {
            found.push(id.to_owned());
        }
    }
    Ok(found)
}

pub(super) fn select_tenures(
    connection: &Connection,
    source: &SourceName,
) -> rusqlite::Result<BTreeMap<Key, u64>> {
    connection
        .prepare_cached(
            "SELECT resource_type, external_id, tenure FROM object WHERE source = ?1 AND tenure > 0",
        )?
        .query_map(params![source.as_str()], |row| {
            Ok((Key { resource_type: row.get(0)?, external_id: row.get(1)? }, count(row, 2)?))
        })?
        .collect()
}

pub(super) fn count_objects(
    connection: &Connection,
    source: &SourceName,
) -> rusqlite::Result<Vec<ObjectCount>> {
    connection
        .prepare_cached(
            "SELECT resource_type, count(*) - sum(departed), sum(departed) FROM listing
             WHERE source = ?1 GROUP BY resource_type ORDER BY resource_type",
        )?
        .query_map(params![source.as_str()], |row| {
            Ok(ObjectCount {
                resource_type: row.get(0)?,
                n_present: count(row, 1)?,
                n_departed: count(row, 2)?,
            })
        })?
        .collect()
}
