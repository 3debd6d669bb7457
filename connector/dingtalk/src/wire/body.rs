//! The text of a body, mended where it is not quite JSON: bytes that are not UTF-8, halves of a surrogate pair, control
//! characters inside a text, escapes that do not exist. Each of them costs one character. What is cut off or no JSON at all
//! stays so.

use serde::de::IgnoredAny;
use std::borrow::Cow;

/// What stands where a character could not be read.
pub(crate) const REPLACEMENT: char = '\u{fffd}';

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BodyText<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether characters were replaced.
    pub(crate) is_mended: bool,
}

impl<'a> BodyText<'a> {
    /// The text of these bytes, mended only if it is not JSON as it is.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let bytes = without_marks(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) if is_json(text) => Self { text: Cow::Borrowed(text), is_mended: false },
            Ok(text) => Self::mended(text),
            Err(_) => Self { is_mended: true, ..Self::mended(&decoded(bytes)) },
        }
    }

    fn mended(text: &str) -> Self {
        let mended = mended(text);
        Self { is_mended: mended != text, text: Cow::Owned(mended) }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The same without the marks and zeros that programs leave around a text that they have put together.
fn without_marks(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let Some(bare) = bytes.trim_ascii_start().strip_prefix(BYTE_ORDER_MARK) {
        bytes = bare;
    }
    loop {
        let trimmed = bytes.trim_ascii_end();
        let bare = trimmed.strip_suffix(BYTE_ORDER_MARK).or_else(|| trimmed.strip_suffix(b"\0"));
        match bare {
            Some(bare) => bytes = bare,
            None => return bytes,
        }
    }
}

fn is_json(text: &str) -> bool {
    // The reader of a body passes over what it does not keep, half a surrogate pair included.
    !has_lone_surrogate(text) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn has_lone_surrogate(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('\\') {
        let escape = Escape::of(after);
        if matches!(escape, Escape::Half | Escape::Broken) {
            return true;
        }
        rest = after.get(escape.length()..).unwrap_or_default();
    }
    false
}

/// What follows a backslash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    /// One character, or four digits after a `u`, or a pair of those: so many bytes.
    Whole(usize),
    /// Half of a surrogate pair.
    Half,
    /// Nothing that JSON knows.
    Broken,
}

impl Escape {
    fn of(after: &str) -> Self {
        match after.as_bytes().first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Self::Whole(1),
            Some(b'u') => match (unit(after), after.get(UNIT..).and_then(|next| next.strip_prefix('\\'))) {
                (None, _) => Self::Broken,
                (Some(0xd800..=0xdbff), Some(next)) if matches!(unit(next), Some(0xdc00..=0xdfff)) => {
                    Self::Whole(2 * UNIT + 1)
                }
                (Some(0xd800..=0xdfff), _) => Self::Half,
                (Some(_), _) => Self::Whole(UNIT),
            },
            Some(_) | None => Self::Broken,
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Whole(length) => length,
            Self::Half => UNIT,
            Self::Broken => 0,
        }
    }
}

/// Bytes of a `u` with its four digits.
const UNIT: usize = 5;

/// The number that follows the `u`.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// The same, with U+FFFD for each sequence that is not UTF-8. Half a surrogate pair, as some programs write it, is one.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (valid, bad) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, &[][..]),
            Err(error) => {
                let (valid, bad) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).unwrap_or_default(), bad)
            }
        };
        text.push_str(valid);
        rest = match bad {
            [] => bad,
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] | [_, after @ ..] => {
                text.push(REPLACEMENT);
                after
            }
        };
    }
    text
}

/// The same with every character inside its texts that JSON does not allow replaced.
fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut is_inside = false;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        rest = after;
        match char {
            '"' => {
                is_inside = !is_inside;
                mended.push(char);
            }
            '\\' if is_inside => {
                let escape = Escape::of(after);
                let (escaped, behind) = after.split_at_checked(escape.length()).unwrap_or(("", after));
                match escape {
                    Escape::Whole(_) => {
                        mended.push(char);
                        mended.push_str(escaped);
                    }
                    Escape::Half | Escape::Broken => mended.push(REPLACEMENT),
                }
                rest = behind;
            }
            _ if is_inside && char.is_ascii_control() && char != '\u{7f}' => mended.push(REPLACEMENT),
            _ => mended.push(char),
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::BodyText;
    use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

    const BYTE_ORDER_MARK_CHAR: char = '\u{feff}';

    #[track_caller]
    fn check(bytes: &[u8], expected: &str, is_mended: bool) {
        let body = BodyText::of(bytes);
        assert_eq!((body.text.as_ref(), body.is_mended), (expected, is_mended));
    }

    #[test]
    fn what_is_json_is_left_as_it_is() {
        for text in [r#"{"a":"小王\ud83d\ude00\n\u0000\\ud83d"}"#, "[]", "7", r#" {"a" : null } "#] {
            check(text.as_bytes(), text, false);
        }
    }

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        for bytes in [&b"\xef\xbb\xbf{}"[..], b" \xef\xbb\xbf\xef\xbb\xbf{}", b"{}\xef\xbb\xbf\n", b"{}\0\0"]
        {
            let body = BodyText::of(bytes);
            assert_eq!((body.text.trim(), body.is_mended), ("{}", false), "{bytes:?}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_one_character() {
        check(
            br#"["a\ud83db","\ude00","\ud83d\ud83d\ude00"]"#,
            "[\"a\u{fffd}b\",\"\u{fffd}\",\"\u{fffd}\\ud83d\\ude00\"]",
            true,
        );
        check(b"[\"a\xed\xa0\xbdb\"]", "[\"a\u{fffd}b\"]", true);
    }

    #[test]
    fn a_byte_that_is_not_utf_8_is_one_character() {
        check(b"[\"a\xffb\xc3\"]", "[\"a\u{fffd}b\u{fffd}\"]", true);
    }

    #[test]
    fn a_control_character_inside_a_text_is_replaced_and_one_outside_is_not() {
        check(b"[\n\t\"a\nb\x00\"\n]", "[\n\t\"a\u{fffd}b\u{fffd}\"\n]", true);
    }

    #[test]
    fn an_escape_that_does_not_exist_costs_its_backslash() {
        check(br#"["\x41\u12"]"#, "[\"\u{fffd}x41\u{fffd}u12\"]", true);
    }

    #[test]
    fn what_is_cut_off_stays_cut_off() {
        check(br#"{"a":"b"#, r#"{"a":"b"#, false);
        check(br#"{"a":"b\"#, "{\"a\":\"b\u{fffd}", true);
        check(b"<html>\"\n\"</html>", "<html>\"\u{fffd}\"</html>", true);
    }

    proptest! {
        #[test]
        fn any_bytes_inside_a_text_leave_json(bytes in prop::collection::vec(any::<u8>().prop_filter("no end", |byte| *byte != b'"'), 0..60)) {
            let mut body = b"{\"a\":\"".to_vec();
            body.extend(&bytes);
            // A backslash at the end would escape the closing mark.
            body.extend(b" \",\"b\":1}");
            let read: serde_json::Value = serde_json::from_str(&BodyText::of(&body).text).unwrap();
            prop_assert_eq!(&read["b"], 1);
        }

        #[test]
        fn mending_twice_is_mending_once(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let once = BodyText::of(&bytes).text.into_owned();
            let twice = BodyText::of(once.as_bytes());
            let bare = once.trim_start_matches(BYTE_ORDER_MARK_CHAR);
            prop_assert!(twice.text == bare || twice.text == once, "{:?}", once);
        }
    }
}
