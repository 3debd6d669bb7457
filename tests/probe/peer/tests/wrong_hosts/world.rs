//! The world behind the host in memory: the peer, and how often requests may leave.

use crate::mistake::Mistake;
use rollcall_kit::ports::{Body, FaultKind, Request, Response};
use rollcall_kit::testing::Reply;
use rollcall_probe_peer::{Answer, Incoming, Outgoing, Peer};
use std::collections::BTreeMap;

pub(crate) const PEER: &str = "http://127.0.0.1:4000";
pub(crate) const DEAD: &str = "http://127.0.0.1:1";

/// The peer and the buckets, for all calls of one source.
pub(crate) struct World {
    pub(crate) mistake: Mistake,
    peer: Peer,
    /// When requests of a bucket left.
    left: BTreeMap<String, Vec<u64>>,
    /// Until when a bucket is held back; no bucket is the empty text.
    held_until: BTreeMap<String, u64>,
    /// Until when the one connection is busy of a host that has one.
    busy_until: u64,
}

impl World {
    pub(crate) fn new(mistake: Mistake) -> Self {
        Self {
            mistake,
            peer: Peer::default(),
            left: BTreeMap::new(),
            held_until: BTreeMap::new(),
            busy_until: 0,
        }
    }

    pub(crate) fn throttle(&mut self, bucket: Option<&str>, until_ms: u64) {
        let is_limited = bucket.is_some_and(|bucket| limit(bucket).is_some());
        if self.mistake == Mistake::IsNeverThrottled
            || !is_limited && self.mistake != Mistake::ThrottlesEverything
        {
            return;
        }
        self.held_until.insert(bucket.unwrap_or_default().to_owned(), until_ms);
    }

    pub(crate) fn reply(&mut self, now_ms: u64, request: &Request) -> Reply {
        if self.mistake == Mistake::RefusesUnknownBuckets && request.bucket.as_deref() == Some("unknown") {
            return Reply::Fail(FaultKind::Other);
        }
        if request.url.starts_with(DEAD) && !request.url.starts_with(PEER) {
            let kind = if self.mistake == Mistake::CallsTheDeadAProxy {
                FaultKind::ProxyUnreachable
            } else {
                FaultKind::NotSent
            };
            return Reply::Fail(kind);
        }
        let Some(target) = request.url.strip_prefix(PEER) else { return Reply::Fail(FaultKind::NotSent) };
        if let Some(reply) = self.nested_wrongly(target) {
            return reply;
        }
        let leaves_ms = self.turn(now_ms, request);
        let incoming = self.incoming(request, target);
        let answer = self.answer(leaves_ms, &incoming);
        self.replied(leaves_ms - now_ms, &incoming, answer)
    }

    /// What a host does with a nested response that counts wrongly.
    fn nested_wrongly(&self, target: &str) -> Option<Reply> {
        let is_of = |beginning: &str| target.starts_with(beginning);
        match self.mistake {
            Mistake::CountsNoObjects if is_of("/nested?of=objects") => Some(Reply::json("{}")),
            Mistake::CountsWithinTexts if is_of("/nested?of=a-text") => {
                Some(Reply::Fail(FaultKind::TooLarge))
            }
            Mistake::StopsOneTooEarly if is_of("/nested?of=arrays") => Some(Reply::Fail(FaultKind::TooLarge)),
            _ => None,
        }
    }

    /// When a request may leave.
    fn turn(&mut self, now_ms: u64, request: &Request) -> u64 {
        let bucket = match self.mistake {
            Mistake::QueuesEverything => "single",
            _ => request.bucket.as_deref().unwrap_or_default(),
        };
        let mut at_ms = now_ms.max(self.held_until.get(bucket).copied().unwrap_or_default());
        let left = self.left.entry(bucket.to_owned()).or_default();
        let most = limit(bucket).filter(|_| self.mistake != Mistake::LimitsNothing);
        let earlier = most.and_then(|n| left.get(left.len().checked_sub(n)?));
        at_ms = at_ms.max(earlier.map_or(0, |earlier_ms| earlier_ms + 1000));
        left.push(at_ms);
        at_ms
    }

    fn incoming(&self, request: &Request, target: &str) -> Incoming {
        let method = match request.method.as_str() {
            "PATCH" if self.mistake == Mistake::SendsPostForPatch => "POST",
            other => other,
        };
        let mut headers: Vec<(String, String)> =
            request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        if self.mistake == Mistake::DropsTheUserAgent {
            headers.retain(|(name, _)| name != "user-agent");
        }
        headers.push(("host".to_owned(), PEER.trim_start_matches("http://").to_owned()));
        if self.mistake == Mistake::LeavesBodiesPacked {
            headers.push(("accept-encoding".to_owned(), "gzip".to_owned()));
        }
        let body = match (&request.body, self.mistake) {
            (Body::Bytes(bytes), Mistake::TakesBodiesForText) => {
                String::from_utf8_lossy(bytes).into_owned().into_bytes()
            }
            (body, _) => body.as_bytes().to_vec(),
        };
        Incoming { method: method.to_owned(), target: target.to_owned(), headers, body }
    }

    fn answer(&mut self, now_ms: u64, incoming: &Incoming) -> Answer {
        let answer = self.peer.answer(now_ms, incoming);
        let again = match (&answer, self.mistake) {
            (Answer::Whole { response, .. }, Mistake::FollowsRedirects) if response.status == 302 => {
                Some(Incoming { target: "/landed".to_owned(), ..incoming.clone() })
            }
            (Answer::Whole { response, .. }, Mistake::AsksAgainWhenRefused) if response.status == 503 => {
                Some(incoming.clone())
            }
            (Answer::HangUp, Mistake::SendsTwice) => Some(incoming.clone()),
            _ => None,
        };
        again.map_or(answer, |again| self.peer.answer(now_ms, &again))
    }

    fn replied(&mut self, turn_ms: u64, incoming: &Incoming, answer: Answer) -> Reply {
        match answer {
            Answer::Whole { after_ms, response } => {
                let response = self.response(incoming, response);
                Reply::After(turn_ms + after_ms + 1, response)
            }
            Answer::Cut if self.mistake == Mistake::TakesWhatIsCutForWhole => Reply::json("the beginning"),
            Answer::HangUp if self.mistake == Mistake::CallsWhatWasSentUnsent => {
                Reply::Fail(FaultKind::NotSent)
            }
            Answer::Cut | Answer::HangUp => Reply::Fail(FaultKind::Interrupted),
            Answer::Endless => {
                let n_bytes = if self.mistake == Mistake::CutsLargeResponses { 1 << 20 } else { 17 << 20 };
                Reply::json("x".repeat(n_bytes))
            }
        }
    }

    /// A response as this host hands it over.
    fn response(&self, incoming: &Incoming, response: Outgoing) -> Response {
        let name = |name: &str| match self.mistake {
            Mistake::LeavesNamesOfHeaders => name.to_owned(),
            _ => name.to_ascii_lowercase(),
        };
        let body = if incoming.method == "HEAD" { Vec::new() } else { response.body };
        Response {
            status: response.status,
            headers: response.headers.into_iter().map(|(of, value)| (name(of), value)).collect(),
            body: match self.mistake {
                Mistake::HandsOverBytes => Body::Bytes(body),
                _ => Body::from_bytes(body),
            },
        }
    }

    /// How much later one begins that waits for the one before it.
    pub(crate) fn queue(&mut self, now_ms: u64, reply: Reply) -> Reply {
        match reply {
            Reply::After(ms, response) if self.mistake == Mistake::RunsOneByOne => {
                self.busy_until = self.busy_until.max(now_ms) + ms;
                Reply::After(self.busy_until - now_ms, response)
            }
            other => other,
        }
    }
}

/// Requests of a bucket in a second.
fn limit(bucket: &str) -> Option<usize> {
    match bucket {
        "paced" => Some(2),
        "single" => Some(1),
        "held-back" => Some(100),
        _ => None,
    }
}
