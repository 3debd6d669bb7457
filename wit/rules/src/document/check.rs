//! What a document must be before anybody merges it, and what must have become of it afterwards.

use std::fmt;

use serde_json::{Map, Number, Value};

use crate::bounds::{MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_NUMBER};
use crate::vocabulary::attribute::{EXTERNAL_ID, SCHEMAS};

/// What the contract asks of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// At most 256 KiB.
    Size,
    /// A JSON text.
    Json,
    /// A JSON object.
    Object,
    /// Its `externalId` is the external id of its key.
    ExternalId,
    /// Nested at most 32 deep, itself counted.
    Depth,
    /// Numbers are whole and below 2^53 in amount, without fraction or exponent.
    Number,
    /// Text holds no U+0000, in names as in values.
    NullCharacter,
    /// What the platform holds names its schemas.
    Schemas,
}

/// A rule that a document breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// Where: a JSON pointer (RFC 6901); empty for the document as a whole.
    pub pointer: String,
    /// What was found there instead, for a reader; empty where the rule says all.
    pub found: String,
}

impl Rule {
    /// Its stable name, which the vectors use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Json => "json",
            Self::Object => "object",
            Self::ExternalId => "external-id",
            Self::Depth => "depth",
            Self::Number => "number",
            Self::NullCharacter => "null-character",
            Self::Schemas => "schemas",
        }
    }

    const fn in_english(self) -> &'static str {
        match self {
            Self::Size => "its document is larger than 256 KiB",
            Self::Json => "its document is no json",
            Self::Object => "its document is no json object",
            Self::ExternalId => "the `externalId` of its document is not its external id",
            Self::Depth => "its document is nested more than 32 deep",
            Self::Number => {
                "a number of its document is not whole and below 2^53, written without fraction or exponent"
            }
            Self::NullCharacter => "a text of its document holds the character U+0000",
            Self::Schemas => "its document names no `schemas`",
        }
    }

    const fn in_chinese(self) -> &'static str {
        match self {
            Self::Size => "其文档超过 256 KiB",
            Self::Json => "其文档不是 JSON",
            Self::Object => "其文档不是 JSON 对象",
            Self::ExternalId => "其文档中的 `externalId` 与外部 ID 不一致",
            Self::Depth => "其文档嵌套超过 32 层",
            Self::Number => "其文档中有数字不是小于 2^53 的整数，或带有小数、指数",
            Self::NullCharacter => "其文档的文本中含有字符 U+0000",
            Self::Schemas => "其文档没有给出 `schemas`",
        }
    }
}

impl Violation {
    fn new(rule: Rule, pointer: &str, found: String) -> Self {
        Self { rule, pointer: pointer.to_owned(), found }
    }

    /// The sentence of `Display` in Chinese.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        let Self { rule, pointer, found } = self;
        let place = if pointer.is_empty() { String::new() } else { format!("（位于 {pointer}）") };
        let found = if found.is_empty() { String::new() } else { format!("：{found}") };
        format!("{}{place}{found}", rule.in_chinese())
    }
}

impl std::error::Error for Violation {}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, pointer, found } = self;
        f.write_str(rule.in_english())?;
        if !pointer.is_empty() {
            write!(f, " (at {pointer})")?;
        }
        if found.is_empty() { Ok(()) } else { write!(f, ": {found}") }
    }
}

/// Read the text of a document that a source gives for the object with this external id.
///
/// # Errors
///
/// The first rule that it breaks; whether it names its schemas is asked of what is held, by [`check_held`].
pub fn read(text: &str, external_id: &str) -> Result<Value, Violation> {
    if MAX_DOCUMENT_BYTES < text.len() {
        return Err(Violation::new(Rule::Size, "", format!("{} bytes", text.len())));
    }
    let document = serde_json::from_str(text).map_err(|error| match depth_of(text) {
        // A parser that bounds its recursion stops before it could say so.
        depth if MAX_DOCUMENT_DEPTH < depth => Violation::new(Rule::Depth, "", format!("{depth} deep")),
        _ => Violation::new(Rule::Json, "", error.to_string()),
    })?;
    check(&document, external_id)?;
    Ok(document)
}

/// Whether this is what a source may say about the object with this external id.
///
/// # Errors
///
/// The first rule that it breaks, of those that do not need its text.
pub fn check(document: &Value, external_id: &str) -> Result<(), Violation> {
    let Some(members) = document.as_object() else {
        return Err(Violation::new(Rule::Object, "", String::new()));
    };
    check_value(document, &mut Vec::new())?;
    match members.get(EXTERNAL_ID).and_then(Value::as_str) {
        Some(id) if id == external_id => Ok(()),
        _ => Err(Violation::new(Rule::ExternalId, &format!("/{EXTERNAL_ID}"), String::new())),
    }
}

/// Whether this, after it was merged, is what a platform may hold: its schemas are named, be it by what came or by what
/// was there.
///
/// # Errors
///
/// When `schemas` is anything but a list of one or more texts that are not empty.
pub fn check_held(merged: &Value) -> Result<(), Violation> {
    let schemas = merged.get(SCHEMAS).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_named = |schema: &Value| schema.as_str().is_some_and(|urn| !urn.is_empty());
    if !schemas.is_empty() && schemas.iter().all(is_named) {
        return Ok(());
    }
    Err(Violation::new(Rule::Schemas, &format!("/{SCHEMAS}"), String::new()))
}

/// Put U+FFFD where U+0000 stands, in names and values, as a connector does with what is no character.
pub fn replace_null_characters(members: &mut Map<String, Value>) {
    if members.keys().any(|name| name.contains('\0')) {
        let renamed = std::mem::take(members).into_iter();
        *members = renamed.map(|(name, value)| (without_null(&name), value)).collect();
    }
    members.values_mut().for_each(replace_in);
}

fn replace_in(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = without_null(text),
        Value::Array(elements) => elements.iter_mut().for_each(replace_in),
        Value::Object(members) => replace_null_characters(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_null(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

/// `path` leads to the value: the tokens of its pointer.
fn check_value<'a>(value: &'a Value, path: &mut Vec<PointerStep<'a>>) -> Result<(), Violation> {
    let fault =
        |rule, path: &[PointerStep<'_>], found: String| Err(Violation::new(rule, &pointer(path), found));
    match value {
        Value::Array(_) | Value::Object(_) if MAX_DOCUMENT_DEPTH <= path.len() => {
            fault(Rule::Depth, path, String::new())
        }
        Value::Number(number) if !is_plain(number) => fault(Rule::Number, path, number.to_string()),
        Value::String(text) if text.contains('\0') => fault(Rule::NullCharacter, path, String::new()),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .try_for_each(|(index, element)| step(PointerStep::Index(index), element, path)),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            if name.contains('\0') {
                return fault(Rule::NullCharacter, path, "in a name".to_owned());
            }
            step(PointerStep::Name(name), member, path)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn step<'a>(
    token: PointerStep<'a>,
    value: &'a Value,
    path: &mut Vec<PointerStep<'a>>,
) -> Result<(), Violation> {
    path.push(token);
    check_value(value, path)?;
    path.pop();
    Ok(())
}

/// Whether a number is whole, below 2^53 in amount and written without fraction or exponent. Minus zero is not: most
/// languages read it as a number with a fraction.
fn is_plain(number: &Number) -> bool {
    let amount = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    amount.is_some_and(|amount| amount <= MAX_NUMBER)
}

/// One step of a JSON pointer.
#[derive(Clone, Copy)]
enum PointerStep<'a> {
    Name(&'a str),
    Index(usize),
}

fn pointer(path: &[PointerStep<'_>]) -> String {
    let token = |token: &PointerStep<'_>| match token {
        PointerStep::Name(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        PointerStep::Index(index) => format!("/{index}"),
    };
    path.iter().map(token).collect()
}

/// How deep the brackets of a JSON text are nested.
fn depth_of(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests;
