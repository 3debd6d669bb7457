//! Tokens of programs: a name, what it may do, until when. What is kept is a digest.
//!
//! Not here: the page that lists them (`pages::tokens`).

pub(crate) use rollcall_admin::{NewToken as Wanted, Token};
use rollcall_host::model::Timestamp;

use super::audit;
use super::secret::{Secret, digest};
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
pub(crate) const MAX_TOKENS: u32 = 100;

/// The most characters of a name.
///
/// 64. Why: the name of a program, and a page shows it whole.
pub(crate) const MAX_NAME_CHARS: usize = 64;

/// Create a token. None if there are too many.
pub(crate) async fn create(console: &Console, wanted: Wanted) -> Result<Option<(i64, Secret)>, Problem> {
    let secret = Secret::marked(MARK).map_err(|error| Problem::failed(&error))?;
    let (digest, now) = (secret.digest(), console.now());
    let ended_before = Timestamp::from_unix_ms(now.unix_ms().saturating_sub(audit::KEPT_MS));
    let id = console.database().create_token(&wanted, &digest, now, MAX_TOKENS, ended_before).await?;
    Ok(id.map(|id| (id, secret)))
}

/// The token that this text is, if it is valid.
pub(crate) async fn proven(console: &Console, shown: &str) -> Result<Option<Token>, DatabaseError> {
    let (digest, now) = (digest(shown), console.now());
    let found = console.database().token(&digest).await?.filter(|token| token.is_valid(now));
    if let Some(token) = &found {
        used(console, token, now).await?;
    }
    Ok(found)
}

/// All of them, the newest first. Those that ended long ago are gone with the entries of the audit log about them.
pub(crate) async fn all(console: &Console) -> Result<Vec<Token>, DatabaseError> {
    console.database().tokens().await
}

/// Revoke a token. Its name, or none if no token that is valid has this number.
pub(crate) async fn revoke(console: &Console, id: i64) -> Result<Option<String>, DatabaseError> {
    console.database().revoke_token(id, console.now()).await
}

async fn used(console: &Console, token: &Token, now: Timestamp) -> Result<(), DatabaseError> {
    let is_known = |at: Timestamp| now.unix_ms().saturating_sub(at.unix_ms()) < USED_MS;
    if token.used_at.is_some_and(is_known) {
        return Ok(());
    }
    console.database().token_used(token.id, now).await
}
