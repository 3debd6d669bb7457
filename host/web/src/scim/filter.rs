//! The language of filters (RFC 7644, section 3.4.2.2), read whole, so that what is not supported is named and not
//! mistaken for something else.
//!
//! A parser of our own, because none that is published reads all that clients write: `emails[type eq "work"].value eq "x"`,
//! `True`, `$ref`. Not here: what a filter means of a resource (`question`), and what of it the store answers (`conditions`).

mod error;
mod instant;
mod question;
mod token;

pub(crate) use self::error::FilterError;
pub(crate) use self::question::{Among, Effort, Operand, ResourceFilter, ValuePath, question};
use self::token::{FilterToken, tokens};
use super::limits::{MAX_DEPTH, MAX_FILTER_BYTES};
use super::path::Path;

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// What is looked at has a value.
    Present(Target),
    /// What is looked at compares like this with a value.
    Compare(Target, Operator, Literal),
    /// All of these hold.
    And(Vec<Filter>),
    /// One of these holds.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// For one value of the attribute, this holds of its parts.
    OfOne(Path, Box<Filter>),
}

/// What is looked at: an attribute, or a part of those of its values that a filter in brackets chooses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) path: Path,
    /// What must hold of the parts of a value whose part is looked at.
    pub(crate) of_those: Option<Box<Filter>>,
}

/// A value, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// In double quotes.
    Text(String),
    /// With the digits that were written.
    Number(String),
    /// In letters of any case.
    Flag(bool),
    /// No value.
    Null,
}

/// How an attribute is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    NotEquals,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEquals,
    Less,
    LessOrEquals,
}

impl Operator {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Equals, "eq"),
        (Self::NotEquals, "ne"),
        (Self::Contains, "co"),
        (Self::StartsWith, "sw"),
        (Self::EndsWith, "ew"),
        (Self::Greater, "gt"),
        (Self::GreaterOrEquals, "ge"),
        (Self::Less, "lt"),
        (Self::LessOrEquals, "le"),
    ];

    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(known, _)| known)
    }
}

impl Filter {
    /// Read a filter.
    ///
    /// # Errors
    ///
    /// When it is not one, or longer or deeper than it may be.
    pub(crate) fn parse(text: &str) -> Result<Self, FilterError> {
        if MAX_FILTER_BYTES < text.len() {
            return Err(FilterError::TooLong { found: text.len() });
        }
        let mut reader = FilterReader { tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
        let filter = reader.alternatives()?;
        match reader.tokens.next() {
            None => Ok(filter),
            Some(token) => Err(unexpected(&token, "its end, \"and\" or \"or\"")),
        }
    }
}

struct FilterReader {
    tokens: std::iter::Peekable<std::vec::IntoIter<FilterToken>>,
    depth: usize,
}

impl FilterReader {
    /// `or` binds least.
    fn alternatives(&mut self) -> Result<Filter, FilterError> {
        let mut any = vec![self.conjunction()?];
        while self.take_word("or") {
            any.push(self.conjunction()?);
        }
        Ok(single(any).unwrap_or_else(Filter::Or))
    }

    fn conjunction(&mut self) -> Result<Filter, FilterError> {
        let mut all = vec![self.term()?];
        while self.take_word("and") {
            all.push(self.term()?);
        }
        Ok(single(all).unwrap_or_else(Filter::And))
    }

    fn term(&mut self) -> Result<Filter, FilterError> {
        const EXPECTED: &str = "an attribute, \"not\" or \"(\"";
        match self.tokens.next().ok_or(FilterError::Ended { expected: EXPECTED })? {
            FilterToken::Open => self.within(&FilterToken::Close, "\")\""),
            FilterToken::Word(word) if word.eq_ignore_ascii_case("not") => {
                self.expect(&FilterToken::Open, "\"(\"")?;
                Ok(Filter::Not(Box::new(self.within(&FilterToken::Close, "\")\"")?)))
            }
            FilterToken::Word(name) => self.condition(&name),
            other @ (FilterToken::Close
            | FilterToken::OpenValue
            | FilterToken::CloseValue
            | FilterToken::Text(_)) => Err(unexpected(&other, EXPECTED)),
        }
    }

    fn within(&mut self, close: &FilterToken, expected: &'static str) -> Result<Filter, FilterError> {
        self.depth = self.depth.saturating_add(1);
        if MAX_DEPTH < self.depth {
            return Err(FilterError::TooDeep);
        }
        let filter = self.alternatives()?;
        self.depth = self.depth.saturating_sub(1);
        self.expect(close, expected)?;
        Ok(filter)
    }

    fn condition(&mut self, name: &str) -> Result<Filter, FilterError> {
        let no_attribute = |name: &str| FilterError::NoAttribute { name: name.to_owned() };
        let path = Path::parse(name).filter(|path| path.name.is_some()).ok_or_else(|| no_attribute(name))?;
        if !self.take(&FilterToken::OpenValue) {
            return self.comparison(Target { path, of_those: None });
        }
        let those = Box::new(self.within(&FilterToken::CloseValue, "\"]\"")?);
        match self.take_part() {
            None => Ok(Filter::OfOne(path, those)),
            Some(part) => {
                let path = path.with_part(&part).ok_or_else(|| no_attribute(&format!("{name}[].{part}")))?;
                self.comparison(Target { path, of_those: Some(those) })
            }
        }
    }

    fn comparison(&mut self, target: Target) -> Result<Filter, FilterError> {
        if self.take_word("pr") {
            return Ok(Filter::Present(target));
        }
        let operator = self.operator()?;
        Ok(Filter::Compare(target, operator, self.value()?))
    }

    fn operator(&mut self) -> Result<Operator, FilterError> {
        const EXPECTED: &str = "an operator such as eq, co or pr";
        match self.tokens.next().ok_or(FilterError::Ended { expected: EXPECTED })? {
            FilterToken::Word(word) => {
                Operator::named(&word).ok_or(FilterError::Unexpected { found: word, expected: EXPECTED })
            }
            other @ (FilterToken::Open
            | FilterToken::Close
            | FilterToken::OpenValue
            | FilterToken::CloseValue
            | FilterToken::Text(_)) => Err(unexpected(&other, EXPECTED)),
        }
    }

    fn value(&mut self) -> Result<Literal, FilterError> {
        const EXPECTED: &str = "a value: a text in double quotes, a number, true, false or null";
        match self.tokens.next().ok_or(FilterError::Ended { expected: EXPECTED })? {
            FilterToken::Text(text) => Ok(Literal::Text(text)),
            FilterToken::Word(word) => {
                literal(&word).ok_or(FilterError::Unexpected { found: word, expected: EXPECTED })
            }
            other @ (FilterToken::Open
            | FilterToken::Close
            | FilterToken::OpenValue
            | FilterToken::CloseValue) => Err(unexpected(&other, EXPECTED)),
        }
    }

    /// A name right behind brackets, with the point before it.
    fn take_part(&mut self) -> Option<String> {
        let part =
            self.tokens.next_if(|next| matches!(next, FilterToken::Word(word) if word.starts_with('.')))?;
        part.to_string().strip_prefix('.').map(str::to_owned)
    }

    fn take(&mut self, token: &FilterToken) -> bool {
        self.tokens.next_if(|next| next == token).is_some()
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_it =
            |next: &FilterToken| matches!(next, FilterToken::Word(found) if found.eq_ignore_ascii_case(word));
        self.tokens.next_if(is_it).is_some()
    }

    fn expect(&mut self, token: &FilterToken, expected: &'static str) -> Result<(), FilterError> {
        match self.tokens.next() {
            Some(found) if found == *token => Ok(()),
            Some(found) => Err(unexpected(&found, expected)),
            None => Err(FilterError::Ended { expected }),
        }
    }
}

/// A value that stands in no quotes.
fn literal(word: &str) -> Option<Literal> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Some(Literal::Flag(true)),
        "false" => Some(Literal::Flag(false)),
        "null" => Some(Literal::Null),
        _ => {
            let is_number = serde_json::from_str::<serde_json::Number>(word).is_ok();
            is_number.then(|| Literal::Number(word.to_owned()))
        }
    }
}

fn unexpected(token: &FilterToken, expected: &'static str) -> FilterError {
    FilterError::Unexpected { found: token.to_string(), expected }
}

/// The one filter, or all of them.
fn single(mut filters: Vec<Filter>) -> Result<Filter, Vec<Filter>> {
    match filters.pop() {
        Some(only) if filters.is_empty() => Ok(only),
        Some(last) => {
            filters.push(last);
            Err(filters)
        }
        None => Err(filters),
    }
}

#[cfg(test)]
mod tests;
