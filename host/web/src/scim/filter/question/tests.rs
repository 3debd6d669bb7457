//! What a filter asks, what it holds of, and what it is refused for.

use serde_json::{Value, json};

use super::*;
use crate::scim::schemas::{CORE_USER, ENTERPRISE_USER, ROLLCALL_USER};

fn person() -> Value {
    json!({
        "schemas": [CORE_USER, ENTERPRISE_USER, ROLLCALL_USER],
        "id": "hq.enM", "externalId": "zhang", "userName": "Zhang", "displayName": "张三 Zhang", "title": "",
        "active": true, "name": {"familyName": "张三"},
        "emails": [
            {"value": "z@work.example", "type": "work", "primary": true},
            {"value": "z@home.example", "type": "home"},
        ],
        "addresses": [{"locality": "Beijing"}],
        (ENTERPRISE_USER): {"employeeNumber": "007", "manager": {"value": "hq.Ym9zcw"}},
        (ROLLCALL_USER): {"source": "hq"},
        "meta": {
            "resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T08:00:00.5Z",
        },
    })
}

fn asked(filter: &str, kind: ScimResourceType, among: Among) -> Result<ResourceFilter, String> {
    let filter = Filter::parse(filter).unwrap();
    question(&filter, kind, among).map_err(|error| error.to_string())
}

#[track_caller]
fn check(filter: &str, expected: bool) {
    let question = asked(filter, ScimResourceType::User, Among::One).unwrap();
    let holds = question.holds(person().as_object().unwrap(), &mut Effort::default());
    assert_eq!(holds, expected, "{filter}");
}

#[test]
fn every_operator_compares_text_by_what_its_attribute_says_of_case() {
    for (filter, holds) in [
        ("userName eq \"zHANG\"", true),
        ("userName ne \"zhang\"", false),
        ("userName ne \"li\"", true),
        ("displayName co \"三 z\"", true),
        ("displayName sw \"张\"", true),
        ("displayName ew \"ZHANG\"", true),
        ("displayName ew \"张\"", false),
        ("userName gt \"ZHANF\"", true),
        ("userName gt \"zhang\"", false),
        ("userName ge \"zhang\"", true),
        ("userName lt \"zhangs\"", true),
        ("userName le \"zhanf\"", false),
        ("externalId eq \"Zhang\"", false),
        ("externalId eq \"zhang\"", true),
        ("id sw \"hq.\"", true),
        ("source eq \"HQ\"", false),
    ] {
        check(filter, holds);
    }
}

#[test]
fn an_attribute_is_found_with_and_without_its_schema_in_any_case() {
    for (filter, holds) in [
        ("NAME.familyname eq \"张三\"", true),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"zhang\"", true),
        ("urn:ietf:params:scim:schemas:core:2.0:user:meta.resourcetype eq \"User\"", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"hq.Ym9zcw\"", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"hq.Ym9zcw\"", true),
        ("employeeNumber eq \"007\"", true),
        ("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:user\"", true),
        ("schemas co \"Group\"", false),
    ] {
        check(filter, holds);
    }
}

#[test]
fn one_of_several_values_is_enough() {
    for (filter, holds) in [
        ("emails eq \"Z@home.example\"", true),
        ("emails.type eq \"work\" and emails.value co \"home\"", true),
        ("emails[type eq \"work\" and value co \"home\"]", false),
        ("emails[type eq \"work\"].value co \"home\"", false),
        ("emails[type eq \"work\"].value eq \"z@work.example\"", true),
        ("emails[type eq \"other\"].value pr", false),
        ("emails[not (type eq \"work\")].value sw \"z@home\"", true),
        ("emails[primary eq true and (type eq \"work\" or type eq \"home\")]", true),
        ("emails ne \"z@home.example\"", true),
        ("not (emails eq \"z@home.example\")", false),
    ] {
        check(filter, holds);
    }
}

#[test]
fn what_is_not_there_equals_nothing_and_is_present_in_nothing() {
    for (filter, holds) in [
        ("nickName eq \"\"", false),
        ("nickName ne \"x\"", true),
        ("nickName pr", false),
        ("nickName eq null", true),
        ("nickName ne null", false),
        ("nickName lt \"x\"", false),
        ("title pr", false),
        ("title eq \"\"", true),
        ("userName eq null", false),
        ("userName ne null", true),
        ("emails pr", true),
        ("addresses pr", true),
        ("addresses[locality pr]", true),
        ("phoneNumbers pr", false),
        ("phoneNumbers[type eq \"work\"].value ne \"1\"", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division pr", false),
    ] {
        check(filter, holds);
    }
}

#[test]
fn a_moment_is_compared_as_one_whatever_its_zone_and_fraction() {
    for (filter, holds) in [
        ("meta.lastModified gt \"2026-01-01T08:00:00Z\"", true),
        ("meta.lastModified gt \"2026-01-01T16:00:00.500+08:00\"", false),
        ("meta.lastModified ge \"2026-01-01T16:00:00.500+08:00\"", true),
        ("meta.lastModified eq \"2026-01-01T08:00:00.500000000Z\"", true),
        ("meta.lastModified ne \"2026-01-01T08:00:00.500000001Z\"", true),
        ("meta.lastModified lt \"2026-01-02\"", true),
        ("meta.created le \"2026-01-01\"", true),
        ("meta.created sw \"2026-01\"", true),
    ] {
        check(filter, holds);
    }
}

#[test]
fn a_value_is_taken_as_it_is_meant() {
    for (filter, holds) in [
        ("active eq \"True\"", true),
        ("active eq \"false\"", false),
        ("active ne TRUE", false),
        ("employeeNumber eq 7", false),
        ("employeeNumber ew 7", true),
        ("displayName ne true", true),
    ] {
        check(filter, holds);
    }
}

#[test]
fn what_cannot_be_compared_is_refused_by_name() {
    for (filter, complaint) in [
        ("colour eq \"red\"", "filter names attribute \"colour\", which User resources do not have"),
        ("emails.colour pr", "filter names attribute \"emails.colour\", which User resources do not have"),
        ("Emails[Colour pr]", "filter names attribute \"Emails.Colour\", which User resources do not have"),
        (
            "eMails[tYpe eq \"work\"].hUe pr",
            "filter names attribute \"eMails.hUe\", which User resources do not have",
        ),
        (
            "eMails[hUe pr].value pr",
            "filter names attribute \"eMails.hUe\", which User resources do not have",
        ),
        (
            "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User:Manager.age pr",
            "filter names attribute \"URN:ietf:params:scim:schemas:extension:enterprise:2.0:User:Manager.age\", which User \
             resources do not have",
        ),
        ("userName.value pr", "filter names attribute \"userName.value\", which User resources do not have"),
        ("members pr", "filter names attribute \"members\", which User resources do not have"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr",
            "filter names attribute \"urn:ietf:params:scim:schemas:core:2.0:Group:displayName\", which User resources do not have",
        ),
        (
            "active gt true",
            "filter uses operator \"gt\", which is not for \"active\", as that is true or false",
        ),
        ("active eq \"yes\"", "filter compares \"active\" with \"yes\", which is not true or false"),
        ("active eq 1", "filter compares \"active\" with 1, which is not true or false"),
        (
            "meta.created gt \"yesterday\"",
            "filter compares \"meta.created\" with \"yesterday\", which is not a moment such as 2026-01-01T00:00:00Z",
        ),
        ("userName co null", "filter compares \"userName\" with null, which is not text"),
        (
            "addresses eq \"x\"",
            "filter compares \"addresses\", which has parts; name one of them, such as \"addresses.formatted\"",
        ),
        ("userName[value pr]", "filter has brackets behind \"userName\", which has no parts"),
    ] {
        assert_eq!(asked(filter, ScimResourceType::User, Among::One), Err(complaint.to_owned()), "{filter}");
    }
}

#[test]
fn among_several_types_an_attribute_of_another_one_has_no_value_and_one_of_none_is_a_mistake() {
    let always = Ok(ResourceFilter::All(Vec::new()));
    for (filter, expected) in [
        ("userName eq \"a\"", Ok(NEVER)),
        ("userName pr", Ok(NEVER)),
        ("emails[type eq \"work\"]", Ok(NEVER)),
        ("userName ne \"a\"", always.clone()),
        ("userName eq null", always),
        ("colour pr", Err("filter names attribute \"colour\", which Group resources do not have".to_owned())),
    ] {
        assert_eq!(asked(filter, ScimResourceType::Group, Among::Several), expected, "{filter}");
    }
}

#[test]
fn members_are_looked_at_where_they_or_a_version_that_covers_them_are_named() {
    for (filter, takes) in [
        ("displayName pr", [false, false]),
        ("members.value eq \"x\"", [true, false]),
        ("not (displayName pr or members[type eq \"User\"])", [true, false]),
        ("meta.version eq \"x\"", [false, true]),
        ("meta pr", [false, true]),
        ("meta[version pr]", [false, true]),
        ("meta[version pr].created pr", [false, true]),
        ("meta.created pr", [false, false]),
    ] {
        let question = asked(filter, ScimResourceType::Group, Among::One).unwrap();
        let found = [question.looks_at("members", None), question.looks_at("meta", Some("version"))];
        assert_eq!(found, takes, "{filter}");
    }
}

#[test]
fn an_answer_takes_an_effort_that_is_counted() {
    let question = asked("emails co \"x\"", ScimResourceType::User, Among::One).unwrap();
    let mut effort = Effort::default();
    question.holds(person().as_object().unwrap(), &mut effort);
    assert_eq!((effort.spent(), effort.is_too_much()), (3, false));
}
