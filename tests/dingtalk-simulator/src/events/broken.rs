//! Pushes that a receiver must refuse without harm, one for each thing that it has to check.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::push::{Parts, PushRequest};
use crate::crypto::Seal;
use crate::ids::CorpId;
use crate::random::Random;
use crate::switches::EventSwitches;

/// What is wrong with a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokenPush {
    /// The signature belongs to another body.
    WrongSignature,
    /// No signature at all.
    NoSignature,
    /// Right in every way, but signed a year ago.
    OldTimestamp,
    /// Signed and encrypted well, with a last byte that is no padding.
    BadPadding,
    /// Signed and encrypted well, with a length that points beyond the end.
    BadLength,
    /// Signed well, the ciphertext is one block short.
    TruncatedCiphertext,
    /// Signed well, the ciphertext is no base64.
    NotBase64,
    /// Encrypted for another owner.
    WrongOwnerKey,
    /// Encrypted and signed well, but what is inside is not JSON.
    MessageNotJson,
    /// The body is not JSON.
    BodyNotJson,
    /// The body breaks off.
    TruncatedBody,
    /// A body of one mebibyte.
    Huge,
}

/// Size of [`BrokenPush::Huge`]. Why: far above any event, and still read by a server without a limit.
const HUGE_BYTES: usize = 1024 * 1024;

/// Age of [`BrokenPush::OldTimestamp`]. Why: older than any retry could be.
const OLD_MS: u64 = 365 * 24 * 3600 * 1000;

pub(super) fn request(
    how: BrokenPush,
    (url, seal): (&str, &Seal),
    corp_id: &CorpId,
    now_ms: u64,
    (random, switches): (&mut Random, &EventSwitches),
) -> PushRequest {
    let message = json!({
        "CorpId": corp_id,
        "EventType": "user_modify_org",
        "UserId": ["nobody"],
        "TimeStamp": now_ms.to_string(),
    })
    .to_string();
    let age_ms = if how == BrokenPush::OldTimestamp { OLD_MS } else { 0 };
    let parts = Parts::draw(random, now_ms.saturating_sub(age_ms), switches);
    let resealed = |plain: &[u8]| seal.signed(seal.encrypted(plain), &parts.timestamp, &parts.nonce);
    let mut plain = seal.padded(&parts.random, &message);
    let mut sealed = parts.seal(seal, &message);
    match how {
        BrokenPush::WrongSignature => sealed.signature = sealed.signature.chars().rev().collect(),
        BrokenPush::BadPadding => {
            if let Some(last) = plain.last_mut() {
                *last = 0xff;
            }
            sealed = resealed(&plain);
        }
        BrokenPush::BadLength => {
            if let Some(length) = plain.get_mut(16..20) {
                length.copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
            }
            sealed = resealed(&plain);
        }
        BrokenPush::TruncatedCiphertext => {
            let keep = sealed.encrypt.len().saturating_sub(7);
            sealed = seal.signed(sealed.encrypt.chars().take(keep).collect(), &parts.timestamp, &parts.nonce);
        }
        BrokenPush::NotBase64 => sealed = seal.signed("!!!".to_owned(), &parts.timestamp, &parts.nonce),
        BrokenPush::WrongOwnerKey => sealed = parts.seal(&seal.with_owner("dingsomebodyelse0001"), &message),
        BrokenPush::MessageNotJson => sealed = parts.seal(seal, "success"),
        BrokenPush::NoSignature
        | BrokenPush::OldTimestamp
        | BrokenPush::BodyNotJson
        | BrokenPush::TruncatedBody
        | BrokenPush::Huge => {}
    }
    let mut request = PushRequest::of(url, &sealed, switches);
    match how {
        BrokenPush::NoSignature => request.url = url.to_owned(),
        BrokenPush::BodyNotJson => request.body = b"encrypt=nothing".to_vec(),
        BrokenPush::TruncatedBody => request.body.truncate(request.body.len() / 2),
        BrokenPush::Huge => {
            request.body = json!({ "encrypt": "A".repeat(HUGE_BYTES) }).to_string().into_bytes()
        }
        BrokenPush::WrongSignature
        | BrokenPush::OldTimestamp
        | BrokenPush::BadPadding
        | BrokenPush::BadLength
        | BrokenPush::TruncatedCiphertext
        | BrokenPush::NotBase64
        | BrokenPush::WrongOwnerKey
        | BrokenPush::MessageNotJson => {}
    }
    request
}
