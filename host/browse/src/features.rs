//! What a document tells about a person or a department in the few words of a list.
//!
//! Pure. What is deliberately not here: where it is kept (`listing`). A document may be anything, so what is missing, or
//! of another type than the contract says, is simply not told.

use std::collections::BTreeSet;

use rollcall_rules::vocabulary::schema;
use serde_json::Value;

use crate::words::fold;

/// Ends each part of a folded text.
const PART_END: char = '\u{1f}';

/// Stands between the values of one part.
const VALUE_END: char = '\u{1e}';

/// What a list shows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Features {
    /// What people call it, or else its id.
    pub name: String,
    /// What it logs in as.
    pub user_name: Option<String>,
    /// Its e-mail addresses.
    pub emails: Vec<String>,
    /// Its phone numbers.
    pub phones: Vec<String>,
    /// A person's title.
    pub title: Option<String>,
    /// Whether it may be used; of a person.
    pub active: Option<bool>,
    /// The id of the department above.
    pub parent: Option<String>,
    /// Among its siblings: smaller ones come first, and what has no `order` last.
    pub position: i64,
    /// In which departments, each once.
    pub memberships: Vec<Membership>,
    /// The ids of the people who manage it: of a person one, of a department any number.
    pub managers: Vec<String>,
}

/// A person in one department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The id of the department.
    pub department: String,
    /// Within the department, in the same way.
    pub position: i64,
    /// Whether they lead it.
    pub is_leader: bool,
    /// Whether it is their main one.
    pub is_primary: bool,
}

/// A part of a folded text in which something may be looked for apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What people call it.
    Name,
    /// What it logs in as.
    UserName,
    /// A person's title.
    Title,
    /// Its id.
    ExternalId,
    /// Its e-mail addresses.
    Emails,
    /// Its phone numbers.
    Phones,
}

impl Features {
    /// What the document of the object with this id tells.
    #[must_use]
    pub fn of(external_id: &str, document: &Value) -> Self {
        let user_name = text(document, "userName");
        let name = text(document, "displayName").or_else(|| user_name.clone());
        Self {
            name: name.unwrap_or_else(|| external_id.to_owned()),
            user_name,
            emails: values(document, "emails"),
            phones: values(document, "phoneNumbers"),
            title: text(document, "title"),
            active: document.get("active").and_then(Value::as_bool),
            parent: document.get("parent").and_then(|parent| text(parent, "value")),
            position: position(document),
            memberships: memberships(document),
            managers: managers(document),
        }
    }

    /// What a search looks into: each part, folded, with its end; several values of a part with something between them.
    #[must_use]
    pub fn folded(&self, external_id: &str) -> String {
        let optional = |text: &Option<String>| text.as_deref().map(fold).unwrap_or_default();
        let all = |texts: &[String]| {
            texts.iter().map(|text| fold(text)).collect::<Vec<_>>().join(VALUE_END.to_string().as_str())
        };
        let parts = [
            fold(&self.name),
            optional(&self.user_name),
            optional(&self.title),
            fold(external_id),
            all(&self.emails),
            all(&self.phones),
        ];
        parts.into_iter().flat_map(|part| [part, PART_END.to_string()]).collect()
    }
}

/// The values that one part of a folded text has.
pub fn values_of(folded: &str, part: Part) -> impl Iterator<Item = &str> {
    let place = match part {
        Part::Name => 0,
        Part::UserName => 1,
        Part::Title => 2,
        Part::ExternalId => 3,
        Part::Emails => 4,
        Part::Phones => 5,
    };
    folded
        .split(PART_END)
        .nth(place)
        .into_iter()
        .flat_map(|part| part.split(VALUE_END))
        .filter(|v| !v.is_empty())
}

/// What people call what has this document; none when it does not say.
#[must_use]
pub fn display_name(document: &Value) -> Option<String> {
    text(document, "displayName")
}

fn text(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn elements<'a>(object: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    object.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Without blanks around them; what is nothing but blanks is none.
fn values(document: &Value, name: &str) -> Vec<String> {
    let texts = elements(document, name).filter_map(|element| text(element, "value"));
    texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// Each department once, the first one that the document says.
fn memberships(document: &Value) -> Vec<Membership> {
    let mut known = BTreeSet::new();
    let extension = document.get(schema::ORGANISATION_USER).unwrap_or(&Value::Null);
    elements(extension, "departments")
        .filter_map(membership)
        .filter(|membership| known.insert(membership.department.clone()))
        .collect()
}

fn managers(document: &Value) -> Vec<String> {
    let enterprise = document.get(schema::ENTERPRISE_USER).unwrap_or(&Value::Null);
    let of_person = enterprise.get("manager").and_then(|manager| text(manager, "value"));
    of_person.into_iter().chain(values(document, "managers")).collect()
}

fn membership(element: &Value) -> Option<Membership> {
    let flag = |name: &str| element.get(name).and_then(Value::as_bool).unwrap_or(false);
    Some(Membership {
        department: text(element, "value")?,
        position: position(element),
        is_leader: flag("leader"),
        is_primary: flag("primary"),
    })
}

/// Where its `order`, a decimal number, sorts: what has none, or no number, comes last. A number that is too large for a
/// column is the nearest one that is not.
fn position(object: &Value) -> i64 {
    let order = object.get("order").and_then(Value::as_str).and_then(|order| order.parse::<i128>().ok());
    let nearest = |order: i128| i64::try_from(order.clamp(i64::MIN.into(), LAST_NUMBER.into()));
    order.and_then(|order| nearest(order).ok()).unwrap_or(i64::MAX)
}

/// Only what has no number comes behind it.
const LAST_NUMBER: i64 = i64::MAX - 1;

#[cfg(test)]
mod tests;
