//! How large a request and a response may be, and how deep a response is nested.

use crate::promise::{Attempt, same};
use crate::stand::{member, must_fail, parsed, responded};
use crate::{Promise, Stand};
use rollcall_kit::ports::{Body, FaultKind, Request};
use rollcall_rules::bounds::{MAX_BODY_DEPTH, MAX_REQUEST_BODY_BYTES, MAX_REQUEST_HEADERS, MAX_URL_BYTES};

pub(crate) const PROMISES: [Promise; 5] = [
    Promise {
        name: "url-bound",
        stands_at: "http-client.wit, http-request.url",
        says: "a URL of 8 KiB is sent, and a longer one gets the fault `other`",
        attempt: url_bound,
    },
    Promise {
        name: "headers-bound",
        stands_at: "http-client.wit, http-request.headers",
        says: "a request with 64 headers is sent, and one with more gets the fault `other`",
        attempt: headers_bound,
    },
    Promise {
        name: "body-bound",
        stands_at: "http-client.wit, http-request.body",
        says: "a body of 1 MiB is sent, and a larger one gets the fault `other`",
        attempt: body_bound,
    },
    Promise {
        name: "response-bound",
        stands_at: "http-client.wit, http-response.body, fault-kind.too-large",
        says: "a response that has no end gets the fault `too-large`",
        attempt: |stand| must_fail("one", &stand.ask(stand.get("/endless")?)?, FaultKind::TooLarge),
    },
    Promise {
        name: "response-depth",
        stands_at: "http-client.wit, http-response.body, fault-kind.too-large",
        says: "a response nested 128 deep is handed over, and one nested deeper gets the fault `too-large`; what stands within a text counts for nothing",
        attempt: response_depth,
    },
];

fn response_depth(stand: &Stand<'_>) -> Attempt {
    let nested = |of: &str, depth: usize| format!("/nested?of={of}&depth={depth}");
    for (what, of, depth) in [
        ("how many brackets arrived of a response nested 128 deep", "arrays", MAX_BODY_DEPTH),
        ("how many brackets arrived of a text with 1000 of them", "a-text", 1000),
    ] {
        let body = stand.response(&nested(of, depth))?.body;
        let n_open = body.as_bytes().iter().filter(|byte| **byte == b'[').count();
        // The text stands in an array.
        same(what, &n_open, &(depth + usize::from(of == "a-text")))?;
    }
    for of in ["arrays", "objects"] {
        let answer = stand.ask(stand.get(&nested(of, MAX_BODY_DEPTH + 1))?)?;
        must_fail(&format!("one of {of} nested 129 deep"), &answer, FaultKind::TooLarge)?;
    }
    Ok(())
}

fn url_bound(stand: &Stand<'_>) -> Attempt {
    let beginning = stand.peer("/echo?x=")?;
    let long = |n_bytes: usize| Request::get(format!("{beginning}{}", "u".repeat(n_bytes - beginning.len())));
    let told = parsed(&responded(stand.ask(long(MAX_URL_BYTES))?)?)?;
    let n_bytes = member(&told, "target")
        .as_str()
        .map(|target| target.len() + stand.peer("").map_or(0, |peer| peer.len()));
    same("the length of the URL that arrived", &n_bytes, &Some(MAX_URL_BYTES))?;
    must_fail("one of 8 KiB and a byte", &stand.ask(long(MAX_URL_BYTES + 1))?, FaultKind::Other)
}

fn headers_bound(stand: &Stand<'_>) -> Attempt {
    let get = stand.get("/echo")?;
    let many = |n: usize| (0..n).fold(get.clone(), |request, n| request.header(&format!("x-{n}"), "v"));
    let told = parsed(&responded(stand.ask(many(MAX_REQUEST_HEADERS))?)?)?;
    let arrived = member(&told, "headers")
        .as_array()
        .into_iter()
        .flatten()
        .filter(|pair| pair.get(1).is_some_and(|value| value == "v"))
        .count();
    same("the headers that arrived", &arrived, &MAX_REQUEST_HEADERS)?;
    must_fail("one with 65", &stand.ask(many(MAX_REQUEST_HEADERS + 1))?, FaultKind::Other)
}

fn body_bound(stand: &Stand<'_>) -> Attempt {
    let get = stand.get("/echo")?;
    let with = |n_bytes: usize| Request {
        method: "POST".to_owned(),
        body: Body::Text("b".repeat(n_bytes)),
        ..get.clone()
    };
    let told = parsed(&responded(stand.ask(with(MAX_REQUEST_BODY_BYTES))?)?)?;
    let n_bytes = member(&told, "bodyBytes").as_u64().and_then(|n_bytes| usize::try_from(n_bytes).ok());
    same("the bytes that arrived", &n_bytes, &Some(MAX_REQUEST_BODY_BYTES))?;
    must_fail("one of 1 MiB and a byte", &stand.ask(with(MAX_REQUEST_BODY_BYTES + 1))?, FaultKind::Other)
}
