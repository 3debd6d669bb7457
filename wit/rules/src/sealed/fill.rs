//! A request with the secrets in place of their tokens, or why it must not leave.

use super::forms::{is_header_value, json_escaped, percent_encoded};
use super::{Seal, Seals};
use std::fmt;

/// A request on its way out, in the contract's own parts.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The method.
    pub method: String,
    /// Absolute, as the connector wrote it.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: Payload,
}

/// Its method alone: all else may carry secrets.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What a request carries.
#[derive(Clone, PartialEq, Eq)]
pub enum Payload {
    /// UTF-8 text.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// Its size alone.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_bytes = match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        };
        f.debug_struct("Payload").field("n_bytes", &n_bytes).finish_non_exhaustive()
    }
}

/// Why a request with a token must not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misuse {
    /// A token stands where no secret is put.
    Misplaced {
        /// Of which setting.
        setting: String,
        /// Where.
        place: Place,
    },
    /// The plan does not name this origin for it.
    NotForOrigin {
        /// Of which setting.
        setting: String,
    },
    /// The secret has a character that the value of a header cannot have.
    NotForHeader {
        /// Of which setting.
        setting: String,
    },
}

impl Misuse {
    /// The code of the fault that a connector gets, whose kind is `denied`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Misplaced { .. } => "secret-misplaced",
            Self::NotForOrigin { .. } => "secret-not-for-origin",
            Self::NotForHeader { .. } => "secret-not-for-header",
        }
    }
}

/// Where a token stands and no secret is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The method.
    Method,
    /// What comes before the query: the user, the host, the path.
    Address,
    /// What comes after `#`.
    Fragment,
    /// The name of a header.
    HeaderName,
    /// A body that is given as bytes.
    Bytes,
    /// A text that is no form, outside of double quotes.
    OutsideQuotes,
    /// The body of a request that names more than one type for it.
    TypeUnclear,
}

impl Place {
    /// What a person calls it, in English and in Chinese.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Method => ("the method", "请求方法"),
            Self::Address => ("the host or path of the address", "地址的主机名或路径"),
            Self::Fragment => ("the address after #", "地址中 # 之后的部分"),
            Self::HeaderName => ("the name of a header", "请求头的名称"),
            Self::Bytes => ("a body of bytes", "二进制的请求体"),
            Self::OutsideQuotes => ("a body outside of double quotes", "请求体中双引号以外的位置"),
            Self::TypeUnclear => ("a body of two types", "声明了两种类型的请求体"),
        }
    }
}

pub(super) fn fill(seals: &[Seal], request: Outgoing, origin: &str) -> Result<Outgoing, Misuse> {
    let filler = Filler { seals, origin };
    filler.none_in(&request.method, Place::Method)?;
    let url = filler.url(&request.url)?;
    let body = filler.body(&request.headers, request.body)?;
    let headers: Result<_, _> =
        request.headers.into_iter().map(|(name, value)| filler.header(name, &value)).collect();
    Ok(Outgoing { method: request.method, url, headers: headers?, body })
}

/// How the body of a request says what is in it.
enum BodyKind {
    Form,
    Other,
    Unclear,
}

impl BodyKind {
    fn of(headers: &[(String, String)]) -> Self {
        let mut named = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let Some((_, first)) = named.next() else { return Self::Other };
        if named.next().is_some() {
            return Self::Unclear;
        }
        let essence = first.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::Form
        } else {
            Self::Other
        }
    }
}

#[derive(Clone, Copy)]
struct Filler<'a> {
    seals: &'a [Seal],
    origin: &'a str,
}

impl Filler<'_> {
    fn url(self, url: &str) -> Result<String, Misuse> {
        let (address, fragment) = match url.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (url, None),
        };
        self.none_in(fragment.unwrap_or_default(), Place::Fragment)?;
        let (address, query) = match address.split_once('?') {
            Some((address, query)) => (address, Some(query)),
            None => (address, None),
        };
        self.none_in(address, Place::Address)?;
        let mut filled = address.to_owned();
        if let Some(query) = query {
            filled.push('?');
            filled.push_str(&self.replaced(query, |seal| Ok(percent_encoded(&seal.secret)))?);
        }
        if let Some(fragment) = fragment {
            filled.push('#');
            filled.push_str(fragment);
        }
        Ok(filled)
    }

    fn header(self, name: String, value: &str) -> Result<(String, String), Misuse> {
        self.none_in(&name, Place::HeaderName)?;
        let value = self.replaced(value, |seal| {
            if is_header_value(&seal.secret) {
                Ok(seal.secret.clone())
            } else {
                Err(Misuse::NotForHeader { setting: seal.setting.clone() })
            }
        })?;
        Ok((name, value))
    }

    fn body(self, headers: &[(String, String)], body: Payload) -> Result<Payload, Misuse> {
        let text = match body {
            Payload::Text(text) => text,
            Payload::Bytes(bytes) => {
                self.none_in(&String::from_utf8_lossy(&bytes), Place::Bytes)?;
                return Ok(Payload::Bytes(bytes));
            }
        };
        let filled = match BodyKind::of(headers) {
            BodyKind::Form => self.replaced(&text, |seal| Ok(percent_encoded(&seal.secret)))?,
            BodyKind::Other => self.quoted(&text)?,
            BodyKind::Unclear => {
                self.none_in(&text, Place::TypeUnclear)?;
                text
            }
        };
        Ok(Payload::Text(filled))
    }

    /// Tokens between double quotes replaced, and none anywhere else.
    fn quoted(self, text: &str) -> Result<String, Misuse> {
        let within = Quoted::of(text);
        for (place, seal) in Seals::find(self.seals, text) {
            if !within.has(place) {
                let setting = seal.setting.clone();
                return Err(Misuse::Misplaced { setting, place: Place::OutsideQuotes });
            }
        }
        self.replaced(text, |seal| Ok(json_escaped(&seal.secret)))
    }

    fn none_in(self, text: &str, place: Place) -> Result<(), Misuse> {
        match Seals::find(self.seals, text).first() {
            None => Ok(()),
            Some((_, seal)) => Err(Misuse::Misplaced { setting: seal.setting.clone(), place }),
        }
    }

    fn replaced(self, text: &str, write: impl Fn(&Seal) -> Result<String, Misuse>) -> Result<String, Misuse> {
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        for (place, seal) in Seals::find(self.seals, text) {
            if !seal.origins.contains(self.origin) {
                return Err(Misuse::NotForOrigin { setting: seal.setting.clone() });
            }
            replaced.push_str(text.get(done..place).unwrap_or_default());
            replaced.push_str(&write(seal)?);
            done = place + seal.token.as_str().len();
        }
        replaced.push_str(text.get(done..).unwrap_or_default());
        Ok(replaced)
    }
}

/// The spans of a text between two double quotes, a backslash before one not counted: where a JSON text has its strings.
struct Quoted {
    /// From the byte after the first quote to that of the second.
    spans: Vec<(usize, usize)>,
    /// Bytes behind a backslash: what begins there is part of an escape.
    escaped: Vec<usize>,
}

impl Quoted {
    fn of(text: &str) -> Self {
        let (mut spans, mut escaped) = (Vec::new(), Vec::new());
        let mut begin = None;
        let mut bytes = text.bytes().enumerate();
        while let Some((place, byte)) = bytes.next() {
            match (byte, begin) {
                (b'"', None) => begin = Some(place + 1),
                (b'"', Some(from)) => {
                    spans.push((from, place));
                    begin = None;
                }
                (b'\\', Some(_)) => escaped.extend(bytes.next().map(|(place, _)| place)),
                _ => {}
            }
        }
        Self { spans, escaped }
    }

    fn has(&self, place: usize) -> bool {
        let behind = self.spans.partition_point(|(from, _)| *from <= place);
        let span = behind.checked_sub(1).and_then(|before| self.spans.get(before));
        span.is_some_and(|(_, to)| place < *to) && self.escaped.binary_search(&place).is_err()
    }
}
