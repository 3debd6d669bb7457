//! What a client reads of a document.

use rollcall_browse::{Member, Named};
use rollcall_host::directory::Held;
use rollcall_host::model::{Key, RunId, Timestamp};

use super::*;
use crate::face::ScimUserNames;
use crate::scim::schemas::{CORE_GROUP, CORE_USER, ENTERPRISE_USER, ROLLCALL_DEPARTMENT, ROLLCALL_USER};

const BASE: &str = "https://hr.example/scim/v2";
const OWN: &str = "urn:example:2.0:Own";

fn object(resource_type: &str, external_id: &str, document: Value) -> WholeObject {
    let at = Timestamp::from_unix_ms(1_767_225_600_000);
    WholeObject {
        source: SourceName::new("hq").unwrap(),
        key: Key::new(resource_type, external_id),
        held: Held { version: "1".to_owned(), document: document.into(), departed: false },
        departed_at: None,
        created_at: at,
        changed_at: at,
        modified_at: at,
        first_run: RunId::new("1"),
        last_run: RunId::new("1"),
        tenure: 0,
    }
}

/// Among nobody but `boss`, who is held, and `gone`, who left and is kept; no department is held.
fn among<T>(object: &WholeObject, look: impl FnOnce(Subject<'_>) -> T) -> T {
    let named = |name: &str, departed| Named { name: name.to_owned(), departed };
    let people =
        BTreeMap::from([("boss".to_owned(), named("老板", false)), ("gone".to_owned(), named("前任", true))]);
    let (outline, tenures) = (Outline::default(), BTreeMap::new());
    let (face, base) = (ScimFace::default(), BASE);
    look(Subject { base, object, outline: &outline, tenures: &tenures, people: &people, face })
}

fn read(object: &WholeObject) -> Resource {
    among(object, user)
}

/// Without what is the same for all.
fn told(resource: &Resource) -> Value {
    let mut members = resource.members.clone();
    for name in ["meta", "id", "externalId", "schemas"] {
        assert!(members.remove(name).is_some(), "{name}");
    }
    Value::Object(members)
}

#[test]
fn a_person_has_what_the_schemas_describe_and_the_rest_as_names_and_values() {
    let document = json!({
        "schemas": [CORE_USER, OWN], "externalId": "张", "userName": "zhang", "active": true, "password": "hunter2",
        "name": {"formatted": "张三", "initials": "ZS"}, "shoeSize": 43,
        "emails": [{"type": "work", "value": "z@hq.example"}],
        (ENTERPRISE_USER): {"employeeNumber": "7", "manager": {"value": "boss"}},
        (ROLLCALL_USER): {"departments": [{"value": "2", "leader": true, "order": "9"}]},
        (OWN): {"hired": "2020-01-01", "flags": {"b": 1}},
    });
    assert_eq!(
        told(&read(&object("User", "张", document))),
        json!({
            "userName": "zhang", "displayName": "zhang", "active": true,
            "name": {"formatted": "张三", "familyName": "张三", "givenName": ""},
            "emails": [{"type": "work", "value": "z@hq.example", "primary": true}],
            (ENTERPRISE_USER): {
                "employeeNumber": "7",
                "manager": {
                    "value": "hq.Ym9zcw", "$ref": "https://hr.example/scim/v2/Users/hq.Ym9zcw", "displayName": "老板",
                },
            },
            (ROLLCALL_USER): {
                "source": "hq",
                "departments": [{"value": "hq.Mg", "leader": true, "order": "9"}],
                "sourceAttributes": [
                    {"name": "shoeSize", "value": "43"},
                    {"schema": OWN, "name": "flags", "value": "{\"b\":1}"},
                    {"schema": OWN, "name": "hired", "value": "2020-01-01"},
                ],
            },
        })
    );
}

#[test]
fn a_person_who_left_is_inactive_and_in_no_group() {
    let document = json!({"active": true, (ROLLCALL_USER): {"departments": [{"value": "2"}]}});
    let mut left = object("User", "1", document);
    left.held.departed = true;
    let members = read(&left).members;
    assert_eq!((members.get("active"), members.get("groups")), (Some(&json!(false)), None));
}

#[test]
fn a_manager_who_is_not_held_or_has_left_is_not_told() {
    for manager in
        [json!({"value": "gone"}), json!({"value": "nobody"}), json!({}), json!("boss"), json!(null)]
    {
        let document = json!({(ENTERPRISE_USER): {"manager": manager}});
        let members = read(&object("User", "1", document)).members;
        assert_eq!(members.get(ENTERPRISE_USER), None, "{manager}");
    }
}

#[test]
fn a_user_name_is_told_as_it_is_or_with_the_source() {
    let person = object("User", "Zhang San", json!({"displayName": "张三"}));
    for (user_names, user_name) in
        [(ScimUserNames::Plain, "Zhang San"), (ScimUserNames::WithSource, "Zhang San@hq")]
    {
        let face = ScimFace { user_names, ..ScimFace::default() };
        let told = among(&person, |subject| user(Subject { face, ..subject })).members;
        assert_eq!(told.get("userName"), Some(&json!(user_name)));
        assert_eq!(told.get("externalId"), Some(&json!("Zhang San")));
    }
}

#[test]
fn whoever_has_neither_address_nor_name_has_an_empty_list_and_is_called_by_the_user_name() {
    let told = told(&read(&object("User", "1", json!({"userName": "li", "emails": [{"value": " "}]}))));
    assert_eq!(
        told,
        json!({
            "userName": "li", "displayName": "li", "active": true, "emails": [], (ROLLCALL_USER): {"source": "hq"},
        })
    );
}

#[test]
fn of_each_list_one_value_is_primary_at_most() {
    let twice = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    let departments = json!([{"value": "1", "primary": true}, {"value": "2", "primary": true}]);
    let document = json!({
        "ims": twice, "photos": twice, "roles": twice, "entitlements": twice, "emails": twice, "phoneNumbers": twice,
        "addresses": [{"locality": "a", "primary": true}, {"locality": "b", "primary": true}],
        (ROLLCALL_USER): {"departments": departments},
    });
    let told = Value::Object(read(&object("User", "1", document)).members);
    let lists = ["ims", "photos", "roles", "entitlements", "emails", "phoneNumbers", "addresses"];
    for list in lists.map(|list| &told[list]).into_iter().chain([&told[ROLLCALL_USER]["departments"]]) {
        let values = list.as_array().unwrap();
        let n = values.iter().filter(|value| value["primary"] == json!(true)).count();
        assert_eq!((values.len(), n), (2, 1), "{list}");
    }
}

#[test]
fn a_department_is_a_group_with_its_place_as_an_extension() {
    let document = json!({
        "schemas": [ROLLCALL_DEPARTMENT], "externalId": "2", "displayName": "研发", "parent": {"value": "1"}, "order": "3",
        "managers": [{"value": "boss"}, {"value": "gone"}, {"value": "nobody"}], (OWN): {"hidden": false},
    });
    let object = object("Department", "2", document);
    let people = [Member { external_id: "张".to_owned(), name: "张三".to_owned() }];
    let resource = among(&object, |subject| group(subject, Some(&people)));
    assert_eq!(resource.members.get("schemas"), Some(&json!([CORE_GROUP, ROLLCALL_DEPARTMENT])));
    assert_eq!(
        told(&resource),
        json!({
            "displayName": "研发",
            "members": [{
                "value": "hq.5byg", "$ref": "https://hr.example/scim/v2/Users/hq.5byg", "display": "张三", "type": "User",
            }],
            (ROLLCALL_DEPARTMENT): {
                "source": "hq",
                "parent": {"value": "hq.MQ"},
                "order": "3",
                "managers": [
                    {"value": "hq.Ym9zcw", "$ref": "https://hr.example/scim/v2/Users/hq.Ym9zcw"},
                    {"value": "hq.Z29uZQ", "$ref": "https://hr.example/scim/v2/Users/hq.Z29uZQ"},
                    {"value": "hq.bm9ib2R5"},
                ],
                "sourceAttributes": [{"schema": OWN, "name": "hidden", "value": "false"}],
            },
        })
    );
}

#[test]
fn a_version_changes_with_what_is_told_and_stays_otherwise() {
    let version = |name: &str| read(&object("User", "1", json!({"displayName": name}))).version;
    assert_eq!(version("a"), version("a"));
    assert_ne!(version("a"), version("b"));
}

#[test]
fn a_moment_is_always_told_with_its_thousandths() {
    for (ms, told) in [
        (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        (1_767_225_600_100, "2026-01-01T00:00:00.100Z"),
        (1_767_225_600_120, "2026-01-01T00:00:00.120Z"),
        (1_767_225_600_007, "2026-01-01T00:00:00.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ] {
        let at = Timestamp::from_unix_ms(ms);
        let object = WholeObject { created_at: at, modified_at: at, ..object("User", "1", json!({})) };
        let meta = read(&object).members.remove("meta").unwrap();
        assert_eq!((&meta["created"], &meta["lastModified"]), (&json!(told), &json!(told)));
        assert_eq!(Timestamp::try_from(told.to_owned()).unwrap(), at);
    }
}

#[test]
fn a_group_whose_members_were_not_read_has_no_version() {
    let object = object("Department", "2", json!({"displayName": "a"}));
    let resource = among(&object, |subject| group(subject, None));
    assert_eq!((resource.version, resource.members.get("members")), (None, None));
}
