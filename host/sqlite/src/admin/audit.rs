//! The audit log in SQLite.

use async_trait::async_trait;
use rollcall_admin::{AuditEntry, AuditFilter, AuditLog, AuditRecord, DatabaseError};
use rollcall_host::model::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::SqliteAdmin;

#[async_trait]
impl AuditLog for SqliteAdmin {
    async fn write_audit(
        &self,
        entry: &AuditEntry,
        now: Timestamp,
        kept_since: Timestamp,
    ) -> Result<(), DatabaseError> {
        let entry = entry.clone();
        self.write(move |transaction| {
            insert(transaction, now, &entry)?;
            transaction.execute("DELETE FROM audit WHERE at < ?1", [kept_since.unix_ms()]).map(drop)
        })
        .await
    }

    async fn audit_records(
        &self,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, DatabaseError> {
        let AuditFilter { action, who, before } = filter.clone();
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT number, at, who, way, action, subject, detail, address FROM audit
                     WHERE (?1 = '' OR action = ?1) AND (?2 = '' OR who = ?2) AND (?3 IS NULL OR number < ?3)
                     ORDER BY number DESC LIMIT ?4",
                )?
                .query_map(params![action, who, before, limit], read)?
                .collect()
        })
        .await
    }

    async fn audit_choices(&self) -> Result<(Vec<String>, Vec<String>), DatabaseError> {
        let list = |connection: &Connection, sql: &str| {
            connection.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
        };
        self.read(move |connection| {
            let actions = list(connection, "SELECT DISTINCT action FROM audit ORDER BY action")?;
            let people = list(connection, "SELECT DISTINCT who FROM audit WHERE who <> '' ORDER BY who")?;
            Ok((actions, people))
        })
        .await
    }
}

/// Write an entry, within what else is written.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    now: Timestamp,
    entry: &AuditEntry,
) -> rusqlite::Result<()> {
    let AuditEntry { who, way, action, subject, detail, address } = entry;
    let address = address.map(|address| address.to_string()).unwrap_or_default();
    transaction
        .execute(
            "INSERT INTO audit (at, who, way, action, subject, detail, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![now.unix_ms(), who, way.as_str(), action, subject, detail.to_string(), address],
        )
        .map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord {
        number: row.get(0)?,
        at: Timestamp::from_unix_ms(row.get(1)?),
        who: row.get(2)?,
        way: row.get(3)?,
        action: row.get(4)?,
        subject: row.get(5)?,
        detail: row.get(6)?,
        address: row.get(7)?,
    })
}
