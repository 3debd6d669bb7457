//! Objects found by what they are called, one by its key, and how many there are.
//!
//! What is deliberately not here: conditions on single attributes (`conditions`).

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use super::filter::{Filter, First};
use super::{Listed, Page, WholeObject, select_by_key, select_listed};
use crate::error::StoreError;
use crate::model::{Key, SourceName};
use crate::sqlite::SqliteStore;
use crate::sqlite::rows::count;
use crate::sqlite::words::{Words, fold};

/// Ids that differ in letter case alone, as far as they are told.
///
/// 20. Why: there are two where there are any; a source that has more is known for it by then.
const MAX_DIFFERING_IN_CASE: usize = 20;

/// Which objects are looked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ObjectQuery {
    /// Those of this resource type.
    pub resource_type: Option<String>,
    /// Those that left the source and were kept, or those that did not.
    pub departed: Option<bool>,
    /// Each word between white space is part of the name, user name, title, id, an e-mail address or a phone number.
    pub text: String,
}

/// How many objects of a resource type there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectCount {
    /// Which resource type.
    pub resource_type: String,
    /// Those at the source.
    pub n_present: u64,
    /// Those that left it and were kept.
    pub n_departed: u64,
}

impl SqliteStore {
    /// Objects that answer to a query, from one source or all, in order of name.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn search(
        &self,
        source: Option<&SourceName>,
        query: &ObjectQuery,
        page: Page,
    ) -> Result<Listed, StoreError> {
        let filter = Filter::default()
            .with_any("source = ?", source.map(|source| source.as_str().to_owned()))
            .with_any("resource_type = ?", query.resource_type.clone());
        let filter = match query.departed {
            Some(true) => filter.must_by("departed", "listing_departed"),
            Some(false) => filter.must("NOT departed"),
            None => filter,
        };
        let words = Words::of(&query.text);
        self.connections.read(move |connection| list(connection, &filter, &words, page)).await
    }

    /// One object with all that is known of it, departed or not; none when none is held under this key.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn object(&self, source: &SourceName, key: &Key) -> Result<Option<WholeObject>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| select_by_key(connection, &source, &key)).await
    }

    /// Whether something of a source is held, be it that it departed.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn is_held(&self, source: &SourceName) -> Result<bool, StoreError> {
        let source = source.clone();
        self.connections
            .read(move |connection| {
                connection
                    .prepare_cached("SELECT 1 FROM object WHERE source = ?1")?
                    .exists(params![source.as_str()])
            })
            .await
    }

    /// The ids of those objects, departed or not, whose id differs from this one in letter case alone, in order; the first 20.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn differing_in_case(&self, source: &SourceName, key: &Key) -> Result<Vec<String>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| select_differing_in_case(connection, &source, &key)).await
    }

    /// The objects of a source whose ids were somebody else's before, departed or not, with their tenure
    /// ([`WholeObject::tenure`]). All others have none.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn tenures(&self, source: &SourceName) -> Result<BTreeMap<Key, u64>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_tenures(connection, &source)).await
    }

    /// How many objects there are from a source, of each resource type of which there are any.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn object_counts(&self, source: &SourceName) -> Result<Vec<ObjectCount>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| count_objects(connection, &source)).await
    }
}

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

/// An index has the ids, and SQLite knows no letters but those of English.
fn select_differing_in_case(
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

fn select_tenures(connection: &Connection, source: &SourceName) -> rusqlite::Result<BTreeMap<Key, u64>> {
    connection
        .prepare_cached(
            "SELECT resource_type, external_id, tenure FROM object WHERE source = ?1 AND tenure > 0",
        )?
        .query_map(params![source.as_str()], |row| {
            Ok((Key { resource_type: row.get(0)?, external_id: row.get(1)? }, count(row, 2)?))
        })?
        .collect()
}

fn count_objects(connection: &Connection, source: &SourceName) -> rusqlite::Result<Vec<ObjectCount>> {
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
