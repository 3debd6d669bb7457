//! The words of a filter.

use std::fmt;

use super::error::FilterError;

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilterToken {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenValue,
    /// `]`
    CloseValue,
    /// A text that stood in double quotes.
    Text(String),
    /// Anything else up to the next of these or a space: a name, an operator, a number, `true`.
    Word(String),
}

impl fmt::Display for FilterToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("("),
            Self::Close => f.write_str(")"),
            Self::OpenValue => f.write_str("["),
            Self::CloseValue => f.write_str("]"),
            Self::Text(text) | Self::Word(text) => f.write_str(text),
        }
    }
}

/// The words of a text, in order.
pub(super) fn tokens(text: &str) -> Result<Vec<FilterToken>, FilterError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, n_bytes) = first(rest)?;
        found.push(token);
        rest = rest.get(n_bytes..).unwrap_or_default().trim_start();
    }
    Ok(found)
}

/// The first word of a text that does not begin with a space, and how long it is.
fn first(text: &str) -> Result<(FilterToken, usize), FilterError> {
    match text.chars().next() {
        Some('(') => Ok((FilterToken::Open, 1)),
        Some(')') => Ok((FilterToken::Close, 1)),
        Some('[') => Ok((FilterToken::OpenValue, 1)),
        Some(']') => Ok((FilterToken::CloseValue, 1)),
        Some('"') => quoted(text),
        Some(_) | None => {
            let ends = |c: char| c.is_whitespace() || "()[]\"".contains(c);
            let word = text.split(ends).next().unwrap_or_default();
            Ok((FilterToken::Word(word.to_owned()), word.len()))
        }
    }
}

fn quoted(text: &str) -> Result<(FilterToken, usize), FilterError> {
    let mut read = serde_json::Deserializer::from_str(text).into_iter::<String>();
    match read.next() {
        Some(Ok(value)) => Ok((FilterToken::Text(value), read.byte_offset())),
        Some(Err(_)) | None => Err(FilterError::BadText),
    }
}
