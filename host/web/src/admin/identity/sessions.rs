//! Sessions: what a browser has after log-in.
//!
//! Not here: the cookie that carries it (`cookies`), and the page that lists them (`pages::account`).

use std::net::IpAddr;

pub(crate) use rollcall_admin::Session;
use rollcall_admin::{NewSession, SessionLimits};
use rollcall_host::model::Timestamp;

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

/// Where and with what somebody logs in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub(crate) address: Option<IpAddr>,
    pub(crate) agent: String,
}

/// Begin a session of this account. What comes back belongs into the cookie.
pub(crate) async fn begin(console: &Console, account: &str, browser: &Browser) -> Result<Secret, Problem> {
    let (secret, csrf) = (random()?, random()?);
    let now = console.now();
    let session = Session {
        digest: secret.digest(),
        account: account.to_owned(),
        csrf: csrf.reveal().to_owned(),
        created_at: now,
        seen_at: now,
        address: browser.address.map(|address| address.to_string()).unwrap_or_default(),
        agent: browser.agent.chars().take(MAX_AGENT_CHARS).collect(),
    };
    let new = NewSession { session, expires_at: after(now, LIFETIME_MS) };
    console.database().begin_session(&new, limits(now), MAX_SESSIONS).await?;
    Ok(secret)
}

/// The session that this cookie proves, if it is valid still.
pub(crate) async fn proven(console: &Console, cookie: &str) -> Result<Option<Session>, DatabaseError> {
    let (digest, now) = (digest(cookie), console.now());
    let found = console.database().session(&digest, limits(now)).await?;
    let is_stale = |session: &Session| SEEN_MS <= now.unix_ms().saturating_sub(session.seen_at.unix_ms());
    if found.as_ref().is_some_and(is_stale) {
        console.database().session_used(&digest, now).await?;
    }
    Ok(found)
}

/// Whether this session is valid still. It is not used by being asked about.
pub(crate) async fn is_valid(console: &Console, digest: Digest) -> Result<bool, DatabaseError> {
    Ok(console.database().session(&digest, limits(console.now())).await?.is_some())
}

/// The valid sessions of an account, the one used last first.
pub(crate) async fn of(console: &Console, account: &str) -> Result<Vec<Session>, DatabaseError> {
    console.database().sessions_of(account, limits(console.now())).await
}

/// End one session of an account. Whether there was one.
pub(crate) async fn end(console: &Console, account: &str, digest: Digest) -> Result<bool, DatabaseError> {
    console.database().end_session(account, &digest).await
}

/// End all sessions of an account but one.
pub(crate) async fn end_others(
    console: &Console,
    account: &str,
    kept: Digest,
) -> Result<usize, DatabaseError> {
    console.database().end_other_sessions(account, &kept).await
}

fn limits(now: Timestamp) -> SessionLimits {
    SessionLimits { now, unused_since: after(now, -IDLE_MS) }
}

fn after(moment: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(moment.unix_ms().saturating_add(ms))
}

fn random() -> Result<Secret, Problem> {
    Secret::fresh().map_err(|error| Problem::failed(&error))
}
