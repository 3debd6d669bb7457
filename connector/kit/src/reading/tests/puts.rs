//! What is put, and what is not.

use super::{Source, called, department, host, mobile, read, run, try_read, user, user_key};
use crate::Scope;
use crate::document::{Draft, Schema};
use crate::limits::INVENTORY_PAGE;
use crate::model::{Diagnosis, Severity};
use crate::testing::Stored;
use crate::{Key, Reading};
use expect_test::expect;
use rollcall_rules::reach::Export;
use serde_json::{Map, json};
use std::collections::BTreeMap;

#[test]
fn the_first_reading_puts_everything_once() {
    let source = Source::of([department("1"), user("a", json!({"title": "Lead"})), user("b", json!({}))]);
    expect![[r#"
        put 1 {"externalId":"1","schemas":["urn:d"]}
        put a {"externalId":"a","schemas":["urn:u"],"title":"Lead"}
        put b {"externalId":"b","schemas":["urn:u"]}
        complete: 3 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host(), &source));
}

#[test]
fn a_second_reading_without_a_change_puts_nothing() {
    let host = host();
    let source = Source::of([department("1"), user("a", json!({"title": "Lead"})), user("b", json!({}))]);
    read(&host, &source);
    host.take_changes();
    expect!["complete: 3 read, 3 unchanged, 0 skipped"].assert_eq(&run(&host, &source));
}

#[test]
fn only_what_changed_is_put() {
    let host = host();
    read(&host, &Source::of([user("a", json!({"title": "Lead"})), user("b", json!({}))]));
    host.take_changes();
    let source = Source::of([user("a", json!({"title": "Head"})), user("b", json!({}))]);
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"],"title":"Head"}
        complete: 2 read, 1 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &source));
}

#[test]
fn what_someone_removed_on_the_platform_comes_back() {
    let host = host();
    let source = Source::of([user("a", json!({})), user("b", json!({}))]);
    read(&host, &source);
    host.take_changes();
    let mut objects = host.objects().clone();
    objects.remove(&user_key("a"));
    host.set_objects(objects);
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"]}
        complete: 2 read, 1 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &source));
}

#[test]
fn what_someone_changed_on_the_platform_is_put_again() {
    let host = host();
    let source = Source::of([user("a", json!({})), user("b", json!({}))]);
    read(&host, &source);
    host.take_changes();
    let mut objects = host.objects().clone();
    objects.insert(user_key("a"), Stored { version: String::new(), document: json!({"externalId": "x"}) });
    host.set_objects(objects);
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"]}
        complete: 2 read, 1 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &source));
}

#[test]
fn an_object_that_is_given_twice_is_put_and_counted_once() {
    let source = Source::of([user("a", json!({})), user("a", json!({}))]);
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"]}
        complete: 1 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host(), &source));
}

#[test]
fn of_two_different_documents_of_one_object_the_later_stays() {
    let host = host();
    let source = Source::of([user("a", mobile("1")), user("a", mobile("2"))]);
    read(&host, &source);
    assert_eq!(host.objects()[&user_key("a")].document["phoneNumbers"][0]["value"], "2");
}

#[test]
fn an_object_that_was_left_out_on_purpose_is_counted_once_and_never_asked_about() {
    let host = host();
    read(&host, &Source::of([user("a", json!({})), user("b", json!({}))]));
    host.take_changes();
    let context = called(Export::Sync, host.clone());
    let summary = context.block_on(async {
        let reading = Reading::begin(&context, super::SCHEMAS)?;
        reading.open(Scope::whole())?;
        reading.put(user("a", json!({}))).await?;
        for _ in 0..2 {
            let why = Diagnosis::new("robot", "it is a robot", "它是机器人");
            reading.skip(&user_key("b"), Some("B"), Severity::Info, why);
        }
        reading.finish(async |key: &Key| panic!("asked about {key:?}")).await
    });
    let summary = summary.expect("it ends").expect("nothing stops it");
    expect![[r#"
        info b (B): it is a robot
        complete: 2 read, 1 unchanged, 1 skipped"#]]
    .assert_eq(&super::report(&host, &summary));
}

#[test]
fn an_object_without_a_schema_is_an_error_that_names_its_type() {
    const GROUP: Schema = Schema { resource_type: "Group", identity: None, optional: &[], references: &[] };
    let draft = Draft::new(&GROUP, Key::new("Group", "g"), "G", Map::new());
    let failure = try_read(host(), &Source::of([draft])).expect_err("a group has no schema");
    assert_eq!(failure.diagnosis().message.en, r#"resource type "Group" is not one of this connector's"#);
}

#[test]
fn everything_held_is_known_however_many_pages_it_takes() {
    let ids: Vec<String> = (0..=INVENTORY_PAGE).map(|n| format!("{n:06}")).collect();
    let source = Source::of(ids.iter().map(|id| user(id, json!({}))));
    let host = host();
    read(&host, &source);
    host.take_changes();
    read(&host, &source);
    assert_eq!(host.take_changes(), []);
}

#[test]
fn a_version_that_the_kit_never_wrote_is_no_version() {
    let host = host();
    let held = Stored { version: "7".to_owned(), document: json!({"externalId": "a"}) };
    host.set_objects(BTreeMap::from([(user_key("a"), held)]));
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"]}
        complete: 1 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &Source::of([user("a", json!({}))])));
}
