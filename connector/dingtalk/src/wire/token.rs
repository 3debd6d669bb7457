//! `accessToken` and `gettoken`: what an application's secret is exchanged for.

use super::Misread;
use super::envelope::Accepted;
use super::lenient::{Whole, is_blank};

/// How long a token is honoured when the answer does not say, in seconds.
///
/// Source: DingTalk's description of both interfaces.
const LIFETIME_S: u64 = 7_200;

/// A token. It is a secret, so this has no `Debug`.
pub(crate) struct Granted {
    pub(crate) access_token: String,
    /// From now.
    pub(crate) lifetime_ms: u64,
}

/// Read the answer of `accessToken`.
pub(crate) fn new_grant(accepted: Accepted<'_>) -> Result<Granted, Misread> {
    granted(accepted, "accessToken", "expireIn")
}

/// Read the answer of `gettoken`.
pub(crate) fn old_grant(accepted: Accepted<'_>) -> Result<Granted, Misread> {
    granted(accepted, "access_token", "expires_in")
}

fn granted(accepted: Accepted<'_>, token: &str, lifetime: &str) -> Result<Granted, Misread> {
    let mut whole = accepted.whole()?;
    let text = whole.text(token).map(|text| text.trim_matches(is_blank).to_owned());
    let access_token = text.filter(|text| !text.is_empty());
    let access_token = access_token.ok_or_else(|| Misread(format!("expected a token in {token}")))?;
    // What cannot be read, or be meant, is taken for what DingTalk describes: a token that ended before is refused and replaced.
    let told_s = whole.whole(lifetime).and_then(|Whole(seconds)| u64::try_from(seconds).ok());
    let lifetime_s = told_s.filter(|seconds| 0 < *seconds).unwrap_or(LIFETIME_S);
    Ok(Granted { access_token, lifetime_ms: lifetime_s.saturating_mul(1_000) })
}
