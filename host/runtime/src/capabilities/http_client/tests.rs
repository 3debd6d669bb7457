//! Requests that keep the contract or break it, and the secrets in them.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use rollcall_rules::sealed::{Seal, Token};

use super::*;
use crate::egress::{Egress, Reach};
use crate::limits::{MAX_REQUEST_BODY_BYTES, MAX_URL_BYTES};
use crate::model::PlannedOrigin;

fn request() -> wit::HttpRequest {
    wit::HttpRequest {
        method: "GET".to_owned(),
        url: "https://api.example.com/a?token=t0ps3cret".to_owned(),
        headers: Vec::new(),
        body: wit_model::Body::Text(String::new()),
        bucket: None,
        timeout_ms: None,
    }
}

fn header(name: &str, value: &str) -> wit_model::NameValue {
    wit_model::NameValue { name: name.to_owned(), value: value.to_owned() }
}

/// What is wrong with it.
#[track_caller]
fn refusal(request: wit::HttpRequest) -> String {
    let said = checked(request).unwrap_err().diagnosis.message;
    said.strip_prefix("the connector's request is invalid: ").unwrap().to_owned()
}

#[track_caller]
fn check(request: wit::HttpRequest, expected: &Expect) {
    expected.assert_eq(&refusal(request));
}

#[test]
fn a_request_that_breaks_the_contract_is_named_without_its_values() {
    check(
        wit::HttpRequest { method: "TRACE".to_owned(), ..request() },
        &expect!["its method is none of GET, POST, PUT, PATCH, DELETE and HEAD"],
    );
    check(
        wit::HttpRequest { url: "/relative?token=t0ps3cret".to_owned(), ..request() },
        &expect!["its url is not absolute"],
    );
    check(
        wit::HttpRequest { url: "https://me:t0ps3cret@a.example/".to_owned(), ..request() },
        &expect!["its url has a name or password, which belong in a header"],
    );
    check(
        wit::HttpRequest { url: format!("https://a.example/{}", "x".repeat(MAX_URL_BYTES)), ..request() },
        &expect!["its url has 8210 bytes, more than 8192"],
    );
    check(
        wit::HttpRequest { headers: vec![header("Host", "evil")], ..request() },
        &expect![[r#"header "host" is the host's own"#]],
    );
    check(
        wit::HttpRequest { headers: vec![header("Proxy-Authorization", "x")], ..request() },
        &expect![[r#"header "proxy-authorization" is the host's own"#]],
    );
    check(
        wit::HttpRequest { headers: vec![header("X-A", "t0ps3cret\r\nX-B: 1")], ..request() },
        &expect![[r#"the value of header "x-a" is invalid"#]],
    );
    check(
        wit::HttpRequest { headers: vec![header("a", "b"); 65], ..request() },
        &expect!["it has 65 headers, more than 64"],
    );
    check(
        wit::HttpRequest { body: wit_model::Body::Bytes(vec![0; MAX_REQUEST_BODY_BYTES + 1]), ..request() },
        &expect!["its body has 1048577 bytes, more than 1048576"],
    );
}

#[test]
fn neither_a_request_nor_a_response_shows_its_values_in_debug_output() {
    let request = checked(wit::HttpRequest {
        headers: vec![header("authorization", "t0ps3cret")],
        body: wit_model::Body::Text("t0ps3cret".to_owned()),
        ..request()
    })
    .unwrap();
    let response = Response {
        status: http::StatusCode::OK,
        headers: request.headers.clone(),
        body: request.body.clone(),
    };
    let output = format!("{request:?} {response:?}");
    assert!(!output.contains("t0ps3cret"), "{output}");
}

#[test]
fn a_body_is_text_exactly_when_its_bytes_are() {
    let body_of = |body: &[u8]| wit_model::Body::from(Body::from(body.to_vec()));
    assert!(matches!(body_of("中".as_bytes()), wit_model::Body::Text(text) if text == "中"));
    assert!(matches!(body_of(b"\xff"), wit_model::Body::Bytes(bytes) if bytes == b"\xff"));
    assert!(matches!(body_of(b""), wit_model::Body::Text(text) if text.is_empty()));
}

const GRANTED: &str = "https://api.example.com";

fn token() -> Token {
    Token::new([7; 16])
}

/// A way out to one origin, for one secret that may go there.
fn http(secret: &str) -> Http {
    let seal = Seal {
        setting: "/secret".to_owned(),
        token: token(),
        secret: secret.to_owned(),
        origins: BTreeSet::from([GRANTED.to_owned()]),
    };
    let origins = [GRANTED, "https://other.example"]
        .map(|origin| PlannedOrigin { origin: origin.to_owned(), is_optional: false });
    Http {
        client: Arc::new(Client::new(&Egress::default(), Reach::Public).unwrap()),
        grants: Arc::new(Grants::decide(&origins, None).unwrap()),
        seals: Arc::new(Seals::new(vec![seal])),
    }
}

fn with_token(url: &str) -> wit::HttpRequest {
    wit::HttpRequest { url: url.replace("{}", token().as_str()), ..request() }
}

#[test]
fn a_request_leaves_with_the_secret_and_keeps_all_else() {
    let asked = wit::HttpRequest {
        method: "POST".to_owned(),
        headers: vec![header("authorization", &format!("Bearer {}", token()))],
        body: wit_model::Body::Text(format!(r#"{{"secret":"{}"}}"#, token())),
        bucket: Some("b".to_owned()),
        timeout_ms: Some(7),
        ..with_token("https://api.example.com/a?secret={}")
    };
    let sent = checked(http("t0p&s3cret").filled(asked).unwrap()).unwrap();
    assert_eq!(sent.url.as_str(), "https://api.example.com/a?secret=t0p%26s3cret");
    assert_eq!(sent.headers["authorization"], "Bearer t0p&s3cret");
    assert_eq!(sent.body, r#"{"secret":"t0p&s3cret"}"#);
    assert_eq!((sent.method, sent.bucket), (Method::POST, Some("b".to_owned())));
    assert_eq!(sent.timeout, Some(Duration::from_millis(7)));
}

#[test]
fn sizes_count_with_the_secrets_in_place() {
    let http = http(&"%".repeat(MAX_URL_BYTES / 3));
    let url = http.filled(with_token("https://api.example.com/?{}")).unwrap();
    assert_eq!(refusal(url), "its url has 8215 bytes, more than 8192");
    let long = "\"".repeat(MAX_REQUEST_BODY_BYTES / 2);
    let body = wit_model::Body::Text(format!("\"{}\"", token()));
    let body = self::http(&long).filled(wit::HttpRequest { body, ..request() }).unwrap();
    assert_eq!(refusal(body), "its body has 1048578 bytes, more than 1048576");
}

#[test]
fn a_token_where_no_secret_may_go_is_denied() {
    for (url, code) in [
        ("https://api.example.com/{}", "secret-misplaced"),
        ("https://other.example/?{}", "secret-not-for-origin"),
    ] {
        let Fault { kind, diagnosis } = http("t0ps3cret").filled(with_token(url)).unwrap_err();
        assert_eq!((kind, diagnosis.code.as_str()), (FaultKind::Denied, code));
    }
    let headers = vec![header("authorization", token().as_str())];
    let refused = http("t0ps3\r\ncret").filled(wit::HttpRequest { headers, ..request() });
    assert_eq!(refused.unwrap_err().diagnosis.code, "secret-not-for-header");
}

#[test]
fn an_origin_that_is_not_granted_gets_no_secret_whatever_stands_in_its_address() {
    for url in [
        "https://evil.example/?{}",
        "http://api.example.com/?{}",
        "https://api.example.com:8443/?{}",
        "https://api.example.com@evil.example/?{}",
        "https://evil.example\\@api.example.com/?{}",
        "relative?{}",
    ] {
        let kept = http("t0ps3cret").filled(with_token(url)).unwrap();
        assert_eq!(kept.url, with_token(url).url);
    }
}

fn response(header: &str, body: &[u8]) -> Response {
    let headers = HeaderMap::from_iter([("location".parse().unwrap(), header.parse().unwrap())]);
    Response { status: http::StatusCode::OK, headers, body: body.to_vec().into() }
}

#[test]
fn a_response_that_repeats_a_secret_has_its_token_in_header_and_body() {
    let repeated =
        response("/a?secret=t0p%26s3cret&b", br#"{"error":"t0p\u0026s3cret","hint":"dDBwJnMzY3JldA=="}"#);
    let seen = scrubbed(&http("t0p&s3cret").seals, repeated).unwrap();
    assert_eq!(seen.headers["location"], format!("/a?secret={}&b", token()));
    assert_eq!(seen.body, format!(r#"{{"error":"{0}","hint":"{0}=="}}"#, token()));
}

#[test]
fn a_response_that_grows_beyond_the_limit_for_its_many_secrets_is_too_large() {
    let repeated = b"abcd".repeat(MAX_RESPONSE_BODY_BYTES / token().as_str().len() + 1);
    let fault = scrubbed(&http("abcd").seals, response("/", &repeated)).unwrap_err();
    assert_eq!((fault.kind, fault.diagnosis.code.as_str()), (FaultKind::TooLarge, "response-too-large"));
    let fewer = b"abcd".repeat(MAX_RESPONSE_BODY_BYTES / token().as_str().len());
    assert!(scrubbed(&http("abcd").seals, response("/", &fewer)).is_ok());
}
