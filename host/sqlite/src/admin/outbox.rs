//! What webhooks are to be told, in SQLite: a row for each webhook that wants to hear of it.

use async_trait::async_trait;
use rollcall_admin::{Attempted, DatabaseError, DueDelivery, Notification, Outbox};
use rollcall_host::model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::SqliteAdmin;
use crate::rows::to_json;

#[async_trait]
impl Outbox for SqliteAdmin {
    async fn notify(
        &self,
        notification: &Notification,
        now: Timestamp,
        kept_since: Timestamp,
    ) -> Result<(), DatabaseError> {
        let notification = notification.clone();
        self.write(move |transaction| {
            insert(transaction, &notification, now)?;
            let sql = "DELETE FROM delivery WHERE settled_at < ?1";
            transaction.execute(sql, [kept_since.unix_ms()]).map(drop)
        })
        .await
    }

    async fn notify_one(
        &self,
        webhook: i64,
        notification: &Notification,
        now: Timestamp,
    ) -> Result<Option<String>, DatabaseError> {
        let notification = notification.clone();
        self.write(move |transaction| insert_for(transaction, webhook, &notification, now)).await
    }

    async fn due_deliveries(&self, now: Timestamp) -> Result<Vec<DueDelivery>, DatabaseError> {
        self.read(move |connection| select_due(connection, now)).await
    }

    async fn delivery_attempted(&self, number: i64, attempted: &Attempted) -> Result<(), DatabaseError> {
        let Attempted { n_attempts, due_at, settled_at, outcome } = attempted.clone();
        let (due_at, settled_at) = (due_at.map(Timestamp::unix_ms), settled_at.map(Timestamp::unix_ms));
        self.write(move |transaction| {
            transaction
                .execute(
                    "UPDATE delivery SET n_attempts = ?2, due_at = ?3, settled_at = ?4, outcome = ?5 WHERE number = ?1",
                    params![number, n_attempts, due_at, settled_at, outcome],
                )
                .map(drop)
        })
        .await
    }

    async fn notified_until(&self) -> Result<Option<i64>, DatabaseError> {
        self.read(|connection| connection.query_row("SELECT run FROM told", (), |row| row.get(0)).optional())
            .await
    }

    async fn set_notified_until(&self, run: i64) -> Result<(), DatabaseError> {
        self.write(move |transaction| {
            let sql =
                "INSERT INTO told (one, run) VALUES (1, ?1) ON CONFLICT DO UPDATE SET run = excluded.run";
            transaction.execute(sql, [run]).map(drop)
        })
        .await
    }
}

/// For each webhook that wants to hear of it and was not told.
fn insert(
    transaction: &Transaction<'_>,
    notification: &Notification,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let Notification { id, occasion, body } = notification;
    transaction
        .execute(
            // A webhook keeps its occasions as a JSON list: one of them is in it with its quotation marks.
            "INSERT INTO delivery (webhook, id, body, created_at, n_attempts, due_at)
             SELECT webhook.id, ?1, ?2, ?3, 0, ?3 FROM webhook
             WHERE instr(occasions, ?4) > 0
               AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.webhook = webhook.id AND delivery.id = ?1)",
            params![id, body, now.unix_ms(), to_json(occasion)?],
        )
        .map(drop)
}

fn insert_for(
    transaction: &Transaction<'_>,
    webhook: i64,
    notification: &Notification,
    now: Timestamp,
) -> rusqlite::Result<Option<String>> {
    let Notification { id, body, .. } = notification;
    let url: Option<String> = transaction
        .query_row("SELECT url FROM webhook WHERE id = ?1", [webhook], |row| row.get(0))
        .optional()?;
    if url.is_some() {
        transaction.execute(
            "INSERT INTO delivery (webhook, id, body, created_at, n_attempts, due_at) VALUES (?1, ?2, ?3, ?4, 0, ?4)",
            params![webhook, id, body, now.unix_ms()],
        )?;
    }
    Ok(url)
}

fn select_due(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<DueDelivery>> {
    connection
        .prepare_cached(
            "SELECT delivery.number, delivery.id, body, n_attempts, webhook.id, url, proxy, secret
             FROM webhook JOIN delivery ON delivery.number = (
               SELECT number FROM delivery WHERE webhook = webhook.id AND due_at <= ?1 ORDER BY due_at, number LIMIT 1)
             WHERE paused_at IS NULL",
        )?
        .query_map([now.unix_ms()], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<DueDelivery> {
    Ok(DueDelivery {
        number: row.get(0)?,
        id: row.get(1)?,
        body: row.get(2)?,
        n_attempts: row.get(3)?,
        webhook: row.get(4)?,
        url: row.get(5)?,
        proxy: row.get(6)?,
        secret: row.get(7)?,
    })
}
