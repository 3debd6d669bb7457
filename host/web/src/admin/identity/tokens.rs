//! Tokens of programs: a name, what it may do, until when. What is kept is a digest.
//!
//! Not here: the page that lists them (`pages::tokens`).

use std::collections::BTreeSet;

use rollcall_browse::Within;
use rollcall_host::model::{SourceName, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::secret::{Digest, Secret, digest};
use crate::actor::Scope;
use crate::admin_error::AdminError as Problem;
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// What each token begins with, so that people and scanners of sources know one when they see it.
const MARK: &str = "rct_";

/// How exact it is known when a token was used last.
///
/// 1 min. Why: it is written to disk, and a program asks often.
const USED_MS: i64 = 60 * 1000;

/// Tokens that are valid at once.
///
/// 100. Why: one for each program that asks, and room to change them; the page shows all.
pub(crate) const MAX_TOKENS: i64 = 100;

/// The most characters of a name.
///
/// 64. Why: the name of a program, and a page shows it whole.
pub(crate) const MAX_NAME_CHARS: usize = 64;

/// A token, without what is secret of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) scope: Scope,
    /// The sources that it may read. If they are not all, it reads by SCIM alone.
    pub(crate) within: Within,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) used_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// What a new token is to be.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) within: Within,
    pub(crate) created_by: String,
    pub(crate) expires_at: Option<Timestamp>,
}

impl Token {
    /// Whether it may be used at this moment.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl Scope {
    /// The word in the database and in forms.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manage => "manage",
        }
    }

    /// The scope of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Read, Self::Manage].into_iter().find(|scope| scope.as_str() == name)
    }
}

/// Create a token. None if there are too many.
pub(crate) async fn create(console: &Console, wanted: Wanted) -> Result<Option<(i64, Secret)>, Problem> {
    let secret = Secret::marked(MARK).map_err(|error| Problem::failed(&error))?;
    let (digest, now) = (secret.digest(), console.now());
    let insert = move |connection: &Transaction<'_>| insert(connection, &wanted, &digest, now);
    let id: Option<i64> = console.database().write(insert).await?;
    Ok(id.map(|id| (id, secret)))
}

/// The token that this text is, if it is valid.
pub(crate) async fn proven(console: &Console, shown: &str) -> Result<Option<Token>, DatabaseError> {
    let (digest, now) = (digest(shown), console.now());
    let read = move |connection: &Connection| {
        let mut query = connection.prepare_cached(
            "SELECT id, name, scope, created_by, created_at, expires_at, used_at, revoked_at, sources FROM token
             WHERE digest = ?1",
        )?;
        query.query_row([digest], token).optional()
    };
    let found = console.database().read(read).await?.filter(|token| token.is_valid(now));
    if let Some(token) = &found {
        used(console, token, now).await?;
    }
    Ok(found)
}

/// All of them, the newest first. Those that ended long ago are gone with the entries of the audit log about them.
pub(crate) async fn all(console: &Console) -> Result<Vec<Token>, DatabaseError> {
    let list = |connection: &Connection| {
        let mut query = connection.prepare_cached(
            "SELECT id, name, scope, created_by, created_at, expires_at, used_at, revoked_at, sources FROM token
             ORDER BY id DESC",
        )?;
        query.query_map([], token)?.collect()
    };
    console.database().read(list).await
}

/// Revoke a token. Its name, or none if no token that is valid has this number.
pub(crate) async fn revoke(console: &Console, id: i64) -> Result<Option<String>, DatabaseError> {
    let now = console.now().unix_ms();
    let revoke = move |connection: &Transaction<'_>| {
        let sql = "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING name";
        Ok(connection.query_row(sql, params![id, now], |row| row.get(0)).optional()?)
    };
    console.database().write(revoke).await
}

fn insert(
    connection: &Connection,
    wanted: &Wanted,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<i64>, DatabaseError> {
    let now = now.unix_ms();
    let ended = now.saturating_sub(super::audit::KEPT_MS);
    connection.execute("DELETE FROM token WHERE revoked_at < ?1 OR expires_at < ?1", [ended])?;
    let Wanted { name, scope, within, created_by, expires_at } = wanted;
    let sources = match within {
        Within::All => None,
        Within::Only(sources) => {
            let names: Vec<&str> = sources.iter().map(SourceName::as_str).collect();
            Some(serde_json::Value::from(names).to_string())
        }
    };
    let expires_at = expires_at.map(Timestamp::unix_ms);
    let n_created = connection.execute(
        "INSERT INTO token (name, digest, scope, created_by, created_at, expires_at, sources)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?8 WHERE
         (SELECT count(*) FROM token WHERE revoked_at IS NULL AND (expires_at IS NULL OR ?5 < expires_at)) < ?7",
        params![name, digest, scope.as_str(), created_by, now, expires_at, MAX_TOKENS, sources],
    )?;
    Ok((n_created == 1).then(|| connection.last_insert_rowid()))
}

async fn used(console: &Console, token: &Token, now: Timestamp) -> Result<(), DatabaseError> {
    let is_known = |at: Timestamp| now.unix_ms().saturating_sub(at.unix_ms()) < USED_MS;
    if token.used_at.is_some_and(is_known) {
        return Ok(());
    }
    let (id, now) = (token.id, now.unix_ms());
    let update = move |connection: &Transaction<'_>| {
        connection.execute("UPDATE token SET used_at = ?2 WHERE id = ?1", params![id, now])?;
        Ok(())
    };
    console.database().write(update).await
}

fn token(row: &Row<'_>) -> rusqlite::Result<Token> {
    let moment = |at: Option<i64>| at.map(Timestamp::from_unix_ms);
    let scope: String = row.get(2)?;
    let unknown = || rusqlite::Error::InvalidColumnType(2, format!("scope {scope:?}"), Type::Text);
    Ok(Token {
        id: row.get(0)?,
        name: row.get(1)?,
        scope: Scope::named(&scope).ok_or_else(unknown)?,
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
