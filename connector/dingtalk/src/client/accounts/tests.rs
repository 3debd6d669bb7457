//! Who has a disabled account, in full readings and when single people are read again, and what refusals of it cost.

use crate::DingTalk;
use crate::limits::MAX_LOST_ACCOUNTS;
use crate::testing::{Question, World, denied, ending, log, page, settings};
use rollcall_kit::connector::{refresh, sync};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{FaultKind, Key};
use serde_json::{Value, json};
use std::rc::Rc;

const STATUS: &str = "orgAccounts/status";

/// "a" and "b" have accounts of the company's, "b" a disabled one; "c" has their own.
fn feihua() -> World {
    let own = json!({"exclusive_account": false});
    World::new().account("a", &[1], false).account("b", &[1], true).user_with("c", &[1], &own)
}

fn asking() -> Value {
    let mut settings = settings();
    settings["account_status"] = json!(true);
    settings
}

fn read(host: &Rc<TestHost>, settings: &Value) -> String {
    ending(&sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(settings)))
}

fn read_again(host: &Rc<TestHost>, id: &str) {
    let keys = [Key::new("User", id)];
    refresh::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&asking()), &keys).unwrap();
}

/// `active` of "a", "b" and "c".
fn active(host: &TestHost) -> [Value; 3] {
    ["a", "b", "c"].map(|id| host.objects()[&Key::new("User", id)].document["active"].clone())
}

#[test]
fn whoever_has_a_disabled_account_is_inactive_and_nobody_else_is_asked_about() {
    for with_details in [false, true] {
        let world = feihua();
        let asked = world.asked();
        let host = world.into_host();
        let mut settings = asking();
        settings["person_details"] = json!(with_details);
        assert_eq!(read(&host, &settings), "complete");
        assert_eq!(active(&host), [json!(true), json!(false), json!(true)]);
        let mut ids: Vec<String> =
            asked.borrow().iter().filter(|question| question.path == STATUS).map(Question::id).collect();
        ids.sort();
        assert_eq!(ids, ["a", "b"]);
    }
}

#[test]
fn nobody_is_asked_about_unless_the_settings_want_it() {
    let world = feihua();
    let asked = world.asked();
    let host = world.into_host();
    assert_eq!(read(&host, &settings()), "complete");
    assert_eq!(active(&host), [json!(true), json!(true), json!(true)]);
    assert!(asked.borrow().iter().all(|question| question.path != STATUS));
}

#[test]
fn an_account_that_is_enabled_again_is_found_by_the_next_reading_of_its_person() {
    let host = feihua().into_host();
    read(&host, &asking());
    host.set_world(feihua().account("a", &[1], true).into_answers());
    read_again(&host, "a");
    assert_eq!(active(&host), [json!(false), json!(false), json!(true)]);
    let now = World::new().account("a", &[1], false).account("b", &[1], false);
    host.set_world(now.user_with("c", &[1], &json!({"exclusive_account": false})).into_answers());
    read(&host, &asking());
    assert_eq!(active(&host), [json!(true), json!(true), json!(true)]);
}

/// Ways not to be told.
fn refusals() -> [Reply; 8] {
    [
        denied(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "没有调用该接口的权限"),
        denied(403, "Forbidden.AccessDenied", "…"),
        denied(400, "InvalidParameter", "…"),
        denied(400, "InvalidAuthentication", "不合法的access_token"),
        denied(500, "unknownError", "未知错误"),
        page(502, "<html>"),
        Reply::json(r#"{"disable":"perhaps"}"#),
        Reply::Fail(FaultKind::Denied),
    ]
}

#[test]
fn whoever_cannot_be_told_of_stays_as_they_are_and_the_reading_is_complete() {
    for refusal in refusals() {
        let host = feihua().into_host();
        read(&host, &asking());
        host.take_entries();
        let told = format!("{refusal:?}");
        let world = || {
            let refusal = refusal.clone();
            feihua().fault(move |question, _| (question.path == STATUS).then(|| refusal.clone()))
        };
        host.set_world(world().into_answers());
        assert_eq!(read(&host, &asking()), "complete", "{told}");
        assert_eq!(active(&host), [json!(true), json!(false), json!(true)], "{told}");
        assert_eq!(log(&host), "warning accounts-unknown\n", "{told}");
        read_again(&host, "b");
        assert_eq!(active(&host), [json!(true), json!(false), json!(true)], "{told}");
    }
}

#[test]
fn whoever_was_never_told_of_is_neither_active_nor_inactive() {
    let refusal = || denied(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "…");
    let world = feihua().fault(move |question, _| (question.path == STATUS).then(refusal));
    let host = world.into_host();
    assert_eq!(read(&host, &asking()), "complete");
    assert_eq!(active(&host), [json!(null), json!(null), json!(true)]);
}

#[test]
fn whose_account_it_is_must_be_said() {
    for odd in [json!({"exclusive_account": null}), json!({"exclusive_account": "perhaps"})] {
        let host = feihua().into_host();
        read(&host, &asking());
        host.set_world(feihua().user_with("b", &[1], &odd).into_answers());
        assert_eq!(read(&host, &asking()), "complete");
        assert_eq!(active(&host)[1], json!(false), "{odd}");
    }
}

#[test]
fn an_interface_that_answers_nobody_is_not_asked_for_everybody() {
    let crowd = |world: World| (0..200).fold(world, |world, n| world.account(&format!("u{n}"), &[1], false));
    for refusal in [denied(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "…"), page(502, "")] {
        let world =
            crowd(feihua()).fault(move |question, _| (question.path == STATUS).then(|| refusal.clone()));
        let asked = world.asked();
        let host = world.into_host();
        assert_eq!(read(&host, &asking()), "complete");
        let n_asked = asked.borrow().iter().filter(|question| question.path == STATUS).count();
        // As many as are under way at once, with all their attempts, and the next few.
        assert!(n_asked <= 5 * (32 + usize::try_from(MAX_LOST_ACCOUNTS).unwrap()), "{n_asked}");
        assert_eq!(log(&host), "warning accounts-unknown\n");
    }
}

#[test]
fn a_host_that_lets_nothing_through_any_more_ends_the_reading() {
    let world = feihua()
        .fault(|question, _| (question.path == STATUS).then_some(Reply::Fail(FaultKind::ProxyRefused)));
    assert_eq!(read(&world.into_host(), &asking()), "host: test-fault");
}
