//! Who may come in: the first account, log-in, sessions, tokens, and the log of who did what.
//!
//! Not here: what they may do then; each handler asks its visitor.

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod known;
pub(crate) mod passwords;
pub(crate) mod secret;
pub(crate) mod sessions;
pub(crate) mod throttle;
pub(crate) mod tokens;

mod words;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::ConsoleError;
use crate::services::Services;
use passwords::Hashing;
use secret::{Digest, Secret, digest};
use throttle::Throttle;

/// Accounts, sessions and tokens, and what is known of them in memory alone. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    services: Services,
    memory: Arc<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Of the link that creates the first account.
    setup: Mutex<Option<Digest>>,
    throttle: Mutex<Throttle>,
    hashing: Hashing,
}

impl Identity {
    pub(crate) fn new(services: Services) -> Self {
        Self { services, memory: Arc::default() }
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn hashing(&self) -> &Hashing {
        &self.memory.hashing
    }

    /// The path of a new set-up link, in place of any before; none if there is an account.
    pub(crate) async fn setup_path(&self) -> Result<Option<String>, ConsoleError> {
        if accounts::is_any(&self.services).await? {
            return Ok(None);
        }
        let secret = Secret::fresh()?;
        *self.setup() = Some(secret.digest());
        Ok(Some(format!("/setup?token={}", secret.reveal())))
    }

    /// Whether this is the secret of the set-up link, while it is good.
    pub(crate) fn may_set_up(&self, shown: &str) -> bool {
        let setup = self.setup();
        // Of a text with 256 random bits, how long two digests agree tells nothing.
        setup.is_some_and(|setup| setup == digest(shown))
    }

    /// Let the set-up link be good no more.
    pub(crate) fn end_setup(&self) {
        *self.setup() = None;
    }

    fn setup(&self) -> MutexGuard<'_, Option<Digest>> {
        self.memory.setup.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn throttle<T>(&self, with: impl FnOnce(&mut Throttle) -> T) -> T {
        with(&mut self.memory.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A token for the tests of what programs read, until then or for good.
#[cfg(test)]
pub(crate) async fn read_token(
    services: &Services,
    expires_at: Option<rollcall_host::model::Timestamp>,
) -> (i64, String) {
    let wanted = tokens::Wanted {
        name: "a program".to_owned(),
        scope: crate::actor::TokenScope::Read,
        within: rollcall_browse::Within::All,
        created_by: "admin".to_owned(),
        expires_at,
    };
    let (id, secret) = tokens::create(services, wanted).await.unwrap().unwrap();
    (id, secret.reveal().to_owned())
}

/// Have a token end.
#[cfg(test)]
pub(crate) async fn revoke_token(services: &Services, id: i64) {
    assert!(tokens::revoke(services, id).await.unwrap().is_some());
}
