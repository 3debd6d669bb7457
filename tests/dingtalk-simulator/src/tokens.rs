//! Tokens: one for each application, the same while it lives, revoked at will.

use std::collections::BTreeMap;
use std::fmt;

use crate::ids::{AppKey, CorpId};
use crate::random::Random;

/// A token. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AccessToken(String);

impl AccessToken {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// An application of a company.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Holder {
    pub(crate) corp_id: CorpId,
    pub(crate) app_key: AppKey,
}

/// Where a token was asked for, which decides where it works if a switch says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Ordinary,
    Unified,
}

#[derive(Clone, Debug)]
pub(crate) struct Issued {
    pub(crate) holder: Holder,
    pub(crate) origin: Origin,
    pub(crate) expires_at_ms: u64,
}

/// All tokens that anybody may still show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    issued: BTreeMap<AccessToken, Issued>,
    current: BTreeMap<(Holder, Origin), AccessToken>,
}

impl Tokens {
    /// The holder's token: the living one with its life renewed, or a new one.
    pub(crate) fn issue(
        &mut self,
        holder: &Holder,
        origin: Origin,
        now_ms: u64,
        life_ms: u64,
        random: &mut Random,
    ) -> AccessToken {
        let key = (holder.clone(), origin);
        let alive = |token: &&AccessToken| {
            self.issued.get(*token).is_some_and(|issued| now_ms < issued.expires_at_ms)
        };
        let token = match self.current.get(&key).filter(alive) {
            Some(token) => token.clone(),
            None => AccessToken(random.text(b"0123456789abcdef", 32)),
        };
        let expires_at_ms = now_ms.saturating_add(life_ms);
        self.issued.insert(token.clone(), Issued { holder: holder.clone(), origin, expires_at_ms });
        self.current.insert(key, token.clone());
        token
    }

    /// Who holds this token, living or expired.
    pub(crate) fn find(&self, token: &str) -> Option<&Issued> {
        self.issued.get(&AccessToken(token.to_owned()))
    }

    /// Makes every token unknown; asking again gives new ones.
    pub(crate) fn revoke_all(&mut self) {
        self.issued.clear();
        self.current.clear();
    }
}
