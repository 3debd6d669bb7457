//! Bringing single objects in line.

use super::{DEPARTMENT, SCHEMAS, Source, department, document, host, mobile, read, report, user, user_key};
use crate::connector::Lookup;
use crate::model::{Diagnosis, Failure, Removal};
use crate::reading::refresh_objects;
use crate::testing::TestHost;
use crate::{Context, Draft, Key, Summary};
use expect_test::{Expect, expect};
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;

/// A host that holds departments 1 and 2, and people a and b.
fn populated() -> Rc<TestHost> {
    let host = host();
    let drafts = [department("1"), department("2"), user("a", mobile("1")), user("b", mobile("2"))];
    read(&host, &Source::of(drafts));
    host.take_changes();
    host
}

fn present(draft: Draft) -> (Key, Lookup) {
    (draft.key.clone(), Lookup::Present(Box::new(draft)))
}

fn gone(key: Key) -> (Key, Lookup) {
    (key, Lookup::Gone("404: gone".to_owned()))
}

fn refresh(host: &Rc<TestHost>, lookups: &[(Key, Lookup)]) -> Result<Summary, Failure> {
    let context = Context::new(host.clone());
    let keys: Vec<Key> = lookups.iter().map(|(key, _)| key.clone()).collect();
    let look_up = async |key: &Key| {
        let lookup = lookups.iter().find(|(of, _)| of == key).map(|(_, lookup)| lookup.clone());
        lookup.expect("only these are asked about")
    };
    context.block_on(refresh_objects(&context, SCHEMAS, &keys, look_up))?
}

#[track_caller]
fn check(lookups: &[(Key, Lookup)], expected: &Expect) {
    let host = populated();
    let summary = refresh(&host, lookups).expect("nothing stops it");
    expected.assert_eq(&report(&host, &summary));
}

#[test]
fn what_changed_is_put_and_what_did_not_is_not() {
    check(
        &[present(user("b", mobile("2"))), present(user("a", mobile("9")))],
        &expect![[r#"
            put a {"externalId":"a","phoneNumbers":[{"type":"mobile","value":"9"}],"schemas":["urn:u"]}
            complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn departments_are_put_before_people_and_gone_ones_leave_after_everything_else() {
    check(
        &[
            gone(user_key("b")),
            present(user("a", mobile("9"))),
            gone(Key::new("Department", "2")),
            present(department("3")),
        ],
        &expect![[r#"
            put 3 {"externalId":"3","schemas":["urn:d"]}
            put a {"externalId":"a","phoneNumbers":[{"type":"mobile","value":"9"}],"schemas":["urn:u"]}
            delete b: 404: gone
            delete 2: 404: gone
            complete: 2 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn what_is_gone_and_was_never_held_changes_nothing() {
    check(&[gone(user_key("z"))], &expect!["complete: 0 read, 0 unchanged, 0 skipped"]);
}

/// A department below another.
fn below(id: &str, parent: &str) -> Draft {
    let document = document(json!({ "schemas": ["urn:d"], "externalId": id, "parent": { "value": parent } }));
    Draft::new(&DEPARTMENT, Key::new("Department", id), id, document)
}

#[test]
fn new_departments_are_put_parents_first() {
    check(
        &[
            present(below("10", "20")),
            present(below("20", "30")),
            present(below("30", "1")),
            present(below("25", "2")),
        ],
        &expect![[r#"
            put 25 {"externalId":"25","parent":{"value":"2"},"schemas":["urn:d"]}
            put 30 {"externalId":"30","parent":{"value":"1"},"schemas":["urn:d"]}
            put 20 {"externalId":"20","parent":{"value":"30"},"schemas":["urn:d"]}
            put 10 {"externalId":"10","parent":{"value":"20"},"schemas":["urn:d"]}
            complete: 4 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_circle_of_departments_is_put_after_what_is_not_in_it() {
    check(
        &[present(below("10", "20")), present(below("20", "10")), present(below("30", "1"))],
        &expect![[r#"
            put 30 {"externalId":"30","parent":{"value":"1"},"schemas":["urn:d"]}
            put 10 {"externalId":"10","parent":{"value":"20"},"schemas":["urn:d"]}
            put 20 {"externalId":"20","parent":{"value":"10"},"schemas":["urn:d"]}
            complete: 3 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn what_is_hidden_and_was_never_held_is_no_warning() {
    let hidden = Lookup::Hidden(Diagnosis::new("hidden", "outside the scope", "不在可见范围内"));
    check(
        &[(user_key("z"), hidden)],
        &expect![[r#"
        info z: outside the scope
        complete: 1 read, 0 unchanged, 1 skipped"#]],
    );
}

#[test]
fn more_keys_than_the_platform_may_be_asked_about_at_once_are_one_reading() {
    let all: Vec<_> = (0..1_500).map(|n| present(user(&format!("u{n}"), json!({})))).collect();
    let host = populated();
    let summary = refresh(&host, &all).expect("nothing stops it");
    assert_eq!((summary.read, host.take_changes().len()), (1_500, 1_500));
}

#[test]
fn what_is_hidden_is_skipped_and_what_is_unknown_makes_it_incomplete() {
    let hidden = Lookup::Hidden(Diagnosis::new("hidden", "outside the scope", "不在可见范围内"));
    let unknown = Lookup::Unknown(Failure::Other(Diagnosis::new("x", "nobody knows", "未知")));
    check(
        &[(user_key("a"), hidden), (user_key("b"), unknown)],
        &expect![[r#"
        warning a: outside the scope
        error b: nobody knows
        incomplete: 1 read, 0 unchanged, 1 skipped"#]],
    );
}

#[test]
fn an_attribute_that_is_left_out_is_never_cleared() {
    let host = populated();
    refresh(&host, &[present(user("a", json!({})))]).expect("nothing stops it");
    assert_eq!(host.objects()[&user_key("a")].document["phoneNumbers"][0]["value"], "1");
}

#[test]
fn a_key_that_is_named_twice_is_asked_about_once() {
    let host = populated();
    let asked = RefCell::new(Vec::new());
    let context = Context::new(host.clone());
    let look_up = async |key: &Key| {
        asked.borrow_mut().push(key.clone());
        Lookup::Gone("404: gone".to_owned())
    };
    let keys = [user_key("a"), user_key("a")];
    let done = context.block_on(refresh_objects(&context, SCHEMAS, &keys, look_up));
    done.expect("it ends").expect("nothing stops it");
    let removal = Removal { key: user_key("a"), evidence: "404: gone".to_owned() };
    assert_eq!(
        (asked.into_inner(), host.take_changes()),
        (vec![user_key("a")], vec![crate::Change::Remove(removal)])
    );
}

#[test]
fn a_key_of_an_unknown_type_is_an_error_before_anything_is_asked() {
    let host = populated();
    let failure =
        refresh(&host, &[gone(user_key("a")), gone(Key::new("Group", "g"))]).expect_err("no such type");
    assert_eq!((failure.diagnosis().code.as_str(), host.take_changes()), ("unknown-resource-type", vec![]));
}
