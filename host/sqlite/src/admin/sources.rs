//! Configured sources in SQLite.

use async_trait::async_trait;
use rollcall_admin::{ConfiguredSources, DatabaseError, SourceRecord};
use rollcall_host::model::{SourceName, Timestamp};
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params};

use super::SqliteAdmin;

#[async_trait]
impl ConfiguredSources for SqliteAdmin {
    async fn source_records(&self) -> Result<Vec<SourceRecord>, DatabaseError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT name, connector, settings, egress, secrets, schedule, departed, is_followed, trust, scim
                     FROM source ORDER BY name",
                )?
                .query_map([], read)?
                .collect()
        })
        .await
    }

    async fn source_record(&self, name: &SourceName) -> Result<Option<SourceRecord>, DatabaseError> {
        let name = name.clone();
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT name, connector, settings, egress, secrets, schedule, departed, is_followed, trust, scim
                     FROM source WHERE name = ?1",
                )?
                .query_row([name.as_str()], read)
                .optional()
        })
        .await
    }

    async fn keep_source(&self, source: &SourceRecord, now: Timestamp) -> Result<(), DatabaseError> {
        let source = source.clone();
        self.write(move |transaction| keep(transaction, &source, now)).await
    }

    async fn forget_source(&self, name: &SourceName) -> Result<bool, DatabaseError> {
        let name = name.clone();
        self.write(move |transaction| {
            Ok(transaction.execute("DELETE FROM source WHERE name = ?1", [name.as_str()])? != 0)
        })
        .await
    }
}

fn keep(transaction: &Transaction<'_>, source: &SourceRecord, now: Timestamp) -> rusqlite::Result<()> {
    let SourceRecord {
        name,
        connector,
        settings,
        egress,
        secrets,
        schedule,
        departed,
        is_followed,
        trust,
        scim,
    } = source;
    transaction
        .prepare_cached(include_str!("keep_source.sql"))?
        .execute(named_params! {
            ":name": name, ":connector": connector, ":settings": settings, ":egress": egress,
            ":secrets": secrets, ":schedule": schedule, ":departed": departed, ":is_followed": is_followed,
            ":trust": trust, ":scim": scim, ":now": now.unix_ms(),
        })
        .map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<SourceRecord> {
    Ok(SourceRecord {
        name: row.get(0)?,
        connector: row.get(1)?,
        settings: row.get(2)?,
        egress: row.get(3)?,
        secrets: row.get(4)?,
        schedule: row.get(5)?,
        departed: row.get(6)?,
        is_followed: row.get(7)?,
        trust: row.get(8)?,
        scim: row.get(9)?,
    })
}
