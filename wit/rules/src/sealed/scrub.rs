//! A response with tokens in place of the secrets, in whatever form a server repeats them.

use super::forms::{base64, base64_within};
use super::{MIN_SCRUBBED_BYTES, Seal, Token};
use std::collections::BTreeSet;
use std::fmt;

/// Fewest letters of base64 that are looked for within a longer text.
///
/// 8. Why: fewer stand in some picture by chance, and a part of a secret that short guards nothing.
const MIN_BASE64_LETTERS: usize = 8;

/// Looks for secrets.
#[derive(Clone, Default)]
pub(super) struct Scrubber {
    /// The longest first, in case one contains another.
    patterns: Vec<Pattern>,
    /// Which bytes can begin one, by their value.
    beginnings: Vec<bool>,
}

/// Without what it looks for.
impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrubber").field("n", &self.patterns.len()).finish()
    }
}

#[derive(Clone)]
struct Pattern {
    text: Vec<char>,
    token: Token,
}

impl Scrubber {
    pub(super) fn new(seals: &[Seal]) -> Self {
        let long = seals.iter().filter(|seal| MIN_SCRUBBED_BYTES <= seal.secret.len());
        let mut patterns: Vec<Pattern> = long.flat_map(patterns_of).collect();
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.text.len()));
        let begins = |byte: u8| patterns.iter().any(|pattern| can_begin(&pattern.text, byte));
        let beginnings = (0..=u8::MAX).map(begins).collect();
        Self { patterns, beginnings }
    }

    pub(super) fn scrub(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.patterns.is_empty() {
            return None;
        }
        let mut scrubbed = Vec::new();
        let (mut place, mut done) = (0, 0);
        while let Some(next) = self.next_beginning(bytes, place) {
            place = next + 1;
            let rest = bytes.get(next..).unwrap_or_default();
            let found =
                self.patterns.iter().find_map(|pattern| Some((length(&pattern.text, rest)?, pattern)));
            if let Some((n_bytes, pattern)) = found {
                scrubbed.extend_from_slice(bytes.get(done..next).unwrap_or_default());
                scrubbed.extend_from_slice(pattern.token.as_str().as_bytes());
                done = next + n_bytes;
                place = done;
            }
        }
        scrubbed.extend_from_slice(bytes.get(done..).unwrap_or_default());
        (0 < done).then_some(scrubbed)
    }

    fn next_beginning(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let begins = |byte: &u8| self.beginnings.get(usize::from(*byte)).copied().unwrap_or(false);
        bytes.get(from..)?.iter().position(begins).map(|place| from + place)
    }
}

/// The secret itself, and base64 of it in both alphabets; what else a character can look like is found as it is met.
fn patterns_of(seal: &Seal) -> Vec<Pattern> {
    let bytes = seal.secret.as_bytes();
    let within = (0..3).map(|n_before| base64_within(bytes, n_before));
    let within = within.filter(|form| MIN_BASE64_LETTERS <= form.len());
    let in_base64: Vec<String> = within.chain([base64(bytes)]).collect();
    let for_urls: Vec<String> =
        in_base64.iter().map(|form| form.replace('+', "-").replace('/', "_")).collect();
    let mut texts: Vec<String> = [seal.secret.clone()].into_iter().chain(in_base64).chain(for_urls).collect();
    texts.sort_unstable();
    texts.dedup();
    let pattern = |text: String| Pattern { text: text.chars().collect(), token: seal.token.clone() };
    texts.into_iter().map(pattern).collect()
}

fn can_begin(text: &[char], byte: u8) -> bool {
    let Some(first) = text.first() else { return false };
    let mut raw = [0; 4];
    let raw = first.encode_utf8(&mut raw).as_bytes();
    raw.first() == Some(&byte) || b"%\\".contains(&byte) || (*first == ' ' && byte == b'+')
}

/// How many bytes at the beginning of `bytes` are this text, each of its characters in any of its forms.
fn length(text: &[char], bytes: &[u8]) -> Option<usize> {
    let mut place = 0;
    for (n_read, char) in text.iter().enumerate() {
        match lengths_of_char(*char, bytes.get(place..)?) {
            [None, None] => return None,
            [Some(n_bytes), None] | [None, Some(n_bytes)] => place += n_bytes,
            [Some(_), Some(_)] => {
                let rest = length_of_any(text.get(n_read..)?, bytes.get(place..)?)?;
                return Some(place + rest);
            }
        }
    }
    Some(place)
}

/// The same where a character can be read in two ways: a backslash may be one, or the first of an escaped one.
fn length_of_any(text: &[char], bytes: &[u8]) -> Option<usize> {
    let mut places = BTreeSet::from([0]);
    for char in text {
        let next = |place: usize| {
            let lengths = bytes.get(place..).map_or([None, None], |rest| lengths_of_char(*char, rest));
            lengths.into_iter().flatten().map(move |n_bytes| place + n_bytes)
        };
        places = places.into_iter().flat_map(next).collect();
    }
    places.last().copied()
}

/// How long the character is as it stands there: encoded, and as it is.
fn lengths_of_char(char: char, bytes: &[u8]) -> [Option<usize>; 2] {
    let mut utf8 = [0; 4];
    let utf8 = char.encode_utf8(&mut utf8).as_bytes();
    let encoded = length_of_json_escape(char, bytes).or_else(|| length_of_percents(utf8, bytes));
    let is_blank = char == ' ' && bytes.first() == Some(&b'+');
    let as_it_is = (is_blank || bytes.starts_with(utf8)).then_some(utf8.len());
    [encoded, as_it_is]
}

fn length_of_percents(utf8: &[u8], bytes: &[u8]) -> Option<usize> {
    let is_encoded =
        utf8.iter().enumerate().all(|(n, byte)| bytes.get(3 * n..).and_then(percent_decoded) == Some(*byte));
    is_encoded.then_some(3 * utf8.len())
}

fn percent_decoded(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    u8::try_from((hex(*high)? << 4) | hex(*low)?).ok()
}

/// Source: RFC 8259, section 7.
fn length_of_json_escape(char: char, bytes: &[u8]) -> Option<usize> {
    let [b'\\', letter, rest @ ..] = bytes else { return None };
    if *letter != b'u' {
        let meant = match letter {
            b'"' | b'\\' | b'/' => char::from(*letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => return None,
        };
        return (meant == char).then_some(2);
    }
    let mut units = [0; 2];
    match char.encode_utf16(&mut units) {
        [unit] => (utf16_unit(rest) == Some(*unit)).then_some(6),
        [high, low] => {
            let [_, _, _, _, b'\\', b'u', second @ ..] = rest else { return None };
            (utf16_unit(rest) == Some(*high) && utf16_unit(second) == Some(*low)).then_some(12)
        }
        _ => None,
    }
}

fn utf16_unit(bytes: &[u8]) -> Option<u16> {
    let [a, b, c, d, ..] = bytes else { return None };
    Some((hex(*a)? << 12) | (hex(*b)? << 8) | (hex(*c)? << 4) | hex(*d)?)
}

fn hex(digit: u8) -> Option<u16> {
    char::from(digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok())
}
