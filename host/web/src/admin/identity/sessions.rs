//! Sessions: what a browser has after log-in.
//!
//! Not here: the cookie that carries it (`cookies`), and the page that lists them (`pages::account`).

use std::net::IpAddr;

use rollcall_host::model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::secret::{Digest, Secret, digest};
use crate::admin_error::AdminError as Problem;
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// How long a session lasts without a request.
///
/// 12 h. Why: a working day with its breaks; what was left open in the evening asks for the password in the morning.
const IDLE_MS: i64 = 12 * 60 * 60 * 1000;

/// How long a session lasts at most.
///
/// 7 days. Why: a cookie that was stolen is worth nothing after that, whatever its thief does to keep it fresh.
const LIFETIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// How exact it is known when a session was used last.
///
/// 1 min. Why: it is written to disk, and a live page asks often.
const SEEN_MS: i64 = 60 * 1000;

/// Sessions of one account.
///
/// 32. Why: more browsers than one person uses, and the table stays small whoever logs in over and over.
const MAX_SESSIONS: u32 = 32;

/// Characters that are kept of what a browser says it is.
///
/// 200. Why: real ones are shorter, and whoever logs in can send anything.
const MAX_AGENT_CHARS: usize = 200;

/// A session that is valid now.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) digest: Digest,
    pub(crate) account: String,
    pub(crate) csrf: String,
    pub(crate) created_at: Timestamp,
    pub(crate) seen_at: Timestamp,
    /// From where it began; empty if that was not known.
    pub(crate) address: String,
    /// What the browser said that it is.
    pub(crate) agent: String,
}

/// Without the token of its forms.
impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Where and with what somebody logs in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub(crate) address: Option<IpAddr>,
    pub(crate) agent: String,
}

/// Begin a session of this account. What comes back belongs into the cookie.
pub(crate) async fn begin(console: &Console, account: &str, browser: &Browser) -> Result<Secret, Problem> {
    let (secret, csrf) = (random()?, random()?);
    let (digest, account, now) = (secret.digest(), account.to_owned(), console.now().unix_ms());
    let address = browser.address.map(|address| address.to_string()).unwrap_or_default();
    let agent: String = browser.agent.chars().take(MAX_AGENT_CHARS).collect();
    let expires_at = now.saturating_add(LIFETIME_MS);
    let write = move |connection: &rusqlite::Transaction<'_>| -> Result<(), DatabaseError> {
        connection.execute(
            "DELETE FROM session WHERE expires_at <= ?1 OR seen_at <= ?2",
            params![now, now.saturating_sub(IDLE_MS)],
        )?;
        connection.execute(
            "INSERT INTO session (digest, account, csrf, created_at, seen_at, expires_at, address, agent)
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7)",
            params![digest, account, csrf.reveal(), now, expires_at, address, agent],
        )?;
        connection.execute(
            "DELETE FROM session WHERE account = ?1 AND digest NOT IN
             (SELECT digest FROM session WHERE account = ?1 ORDER BY seen_at DESC, created_at DESC LIMIT ?2)",
            params![account, MAX_SESSIONS],
        )?;
        Ok(())
    };
    console.database().write(write).await?;
    Ok(secret)
}

/// The session that this cookie proves, if it is valid still.
pub(crate) async fn proven(console: &Console, cookie: &str) -> Result<Option<Session>, DatabaseError> {
    let (digest, now) = (digest(cookie), console.now().unix_ms());
    let found = console.database().read(move |connection| read(connection, &digest, now)).await?;
    let is_stale = |session: &Session| SEEN_MS <= now.saturating_sub(session.seen_at.unix_ms());
    if found.as_ref().is_some_and(is_stale) {
        console.database().write(move |connection| seen(connection, &digest, now)).await?;
    }
    Ok(found)
}

/// Whether this session is valid still. It is not used by being asked about.
pub(crate) async fn is_valid(console: &Console, digest: Digest) -> Result<bool, DatabaseError> {
    let now = console.now().unix_ms();
    let found = console.database().read(move |connection| read(connection, &digest, now)).await?;
    Ok(found.is_some())
}

/// The valid sessions of an account, the one used last first.
pub(crate) async fn of(console: &Console, account: &str) -> Result<Vec<Session>, DatabaseError> {
    let (account, now) = (account.to_owned(), console.now().unix_ms());
    let list = move |connection: &Connection| {
        let mut query = connection.prepare_cached(
            "SELECT digest, account, csrf, created_at, seen_at, address, agent FROM session
             WHERE account = ?1 AND ?2 < expires_at AND ?3 < seen_at ORDER BY seen_at DESC, created_at DESC",
        )?;
        query.query_map(params![account, now, now.saturating_sub(IDLE_MS)], session)?.collect()
    };
    console.database().read(list).await
}

/// End one session of an account. Whether there was one.
pub(crate) async fn end(console: &Console, account: &str, digest: Digest) -> Result<bool, DatabaseError> {
    let account = account.to_owned();
    let delete = move |connection: &rusqlite::Transaction<'_>| {
        let sql = "DELETE FROM session WHERE account = ?1 AND digest = ?2";
        Ok(0 < connection.execute(sql, params![account, digest])?)
    };
    console.database().write(delete).await
}

/// End all sessions of an account but one.
pub(crate) async fn end_others(
    console: &Console,
    account: &str,
    kept: Digest,
) -> Result<usize, DatabaseError> {
    let account = account.to_owned();
    let delete = move |connection: &rusqlite::Transaction<'_>| others(connection, &account, &kept);
    console.database().write(delete).await
}

/// As [`end_others`], within what else is written.
pub(crate) fn others(connection: &Connection, account: &str, kept: &Digest) -> Result<usize, DatabaseError> {
    let sql = "DELETE FROM session WHERE account = ?1 AND digest <> ?2";
    Ok(connection.execute(sql, params![account, kept])?)
}

fn read(connection: &Connection, digest: &Digest, now: i64) -> rusqlite::Result<Option<Session>> {
    let mut query = connection.prepare_cached(
        "SELECT digest, account, csrf, created_at, seen_at, address, agent FROM session
         WHERE digest = ?1 AND ?2 < expires_at AND ?3 < seen_at",
    )?;
    query.query_row(params![digest, now, now.saturating_sub(IDLE_MS)], session).optional()
}

fn seen(connection: &Connection, digest: &Digest, now: i64) -> Result<(), DatabaseError> {
    connection.execute("UPDATE session SET seen_at = ?2 WHERE digest = ?1", params![digest, now])?;
    Ok(())
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
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

fn random() -> Result<Secret, Problem> {
    Secret::fresh().map_err(|error| Problem::failed(&error))
}
