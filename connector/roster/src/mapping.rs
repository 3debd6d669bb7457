//! Departments and people as the SCIM documents that `wit/model.wit` describes. An empty value is left out: the kit
//! decides when that clears it. What an attribute takes to be seen is its column, which an export may lack.

use crate::contents::Contents;
use crate::row::{Department, Person, Reference, RowKind};
use rollcall_kit::{Draft, Optional, Reference as Named, Schema};
use rollcall_rules::vocabulary::{resource_type, schema};
use serde_json::{Map, Value, json};

/// What the connector yields, parents first.
pub(crate) const SCHEMAS: &[Schema] = &[DEPARTMENT, USER];

const DEPARTMENT: Schema = Schema {
    resource_type: resource_type::DEPARTMENT,
    identity: None,
    optional: &[Optional::member("order", &["order"]).behind("order")],
    references: &[Named::within("parent", &["parent"], resource_type::DEPARTMENT)],
};

const USER: Schema = Schema {
    resource_type: resource_type::USER,
    identity: None,
    optional: &[
        Optional::element("email", "emails", "work").behind("email"),
        Optional::element("mobile", "phoneNumbers", "mobile").behind("mobile"),
        Optional::member("title", &["title"]).behind("title"),
        Optional::member("employee_number", &[schema::ENTERPRISE_USER, "employeeNumber"])
            .behind("employee_number"),
        Optional::member("manager", &[schema::ENTERPRISE_USER, "manager"]).behind("manager"),
    ],
    references: &[
        Named::within("departments", &[schema::ORGANISATION_USER, "departments"], resource_type::DEPARTMENT),
        Named::naming("manager", &[schema::ENTERPRISE_USER, "manager"], resource_type::USER),
    ],
};

/// The columns of a whole roster in which anybody has a value: where somebody else has none there, it is empty.
pub(crate) fn columns(contents: &Contents) -> Vec<&'static str> {
    if !contents.is_whole() {
        return Vec::new();
    }
    let has = |has: fn(&Person) -> bool| contents.people.iter().any(has);
    let columns = [
        ("order", contents.departments.iter().any(|department| department.order.is_some())),
        ("email", has(|person| person.email.is_some())),
        ("mobile", has(|person| person.mobile.is_some())),
        ("title", has(|person| person.title.is_some())),
        ("employee_number", has(|person| person.employee_number.is_some())),
        ("manager", has(|person| matches!(person.manager, Reference::To(_)))),
    ];
    columns.into_iter().filter(|(_, is_filled)| *is_filled).map(|(name, _)| name).collect()
}

/// What the roster says about a department.
pub(crate) fn department(department: &Department) -> Draft {
    let mut document = document(&[schema::DEPARTMENT], &department.id, &department.name);
    match &department.parent {
        Reference::Nothing => insert(&mut document, "parent", Value::Null),
        Reference::To(id) => insert(&mut document, "parent", json!({ "value": id })),
        Reference::Unclear => {}
    }
    if let Some(order) = department.order {
        insert(&mut document, "order", order.to_string());
    }
    Draft::new(&DEPARTMENT, RowKind::Departments.key(&department.id), &department.name, document)
}

/// What the roster says about a person.
pub(crate) fn person(person: &Person) -> Draft {
    let schemas = [schema::USER, schema::ENTERPRISE_USER, schema::ORGANISATION_USER];
    let mut document = document(&schemas, &person.id, &person.name);
    insert(&mut document, "userName", person.id.as_str());
    insert(&mut document, "name", json!({ "formatted": person.name }));
    insert(&mut document, "active", true);
    if let Some(email) = &person.email {
        insert(&mut document, "emails", json!([{ "type": "work", "value": email }]));
    }
    if let Some(mobile) = &person.mobile {
        insert(&mut document, "phoneNumbers", json!([{ "type": "mobile", "value": mobile }]));
    }
    if let Some(title) = &person.title {
        insert(&mut document, "title", title.as_str());
    }
    insert_unless_empty(&mut document, schema::ENTERPRISE_USER, enterprise(person));
    insert_unless_empty(&mut document, schema::ORGANISATION_USER, memberships(person));
    Draft::new(&USER, RowKind::People.key(&person.id), &person.name, document)
}

fn document(schemas: &[&str], id: &str, name: &str) -> Map<String, Value> {
    let mut document = Map::new();
    insert(&mut document, "schemas", json!(schemas));
    insert(&mut document, "externalId", id);
    insert(&mut document, "displayName", name);
    document
}

fn enterprise(person: &Person) -> Map<String, Value> {
    let mut extension = Map::new();
    if let Some(number) = &person.employee_number {
        insert(&mut extension, "employeeNumber", number.as_str());
    }
    if let Reference::To(manager) = &person.manager {
        insert(&mut extension, "manager", json!({ "value": manager }));
    }
    extension
}

fn memberships(person: &Person) -> Map<String, Value> {
    let mut extension = Map::new();
    if let Some(departments) = &person.departments {
        let departments: Vec<Value> = departments.iter().map(|id| json!({ "value": id })).collect();
        insert(&mut extension, "departments", departments);
    }
    extension
}

fn insert(document: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    document.insert(name.to_owned(), value.into());
}

fn insert_unless_empty(document: &mut Map<String, Value>, name: &str, extension: Map<String, Value>) {
    if !extension.is_empty() {
        insert(document, name, extension);
    }
}
