//! Requests on their way out.

use super::super::{Misuse, Outgoing, Payload, Place, Seals};
use super::{ORIGIN, seal, seals, token};

fn request() -> Outgoing {
    Outgoing {
        method: "POST".to_owned(),
        url: format!("{ORIGIN}/path"),
        headers: Vec::new(),
        body: Payload::Text(String::new()),
    }
}

fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The only token of a text is written where `{}` stands.
fn with_token(text: &str) -> String {
    text.replace("{}", token(1).as_str())
}

#[track_caller]
fn check_query(secret: &str, query: &str, expected: &str) {
    let url = with_token(&format!("{ORIGIN}/path?{query}"));
    let filled = seals(secret).fill(Outgoing { url, ..request() }, ORIGIN);
    assert_eq!(filled.map(|filled| filled.url), Ok(format!("{ORIGIN}/path?{expected}")));
}

fn fill_body(secret: &str, content_type: &[&str], body: &str) -> Result<String, Misuse> {
    let headers = content_type.iter().map(|value| ("Content-Type".to_owned(), (*value).to_owned())).collect();
    let body = Payload::Text(with_token(body));
    seals(secret).fill(Outgoing { headers, body, ..request() }, ORIGIN).map(|filled| match filled.body {
        Payload::Text(text) => text,
        Payload::Bytes(_) => panic!("a text became bytes"),
    })
}

#[track_caller]
fn check_form(secret: &str, body: &str, expected: &str) {
    for content_type in
        ["application/x-www-form-urlencoded", " Application/X-WWW-Form-Urlencoded ; charset=utf-8"]
    {
        assert_eq!(fill_body(secret, &[content_type], body).as_deref(), Ok(expected), "{content_type}");
    }
}

#[track_caller]
fn check_json(secret: &str, body: &str, expected: &str) {
    for content_type in [&[][..], &["application/json"], &["text/xml"]] {
        assert_eq!(fill_body(secret, content_type, body).as_deref(), Ok(expected), "{content_type:?}");
    }
}

#[track_caller]
fn check_misplaced(request: Outgoing, place: Place) {
    let refused = seals("t0ps3cret").fill(request, ORIGIN);
    assert_eq!(refused, Err(Misuse::Misplaced { setting: "/secret".to_owned(), place }));
}

#[test]
fn in_a_query_a_secret_is_percent_encoded() {
    check_query("t0ps3cret", "a=1&secret={}&b=2", "a=1&secret=t0ps3cret&b=2");
    check_query("-._~", "{}", "-._~");
    check_query("a&b=c%d+e f#g?h/i", "s={}", "s=a%26b%3Dc%25d%2Be%20f%23g%3Fh%2Fi");
    check_query("密\"\\", "s={}?{}", "s=%E5%AF%86%22%5C?%E5%AF%86%22%5C");
}

#[test]
fn a_query_with_a_question_mark_and_an_empty_one_stay_as_they_are() {
    for url in ["https://a/?", "https://a/?x?y", "https://a/#", "https://a", "https://a/?#f?x"] {
        let request = Outgoing { url: url.to_owned(), ..request() };
        assert_eq!(seals("t0ps3cret").fill(request.clone(), ORIGIN), Ok(request));
    }
}

#[test]
fn in_a_form_a_secret_is_percent_encoded() {
    check_form("a&b=c%d+e f", "x=1&s={}", "x=1&s=a%26b%3Dc%25d%2Be%20f");
    check_form("t0ps3cret", "\"{}\"={}", "\"t0ps3cret\"=t0ps3cret");
}

#[test]
fn in_a_json_string_a_secret_is_escaped() {
    check_json("t0ps3cret", r#"{"secret":"{}"}"#, r#"{"secret":"t0ps3cret"}"#);
    check_json("a\"b\\c", r#"{"secret":"{}"}"#, r#"{"secret":"a\"b\\c"}"#);
    check_json("密&%+/", r#"["x{}y","{}"]"#, r#"["x密&%+/y","密&%+/"]"#);
    check_json("a\tb", r#"{"{}":"\"{}\\"}"#, r#"{"a\tb":"\"a\tb\\"}"#);
}

#[test]
fn outside_of_a_json_string_a_token_is_misplaced() {
    for body in
        ["{}", r#"{"secret":{}}"#, r#""a"{}"b""#, r#""{}"#, r#""\{}""#, r#""\"{}"#, "secret={}", r#""a\\"{}"#]
    {
        let body = with_token(body);
        check_misplaced(Outgoing { body: Payload::Text(body), ..request() }, Place::OutsideQuotes);
    }
}

#[test]
fn a_body_of_two_types_takes_no_secret_and_passes_without_one() {
    let types = ["application/json", "application/x-www-form-urlencoded"];
    let misplaced = Misuse::Misplaced { setting: "/secret".to_owned(), place: Place::TypeUnclear };
    assert_eq!(fill_body("t0ps3cret", &types, r#""{}""#), Err(misplaced));
    assert_eq!(fill_body("t0ps3cret", &types, "x").as_deref(), Ok("x"));
}

#[test]
fn in_the_value_of_a_header_a_secret_is_as_it_is() {
    let headers = pairs(&[("authorization", &with_token("Bearer {}")), ("x-key", token(1).as_str())]);
    let filled = seals("a b\"\\%&+").fill(Outgoing { headers, ..request() }, ORIGIN).unwrap();
    assert_eq!(filled.headers, pairs(&[("authorization", "Bearer a b\"\\%&+"), ("x-key", "a b\"\\%&+")]));
}

#[test]
fn a_secret_that_could_end_a_header_or_is_none_stays_out_of_it() {
    for secret in ["a\r\nx-admin: 1", "a\nb", "a\0b", "密码密码", " ab", "ab ", "a\tb", "a\u{7f}"] {
        let headers = pairs(&[("authorization", token(1).as_str())]);
        let refused = seals(secret).fill(Outgoing { headers, ..request() }, ORIGIN);
        assert_eq!(refused, Err(Misuse::NotForHeader { setting: "/secret".to_owned() }), "{secret:?}");
    }
}

#[test]
fn a_token_where_no_secret_is_put_is_misplaced() {
    let url = |text: &str| Outgoing { url: with_token(text), ..request() };
    for address in [
        "https://api.example.com/{}",
        "https://{}.example.com/",
        "https://{}/?a=b",
        "https://{}@api.example.com/",
        "https://a:{}@api.example.com/",
        "{}://api.example.com/",
        "https://api.example.com/{}?{}",
    ] {
        check_misplaced(url(address), Place::Address);
    }
    check_misplaced(url("https://api.example.com/#{}"), Place::Fragment);
    check_misplaced(url("https://api.example.com/?a#?{}"), Place::Fragment);
    check_misplaced(Outgoing { method: token(1).to_string(), ..request() }, Place::Method);
    let headers = pairs(&[(token(1).as_str(), "a")]);
    check_misplaced(Outgoing { headers, ..request() }, Place::HeaderName);
    let mut bytes = token(1).as_str().as_bytes().to_vec();
    bytes.insert(0, 0xff);
    check_misplaced(Outgoing { body: Payload::Bytes(bytes), ..request() }, Place::Bytes);
}

#[test]
fn bytes_without_a_token_pass_as_they_are() {
    let request = Outgoing { body: Payload::Bytes(vec![0xff, 0, b's']), ..request() };
    assert_eq!(seals("t0ps3cret").fill(request.clone(), ORIGIN), Ok(request));
}

#[test]
fn a_secret_goes_to_the_origins_of_its_plan_alone() {
    let url = with_token("https://evil.example/?{}");
    let asked = Outgoing { url, ..request() };
    let refused = Err(Misuse::NotForOrigin { setting: "/secret".to_owned() });
    for origin in ["https://evil.example", "http://api.example.com", "https://api.example.com:8443", ""] {
        assert_eq!(seals("t0ps3cret").fill(asked.clone(), origin), refused, "{origin}");
    }
    let mut nowhere = seal(1, "/secret", "t0ps3cret");
    nowhere.origins.clear();
    assert_eq!(Seals::new(vec![nowhere]).fill(asked, ORIGIN), refused);
}

#[test]
fn the_origin_counts_in_a_header_and_in_both_kinds_of_body() {
    let refused = Err(Misuse::NotForOrigin { setting: "/secret".to_owned() });
    let form = pairs(&[("content-type", "application/x-www-form-urlencoded")]);
    let quoted = Payload::Text(with_token(r#""{}""#));
    for request in [
        Outgoing { headers: pairs(&[("a", token(1).as_str())]), ..request() },
        Outgoing { headers: form, body: quoted.clone(), ..request() },
        Outgoing { body: quoted, ..request() },
    ] {
        assert_eq!(seals("t0ps3cret").fill(request, "https://evil.example"), refused);
    }
}

#[test]
fn each_of_two_secrets_goes_where_its_own_token_stands() {
    let seals = Seals::new(vec![seal(1, "/a", "abcd"), seal(2, "/b", "xabcdx")]);
    let url = format!("{ORIGIN}/?a={}&b={}{}", token(1), token(2), token(1));
    let filled = seals.fill(Outgoing { url, ..request() }, ORIGIN).unwrap();
    assert_eq!(filled.url, format!("{ORIGIN}/?a=abcd&b=xabcdxabcd"));
}

#[test]
fn a_secret_that_is_a_token_itself_is_not_filled_again() {
    let seals = Seals::new(vec![seal(1, "/a", token(2).as_str()), seal(2, "/b", "t0ps3cret")]);
    let url = format!("{ORIGIN}/?a={}", token(1));
    let filled = seals.fill(Outgoing { url, ..request() }, ORIGIN).unwrap();
    assert_eq!(filled.url, format!("{ORIGIN}/?a={}", token(2)));
}

#[test]
fn a_person_called_like_a_token_of_an_earlier_call_keeps_that_name() {
    let name = token(7);
    let request = Outgoing {
        url: format!("{ORIGIN}/{name}?name={name}"),
        body: Payload::Text(format!("{name} sealed- sealed-{}", "a".repeat(26))),
        ..request()
    };
    assert_eq!(seals("t0ps3cret").fill(request.clone(), "https://evil.example"), Ok(request));
}
