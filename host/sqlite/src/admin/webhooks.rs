//! Webhooks in SQLite.

use async_trait::async_trait;
use rollcall_admin::{DatabaseError, LastAttempt, NewWebhook, Webhook, Webhooks};
use rollcall_host::model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::SqliteAdmin;
use crate::rows::to_json;

#[async_trait]
impl Webhooks for SqliteAdmin {
    async fn add_webhook(
        &self,
        webhook: &NewWebhook,
        now: Timestamp,
        at_most: u32,
    ) -> Result<bool, DatabaseError> {
        let webhook = webhook.clone();
        self.write(move |transaction| insert(transaction, &webhook, now, at_most)).await
    }

    async fn webhooks(&self) -> Result<Vec<Webhook>, DatabaseError> {
        self.read(|connection| {
            let snapshot = connection.unchecked_transaction()?;
            let found = select(&snapshot)?;
            let with_last = |webhook: Webhook| {
                Ok(Webhook { last: select_last_attempt(&snapshot, webhook.id)?, ..webhook })
            };
            found.into_iter().map(with_last).collect()
        })
        .await
    }

    async fn pause_webhook(
        &self,
        id: i64,
        paused_at: Option<Timestamp>,
    ) -> Result<Option<String>, DatabaseError> {
        let paused_at = paused_at.map(Timestamp::unix_ms);
        self.write(move |transaction| {
            let sql = "UPDATE webhook SET paused_at = ?2 WHERE id = ?1 RETURNING url";
            transaction.query_row(sql, params![id, paused_at], |row| row.get(0)).optional()
        })
        .await
    }

    async fn delete_webhook(&self, id: i64) -> Result<Option<String>, DatabaseError> {
        self.write(move |transaction| {
            let sql = "DELETE FROM webhook WHERE id = ?1 RETURNING url";
            transaction.query_row(sql, [id], |row| row.get(0)).optional()
        })
        .await
    }
}

fn insert(
    transaction: &Transaction<'_>,
    webhook: &NewWebhook,
    now: Timestamp,
    at_most: u32,
) -> rusqlite::Result<bool> {
    let NewWebhook { url, proxy, secret, occasions } = webhook;
    let n_added = transaction.execute(
        "INSERT INTO webhook (url, proxy, secret, occasions, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM webhook) < ?6",
        params![url, proxy, secret, to_json(occasions)?, now.unix_ms(), at_most],
    )?;
    Ok(n_added == 1)
}

fn select(connection: &Connection) -> rusqlite::Result<Vec<Webhook>> {
    connection
        .prepare_cached(
            "SELECT id, url, proxy, occasions, created_at, paused_at,
               (SELECT count(*) FROM delivery WHERE webhook = webhook.id AND due_at IS NOT NULL)
             FROM webhook ORDER BY id",
        )?
        .query_map((), read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let occasions: String = row.get(3)?;
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        proxy: row.get(2)?,
        // What another version wrote and this one does not know is nothing that it could tell.
        occasions: serde_json::from_str(&occasions).unwrap_or_default(),
        created_at: Timestamp::from_unix_ms(row.get(4)?),
        paused_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_unix_ms),
        last: None,
        n_waiting: row.get(6)?,
    })
}

fn select_last_attempt(connection: &Connection, webhook: i64) -> rusqlite::Result<Option<LastAttempt>> {
    connection
        .prepare_cached(
            "SELECT n_attempts, due_at, settled_at, outcome FROM delivery
             WHERE webhook = ?1 AND outcome IS NOT NULL ORDER BY number DESC LIMIT 1",
        )?
        .query_row([webhook], |row| {
            Ok(LastAttempt {
                n_attempts: row.get(0)?,
                due_at: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_unix_ms),
                settled_at: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_unix_ms),
                outcome: row.get(3)?,
            })
        })
        .optional()
}
