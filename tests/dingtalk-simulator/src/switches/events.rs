//! What nobody has confirmed about events, and what a test wants to go wrong with them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Switches of events. Absent ones in JSON have their default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventSwitches {
    /// Keys and parts of a pushed event.
    pub shape: EventShape,
    /// Names of the signature in a push.
    pub signature_names: SignatureNames,
    /// Name of the time in a push.
    pub timestamp_name: TimestampName,
    /// Unit of the time in a push.
    pub timestamp_unit: TimestampUnit,
    /// How exact the time of a change is in a push of shape A.
    pub change_time: ChangeTime,
    /// Whether a push made again is signed anew.
    pub retry_signature: RetrySignature,
    /// Who owns a push that was set up in the console.
    pub owner_key: OwnerKey,
    /// `diffInfo` of a person who was changed, in shape B and in Stream.
    pub diff_info: DiffInfoShape,
    /// `user_modify_org` right after `user_add_org`.
    pub modify_after_add: ModifyAfterAdd,
    /// Host of the Stream endpoint for callers who use DingTalk's own name.
    pub stream_host: StreamHost,
    /// Endpoints that are answered first, each once, whoever asks: `wss://10.0.0.1:443/connect`.
    pub stream_endpoints: VecDeque<String>,
    /// `optStaffId`, the person who did it; empty = not there.
    pub opt_staff_id: String,
    /// How long after a change its events are pushed, in milliseconds.
    pub delay_ms: u64,
    /// Events of a hundred that are pushed twice.
    pub duplicate_percent: u8,
    /// Events of a hundred that are never pushed.
    pub drop_percent: u8,
    /// The first push of an event comes up to this much later, drawn for each, so that neighbours change places; in
    /// milliseconds.
    pub reorder_window_ms: u64,
    /// How long the documented waits below last here, in thousandths: 1000 = as long as DingTalk's.
    ///
    /// Waits: before a push is made again, before the failed list has it, between "disconnect" and the end.
    pub time_permille: u32,
    /// Time for the answer to a push, in milliseconds, not scaled.
    pub push_timeout_ms: u64,
    /// How long after the last try the failed list has an event, in seconds; DingTalk says 3 to 5 minutes.
    pub failed_list_after_s: u32,
    /// Time for an ack in Stream, in milliseconds, not scaled.
    pub stream_ack_timeout_ms: u64,
    /// Waits before a Stream event is pushed again, in seconds; after the last it is lost.
    pub stream_retry_delays_s: Vec<u32>,
    /// How long an event is kept for an application without connection, in seconds.
    pub stream_unconnected_life_s: u32,
    /// Life of a ticket in milliseconds, not scaled.
    pub ticket_life_ms: u64,
    /// Time between two SYSTEM pings, in milliseconds; 0 = none.
    pub stream_ping_interval_ms: u64,
    /// Time after which a connection is told to go, in milliseconds; 0 = never.
    pub stream_disconnect_after_ms: u64,
}

/// Time for the answer to a push. Source: DingTalk, "configure event push" (an older page says 1500 ms).
const PUSH_TIMEOUT_MS: u64 = 2500;

/// Time for an ack. Source: DingTalk, "event subscription".
const STREAM_ACK_TIMEOUT_MS: u64 = 3000;

/// Why: what a note of the community says; no schedule is published.
const STREAM_RETRY_DELAYS_S: [u32; 4] = [10, 30, 60, 120];

/// Why: "a short time" is all that is known.
const STREAM_UNCONNECTED_LIFE_S: u32 = 60;

/// Life of a ticket. Source: DingTalk, "Stream protocol".
const TICKET_LIFE_MS: u64 = 90_000;

/// Why: as often as the official clients ping from their side.
const STREAM_PING_INTERVAL_MS: u64 = 60_000;

/// Why: a person, as in nearly every capture.
const OPERATOR: &str = "manager4220";

impl Default for EventSwitches {
    fn default() -> Self {
        Self {
            shape: EventShape::default(),
            signature_names: SignatureNames::default(),
            timestamp_name: TimestampName::default(),
            timestamp_unit: TimestampUnit::default(),
            change_time: ChangeTime::default(),
            retry_signature: RetrySignature::default(),
            owner_key: OwnerKey::default(),
            diff_info: DiffInfoShape::default(),
            modify_after_add: ModifyAfterAdd::default(),
            stream_host: StreamHost::default(),
            stream_endpoints: VecDeque::new(),
            opt_staff_id: OPERATOR.to_owned(),
            delay_ms: 0,
            duplicate_percent: 0,
            drop_percent: 0,
            reorder_window_ms: 0,
            time_permille: 1000,
            push_timeout_ms: PUSH_TIMEOUT_MS,
            failed_list_after_s: 0,
            stream_ack_timeout_ms: STREAM_ACK_TIMEOUT_MS,
            stream_retry_delays_s: STREAM_RETRY_DELAYS_S.to_vec(),
            stream_unconnected_life_s: STREAM_UNCONNECTED_LIFE_S,
            ticket_life_ms: TICKET_LIFE_MS,
            stream_ping_interval_ms: STREAM_PING_INTERVAL_MS,
            stream_disconnect_after_ms: 0,
        }
    }
}

impl EventSwitches {
    /// A documented wait as long as it lasts here, in milliseconds.
    #[must_use]
    pub fn scaled_ms(&self, wait_s: u32) -> u64 {
        u64::from(wait_s).saturating_mul(u64::from(self.time_permille))
    }
}

switch! {
    /// The two shapes of a pushed event.
    EventShape {
        /// Capital keys, as in all captures.
        A,
        /// Small keys, `eventId` and `BizId`, as the official page has it today.
        B,
    }
}
switch! {
    /// Names of the signature.
    SignatureNames {
        /// `signature` and `msg_signature`.
        Both,
        /// `msg_signature` only.
        MsgSignature,
        /// `signature` only.
        Signature,
    }
}
switch! {
    /// Name of the time.
    TimestampName {
        /// `timestamp`.
        Timestamp,
        /// `timeStamp`.
        TimeStamp,
    }
}
switch! {
    /// Unit of the time; both are in official examples.
    TimestampUnit {
        /// Milliseconds since 1970.
        Milliseconds,
        /// Seconds since 1970.
        Seconds,
    }
}
switch! {
    /// Time of a change in a push that has no id of its own; no page says how exact it is.
    ChangeTime {
        /// To the millisecond.
        Milliseconds,
        /// In milliseconds, and yet of the full second before.
        FullSecond,
    }
}
switch! {
    /// Signing of a push made again.
    RetrySignature {
        /// A new time and a new nonce.
        Fresh,
        /// Byte for byte the first push.
        Same,
    }
}
switch! {
    /// Owner of a push set up in the console. One registered through the old API is always the company's.
    OwnerKey {
        /// The application's Client ID.
        AppKey,
        /// The company's id.
        CorpId,
    }
}
switch! {
    /// `diffInfo`.
    DiffInfoShape {
        /// A list of objects, as captured.
        Array,
        /// One object, as the page has it today.
        Object,
        /// Not there.
        Missing,
    }
}
switch! {
    /// A second event about a person who joined.
    ModifyAfterAdd {
        /// `user_modify_org` follows.
        Sent,
        /// Nothing follows.
        Missing,
    }
}
switch! {
    /// Host of the Stream endpoint.
    StreamHost {
        /// `wss-open-connection.dingtalk.com`.
        Plain,
        /// `wss-open-connection-union.dingtalk.com`.
        Union,
    }
}
