//! How deep a body may be nested, before anything recursive reads it.
//!
//! Pure, and not here: whether a body is JSON at all, which its parser says.

use crate::bounds::MAX_BODY_DEPTH;

/// What stands before the first character of a document and is no part of it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a body begins as JSON does, with an array or an object, and has more of them in each other than
/// [`MAX_BODY_DEPTH`]. Whatever stands within a text counts for nothing. It looks at each byte once and needs no stack.
#[must_use]
pub fn is_too_deep(body: &[u8]) -> bool {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body).trim_ascii_start();
    matches!(body.first(), Some(b'[' | b'{')) && MAX_BODY_DEPTH < deepest(body)
}

/// How many arrays and objects are open at once where most are, or the first number above the bound.
fn deepest(body: &[u8]) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                open = open.saturating_add(1);
                deepest = deepest.max(open);
                if MAX_BODY_DEPTH < deepest {
                    break;
                }
            }
            b']' | b'}' => open = open.saturating_sub(1),
            b'"' => skip_text(&mut bytes),
            _ => {}
        }
    }
    deepest
}

/// Go behind the quotation mark that ends a text.
fn skip_text<'a>(bytes: &mut impl Iterator<Item = &'a u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(open: &str, close: &str, levels: usize, expected: bool) {
        let body = format!("{}1{}", open.repeat(levels), close.repeat(levels));
        assert_eq!(is_too_deep(body.as_bytes()), expected, "{levels} of {open:?}");
        let half = open.repeat(levels);
        assert_eq!(is_too_deep(half.as_bytes()), expected, "{levels} of {open:?} without an end");
    }

    #[test]
    fn as_deep_as_the_bound_is_not_too_deep_and_one_more_is() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), (" [\n", "]")] {
            check(open, close, MAX_BODY_DEPTH, false);
            check(open, close, MAX_BODY_DEPTH + 1, true);
            check(open, close, 1_000_000, true);
        }
    }

    #[test]
    fn a_mark_and_blanks_before_it_change_nothing() {
        let deep = "[".repeat(MAX_BODY_DEPTH + 1);
        for before in ["\u{feff}", " \r\n\t", "\u{feff}\n"] {
            assert!(is_too_deep(format!("{before}{deep}").as_bytes()), "{before:?}");
        }
    }

    #[test]
    fn what_stands_side_by_side_or_within_a_text_is_not_deep() {
        let brackets = "[{".repeat(MAX_BODY_DEPTH);
        for body in [
            format!("[{}1]", "[1],".repeat(1000)),
            format!(r#"{{"a":"{brackets}"}}"#),
            format!(r#"{{"a\"{brackets}":"\\","b":"{brackets}\\\""}}"#),
        ] {
            assert!(!is_too_deep(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn what_does_not_begin_as_json_is_not_judged() {
        let brackets = "[".repeat(MAX_BODY_DEPTH + 1);
        for body in [
            String::new(),
            format!("id,name\n1,{brackets}"),
            format!("<a>{brackets}"),
            format!("\"{brackets}"),
        ] {
            assert!(!is_too_deep(body.as_bytes()), "{body}");
        }
    }
}
