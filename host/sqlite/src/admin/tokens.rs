//! Tokens in SQLite.

use std::collections::BTreeSet;

use async_trait::async_trait;
use rollcall_admin::{DatabaseError, Digest, NewToken, Token, TokenScope, Tokens};
use rollcall_browse::Within;
use rollcall_host::model::{SourceName, Timestamp};
use rusqlite::types::Type;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::SqliteAdmin;

#[async_trait]
impl Tokens for SqliteAdmin {
    async fn create_token(
        &self,
        token: &NewToken,
        digest: &Digest,
        now: Timestamp,
        at_most: u32,
        ended_before: Timestamp,
    ) -> Result<Option<i64>, DatabaseError> {
        let (token, digest) = (token.clone(), *digest);
        self.write(move |transaction| {
            let sql = "DELETE FROM token WHERE revoked_at < ?1 OR expires_at < ?1";
            transaction.execute(sql, [ended_before.unix_ms()])?;
            insert(transaction, &token, &digest, now, at_most)
        })
        .await
    }

    async fn token(&self, digest: &Digest) -> Result<Option<Token>, DatabaseError> {
        let digest = *digest;
        self.read(move |connection| {
            connection
                .prepare_cached(
                    "SELECT id, name, scope, created_by, created_at, expires_at, used_at, revoked_at, sources FROM token
                     WHERE digest = ?1",
                )?
                .query_row([digest], read)
                .optional()
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<Token>, DatabaseError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, name, scope, created_by, created_at, expires_at, used_at, revoked_at, sources FROM token
                     ORDER BY id DESC",
                )?
                .query_map([], read)?
                .collect()
        })
        .await
    }

    async fn token_used(&self, id: i64, now: Timestamp) -> Result<(), DatabaseError> {
        self.write(move |transaction| {
            let sql = "UPDATE token SET used_at = ?2 WHERE id = ?1";
            transaction.execute(sql, params![id, now.unix_ms()]).map(drop)
        })
        .await
    }

    async fn revoke_token(&self, id: i64, now: Timestamp) -> Result<Option<String>, DatabaseError> {
        self.write(move |transaction| {
            let sql = "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING name";
            transaction.query_row(sql, params![id, now.unix_ms()], |row| row.get(0)).optional()
        })
        .await
    }
}

fn insert(
    transaction: &Transaction<'_>,
    token: &NewToken,
    digest: &Digest,
    now: Timestamp,
    at_most: u32,
) -> rusqlite::Result<Option<i64>> {
    let NewToken { name, scope, within, created_by, expires_at } = token;
    let sources = match within {
        Within::All => None,
        Within::Only(sources) => {
            let names: Vec<&str> = sources.iter().map(SourceName::as_str).collect();
            Some(serde_json::Value::from(names).to_string())
        }
    };
    let (now, expires_at) = (now.unix_ms(), expires_at.map(Timestamp::unix_ms));
    let n_created = transaction.execute(
        "INSERT INTO token (name, digest, scope, created_by, created_at, expires_at, sources)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8 WHERE
         (SELECT count(*) FROM token WHERE revoked_at IS NULL AND (expires_at IS NULL OR ?5 < expires_at)) < ?7",
        params![name, digest, scope.as_str(), created_by, now, expires_at, at_most, sources],
    )?;
    Ok((n_created == 1).then(|| transaction.last_insert_rowid()))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Token> {
    let moment = |at: Option<i64>| at.map(Timestamp::from_unix_ms);
    let scope: String = row.get(2)?;
    let unknown = || rusqlite::Error::InvalidColumnType(2, format!("scope {scope:?}"), Type::Text);
    Ok(Token {
        id: row.get(0)?,
        name: row.get(1)?,
        scope: TokenScope::named(&scope).ok_or_else(unknown)?,
        within: within(row, 8)?,
        created_by: row.get(3)?,
        created_at: Timestamp::from_unix_ms(row.get(4)?),
        expires_at: moment(row.get(5)?),
        used_at: moment(row.get(6)?),
        revoked_at: moment(row.get(7)?),
    })
}

/// What cannot be read lets nobody read anything: it is an error, and not all of the sources.
fn within(row: &Row<'_>, column: usize) -> rusqlite::Result<Within> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(Within::All) };
    let unreadable = || rusqlite::Error::InvalidColumnType(column, format!("sources {text:?}"), Type::Text);
    let names: Vec<String> = serde_json::from_str(&text).map_err(|_| unreadable())?;
    let sources: Result<BTreeSet<SourceName>, _> = names.into_iter().map(SourceName::new).collect();
    sources.map(Within::Only).map_err(|_| unreadable())
}
