//! Which attributes of a resource a client wants (RFC 7644, section 3.9).

use serde_json::{Map, Value};

use super::path::Path;
use super::schemas::ScimResourceType;

/// What is always told. Source: RFC 7643, sections 3 and 3.1.
const ALWAYS: [&str; 2] = ["id", "schemas"];

/// Which attributes are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Projection {
    /// All of them.
    #[default]
    All,
    /// These alone.
    Only(Vec<Path>),
    /// All but these.
    Except(Vec<Path>),
}

impl Projection {
    /// Those of comma-separated lists, of which an empty one is none; what can be no attribute is passed over, because no
    /// resource has it.
    pub(crate) fn of(attributes: &[&str], excluded: &[&str]) -> Self {
        let (attributes, excluded) = (names(attributes), names(excluded));
        match (attributes.is_empty(), excluded.is_empty()) {
            (true, true) => Self::All,
            (true, false) => Self::Except(excluded.into_iter().filter_map(Path::parse).collect()),
            (false, _) => Self::Only(attributes.into_iter().filter_map(whole).collect()),
        }
    }

    /// Whether anything of this attribute of the core schema is told.
    pub(crate) fn wants(&self, kind: ScimResourceType, name: &str) -> bool {
        let of_core = |path: &Path| kind.extension_of(path).is_none();
        let is_it = |path: &Path| path.name.as_deref().is_none_or(|known| name.eq_ignore_ascii_case(known));
        match self {
            Self::All => true,
            Self::Only(paths) => paths.iter().any(|path| of_core(path) && is_it(path)),
            Self::Except(paths) => {
                !paths.iter().any(|path| of_core(path) && is_it(path) && path.part.is_none())
            }
        }
    }

    /// The resource with nothing but what is told.
    pub(crate) fn apply(
        &self,
        kind: ScimResourceType,
        mut resource: Map<String, Value>,
    ) -> Map<String, Value> {
        match self {
            Self::All => resource,
            Self::Only(paths) => {
                let mut chosen = Map::new();
                for name in ALWAYS {
                    chosen.extend(resource.get(name).map(|value| (name.to_owned(), value.clone())));
                }
                for path in paths {
                    choose(&resource, &mut chosen, path, kind);
                }
                chosen
            }
            Self::Except(paths) => {
                for path in paths {
                    leave_out(&mut resource, path, kind);
                }
                resource
            }
        }
    }
}

/// The names in lists. A comma in brackets is part of a filter.
fn names<'a>(lists: &[&'a str]) -> Vec<&'a str> {
    let of_list = |list: &&'a str| {
        let mut is_within = false;
        list.split(move |c: char| {
            is_within = c == '[' || (is_within && c != ']');
            c == ',' && !is_within
        })
    };
    lists.iter().flat_map(of_list).map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// An attribute to be told. Of one whose values a filter chooses from, such as `emails[type eq "work"].value`, all of them are
/// told whole: the client finds the one it means by the same filter. As one to be left out, it is none: the others would go
/// with it.
fn whole(name: &str) -> Option<Path> {
    let attribute = name.split_once('[').map_or(name, |(attribute, _)| attribute);
    Path::parse(attribute.trim())
}

/// What the members of a resource are called.
fn spelled(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned()
}

fn choose(from: &Map<String, Value>, into: &mut Map<String, Value>, path: &Path, kind: ScimResourceType) {
    let Some(extension) = kind.extension_of(path) else { return choose_here(from, into, path) };
    let Some(Value::Object(members)) = from.get(extension) else { return };
    // What was chosen of it before stays.
    let mut chosen = into.get(extension).and_then(Value::as_object).cloned().unwrap_or_default();
    choose_here(members, &mut chosen, path);
    if !chosen.is_empty() {
        into.insert(extension.to_owned(), Value::Object(chosen));
    }
}

fn choose_here(from: &Map<String, Value>, into: &mut Map<String, Value>, path: &Path) {
    let Some(name) = path.name.as_deref() else {
        // A whole schema; of the core schema, what does not belong to another one.
        let own = from.iter().filter(|(name, _)| !name.starts_with("urn:"));
        into.extend(own.map(|(name, value)| (name.clone(), value.clone())));
        return;
    };
    let Some((name, value)) = spelled(from, name).and_then(|name| from.get_key_value(&name)) else { return };
    let chosen = match path.part.as_deref() {
        None => value.clone(),
        Some(part) => {
            let only = only(value, part);
            // What was chosen of it before stays.
            into.get(name).map_or(only.clone(), |before| joined(before, &only))
        }
    };
    into.insert(name.clone(), chosen);
}

/// One part of a complex value, or of each of several.
fn only(value: &Value, part: &str) -> Value {
    match value {
        Value::Object(members) => {
            let chosen = spelled(members, part).and_then(|part| members.get_key_value(&part));
            Value::Object(chosen.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        Value::Array(values) => values.iter().map(|value| only(value, part)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Two choices from the same value.
fn joined(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let members = one.iter().chain(other);
            Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        (Value::Array(one), Value::Array(other)) => {
            one.iter().zip(other).map(|(one, other)| joined(one, other)).collect()
        }
        _ => other.clone(),
    }
}

fn leave_out(from: &mut Map<String, Value>, path: &Path, kind: ScimResourceType) {
    let within = match kind.extension_of(path) {
        Some(extension) if path.name.is_none() => {
            from.remove(extension);
            return;
        }
        Some(extension) => from.get_mut(extension).and_then(Value::as_object_mut),
        None => Some(from),
    };
    let (Some(within), Some(name)) = (within, path.name.as_deref()) else { return };
    let Some(name) = spelled(within, name).filter(|name| !ALWAYS.contains(&name.as_str())) else { return };
    match path.part.as_deref() {
        None => drop(within.remove(&name)),
        Some(part) => within.get_mut(&name).into_iter().for_each(|value| strip(value, part)),
    }
}

fn strip(value: &mut Value, part: &str) {
    match value {
        Value::Object(members) => {
            if let Some(part) = spelled(members, part) {
                members.remove(&part);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| strip(value, part)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schemas::{CORE_USER, ENTERPRISE_USER, ROLLCALL_DEPARTMENT};

    #[track_caller]
    fn check(attributes: &[&str], excluded: &[&str], expected: &Value) {
        let resource = json!({
            "schemas": [CORE_USER], "id": "hq.MQ", "userName": "a",
            "name": {"formatted": "A B", "familyName": "B"},
            "emails": [{"value": "a@b", "type": "work"}, {"value": "c@d"}],
            (ENTERPRISE_USER): {"employeeNumber": "7", "manager": {"value": "hq.Mg"}},
        });
        let projection = Projection::of(attributes, excluded);
        let chosen = projection.apply(ScimResourceType::User, resource.as_object().unwrap().clone());
        assert_eq!(Value::Object(chosen), *expected);
    }

    #[test]
    fn nothing_but_what_is_asked_for_is_told_beside_the_id() {
        check(&["USERNAME"], &[], &json!({"schemas": [CORE_USER], "id": "hq.MQ", "userName": "a"}));
        check(
            &["name.familyName,emails.value", "emails.type"],
            &[],
            &json!({
                "schemas": [CORE_USER], "id": "hq.MQ", "name": {"familyName": "B"},
                "emails": [{"value": "a@b", "type": "work"}, {"value": "c@d"}],
            }),
        );
    }

    #[test]
    fn what_a_filter_chooses_from_is_told_whole_and_never_left_out() {
        let emails = json!([{"value": "a@b", "type": "work"}, {"value": "c@d"}]);
        check(
            &["UserName, emails[type eq \"work, home\"].value"],
            &[],
            &json!({"schemas": [CORE_USER], "id": "hq.MQ", "userName": "a", "emails": emails}),
        );
        check(
            &[],
            &["emails[type eq \"work\"].value", "name", ENTERPRISE_USER],
            &json!({"schemas": [CORE_USER], "id": "hq.MQ", "userName": "a", "emails": emails}),
        );
    }

    #[test]
    fn an_extension_is_asked_for_whole_or_in_part() {
        let whole = json!({"employeeNumber": "7", "manager": {"value": "hq.Mg"}});
        let with = |extension| json!({"schemas": [CORE_USER], "id": "hq.MQ", (ENTERPRISE_USER): extension});
        check(&[ENTERPRISE_USER], &[], &with(whole));
        for part in [
            format!("{ENTERPRISE_USER}:employeeNumber"),
            format!("{ENTERPRISE_USER}:employeeNumber").to_uppercase(),
        ] {
            check(&[&part], &[], &with(json!({"employeeNumber": "7"})));
        }
    }

    #[test]
    fn an_attribute_of_an_extension_is_named_without_its_schema_as_well() {
        let with = |extension| json!({"schemas": [CORE_USER], "id": "hq.MQ", (ENTERPRISE_USER): extension});
        check(&["Manager"], &[], &with(json!({"manager": {"value": "hq.Mg"}})));
        check(
            &["manager.VALUE,employeenumber"],
            &[],
            &with(json!({"employeeNumber": "7", "manager": {"value": "hq.Mg"}})),
        );
        check(&["id,division"], &[], &json!({"schemas": [CORE_USER], "id": "hq.MQ"}));
        let names = ["name,emails,userName", "MANAGER"];
        check(&[], &names, &with(json!({"employeeNumber": "7"})));
        check(
            &[],
            &["name,emails,userName,manager.value"],
            &with(json!({"employeeNumber": "7", "manager": {}})),
        );
    }

    #[test]
    fn an_attribute_that_the_core_schema_has_is_never_one_of_an_extension() {
        let resource =
            json!({"displayName": "a", (ROLLCALL_DEPARTMENT): {"source": "hq", "parent": {"value": "1"}}});
        let told = |kind: ScimResourceType, name: &str| {
            let resource = resource.as_object().unwrap().clone();
            Value::Object(Projection::of(&[name], &[]).apply(kind, resource))
        };
        assert_eq!(told(ScimResourceType::Group, "displayname"), json!({"displayName": "a"}));
        assert_eq!(
            told(ScimResourceType::Group, "Parent.Value"),
            json!({(ROLLCALL_DEPARTMENT): {"parent": {"value": "1"}}})
        );
        assert_eq!(told(ScimResourceType::User, "parent"), json!({}));
    }

    #[test]
    fn what_is_excluded_is_left_out_but_never_the_id() {
        check(
            &[],
            &["id", "name", "emails.value", ENTERPRISE_USER],
            &json!({"schemas": [CORE_USER], "id": "hq.MQ", "userName": "a", "emails": [{"type": "work"}, {}]}),
        );
    }

    #[test]
    fn an_attribute_that_no_resource_has_chooses_nothing() {
        check(&["nonsense", "no such.thing"], &[], &json!({"schemas": [CORE_USER], "id": "hq.MQ"}));
    }
}
