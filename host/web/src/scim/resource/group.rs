//! A department.

use rollcall_browse::Member;
use serde_json::{Map, Value};

use super::own::source_attributes;
use super::{Extent, Resource, Subject, attribute_of, insert_unless_empty};
use crate::scim::schemas::{ROLLCALL_DEPARTMENT, ScimResourceType};

/// A department as a resource, with the people in it and the departments below unless nobody asked who they are.
pub(crate) fn group(subject: Subject<'_>, people: Option<&[Member]>) -> Resource {
    let mut members = subject.described(ScimResourceType::Group);
    members.entry("displayName").or_insert_with(|| subject.external_id().into());
    if let Some(people) = people {
        insert_unless_empty(&mut members, "members", all_members(subject, people));
    }
    members.insert(ROLLCALL_DEPARTMENT.to_owned(), Value::Object(extension(subject)));
    let extent = if people.is_some() { Extent::Whole } else { Extent::Part };
    subject.finish(ScimResourceType::Group, members, extent)
}

fn all_members(subject: Subject<'_>, people: &[Member]) -> Value {
    let member = |kind: ScimResourceType, external_id: &str, name: &str| {
        let mut link = subject.link(kind, external_id);
        link.insert("display".to_owned(), name.into());
        link.insert("type".to_owned(), kind.name().into());
        Value::Object(link)
    };
    let people =
        people.iter().map(|person| member(ScimResourceType::User, &person.external_id, &person.name));
    let below = subject.outline.naming(subject.external_id());
    let departments = below
        .map(|department| member(ScimResourceType::Group, &department.external_id, &department.display_name));
    people.chain(departments).collect()
}

/// Of a document, whose own core schema this is, what a group does not have.
fn extension(subject: Subject<'_>) -> Map<String, Value> {
    let mut own = Map::from_iter([("source".to_owned(), subject.source().as_str().into())]);
    let document = subject.document();
    let fitting = |name: &str| {
        let attribute = attribute_of(ScimResourceType::Group, ROLLCALL_DEPARTMENT, name)?;
        attribute.fit(document?.get(name)?)
    };
    let relinked = |kind: ScimResourceType, value: Value| match value {
        Value::Array(values) => values.into_iter().map(|one| subject.relinked(kind, one)).collect(),
        one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            subject.relinked(kind, one)
        }
    };
    let values = [
        ("parent", fitting("parent").map(|parent| relinked(ScimResourceType::Group, parent))),
        ("order", fitting("order")),
        ("managers", fitting("managers").map(|managers| relinked(ScimResourceType::User, managers))),
        ("sourceAttributes", Some(source_attributes(ScimResourceType::Group, subject))),
    ];
    for (name, value) in values {
        insert_unless_empty(&mut own, name, value.unwrap_or_default());
    }
    own
}
