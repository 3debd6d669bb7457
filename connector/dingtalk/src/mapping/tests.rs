//! What an emptied field means, for every optional attribute of people and departments: however it is missing, and in
//! whatever answer.

use super::{DEPARTMENT, SCHEMAS};
use crate::DingTalk;
use crate::testing::{World, page, settings, settings_with_details};
use rollcall_kit::connector::{refresh, sync};
use rollcall_kit::testing::TestHost;
use rollcall_kit::{AttributePath, Key, Optional, Schema};
use rollcall_rules::emptied::{Answer, Evidence, FieldState, Meaning, guard, meaning};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// What DingTalk shows only with the permission 企业员工手机号信息.
const PHONE: &[&str] = &["mobile", "state_code"];

/// What it shows only with 邮箱等个人信息.
const PERSONAL: &[&str] = &["email", "org_email", "work_place", "remark", "extension"];

/// Fields of which nobody knows what they take.
const UNKNOWN: &[&str] = &["org_email_type", "extension_i18n"];

/// Fields that are asked for by `user/get` and `department/get` alone.
const DETAILS: &[&str] = &[
    "manager_userid",
    "org_email_type",
    "extension_i18n",
    "dept_group_chat_id",
    "org_dept_owner",
    "brief",
    "extention",
    "telephone",
    "code",
];

/// How the object that loses the field is read, and who else has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A page of a list in a complete full reading; another has it.
    Page,
    /// The same; nobody has it any more.
    PageOfTheLast,
    /// The object's own reading in a complete full reading; another has it.
    Own,
    /// The same; nobody has it any more.
    OwnOfTheLast,
    /// A full reading that is not complete; another has it.
    Incomplete,
    /// An event; the answer shows other fields of the same permission.
    Event,
    /// An event; the answer shows nothing else of the same permission.
    EventAlone,
}

const WAYS: [Way; 7] = [
    Way::Page,
    Way::PageOfTheLast,
    Way::Own,
    Way::OwnOfTheLast,
    Way::Incomplete,
    Way::Event,
    Way::EventAlone,
];

impl Way {
    fn has_details(self) -> bool {
        !matches!(self, Self::Page | Self::PageOfTheLast)
    }

    fn is_event(self) -> bool {
        matches!(self, Self::Event | Self::EventAlone)
    }

    fn is_of_the_last(self) -> bool {
        matches!(self, Self::PageOfTheLast | Self::OwnOfTheLast)
    }
}

/// What became of the attribute, and why a person is asked about it.
type Outcome = (&'static str, Vec<String>);

fn fellows(name: &str) -> &'static [&'static str] {
    [PHONE, PERSONAL].into_iter().find(|fields| fields.contains(&name)).unwrap_or_default()
}

/// What the table says of a field of this name.
fn expected(schema: &Schema, name: &str, state: FieldState, way: Way) -> Outcome {
    let gate_shown = match way {
        Way::Event => !UNKNOWN.contains(&name),
        Way::EventAlone => !UNKNOWN.contains(&name) && fellows(name).is_empty(),
        Way::Page | Way::PageOfTheLast | Way::Own | Way::OwnOfTheLast | Way::Incomplete => false,
    };
    let n_others = if way.is_event() || way.is_of_the_last() { 0 } else { 1 };
    let is_complete = !way.is_event() && way != Way::Incomplete;
    let evidence = Evidence { is_complete, n_others, gate_shown, empty_is_explicit: false };
    let answer = match way {
        Way::Page | Way::PageOfTheLast | Way::Incomplete => Answer::Page,
        Way::Own | Way::OwnOfTheLast => Answer::Own,
        Way::Event | Way::EventAlone => Answer::Event,
    };
    let kept = |code: &str| ("kept", vec![code.to_owned()]);
    match meaning(state, answer, &evidence) {
        // `department/get` never shows it.
        _ if way.is_event() && schema.resource_type == DEPARTMENT.resource_type && name == "ext" => {
            ("kept", Vec::new())
        }
        Meaning::Cleared if way.is_event() || guard(1, n_others) == Meaning::Cleared => {
            ("cleared", Vec::new())
        }
        Meaning::Cleared | Meaning::Held => kept("attribute-not-visible"),
        Meaning::Unknown if way.is_event() => kept("clearing-not-proven"),
        Meaning::Unknown => ("kept", Vec::new()),
    }
}

/// Every field of an object of this type.
fn full(schema: &Schema) -> Map<String, Value> {
    let mut fields = Map::new();
    for optional in schema.optional {
        let value = match optional.name {
            "mobile" => json!("13600000001"),
            "hired_date" => json!(1_597_573_616_828_u64),
            "extension" => json!(r#"{"hobby":"travel"}"#),
            "manager_userid" | "org_dept_owner" => json!("keeps"),
            name => json!(format!("a {name}")),
        };
        fields.insert(optional.name.to_owned(), value);
    }
    fields.insert("state_code".to_owned(), json!("86"));
    fields
}

/// The company where `loses` and department 3 have `fields`, and `keeps` and department 2 `others`, each of its own kind.
fn company(schema: &Schema, fields: &Map<String, Value>, others: &Map<String, Value>) -> World {
    let (fields, others) = (json!(fields), json!(others));
    if schema.resource_type == DEPARTMENT.resource_type {
        let world = World::new().department_with(2, 1, "Keeps", &others);
        return world.department_with(3, 1, "Loses", &fields).user("keeps", &[2]);
    }
    let world = World::new().department(2, 1, "R&D").department(3, 1, "Sales").user("bystands", &[3]);
    world.user_with("keeps", &[2], &others).user_with("loses", &[2], &fields)
}

fn loser(schema: &Schema) -> Key {
    Key::new(
        schema.resource_type,
        if schema.resource_type == DEPARTMENT.resource_type { "3" } else { "loses" },
    )
}

fn is_held(host: &Rc<TestHost>, key: &Key, optional: &Optional) -> bool {
    let objects = host.objects();
    let document = &objects[key].document;
    match optional.place {
        AttributePath::Member(path) => {
            path.iter().try_fold(document, |value, name| value.get(name)).is_some()
        }
        AttributePath::Element(attribute, kind) => {
            let elements = document[attribute].as_array().into_iter().flatten();
            elements.clone().any(|element| element["type"] == kind)
        }
    }
}

/// Let one object lose one field.
fn outcome(schema: &Schema, optional: &Optional, state: FieldState, way: Way) -> Outcome {
    let (mut before, mut others) = (full(schema), full(schema));
    if way == Way::EventAlone {
        before.retain(|field, _| field == optional.name || !fellows(optional.name).contains(&field.as_str()));
    }
    if way.is_of_the_last() {
        others.remove(optional.name);
    }
    let mut after = before.clone();
    match state {
        FieldState::Absent => drop(after.remove(optional.name)),
        FieldState::Null => drop(after.insert(optional.name.to_owned(), Value::Null)),
        FieldState::Empty => drop(after.insert(optional.name.to_owned(), json!(""))),
    }
    let settings = if way.has_details() { settings_with_details() } else { settings() }.to_string();
    let host = company(schema, &before, &others).into_host();
    sync::<DingTalk>(host.clone(), &settings).unwrap();
    let key = loser(schema);
    assert!(is_held(&host, &key, optional), "{} is there to be lost", optional.name);
    let now = company(schema, &after, &others);
    let now = if way == Way::Incomplete {
        now.fault(|question, _| question.is("user/list", "3").then(|| page(502, "")))
    } else {
        now
    };
    host.set_world(now.into_answers());
    let summary = if way.is_event() {
        refresh::<DingTalk>(host.clone(), &settings, std::slice::from_ref(&key))
    } else {
        sync::<DingTalk>(host.clone(), &settings)
    };
    assert_eq!(summary.unwrap().complete, way != Way::Incomplete);
    let proposed = host.take_proposed();
    for clearing in &proposed {
        assert_eq!((clearing.attribute.as_str(), &clearing.keys), (optional.name, &vec![key.clone()]));
    }
    let fate = if is_held(&host, &key, optional) { "kept" } else { "cleared" };
    (fate, proposed.into_iter().map(|clearing| clearing.reason.code).collect())
}

#[test]
fn every_attribute_that_is_emptied_is_cleared_held_or_kept_as_the_table_says() {
    for schema in SCHEMAS {
        for optional in schema.optional {
            for way in WAYS {
                let is_shown = way.has_details() || !is_detail(schema, optional.name);
                for state in FieldState::ALL.into_iter().filter(|_| is_shown) {
                    assert_eq!(
                        outcome(schema, optional, state, way),
                        expected(schema, optional.name, state, way),
                        "{} {} {state:?} {way:?}",
                        schema.resource_type,
                        optional.name
                    );
                }
            }
        }
    }
}

/// A person's `telephone` is in lists, a department's is not.
fn is_detail(schema: &Schema, name: &str) -> bool {
    DETAILS.contains(&name) && (name != "telephone" || schema.resource_type == DEPARTMENT.resource_type)
}

#[test]
fn a_country_that_is_left_behind_proves_that_the_number_was_taken_away() {
    let schema = SCHEMAS.iter().find(|schema| schema.resource_type == "User").unwrap();
    let mobile = schema.optional.iter().find(|optional| optional.name == "mobile").unwrap();
    let fate = |way| outcome(schema, mobile, FieldState::Empty, way);
    assert_eq!(fate(Way::Event), ("cleared", Vec::new()));
    assert_eq!(fate(Way::EventAlone), ("kept", vec!["clearing-not-proven".to_owned()]));
}

#[test]
fn a_lost_permission_empties_nothing() {
    let schema = SCHEMAS.iter().find(|schema| schema.resource_type == "User").unwrap();
    for permission in [PHONE, PERSONAL] {
        let before = full(schema);
        let mut after = before.clone();
        after.retain(|field, _| !permission.contains(&field.as_str()));
        let host = company(schema, &before, &before).into_host();
        let settings = settings_with_details().to_string();
        sync::<DingTalk>(host.clone(), &settings).unwrap();
        host.set_world(company(schema, &after, &after).into_answers());
        let keys = ["loses", "keeps"].map(|id| Key::new("User", id));
        refresh::<DingTalk>(host.clone(), &settings, &keys).unwrap();
        let by_events: Vec<_> = host.take_proposed().into_iter().map(|clearing| clearing.attribute).collect();
        sync::<DingTalk>(host.clone(), &settings).unwrap();
        let by_full: Vec<_> = host.take_proposed().into_iter().map(|clearing| clearing.attribute).collect();
        let hidden = schema.optional.iter().filter(|optional| permission.contains(&optional.name));
        let names: Vec<_> = hidden.clone().map(|optional| optional.name.to_owned()).collect();
        assert_ne!(names, [""; 0], "{permission:?}");
        assert_eq!((by_events, by_full), (names.clone(), names));
        assert!(hidden.clone().all(|optional| keys.iter().all(|key| is_held(&host, key, optional))));
    }
}
