//! HTTP push through sockets: what a receiver sees, and what its answers lead to.

use rollcall_dingtalk_simulator::{
    AppEvents, AppKey, AttemptEnd, Company, CryptoError, FEIHUA_APP_KEY, Fate, HandMadePush, Mutation,
    PushAnswer, Server, ServerHandle, ServerOptions, SetEventsError, Simulator, UrlRefused, User,
};
use serde_json::json;

use crate::support::client;
use crate::support::receiver::{AES_KEY, Answer, Receiver, TOKEN, seal};
use crate::support::{feihua_token_url, until};

fn app_key() -> AppKey {
    AppKey::from(FEIHUA_APP_KEY)
}

/// A server whose waits are ten thousand times as short as DingTalk's.
fn start() -> ServerHandle {
    let mut simulator = Simulator::new(Company::feihua());
    simulator.switches_mut().events.time_permille = 0;
    Server::start(ServerOptions::new(simulator)).unwrap()
}

/// The same with a receiver that was asked already.
fn subscribed() -> (ServerHandle, Receiver) {
    let (server, receiver) = (start(), Receiver::start());
    server.set_events(&app_key(), receiver.events()).unwrap();
    assert_eq!(receiver.next_message(), json!({ "EventType": "check_url" }));
    (server, receiver)
}

fn mutate(server: &ServerHandle, mutation: &Mutation) {
    server.with(|simulator| simulator.mutate(mutation)).unwrap();
}

fn resign() -> Mutation {
    Mutation::RemoveUser { userid: "xiaoli".into() }
}

/// Waits until nothing is on its way any more, and gives the fates.
#[track_caller]
fn fates(server: &ServerHandle) -> Vec<Fate> {
    until(server, |simulator| simulator.events().n_pending() == 0);
    server.with(|simulator| simulator.events().deliveries().map(|delivery| delivery.fate).collect())
}

fn attempts(server: &ServerHandle) -> Vec<AttemptEnd> {
    server.with(|simulator| {
        let deliveries = simulator.events().deliveries();
        deliveries.flat_map(|delivery| delivery.attempts.iter().map(|one| one.end.clone())).collect()
    })
}

#[test]
fn a_change_is_pushed_and_acknowledged() {
    let (server, receiver) = subscribed();
    mutate(&server, &resign());
    let message = receiver.next_message();
    assert_eq!((&message["EventType"], &message["UserId"]), (&json!("user_leave_org"), &json!(["xiaoli"])));
    assert_eq!(fates(&server), [Fate::Acknowledged]);
}

#[test]
fn a_push_keeps_the_receivers_own_parameters_and_has_both_signatures() {
    let (server, receiver) = subscribed();
    mutate(&server, &resign());
    let pushed = receiver.next();
    assert_eq!(pushed.query("tenant").as_deref(), Some("7"));
    assert_eq!(pushed.query("signature"), pushed.query("msg_signature"));
    assert_eq!(pushed.query("timestamp").unwrap().len(), 13);
}

#[test]
fn a_refused_push_is_made_again() {
    let (server, receiver) = subscribed();
    receiver.answer([Answer::Plain(500, "busy"), Answer::OtherOwner]);
    mutate(&server, &resign());
    assert_eq!(fates(&server), [Fate::Acknowledged]);
    let refused = |why: &str| AttemptEnd::Refused(why.to_owned());
    let expected =
        [refused("status 500 instead of 200"), refused("owner key is another's"), AttemptEnd::Acknowledged];
    assert_eq!(attempts(&server), expected);
}

#[test]
fn a_redirect_is_not_followed() {
    let (server, receiver) = subscribed();
    receiver.answer([Answer::Redirect]);
    mutate(&server, &resign());
    assert_eq!(fates(&server), [Fate::Acknowledged]);
    assert_eq!(attempts(&server)[0], AttemptEnd::Refused("status 302 instead of 200".to_owned()));
}

#[test]
fn an_event_refused_three_times_is_in_the_failed_list() {
    let (server, receiver) = subscribed();
    receiver.answer([Answer::Plain(200, "success"), Answer::Plain(200, "{}"), Answer::Plain(404, "")]);
    mutate(&server, &resign());
    assert!(matches!(fates(&server)[..], [Fate::Failed { .. }]));
    let (host, ca_pem) = ("oapi.dingtalk.com", server.ca_pem());
    let ask = |path: &str| {
        let request = client::get(host, path);
        client::json_of(&client::over_tls(server.https_addr(), ca_pem, host, &request).unwrap())
    };
    let token = ask(&feihua_token_url())["access_token"].as_str().unwrap().to_owned();
    let listed = ask(&format!("/call_back/get_call_back_failed_result?access_token={token}"));
    assert_eq!(listed["failed_list"][0]["user_leave_org"]["userid"], json!(["xiaoli"]));
}

#[test]
fn a_receiver_that_is_gone_is_unreachable() {
    let server = start();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let events = AppEvents::http(format!("http://{gone}/"), TOKEN, AES_KEY);
    let set = server.set_events(&app_key(), events);
    assert!(matches!(set, Err(SetEventsError::Url(UrlRefused::Unreachable(_)))), "{set:?}");
}

#[test]
fn a_url_that_answers_something_else_is_not_saved() {
    let (server, receiver) = (start(), Receiver::start());
    receiver.answer([Answer::Plain(200, "success")]);
    let error = server.set_events(&app_key(), receiver.events()).unwrap_err().to_string();
    assert!(error.ends_with("(71009)"), "{error}");
    assert_eq!(server.with(|simulator| simulator.company().apps()[0].events.clone()), AppEvents::Off);
}

#[test]
fn a_url_on_another_machine_is_not_called() {
    let events = AppEvents::http("http://192.0.2.1/hook", TOKEN, AES_KEY);
    let set = start().set_events(&app_key(), events);
    assert!(matches!(set, Err(SetEventsError::Url(UrlRefused::Forbidden(_)))), "{set:?}");
}

#[test]
fn an_https_url_is_called_only_if_its_authority_is_trusted() {
    // Another simulator answers `check_url` with something else than `success`, which shows that it was reached.
    let (called, stranger) = (start(), start());
    let ask = |receiver_ca_pem: Option<&str>| {
        let receiver_ca_pem = receiver_ca_pem.map(str::to_owned);
        let options =
            ServerOptions { receiver_ca_pem, ..ServerOptions::new(Simulator::new(Company::feihua())) };
        let url = format!("https://localhost:{}/", called.https_addr().port());
        let set =
            Server::start(options).unwrap().set_events(&app_key(), AppEvents::http(url, TOKEN, AES_KEY));
        match set.unwrap_err() {
            SetEventsError::Url(refused) => refused,
            error @ (SetEventsError::Unfit(_) | SetEventsError::Stopped) => panic!("{error}"),
        }
    };
    assert!(matches!(ask(Some(called.ca_pem())), UrlRefused::NotSuccess(_)));
    assert!(matches!(ask(Some(stranger.ca_pem())), UrlRefused::Unreachable(_)));
    assert!(matches!(ask(None), UrlRefused::Forbidden(_)));
}

#[test]
fn an_answer_that_does_not_come_in_time_is_no_answer() {
    let (server, receiver) = subscribed();
    receiver.answer([Answer::Never]);
    server.with(|simulator| simulator.switches_mut().events.push_timeout_ms = 50);
    mutate(&server, &resign());
    receiver.next();
    until(&server, |simulator| {
        let mut deliveries = simulator.events().deliveries();
        deliveries.any(|delivery| delivery.attempts[0].end == AttemptEnd::TimedOut)
    });
}

#[test]
fn a_registration_asks_the_url_first() {
    let (server, receiver) = (start(), Receiver::start());
    receiver.answer([Answer::Plain(200, "no")]);
    let host = "oapi.dingtalk.com";
    let ask = |request: &str| {
        client::json_of(&client::over_tls(server.https_addr(), server.ca_pem(), host, request).unwrap())
    };
    let token = ask(&client::get(host, &feihua_token_url()))["access_token"].as_str().unwrap().to_owned();
    let body = json!({ "call_back_tag": ["user_add_org"], "token": TOKEN, "aes_key": AES_KEY, "url": receiver.url() });
    let path = format!("/call_back/register_call_back?access_token={token}");
    let answer = ask(&client::post(host, &path, &body.to_string()));
    assert_eq!(answer["errcode"], 71009);
}

#[test]
fn a_paused_server_pushes_when_it_goes_on() {
    let (server, receiver) = subscribed();
    server.set_pushing_paused(true);
    mutate(&server, &resign());
    assert_eq!(server.with(|simulator| simulator.events().n_pending()), 1);
    server.set_pushing_paused(false);
    receiver.next_message();
    assert_eq!(fates(&server), [Fate::Acknowledged]);
}

#[test]
fn what_waits_is_pushed_at_once_on_demand() {
    let (server, receiver) = subscribed();
    server.with(|simulator| simulator.switches_mut().events.delay_ms = 3_600_000);
    mutate(&server, &resign());
    server.push_all_now();
    receiver.next_message();
    assert_eq!(fates(&server), [Fate::Acknowledged]);
}

#[test]
fn many_events_all_arrive() {
    let (server, receiver) = subscribed();
    for number in 0..100 {
        let user = User::new(format!("new{number}"), "New");
        mutate(&server, &Mutation::AddUser(Box::new(user)));
    }
    let received: std::collections::BTreeSet<String> =
        (0..200).map(|_| receiver.next_message().to_string()).collect();
    assert_eq!(received.len(), 200);
    assert_eq!(fates(&server), vec![Fate::Acknowledged; 200]);
}

#[test]
fn a_hand_made_push_reaches_the_receiver_as_it_is() {
    let (server, receiver) = subscribed();
    receiver.answer([Answer::Plain(403, "no")]);
    let answer = server.push_by_hand(&app_key(), &HandMadePush::BodyNotJson).unwrap();
    assert_eq!(answer, PushAnswer::Response { status: 403, body: b"no".to_vec() });
    assert_eq!(receiver.next().body, "encrypt=nothing");
}

#[test]
fn a_huge_push_reaches_the_receiver_whole() {
    let (server, receiver) = subscribed();
    server.push_by_hand(&app_key(), &HandMadePush::Huge).unwrap();
    assert_eq!(receiver.next().body.len(), 1024 * 1024 + r#"{"encrypt":""}"#.len());
}

#[test]
fn a_push_of_another_owner_does_not_open() {
    let (server, receiver) = subscribed();
    server.push_by_hand(&app_key(), &HandMadePush::WrongOwnerKey).unwrap();
    assert_eq!(receiver.next().open(&seal()), Err(CryptoError::Owner));
}
