//! Which settings a schema seals, and whether the secrets in them are fit to be used unseen.
//!
//! A schema is walked along `properties` and `items`; what it only refers to is not.

use super::Token;
use serde_json::Value;
use std::fmt;

/// The pattern of a setting that has no blanks even within: the one pattern that a host knows the meaning of.
const NO_BLANKS: &str = r"^\S+$";

/// A sealed setting that holds a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// A JSON pointer (RFC 6901).
    pub setting: String,
    /// What stands there now.
    pub token: Token,
    /// What stood there.
    pub secret: String,
}

/// Without the secret.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed")
            .field("setting", &self.setting)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a sealed setting. A connector cannot know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// A JSON pointer (RFC 6901).
    pub setting: String,
    /// How it is wrong.
    pub how: How,
}

/// How a secret is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is not there, and the schema requires it.
    Empty,
    /// It is no text.
    NotText,
    /// It has blanks around it, or within where its pattern is `^\S+$`, or a character that cannot be seen.
    Blanks,
    /// It has more characters than its `maxLength`, which is this.
    TooLong(u64),
}

impl How {
    /// The code of the problem that a host tells.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "secret-empty",
            Self::NotText => "secret-not-a-text",
            Self::Blanks => "secret-has-blanks",
            Self::TooLong(_) => "secret-too-long",
        }
    }
}

/// Whether the setting at this pointer is sealed.
#[must_use]
pub fn is_sealed(schema: &Value, pointer: &str) -> bool {
    schema_of(schema, pointer).is_some_and(marks_sealed)
}

/// What a schema says about the setting at this pointer.
#[must_use]
pub fn schema_of<'s>(schema: &'s Value, pointer: &str) -> Option<&'s Value> {
    let mut steps = pointer.split('/');
    steps.next().filter(|before| before.is_empty())?;
    let mut found = schema;
    for step in steps {
        let name = step.replace("~1", "/").replace("~0", "~");
        let is_place = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        let member = found.get("properties").and_then(|properties| properties.get(&name));
        found = member.or_else(|| found.get("items").filter(|_| is_place))?;
    }
    Some(found)
}

/// Whether every `"x-sealed": true` of a schema seals something: one without `"writeOnly": true`, or in a part that is only
/// referred to, would seal nothing, and its author thinks otherwise.
#[must_use]
pub fn is_well_marked(schema: &Value) -> bool {
    n_marks(schema) == n_sealed(schema)
}

fn n_marks(value: &Value) -> usize {
    let own = usize::from(value.get("x-sealed") == Some(&Value::Bool(true)));
    let below: usize = match value {
        Value::Object(members) => members.values().map(n_marks).sum(),
        Value::Array(items) => items.iter().map(n_marks).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    own + below
}

fn n_sealed(schema: &Value) -> usize {
    let members =
        schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
    let below: usize = members.chain(schema.get("items")).map(n_sealed).sum();
    usize::from(marks_sealed(schema)) + below
}

/// Put a token of `mint` in place of every sealed setting that is given; one that is empty stays.
pub fn seal(schema: &Value, settings: &mut Value, mut mint: impl FnMut() -> Token) -> Vec<Sealed> {
    let mut given = Vec::new();
    walk(schema, settings, "", &mut |schema, value, setting| {
        if marks_sealed(schema) && !is_nothing(value) {
            given.push(setting.to_owned());
        }
    });
    let seal = |setting: String| {
        let token = mint();
        let there = settings.pointer_mut(&setting)?;
        // What is no text never becomes a secret, and is not shown either.
        match std::mem::replace(there, Value::from(token.as_str())) {
            Value::String(secret) => Some(Sealed { setting, token, secret }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    };
    given.into_iter().filter_map(seal).collect()
}

/// Everything that is wrong with the sealed settings. A value is never repeated.
#[must_use]
pub fn unfit(schema: &Value, settings: &Value) -> Vec<Unfit> {
    let mut unfit = Vec::new();
    walk(schema, settings, "", &mut |schema, value, setting| {
        if marks_sealed(schema) {
            unfit.extend(how_unfit(schema, value).map(|how| Unfit { setting: setting.to_owned(), how }));
        }
        let missing = missing(schema, value).into_iter();
        unfit.extend(missing.map(|name| Unfit { setting: child(setting, name), how: How::Empty }));
    });
    unfit
}

/// Sealed members that the schema requires of an object and that it lacks.
fn missing<'s>(schema: &'s Value, value: &Value) -> Vec<&'s str> {
    let Value::Object(members) = value else { return Vec::new() };
    let is_sealed =
        |name: &str| schema.get("properties").and_then(|all| all.get(name)).is_some_and(marks_sealed);
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let required = required.filter_map(Value::as_str).filter(|name| is_sealed(name));
    required.filter(|name| members.get(*name).is_none_or(is_nothing)).collect()
}

fn how_unfit(schema: &Value, value: &Value) -> Option<How> {
    if is_nothing(value) {
        return None;
    }
    let Value::String(text) = value else { return Some(How::NotText) };
    let no_blanks = schema.get("pattern").and_then(Value::as_str) == Some(NO_BLANKS);
    if text.trim() != text || text.chars().any(|char| is_unseen(char) || (no_blanks && char.is_whitespace()))
    {
        return Some(How::Blanks);
    }
    let most = schema.get("maxLength").and_then(Value::as_u64)?;
    let n_chars = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    (most < n_chars).then_some(How::TooLong(most))
}

/// What comes along when a person copies a secret from a page, and cannot be seen.
fn is_unseen(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn marks_sealed(schema: &Value) -> bool {
    ["writeOnly", "x-sealed"].iter().all(|mark| schema.get(mark).and_then(Value::as_bool) == Some(true))
}

/// Everything that the schema has a word on, outermost first.
fn walk(schema: &Value, value: &Value, pointer: &str, visit: &mut impl FnMut(&Value, &Value, &str)) {
    visit(schema, value, pointer);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if let Some(schema) = schema.get("properties").and_then(|properties| properties.get(name)) {
                    walk(schema, value, &child(pointer, name), visit);
                }
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                if let Some(schema) = schema.get("items") {
                    walk(schema, value, &child(pointer, &place.to_string()), visit);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
