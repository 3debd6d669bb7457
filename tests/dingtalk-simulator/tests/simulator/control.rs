//! The control API, as a demo uses it.

use rollcall_dingtalk_simulator::{
    Company, ProxyMode, ProxyOptions, Server, ServerHandle, ServerOptions, Simulator,
};
use serde_json::{Value, json};

use crate::support::client;
use crate::support::feihua_token_url;
use crate::support::receiver::{AES_KEY, Pushed, Receiver, TOKEN, seal};
use crate::support::stream::StreamClient;

fn start() -> ServerHandle {
    let simulator = Simulator::new(Company::feihua());
    Server::start(ServerOptions::new(simulator).with_proxy(ProxyOptions::open())).unwrap()
}

fn send(server: &ServerHandle, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = client::post("localhost", path, &body.to_string()).replacen("POST", method, 1);
    let answer = client::plain(server.control_addr().unwrap(), &request).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, client::json_of(&answer))
}

fn post(server: &ServerHandle, path: &str, body: Value) -> (u16, Value) {
    send(server, "POST", path, &body)
}

fn get(server: &ServerHandle, path: &str) -> Value {
    send(server, "GET", path, &Value::Null).1
}

fn token_call(server: &ServerHandle) -> std::io::Result<String> {
    let host = "oapi.dingtalk.com";
    client::over_tls(server.https_addr(), server.ca_pem(), host, &client::get(host, &feihua_token_url()))
}

#[test]
fn a_mutation_says_what_it_changed() {
    let server = start();
    let added = json!({ "add_department": { "dept_id": 700_000_001, "name": "Legal" } });
    let expected = json!({ "changes": [{ "department_added": { "dept_id": 700_000_001 } }] });
    assert_eq!(post(&server, "/mutations", added), (200, expected));
}

#[test]
fn several_mutations_are_made_in_turn() {
    let server = start();
    let both = json!([
        { "add_department": { "dept_id": 700_000_001, "name": "Legal" } },
        { "remove_department": { "dept_id": 700_000_001 } },
    ]);
    let (status, answer) = post(&server, "/mutations", both);
    assert_eq!((status, answer["changes"].as_array().unwrap().len()), (200, 2));
}

#[test]
fn a_mutation_that_is_refused_is_a_conflict() {
    let error = "user \"nobody\" does not exist (60121)";
    let expected = (409, json!({ "error": error }));
    assert_eq!(post(&start(), "/mutations", json!({ "remove_user": { "userid": "nobody" } })), expected);
}

#[test]
fn a_body_that_does_not_fit_is_a_bad_request() {
    let (status, answer) = post(&start(), "/faults", json!({ "fault": "flood" }));
    assert_eq!(status, 400, "{answer}");
}

#[test]
fn a_company_can_be_read_and_put_back() {
    let server = start();
    let mut company = get(&server, "/company");
    company["name"] = json!("Feihua Two");
    assert_eq!(send(&server, "PUT", "/company", &company).0, 200);
    assert_eq!(server.with(|simulator| simulator.company().name().to_owned()), "Feihua Two");
}

#[test]
fn faults_come_and_go() {
    let server = start();
    let rule = json!({ "fault": { "http_status": { "status": 502 } }, "path": "/gettoken", "times": null });
    assert_eq!(post(&server, "/faults", rule).0, 200);
    assert!(token_call(&server).unwrap().starts_with("HTTP/1.1 502 "));
    assert_eq!(send(&server, "DELETE", "/faults", &Value::Null).0, 200);
    assert!(token_call(&server).unwrap().starts_with("HTTP/1.1 200 "));
}

#[test]
fn switches_that_are_not_named_stay() {
    let server = start();
    post(&server, "/switches", json!({ "token_life_s": 9 }));
    let (_, switches) = post(&server, "/switches", json!({ "root_parent": "null" }));
    assert_eq!((&switches["token_life_s"], &switches["root_parent"]), (&json!(9), &json!("null")));
    assert_eq!(get(&server, "/switches"), switches);
}

#[test]
fn an_unknown_switch_is_refused() {
    let server = start();
    assert_eq!(post(&server, "/switches", json!({ "gravity": "off" })).0, 400);
}

#[test]
fn tokens_can_be_revoked() {
    let server = start();
    let token = || client::json_of(&token_call(&server).unwrap())["access_token"].clone();
    let before = token();
    post(&server, "/tokens/revoke", Value::Null);
    assert_ne!(token(), before);
}

#[test]
fn the_trace_counts_and_forgets() {
    let server = start();
    token_call(&server).unwrap();
    let trace = get(&server, "/trace");
    let expected = json!({ "/gettoken": { "requests": 1, "failed": 0, "throttled": 0 } });
    assert_eq!((&trace["requests"], &trace["by_path"]), (&json!(1), &expected));
    send(&server, "DELETE", "/trace", &Value::Null);
    assert_eq!(get(&server, "/trace")["requests"], 0);
}

#[test]
fn the_proxy_can_be_closed_and_looked_at() {
    let server = start();
    assert_eq!(post(&server, "/proxy", json!({ "mode": ProxyMode::Refuse })).0, 200);
    assert_eq!(get(&server, "/proxy")["mode"], "refuse");
}

#[test]
fn a_reset_is_everything_as_it_was() {
    let server = start();
    post(&server, "/mutations", json!({ "remove_user": { "userid": "xiaoli" } }));
    post(&server, "/switches", json!({ "delay_ms": 1 }));
    post(&server, "/proxy", json!({ "mode": "close" }));
    post(&server, "/reset", Value::Null);
    let state = server.with(|simulator| (simulator.company().users().len(), simulator.switches().delay_ms));
    assert_eq!((state, get(&server, "/proxy")["mode"].clone()), ((4, 0), json!("open")));
}

#[test]
fn an_unknown_path_is_named() {
    let expected = (404, json!({ "error": "the control API has no POST /nothing" }));
    assert_eq!(post(&start(), "/nothing", Value::Null), expected);
}

#[test]
fn a_name_that_is_not_loopback_is_refused() {
    let request = client::get("evil.example", "/company");
    let answer = client::plain(start().control_addr().unwrap(), &request).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

const EVENTS: &str = "/apps/dingfeihuadirectory1/events";

#[test]
fn an_application_is_given_a_way_for_its_events_when_its_url_answers() {
    let (server, receiver) = (start(), Receiver::start());
    let events = json!({ "http": { "url": receiver.url(), "token": TOKEN, "aes_key": AES_KEY } });
    assert_eq!(post(&server, EVENTS, events), (200, json!({ "ok": true })));
    assert_eq!(receiver.next_message(), json!({ "EventType": "check_url" }));
    post(&server, "/mutations", json!({ "remove_user": { "userid": "xiaoli" } }));
    assert_eq!(receiver.next_message()["EventType"], "user_leave_org");
}

#[test]
fn a_url_that_does_not_answer_is_a_conflict() {
    let events = json!({ "http": { "url": "http://192.0.2.1/", "token": TOKEN, "aes_key": AES_KEY } });
    let error = "url may not be called: host is not a loopback name or address (71013)";
    assert_eq!(post(&start(), EVENTS, events), (409, json!({ "error": error })));
}

#[test]
fn events_and_what_became_of_them_are_shown() {
    let server = start();
    post(&server, EVENTS, json!("stream"));
    post(&server, "/events/pause", Value::Null);
    post(&server, "/mutations", json!({ "remove_user": { "userid": "xiaoli" } }));
    let events = get(&server, "/events");
    assert_eq!((&events["paused"], &events["pending"]), (&json!(true), &json!(1)));
    assert_eq!(events["made"][0]["kind"], "user_leave_org");
    assert_eq!(events["deliveries"][0]["event_id"], events["made"][0]["event_id"]);
}

#[test]
fn stream_clients_are_shown_spoken_to_and_dropped() {
    let server = start();
    let mut client = StreamClient::connect(&server);
    assert_eq!(get(&server, "/events")["connections"][0]["state"], "open");
    post(&server, "/streams/send", json!({ "text": "{\"made\":\"by hand\"}" }));
    assert_eq!(client.next(), Some(json!({ "made": "by hand" })));
    post(&server, "/streams/drop", Value::Null);
    assert_eq!(client.next(), None);
}

#[test]
fn a_push_can_be_made_by_hand() {
    let (server, receiver) = (start(), Receiver::start());
    server.set_events(&"dingfeihuadirectory1".into(), receiver.events()).unwrap();
    receiver.next();
    let (status, answer) =
        post(&server, "/apps/dingfeihuadirectory1/push", json!({ "message": "{\"EventType\":\"x\"}" }));
    assert_eq!((status, &answer["status"]), (200, &json!(200)));
    assert_eq!(receiver.next_message(), json!({ "EventType": "x" }));
}

#[test]
fn a_push_can_be_made_for_somebody_else_to_send() {
    let (server, receiver) = (start(), Receiver::start());
    server.set_events(&"dingfeihuadirectory1".into(), receiver.events()).unwrap();
    receiver.next();
    let message = |event_type: &str| json!({ "message": json!({ "EventType": event_type }).to_string() });
    let (status, made) = post(&server, "/apps/dingfeihuadirectory1/sealed-push", message("made"));
    assert_eq!(status, 200, "{made}");
    post(&server, "/apps/dingfeihuadirectory1/push", message("sent"));
    let made = Pushed {
        url: made["url"].as_str().unwrap().parse().unwrap(),
        body: made["body"].as_str().unwrap().to_owned(),
    };
    assert_eq!(made.message(&seal()), json!({ "EventType": "made" }));
    assert_eq!(receiver.next_message(), json!({ "EventType": "sent" }));
}

#[test]
fn switches_of_events_that_are_not_named_stay() {
    let server = start();
    post(&server, "/switches", json!({ "events": { "shape": "b" } }));
    let (_, switches) = post(&server, "/switches", json!({ "events": { "drop_percent": 5 } }));
    assert_eq!((&switches["events"]["shape"], &switches["events"]["drop_percent"]), (&json!("b"), &json!(5)));
}

#[test]
fn a_connection_of_before_a_reset_does_not_end_one_of_after() {
    let server = start();
    let mut old = StreamClient::connect(&server);
    post(&server, "/reset", Value::Null);
    let mut new = StreamClient::connect(&server);
    assert_eq!(old.next(), None);
    server.send_by_hand("{}");
    assert_eq!(new.next(), Some(json!({})));
}
