//! Idempotency keys in SQLite.

use async_trait::async_trait;
use rollcall_admin::{Claim, Claimed, DatabaseError, IdempotencyKeys, KeyOwner};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::SqliteAdmin;

#[async_trait]
impl IdempotencyKeys for SqliteAdmin {
    async fn claim_key(&self, claim: &Claim) -> Result<Claimed, DatabaseError> {
        let claim = claim.clone();
        self.write(move |transaction| {
            forget(transaction, &claim)?;
            take(transaction, &claim)
        })
        .await
    }

    async fn answer_key(&self, owner: &KeyOwner, status: u16, answer: &str) -> Result<(), DatabaseError> {
        let (KeyOwner { who, key }, answer) = (owner.clone(), answer.to_owned());
        self.write(move |transaction| {
            let sql = "UPDATE idempotency SET status = ?3, answer = ?4 WHERE who = ?1 AND key = ?2";
            transaction.execute(sql, params![who, key, status, answer]).map(drop)
        })
        .await
    }

    async fn release_key(&self, owner: &KeyOwner) -> Result<(), DatabaseError> {
        let KeyOwner { who, key } = owner.clone();
        self.write(move |transaction| {
            let sql = "DELETE FROM idempotency WHERE who = ?1 AND key = ?2";
            transaction.execute(sql, params![who, key]).map(drop)
        })
        .await
    }
}

fn forget(transaction: &Transaction<'_>, claim: &Claim) -> rusqlite::Result<()> {
    let sql = "DELETE FROM idempotency WHERE created_at < ?1 OR status IS NULL AND created_at < ?2";
    transaction.execute(sql, [claim.kept_since.unix_ms(), claim.under_way_since.unix_ms()]).map(drop)
}

fn take(transaction: &Transaction<'_>, claim: &Claim) -> rusqlite::Result<Claimed> {
    let Claim { owner: KeyOwner { who, key }, request, now, .. } = claim;
    let sql = "SELECT request, answer FROM idempotency WHERE who = ?1 AND key = ?2";
    let known: Option<(Vec<u8>, Option<String>)> =
        transaction.query_row(sql, params![who, key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match known {
        Some((other, _)) if other != *request => Ok(Claimed::Other),
        Some((_, Some(answer))) => Ok(Claimed::Answered(answer)),
        Some((_, None)) => Ok(Claimed::UnderWay),
        None => {
            let sql = "INSERT INTO idempotency (who, key, request, created_at) VALUES (?1, ?2, ?3, ?4)";
            transaction.execute(sql, params![who, key, request, now.unix_ms()])?;
            Ok(Claimed::Fresh)
        }
    }
}
