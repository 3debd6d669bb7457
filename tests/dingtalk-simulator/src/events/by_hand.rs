//! Pushes that belong to no event: any message, and one broken thing for each that a receiver has to check.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::push::{Parts, PushRequest};
use crate::crypto::{Seal, Sealed};
use crate::ids::CorpId;
use crate::random::Random;
use crate::switches::EventSwitches;

/// A push made for a test of a receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandMadePush {
    /// Right in every way, with this text inside.
    Message(String),
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
    /// Signed well, the ciphertext breaks off inside a block.
    TruncatedCiphertext,
    /// Signed well, the ciphertext is no base64.
    NotBase64,
    /// Encrypted for another owner.
    WrongOwnerKey,
    /// The body is not JSON.
    BodyNotJson,
    /// The body breaks off.
    TruncatedBody,
    /// A body of one mebibyte.
    Huge,
}

/// Size of [`HandMadePush::Huge`]. Why: far above any event, and still read by a server without a limit.
const HUGE_BYTES: usize = 1024 * 1024;

/// Age of [`HandMadePush::OldTimestamp`]. Why: older than any retry could be.
const OLD_MS: u64 = 365 * 24 * 3600 * 1000;

pub(super) fn request(
    how: &HandMadePush,
    (url, seal): (&str, &Seal),
    corp_id: &CorpId,
    now_ms: u64,
    (random, switches): (&mut Random, &EventSwitches),
) -> PushRequest {
    let age_ms = if *how == HandMadePush::OldTimestamp { OLD_MS } else { 0 };
    let parts = Parts::draw(random, now_ms.saturating_sub(age_ms), switches);
    let sealed = sealed(how, seal, &parts, &message(how, corp_id, now_ms));
    let mut request = PushRequest::of(url, &sealed, switches);
    match how {
        HandMadePush::NoSignature => url.clone_into(&mut request.url),
        HandMadePush::BodyNotJson => request.body = b"encrypt=nothing".to_vec(),
        HandMadePush::TruncatedBody => request.body.truncate(request.body.len() / 2),
        HandMadePush::Huge => {
            request.body = json!({ "encrypt": "A".repeat(HUGE_BYTES) }).to_string().into_bytes();
        }
        HandMadePush::Message(_)
        | HandMadePush::WrongSignature
        | HandMadePush::OldTimestamp
        | HandMadePush::BadPadding
        | HandMadePush::BadLength
        | HandMadePush::TruncatedCiphertext
        | HandMadePush::NotBase64
        | HandMadePush::WrongOwnerKey => {}
    }
    request
}

/// What is inside: the text given, or an event that would be a good one.
fn message(how: &HandMadePush, corp_id: &CorpId, now_ms: u64) -> String {
    match how {
        HandMadePush::Message(message) => message.clone(),
        HandMadePush::WrongSignature
        | HandMadePush::NoSignature
        | HandMadePush::OldTimestamp
        | HandMadePush::BadPadding
        | HandMadePush::BadLength
        | HandMadePush::TruncatedCiphertext
        | HandMadePush::NotBase64
        | HandMadePush::WrongOwnerKey
        | HandMadePush::BodyNotJson
        | HandMadePush::TruncatedBody
        | HandMadePush::Huge => {
            let time = now_ms.to_string();
            json!({ "CorpId": corp_id, "EventType": "user_modify_org", "UserId": ["nobody"], "TimeStamp": time })
                .to_string()
        }
    }
}

fn sealed(how: &HandMadePush, seal: &Seal, parts: &Parts, message: &str) -> Sealed {
    let right = parts.seal(seal, message);
    let signed = |encrypt: String| seal.signed(encrypt, &parts.timestamp, &parts.nonce);
    let mut plain = seal.padded(&parts.random, message);
    match how {
        HandMadePush::WrongSignature => {
            Sealed { signature: right.signature.chars().rev().collect(), ..right }
        }
        HandMadePush::BadPadding => {
            plain.pop();
            plain.push(0xff);
            signed(seal.encrypted(&plain))
        }
        HandMadePush::BadLength => {
            if let Some(length) = plain.get_mut(16..20) {
                length.copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
            }
            signed(seal.encrypted(&plain))
        }
        HandMadePush::TruncatedCiphertext => {
            let keep = right.encrypt.len().saturating_sub(8);
            signed(right.encrypt.chars().take(keep).collect())
        }
        HandMadePush::NotBase64 => signed("!!!".to_owned()),
        HandMadePush::WrongOwnerKey => parts.seal(&seal.with_owner("dingsomebodyelse0001"), message),
        HandMadePush::Message(_)
        | HandMadePush::NoSignature
        | HandMadePush::OldTimestamp
        | HandMadePush::BodyNotJson
        | HandMadePush::TruncatedBody
        | HandMadePush::Huge => right,
    }
}
