//! What a document says about other objects: which of its members name one, and how a document reads without one of them.

use rollcall_rules::vocabulary::attribute;
use serde_json::{Map, Value};

/// A member of a document that names other objects of the same source, as `{"value": id}` or a list of these.
#[derive(Debug)]
pub struct Reference {
    /// What a person calls it, and its place in a log.
    pub name: &'static str,
    /// The names that lead to it: `["parent"]`, or an extension's URN and a name.
    pub path: &'static [&'static str],
    /// The resource type of what it names.
    pub to: &'static str,
    /// Whether what it names must be put first.
    pub order: Order,
}

/// When an object may be put that names another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// After what it names: it hangs there.
    After,
    /// Before or after it: people may report to each other.
    Any,
}

impl Reference {
    /// A place that the object hangs in, such as a parent or a department: what it names is put first.
    #[must_use]
    pub const fn within(name: &'static str, path: &'static [&'static str], to: &'static str) -> Self {
        Self { name, path, to, order: Order::After }
    }

    /// Another object that is only named, such as a manager.
    #[must_use]
    pub const fn naming(name: &'static str, path: &'static [&'static str], to: &'static str) -> Self {
        Self { name, path, to, order: Order::Any }
    }

    /// The ids that the document has there.
    #[must_use]
    pub fn ids<'d>(&self, document: &'d Map<String, Value>) -> Vec<&'d str> {
        match at(document, self.path) {
            Some(Value::Array(elements)) => elements.iter().filter_map(id).collect(),
            Some(one) => id(one).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Take out what is gone: of a list these elements, else the document says that there is none.
    pub(crate) fn drop_gone(&self, document: &mut Map<String, Value>, is_gone: impl Fn(&str) -> bool) {
        match at_mut(document, self.path) {
            Some(Value::Array(elements)) => elements.retain(|element| !id(element).is_some_and(&is_gone)),
            Some(one) if id(one).is_some_and(&is_gone) => *one = Value::Null,
            Some(_) | None => {}
        }
    }

    /// Say nothing about it, the whole of it where it is a list: a list with a hole would take the object out of what is
    /// missing from it.
    pub(crate) fn leave_out(&self, document: &mut Map<String, Value>) {
        remove(document, self.path);
    }
}

fn id(reference: &Value) -> Option<&str> {
    reference.get(attribute::VALUE)?.as_str()
}

fn at<'d>(document: &'d Map<String, Value>, path: &[&str]) -> Option<&'d Value> {
    match path {
        [] => None,
        [name] => document.get(*name),
        [name, rest @ ..] => at(document.get(*name)?.as_object()?, rest),
    }
}

fn at_mut<'d>(document: &'d mut Map<String, Value>, path: &[&str]) -> Option<&'d mut Value> {
    match path {
        [] => None,
        [name] => document.get_mut(*name),
        [name, rest @ ..] => at_mut(document.get_mut(*name)?.as_object_mut()?, rest),
    }
}

/// Take out the member, and an extension with nothing else in it: an empty one would say that all of it is unassigned.
fn remove(document: &mut Map<String, Value>, path: &[&str]) {
    match path {
        [] => {}
        [name] => drop(document.remove(*name)),
        [name, rest @ ..] => {
            let Some(Value::Object(inner)) = document.get_mut(*name) else { return };
            remove(inner, rest);
            if inner.is_empty() {
                document.remove(*name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;
    use serde_json::{Map, Value, json};

    const PARENT: Reference = Reference::within("parent", &["parent"], "Department");
    const DEPARTMENTS: Reference = Reference::within("departments", &["urn:x", "departments"], "Department");

    fn document(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).expect("a test writes objects")
    }

    #[test]
    fn ids_are_read_from_one_and_from_a_list_and_from_nothing_else() {
        assert_eq!(PARENT.ids(&document(json!({ "parent": { "value": "1" } }))), ["1"]);
        assert_eq!(PARENT.ids(&document(json!({ "parent": null }))), Vec::<&str>::new());
        assert_eq!(PARENT.ids(&document(json!({}))), Vec::<&str>::new());
        let person = json!({ "urn:x": { "departments": [{ "value": "1" }, 7, { "value": "2" }] } });
        assert_eq!(DEPARTMENTS.ids(&document(person)), ["1", "2"]);
    }

    #[test]
    fn what_is_gone_leaves_null_or_the_list_without_it() {
        let mut department = document(json!({ "parent": { "value": "1" } }));
        PARENT.drop_gone(&mut department, |id| id == "2");
        assert_eq!(Value::Object(department.clone()), json!({ "parent": { "value": "1" } }));
        PARENT.drop_gone(&mut department, |id| id == "1");
        assert_eq!(Value::Object(department), json!({ "parent": null }));
        let mut person =
            document(json!({ "urn:x": { "departments": [{ "value": "1" }, { "value": "2" }] } }));
        DEPARTMENTS.drop_gone(&mut person, |id| id == "1");
        assert_eq!(Value::Object(person), json!({ "urn:x": { "departments": [{ "value": "2" }] } }));
    }

    #[test]
    fn what_is_left_out_leaves_no_empty_extension() {
        let mut person = document(json!({ "title": "t", "urn:x": { "departments": [{ "value": "1" }] } }));
        DEPARTMENTS.leave_out(&mut person);
        assert_eq!(Value::Object(person.clone()), json!({ "title": "t" }));
        DEPARTMENTS.leave_out(&mut person);
        assert_eq!(Value::Object(person), json!({ "title": "t" }));
    }
}
