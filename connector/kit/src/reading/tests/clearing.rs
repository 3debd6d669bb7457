//! What is cleared, and what is kept.

use super::{Source, host, mobile, read, run, user, user_key};
use crate::limits::CLEARING_FLOOR;
use crate::model::Key;
use crate::testing::{Stored, TestHost};
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use std::rc::Rc;

fn titled(id: &str) -> super::Draft {
    user(id, json!({"title": "Lead"}))
}

fn untitled(id: &str) -> super::Draft {
    user(id, json!({}))
}

/// A host after these readings.
fn after(sources: impl IntoIterator<Item = Source>) -> Rc<TestHost> {
    let host = host();
    for source in sources {
        read(&host, &source);
    }
    host.take_changes();
    host.take_entries();
    host
}

fn title_of(host: &TestHost, id: &str) -> Value {
    host.objects()[&user_key(id)].document["title"].clone()
}

#[track_caller]
fn check(host: &Rc<TestHost>, source: &Source, expected: &Expect) {
    expected.assert_eq(&run(host, source));
}

#[test]
fn what_one_person_lost_and_another_has_is_cleared() {
    let host = after([Source::of([titled("a"), titled("b")])]);
    check(
        &host,
        &Source::of([untitled("a"), titled("b")]),
        &expect![[r#"
            put a {"externalId":"a","schemas":["urn:u"]}
            put a {"externalId":"a","title":null}
            complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn null_is_no_value_that_somebody_was_seen_with() {
    let host = after([Source::of([titled("a"), titled("b")])]);
    let source = Source::of([untitled("a"), user("b", json!({"title": null}))]);
    check(
        &host,
        &source,
        &expect![[r#"
            put a {"externalId":"a","schemas":["urn:u"]}
            put b {"externalId":"b","schemas":["urn:u"],"title":null}
            propose title {"title":null} of a: title was seen on nobody; what the platform holds for up to 1 object is kept
            complete: 2 read, 0 unchanged, 0 skipped"#]],
    );
    assert_eq!((title_of(&host, "a"), title_of(&host, "b")), (json!("Lead"), json!(null)));
}

#[test]
fn what_was_said_to_have_no_value_is_nothing_to_clear_later() {
    let host = after([
        Source::of([titled("a"), titled("b")]),
        Source::of([titled("a"), user("b", json!({"title": null}))]),
    ]);
    check(
        &host,
        &Source::of([titled("a"), untitled("b")]),
        &expect![[r#"
        put b {"externalId":"b","schemas":["urn:u"]}
        complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn what_an_answer_could_not_show_is_not_cleared() {
    let untold = |id| untitled(id).without_word_of(&super::SCHEMAS[1], &["title"]);
    let host = after([Source::of([titled("a"), titled("b")]), Source::of([untold("a"), titled("b")])]);
    assert_eq!((title_of(&host, "a"), title_of(&host, "b")), (json!("Lead"), json!("Lead")));
}

#[test]
fn what_no_answer_could_show_is_no_news() {
    let untold = |id| untitled(id).without_word_of(&super::SCHEMAS[1], &["title"]);
    let host = after([Source::of([titled("a")]), Source::of([untold("a")])]);
    check(&host, &Source::of([untold("a")]), &expect!["complete: 1 read, 1 unchanged, 0 skipped"]);
}

#[test]
fn what_an_answer_could_not_show_is_not_taken_for_ours_to_clear() {
    let untold = untitled("a").without_word_of(&super::SCHEMAS[1], &["title"]);
    let host = after([Source::of([untold, titled("b")])]);
    check(
        &host,
        &Source::of([untitled("a"), titled("b")]),
        &expect!["complete: 2 read, 2 unchanged, 0 skipped"],
    );
}

#[test]
fn what_was_cleared_is_gone_from_the_platform() {
    let host = after([Source::of([titled("a"), titled("b")]), Source::of([untitled("a"), titled("b")])]);
    assert_eq!((title_of(&host, "a"), title_of(&host, "b")), (Value::Null, json!("Lead")));
}

#[test]
fn what_was_cleared_stays_quiet_in_the_third_reading() {
    let host = after([Source::of([titled("a"), titled("b")]), Source::of([untitled("a"), titled("b")])]);
    check(
        &host,
        &Source::of([untitled("a"), titled("b")]),
        &expect!["complete: 2 read, 2 unchanged, 0 skipped"],
    );
}

#[test]
fn what_comes_back_after_it_was_cleared_is_put_and_can_be_cleared_again() {
    let host = after([
        Source::of([titled("a"), titled("b")]),
        Source::of([untitled("a"), titled("b")]),
        Source::of([titled("a"), titled("b")]),
        Source::of([untitled("a"), titled("b")]),
    ]);
    assert_eq!(title_of(&host, "a"), Value::Null);
}

#[test]
fn what_was_seen_on_nobody_is_left_to_a_person() {
    let host = after([Source::of([titled("a"), titled("b")])]);
    check(
        &host,
        &Source::of([untitled("a"), untitled("b")]),
        &expect![[r#"
            put a {"externalId":"a","schemas":["urn:u"]}
            put b {"externalId":"b","schemas":["urn:u"]}
            propose title {"title":null} of a b: title was seen on nobody; what the platform holds for up to 2 objects is kept
            complete: 2 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn what_nobody_ever_had_is_no_warning() {
    let host = after([Source::of([untitled("a"), untitled("b")])]);
    check(
        &host,
        &Source::of([untitled("a"), untitled("b")]),
        &expect!["complete: 2 read, 2 unchanged, 0 skipped"],
    );
}

#[test]
fn an_element_of_a_list_is_cleared_and_its_neighbour_stays() {
    let both = json!({"phoneNumbers": [{"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}]});
    let work = json!({"phoneNumbers": [{"type": "work", "value": "2"}]});
    let host = after([Source::of([user("a", both), user("b", mobile("3"))])]);
    read(&host, &Source::of([user("a", work.clone()), user("b", mobile("3"))]));
    assert_eq!(host.objects()[&user_key("a")].document["phoneNumbers"], work["phoneNumbers"]);
}

#[test]
fn what_lies_in_an_extension_is_cleared_there() {
    let remark = json!({"urn:x": {"remark": "r", "level": 1}});
    let host = after([Source::of([user("a", remark.clone()), user("b", remark.clone())])]);
    check(
        &host,
        &Source::of([user("a", json!({"urn:x": {"level": 1}})), user("b", remark)]),
        &expect![[r#"
            put a {"externalId":"a","schemas":["urn:u"],"urn:x":{"level":1}}
            put a {"externalId":"a","urn:x":{"remark":null}}
            complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn an_incomplete_reading_clears_nothing() {
    let host = after([Source::of([titled("a"), titled("b")])]);
    check(
        &host,
        &Source::of([untitled("a"), titled("b")]).broken(),
        &expect![[r#"
            put a {"externalId":"a","schemas":["urn:u"]}
            error: a page was lost
            incomplete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn what_an_incomplete_reading_kept_is_cleared_by_the_next_complete_one() {
    let host =
        after([Source::of([titled("a"), titled("b")]), Source::of([untitled("a"), titled("b")]).broken()]);
    check(
        &host,
        &Source::of([untitled("a"), titled("b")]),
        &expect![[r#"
        put a {"externalId":"a","title":null}
        complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn nothing_is_cleared_when_someone_absent_cannot_be_asked_about() {
    let host = after([Source::of([titled("a"), titled("b"), titled("c")])]);
    let why = crate::Failure::Other(crate::Diagnosis::new("x", "nobody knows", "未知"));
    let source = Source::of([untitled("a"), titled("b")]);
    read(&host, &source.saying(user_key("c"), crate::Lookup::Unknown(why)));
    assert_eq!(title_of(&host, "a"), json!("Lead"));
}

/// How many of `n_with + n_losing` people still have a title after `n_losing` of them lost it at the source.
fn n_titles_left(n_with: u64, n_losing: u64) -> (u64, bool) {
    let ids: Vec<String> = (0..n_with + n_losing).map(|n| format!("{n:04}")).collect();
    let (with, losing) = ids.split_at(usize::try_from(n_with).expect("a test is small"));
    let host = after([Source::of(ids.iter().map(|id| titled(id)))]);
    let drafts = with.iter().map(|id| titled(id)).chain(losing.iter().map(|id| untitled(id)));
    read(&host, &Source::of(drafts));
    let has_title = |stored: &&Stored| stored.document.get("title").is_some();
    let left = host.objects().values().filter(has_title).count();
    let proposed = host.take_proposed();
    let waits = proposed.iter().any(|clearing| clearing.reason.code == "clearing-kept");
    (u64::try_from(left).expect("a test is small"), waits)
}

#[test]
fn a_few_are_cleared_whatever_their_share() {
    assert_eq!(n_titles_left(1, CLEARING_FLOOR), (1, false));
}

#[test]
fn more_than_a_few_are_left_to_a_person() {
    assert_eq!(n_titles_left(1, CLEARING_FLOOR + 1), (CLEARING_FLOOR + 2, true));
}

#[test]
fn a_small_share_is_cleared_however_many_they_are() {
    assert_eq!(n_titles_left(190, 10), (190, false));
}

#[test]
fn a_larger_share_is_left_to_a_person() {
    assert_eq!(n_titles_left(189, 10), (199, true));
}

#[test]
fn what_was_kept_as_too_many_is_cleared_once_they_are_few() {
    let ids: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let host = after([
        Source::of(ids.iter().map(|id| titled(id))),
        Source::of(ids.iter().map(|id| if id == "0" { titled(id) } else { untitled(id) })),
    ]);
    read(&host, &Source::of(ids.iter().map(|id| if id == "1" { untitled(id) } else { titled(id) })));
    let left: Vec<Key> = host
        .objects()
        .iter()
        .filter(|(_, stored)| stored.document.get("title").is_none())
        .map(|(key, _)| key.clone())
        .collect();
    assert_eq!(left, [user_key("1")]);
}

#[test]
fn what_someone_wrote_on_the_platform_is_not_the_sources_to_clear() {
    let host = after([Source::of([untitled("a"), titled("b")])]);
    let mut objects = host.objects().clone();
    let by_hand = json!({"externalId": "a", "title": "by hand"});
    objects.insert(user_key("a"), Stored { version: String::new(), document: by_hand });
    host.set_objects(objects);
    read(&host, &Source::of([untitled("a"), titled("b")]));
    assert_eq!(title_of(&host, "a"), json!("by hand"));
}

#[test]
fn many_who_were_changed_on_the_platform_do_not_stop_a_clearing() {
    let ids: Vec<String> = (0..20).map(|n| format!("{n:02}")).collect();
    let everyone = |first: fn(&str) -> super::Draft| {
        let draft = move |id: &String| match id.as_str() {
            "00" => first(id),
            "01" => titled(id),
            _ => untitled(id),
        };
        Source::of(ids.iter().map(draft))
    };
    let host = after([everyone(titled)]);
    let mut objects = host.objects().clone();
    objects.iter_mut().skip(2).for_each(|(_, stored)| stored.version.clear());
    host.set_objects(objects);
    read(&host, &everyone(untitled));
    assert_eq!((title_of(&host, "00"), host.take_entries()), (Value::Null, vec![]));
}

#[test]
fn an_object_whose_document_was_refused_is_not_cleared_either() {
    let host = after([Source::of([titled("a"), titled("b")])]);
    host.reject(user_key("a"));
    check(
        &host,
        &Source::of([user("a", json!({"nickName": "new"})), titled("b")]),
        &expect![[r#"
            put a {"externalId":"a","nickName":"new","schemas":["urn:u"]}
            error a: the test rejects it
            complete: 2 read, 1 unchanged, 0 skipped"#]],
    );
}
