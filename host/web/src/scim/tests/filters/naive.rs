//! What a filter holds of, written from RFC 7643 and RFC 7644 over the JSON of lists and schemas.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A type of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    User,
    Group,
}

/// A question, as the grammar has it.
#[derive(Clone, Debug)]
pub(super) enum Question {
    Present(Attribute),
    Compare(Attribute, &'static str, Literal),
    And(Vec<Question>),
    Or(Vec<Question>),
    Not(Box<Question>),
    /// `attribute[…]`
    Of(Attribute, Box<Question>),
}

/// What is named: with a schema or without, whole or a part, and `[…]` between the two.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) part: Option<String>,
    pub(super) brackets: Option<Box<Question>>,
}

#[derive(Clone, Debug)]
pub(super) enum Literal {
    Text(String),
    Number(String),
    Flag(bool),
    Null,
}

/// What there is, as the service describes itself.
pub(super) struct Schemas(BTreeMap<Kind, Vec<Described>>);

/// The attributes of the core schema of a type, or of an extension of this name.
type Described = (Option<String>, Vec<Value>);

impl Schemas {
    pub(super) fn read(schemas: &Value, resource_types: &Value) -> Self {
        let attributes = |id: &Value| {
            let schema = schemas["Resources"].as_array().unwrap().iter().find(|schema| schema["id"] == *id);
            schema.unwrap()["attributes"].as_array().unwrap().clone()
        };
        let of_type = |name: &str| {
            let found = resource_types["Resources"].as_array().unwrap().iter().find(|one| one["id"] == *name);
            let found = found.unwrap();
            let core = attributes(&found["schema"]).into_iter().chain(common()).collect();
            let mut all = vec![(None, core)];
            for extension in found["schemaExtensions"].as_array().unwrap() {
                let id = extension["schema"].as_str().unwrap().to_owned();
                all.push((Some(id), attributes(&extension["schema"])));
            }
            all
        };
        Self(BTreeMap::from([(Kind::User, of_type("User")), (Kind::Group, of_type("Group"))]))
    }

    /// Every attribute of a type, with the extension that it is of.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = (Option<&str>, &Value)> {
        self.0[&kind].iter().flat_map(|(schema, all)| all.iter().map(move |one| (schema.as_deref(), one)))
    }

    /// Where it stands and what it is, if resources of this type have it.
    fn find(&self, kind: Kind, attribute: &Attribute) -> Option<(Option<&str>, &Value)> {
        let core = format!("urn:ietf:params:scim:schemas:core:2.0:{kind:?}");
        self.all(kind).find(|(extension, described)| {
            let is_of = match &attribute.schema {
                None => true,
                Some(schema) => extension.unwrap_or(&core) == schema,
            };
            is_of && described["name"] == *attribute.name
        })
    }
}

/// Source: RFC 7643, section 3.1.
fn common() -> Vec<Value> {
    let text = |name: &str, exact: bool| json!({"name": name, "type": "string", "caseExact": exact});
    let moment = |name: &str| json!({"name": name, "type": "dateTime"});
    vec![
        text("id", true),
        text("externalId", true),
        json!({"name": "schemas", "type": "string", "caseExact": false, "multiValued": true}),
        json!({"name": "meta", "type": "complex", "subAttributes": [
            text("resourceType", true), moment("created"), moment("lastModified"),
            json!({"name": "location", "type": "reference", "caseExact": true}), text("version", true),
        ]}),
    ]
}

/// Whether it holds of a resource of this type.
pub(super) fn holds(question: &Question, schemas: &Schemas, kind: Kind, resource: &Value) -> bool {
    let again = |one: &Question| holds(one, schemas, kind, resource);
    match question {
        Question::And(all) => all.iter().all(again),
        Question::Or(any) => any.iter().any(again),
        Question::Not(one) => !again(one),
        Question::Present(attribute) | Question::Compare(attribute, ..) | Question::Of(attribute, _) => {
            let Some((extension, described)) = schemas.find(kind, attribute) else {
                return holds_of_nothing(question);
            };
            let within = extension.map_or(resource, |extension| &resource[extension]);
            of_attribute(question, attribute, described, &within[&attribute.name])
        }
    }
}

/// Of what there is no value of: it is not equal to anything, and that is all.
fn holds_of_nothing(question: &Question) -> bool {
    match question {
        Question::Compare(_, operator, Literal::Null) => *operator == "eq",
        Question::Compare(_, operator, _) => *operator == "ne",
        Question::Present(_) | Question::Of(..) | Question::And(_) | Question::Or(_) | Question::Not(_) => {
            false
        }
    }
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.clone(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![one.clone()],
    }
}

/// `value` is all that the resource has of it.
fn of_attribute(question: &Question, attribute: &Attribute, described: &Value, value: &Value) -> bool {
    let parts = described["subAttributes"].as_array();
    let part = |name: &str| parts.unwrap().iter().find(|part| part["name"] == *name).unwrap();
    let mut values = list(value);
    if let Some(brackets) = &attribute.brackets {
        values.retain(|value| of_parts(brackets, described, value));
    }
    let mut described = described;
    if let Some(name) = &attribute.part {
        values = values.iter().flat_map(|value| list(&value[name])).collect();
        described = part(name);
    }
    match question {
        Question::Present(_) => values.iter().any(says_something),
        Question::Compare(_, "eq", Literal::Null) => !values.iter().any(says_something),
        Question::Compare(_, "ne", Literal::Null) => values.iter().any(says_something),
        Question::Compare(_, operator, literal) => {
            if described["type"] == "complex" {
                values = values.iter().flat_map(|value| list(&value["value"])).collect();
                described = part("value");
            }
            let is_missing = values.is_empty() && *operator == "ne";
            is_missing || values.iter().any(|value| compares(described, value, operator, literal))
        }
        Question::Of(_, within) => values.iter().any(|value| of_parts(within, described, value)),
        Question::And(_) | Question::Or(_) | Question::Not(_) => unreachable!("it names no attribute"),
    }
}

/// Whether it holds of the parts of one value.
fn of_parts(question: &Question, described: &Value, value: &Value) -> bool {
    let again = |one: &Question| of_parts(one, described, value);
    match question {
        Question::And(all) => all.iter().all(again),
        Question::Or(any) => any.iter().any(again),
        Question::Not(one) => !again(one),
        Question::Present(attribute) | Question::Compare(attribute, ..) | Question::Of(attribute, _) => {
            let parts = described["subAttributes"].as_array().unwrap();
            let part = parts.iter().find(|part| part["name"] == *attribute.name).unwrap();
            of_attribute(question, attribute, part, &value[&attribute.name])
        }
    }
}

/// Not unassigned. Source: RFC 7643, section 2.5; of parts, RFC 7644, section 3.4.2.2.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(all) => all.iter().any(says_something),
        Value::Object(all) => all.iter().any(|(_, value)| says_something(value)),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compares(described: &Value, value: &Value, operator: &str, literal: &Literal) -> bool {
    let written = match literal {
        Literal::Text(text) | Literal::Number(text) => text.clone(),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Null => unreachable!("it is nothing to compare with"),
    };
    let is_of_letters = ["co", "sw", "ew"].contains(&operator);
    match described["type"].as_str().unwrap() {
        "boolean" => sorts(value.to_string().cmp(&written.to_lowercase()), operator),
        "dateTime" if !is_of_letters => {
            sorts(nanoseconds(value.as_str().unwrap()).cmp(&nanoseconds(&written)), operator)
        }
        _ => {
            let told = value.as_str().unwrap();
            if described["caseExact"] == true {
                of_letters(told, operator, &written)
            } else {
                of_letters(&small(told), operator, &small(&written))
            }
        }
    }
}

fn small(text: &str) -> String {
    let mut small = String::new();
    for letter in text.chars() {
        if letter.is_control() { small.push(' ') } else { small.extend(letter.to_lowercase()) }
    }
    small
}

fn of_letters(told: &str, operator: &str, written: &str) -> bool {
    let end = told.len().checked_sub(written.len());
    match operator {
        "co" => told.contains(written),
        "sw" => told.get(..written.len()) == Some(written),
        "ew" => end.and_then(|end| told.get(end..)) == Some(written),
        _ => sorts(told.cmp(written), operator),
    }
}

fn sorts(order: std::cmp::Ordering, operator: &str) -> bool {
    match operator {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "gt" => order.is_gt(),
        "ge" => order.is_ge(),
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        other => unreachable!("{other} is of letters"),
    }
}

/// `2026-01-01T08:00:00.5+08:00` in nanoseconds since 1970, by the calendar.
pub(super) fn nanoseconds(text: &str) -> i128 {
    let digits = |from: usize, to: usize| text[from..to].parse::<i128>().unwrap();
    let (year, month, day) = (digits(0, 4), digits(5, 7), digits(8, 10));
    let is_leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut days: i128 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    for (n, length) in (1..).zip([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        if n < month {
            days += length + i128::from(n == 2 && is_leap(year));
        }
    }
    let seconds = (days + day - 1) * 86_400 + digits(11, 13) * 3600 + digits(14, 16) * 60 + digits(17, 19);
    let rest = &text[19..];
    let zone = rest.find(['Z', '+', '-']).unwrap();
    let fraction = format!("{:0<9}", rest[..zone].trim_start_matches('.'));
    let ahead = match &rest[zone..] {
        "Z" => 0,
        zone => {
            let of = |from: usize| zone[from..from + 2].parse::<i128>().unwrap();
            (of(1) * 3600 + of(4) * 60) * if zone.starts_with('-') { -1 } else { 1 }
        }
    };
    (seconds - ahead) * 1_000_000_000 + fraction.parse::<i128>().unwrap()
}
