//! Bringing single objects in line.

use super::{
    DEPARTMENT, SCHEMAS, Source, called, department, document, host, mobile, read, report, user, user_key,
};
use crate::limits::CLEARING_FLOOR;
use crate::lookup::Lookup;
use crate::model::{Diagnosis, Failure, Removal};
use crate::reading::refresh_objects;
use crate::testing::TestHost;
use crate::{Draft, Key, Refreshed, Summary};
use expect_test::{Expect, expect};
use rollcall_rules::reach::Export;
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
    refreshed(host, lookups).map(|refreshed| refreshed.summary)
}

fn refreshed(host: &Rc<TestHost>, lookups: &[(Key, Lookup)]) -> Result<Refreshed, Failure> {
    let context = called(Export::Refresh, host.clone());
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
fn what_is_not_understood_is_skipped_and_not_worth_another_try() {
    let odd = Lookup::NotUnderstood(Diagnosis::new("odd", "not in a known form", "格式无法识别"));
    let refreshed = refreshed(&populated(), &[(Key::new("User", "a"), odd)]).unwrap();
    assert_eq!(
        (refreshed.summary.complete, refreshed.summary.skipped, refreshed.unknown.len()),
        (true, 1, 0)
    );
}

#[test]
fn what_could_not_be_asked_about_is_told_with_the_reason() {
    let unknown = Failure::Other(Diagnosis::new("x", "nobody knows", "未知"));
    let lookups = [(user_key("b"), Lookup::Unknown(unknown.clone())), present(user("a", mobile("1")))];
    let refreshed = refreshed(&populated(), &lookups).expect("nothing stops it");
    assert_eq!(refreshed.unknown, [(user_key("b"), unknown)].into());
}

#[test]
fn an_event_is_unfinished_when_something_that_it_names_could_not_be_asked_about() {
    let host = populated();
    let silent = Failure::Unavailable(Diagnosis::new("silent", "nobody answers", "无人应答"), None);
    let lookups = [present(user("a", mobile("9"))), (user_key("b"), Lookup::Unknown(silent.clone()))];
    let refreshed = refreshed(&host, &lookups).expect("nothing stops it");
    assert!(!refreshed.summary.complete);
    let event = |id: &str, of: &[&str]| (id.to_owned(), of.iter().map(|id| user_key(id)).collect());
    let handled = refreshed.handled([event("1", &["a"]), event("2", &["a", "b"]), event("3", &[])]);
    assert_eq!(handled.unfinished, [("2".to_owned(), silent)]);
    assert_eq!(handled.summary, Summary { read: 1, complete: true, ..Summary::default() });
}

/// A host that holds these people.
fn holding(drafts: impl IntoIterator<Item = Draft>) -> Rc<TestHost> {
    let host = host();
    read(&host, &Source::of(drafts));
    host.take_changes();
    host
}

fn full(id: &str) -> Draft {
    let mut members = mobile("1");
    members["title"] = json!("Lead");
    members["urn:x"] = json!({"remark": "r"});
    user(id, members)
}

#[test]
fn what_its_own_reading_shows_to_be_empty_is_cleared_at_once_though_nobody_else_has_it() {
    let host = holding([full("a")]);
    let mut members = mobile("1");
    members["urn:x"] = json!({"remark": "r"});
    let untitled = [present(user("a", members))];
    let summary = refresh(&host, &untitled).expect("nothing stops it");
    expect![[r#"
        put a {"externalId":"a","phoneNumbers":[{"type":"mobile","value":"1"}],"schemas":["urn:u"],"urn:x":{"remark":"r"}}
        put a {"externalId":"a","title":null}
        complete: 1 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&report(&host, &summary));
    let summary = refresh(&host, &untitled).expect("nothing stops it");
    expect!["complete: 1 read, 1 unchanged, 0 skipped"].assert_eq(&report(&host, &summary));
}

#[test]
fn what_its_own_reading_does_not_show_is_left_to_a_person() {
    let host = holding([full("a"), full("b")]);
    let summary = refresh(&host, &[present(user("a", json!({"title": "Lead"})))]).expect("nothing stops it");
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"],"title":"Lead"}
        propose mobile {"phoneNumbers":[{"type":"mobile","value":null}]} of a: mobile may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        propose remark {"urn:x":{"remark":null}} of a: remark may have been emptied, or may be hidden: what was read does not tell which; the value is kept
        complete: 1 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&report(&host, &summary));
    let document = host.objects()[&user_key("a")].document.clone();
    assert_eq!(
        (&document["phoneNumbers"][0]["value"], &document["urn:x"]["remark"]),
        (&json!("1"), &json!("r"))
    );
}

#[test]
fn what_an_event_did_not_prove_is_decided_by_the_next_full_reading() {
    let host = holding([full("a"), full("b")]);
    let untold = user("a", json!({"title": "Lead"}));
    refresh(&host, &[present(untold.clone())]).expect("nothing stops it");
    read(&host, &Source::of([untold, full("b")]));
    let document = host.objects()[&user_key("a")].document.clone();
    assert_eq!(document, json!({"externalId": "a", "schemas": ["urn:u"], "title": "Lead"}));
}

#[test]
fn a_permission_that_is_shown_by_no_attribute_proves_what_is_behind_it() {
    let host = holding([full("a")]);
    refresh(&host, &[present(user("a", json!({"title": "Lead"})).showing(["phone"]))])
        .expect("nothing stops it");
    let document = host.objects()[&user_key("a")].document.clone();
    assert_eq!((document.get("phoneNumbers"), &document["urn:x"]["remark"]), (None, &json!("r")));
}

#[test]
fn what_an_own_reading_could_not_show_is_neither_cleared_nor_proposed() {
    let host = holding([full("a")]);
    let names = ["title", "mobile", "remark"];
    let untold = user("a", json!({})).without_word_of(&SCHEMAS[1], &names);
    let summary = refresh(&host, &[present(untold)]).expect("nothing stops it");
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"]}
        complete: 1 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&report(&host, &summary));
}

#[test]
fn many_who_lose_it_in_one_batch_are_left_to_a_person() {
    let n_proposed = |n_losing: u64| {
        let ids: Vec<String> = (0..n_losing).map(|n| n.to_string()).collect();
        let host = holding(ids.iter().map(|id| user(id, json!({"title": "Lead"}))));
        let untitled: Vec<_> = ids.iter().map(|id| present(user(id, json!({})))).collect();
        refresh(&host, &untitled).expect("nothing stops it");
        let left = host.objects().values().filter(|stored| stored.document.get("title").is_some()).count();
        let proposed = host.take_proposed();
        (
            left,
            proposed
                .into_iter()
                .map(|clearing| (clearing.reason.code, clearing.keys.len()))
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(n_proposed(CLEARING_FLOOR), (0, vec![]));
    assert_eq!(n_proposed(CLEARING_FLOOR + 1), (6, vec![("clearing-kept".to_owned(), 6)]));
}

#[test]
fn nothing_is_cleared_where_the_document_was_refused() {
    let host = holding([full("a")]);
    host.reject(user_key("a"));
    refresh(&host, &[present(user("a", mobile("2")))]).expect("nothing stops it");
    assert_eq!(host.take_changes().len(), 1);
    assert_eq!(host.objects()[&user_key("a")].document["title"], "Lead");
}

#[test]
fn a_key_that_is_named_twice_is_asked_about_once() {
    let host = populated();
    let asked = RefCell::new(Vec::new());
    let context = called(Export::Refresh, host.clone());
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
