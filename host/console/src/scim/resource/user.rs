//! A person.

use serde_json::{Map, Value};

use super::own::source_attributes;
use super::{Extent, Resource, Subject, insert_unless_empty};
use crate::scim::schemas::{ENTERPRISE_USER, ROLLCALL_USER, ResourceType};

/// A person as a resource.
pub(crate) fn user(subject: Subject<'_>) -> Resource {
    let mut members = subject.described(ResourceType::User);
    let departed = subject.object.held.departed;
    let is_active = members.get("active").and_then(Value::as_bool).unwrap_or(true);
    members.insert("active".to_owned(), (is_active && !departed).into());
    members.entry("userName").or_insert_with(|| subject.external_id().into());
    relink_manager(&mut members, subject);
    let mut own = match members.remove(ROLLCALL_USER) {
        Some(Value::Object(own)) => own,
        Some(_) | None => Map::new(),
    };
    let departments = own.remove("departments").unwrap_or_default();
    if !departed {
        insert_unless_empty(&mut members, "groups", groups(&departments, subject));
    }
    own.insert("source".to_owned(), subject.source().as_str().into());
    insert_unless_empty(&mut own, "departments", linked(departments, subject));
    insert_unless_empty(&mut own, "sourceAttributes", source_attributes(ResourceType::User, subject));
    members.insert(ROLLCALL_USER.to_owned(), Value::Object(own));
    subject.finish(ResourceType::User, members, Extent::Whole)
}

fn relink_manager(members: &mut Map<String, Value>, subject: Subject<'_>) {
    let Some(Value::Object(enterprise)) = members.get_mut(ENTERPRISE_USER) else { return };
    if let Some(manager) = enterprise.remove("manager") {
        enterprise.insert("manager".to_owned(), subject.relinked(ResourceType::User, manager));
    }
}

/// The departments that are held, as the groups of a person.
fn groups(departments: &Value, subject: Subject<'_>) -> Value {
    let group = |department: &Value| {
        let department = subject.outline.department(department.get("value")?.as_str()?)?;
        let mut link = subject.link(ResourceType::Group, &department.external_id);
        link.insert("display".to_owned(), department.display_name.as_str().into());
        link.insert("type".to_owned(), "direct".into());
        Some(Value::Object(link))
    };
    departments.as_array().into_iter().flatten().filter_map(group).collect()
}

/// What the person is in each department, with where that is if it is held.
fn linked(departments: Value, subject: Subject<'_>) -> Value {
    let Value::Array(departments) = departments else { return Value::Null };
    let link = |department: Value| {
        let id = department.get("value").and_then(Value::as_str);
        let is_held = id.is_some_and(|id| subject.outline.department(id).is_some());
        let mut department = subject.relinked(ResourceType::Group, department);
        if let (false, Some(members)) = (is_held, department.as_object_mut()) {
            members.remove("$ref");
        }
        department
    };
    departments.into_iter().map(link).collect()
}
