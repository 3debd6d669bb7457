//! The connectors' own small state in SQLite.
//!
//! What is deliberately not here: bounds of keys and values, which the runtime checks before it calls.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::SqliteStore;
use super::database::Urgency;
use super::rows::from_utf8;
use rollcall_host::error::StoreError;
use rollcall_host::model::SourceName;
use rollcall_host::storage::Storage;

#[async_trait]
impl Storage for SqliteStore {
    async fn get(&self, source: &SourceName, keys: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        let (source, keys) = (source.clone(), keys.to_vec());
        self.connections
            .read(move |connection| keys.iter().map(|key| select_value(connection, &source, key)).collect())
            .await
    }

    async fn write(
        &self,
        source: &SourceName,
        entries: &[(String, Option<String>)],
        max_bucket_bytes: u64,
    ) -> Result<(), StoreError> {
        let (source, entries) = (source.clone(), entries.to_vec());
        let fits = self
            .connections
            .write(Urgency::Bulk, move |transaction| {
                entries
                    .iter()
                    .try_for_each(|(key, value)| put(&transaction, &source, key, value.as_deref()))?;
                let fits = bucket_bytes(&transaction, &source)? <= max_bucket_bytes;
                if fits {
                    transaction.commit()?
                } else {
                    transaction.rollback()?
                }
                Ok(fits)
            })
            .await?;
        if fits { Ok(()) } else { Err(StoreError::Full { limit_bytes: max_bucket_bytes }) }
    }

    async fn scan(
        &self,
        source: &SourceName,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let (source, prefix) = (source.clone(), prefix.to_owned());
        let after = after.unwrap_or_default().to_owned();
        self.connections
            .read(move |connection| select_prefix(connection, &source, &prefix, &after, limit))
            .await
    }
}

fn select_value(connection: &Connection, source: &SourceName, key: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM storage WHERE source = ?1 AND key = ?2")?
        .query_row(params![source.as_str(), key], |row| from_utf8(row, 0))
        .optional()
}

fn put(
    transaction: &Transaction<'_>,
    source: &SourceName,
    key: &str,
    value: Option<&str>,
) -> rusqlite::Result<()> {
    let changed = match value {
        Some(value) => transaction
            .prepare_cached(
                "INSERT INTO storage (source, key, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
            )?
            .execute(params![source.as_str(), key, value.as_bytes()]),
        None => transaction
            .prepare_cached("DELETE FROM storage WHERE source = ?1 AND key = ?2")?
            .execute(params![source.as_str(), key]),
    };
    changed.map(drop)
}

/// What the bucket's keys and values are together, as the database keeps count of it.
fn bucket_bytes(transaction: &Transaction<'_>, source: &SourceName) -> rusqlite::Result<u64> {
    let bytes: Option<i64> = transaction
        .prepare_cached("SELECT n_bytes FROM storage_total WHERE source = ?1")?
        .query_row([source.as_str()], |row| row.get(0))
        .optional()?;
    Ok(u64::try_from(bytes.unwrap_or_default()).unwrap_or(u64::MAX))
}

/// Keys with one prefix lie side by side, so the first key without it ends them.
fn select_prefix(
    connection: &Connection,
    source: &SourceName,
    prefix: &str,
    after: &str,
    limit: u32,
) -> rusqlite::Result<Vec<(String, String)>> {
    connection
        .prepare_cached(
            "SELECT key, value FROM storage WHERE source = ?1 AND ?2 <= key AND ?3 < key ORDER BY key LIMIT ?4",
        )?
        .query_map(params![source.as_str(), prefix, after, limit], |row| Ok((row.get(0)?, from_utf8(row, 1)?)))?
        .take_while(|row: &rusqlite::Result<(String, String)>| {
            row.as_ref().map_or(true, |(key, _)| key.starts_with(prefix))
        })
        .collect()
}

#[cfg(test)]
mod tests;
