//! The queue of the core, driven by hand: tries, waits, losses and the failed list, without a clock.

use rollcall_dingtalk_simulator::{
    AppEvents, AppKey, AttemptEnd, Company, ConnectionId, CryptoError, DeliveryId, EventSwitches,
    FEIHUA_APP_KEY, Fate, HandMadePush, Loss, Mutation, Push, PushAnswer, PushRequest, RetrySignature,
    Simulator, User,
};
use serde_json::{Value, json};

use crate::support::receiver::{AES_KEY, Pushed, TOKEN, seal, success};
use crate::support::stream::{OPEN, credentials};
use crate::support::{START_MS, World};

fn app_key() -> AppKey {
    AppKey::from(FEIHUA_APP_KEY)
}

fn world(events: AppEvents, change: impl FnOnce(&mut EventSwitches)) -> World {
    World::of(Company::feihua())
        .with(&Mutation::SetEvents { app_key: app_key(), events })
        .with_switches(|switches| change(&mut switches.events))
}

fn http() -> AppEvents {
    AppEvents::http("http://127.0.0.1:9/hook", TOKEN, AES_KEY)
}

fn resign(world: &mut World) {
    world.simulator.mutate(&Mutation::RemoveUser { userid: "xiaoli".into() }).unwrap();
}

/// So many people join, an event each.
fn join(world: &mut World, n_people: usize) {
    for number in 0..n_people {
        let user = User::new(format!("new{number:04}"), "New");
        world.simulator.mutate(&Mutation::AddUser(Box::new(user))).unwrap();
    }
}

fn one_event_a_person(switches: &mut EventSwitches) {
    switches.modify_after_add = rollcall_dingtalk_simulator::ModifyAfterAdd::Missing;
}

/// Opens a Stream connection for Feihua's application.
pub(crate) fn connect(simulator: &mut Simulator, now_ms: u64) -> ConnectionId {
    let request = rollcall_dingtalk_simulator::ApiRequest::post(OPEN).json(&credentials());
    let peer = rollcall_dingtalk_simulator::PeerAddress::DIRECT;
    let answer = simulator.respond(now_ms, peer, &request).response().unwrap().json();
    simulator.open_stream(now_ms, answer["ticket"].as_str().unwrap()).unwrap()
}

fn next_http(simulator: &mut Simulator, now_ms: u64) -> Option<(DeliveryId, PushRequest)> {
    match simulator.next_push(now_ms) {
        Some(Push::Http { delivery_id, request }) => Some((delivery_id, request)),
        Some(Push::Stream { .. }) => panic!("a frame came"),
        None => None,
    }
}

fn next_frame(simulator: &mut Simulator, now_ms: u64) -> Option<(ConnectionId, Value)> {
    match simulator.next_push(now_ms) {
        Some(Push::Stream { connection_id, frame, .. }) => {
            Some((connection_id, serde_json::from_str(&frame).unwrap()))
        }
        Some(Push::Http { .. }) => panic!("a request came"),
        None => None,
    }
}

/// Whether anything is pushed at exactly this time; it is refused.
fn refuse_at(world: &mut World, now_ms: u64) -> bool {
    let Some((delivery_id, _)) = next_http(&mut world.simulator, now_ms) else { return false };
    let answer = PushAnswer::Response { status: 500, body: Vec::new() };
    world.simulator.conclude_push(delivery_id, now_ms, &answer);
    true
}

/// Refuses everything three times, so that it is in the failed list.
fn fail_all(world: &mut World) {
    for wait_s in [0, 10, 40] {
        while refuse_at(world, START_MS + wait_s * 1000) {}
    }
    world.now_ms = START_MS + 40_000;
}

fn ack(simulator: &mut Simulator, (connection_id, frame): &(ConnectionId, Value), now_ms: u64, status: &str) {
    let data = json!({ "status": status }).to_string();
    let headers = json!({ "messageId": frame["headers"]["messageId"], "contentType": "application/json" });
    let text = json!({ "code": 200, "headers": headers, "message": "OK", "data": data }).to_string();
    simulator.hear_stream(now_ms, *connection_id, &text);
}

fn fates(world: &World) -> Vec<Fate> {
    world.simulator.events().deliveries().map(|delivery| delivery.fate).collect()
}

fn failed_list(world: &mut World) -> Value {
    let path = format!("/call_back/get_call_back_failed_result?access_token={}", world.token);
    world.get(&path)
}

#[test]
fn a_push_is_made_again_after_10_and_30_seconds_and_given_up() {
    let mut world = world(http(), |_| {});
    resign(&mut world);
    let tried: Vec<u64> = (0..120).filter(|second| refuse_at(&mut world, START_MS + second * 1000)).collect();
    assert_eq!(tried, [0, 10, 40]);
    assert_eq!(fates(&world), [Fate::Failed { listed_from_ms: START_MS + 40_000 }]);
}

#[test]
fn waits_are_as_long_as_the_switch_says() {
    let mut world = world(http(), |events| events.time_permille = 10);
    resign(&mut world);
    let tried: Vec<u64> = (0..1000).filter(|after_ms| refuse_at(&mut world, START_MS + after_ms)).collect();
    assert_eq!(tried, [0, 100, 400]);
}

#[test]
fn the_next_push_is_announced() {
    let mut world = world(http(), |events| events.delay_ms = 7);
    assert_eq!(world.simulator.next_push_at_ms(), None);
    resign(&mut world);
    assert_eq!(world.simulator.next_push_at_ms(), Some(START_MS + 7));
    assert_eq!(world.simulator.next_push(START_MS + 6), None);
    assert!(refuse_at(&mut world, START_MS + 7));
    assert_eq!(world.simulator.next_push_at_ms(), Some(START_MS + 10_007));
}

#[test]
fn an_encrypted_success_acknowledges() {
    let mut world = world(http(), |_| {});
    resign(&mut world);
    let (delivery_id, _) = next_http(&mut world.simulator, START_MS).unwrap();
    let answer = PushAnswer::Response { status: 200, body: success(&seal()) };
    world.simulator.conclude_push(delivery_id, START_MS, &answer);
    assert_eq!(fates(&world), [Fate::Acknowledged]);
}

#[test]
fn an_answer_with_a_number_for_its_time_does_not_acknowledge() {
    let mut world = world(http(), |_| {});
    resign(&mut world);
    let (delivery_id, _) = next_http(&mut world.simulator, START_MS).unwrap();
    let mut body: Value = serde_json::from_slice(&success(&seal())).unwrap();
    body["timeStamp"] = json!(1_700_000_000_001_u64);
    let answer = PushAnswer::Response { status: 200, body: body.to_string().into_bytes() };
    world.simulator.conclude_push(delivery_id, START_MS, &answer);
    let end = &world.simulator.events().delivery(delivery_id).unwrap().attempts[0].end;
    assert!(matches!(end, AttemptEnd::Refused(_)), "{end:?}");
}

#[test]
fn a_push_made_again_is_signed_anew() {
    let mut world = world(http(), |_| {});
    resign(&mut world);
    let first = next_http(&mut world.simulator, START_MS).unwrap();
    world.simulator.conclude_push(first.0, START_MS, &PushAnswer::TimedOut);
    let second = next_http(&mut world.simulator, START_MS + 10_000).unwrap();
    assert_ne!(first.1.url, second.1.url);
}

#[test]
fn a_push_made_again_may_be_the_same() {
    let mut world = world(http(), |events| events.retry_signature = RetrySignature::Same);
    resign(&mut world);
    let first = next_http(&mut world.simulator, START_MS).unwrap();
    world.simulator.conclude_push(first.0, START_MS, &PushAnswer::TimedOut);
    assert_eq!(next_http(&mut world.simulator, START_MS + 10_000), Some(first));
}

#[test]
fn nothing_is_pushed_while_pushing_is_paused() {
    let mut world = world(http(), |_| {});
    world.simulator.set_pushing_paused(true);
    resign(&mut world);
    assert_eq!((world.simulator.next_push(START_MS), world.simulator.next_push_at_ms()), (None, None));
    world.simulator.set_pushing_paused(false);
    assert!(world.simulator.next_push(START_MS).is_some());
}

#[test]
fn an_application_without_a_way_gets_nothing() {
    let mut world = world(AppEvents::Off, |_| {});
    resign(&mut world);
    assert_eq!((world.simulator.events().made().count(), fates(&world)), (1, Vec::new()));
}

#[test]
fn what_waits_is_lost_when_nobody_wants_it_any_more() {
    let mut world = world(http(), |_| {});
    resign(&mut world);
    world.simulator.mutate(&Mutation::SetEvents { app_key: app_key(), events: AppEvents::Off }).unwrap();
    assert_eq!(world.simulator.next_push(START_MS), None);
    assert_eq!(fates(&world), [Fate::Lost(Loss::NotWanted)]);
}

#[test]
fn a_disabled_application_gets_nothing() {
    let mut world = world(http(), |_| {});
    world.simulator.mutate(&Mutation::SetAppEnabled { app_key: app_key(), enabled: false }).unwrap();
    resign(&mut world);
    assert_eq!(fates(&world), []);
}

#[test]
fn duplicates_have_the_name_of_their_event() {
    let mut world = world(http(), |events| events.duplicate_percent = 100);
    resign(&mut world);
    let events = world.simulator.events();
    let deliveries: Vec<_> =
        events.deliveries().map(|one| (one.event_id.clone(), one.is_duplicate)).collect();
    let event_id = events.made().next().unwrap().event_id.clone();
    assert_eq!(deliveries, [(event_id.clone(), false), (event_id, true)]);
}

#[test]
fn as_many_are_dropped_and_doubled_as_the_switches_say() {
    let mut world = world(http(), |events| {
        one_event_a_person(events);
        (events.drop_percent, events.duplicate_percent) = (20, 30);
    });
    join(&mut world, 1000);
    let deliveries = world.simulator.events().deliveries();
    let n_dropped =
        deliveries.filter(|one| one.fate == Fate::Lost(Loss::Dropped) && !one.is_duplicate).count();
    let n_doubled = world.simulator.events().deliveries().filter(|one| one.is_duplicate).count();
    assert!((150..250).contains(&n_dropped), "{n_dropped}");
    assert!((250..350).contains(&n_doubled), "{n_doubled}");
}

#[test]
fn what_was_dropped_is_never_pushed_nor_listed() {
    let mut world = world(http(), |events| events.drop_percent = 100);
    resign(&mut world);
    assert_eq!(world.simulator.next_push(START_MS), None);
    assert_eq!(failed_list(&mut world)["failed_list"], json!([]));
}

#[test]
fn neighbours_change_places_within_the_window() {
    let order = |window_ms| {
        let mut world = world(http(), |events| {
            one_event_a_person(events);
            events.reorder_window_ms = window_ms;
        });
        join(&mut world, 20);
        let later_ms = START_MS + 1000;
        let pushed = std::iter::from_fn(|| next_http(&mut world.simulator, later_ms).map(|push| push.0.0));
        pushed.collect::<Vec<u64>>()
    };
    let in_order: Vec<u64> = (1..=20).collect();
    assert_eq!(order(0), in_order);
    let mut shuffled = order(1000);
    assert_ne!(shuffled, in_order);
    shuffled.sort_unstable();
    assert_eq!(shuffled, in_order);
}

#[test]
fn the_same_seed_has_the_same_chances() {
    let run = |seed| {
        let mut simulator = Simulator::new(Company::feihua()).with_seed(seed);
        simulator.mutate(&Mutation::SetEvents { app_key: app_key(), events: http() }).unwrap();
        simulator.switches_mut().events.duplicate_percent = 50;
        simulator.switches_mut().events.reorder_window_ms = 1000;
        let mut world = World { simulator, now_ms: START_MS, token: String::new() };
        join(&mut world, 20);
        world.simulator.events().deliveries().cloned().collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[track_caller]
fn check_by_hand(how: &HandMadePush, expected: Result<&str, CryptoError>) {
    let mut simulator = world(http(), |_| {}).simulator;
    let request = simulator.hand_made_push(&app_key(), how, START_MS).unwrap();
    let pushed = Pushed { url: request.url.parse().unwrap(), body: String::from_utf8(request.body).unwrap() };
    let opened = pushed.open(&seal()).map(|message| String::from_utf8(message).unwrap());
    assert_eq!(opened, expected.map(str::to_owned), "{how:?}");
}

#[test]
fn a_push_by_hand_is_broken_in_the_one_way_it_says() {
    let good = r#"{"CorpId":"ding5f1c8a20e7b94d36","EventType":"user_modify_org","TimeStamp":"1700000000000","UserId":["nobody"]}"#;
    check_by_hand(&HandMadePush::Message("anything".to_owned()), Ok("anything"));
    check_by_hand(&HandMadePush::OldTimestamp, Ok(good));
    check_by_hand(&HandMadePush::WrongSignature, Err(CryptoError::Signature));
    check_by_hand(&HandMadePush::BadPadding, Err(CryptoError::Owner));
    check_by_hand(&HandMadePush::BadLength, Err(CryptoError::Length));
    check_by_hand(&HandMadePush::TruncatedCiphertext, Err(CryptoError::Ciphertext));
    check_by_hand(&HandMadePush::NotBase64, Err(CryptoError::Ciphertext));
    check_by_hand(&HandMadePush::WrongOwnerKey, Err(CryptoError::Owner));
}

#[test]
fn an_old_push_by_hand_is_a_year_old() {
    let mut simulator = world(http(), |_| {}).simulator;
    let request = simulator.hand_made_push(&app_key(), &HandMadePush::OldTimestamp, START_MS).unwrap();
    let pushed = Pushed { url: request.url.parse().unwrap(), body: String::new() };
    assert_eq!(pushed.query("timestamp").as_deref(), Some("1668464000000"));
}

#[test]
fn a_push_by_hand_needs_an_application_that_takes_pushes() {
    let mut simulator = world(AppEvents::Stream, |_| {}).simulator;
    let error = simulator.hand_made_push(&app_key(), &HandMadePush::Huge, START_MS).unwrap_err().to_string();
    assert_eq!(error, "events of application \"dingfeihuadirectory1\": not set to HTTP push");
}

#[test]
fn an_ack_counts_while_pushing_is_paused() {
    let mut world = world(AppEvents::Stream, |_| {});
    connect(&mut world.simulator, START_MS);
    resign(&mut world);
    let frame = next_frame(&mut world.simulator, START_MS).unwrap();
    world.simulator.set_pushing_paused(true);
    ack(&mut world.simulator, &frame, START_MS, "SUCCESS");
    assert_eq!(fates(&world), [Fate::Acknowledged]);
}

#[test]
fn a_restored_way_does_not_bring_back_what_was_lost() {
    let mut world = world(AppEvents::Off, |_| {});
    resign(&mut world);
    world.simulator.mutate(&Mutation::SetEvents { app_key: app_key(), events: http() }).unwrap();
    assert_eq!(world.simulator.next_push(START_MS), None);
}

#[test]
fn a_failed_event_is_listed_under_its_type() {
    let mut world = world(http(), |_| {});
    resign(&mut world);
    fail_all(&mut world);
    let expected = json!({
        "errcode": 0,
        "errmsg": "ok",
        "failed_list": [{
            "user_leave_org": { "userid": ["xiaoli"], "corpid": "ding5f1c8a20e7b94d36" },
            "call_back_tag": "user_leave_org",
            "event_time": START_MS,
        }],
        "has_more": false,
    });
    assert_eq!(failed_list(&mut world), expected);
}

#[test]
fn a_call_of_the_failed_list_deletes_what_the_one_before_returned() {
    let mut world = world(http(), one_event_a_person);
    join(&mut world, 201);
    fail_all(&mut world);
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let answer = failed_list(&mut world);
        sizes.push((answer["failed_list"].as_array().unwrap().len(), answer["has_more"].clone()));
    }
    assert_eq!(sizes, [(200, json!(true)), (1, json!(false)), (0, json!(false))]);
    assert!(fates(&world).iter().all(|fate| *fate == Fate::Collected));
}

#[test]
fn the_failed_list_may_have_events_later_only() {
    let mut world = world(http(), |events| events.failed_list_after_s = 180);
    resign(&mut world);
    fail_all(&mut world);
    assert_eq!(failed_list(&mut world)["failed_list"], json!([]));
    world.now_ms += 180_000;
    assert_eq!(failed_list(&mut world)["failed_list"].as_array().unwrap().len(), 1);
}

#[test]
fn an_ack_in_stream_acknowledges() {
    let mut world = world(AppEvents::Stream, |_| {});
    connect(&mut world.simulator, START_MS);
    resign(&mut world);
    let frame = next_frame(&mut world.simulator, START_MS).unwrap();
    ack(&mut world.simulator, &frame, START_MS, "SUCCESS");
    assert_eq!(fates(&world), [Fate::Acknowledged]);
}

#[test]
fn an_ack_that_repeats_the_event_acknowledges() {
    let mut world = world(AppEvents::Stream, |_| {});
    connect(&mut world.simulator, START_MS);
    resign(&mut world);
    let (connection_id, frame) = next_frame(&mut world.simulator, START_MS).unwrap();
    let headers = json!({ "messageId": frame["headers"]["messageId"] });
    let text = json!({ "code": 200, "headers": headers, "message": "OK", "data": frame["data"] }).to_string();
    world.simulator.hear_stream(START_MS, connection_id, &text);
    assert_eq!(fates(&world), [Fate::Acknowledged]);
}

#[test]
fn an_event_wanted_later_waits_and_comes_again() {
    let mut world = world(AppEvents::Stream, |_| {});
    connect(&mut world.simulator, START_MS);
    resign(&mut world);
    let frame = next_frame(&mut world.simulator, START_MS).unwrap();
    ack(&mut world.simulator, &frame, START_MS, "LATER");
    assert_eq!(world.simulator.next_push_at_ms(), Some(START_MS + 10_000));
    assert!(next_frame(&mut world.simulator, START_MS + 10_000).is_some());
}

#[test]
fn a_frame_without_ack_is_given_up_after_3_seconds_and_comes_again() {
    let mut world = world(AppEvents::Stream, |_| {});
    connect(&mut world.simulator, START_MS);
    resign(&mut world);
    let frame = next_frame(&mut world.simulator, START_MS).unwrap();
    assert_eq!(next_frame(&mut world.simulator, START_MS + 3000), None);
    ack(&mut world.simulator, &frame, START_MS + 3001, "SUCCESS");
    assert_eq!(fates(&world), [Fate::Waiting { due_ms: START_MS + 13_000 }]);
}

#[test]
fn a_frame_never_acknowledged_is_lost_after_all_tries() {
    let mut world = world(AppEvents::Stream, |events| events.stream_retry_delays_s = vec![1, 1]);
    connect(&mut world.simulator, START_MS);
    resign(&mut world);
    let tried = (0..60).filter(|second| next_frame(&mut world.simulator, START_MS + second * 1000).is_some());
    assert_eq!(tried.collect::<Vec<u64>>(), [0, 4, 8]);
    assert_eq!(fates(&world), [Fate::Lost(Loss::TriesUsedUp)]);
}

#[test]
fn an_event_waits_for_a_connection_for_a_short_time() {
    let mut world = world(AppEvents::Stream, |_| {});
    resign(&mut world);
    assert_eq!(next_frame(&mut world.simulator, START_MS), None);
    connect(&mut world.simulator, START_MS + 5000);
    assert!(next_frame(&mut world.simulator, START_MS + 10_000).is_some());
}

#[test]
fn an_event_without_connection_is_lost_in_the_end() {
    let mut world = world(AppEvents::Stream, |_| {});
    resign(&mut world);
    for second in 0..=60 {
        assert_eq!(next_frame(&mut world.simulator, START_MS + second * 1000), None);
    }
    assert_eq!(fates(&world), [Fate::Lost(Loss::NotConnected)]);
}

#[test]
fn a_ticket_ends_after_90_seconds() {
    let mut world = world(AppEvents::Stream, |_| {});
    let ticket = |world: &mut World| world.post(OPEN, credentials())["ticket"].as_str().unwrap().to_owned();
    let (first, second) = (ticket(&mut world), ticket(&mut world));
    assert!(world.simulator.open_stream(START_MS + 89_999, &first).is_ok());
    assert!(world.simulator.open_stream(START_MS + 90_000, &second).is_err());
}
