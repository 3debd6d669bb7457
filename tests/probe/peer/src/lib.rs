//! The peer of the probe: what it answers, and what it remembers of those who asked. It is also a proxy that refuses.
//!
//! Pure; sockets are in [`server`]. A host in any language is tried against the same one.

pub mod server;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A request as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Incoming {
    /// The method.
    pub method: String,
    /// Path and query, or, asked as a proxy, a whole address.
    pub target: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A response, so many milliseconds later.
    Whole {
        /// How much later.
        after_ms: u64,
        /// What.
        response: Outgoing,
    },
    /// The beginning of a response.
    Cut,
    /// Nothing: the connection ends.
    HangUp,
    /// A body without an end.
    Endless,
}

/// A response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// The status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What the peer remembers.
#[derive(Debug, Default)]
pub struct Peer {
    /// Requests by path.
    counts: BTreeMap<String, u64>,
    /// When requests arrived, in milliseconds, by the key that they named.
    arrivals: BTreeMap<String, Vec<u64>>,
    /// Texts that were shown, by their kind.
    seen: BTreeMap<String, BTreeSet<String>>,
}

/// A text as `gzip` compresses it: [`UNPACKED`].
const PACKED: [u8; 39] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x01, 0x10, 0x00, 0xef, 0xff, b't', b'h',
    b'e', b' ', b'p', b'r', b'o', b'b', b'e', b'\'', b's', b' ', b'p', b'e', b'e', b'r', 0, 0, 0, 0, 0x10,
    0x00, 0x00, 0x00,
];

/// What the peer sends compressed, as it is without that.
pub const UNPACKED: &str = "the probe's peer";

/// Deepest document that the peer answers.
///
/// 100,000 levels. Why: far beyond what any parser follows, and no more than some hundred KiB.
const MAX_DEPTH: u64 = 100_000;

/// What is no text.
pub const NO_TEXT: [u8; 4] = [0xff, 0xfe, 0x00, 0x80];

/// What is one, and not ASCII.
pub const TEXT: &str = "飞\u{10000}";

impl Peer {
    /// What to answer to a request that arrives now, in milliseconds since 1970.
    pub fn answer(&mut self, now_ms: u64, request: &Incoming) -> Answer {
        if request.method == "CONNECT" || request.target.contains("://") {
            let headers = vec![("proxy-authenticate", "Basic realm=\"peer\"".to_owned())];
            return whole(Outgoing { status: 407, headers, body: Vec::new() });
        }
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        *self.counts.entry(path.to_owned()).or_default() += 1;
        let number = |name: &str| parameter(query, name).parse::<u64>().unwrap_or_default();
        match path {
            "/echo" => whole(echo(request)),
            "/reversed" => whole(json(&reversed(request, query))),
            "/repeat" => whole(text(200, &body_text(request))),
            "/redirect" => {
                let headers = vec![("location", "/landed".to_owned())];
                whole(Outgoing { status: 302, headers, body: Vec::new() })
            }
            "/landed" => whole(text(200, "landed")),
            "/count" => {
                whole(json(&json!(self.counts.get(parameter(query, "of")).copied().unwrap_or_default())))
            }
            "/status" => whole(text(u16::try_from(number("code")).unwrap_or(500), "")),
            "/slow" => Answer::Whole { after_ms: number("ms"), response: text(200, parameter(query, "as")) },
            "/now" => whole(json(&json!(now_ms))),
            "/cut" => Answer::Cut,
            "/hang-up" => Answer::HangUp,
            "/endless" => Answer::Endless,
            "/nested" => whole(nested(parameter(query, "of"), number("depth"))),
            "/packed" => whole(packed(request)),
            "/no-text" => whole(Outgoing { status: 200, headers: Vec::new(), body: NO_TEXT.to_vec() }),
            "/text" => whole(Outgoing { status: 200, headers: Vec::new(), body: TEXT.as_bytes().to_vec() }),
            "/headers" => {
                let headers = vec![("X-Mixed-Case", "Kept As It Is".to_owned())];
                whole(Outgoing { status: 200, headers, body: Vec::new() })
            }
            "/arrive" => {
                self.arrivals.entry(parameter(query, "key").to_owned()).or_default().push(now_ms);
                whole(text(200, ""))
            }
            "/arrivals" => {
                whole(json(&json!(self.arrivals.get(parameter(query, "key")).cloned().unwrap_or_default())))
            }
            "/seen" => {
                let seen = self.seen.entry(parameter(query, "of").to_owned()).or_default();
                let n_before = seen.len();
                let is_new = seen.insert(parameter(query, "what").to_owned());
                whole(json(&json!({"before": n_before, "new": is_new})))
            }
            _ => whole(text(404, "the peer has no such path")),
        }
    }
}

fn whole(response: Outgoing) -> Answer {
    Answer::Whole { after_ms: 0, response }
}

fn text(status: u16, text: &str) -> Outgoing {
    let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
    Outgoing { status, headers, body: text.as_bytes().to_vec() }
}

fn json(value: &Value) -> Outgoing {
    let headers = vec![("content-type", "application/json".to_owned())];
    Outgoing { status: 200, headers, body: value.to_string().into_bytes() }
}

/// What arrived, for whoever sent it. Of a HEAD, which has no body, the method in a header.
fn echo(request: &Incoming) -> Outgoing {
    let Incoming { method, target, headers, body } = request;
    let hex: String = body.iter().take(1024).map(|byte| format!("{byte:02x}")).collect();
    let told = json!({
        "method": method, "target": target, "headers": headers, "bodyBytes": body.len(), "bodyHex": hex,
    });
    let mut response = json(&told);
    response.headers.push(("x-method", method.clone()));
    response
}

/// What arrived, backwards: a host that looks for secrets in a response finds none.
fn reversed(request: &Incoming, query: &str) -> Value {
    let backwards = |text: &str| text.chars().rev().collect::<String>();
    let header = request.headers.iter().find(|(name, _)| name == "x-secret");
    json!({
        "query": backwards(query),
        "header": backwards(header.map_or("", |(_, value)| value)),
        "body": backwards(&body_text(request)),
    })
}

/// A document with so many arrays or objects in each other, or one text with so many brackets in it.
fn nested(of: &str, depth: u64) -> Outgoing {
    let times = usize::try_from(depth.min(MAX_DEPTH)).unwrap_or_default();
    let around = |open: &str, within: &str, close: &str| {
        format!("{}{within}{}", open.repeat(times), close.repeat(times))
    };
    let body = match of {
        "objects" => around("{\"a\":", "1", "}"),
        "a-text" => format!("[\"{}\"]", "[".repeat(times)),
        _ => around("[", "", "]"),
    };
    let headers = vec![("content-type", "application/json".to_owned())];
    Outgoing { status: 200, headers, body: body.into_bytes() }
}

fn packed(request: &Incoming) -> Outgoing {
    let takes_gzip =
        request.headers.iter().any(|(name, value)| name == "accept-encoding" && value.contains("gzip"));
    if !takes_gzip {
        return text(200, UNPACKED);
    }
    let mut response = text(200, "");
    response.headers.push(("content-encoding", "gzip".to_owned()));
    response.body = PACKED.to_vec();
    if let Some(place) = response.body.get_mut(31..35) {
        place.copy_from_slice(&checksum(UNPACKED.as_bytes()).to_le_bytes());
    }
    response
}

/// CRC-32, as `gzip` has it.
fn checksum(bytes: &[u8]) -> u32 {
    let step =
        |sum: u32, byte: &u8| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            })
        };
    !bytes.iter().fold(u32::MAX, step)
}

fn body_text(request: &Incoming) -> String {
    String::from_utf8_lossy(&request.body).into_owned()
}

/// The value of this name in a query, as it stands there.
fn parameter<'q>(query: &'q str, name: &str) -> &'q str {
    let of_name = |pair: &'q str| pair.split_once('=').filter(|(found, _)| *found == name);
    query.split('&').find_map(of_name).map_or("", |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Incoming {
        Incoming { method: "GET".to_owned(), target: target.to_owned(), ..Incoming::default() }
    }

    fn body(answer: Answer) -> String {
        let Answer::Whole { response, .. } = answer else { panic!("{answer:?}") };
        String::from_utf8(response.body).unwrap()
    }

    #[test]
    fn it_remembers_who_came_and_when() {
        let mut peer = Peer::default();
        peer.answer(5, &get("/arrive?key=a"));
        peer.answer(7, &get("/arrive?key=a"));
        assert_eq!(body(peer.answer(8, &get("/arrivals?key=a"))), "[5,7]");
        assert_eq!(body(peer.answer(8, &get("/count?of=/arrive"))), "2");
        assert_eq!(body(peer.answer(8, &get("/arrivals?key=b"))), "[]");
    }

    #[test]
    fn it_knows_what_it_was_shown_before() {
        let mut peer = Peer::default();
        let mut show = |what: &str| body(peer.answer(0, &get(&format!("/seen?of=x&what={what}"))));
        let told = ["a", "b", "a"].map(&mut show);
        assert_eq!(
            told,
            [r#"{"before":0,"new":true}"#, r#"{"before":1,"new":true}"#, r#"{"before":2,"new":false}"#]
        );
    }

    #[test]
    fn it_refuses_as_a_proxy() {
        for target in ["http://elsewhere.invalid/", "https://elsewhere.invalid/"] {
            let Answer::Whole { response, .. } = Peer::default().answer(0, &get(target)) else { panic!() };
            assert_eq!(response.status, 407, "{target}");
        }
    }

    #[test]
    fn it_nests_as_deep_as_it_is_asked_to() {
        let nested = |of: &str| body(Peer::default().answer(0, &get(&format!("/nested?of={of}&depth=2"))));
        let told = ["arrays", "objects", "a-text"].map(nested);
        assert_eq!(told, ["[[]]", r#"{"a":{"a":1}}"#, r#"["[["]"#]);
    }

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}
