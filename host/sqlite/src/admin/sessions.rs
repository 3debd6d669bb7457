//! Sessions in SQLite.

use async_trait::async_trait;
use rollcall_admin::{DatabaseError, Digest, NewSession, Session, SessionLimits, Sessions};
use rollcall_host::model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::SqliteAdmin;

#[async_trait]
impl Sessions for SqliteAdmin {
    async fn begin_session(
        &self,
        new: &NewSession,
        limits: SessionLimits,
        at_most: u32,
    ) -> Result<(), DatabaseError> {
        let new = new.clone();
        self.write(move |transaction| {
            forget(transaction, limits)?;
            insert(transaction, &new)?;
            keep(transaction, &new.session.account, at_most)
        })
        .await
    }

    async fn session(
        &self,
        digest: &Digest,
        limits: SessionLimits,
    ) -> Result<Option<Session>, DatabaseError> {
        let digest = *digest;
        self.read(move |connection| select(connection, &digest, limits)).await
    }

    async fn sessions_of(&self, account: &str, limits: SessionLimits) -> Result<Vec<Session>, DatabaseError> {
        let account = account.to_owned();
        self.read(move |connection| select_of(connection, &account, limits)).await
    }

    async fn session_used(&self, digest: &Digest, now: Timestamp) -> Result<(), DatabaseError> {
        let digest = *digest;
        self.write(move |transaction| {
            let sql = "UPDATE session SET seen_at = ?2 WHERE digest = ?1";
            transaction.execute(sql, params![digest, now.unix_ms()]).map(drop)
        })
        .await
    }

    async fn end_session(&self, account: &str, digest: &Digest) -> Result<bool, DatabaseError> {
        let (account, digest) = (account.to_owned(), *digest);
        self.write(move |transaction| {
            let sql = "DELETE FROM session WHERE account = ?1 AND digest = ?2";
            Ok(0 < transaction.execute(sql, params![account, digest])?)
        })
        .await
    }

    async fn end_other_sessions(&self, account: &str, kept: &Digest) -> Result<usize, DatabaseError> {
        let (account, kept) = (account.to_owned(), *kept);
        self.write(move |transaction| end_others(transaction, &account, &kept)).await
    }
}

/// End all sessions of an account but one; how many there were.
pub(super) fn end_others(
    transaction: &Transaction<'_>,
    account: &str,
    kept: &Digest,
) -> rusqlite::Result<usize> {
    transaction.execute("DELETE FROM session WHERE account = ?1 AND digest <> ?2", params![account, kept])
}

/// Forget those that are not valid.
fn forget(transaction: &Transaction<'_>, limits: SessionLimits) -> rusqlite::Result<()> {
    let SessionLimits { now, unused_since } = limits;
    let sql = "DELETE FROM session WHERE expires_at <= ?1 OR seen_at <= ?2";
    transaction.execute(sql, [now.unix_ms(), unused_since.unix_ms()]).map(drop)
}

fn insert(transaction: &Transaction<'_>, new: &NewSession) -> rusqlite::Result<()> {
    let NewSession { session, expires_at } = new;
    let Session { digest, account, csrf, created_at, seen_at, address, agent } = session;
    let (created_at, seen_at) = (created_at.unix_ms(), seen_at.unix_ms());
    transaction
        .execute(
            "INSERT INTO session (digest, account, csrf, created_at, seen_at, expires_at, address, agent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![digest, account, csrf, created_at, seen_at, expires_at.unix_ms(), address, agent],
        )
        .map(drop)
}

/// Of the sessions of an account, leave those that were used last.
fn keep(transaction: &Transaction<'_>, account: &str, at_most: u32) -> rusqlite::Result<()> {
    transaction
        .execute(
            "DELETE FROM session WHERE account = ?1 AND digest NOT IN
             (SELECT digest FROM session WHERE account = ?1 ORDER BY seen_at DESC, created_at DESC LIMIT ?2)",
            params![account, at_most],
        )
        .map(drop)
}

fn select(
    connection: &Connection,
    digest: &Digest,
    limits: SessionLimits,
) -> rusqlite::Result<Option<Session>> {
    let SessionLimits { now, unused_since } = limits;
    connection
        .prepare_cached(
            "SELECT digest, account, csrf, created_at, seen_at, address, agent FROM session
             WHERE digest = ?1 AND ?2 < expires_at AND ?3 < seen_at",
        )?
        .query_row(params![digest, now.unix_ms(), unused_since.unix_ms()], read)
        .optional()
}

fn select_of(
    connection: &Connection,
    account: &str,
    limits: SessionLimits,
) -> rusqlite::Result<Vec<Session>> {
    let SessionLimits { now, unused_since } = limits;
    connection
        .prepare_cached(
            "SELECT digest, account, csrf, created_at, seen_at, address, agent FROM session
             WHERE account = ?1 AND ?2 < expires_at AND ?3 < seen_at ORDER BY seen_at DESC, created_at DESC",
        )?
        .query_map(params![account, now.unix_ms(), unused_since.unix_ms()], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        digest: row.get(0)?,
        account: row.get(1)?,
        csrf: row.get(2)?,
        created_at: Timestamp::from_unix_ms(row.get(3)?),
        seen_at: Timestamp::from_unix_ms(row.get(4)?),
        address: row.get(5)?,
        agent: row.get(6)?,
    })
}
