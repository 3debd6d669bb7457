//! What a host sees of the connector as a whole: who it is, what it plans, and what one object looks like when it is
//! asked about by itself.

use crate::DingTalk;
use crate::testing::{
    SECRET, TOKEN, TOKEN_PATH, World, denied, directory, ending, log, page, refused, run, run_for, settings,
    settings_with_details,
};
use expect_test::{Expect, expect};
use rollcall_kit::ports::{Call, Host};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{
    Connector, Context, EventDelivery, Failure, Key, Lookup, Origin, Plan, Request, SecretUse, connector,
    live,
};
use rollcall_rules::reach::Export;
use rollcall_rules::sealed::settings::is_sealed;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

fn feihua() -> World {
    World::new().department(2, 1, "R&D").department(3, 2, "Kernel").user("a", &[1, 2]).user("b", &[3])
}

#[test]
fn the_settings_schema_is_json_and_names_every_setting_in_two_languages_in_the_order_of_a_form() {
    let descriptor = DingTalk::describe();
    let schema: Value = serde_json::from_str(&descriptor.settings_schema).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    for (name, property) in properties {
        for text in ["title", "description", "x-title-zh-CN", "x-description-zh-CN"] {
            assert!(property[text].as_str().is_some_and(|text| !text.is_empty()), "{name}: {text}");
        }
    }
    let order = |name: &&str| properties[*name]["x-order"].as_u64().unwrap();
    let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
    names.sort_by_key(order);
    assert_eq!(
        names,
        [
            "corp_id",
            "app_key",
            "app_secret",
            "events",
            "callback_token",
            "callback_aes_key",
            "details",
            "person_details",
            "account_status",
            "leave_out_branches",
            "requests_per_second",
            "api_base",
            "oapi_base",
            "stream_base",
            "token_interface"
        ]
    );
    let sealed = |name: &&str| is_sealed(&schema, &format!("/{name}"));
    assert_eq!(names.iter().filter(|name| sealed(name)).collect::<Vec<_>>(), [&"app_secret"]);
    // They are needed inside, to verify and to decrypt.
    for name in ["app_secret", "callback_token", "callback_aes_key"] {
        assert_eq!(schema["properties"][name]["writeOnly"], true, "{name}");
    }
}

#[test]
fn the_plan_limits_each_interface_by_itself() {
    let mut settings = settings();
    settings["requests_per_second"] = json!(40);
    let (_, plan) = DingTalk::configure(&settings.to_string()).unwrap();
    let mut told = origins(&plan).join("\n");
    for limit in plan.limits {
        told += &format!("\n{} {}/{} ms", limit.bucket, limit.requests, limit.window_ms);
    }
    expect![[r#"
        https://oapi.dingtalk.com
        https://api.dingtalk.com
        v1.0/oauth2/accessToken 5/1000 ms
        gettoken 5/1000 ms
        auth/scopes 40/1000 ms
        topapi/v2/department/listsub 40/1000 ms
        topapi/v2/department/get 40/1000 ms
        topapi/v2/department/listparentbydept 40/1000 ms
        topapi/v2/user/list 40/1000 ms
        topapi/v2/user/get 40/1000 ms
        topapi/v2/department/listsubid 40/1000 ms
        topapi/user/listid 40/1000 ms
        call_back/get_call_back_failed_result 40/1000 ms
        v1.0/contact/orgAccounts/status 40/1000 ms
        v1.0/oauth2/token 5/1000 ms"#]]
    .assert_eq(&told);
}

#[test]
fn one_gateway_for_both_apis_is_one_origin() {
    let mut settings = settings();
    settings["oapi_base"] = json!("http://127.0.0.1:8080/");
    settings["api_base"] = json!("http://127.0.0.1:8080");
    let (_, plan) = DingTalk::configure(&settings.to_string()).unwrap();
    assert_eq!(origins(&plan), ["http://127.0.0.1:8080"]);
}

#[test]
fn where_channels_lead_is_planned_for_dingtalk_here_and_overseas_and_for_what_the_settings_say() {
    let channels = |more: &[(&str, &str)]| {
        let mut settings = settings();
        settings["events"] = json!("stream");
        more.iter().for_each(|(name, value)| settings[*name] = json!(value));
        let (_, plan) = DingTalk::configure(&settings.to_string()).unwrap();
        let bases =
            [&settings["oapi_base"], &settings["api_base"]].map(|base| base.as_str().unwrap_or_default());
        let others = plan.origins.into_iter().filter(|origin| {
            !bases.contains(&origin.origin.as_str()) && !origin.origin.contains("api.dingtalk.")
        });
        let told = |origin: Origin| format!("{}{}", origin.origin, if origin.optional { "?" } else { "" });
        others.map(told).collect::<Vec<_>>().join(" ")
    };
    let here = "https://wss-open-connection.dingtalk.com https://wss-open-connection-union.dingtalk.com?";
    let overseas = "https://wss-open-connection.dingtalk.io https://wss-open-connection-union.dingtalk.io?";
    let io = [("oapi_base", "https://oapi.dingtalk.io"), ("api_base", "https://api.dingtalk.io")];
    let private = ("api_base", "https://dingtalk.corp.example");
    assert_eq!(channels(&[]), here);
    assert_eq!(channels(&io), overseas);
    assert_eq!(channels(&io[1..]), overseas);
    assert_eq!(channels(&io[..1]), overseas);
    assert_eq!(channels(&[private]), "");
    assert_eq!(channels(&[private, ("stream_base", "wss://S.corp.example:443/")]), "https://s.corp.example");
    assert_eq!(channels(&[("stream_base", "https://s.corp.example:8443")]), "https://s.corp.example:8443");
    assert_eq!(channels(&[private, ("stream_base", "wss://dingtalk.corp.example")]), "");
    assert_eq!(channels(&[("api_base", "https://api.notdingtalk.io")]), "");
    assert_eq!(channels(&[("events", "http"), ("callback_token", "abc"), AES_KEY]), "");
}

/// Of the right form.
const AES_KEY: (&str, &str) = ("callback_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG");

#[test]
fn an_address_of_stream_mode_is_a_host_alone() {
    for text in ["wss://h/path", "wss://u@h", "ftp://h", "h", "wss://"] {
        let mut settings = settings();
        settings["stream_base"] = json!(text);
        let problems = DingTalk::configure(&settings.to_string()).unwrap_err();
        assert_eq!(problems[0].code, "setting-not-an-origin", "{text}");
    }
    for text in ["wss://h", "ws://h:1", "https://h/", ""] {
        let mut settings = settings();
        settings["stream_base"] = json!(text);
        assert!(DingTalk::configure(&settings.to_string()).is_ok(), "{text}");
    }
}

fn origins(plan: &Plan) -> Vec<String> {
    plan.origins.iter().map(|origin| origin.origin.clone()).collect()
}

#[test]
fn the_secret_may_go_where_it_may_have_to_and_nowhere_else() {
    let (old, new) = ("https://oapi.dingtalk.com", "https://api.dingtalk.com");
    let cases = [("auto", vec![old, new]), ("gettoken", vec![old, new]), ("accessToken", vec![new])];
    for (interface, origins) in cases {
        let mut settings = settings();
        settings["token_interface"] = json!(interface);
        let (_, plan) = DingTalk::configure(&settings.to_string()).unwrap();
        let origins = origins.into_iter().map(str::to_owned).collect();
        assert_eq!(plan.secrets, [SecretUse { setting: "/app_secret".to_owned(), origins }], "{interface}");
    }
}

#[test]
fn the_new_api_may_be_missing_where_the_old_one_does() {
    let needed = |more: &[(&str, &str)]| {
        let mut settings = settings();
        more.iter().for_each(|(name, value)| settings[*name] = json!(value));
        let (_, plan) = DingTalk::configure(&settings.to_string()).unwrap();
        let needed = plan.origins.into_iter().filter(|origin| !origin.optional);
        needed.map(|origin| origin.origin).collect::<Vec<_>>()
    };
    let (old, new) = ("https://oapi.dingtalk.com", "https://api.dingtalk.com");
    assert_eq!(needed(&[]), [old]);
    assert_eq!(needed(&[("token_interface", "gettoken")]), [old]);
    assert_eq!(needed(&[("token_interface", "accessToken")]), [old, new]);
    assert_eq!(needed(&[("oapi_base", "https://g"), ("api_base", "https://g")]), ["https://g"]);
    assert_eq!(needed(&[("events", "stream")])[..2], [old, new]);
}

/// The requests of a check, an import, a look at one person, and a channel that is opened, as DingTalk has them; with what
/// the connector was given.
fn everything_sent() -> (Vec<Request>, Vec<String>) {
    let sent = Rc::<RefCell<Vec<Request>>>::default();
    let (seen, mut world) = (Rc::clone(&sent), feihua().into_answers());
    let host = TestHost::new(move |now_ms, request| {
        seen.borrow_mut().push(request.clone());
        match request.url.ends_with("/connections/open") {
            true => Reply::json(r#"{"endpoint":"wss://wss-open-connection.dingtalk.com/c","ticket":"t"}"#),
            false => world(now_ms, request),
        }
    });
    let mut settings = settings();
    settings["events"] = json!("stream");
    let mut given = Vec::new();
    let mut seal = || {
        given.push(host.seal::<DingTalk>(&settings));
        given.last().cloned().unwrap_or_default()
    };
    connector::check::<DingTalk>(host.clone(), &seal());
    connector::sync::<DingTalk>(host.clone(), &seal()).unwrap();
    connector::refresh::<DingTalk>(host.clone(), &seal(), &[Key::new("User", "a")]).unwrap();
    live::open_channel::<DingTalk>(host.clone(), &seal()).unwrap();
    let requests = sent.borrow().clone();
    (requests, given)
}

#[test]
fn the_secret_is_in_three_bodies_and_in_no_address() {
    let (requests, given) = everything_sent();
    assert!(given.iter().all(|settings| !settings.contains(SECRET)), "{given:?}");
    let mut places = BTreeSet::new();
    for request in &requests {
        let path = request.url.split('?').next().unwrap_or_default();
        let body = std::str::from_utf8(request.body.as_bytes()).unwrap();
        if request.url.contains(SECRET) {
            assert!(request.url.contains(&format!("appsecret={SECRET}")), "{path}");
            places.insert(format!("query of {path}"));
        }
        if body.contains(SECRET) {
            places.insert(format!("body of {path}"));
        }
        assert!(request.headers.iter().all(|(_, value)| !value.contains(SECRET)), "{path}");
        assert!(!format!("{}{body}", request.url).contains("sealed-"), "{path}");
    }
    expect![[r#"
        body of https://api.dingtalk.com/v1.0/gateway/connections/open
        body of https://api.dingtalk.com/v1.0/oauth2/accessToken
        body of https://api.dingtalk.com/v1.0/oauth2/ding1/token
    "#]]
    .assert_eq(&places.iter().map(|place| format!("{place}\n")).collect::<String>());
}

#[test]
fn a_dingtalk_that_repeats_the_secret_is_heard_without_it() {
    let host = feihua()
        .fault(|question, _| {
            (question.path == TOKEN_PATH)
                .then(|| denied(400, "unheard-of", &format!("secret {SECRET} is wrong")))
        })
        .into_host();
    let failure = run(&host).unwrap_err();
    let told = format!("{failure:?} {:?} {:?}", host.take_entries(), host.take_log());
    assert!(
        !told.contains(SECRET) && !told.contains("sealed-") && told.contains("secret … is wrong"),
        "{told}"
    );
}

#[test]
fn no_two_sources_of_one_host_may_share_the_stream_of_an_application() {
    let plan = |events: &str| {
        let mut settings = settings();
        settings["events"] = json!(events);
        DingTalk::configure(&settings.to_string()).unwrap().1
    };
    let (off, stream) = (plan("off"), plan("stream"));
    assert_eq!((off.event_delivery, off.exclusive), (EventDelivery::None, Vec::new()));
    assert_eq!(stream.event_delivery, EventDelivery::Channel);
    assert_eq!(stream.exclusive, ["dingtalk stream key"]);
}

/// What a full run makes of a platform that already holds Feihua, and what it says.
#[track_caller]
fn check_second_run(second: World, expected: &Expect) {
    let host = feihua().into_host();
    run(&host).unwrap();
    host.set_world(second.into_answers());
    let ran = run(&host);
    let removed: Vec<String> = host
        .take_removed()
        .into_iter()
        .map(|gone| {
            format!("removed {} {}: {}\n", gone.key.resource_type, gone.key.external_id, gone.evidence)
        })
        .collect();
    expected.assert_eq(&format!("{}\n{}{}{}", ending(&ran), directory(&host), log(&host), removed.concat()));
}

#[test]
fn whoever_is_gone_is_retired_on_dingtalk_s_own_word() {
    check_second_run(
        feihua().without_user("b").without_department(3),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        User a A in 1:10 2:20
        removed Department 3: 60003: 部门不存在
        removed User b: 60121: 找不到该用户
    "#]],
    );
}

#[test]
fn whoever_may_no_longer_be_seen_is_kept() {
    let narrowed = feihua().seeing(&[3], &[]).fault(|question, _| match question.path.as_str() {
        "user/get" => Some(refused(50002, "请求的员工userid不在授权范围内")),
        "department/get" if question.id() != "3" => Some(refused(50004, "请求的部门id不在授权范围内")),
        _ => None,
    });
    check_second_run(
        narrowed,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel
        User a A in 1:10 2:20
        User b B in 3:30
    "#]],
    );
}

#[test]
fn whoever_is_hidden_though_the_scope_shows_their_department_is_asked_about_and_kept() {
    let hidden = feihua().without_user("b").fault(|question, _| {
        question.is("user/get", "b").then(|| refused(50002, "请求的员工userid不在授权范围内"))
    });
    check_second_run(
        hidden,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
        warning not-visible User b
    "#]],
    );
}

#[test]
fn whoever_is_disabled_is_kept() {
    let disabled = feihua()
        .without_user("b")
        .fault(|question, _| question.is("user/get", "b").then(|| refused(60120, "用户已停用")));
    check_second_run(
        disabled,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
        warning person-disabled User b
    "#]],
    );
}

#[test]
fn whoever_cannot_be_asked_about_makes_the_run_partial() {
    let lost =
        feihua().without_user("b").fault(|question, _| question.is("user/get", "b").then(|| page(502, "")));
    check_second_run(
        lost,
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 1:10 2:20
            User b B in 3:30
            error source-not-answering User b
            warning removals-stopped
        "#]],
    );
}

#[test]
fn what_is_said_about_a_department_is_no_witness_against_a_person() {
    let odd = feihua()
        .without_user("b")
        .fault(|question, _| question.is("user/get", "b").then(|| refused(60003, "部门不存在")));
    check_second_run(
        odd,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
        warning refusal-not-known User b
    "#]],
    );
}

#[test]
fn an_answer_about_another_person_is_no_answer() {
    let odd = feihua().without_user("b").fault(|question, _| {
        let other = json!({"errcode": 0, "result": {"userid": "x", "name": "X"}});
        question.is("user/get", "b").then(|| Reply::json(other.to_string()))
    });
    check_second_run(
        odd,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
        warning answer-not-understood User b
    "#]],
    );
}

#[test]
fn someone_who_was_missed_is_found_when_asked_about() {
    let missed = feihua().fault(|question, _| {
        let nobody = json!({"errcode": 0, "result": {"has_more": false, "list": []}});
        question.is("user/list", "3").then(|| Reply::json(nobody.to_string()))
    });
    check_second_run(
        missed,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
    "#]],
    );
}

#[test]
fn what_moved_below_a_department_that_is_newer_than_the_reading_is_left_as_it_is() {
    let moved = feihua().department(9, 1, "New").department(3, 9, "Kernel").fault(|question, _| {
        let before = json!({"errcode": 0, "result": [{"dept_id": 2, "parent_id": 1, "name": "R&D"}]});
        question.is("department/listsub", "1").then(|| Reply::json(before.to_string()))
    });
    check_second_run(
        moved,
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 1:10 2:20
            User b B in 3:30
            error department-not-read-yet User b
            error department-not-read-yet Department 3
            warning removals-stopped
        "#]],
    );
}

#[test]
fn a_department_whose_parent_is_just_being_deleted_does_not_become_a_top() {
    check_second_run(
        feihua().department(3, 9, "Kernel"),
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 1:10 2:20
            User b B in 3:30
            error department-not-read-yet User b
            error department-not-read-yet Department 3
            warning removals-stopped
        "#]],
    );
}

#[test]
fn nothing_else_is_asked_once_the_address_is_refused() {
    let refused_later = feihua().without_user("a").without_user("b").fault(|question, _| {
        (question.path == "user/get")
            .then(|| refused(60020, "访问ip不在白名单之中,request ip=203.0.113.9 appKey(key)"))
    });
    let asked = refused_later.asked();
    check_second_run(
        refused_later,
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 1:10 2:20
            User b B in 3:30
            error ip-not-allowed User a
            error ip-not-allowed User b
            warning removals-stopped
        "#]],
    );
    // Both may have been under way.
    let n_looks = asked.borrow().iter().filter(|question| question.path == "user/get").count();
    assert!(n_looks <= 2, "{n_looks}");
}

#[test]
fn ids_that_dingtalk_never_gave_are_kept() {
    let host = feihua().into_host();
    let mut objects = host.objects().clone();
    let stored = |id: &str| rollcall_kit::testing::Stored {
        version: String::new(),
        document: json!({"externalId": id}),
    };
    objects.insert(Key::new("Department", "sales"), stored("sales"));
    host.set_objects(objects);
    assert_eq!(ending(&run(&host)), "complete");
    expect![[r#"
        warning not-an-id Department sales
    "#]]
    .assert_eq(&log(&host));
}

/// What a refresh of these objects puts onto an empty platform.
#[track_caller]
fn check_refresh(world: World, keys: &[(&str, &str)], expected: &Expect) {
    let host = world.into_host();
    let ran = run_for(&host, keys);
    expected.assert_eq(&format!("{}\n{}{}", ending(&ran), directory(&host), log(&host)));
}

#[test]
fn single_objects_are_read_as_in_a_full_run() {
    let host = feihua().into_host();
    run(&host).unwrap();
    host.take_changes();
    let keys = [("User", "a"), ("User", "b"), ("Department", "1"), ("Department", "3")];
    assert_eq!((ending(&run_for(&host, &keys)), host.take_changes()), ("complete".to_owned(), vec![]));
}

#[test]
fn in_a_part_of_a_company_only_its_departments_are_memberships() {
    let part = || feihua().seeing(&[2], &["a"]);
    check_refresh(
        part(),
        &[("User", "a"), ("User", "b"), ("Department", "2"), ("Department", "3")],
        &expect![[r#"
            complete
            Department 2 R&D
            Department 3 Kernel < 2
            User a A in 2:20
            User b B in 3:30
        "#]],
    );
}

#[test]
fn what_is_gone_is_gone_and_what_was_never_held_is_no_news() {
    check_refresh(
        feihua(),
        &[("User", "nobody"), ("Department", "99"), ("User", "a")],
        &expect![[r#"
        complete
        User a A in 1:10 2:20
    "#]],
    );
}

#[test]
fn no_secret_is_in_any_debug_form() {
    for settings in [settings(), settings_with_details()] {
        let (connector, plan) = DingTalk::configure(&settings.to_string()).unwrap();
        let host = feihua().into_host();
        let context = rollcall_kit::Context::new(host);
        let lookup = context.block_on(connector.look_up(&context, &Key::new("User", "a"))).unwrap();
        let told = format!("{connector:?} {plan:?} {lookup:?} {context:?}");
        assert!(!told.contains(SECRET) && !told.contains(TOKEN), "{told}");
    }
}

#[test]
fn an_object_of_another_type_is_not_looked_up() {
    let host = World::new().into_host();
    let settings = host.seal::<DingTalk>(&settings());
    let (dingtalk, plan) = DingTalk::configure(&settings).unwrap();
    let call = Call {
        export: Export::Refresh,
        resource_types: Vec::new(),
        origins: plan.origins.into_iter().map(|origin| origin.origin).collect(),
    };
    host.entered(call);
    let context = Context::new(host.clone());
    let looked = context.block_on(dingtalk.look_up(&context, &Key::new("Group", "1"))).unwrap();
    let Lookup::Unknown(Failure::Other(why)) = looked else { panic!("{looked:?}") };
    assert_eq!(why.code, "unknown-resource-type");
    expect![[r#"resource type "Group" is not one of this connector's | 资源类型 "Group" 不属于该连接器"#]]
        .assert_eq(&format!("{} | {}", why.message.en, why.message.zh));
}
