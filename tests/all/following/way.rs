//! The way to DingTalk and back as the built program has it: whatever stands between them, its commands say so and its channel
//! goes on. Nothing here looks inside of the program, so any build of it can be tried.

use super::{feihua, rename_user};
use crate::harness::extra::until;
use crate::harness::live::app_key;
use crate::harness::odd_proxies::{OddProxy, Then};
use crate::harness::program::{Lines, Office, Running};
use crate::harness::{proxies, real};
use rollcall_dingtalk_simulator::{AppEvents, Department, DepartmentId, Fault, Mutation, Rule, Simulator};
use serde_json::Value;
use std::net::SocketAddr;

const SERVE: &str = "serve SOURCE DATA --listen 127.0.0.1:0 --format json";

#[test]
fn a_channel_that_is_to_be_opened_where_nothing_is_granted_is_asked_for_anew() {
    let office = listening(|file| file);
    let (serving, lines) = following(&office);
    let bad = ["wss://10.0.0.1:443/connect".to_owned()];
    office.server.with(|simulator| simulator.switches_mut().events.stream_endpoints = bad.into());
    office.server.drop_streams();
    let is_refused = |line: &Value| line["channel"]["diagnosis"]["code"] == "origin-not-granted";
    lines.wait_for("it cannot listen there", is_refused);
    office.mutate(&rename_user("xiaohong", "小红红"));
    until("the change is there", || office.holds("xiaohong", "小红红"));
    ends(serving, lines);
}

#[test]
fn overseas_everything_goes_overseas() {
    let office = listening(|file| {
        file + "oapi_base = \"https://oapi.dingtalk.io\"\napi_base = \"https://api.dingtalk.io\"\n"
    });
    follows(&office);
}

#[test]
fn a_proxy_that_lets_nobody_but_the_documented_hosts_through_is_enough() {
    let granted = ["oapi", "api", "wss-open-connection"].map(|name| format!("https://{name}.dingtalk.com"));
    let office = listening(|file| file.replace("[egress]\n", &format!("[egress]\nallow = {granted:?}\n")));
    office.run("check SOURCE").with_code(0);
    follows(&office);
}

#[test]
fn a_wrong_password_is_sent_once_while_the_source_listens() {
    let squid = proxies::squid();
    let office = through("http", squid.address);
    let file = file_of(&office).replace("{ env = \"PROXY_PASSWORD\" }", "{ file = \"password.txt\" }");
    office.write("source.toml", &(file + "events = \"stream\"\n"));
    office.write("password.txt", "not-the-password");
    office.server.set_events(&app_key(), AppEvents::Stream).expect("nobody has to answer");
    let mut serving = office.start(SERVE);
    let lines = serving.read_lines();
    lines.wait_for("it stands as stopped", |line| line["what"] == "stopped" && !line["stopped"].is_null());
    lines.wait_for("the channel is refused", |line| is_channel(line, "refused"));
    assert_eq!(squid.n_refused(), 1);
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

#[test]
fn whatever_answers_in_the_place_of_a_proxy_is_called_what_it_is() {
    let answer = |head: &str| {
        let word = format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        OddProxy::saying(word.as_bytes(), Then::Close)
    };
    for (proxy, check, wanted) in [
        (OddProxy::asking_for(&["Negotiate", "NTLM"]), "proxy-password", "wants a login by Negotiate, NTLM"),
        (OddProxy::asking_for(&[]), "proxy-password", "does not say which kind it wants"),
        (OddProxy::saying(b"", Then::Stay), "proxy", "takes the connection and says nothing"),
        (OddProxy::saying(b"\x01\xfe\x02 something else\r\n", Then::Close), "proxy", "does not speak HTTP"),
        (
            answer("302 Found\r\nLocation: http://login.example.com/"),
            "proxy",
            "sends this host to a web page",
        ),
    ] {
        let office = through("http", proxy.address());
        let findings = checked(&office, 1);
        let finding = findings.iter().find(|finding| finding["check"] == check).expect("it is checked");
        let message = finding["diagnosis"]["message"].as_str().expect("it has one");
        assert!(message.contains(wanted), "{wanted:?} is not in {message:?}");
        assert!(message.contains(&proxy.address().to_string()), "the proxy is not named in {message:?}");
    }
}

#[test]
fn a_clock_as_wrong_as_to_have_every_push_refused_fails_the_check_which_says_by_how_much() {
    let office = Office::new(feihua());
    office.write("source.toml", &office.source_file_for_callbacks());
    office.server.with(|simulator| simulator.switches_mut().clock_offset_ms = 16 * 60_000);
    let findings = checked(&office, 1);
    let clock = findings.iter().find(|finding| finding["check"] == "clock").expect("it is checked");
    let message = clock["diagnosis"]["message"].as_str().expect("it has one");
    assert!(message.contains("16 min behind"), "{message}");
}

#[test]
fn what_stopped_a_source_is_tried_again_by_a_full_run_that_leaves_something_out() {
    let office = listening(|file| file);
    let (serving, lines) = following(&office);
    let missing = Fault::Wrapped { code: 60011, message: "没有调用该接口的权限".to_owned() };
    office.server.with(|simulator| {
        simulator.inject(Rule::new(missing).on_path("/topapi/v2/user/get").always());
    });
    office.mutate(&rename_user("xiaohong", "小红红"));
    lines.wait_for("it is stopped", |line| line["what"] == "stopped" && !line["stopped"].is_null());
    ends(serving, lines);
    office.server.with(|simulator| {
        simulator.clear_faults();
        let odd = Fault::Errcode { code: 7, message: "nobody knows".to_owned() };
        simulator.inject(Rule::new(odd).on_path("/topapi/v2/user/list").always());
    });
    office.listened_last(61_000);
    let mut serving = office.start(SERVE);
    let lines = serving.read_lines();
    lines.wait_for("a full run leaves something out", |line| is_run(line, "partial"));
    office.server.with(Simulator::clear_faults);
    until("the event is acted on", || office.holds("xiaohong", "小红红"));
    ends(serving, lines);
}

#[test]
fn people_who_change_one_after_the_other_cost_a_read_each_and_neither_token_nor_scope_again() {
    let office = listening(|file| file);
    let (serving, lines) = following(&office);
    office.server.with(|simulator| simulator.trace_mut().clear());
    for n in 0..10 {
        let name = format!("小红 {n}");
        office.mutate(&rename_user("xiaohong", &name));
        until("the change is there", || office.holds("xiaohong", &name));
    }
    let asked = |path: &str| office.server.with(|simulator| simulator.trace().of(path).requests);
    assert_eq!(asked("/topapi/v2/user/get"), 10);
    let tokens = asked("/gettoken") + asked("/v1.0/oauth2/accessToken");
    assert!(tokens <= 1 && asked("/auth/scopes") <= 1, "{tokens} tokens, {} scopes", asked("/auth/scopes"));
    ends(serving, lines);
}

#[test]
fn a_department_that_cannot_be_read_costs_no_other_event() {
    let office = listening(|file| file);
    let (serving, lines) = following(&office);
    let lose =
        |percent| office.server.with(|simulator| simulator.switches_mut().events.drop_percent = percent);
    let refused = Fault::Errcode { code: 60_123, message: "无效的部门id".to_owned() };
    let refused = Rule::new(refused).on_path("/topapi/v2/department/get").with_param("dept_id", 99);
    office.server.with(|simulator| simulator.inject(refused.always()));
    lose(100);
    office.mutate(&Mutation::AddDepartment(Box::new(Department::new(99, "Odd", 1))));
    lose(0);
    office.mutate(&Mutation::RenameDepartment { dept_id: DepartmentId::new(99), name: "Odder".to_owned() });
    for name in ["小红红", "小小红"] {
        office.mutate(&rename_user("xiaohong", name));
        until("the change is there", || office.holds("xiaohong", name));
    }
    let is_done = |event: &Value| event["kind"] != "user_modify_org" || event["state"] == "done";
    until("the events of people are done", || {
        let listed = office.run("events list NAME DATA --format json").with_code(0).json();
        listed["events"].as_array().is_some_and(|events| events.iter().all(is_done))
    });
    ends(serving, lines);
}

/// It listens, imports, and follows a change.
#[track_caller]
fn follows(office: &Office) {
    let (serving, lines) = following(office);
    office.mutate(&rename_user("xiaohong", "小红红"));
    until("the change is there", || office.holds("xiaohong", "小红红"));
    ends(serving, lines);
}

/// It listens, and has imported.
#[track_caller]
fn following(office: &Office) -> (Running, Lines) {
    let mut serving = office.start(SERVE);
    let lines = serving.read_lines();
    lines.wait_for("it listens", |line| is_channel(line, "connected"));
    lines.wait_for("the first import", |line| is_run(line, "succeeded"));
    (serving, lines)
}

fn ends(serving: Running, lines: Lines) {
    serving.terminate();
    serving.end().with_code(0);
    lines.all();
}

/// An office that listens, with a source file that was changed like this.
fn listening(change: impl FnOnce(String) -> String) -> Office {
    let office = Office::new(feihua());
    office.write("source.toml", &change(office.source_file_for_stream()));
    office.server.set_events(&app_key(), AppEvents::Stream).expect("nobody has to answer");
    office
}

/// An office whose DingTalk has an address of its own, behind another proxy than the simulator's.
fn through(scheme: &str, proxy: SocketAddr) -> Office {
    let office = Office::new(feihua());
    let base = format!("https://{}", office.server.https_addr());
    let file = office
        .source_file()
        .replace(&real::proxy(&office.server).to_string(), &format!("{scheme}://{proxy}"));
    office.write("source.toml", &format!("{file}oapi_base = \"{base}\"\napi_base = \"{base}\"\n"));
    office
}

fn file_of(office: &Office) -> String {
    std::fs::read_to_string(office.path("source.toml")).expect("it was written")
}

#[track_caller]
fn checked(office: &Office, code: i32) -> Vec<Value> {
    let checked = office.run("check SOURCE --format json").with_code(code).json();
    checked["findings"].as_array().expect("they are listed").clone()
}

fn is_channel(line: &Value, state: &str) -> bool {
    line["what"] == "channel" && line["channel"]["state"] == state
}

fn is_run(line: &Value, state: &str) -> bool {
    line["what"] == "run" && line["run"]["state"] == state
}
