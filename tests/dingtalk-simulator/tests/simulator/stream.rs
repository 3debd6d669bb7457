//! Stream through sockets: tickets, frames, acks, and how connections end.

use std::time::Duration;

use rollcall_dingtalk_simulator::{
    App, AppEvents, Company, ConnectionState, Fate, Mutation, ProxyOptions, Server, ServerHandle,
    ServerOptions, Simulator,
};
use serde_json::json;

use crate::support::client;
use crate::support::stream::{StreamClient, credentials, data, open, ticket};
use crate::support::until;

/// A server whose one application uses Stream, without waits between pushes.
fn start() -> ServerHandle {
    let mut simulator = Simulator::new(Company::feihua());
    let app_key = simulator.company().apps()[0].app_key.clone();
    simulator.mutate(&Mutation::SetEvents { app_key, events: AppEvents::Stream }).unwrap();
    simulator.switches_mut().events.time_permille = 0;
    Server::start(ServerOptions::new(simulator).with_proxy(ProxyOptions::open())).unwrap()
}

fn resign(server: &ServerHandle) {
    server.with(|simulator| simulator.mutate(&Mutation::RemoveUser { userid: "xiaoli".into() })).unwrap();
}

fn fates(server: &ServerHandle) -> Vec<Fate> {
    server.with(|simulator| simulator.events().deliveries().map(|delivery| delivery.fate).collect())
}

#[test]
fn an_event_comes_as_a_frame_and_is_acknowledged() {
    let server = start();
    let mut client = StreamClient::connect(&server);
    resign(&server);
    let frame = client.next().unwrap();
    assert_eq!((&frame["type"], &frame["headers"]["eventType"]), (&json!("EVENT"), &json!("user_leave_org")));
    assert_eq!(data(&frame)["userId"], json!(["xiaoli"]));
    client.ack(&frame, "SUCCESS");
    until(&server, |simulator| simulator.events().n_pending() == 0);
    assert_eq!(fates(&server), [Fate::Acknowledged]);
}

#[test]
fn every_header_is_a_string() {
    let server = start();
    let mut client = StreamClient::connect(&server);
    resign(&server);
    let frame = client.next().unwrap();
    let headers = frame["headers"].as_object().unwrap();
    assert!(headers.values().all(serde_json::Value::is_string), "{headers:?}");
}

#[test]
fn an_event_wanted_later_comes_again_under_its_own_name() {
    let server = start();
    let mut client = StreamClient::connect(&server);
    resign(&server);
    let first = client.next().unwrap();
    client.ack(&first, "LATER");
    let second = client.next().unwrap();
    client.answer(&second, 500, r#"{"status":"LATER"}"#);
    let third = client.next().unwrap();
    client.ack(&third, "SUCCESS");
    until(&server, |simulator| simulator.events().n_acknowledged() == 1);
    assert_eq!(first["headers"]["eventId"], third["headers"]["eventId"]);
    assert_ne!(first["headers"]["messageId"], third["headers"]["messageId"]);
}

#[test]
fn an_event_without_ack_comes_again() {
    let server = start();
    server.with(|simulator| simulator.switches_mut().events.stream_ack_timeout_ms = 1);
    let mut client = StreamClient::connect(&server);
    resign(&server);
    let frames: Vec<_> = (0..5).map(|_| client.next().unwrap()["headers"]["eventId"].clone()).collect();
    assert_eq!(frames, vec![frames[0].clone(); 5]);
}

#[test]
fn a_ping_is_counted_when_it_is_echoed() {
    let server = start();
    server.with(|simulator| simulator.switches_mut().events.stream_ping_interval_ms = 1);
    let mut client = StreamClient::connect(&server);
    let ping = client.next().unwrap();
    assert_eq!((&ping["type"], &ping["headers"]["topic"]), (&json!("SYSTEM"), &json!("ping")));
    client.answer(&ping, 200, ping["data"].as_str().unwrap());
    loop {
        let ping = client.next().unwrap();
        client.answer(&ping, 200, ping["data"].as_str().unwrap());
        if server.with(|simulator| simulator.events().connections().any(|one| 1 < one.n_pongs)) {
            break;
        }
    }
}

#[test]
fn a_connection_is_told_to_go_and_ends() {
    let server = start();
    let mut client = StreamClient::connect(&server);
    server.disconnect_streams();
    let frame = client.next().unwrap();
    assert_eq!(
        (&frame["headers"]["topic"], data(&frame)),
        (&json!("disconnect"), json!({ "reason": "connection is expired" }))
    );
    assert_eq!(client.next(), None);
    until(&server, |simulator| {
        simulator.events().connections().all(|one| one.state == ConnectionState::Closed)
    });
}

#[test]
fn a_connection_is_told_to_go_after_a_time_if_the_switch_says_so() {
    let server = start();
    server.with(|simulator| simulator.switches_mut().events.stream_disconnect_after_ms = 1);
    let mut client = StreamClient::connect(&server);
    assert_eq!(client.next().unwrap()["headers"]["topic"], "disconnect");
    assert_eq!(client.next(), None);
}

#[test]
fn a_retired_connection_gets_nothing_new_and_may_still_ack() {
    let server = start();
    server.with(|simulator| simulator.switches_mut().events.time_permille = 1000);
    let mut old = StreamClient::connect(&server);
    resign(&server);
    let event = old.next().unwrap();
    server.disconnect_streams();
    assert_eq!(old.next().unwrap()["headers"]["topic"], "disconnect");
    let mut new = StreamClient::connect(&server);
    server
        .with(|simulator| simulator.mutate(&Mutation::RemoveUser { userid: "manager4220".into() }))
        .unwrap();
    assert_eq!(data(&new.next().unwrap())["userId"], json!(["manager4220"]));
    old.ack(&event, "SUCCESS");
    until(&server, |simulator| simulator.events().n_acknowledged() == 1);
}

#[test]
fn a_dropped_connection_just_ends() {
    let server = start();
    let mut client = StreamClient::connect(&server);
    server.drop_streams();
    assert_eq!(client.next(), None);
}

#[test]
fn a_ticket_is_good_once() {
    let server = start();
    let ticket = ticket(&server);
    let _first = StreamClient::with_ticket(&server, &ticket).unwrap();
    assert_eq!(StreamClient::with_ticket(&server, &ticket).err(), Some(401));
}

#[test]
fn an_event_goes_to_one_of_several_connections() {
    let server = start();
    let mut clients = [StreamClient::connect(&server), StreamClient::connect(&server)];
    for number in 0..20 {
        let user = rollcall_dingtalk_simulator::User::new(format!("new{number}"), "New");
        server.with(|simulator| simulator.mutate(&Mutation::AddUser(Box::new(user)))).unwrap();
    }
    until(&server, |simulator| simulator.events().connections().map(|one| one.n_events).sum::<u64>() == 40);
    let counts: Vec<u64> =
        server.with(|simulator| simulator.events().connections().map(|one| one.n_events).collect());
    assert!(counts.iter().all(|count| 0 < *count), "{counts:?}");
    for (client, count) in clients.iter_mut().zip(counts) {
        let seen = (0..count).filter(|_| client.next_within(Duration::from_secs(20)).is_some()).count();
        assert_eq!(u64::try_from(seen).unwrap(), count);
    }
}

#[test]
fn wrong_credentials_are_an_authentication_failure() {
    let server = start();
    let mut body = credentials();
    body["clientSecret"] = json!("wrong");
    let answer = open(&server, "api.dingtalk.com", &body);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    let answer = client::json_of(&answer);
    assert_eq!((&answer["code"], &answer["message"]), (&json!("authFailed"), &json!("鉴权失败")));
}

#[test]
fn the_endpoint_is_dingtalks_own_for_its_own_name() {
    let answer = client::json_of(&open(&start(), "api.dingtalk.com", &credentials()));
    assert_eq!(answer["endpoint"], "wss://wss-open-connection.dingtalk.com:443/connect");
}

#[test]
fn the_endpoint_is_the_callers_name_otherwise() {
    let server = start();
    let host = format!("localhost:{}", server.https_addr().port());
    let answer = client::json_of(&open(&server, &host, &credentials()));
    assert_eq!(answer["endpoint"], format!("wss://{host}/connect"));
}

#[test]
fn an_event_for_nobody_is_lost_after_a_while() {
    let server = start();
    resign(&server);
    until(&server, |simulator| simulator.events().n_pending() == 0);
    assert!(matches!(fates(&server)[..], [Fate::Lost(_)]));
}

#[test]
fn a_client_of_another_application_gets_its_own_events_only() {
    let server = start();
    let other = App::new("dingother", "secret").with_events(AppEvents::Stream);
    server.with(|simulator| simulator.mutate(&Mutation::AddApp(other))).unwrap();
    let mut client = StreamClient::connect(&server);
    resign(&server);
    let frame = client.next().unwrap();
    client.ack(&frame, "SUCCESS");
    until(&server, |simulator| simulator.events().n_pending() == 0);
    let acknowledged = server.with(|simulator| {
        let deliveries = simulator.events().deliveries();
        deliveries
            .filter(|one| one.fate == Fate::Acknowledged)
            .map(|one| one.app_key.clone())
            .collect::<Vec<_>>()
    });
    assert_eq!(acknowledged, ["dingfeihuadirectory1".into()]);
}
