//! One HTTP delivery: what its query and body must hold, when it is too old, and what DingTalk wants to hear. Offline, and
//! the same delivery at the same moment has the same receipt.

use super::push::{self, Push};
use crate::crypto::{Callback, Ciphertext, Decrypted, Stamp, Unopened};
use crate::limits::FRESH_MS;
use crate::wire::body::BodyText;
use rollcall_kit::live::{ContentType, Delivery, Event, Moment, Receipt};
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;

/// Why a delivery was refused. For the log; the sender must not learn it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusedDelivery {
    /// A signature, a timestamp or a nonce is missing in the query.
    Query,
    /// The body is not `{"encrypt": "…"}`.
    Body,
    /// It does not open.
    Unopened(Unopened),
    /// It was signed too long ago, or not yet.
    Stale,
    /// What was inside is no event.
    Message,
}

/// What DingTalk adds to the query of the address.
#[derive(Debug, PartialEq, Eq)]
struct Query<'a> {
    signature: Cow<'a, str>,
    timestamp: Cow<'a, str>,
    nonce: Cow<'a, str>,
}

/// What DingTalk wants to hear, encrypted, about every delivery that it need not repeat.
const SUCCESS: &str = "success";

/// Verify, decrypt, and say what was delivered and what to answer. It may be meant for any of `owners`.
///
/// # Errors
/// At the first step that fails.
pub(crate) fn receive(
    callback: &Callback,
    owners: &[&str],
    moment: Moment,
    delivery: &Delivery,
) -> Result<Receipt, RefusedDelivery> {
    let query = query(&delivery.query).ok_or(RefusedDelivery::Query)?;
    let encrypt = encrypted(delivery.body.as_bytes()).ok_or(RefusedDelivery::Body)?;
    let stamp = Stamp { timestamp: &query.timestamp, nonce: &query.nonce };
    let Decrypted { message, owner } =
        callback.open(stamp, &query.signature, &encrypt, owners).map_err(RefusedDelivery::Unopened)?;
    if !is_fresh(stamp.timestamp, moment.now_ms) {
        return Err(RefusedDelivery::Stale);
    }
    let signed = format!("{} {} {encrypt}", query.timestamp, query.nonce);
    let events = events(&message, &signed).ok_or(RefusedDelivery::Message)?;
    let body = reply(stamp, &callback.seal(stamp, SUCCESS, owner, moment.random));
    Ok(Receipt { status: 200, content_type: ContentType::Json, body, events })
}

/// The address may have a query of its own, to which DingTalk appends.
fn query(query: &str) -> Option<Query<'_>> {
    let value = |wanted: &str| {
        let pairs = form_urlencoded::parse(query.as_bytes());
        pairs.filter(|(name, value)| name == wanted && !value.is_empty()).last().map(|(_, value)| value)
    };
    Some(Query {
        signature: value("msg_signature").or_else(|| value("signature"))?,
        timestamp: value("timestamp").or_else(|| value("timeStamp"))?,
        nonce: value("nonce")?,
    })
}

fn encrypted(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct DeliveryBody {
        encrypt: String,
    }
    serde_json::from_slice::<DeliveryBody>(body).ok().map(|body| body.encrypt)
}

fn is_fresh(timestamp: &str, now_ms: u64) -> bool {
    timestamp.parse().is_ok_and(|time| push::millis(time).abs_diff(now_ms) <= FRESH_MS)
}

/// The events of a message that came with this delivery. `check_url`, which DingTalk sends to try an address out, is none.
pub(super) fn events(message: &str, delivery: &str) -> Option<Vec<Event>> {
    let members = push::members(&BodyText::of(message.as_bytes()).text)?;
    let mut named = members.iter().filter(|(name, _)| name.eq_ignore_ascii_case("EventType"));
    let kind = named.find_map(|(_, kind)| kind.as_str().filter(|kind| !push::kind_of(kind).is_empty()))?;
    Some(push::events(Push { kind, id: None, members: &members, delivery }))
}

fn reply(stamp: Stamp<'_>, sealed: &Ciphertext) -> String {
    let Ciphertext { signature, encrypt } = sealed;
    let Stamp { timestamp, nonce } = stamp;
    json!({"msg_signature": signature, "timeStamp": timestamp, "nonce": nonce, "encrypt": encrypt})
        .to_string()
}

#[cfg(test)]
mod tests;
