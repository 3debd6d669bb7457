//! How a text is written where it must stand for itself: percent-encoded, escaped as in JSON, in base64.
//!
//! Written out here because this crate depends on nothing, and because a response is searched for the same forms.

use std::fmt::Write as _;

/// Percent-encoded, but for what never needs it (RFC 3986, section 2.3). Safe in a query, and in a form, whose blank may be
/// `%20` as well as `+`.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// As it stands between the double quotes of a JSON text.
pub(super) fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

/// Whether it can be the value of a header as it is: visible ASCII and blanks within (RFC 9110, section 5.5).
pub(super) fn is_header_value(text: &str) -> bool {
    text.trim() == text && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// The letters of base64 (RFC 4648, section 4) that these bytes alone decide when `n_before` bytes stand before them in a
/// group of three, and any behind.
pub(super) fn base64_within(bytes: &[u8], n_before: usize) -> String {
    let shifted: Vec<u8> = std::iter::repeat_n(0, n_before).chain(bytes.iter().copied()).collect();
    let (from, to) = ((n_before * 8).div_ceil(6), shifted.len() * 8 / 6);
    base64(&shifted).get(from..to).unwrap_or_default().to_owned()
}

/// Base64 (RFC 4648, section 4) without padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for shift in [18, 12, 6, 0].into_iter().take(group.len() + 1) {
            let letter = usize::try_from((bits >> shift) & 63).ok().and_then(|six| LETTERS.get(six));
            text.extend(letter.copied().map(char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let cases = [("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")];
        for (text, expected) in cases {
            assert_eq!(base64(text.as_bytes()), expected);
        }
        assert_eq!(base64(&[0xfb, 0xef, 0xff]), "++//");
    }

    #[test]
    fn each_place_in_a_longer_text_has_its_own_letters() {
        for n_before in 0..3 {
            let whole = base64(format!("{}t0ps3cret and more", "x".repeat(n_before)).as_bytes());
            let within = base64_within(b"t0ps3cret", n_before);
            assert!(10 <= within.len() && whole.contains(&within), "{within} {whole}");
        }
    }
}
