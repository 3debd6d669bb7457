//! A value that a client gives along, in a query or in JSON, with the letters that it was given in: a number may be larger than
//! any that is reckoned with here.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum ParameterValue {
    /// `null`.
    Nothing,
    Text(String),
    /// Its digits, and what else stands there.
    Number(String),
    Several(Vec<ParameterValue>),
    /// True, false, an object or a list within a list, as it stands there.
    Other(String),
}

impl ParameterValue {
    /// # Errors
    ///
    /// When a text in it can be none.
    pub(super) fn read(json: &RawValue) -> Result<Self, serde_json::Error> {
        let json = json.get();
        if !json.starts_with('[') {
            return Self::read_one(json);
        }
        let values: Vec<&RawValue> = serde_json::from_str(json)?;
        values
            .into_iter()
            .map(|value| Self::read_one(value.get()))
            .collect::<Result<_, _>>()
            .map(Self::Several)
    }

    /// What stands in a list is not read any further: it may be lists within lists without end.
    fn read_one(json: &str) -> Result<Self, serde_json::Error> {
        match json.chars().next() {
            Some('n') => Ok(Self::Nothing),
            Some('"') => serde_json::from_str(json).map(Self::Text),
            Some('-' | '0'..='9') => Ok(Self::Number(json.to_owned())),
            Some(_) | None => Ok(Self::Other(json.to_owned())),
        }
    }

    /// Whether it is as good as not given.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Several(values) => values.is_empty(),
            Self::Number(_) | Self::Other(_) => false,
        }
    }

    /// Whether both say the same: a number does in a text as well.
    pub(super) fn says(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one) | Self::Number(one), Self::Text(other) | Self::Number(other)) => one == other,
            _ => self == other,
        }
    }
}

/// As JSON.
impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("null"),
            Self::Text(text) => write!(f, "{}", Value::from(text.as_str())),
            Self::Number(text) | Self::Other(text) => f.write_str(text),
            Self::Several(values) => {
                let values: Vec<String> = values.iter().map(Self::to_string).collect();
                write!(f, "[{}]", values.join(","))
            }
        }
    }
}

/// The members of an object in JSON, also those of one name.
#[derive(Debug)]
pub(super) struct JsonMembers(pub(super) Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for JsonMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(All)
    }
}

/// Takes them one by one.
struct All;

impl<'de> Visitor<'de> for All {
    type Value = JsonMembers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonMembers, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(JsonMembers(members))
    }
}
