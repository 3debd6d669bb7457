//! A person.

use serde_json::{Map, Value};

use super::contacts::{EMAILS, PHONES, with_one_primary_at_most};
use super::own::source_attributes;
use super::{Extent, Resource, Subject, enterprise, insert_unless_empty, name};
use crate::scim::schemas::{ROLLCALL_USER, ScimResourceType};

/// Lists of which one value may be the primary one, beside addresses that are settled as a whole.
const WITH_A_PRIMARY: [&str; 5] = ["ims", "photos", "addresses", "entitlements", "roles"];

/// A person as a resource.
pub(crate) fn user(subject: Subject<'_>) -> Resource {
    let mut members = subject.described(ScimResourceType::User);
    let departed = subject.object.held.departed;
    let is_active = members.get("active").and_then(Value::as_bool).unwrap_or(true);
    members.insert("active".to_owned(), (is_active && !departed).into());
    name::set(&mut members, subject.face.names);
    call(&mut members, subject);
    settle_lists(&mut members);
    let mut own = match members.remove(ROLLCALL_USER) {
        Some(Value::Object(own)) => own,
        Some(_) | None => Map::new(),
    };
    let mut departments = own.remove("departments").unwrap_or_default();
    with_one_primary_at_most(&mut departments);
    enterprise::set(&mut members, &departments, subject);
    if !departed {
        insert_unless_empty(&mut members, "groups", groups(&departments, subject));
    }
    own.insert("source".to_owned(), subject.source().as_str().into());
    insert_unless_empty(&mut own, "departments", linked(departments, subject));
    insert_unless_empty(&mut own, "sourceAttributes", source_attributes(ScimResourceType::User, subject));
    members.insert(ROLLCALL_USER.to_owned(), Value::Object(own));
    subject.finish(ScimResourceType::User, members, Extent::Whole)
}

/// What the person logs in as and what people call them: always there, as lists of the directory have it.
fn call(members: &mut Map<String, Value>, subject: Subject<'_>) {
    let plain = members.get("userName").and_then(Value::as_str).unwrap_or(subject.external_id()).to_owned();
    members.entry("displayName").or_insert_with(|| plain.as_str().into());
    members.insert("userName".to_owned(), subject.face.user_name(&plain, subject.source()).into());
}

/// E-mail addresses are a list even if there is none: clients do without an empty one, and not without one that is missing.
fn settle_lists(members: &mut Map<String, Value>) {
    let emails = EMAILS.settle(members.get("emails").unwrap_or(&Value::Null));
    members.insert("emails".to_owned(), emails.into());
    if let Some(phones) = members.remove("phoneNumbers") {
        insert_unless_empty(members, "phoneNumbers", PHONES.settle(&phones).into());
    }
    for list in WITH_A_PRIMARY {
        members.get_mut(list).into_iter().for_each(with_one_primary_at_most);
    }
}

/// The departments that are held, as the groups of a person, each once.
fn groups(departments: &Value, subject: Subject<'_>) -> Value {
    let mut told = std::collections::BTreeSet::new();
    let group = |department: &Value| {
        let department = subject.outline.department(department.get("value")?.as_str()?)?;
        let mut link = subject.link(ScimResourceType::Group, &department.external_id);
        link.insert("display".to_owned(), department.display_name.as_str().into());
        link.insert("type".to_owned(), "direct".into());
        told.insert(&department.external_id).then_some(Value::Object(link))
    };
    departments.as_array().into_iter().flatten().filter_map(group).collect()
}

/// What the person is in each department, with where that is if it is held.
fn linked(departments: Value, subject: Subject<'_>) -> Value {
    let Value::Array(departments) = departments else { return Value::Null };
    let link = |department| subject.relinked(ScimResourceType::Group, department);
    departments.into_iter().map(link).collect()
}
