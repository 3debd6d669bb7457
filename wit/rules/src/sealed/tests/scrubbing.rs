//! Responses on their way in.

use super::super::forms::{base64, json_escaped, percent_encoded};
use super::super::{MIN_SCRUBBED_BYTES, Seals};
use super::{seal, seals, token};
use proptest::prelude::*;

/// The response as the connector sees it, with `{}` for the token.
fn scrubbed(secret: &str, response: &str) -> String {
    let bytes = seals(secret).scrub(response.as_bytes()).unwrap_or_else(|| response.as_bytes().to_vec());
    String::from_utf8(bytes).expect("a text stays one").replace(token(1).as_str(), "{}")
}

#[track_caller]
fn check(secret: &str, response: &str, expected: &str) {
    assert_eq!(scrubbed(secret, response), expected, "{response}");
}

/// A secret with everything that anybody escapes.
const ODD: &str = "a\"b\\c/d&e%f+g h密i😀j";

#[test]
fn a_secret_as_it_is_becomes_its_token_however_often() {
    check("t0ps3cret", "t0ps3cret", "{}");
    check("t0ps3cret", "wrong appSecret: t0ps3cret, t0ps3crett0ps3cret", "wrong appSecret: {}, {}{}");
    check(ODD, &format!("<{ODD}>"), "<{}>");
}

#[test]
fn a_response_without_a_secret_is_left_alone() {
    for response in ["", "t0ps3cre", "T0PS3CRET", "t0ps3\ncret", "%", "\\", "\\u00", "%7"] {
        assert_eq!(seals("t0ps3cret").scrub(response.as_bytes()), None, "{response:?}");
    }
    assert_eq!(Seals::default().scrub(b"anything"), None);
}

#[test]
fn a_percent_encoded_secret_is_found_whatever_its_writer_encodes() {
    for encoded in [
        "a%22b%5Cc%2Fd%26e%25f%2Bg%20h%E5%AF%86i%F0%9F%98%80j",
        "a%22b%5cc%2fd%26e%25f%2bg%20h%e5%af%86i%f0%9f%98%80j",
        "a%22b%5Cc/d%26e%25f%2Bg+h%E5%AF%86i%F0%9F%98%80j",
        "%61%22%62%5C%63%2F%64%26%65%25%66%2B%67%20%68%E5%AF%86%69%F0%9F%98%80%6a",
        "a\"b\\c/d&e%25f%2Bg h密i😀j",
    ] {
        check(ODD, &format!("https://a/?s={encoded}&t"), "https://a/?s={}&t");
    }
}

#[test]
fn a_secret_that_is_escaped_as_in_json_is_found_whatever_its_writer_escapes() {
    for escaped in [
        r#"a\"b\\c/d&e%f+g h密i😀j"#,
        r#"a\"b\\c\/d&e%f+g h\u5bc6i\ud83d\ude00j"#,
        r#"a\u0022b\u005Cc\u002Fd\u0026e\u0025f\u002bg\u0020h\u5BC6i\uD83D\uDE00j"#,
    ] {
        check(ODD, &format!(r#"{{"s":"{escaped}"}}"#), r#"{"s":"{}"}"#);
    }
    check("a\tb\nc\rd\u{8}e\u{c}f", r#""a\tb\nc\rd\be\ff""#, r#""{}""#);
}

#[test]
fn a_secret_in_base64_is_found_by_itself() {
    // As coreutils' base64 writes it.
    check("t0ps3cret", "dDBwczNjcmV0", "{}");
    check("t0ps3cret!", r#"{"s":"dDBwczNjcmV0IQ=="}"#, r#"{"s":"{}=="}"#);
    check("???>>>~~~~", "Pz8/Pj4+fn5+fg==", "{}==");
    check("???>>>~~~~", "Pz8_Pj4-fn5-fg", "{}");
    check("???>>>~~~~", r"Pz8\/Pj4%2Bfn5+fg", "{}");
}

#[test]
fn a_secret_in_base64_is_found_behind_a_name_of_any_length() {
    // "a:t0ps3cret", "ab:t0ps3cret", "abc:t0ps3cret". A letter that a neighbour has a share in stays.
    check("t0ps3cret", "Basic YTp0MHBzM2NyZXQ=", "Basic YTp{}Q=");
    check("t0ps3cret", "Basic YWI6dDBwczNjcmV0", "Basic YWI6{}");
    check("t0ps3cret", "Basic YWJjOnQwcHMzY3JldA==", "Basic YWJjOn{}A==");
}

#[test]
fn backslashes_and_percent_signs_are_read_in_both_ways() {
    check(r"a\\b\n", r"a\\b\n", "{}");
    check(r"a\\b\n", r"a\\\\b\\n", "{}");
    check(r"a\\b\n", r"a\\b\\n", "{}");
    check("%25%41", "%25%41", "{}");
    check("%25%41", "%2525%2541", "{}");
    check(&r"\".repeat(64), &r"\".repeat(130), r"{}\\");
}

#[test]
fn of_two_secrets_that_contain_one_another_each_becomes_its_own_token() {
    for order in [[1, 2], [2, 1]] {
        let secrets = |n| seal(n, "/x", if n == 1 { "abcd" } else { "xabcdx" });
        let seals = Seals::new(order.map(secrets).to_vec());
        let found = seals.scrub(b"abcd xabcdx xabcd").expect("both are there");
        let expected = format!("{} {} x{}", token(1), token(2), token(1));
        assert_eq!(String::from_utf8(found), Ok(expected));
    }
}

#[test]
fn a_secret_that_begins_like_another_is_found_whole() {
    let seals = Seals::new(vec![seal(1, "/a", "abcd"), seal(2, "/b", "abcdefgh")]);
    let found = seals.scrub(b"abcdefgh abcdef").expect("both are there");
    assert_eq!(String::from_utf8(found), Ok(format!("{} {}ef", token(2), token(1))));
}

#[test]
fn a_secret_too_short_to_be_told_from_chance_is_left() {
    let short = "a".repeat(MIN_SCRUBBED_BYTES - 1);
    assert_eq!(seals(&short).scrub(b"banaaana"), None);
    assert!(seals(&"a".repeat(MIN_SCRUBBED_BYTES)).scrub(b"banaaaana").is_some());
}

#[test]
fn a_secret_among_bytes_that_are_no_text_is_found() {
    let found = seals("t0ps3cret").scrub(b"\xff\0t0ps3cret\xfe").expect("it is there");
    assert_eq!(found, [b"\xff\0", token(1).as_str().as_bytes(), b"\xfe"].concat());
}

#[test]
fn a_token_in_a_response_is_no_secret() {
    assert_eq!(seals("t0ps3cret").scrub(token(1).as_str().as_bytes()), None);
}

proptest! {
    #[test]
    fn whatever_a_secret_is_each_way_to_write_it_is_found(secret in "\\PC{4,40}") {
        for written in [secret.clone(), percent_encoded(&secret), json_escaped(&secret), base64(secret.as_bytes())] {
            prop_assert_eq!(scrubbed(&secret, &written), "{}", "{}", written);
        }
    }

    #[test]
    fn whatever_a_response_is_nothing_panics(secret in ".{0,8}", response: Vec<u8>) {
        let _ = seals(&secret).scrub(&response);
    }
}
