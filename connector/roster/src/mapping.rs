//! Departments and people as the SCIM documents that `wit/model.wit` describes. An empty value is left out: the kit
//! decides when that clears it.

use crate::row::{Department, Kind, Person, Reference};
use rollcall_kit::{Draft, Optional, Schema};
use serde_json::{Map, Value, json};

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ROLLCALL_USER: &str = "urn:rollcall:scim:schemas:extension:2.0:User";
const ROLLCALL_DEPARTMENT: &str = "urn:rollcall:scim:schemas:2.0:Department";

/// What the connector yields, parents first.
pub(crate) const SCHEMAS: &[Schema] = &[DEPARTMENT, USER];

const DEPARTMENT: Schema = Schema {
    resource_type: "Department",
    identity: None,
    optional: &[Optional::member("order", &["order"])],
};

const USER: Schema = Schema {
    resource_type: "User",
    identity: None,
    optional: &[
        Optional::element("email", "emails", "work"),
        Optional::element("mobile", "phoneNumbers", "mobile"),
        Optional::member("title", &["title"]),
        Optional::member("employee_number", &[ENTERPRISE_USER, "employeeNumber"]),
        Optional::member("manager", &[ENTERPRISE_USER, "manager"]),
    ],
};

/// What the roster says about a department.
pub(crate) fn department(department: &Department) -> Draft {
    let mut document = document(&[ROLLCALL_DEPARTMENT], &department.id, &department.name);
    match &department.parent {
        Reference::Nothing => insert(&mut document, "parent", Value::Null),
        Reference::To(id) => insert(&mut document, "parent", json!({ "value": id })),
        Reference::Unclear => {}
    }
    if let Some(order) = department.order {
        insert(&mut document, "order", order.to_string());
    }
    Draft::new(&DEPARTMENT, Kind::Departments.key(&department.id), &department.name, document)
}

/// What the roster says about a person.
pub(crate) fn person(person: &Person) -> Draft {
    let schemas = [CORE_USER, ENTERPRISE_USER, ROLLCALL_USER];
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
    insert_unless_empty(&mut document, ENTERPRISE_USER, enterprise(person));
    insert_unless_empty(&mut document, ROLLCALL_USER, memberships(person));
    Draft::new(&USER, Kind::People.key(&person.id), &person.name, document)
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
