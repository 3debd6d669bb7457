//! The log of who did what. Everything that somebody does through the console or the API is written here, and log-ins, with
//! those that failed.
//!
//! Not here: what programs do by themselves, which the history of runs has; and the page that shows it (`pages::audit`).

use std::net::IpAddr;

use rollcall_host::model::Timestamp;
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::actor::{Actor, Who};
use crate::database::DatabaseError;
use crate::services::Services as Console;

/// How long an entry is kept.
///
/// 400 days. Why: whoever looks back over a year, at its end, finds all of it; and what people did is personal data, which
/// is not kept for ever.
pub(crate) const KEPT_MS: i64 = 400 * 24 * 60 * 60 * 1000;

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In a browser.
    Session,
    /// With a token.
    Token,
    /// With the link for the first account.
    Setup,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The name of an account or a token. Empty before anyone is known.
    pub(crate) who: String,
    pub(crate) way: Way,
    /// In kebab-case: "source-added".
    pub(crate) action: &'static str,
    /// What it was done to. Empty for nothing in particular.
    pub(crate) subject: String,
    /// A JSON object without secrets.
    pub(crate) detail: Value,
    pub(crate) address: Option<IpAddr>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
    pub(crate) who: String,
    /// As [`Way::as_str`].
    pub(crate) way: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    /// JSON.
    pub(crate) detail: String,
    /// Empty if it was not known.
    pub(crate) address: String,
}

/// Which entries are wanted. Empty texts leave all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) action: String,
    pub(crate) who: String,
    /// Older than the one with this number.
    pub(crate) before: Option<i64>,
}

impl Way {
    /// The word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Setup => "setup",
        }
    }
}

/// Write down what somebody did. `detail` is a JSON object, and has no secret.
pub(crate) async fn record(
    console: &Console,
    actor: impl Into<Actor<'_>>,
    action: &'static str,
    subject: &str,
    detail: Value,
) -> Result<(), DatabaseError> {
    let actor = actor.into();
    let (who, way) = match actor.who {
        Who::Administrator { name } => (name.clone(), Way::Session),
        Who::Token { name, .. } => (name.clone(), Way::Token),
    };
    let (subject, address) = (subject.to_owned(), actor.address);
    write(console, Entry { who, way, action, subject, detail, address }).await
}

/// Write an entry, and let go of those that are too old.
pub(crate) async fn write(console: &Console, entry: Entry) -> Result<(), DatabaseError> {
    let now = console.now();
    console.database().write(move |connection| insert(connection, now, &entry)).await
}

/// As [`write`](write()), within what else is written.
pub(crate) fn insert(connection: &Connection, now: Timestamp, entry: &Entry) -> Result<(), DatabaseError> {
    let address = entry.address.map(|address| address.to_string()).unwrap_or_default();
    let Entry { who, way, action, subject, detail, .. } = entry;
    connection.execute(
        "INSERT INTO audit (at, who, way, action, subject, detail, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![now.unix_ms(), who, way.as_str(), action, subject, detail.to_string(), address],
    )?;
    connection.execute("DELETE FROM audit WHERE at < ?1", [now.unix_ms().saturating_sub(KEPT_MS)])?;
    Ok(())
}

/// The newest entries that are wanted, at most `limit`.
pub(crate) async fn entries(
    console: &Console,
    wanted: Wanted,
    limit: u32,
) -> Result<Vec<Recorded>, DatabaseError> {
    let list = move |connection: &Connection| {
        let mut query = connection.prepare_cached(
            "SELECT number, at, who, way, action, subject, detail, address FROM audit
             WHERE (?1 = '' OR action = ?1) AND (?2 = '' OR who = ?2) AND (?3 IS NULL OR number < ?3)
             ORDER BY number DESC LIMIT ?4",
        )?;
        query.query_map(params![wanted.action, wanted.who, wanted.before, limit], recorded)?.collect()
    };
    console.database().read(list).await
}

/// The actions and the people that there are entries of, in order.
pub(crate) async fn choices(console: &Console) -> Result<(Vec<String>, Vec<String>), DatabaseError> {
    let list = |connection: &Connection, sql: &str| {
        connection.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
    };
    let read = move |connection: &Connection| {
        let actions = list(connection, "SELECT DISTINCT action FROM audit ORDER BY action")?;
        let people = list(connection, "SELECT DISTINCT who FROM audit WHERE who <> '' ORDER BY who")?;
        Ok((actions, people))
    };
    console.database().read(read).await
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Recorded> {
    Ok(Recorded {
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
