//! A push by HTTP: the URL with its signature, the encrypted body, and whether an answer is the encrypted `success`.

use std::fmt;

use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::crypto::{Seal, Sealed};
use crate::random::Random;
use crate::switches::{EventSwitches, SignatureNames, TimestampName, TimestampUnit};

/// What a receiver must encrypt and return. Source: DingTalk, "configure event push".
const SUCCESS: &[u8] = b"success";

/// What is pushed when settings are saved. Source: DingTalk, "configure event push".
pub(super) const CHECK_URL: &str = r#"{"EventType":"check_url"}"#;

const LETTERS_AND_DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A POST to a receiver. Its `Debug` form shows neither the URL, which may hold a secret of the receiver, nor the body.
#[derive(Clone, PartialEq, Eq)]
pub struct PushRequest {
    /// With the receiver's own parameters, the signature, the time and the nonce.
    pub url: String,
    /// JSON, unless it is broken on purpose.
    pub body: Vec<u8>,
}

/// What came back from a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// A response.
    Response {
        /// HTTP status.
        status: u16,
        /// Whole body.
        body: Vec<u8>,
    },
    /// Nothing within the time.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable(String),
    /// The simulator does not call this address: it is not on this machine, or not trusted.
    Forbidden(String),
}

/// The parts of a push in clear, which a broken one alters.
pub(super) struct Parts {
    pub(super) random: String,
    pub(super) timestamp: String,
    pub(super) nonce: String,
}

impl Parts {
    pub(super) fn draw(random: &mut Random, now_ms: u64, switches: &EventSwitches) -> Self {
        let timestamp = match switches.timestamp_unit {
            TimestampUnit::Milliseconds => now_ms.to_string(),
            TimestampUnit::Seconds => (now_ms / 1000).to_string(),
        };
        let random_text = random.text(LETTERS_AND_DIGITS, 16);
        Self { random: random_text, timestamp, nonce: random.text(LETTERS_AND_DIGITS, 8) }
    }

    pub(super) fn seal(&self, seal: &Seal, message: &str) -> Sealed {
        seal.seal(&self.random, &self.timestamp, &self.nonce, message)
    }
}

impl PushRequest {
    /// The request that carries a sealed message to `url`.
    pub(super) fn of(url: &str, sealed: &Sealed, switches: &EventSwitches) -> Self {
        let body = json!({ "encrypt": sealed.encrypt }).to_string().into_bytes();
        Self { url: signed_url(url, sealed, switches), body }
    }
}

impl fmt::Debug for PushRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PushRequest({} bytes)", self.body.len())
    }
}

fn signed_url(url: &str, sealed: &Sealed, switches: &EventSwitches) -> String {
    // Settings with another URL are not saved.
    let Ok(mut url) = Url::parse(url) else { return url.to_owned() };
    let names: &[&str] = match switches.signature_names {
        SignatureNames::Both => &["signature", "msg_signature"],
        SignatureNames::MsgSignature => &["msg_signature"],
        SignatureNames::Signature => &["signature"],
    };
    let time = match switches.timestamp_name {
        TimestampName::Timestamp => "timestamp",
        TimestampName::TimeStamp => "timeStamp",
    };
    let mut query = url.query_pairs_mut();
    for name in names {
        query.append_pair(name, &sealed.signature);
    }
    query.append_pair(time, &sealed.timestamp).append_pair("nonce", &sealed.nonce);
    drop(query);
    url.into()
}

#[derive(Deserialize)]
struct Reply {
    msg_signature: String,
    #[serde(rename = "timeStamp")]
    timestamp: String,
    nonce: String,
    encrypt: String,
}

/// Whether a response is the encrypted `success`; otherwise what is wrong with it.
pub(super) fn verify(seal: &Seal, status: u16, body: &[u8]) -> Result<(), String> {
    if status != 200 {
        return Err(format!("status {status} instead of 200"));
    }
    let reply: Reply = serde_json::from_slice(body).map_err(|error| format!("body does not fit: {error}"))?;
    let sealed = Sealed {
        encrypt: reply.encrypt,
        timestamp: reply.timestamp,
        nonce: reply.nonce,
        signature: reply.msg_signature,
    };
    match seal.open(&sealed) {
        Ok(message) if message == SUCCESS => Ok(()),
        Ok(_) => Err("answer is not \"success\"".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
