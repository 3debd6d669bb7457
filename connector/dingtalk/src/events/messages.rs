//! What is said about deliveries, channels and events: to an administrator and to the log, never to who sent them.

use super::channel::{self, ChannelRefusal};
use super::delivery::RefusedDelivery;
use crate::codes;
use crate::crypto::Unopened;
use crate::limits::{MAX_QUOTED_BYTES, cut};
use crate::messages::address_not_allowed;
use crate::wire::envelope;
use rollcall_kit::{Diagnosis, Failure};

/// A delivery that is not DingTalk's, or not meant for this application.
pub(crate) fn delivery_refused(refused: RefusedDelivery) -> Failure {
    Failure::Protocol(match refused {
        RefusedDelivery::Query => codes::delivery_unsigned(),
        RefusedDelivery::Body => codes::delivery_not_encrypted(),
        RefusedDelivery::Unopened(Unopened::Signature) => codes::delivery_signature_wrong(),
        RefusedDelivery::Unopened(Unopened::Owner) => codes::delivery_owner_wrong(),
        RefusedDelivery::Unopened(Unopened::Ciphertext | Unopened::Padding | Unopened::Length) => {
            codes::delivery_not_decrypted()
        }
        RefusedDelivery::Stale => codes::delivery_stale(),
        RefusedDelivery::Message => codes::delivery_not_understood(),
    })
}

/// The settings want no deliveries.
pub(crate) fn deliveries_not_wanted() -> Failure {
    Failure::Settings(codes::deliveries_not_wanted().fact("setting", "/events"))
}

/// A text on the channel that is no frame.
pub(crate) fn frame_not_understood() -> Failure {
    Failure::Protocol(codes::frame_not_understood())
}

/// Something changed, and the event does not lead to it.
pub(crate) fn full_reading_needed(kind: &str) -> Diagnosis {
    let kind = cut(kind, MAX_QUOTED_BYTES);
    codes::full_reading_needed(kind).fact("event", kind)
}

/// An event that nobody has told us about.
pub(crate) fn kind_not_known(kind: &str) -> Diagnosis {
    let kind = cut(kind, MAX_QUOTED_BYTES);
    codes::event_not_known(kind).fact("event", kind)
}

/// The key and the secret are not accepted for a channel.
pub(crate) fn channel_credentials(refusal: &ChannelRefusal) -> Failure {
    Failure::Settings(with_facts(
        codes::credentials_wrong(told(refusal)).fact("setting", "/app_secret"),
        refusal,
    ))
}

/// The caller's address is not on the application's list.
pub(crate) fn channel_address(refusal: &ChannelRefusal) -> Failure {
    let of_the_old_api = envelope::ApiRefusal {
        status: refusal.status,
        code: Some(IP_NOT_ALLOWED),
        word: String::new(),
        text: refusal.message.clone(),
        request_id: None,
    };
    Failure::Permission(with_facts(address_not_allowed(&of_the_old_api), refusal))
}

/// DingTalk does not want to, for a reason of its own.
pub(crate) fn channel_forbidden(refusal: &ChannelRefusal) -> Failure {
    Failure::Permission(with_facts(codes::channel_forbidden(told(refusal)), refusal))
}

/// DingTalk is busy.
pub(crate) fn channel_busy(refusal: &ChannelRefusal) -> Failure {
    let diagnosis = codes::source_busy(channel::PATH, told(refusal));
    Failure::Unavailable(with_facts(diagnosis, refusal), None)
}

/// A refusal that no one foresaw.
pub(crate) fn channel_refused(refusal: &ChannelRefusal) -> Failure {
    let diagnosis = codes::channel_refused(told(refusal));
    Failure::Protocol(with_facts(diagnosis, refusal))
}

/// An answer that names no address.
pub(crate) fn channel_not_understood() -> Failure {
    Failure::Protocol(codes::channel_not_understood().fact("api", channel::PATH))
}

/// The old API's code for the same; its words are the same too.
const IP_NOT_ALLOWED: i64 = 60_020;

/// `HTTP 401 authFailed: 鉴权失败`, with as much as DingTalk said.
fn told(refusal: &ChannelRefusal) -> String {
    let ChannelRefusal { status, code, message, .. } = refusal;
    let words = [code, message].map(|text| cut(text, MAX_QUOTED_BYTES));
    let words = words.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    format!("HTTP {status} {words}").trim_end().to_owned()
}

fn with_facts(diagnosis: Diagnosis, refusal: &ChannelRefusal) -> Diagnosis {
    let ChannelRefusal { status, code, request_id, .. } = refusal;
    let facts =
        [("code", code), ("request_id", request_id)].into_iter().filter(|(_, value)| !value.is_empty());
    let diagnosis = diagnosis.fact("status", status.to_string()).fact("api", channel::PATH);
    facts.fold(diagnosis, |diagnosis, (name, value)| diagnosis.fact(name, cut(value, MAX_QUOTED_BYTES)))
}
