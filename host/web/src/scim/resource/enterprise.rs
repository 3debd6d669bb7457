//! What an enterprise knows of a person, as far as it leads to somebody or something that is held.

use serde_json::{Map, Value};

use super::{Subject, insert_unless_empty};
use crate::scim::schemas::{ENTERPRISE_USER, ScimResourceType};

/// Put department and manager into what the document has of the extension.
///
/// `departments` is what the document says that the person is in each department.
pub(super) fn set(members: &mut Map<String, Value>, departments: &Value, subject: Subject<'_>) {
    let mut enterprise = match members.remove(ENTERPRISE_USER) {
        Some(Value::Object(told)) => told,
        Some(_) | None => Map::new(),
    };
    let manager = enterprise.remove("manager").and_then(|told| manager(&told, subject));
    enterprise.extend(manager.map(|manager| ("manager".to_owned(), manager)));
    let department = main_department(departments).filter(|_| !subject.object.held.departed);
    let department = department.and_then(|id| subject.outline.department(id));
    enterprise.extend(department.map(|held| ("department".to_owned(), held.display_name.as_str().into())));
    insert_unless_empty(members, ENTERPRISE_USER, Value::Object(enterprise));
}

/// The id of the department that the source calls the main one, or of the only one. Of several nobody here can say.
fn main_department(departments: &Value) -> Option<&str> {
    let departments = departments.as_array()?;
    let is_primary = |department: &&Value| department.get("primary") == Some(&Value::Bool(true));
    let first = departments.first()?;
    let is_only = departments.iter().all(|other| other.get("value") == first.get("value"));
    let main = departments.iter().find(is_primary).or_else(|| is_only.then_some(first));
    main?.get("value")?.as_str()
}

/// A manager who is held and has not left.
fn manager(told: &Value, subject: Subject<'_>) -> Option<Value> {
    let id = told.get("value")?.as_str()?;
    let known = subject.people.get(id).filter(|known| !known.departed)?;
    let mut link = subject.link(ScimResourceType::User, id);
    link.insert("displayName".to_owned(), known.name.as_str().into());
    Some(Value::Object(link))
}
