//! Where a secret may stand and how it is written there; in which forms it is found again.

mod filling;
mod marking;
mod scrubbing;

use super::*;

const ORIGIN: &str = "https://api.example.com";

/// The token of a test: another for each number.
fn token(n: u8) -> Token {
    Token::new([n; 16])
}

fn seal(n: u8, setting: &str, secret: &str) -> Seal {
    let origins = BTreeSet::from([ORIGIN.to_owned()]);
    Seal { setting: setting.to_owned(), token: token(n), secret: secret.to_owned(), origins }
}

fn seals(secret: &str) -> Seals {
    Seals::new(vec![seal(1, "/secret", secret)])
}

#[test]
fn a_token_is_ascii_of_one_length_and_another_for_other_bits() {
    let tokens: BTreeSet<String> = (0..=u8::MAX).map(|n| token(n).to_string()).collect();
    assert_eq!(tokens.len(), 256);
    for token in &tokens {
        assert_eq!(token.len(), 33);
        assert!(token.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    }
}

#[test]
fn each_bit_of_a_token_counts() {
    let tokens: BTreeSet<Token> = (0..128).map(|bit| Token::new((1_u128 << bit).to_be_bytes())).collect();
    assert_eq!(tokens.len(), 128);
}

#[test]
fn no_secret_is_in_debug_output() {
    let seals = seals("t0ps3cret");
    let request = Outgoing {
        method: "GET".to_owned(),
        url: "https://a/?t0ps3cret".to_owned(),
        headers: vec![("a".to_owned(), "t0ps3cret".to_owned())],
        body: Payload::Text("t0ps3cret".to_owned()),
    };
    let output = format!("{seals:?} {request:?}");
    assert!(!output.contains("t0ps3cret"), "{output}");
}
