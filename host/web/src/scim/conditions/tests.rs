//! What is asked of the store, and what is left to the resources.

use super::*;
use crate::scim::filter::{Among, Filter, question};
use crate::scim::id::id_of;
use crate::scim::schemas::{ROLLCALL_DEPARTMENT, ROLLCALL_USER};
use rollcall_host::model::SourceName;

#[track_caller]
fn check(filter: &str, kind: ScimResourceType, expected: &Condition) {
    let question = question(&Filter::parse(filter).unwrap(), kind, Among::One).unwrap();
    assert_eq!(condition(&question, kind), *expected, "{filter}");
}

fn of(attribute: Attribute, test: Test) -> Condition {
    Condition::Of(attribute, test)
}

fn equals(attribute: Attribute, text: &str) -> Condition {
    of(attribute, Test::Equals(text.to_owned()))
}

#[test]
fn what_the_store_keeps_is_asked_of_it_however_it_is_joined() {
    check(
        "userName eq \"a\" and (emails co \"@b\" or active eq \"False\") and not (title pr)",
        ScimResourceType::User,
        &Condition::All(vec![
            equals(Attribute::UserName, "a"),
            Condition::Any(vec![
                of(Attribute::Email, Test::Contains("@b".to_owned())),
                of(Attribute::Active, Test::Is(false)),
            ]),
            not(of(Attribute::Title, Test::Present)),
        ]),
    );
    check("title ne \"a\"", ScimResourceType::User, &not(equals(Attribute::Title, "a")));
}

#[test]
fn an_id_is_a_source_and_an_id_there_and_the_resource_tells_its_tenure() {
    for tenure in [0, 7] {
        let id = id_of(&SourceName::new("hq").unwrap(), "1", tenure);
        let expected = Condition::All(vec![
            equals(Attribute::Source, "hq"),
            equals(Attribute::ExternalId, "1"),
            Condition::Unclear,
        ]);
        check(&format!("id eq \"{id}\""), ScimResourceType::Group, &expected);
    }
    check("id eq \"nobody\"", ScimResourceType::Group, &Condition::never());
    check("id pr", ScimResourceType::Group, &Condition::always());
}

#[test]
fn an_attribute_may_be_named_with_its_schema() {
    for (schema, kind) in
        [(ROLLCALL_USER, ScimResourceType::User), (ROLLCALL_DEPARTMENT, ScimResourceType::Group)]
    {
        check(&format!("{schema}:source eq \"hq\""), kind, &equals(Attribute::Source, "hq"));
    }
}

#[test]
fn a_moment_between_two_milliseconds_is_before_the_later_one() {
    let at = Timestamp::from_unix_ms;
    let since = |ms| of(Attribute::Modified, Test::Since(at(ms)));
    let before = |ms| of(Attribute::Modified, Test::Before(at(ms)));
    for (filter, expected) in [
        ("gt \"1970-01-01T00:00:00.005Z\"", since(6)),
        ("gt \"1970-01-01T00:00:00.0055Z\"", since(6)),
        ("ge \"1970-01-01T00:00:00.005Z\"", since(5)),
        ("ge \"1970-01-01T00:00:00.0055Z\"", since(6)),
        ("lt \"1970-01-01T00:00:00.005Z\"", before(5)),
        ("lt \"1970-01-01T00:00:00.0055Z\"", before(6)),
        ("le \"1970-01-01T00:00:00.005Z\"", before(6)),
        ("le \"1970-01-01T00:00:00.0055Z\"", before(6)),
        ("eq \"1970-01-01T00:00:00.005Z\"", Condition::All(vec![since(5), before(6)])),
        ("eq \"1970-01-01T00:00:00.0055Z\"", Condition::All(vec![since(6), before(6)])),
        ("lt \"1969-12-31T23:59:59.9995Z\"", before(0)),
    ] {
        check(&format!("meta.lastModified {filter}"), ScimResourceType::User, &expected);
    }
}

#[test]
fn brackets_ask_for_what_must_hold_at_least() {
    let mail = |test| Condition::All(vec![of(Attribute::Email, test), Condition::Unclear]);
    check("emails[value eq \"a@b\"]", ScimResourceType::User, &mail(Test::Equals("a@b".to_owned())));
    check(
        "emails[type eq \"work\" and value co \"@b\"]",
        ScimResourceType::User,
        &mail(Test::Contains("@b".to_owned())),
    );
    check(
        "emails[type eq \"work\"].value eq \"a@b\"",
        ScimResourceType::User,
        &mail(Test::Equals("a@b".to_owned())),
    );
    check("emails[type eq \"work\"]", ScimResourceType::User, &Condition::All(vec![Condition::Unclear]));
    check("emails[type eq \"work\"].value ne \"a@b\"", ScimResourceType::User, &Condition::Unclear);
    check("members[value eq \"a\"]", ScimResourceType::Group, &Condition::Unclear);
}

#[test]
fn what_the_store_does_not_keep_is_left_to_the_resources() {
    for filter in [
        "nickName eq \"a\"",
        "userName gt \"a\"",
        "emails ne \"a\"",
        "emails.type pr",
        "meta pr",
        "id sw \"a\"",
    ] {
        check(filter, ScimResourceType::User, &Condition::Unclear);
    }
}
