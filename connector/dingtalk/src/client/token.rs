//! The access token: fetched once for everyone who waits for it, renewed early, dropped when DingTalk no longer honours it.

use crate::client::Client;
use crate::limits::{RENEW_MARGIN_MS, RENEW_PAUSE_MS};
use crate::memory;
use crate::wire::token::Granted;
use futures_util::lock::Mutex;
use rollcall_kit::{Context, Failure};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::rc::Rc;

/// Where the token is remembered from one call to the next.
const REMEMBERED: &str = "token";

/// A token and its times, in milliseconds since 1970 UTC.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessToken {
    text: String,
    renew_at_ms: u64,
    ends_at_ms: u64,
}

impl AccessToken {
    fn new(granted: Granted, now_ms: u64) -> Self {
        let lifetime_ms = granted.lifetime_ms;
        let renew_after_ms = lifetime_ms.saturating_sub(RENEW_MARGIN_MS).max(lifetime_ms / 2);
        Self {
            text: granted.access_token,
            renew_at_ms: now_ms.saturating_add(renew_after_ms),
            ends_at_ms: now_ms.saturating_add(lifetime_ms),
        }
    }

    /// The secret itself.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has ended by our own clock.
    pub(crate) fn has_ended(&self, now_ms: u64) -> bool {
        self.ends_at_ms <= now_ms
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("ends_at_ms", &self.ends_at_ms).finish_non_exhaustive()
    }
}

/// The one token of a connector's call.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    // Held while a token is fetched, so that everyone else waits for that one.
    held: Mutex<Option<Rc<AccessToken>>>,
}

impl Keeper {
    /// A token that is good for a while, fetched if need be.
    ///
    /// # Errors
    /// When there is none to be had: nothing else can be asked.
    pub(crate) async fn token(&self, client: &Client<'_>) -> Result<Rc<AccessToken>, Failure> {
        let mut held = self.held.lock().await;
        if held.is_none() {
            *held = memory::recall(client.context, REMEMBERED).map(Rc::new);
        }
        let now_ms = client.context.now_ms();
        if let Some(token) = held.as_ref().filter(|token| now_ms < token.renew_at_ms) {
            return Ok(Rc::clone(token));
        }
        match client.fetch_token().await {
            Ok(granted) => {
                let token = Rc::new(AccessToken::new(granted, client.context.now_ms()));
                memory::remember(client.context, REMEMBERED, &*token);
                *held = Some(Rc::clone(&token));
                Ok(token)
            }
            Err(failure) => {
                let token = held
                    .take()
                    .and_then(|token| postponed(&token, client.context.now_ms()))
                    .ok_or(failure)?;
                *held = Some(Rc::clone(&token));
                Ok(token)
            }
        }
    }

    /// A token that is fetched whether or not there is one: for whoever wants to know whether key and secret are right.
    ///
    /// # Errors
    /// When there is none to be had.
    pub(crate) async fn fetch(&self, client: &Client<'_>) -> Result<Rc<AccessToken>, Failure> {
        let mut held = self.held.lock().await;
        let token = Rc::new(AccessToken::new(client.fetch_token().await?, client.context.now_ms()));
        memory::remember(client.context, REMEMBERED, &*token);
        *held = Some(Rc::clone(&token));
        Ok(token)
    }

    /// Drop a token that DingTalk refused, unless another has taken its place.
    pub(crate) async fn forget(&self, context: &Context, refused: &Rc<AccessToken>) {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|token| Rc::ptr_eq(token, refused)) {
            memory::forget(context, REMEMBERED);
            *held = None;
        }
    }
}

/// The margin is there for this: a renewal that fails is tried again later, as long as the old token is good.
fn postponed(token: &AccessToken, now_ms: u64) -> Option<Rc<AccessToken>> {
    let good = now_ms < token.ends_at_ms;
    good.then(|| {
        let renew_at_ms = now_ms.saturating_add(RENEW_PAUSE_MS).min(token.ends_at_ms);
        Rc::new(AccessToken { text: token.text.clone(), renew_at_ms, ends_at_ms: token.ends_at_ms })
    })
}

#[cfg(test)]
mod tests {
    use super::AccessToken;
    use crate::wire::token::Granted;

    fn times(lifetime_ms: u64) -> (u64, u64) {
        let token = AccessToken::new(Granted { access_token: "t".to_owned(), lifetime_ms }, 1_000);
        (token.renew_at_ms, token.ends_at_ms)
    }

    #[test]
    fn a_token_is_renewed_ten_minutes_early_or_at_half_its_life() {
        assert_eq!(times(7_200_000), (6_601_000, 7_201_000));
        assert_eq!(times(3_000), (2_500, 4_000));
        assert_eq!(times(0), (1_000, 1_000));
    }

    #[test]
    fn its_debug_form_keeps_the_secret() {
        let token = AccessToken::new(Granted { access_token: "canary".to_owned(), lifetime_ms: 1 }, 0);
        assert_eq!(format!("{token:?}"), "Token { ends_at_ms: 1, .. }");
    }
}
