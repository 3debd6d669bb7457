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
    //! The cases of `wit/vectors/nesting.json` stand there.

    use super::*;

    #[test]
    fn a_million_levels_cost_no_more_than_their_bytes() {
        assert!(is_too_deep("[".repeat(1_000_000).as_bytes()));
        assert!(!is_too_deep(format!("[{}", "{},".repeat(1_000_000)).as_bytes()));
    }

    #[test]
    fn what_is_no_text_is_judged_alike() {
        let deep = "[".repeat(MAX_BODY_DEPTH + 1);
        assert!(is_too_deep(&[deep.as_bytes(), b"\xff"].concat()));
        assert!(!is_too_deep(&[b"\xff", deep.as_bytes()].concat()));
    }
}
