//! `gettoken`: what an application's secret is exchanged for.

use super::Misread;
use super::envelope::Accepted;
use super::lenient::Whole;
use serde::Deserialize;

/// How long a token is honoured when the answer does not say, in seconds.
///
/// Source: DingTalk's description of `gettoken`.
const LIFETIME_S: u64 = 7_200;

/// The answer of `gettoken`. It holds the token, so it has no `Debug`.
pub(crate) struct Granted {
    pub(crate) access_token: String,
    /// From now.
    pub(crate) lifetime_ms: u64,
}

#[derive(Deserialize)]
struct Body {
    access_token: String,
    expires_in: Option<Whole>,
}

/// Read the answer of `gettoken`.
pub(crate) fn granted(accepted: Accepted<'_>) -> Result<Granted, Misread> {
    // The reader's own words might quote the token.
    let body: Body = serde_json::from_str(accepted.whole)
        .map_err(|_| Misread("expected access_token and expires_in".to_owned()))?;
    if body.access_token.is_empty() {
        return Err(Misread("expected a token in access_token, found none".to_owned()));
    }
    let lifetime_s = body.expires_in.map_or(LIFETIME_S, |Whole(seconds)| u64::try_from(seconds).unwrap_or(0));
    Ok(Granted { access_token: body.access_token, lifetime_ms: lifetime_s.saturating_mul(1_000) })
}
