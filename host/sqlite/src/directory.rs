//! The directory in SQLite.
//!
//! What is deliberately not here: merging. Documents are stored as they come, in canonical JSON.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::database::Urgency;
use super::history::{ChangeRow, insert_changes};
use super::listing::{self, ListingInput, Moved};
use super::rows::document;
use super::{SqliteStore, moments, now};
use rollcall_browse::features::Features;
use rollcall_host::directory::{Action, Directory, Held, Holding, Stored, Write};
use rollcall_host::document::Document;
use rollcall_host::error::StoreError;
use rollcall_host::history::ChangeRecord;
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};

#[async_trait]
impl Directory for SqliteStore {
    async fn holdings(
        &self,
        source: &SourceName,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, StoreError> {
        let (source, resource_type) = (source.clone(), resource_type.to_owned());
        let after = after.unwrap_or_default().to_owned();
        self.connections
            .read(move |connection| select_holdings(connection, &source, &resource_type, &after, limit))
            .await
    }

    async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        let (source, keys) = (source.clone(), keys.to_vec());
        self.connections
            .read(move |connection| keys.iter().map(|key| select_one(connection, &source, key)).collect())
            .await
    }

    async fn store(
        &self,
        source: &SourceName,
        run: &RunId,
        writes: &[Write],
    ) -> Result<Vec<Stored>, StoreError> {
        let (source, run) = (source.clone(), super::history::number_of(run)?);
        let rows: Vec<_> = writes.iter().map(ObjectRow::from).collect();
        let changes: Vec<_> = writes
            .iter()
            .filter(|write| write.action != Action::Unchanged)
            .map(|write| ChangeRow::new(&ChangeRecord::from(write)))
            .collect::<Result<_, _>>()?;
        let n_writes = writes.len();
        self.connections
            .write(Urgency::Bulk, move |transaction| {
                let (now, mut moved) = (moments::next(&transaction, now())?, Moved::default());
                rows.iter().try_for_each(|row| apply(&transaction, &source, (run, now), row, &mut moved))?;
                moved.write(&transaction, source.as_str(), now)?;
                if !changes.is_empty() {
                    listing::begin_edition(&transaction, source.as_str())?;
                }
                insert_changes(&transaction, run, &changes)?;
                Ok(transaction.commit()?)
            })
            .await?;
        Ok(vec![Stored::Written; n_writes])
    }

    fn records_changes(&self) -> bool {
        true
    }
}

/// One write, serialised before it goes to the blocking thread.
struct ObjectRow {
    key: Key,
    action: Action,
    version: String,
    document: Option<Document>,
    features: Option<Features>,
    /// Whether the key was somebody else's before.
    is_newcomer: bool,
}

impl From<&Write> for ObjectRow {
    fn from(write: &Write) -> Self {
        let document = write.after.as_ref().filter(|_| write.action != Action::Unchanged);
        Self {
            key: write.key.clone(),
            action: write.action,
            version: write.version.clone(),
            document: document.cloned(),
            features: document.map(|document| Features::of(&write.key.external_id, document)),
            is_newcomer: write.action == Action::Created && write.witness.is_some(),
        }
    }
}

fn apply(
    transaction: &Transaction<'_>,
    source: &SourceName,
    (run, now): (i64, Timestamp),
    row: &ObjectRow,
    moved: &mut Moved,
) -> rusqlite::Result<()> {
    let standing = |is_present| SourcePresence { run, now, is_present };
    match row.action {
        Action::Created | Action::Updated | Action::Restored => {
            put(transaction, source, standing(true), row, moved)
        }
        Action::Deactivated => put(transaction, source, standing(false), row, moved),
        Action::Unchanged => set_version(transaction, source, run, row),
        Action::Deleted => delete(transaction, source, &row.key, moved),
    }
}

/// Whether an object is at the source, since when, and which run says so.
#[derive(Debug, Clone, Copy)]
struct SourcePresence {
    run: i64,
    now: Timestamp,
    is_present: bool,
}

/// Insert or replace, whatever was there, so that writing twice is harmless.
fn put(
    transaction: &Transaction<'_>,
    source: &SourceName,
    standing: SourcePresence,
    row: &ObjectRow,
    moved: &mut Moved,
) -> rusqlite::Result<()> {
    let SourcePresence { run, now, is_present } = standing;
    let changed_before = select_changed_at(transaction, source, &row.key)?;
    let (id, created_at, changed_at) = transaction
        .prepare_cached(
            "INSERT INTO object
               (source, resource_type, external_id, version, document, departed_at, first_run, last_run,
                created_at, changed_at, tenure)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?8, ?9)
             ON CONFLICT DO UPDATE SET version = excluded.version, document = excluded.document,
               departed_at = excluded.departed_at, last_run = excluded.last_run,
               changed_at = iif(
                 document = excluded.document AND (departed_at IS NULL) = (excluded.departed_at IS NULL),
                 changed_at, max(excluded.changed_at, changed_at + 1))
             RETURNING id, created_at, changed_at",
        )?
        .query_one(
            params![
                source.as_str(),
                row.key.resource_type,
                row.key.external_id,
                row.version,
                row.document.as_ref().map(Document::text),
                (!is_present).then_some(now.unix_ms()),
                run,
                now.unix_ms(),
                if row.is_newcomer { run } else { 0 },
            ],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
    if changed_before != Some(changed_at) {
        moved.object(id);
    }
    // Without a document there is no row either: the insert has failed.
    row.features.iter().try_for_each(|features| {
        let told = ListingInput { id, key: &row.key, is_present, created_at, changed_at, features };
        listing::write(transaction, source.as_str(), &told, moved)
    })
}

/// When the object last became different, if it is held. Each time is later than the one before.
fn select_changed_at(
    transaction: &Transaction<'_>,
    source: &SourceName,
    key: &Key,
) -> rusqlite::Result<Option<i64>> {
    transaction
        .prepare_cached(
            "SELECT changed_at FROM object WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3",
        )?
        .query_row(params![source.as_str(), key.resource_type, key.external_id], |row| row.get(0))
        .optional()
}

fn set_version(
    transaction: &Transaction<'_>,
    source: &SourceName,
    run: i64,
    row: &ObjectRow,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE object SET version = ?4, last_run = ?5
             WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3",
        )?
        .execute(params![source.as_str(), row.key.resource_type, row.key.external_id, row.version, run])
        .map(drop)
}

fn delete(
    transaction: &Transaction<'_>,
    source: &SourceName,
    key: &Key,
    moved: &mut Moved,
) -> rusqlite::Result<()> {
    let deleted = transaction
        .prepare_cached(
            "DELETE FROM object WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3 RETURNING id",
        )?
        .query_row(params![source.as_str(), key.resource_type, key.external_id], |row| row.get(0))
        .optional()?;
    deleted.map_or(Ok(()), |id| listing::forget(transaction, source.as_str(), id, key, moved))
}

fn select_holdings(
    connection: &Connection,
    source: &SourceName,
    resource_type: &str,
    after: &str,
    limit: u32,
) -> rusqlite::Result<Vec<Holding>> {
    connection
        .prepare_cached(
            "SELECT external_id, version FROM object
             WHERE source = ?1 AND resource_type = ?2 AND ?3 < external_id AND departed_at IS NULL
             ORDER BY external_id LIMIT ?4",
        )?
        .query_map(params![source.as_str(), resource_type, after, limit], |row| {
            Ok(Holding { external_id: row.get(0)?, version: row.get(1)? })
        })?
        .collect()
}

fn select_one(connection: &Connection, source: &SourceName, key: &Key) -> rusqlite::Result<Option<Held>> {
    connection
        .prepare_cached(
            "SELECT version, document, departed_at IS NOT NULL FROM object
             WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3",
        )?
        .query_row(params![source.as_str(), key.resource_type, key.external_id], read_held)
        .optional()
}

pub(super) fn read_held(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held { version: row.get(0)?, document: document(row, 1)?, departed: row.get(2)? })
}

#[cfg(test)]
mod tests;
