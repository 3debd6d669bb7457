//! Who may come in: the first account, log-in, sessions, tokens, and the log of who did what.
//!
//! Not here: what they may do then; each handler asks its visitor.

mod entrance;
mod gate;

mod accounts;
pub(crate) mod audit;
mod passwords;
mod secret;
pub(crate) mod sessions;
mod throttle;
mod tokens;

mod cookies;
mod csrf;
mod known;

mod pages;
mod words;

use std::sync::{Mutex, PoisonError};

use crate::console::{Console, ConsoleError};
use passwords::Hashing;
use secret::{Digest, Secret, digest};
use throttle::Throttle;

pub(crate) use entrance::enter;
pub(crate) use gate::{doors, pages, programs, readers};
pub(crate) use pages::{Section, entry_routes, routes, settings};

/// What is known in memory alone.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// Of the link that creates the first account.
    setup: Mutex<Option<Digest>>,
    throttle: Mutex<Throttle>,
    hashing: Hashing,
}

impl Identity {
    /// Whether this is the secret of the set-up link, while it is good.
    fn may_set_up(&self, shown: &str) -> bool {
        let setup = self.setup.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a text with 256 random bits, how long two digests agree tells nothing.
        setup.is_some_and(|setup| setup == digest(shown))
    }

    /// Let the set-up link be good no more.
    fn end_setup(&self) {
        *self.setup.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn throttle<T>(&self, with: impl FnOnce(&mut Throttle) -> T) -> T {
        with(&mut self.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The path of a new set-up link, in place of any before; none if there is an account.
pub(crate) async fn setup_path(console: &Console) -> Result<Option<String>, ConsoleError> {
    if accounts::is_any(console).await? {
        return Ok(None);
    }
    let secret = Secret::fresh()?;
    let setup = &console.identity().setup;
    *setup.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret.digest());
    Ok(Some(format!("/setup?token={}", secret.reveal())))
}

/// A token for the tests of what programs read, until then or for good.
#[cfg(test)]
pub(crate) async fn read_token(
    console: &Console,
    expires_at: Option<rollcall_host::model::Timestamp>,
) -> (i64, String) {
    let wanted = tokens::Wanted {
        name: "a program".to_owned(),
        scope: crate::visitor::Scope::Read,
        within: rollcall_browse::Within::All,
        created_by: "admin".to_owned(),
        expires_at,
    };
    let (id, secret) = tokens::create(console, wanted).await.unwrap().unwrap();
    (id, secret.reveal().to_owned())
}

/// Have a token end.
#[cfg(test)]
pub(crate) async fn revoke_token(console: &Console, id: i64) {
    assert!(tokens::revoke(console, id).await.unwrap().is_some());
}

#[cfg(test)]
mod tests;
