//! What the probe is told: which promise to try, where its peer listens, and a secret that it must never see.

use rollcall_kit::model::{Diagnosis, EventDelivery, Origin, Plan, RateLimit, SecretUse};
use serde_json::Value;

/// The secret that every source of the probe is given as `secret`: the peer is sent it, and the probe must not see it. With
/// characters that a query, a form and a JSON text each write in their own way.
pub const SECRET: &str = "pr0be&s3cret=\"%+/7q";

/// The one resource type's identity attribute: that of the vectors.
pub const IDENTITY_ATTRIBUTE: &str = "urn:example:2.0:User:unionId";

/// Resource types, parents first.
pub const RESOURCE_TYPES: [&str; 2] = ["Department", "User"];

/// An origin that no plan of the probe names.
pub const FORBIDDEN: &str = "https://elsewhere.invalid";

/// An origin that the plan calls optional, and that nobody may allow.
pub const ABSENT: &str = "https://optional.invalid";

/// The name of everything together.
const ALL: &str = "all";

/// Promises that take a call of their own: where a closed component's handles go astray, looking for these ends the call.
pub const ALONE: [&str; 2] = ["no-sockets", "no-input"];

/// Probes of the way to the source: they need a proxy, and nothing else can be tried behind one that is out of order.
pub(crate) const OF_THE_WAY: [&str; 2] = ["dead-proxy", "refusing-proxy"];

/// A bucket with a limit.
pub(crate) const PACED: &str = "paced";
/// A bucket with a limit that only `throttled` reaches.
pub(crate) const HELD_BACK: &str = "held-back";
/// A bucket with a limit that one request fills.
pub(crate) const SINGLE: &str = "single";

/// Requests of [`PACED`] a window.
pub(crate) const PACED_REQUESTS: u32 = 2;
/// The window of [`PACED`], in milliseconds.
pub(crate) const PACED_WINDOW_MS: u32 = 1000;

/// What the probe is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Everything, or the name of one promise, reading or ending.
    pub probe: String,
    /// The origin of the peer.
    pub peer: Option<String>,
    /// An origin where nobody listens, and which is allowed.
    pub dead: Option<String>,
    /// What stands where the secret would: its token.
    pub token: Option<String>,
}

impl Settings {
    /// Read them.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read(text: &str) -> Result<Self, Vec<Diagnosis>> {
        let Ok(Value::Object(members)) = serde_json::from_str::<Value>(text) else {
            return Err(vec![problem("", "the settings are no JSON object".to_owned())]);
        };
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let settings = Self {
            probe: text("probe").unwrap_or_else(|| ALL.to_owned()),
            peer: text("peer").map(|origin| origin.trim_end_matches('/').to_owned()),
            dead: text("dead").map(|origin| origin.trim_end_matches('/').to_owned()),
            token: text("secret"),
        };
        if !settings.is_known() {
            let why = format!("no promise, reading or ending is called {:?}", settings.probe);
            return Err(vec![problem("/probe", why)]);
        }
        Ok(settings)
    }

    /// Whether a promise of this name is to be tried.
    #[must_use]
    pub fn chooses(&self, name: &str) -> bool {
        self.probe == name || self.probe == ALL && !ALONE.contains(&name)
    }

    pub(crate) fn is_about_the_way(&self) -> bool {
        OF_THE_WAY.contains(&self.probe.as_str())
    }

    fn is_known(&self) -> bool {
        self.probe == ALL
            || self.is_about_the_way()
            || crate::promises().iter().any(|promise| promise.name == self.probe)
            || crate::reading::NAMES.contains(&self.probe.as_str())
            || crate::ending::named(&self.probe).is_some()
    }
}

fn problem(pointer: &str, why: String) -> Diagnosis {
    Diagnosis::new("setting-invalid", why.clone(), why).about_setting(pointer)
}

/// The JSON Schema of the settings.
#[must_use]
pub fn schema() -> String {
    serde_json::json!({
        "type": "object",
        "properties": {
            "probe": {"type": "string", "title": "Probe", "x-order": 1,
                "description": "`all`, or the name of one promise, reading or ending"},
            "peer": {"type": "string", "title": "Peer", "x-order": 2,
                "description": "The origin that `probe-peer serve` prints"},
            "dead": {"type": "string", "title": "Dead origin", "x-order": 3,
                "description": "An origin where nobody listens"},
            "secret": {"type": "string", "title": "Secret", "x-order": 4, "writeOnly": true, "x-sealed": true,
                "description": "The one text that `probe-peer expected` prints as `secret`"},
        },
    })
    .to_string()
}

/// What these settings need.
#[must_use]
pub fn plan(settings: &Settings) -> Plan {
    let limit =
        |bucket: &str, requests, window_ms| RateLimit { bucket: bucket.to_owned(), requests, window_ms };
    let peer = settings.peer.iter().map(|origin| Origin::required(origin.clone()));
    // A check tries the way to each origin, and to this one there is none.
    let others = settings.dead.iter().map(String::as_str).chain([ABSENT]).map(Origin::optional);
    let secrets = settings.token.iter().map(|_| SecretUse {
        setting: "/secret".to_owned(),
        origins: settings.peer.iter().cloned().collect(),
    });
    Plan {
        origins: peer.chain(others).collect(),
        limits: vec![
            limit(PACED, PACED_REQUESTS, PACED_WINDOW_MS),
            limit(HELD_BACK, 100, 1000),
            limit(SINGLE, 1, 1000),
        ],
        secrets: secrets.collect(),
        event_delivery: EventDelivery::None,
        poll_interval_ms: None,
        exclusive: Vec::new(),
    }
}
