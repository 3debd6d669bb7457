//! Tokens, retries and secrets, seen through whole runs against a tiny world.

use crate::testing::{Question, SECRET, TOKEN, TOKEN_PATH, World, directory, ending, page, refused, run};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{Diagnosis, Failure, FaultKind, Host};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

fn feihua() -> World {
    World::new().department(2, 1, "R&D").department(3, 1, "Operations").user("a", &[2]).user("b", &[3])
}

fn n_tokens(asked: &RefCell<Vec<Question>>) -> usize {
    asked.borrow().iter().filter(|question| is_token(question)).count()
}

fn is_token(question: &Question) -> bool {
    question.path == TOKEN_PATH
}

fn token(text: &str, lifetime_s: u64) -> Reply {
    Reply::json(json!({"accessToken": text, "expireIn": lifetime_s}).to_string())
}

/// The failure of a run of this world.
#[track_caller]
fn failure(world: World) -> Diagnosis {
    match run(&world.into_host()) {
        Ok(summary) => panic!("it did not fail: {summary:?}"),
        Err(failure) => failure.diagnosis().clone(),
    }
}

fn fact<'a>(diagnosis: &'a Diagnosis, name: &str) -> Option<&'a str> {
    diagnosis.facts.iter().find(|(fact, _)| fact == name).map(|(_, value)| value.as_str())
}

#[test]
fn one_token_serves_a_whole_run() {
    let world = feihua();
    let asked = world.asked();
    run(&world.into_host()).unwrap();
    assert_eq!(n_tokens(&asked), 1);
}

#[test]
fn a_token_revoked_half_way_is_replaced_once_for_everyone() {
    // The first token ends after the third request; whoever still sends it is refused.
    let n_sent = Cell::new(0);
    let world = feihua().fault(move |question, n_before| {
        if is_token(question) {
            return (n_before == 0).then(|| token("old", 7200));
        }
        n_sent.set(n_sent.get() + 1);
        match (question.token.as_str(), n_sent.get()) {
            ("old", ..=2) => Some(Reply::json(
                json!({"errcode": 0, "auth_org_scopes": {"authed_dept": [1], "authed_user": []},
                    "result": {"dept_id": 1, "name": "Feihua"}})
                .to_string(),
            )),
            _ => None,
        }
    });
    let asked = world.asked();
    let host = world.into_host();
    assert_eq!((ending(&run(&host)).as_str(), n_tokens(&asked)), ("complete", 2));
    assert_eq!(directory(&host), {
        let plain = feihua().into_host();
        run(&plain).unwrap();
        directory(&plain)
    });
}

#[test]
fn a_new_token_that_is_refused_too_ends_the_run() {
    let world =
        feihua().fault(|question, _| (!is_token(question)).then(|| refused(40014, "不合法的access_token")));
    let asked = world.asked();
    assert_eq!((failure(world).code.as_str(), n_tokens(&asked)), ("token-refused", 2));
}

#[test]
fn a_token_that_ends_while_requests_wait_for_their_turn_is_replaced_as_often_as_needed() {
    // Each answer takes longer than a token lives; only a request in the first second of a token is accepted.
    let world = Rc::new(RefCell::new(feihua().into_answers()));
    let issued = Cell::new((0, 0));
    let host = TestHost::new(move |now_ms, request| {
        let (n, at_ms) = issued.get();
        if request.url.ends_with("/accessToken") {
            issued.set((n + 1, now_ms));
            return token(TOKEN, 1);
        }
        if 3 <= n && now_ms < at_ms + 1_000 {
            return (world.borrow_mut())(now_ms, request);
        }
        match refused(42001, "access_token超时") {
            Reply::After(_, response) => Reply::After(1_500, response),
            other @ (Reply::Fail(_) | Reply::FailAs(..) | Reply::Hang) => other,
        }
    });
    assert_eq!(ending(&run(&host)), "complete");
}

#[test]
fn a_permission_granted_after_the_token_was_takes_effect() {
    let world = feihua().fault(|question, n_before| {
        (question.is("department/get", "1") && n_before == 0).then(|| refused(60011, "没有权限"))
    });
    let asked = world.asked();
    assert_eq!((ending(&run(&world.into_host())).as_str(), n_tokens(&asked)), ("complete", 2));
}

#[test]
fn a_missing_permission_ends_the_run_and_says_which_and_where() {
    const TEXT: &str = "应用尚未开通所需的权限：[qyapi_get_department_member]，点击链接申请并开通即可：\
        https://open-dev.dingtalk.com/appscope/apply?content=key%23qyapi_get_department_member, \
        {requiredScopes=[qyapi_get_department_member]}";
    let text = json!({"errcode": 88, "sub_code": "60011", "sub_msg": TEXT, "request_id": "16l4ew3d47pdp",
        "errmsg": format!("ding talk error[subcode=60011,submsg={TEXT}]")});
    let why = failure(
        feihua()
            .fault(move |question, _| (question.path == "user/list").then(|| Reply::json(text.to_string()))),
    );
    assert_eq!(
        (why.code.as_str(), fact(&why, "requiredScopes"), fact(&why, "request_id"), fact(&why, "apply")),
        (
            "permission-missing",
            Some("qyapi_get_department_member"),
            Some("16l4ew3d47pdp"),
            Some("https://open-dev.dingtalk.com/appscope/apply?content=key%23qyapi_get_department_member"),
        )
    );
}

#[test]
fn a_refused_address_ends_the_run_and_says_which() {
    let why = failure(feihua().fault(|question, _| {
        (!is_token(question))
            .then(|| refused(60020, "访问ip不在白名单之中,request ip=203.119.196.81 appKey(key)"))
    }));
    assert_eq!((why.code.as_str(), fact(&why, "address")), ("ip-not-allowed", Some("203.119.196.81")));
    assert!(why.remedy.unwrap().zh.contains("203.119.196.81"));
}

#[test]
fn a_wrong_secret_is_asked_with_once() {
    let world =
        feihua().fault(|question, _| is_token(question).then(|| refused(40096, "不合法的appKey或appSecret")));
    let asked = world.asked();
    let why = failure(world);
    assert_eq!(
        (why.code.as_str(), fact(&why, "setting"), n_tokens(&asked)),
        ("credentials-wrong", Some("/app_secret"), 1)
    );
}

#[test]
fn what_is_too_fast_is_repeated_after_a_second_and_nothing_is_lost() {
    let world = feihua().fault(|question, n_before| {
        (question.path == "user/list" && n_before == 0).then(|| refused(90018, "qps"))
    });
    let host = world.into_host();
    let began_ms = rollcall_kit::Host::now_ms(&*host);
    assert_eq!(ending(&run(&host)), "complete");
    assert!(began_ms + 1_000 <= rollcall_kit::Host::now_ms(&*host));
}

#[test]
fn every_passing_trouble_passes() {
    let troubles: [fn() -> Reply; 8] = [
        || refused(-1, "系统繁忙"),
        || refused(15, "Remote service error"),
        || page(200, r#"{"errcode":88,"sub_code":"","errmsg":"ding talk error"}"#),
        || page(504, ""),
        || page(200, "<html>"),
        || Reply::Hang,
        || Reply::Fail(FaultKind::NotSent),
        || Reply::Fail(FaultKind::Interrupted),
    ];
    for (n, trouble) in troubles.into_iter().enumerate() {
        let host = feihua().fault(move |_, n_before| (n_before < 2).then(trouble)).into_host();
        assert_eq!(ending(&run(&host)), "complete", "trouble {n}");
    }
}

#[test]
fn a_source_that_answers_nothing_any_more_is_not_asked_thousands_of_times() {
    let mut world = World::new();
    for id in 2..1_000 {
        world = world.department(id, 1, "D");
    }
    let world =
        world.fault(|question, _| question.id().parse().is_ok_and(|id: i64| 1 < id).then(|| page(502, "")));
    let asked = world.asked();
    assert_eq!(failure(world).code, "source-not-answering");
    // The token, the scope and the root; then as many as are under way, five times each, and a few more.
    assert!(asked.borrow().len() < 300, "{}", asked.borrow().len());
}

#[test]
fn a_host_that_grants_nothing_ends_the_run_with_its_own_words() {
    let host = TestHost::new(|_, _| Reply::Fail(FaultKind::Denied));
    assert_eq!(ending(&run(&host)), "host: test-fault");
    // The new interface for a token, then the old one.
    assert_eq!(host.n_requests(), 2);
}

#[test]
fn secrets_that_dingtalk_repeats_are_not_passed_on() {
    let told = format!("appSecret {SECRET} access_token {TOKEN}");
    for code in
        [40096, 40014, 60011, 60020, 50003, 99999, -1, 90018, 60003, 50004, 90020, 52010, 70001, 400002]
    {
        for at_token in [true, false] {
            let told = told.clone();
            let world = feihua()
                .fault(move |question, _| (is_token(question) == at_token).then(|| refused(code, &told)));
            let host = world.into_host();
            let ran = run(&host);
            let said = format!("{ran:?} {:?}", host.take_entries());
            // A token that was never granted is not known and cannot be recognised.
            assert!(!said.contains(SECRET) && (at_token || !said.contains(TOKEN)), "{code}: {said}");
        }
    }
}

#[test]
fn a_blocked_address_says_when_to_come_back() {
    let blocked = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}"#;
    let host = feihua().fault(move |_, _| Some(page(200, blocked))).into_host();
    let ran = run(&host);
    let Err(Failure::Unavailable(why, Some(300_000))) = ran else { panic!("{ran:?}") };
    assert_eq!(why.code, "address-blocked");
    // Counted, and nothing held back for it.
    assert_eq!(host.take_throttles(), vec![throttle("v1.0/oauth2/accessToken", 0); 5]);
}

#[test]
fn which_interface_is_called_too_fast_is_told_to_the_host_at_once_and_to_people_once() {
    // In Beijing the clock begins at 2026-01-01 08:00:00, and busy scopes take the first second.
    let ends = "限制将在 2026-01-01 08:00:07 结束";
    let fault = move |question: &Question, n_before| match n_before {
        0 if question.path == "auth/scopes" => Some(refused(-1, "系统繁忙")),
        0 if question.is("department/listsub", "1") => Some(refused(90002, ends)),
        0 if question.is("user/list", "2") => Some(refused(90018, "qps")),
        0 if question.is("user/list", "3") => Some(page(429, "")),
        _ => None,
    };
    let host = feihua().fault(fault).into_host();
    assert_eq!(ending(&run(&host)), "complete");
    let members = throttle("topapi/v2/user/list", 1_000);
    let expected = [throttle("topapi/v2/department/listsub", 5_995), members.clone(), members];
    assert_eq!(host.take_throttles(), expected);
    let told: Vec<_> = host.take_entries().into_iter().map(|entry| entry.diagnosis).collect();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(told.message.en, "DingTalk refused 3 calls for coming too fast, and was asked again later");
}

fn throttle(bucket: &str, wait_ms: u32) -> (Option<String>, u32) {
    (Some(bucket.to_owned()), wait_ms)
}

#[test]
fn a_renewal_that_fails_does_not_stop_a_run_whose_token_is_still_good() {
    let chain = || (2..7).fold(World::new(), |world, id| world.department(id, id - 1, "D"));
    // The token is to be renewed at half its 200 s, which comes between the fourth and the fifth level.
    let slow = |reply| match reply {
        Reply::After(_, response) => Reply::After(19_000, response),
        other @ (Reply::Fail(_) | Reply::FailAs(..) | Reply::Hang) => other,
    };
    let mut answers = chain().into_answers();
    let n_tokens = Rc::new(Cell::new(0));
    let asked = Rc::clone(&n_tokens);
    let host = TestHost::new(move |now_ms, request| {
        if !request.url.ends_with("/accessToken") {
            return slow(answers(now_ms, request));
        }
        n_tokens.set(n_tokens.get() + 1);
        if n_tokens.get() == 1 { token(TOKEN, 200) } else { page(502, "") }
    });
    assert_eq!((ending(&run(&host)).as_str(), asked.get()), ("complete", 6));
}

#[test]
fn what_is_too_large_is_asked_for_once() {
    let world = feihua()
        .fault(|question, _| question.is("user/list", "2").then_some(Reply::Fail(FaultKind::TooLarge)));
    let asked = world.asked();
    assert_eq!(ending(&run(&world.into_host())), "partial");
    assert_eq!(asked.borrow().iter().filter(|question| question.is("user/list", "2")).count(), 1);
}

/// How a run ends, how often it asked and how many milliseconds it took, when these requests are not sent for this reason.
fn cut_off(is_cut: fn(&Question) -> bool, kind: FaultKind) -> (String, usize, u64) {
    let world = feihua().fault(move |question, _| is_cut(question).then_some(Reply::Fail(kind)));
    let asked = world.asked();
    let host = world.into_host();
    let begun_ms = host.now_ms();
    let end = ending(&run(&host));
    let n_asked = asked.borrow().len();
    (end, n_asked, host.now_ms() - begun_ms)
}

#[test]
fn a_way_that_leads_nowhere_from_the_start_is_tried_twice() {
    for kind in [FaultKind::ProxyUnreachable, FaultKind::Untrusted] {
        assert_eq!(cut_off(|_| true, kind), ("unavailable: test-fault".to_owned(), 2, 1_000));
    }
}

#[test]
fn a_proxy_that_refuses_is_asked_once_so_that_no_account_is_locked() {
    assert_eq!(cut_off(|_| true, FaultKind::ProxyRefused), ("host: test-fault".to_owned(), 1, 0));
}

#[test]
fn a_name_that_is_not_found_may_be_in_a_moment() {
    assert_eq!(cut_off(|_| true, FaultKind::NotSent), ("unavailable: test-fault".to_owned(), 5, 15_000));
}

#[test]
fn a_way_that_breaks_half_way_is_tried_as_often_as_everything_else() {
    let (end, n_asked, _) = cut_off(|question| !is_token(question), FaultKind::ProxyUnreachable);
    assert_eq!((end.as_str(), n_asked), ("unavailable: test-fault", 1 + 5));
}
