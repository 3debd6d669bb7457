//! What a connector says about events, held against the sizes of the contract.

use serde_json::json;

use super::*;
use crate::bindings::exports::rollcall::connector::identity_source;

fn secrets() -> Secrets {
    let schema = json!({"properties": {"secret": {"writeOnly": true}}});
    Secrets::of(&schema, &json!({"secret": "hunter2"}), None)
}

fn event(id: &str) -> guest::SourceEvent {
    guest::SourceEvent {
        id: id.to_owned(),
        kind: "user_modify_org".to_owned(),
        payload: "x".repeat(MAX_EVENT_PAYLOAD_BYTES),
        occurred_at_ms: Some(7),
        subjects: vec![wit::Key { resource_type: "User".to_owned(), external_id: "a".to_owned() }; 2],
    }
}

fn notices(events: Vec<guest::SourceEvent>) -> Result<Vec<Notice>, GuestError> {
    Checker { secrets: &secrets() }.notices(events)
}

#[test]
fn an_event_that_keeps_the_contract_is_read_with_each_subject_once() {
    let notice = notices(vec![event("1")]).unwrap().remove(0);
    assert_eq!((notice.id.as_str(), notice.born_at), ("1", Some(Timestamp::from_unix_ms(7))));
    assert_eq!(notice.subjects, [Key::new("User", "a")]);
}

#[test]
fn events_that_break_the_contract_are_refused() {
    let subject = wit::Key { resource_type: "User".to_owned(), external_id: "a".to_owned() };
    let long = wit::Key { external_id: "a".repeat(MAX_EXTERNAL_ID_BYTES + 1), ..subject.clone() };
    for wrong in [
        event(""),
        event(&"x".repeat(MAX_EVENT_ID_BYTES + 1)),
        event("of-hunter2"),
        guest::SourceEvent { kind: "x".repeat(MAX_EVENT_KIND_BYTES + 1), ..event("1") },
        guest::SourceEvent { payload: "x".repeat(MAX_EVENT_PAYLOAD_BYTES + 1), ..event("1") },
        guest::SourceEvent { subjects: vec![subject; MAX_EVENT_SUBJECTS + 1], ..event("1") },
        guest::SourceEvent { subjects: vec![long], ..event("1") },
    ] {
        let error = notices(vec![wrong]).unwrap_err();
        assert!(matches!(error, GuestError::BrokeContract { .. }), "{error}");
        assert!(!error.to_string().contains("hunter2"));
    }
    assert!(notices(vec![event("1"); MAX_CHANGES]).is_ok());
    assert!(notices(vec![event("1"); MAX_CHANGES + 1]).is_err());
}

#[test]
fn a_secret_in_the_words_of_an_event_is_blacked_out() {
    let event = guest::SourceEvent { kind: "hunter2".to_owned(), ..event("1") };
    assert_eq!(notices(vec![event]).unwrap()[0].kind, "[secret]");
}

#[test]
fn a_receipt_that_no_web_server_could_send_is_refused() {
    let receipt = |status, n_bytes| guest::Receipt {
        status,
        content_type: guest::ContentType::Json,
        body: "x".repeat(n_bytes),
        events: Vec::new(),
    };
    let secrets = secrets();
    let checker = Checker { secrets: &secrets };
    let received = checker.received(receipt(200, MAX_DELIVERY_BYTES)).unwrap();
    assert_eq!(received.content_type, "application/json");
    for wrong in [receipt(0, 0), receipt(101, 0), receipt(600, 0), receipt(200, MAX_DELIVERY_BYTES + 1)] {
        assert!(checker.received(wrong).is_err());
    }
}

fn reaction(replies: Vec<wit::Body>, refusals: Vec<wit::Body>) -> guest::Reaction {
    let (events, heartbeat_ms, state) = (Vec::new(), Some(1000), Some(String::new()));
    guest::Reaction { replies, refusals, events, reconnect: false, heartbeat_ms, state }
}

#[test]
fn a_flood_of_answers_to_a_frame_is_refused() {
    let secrets = secrets();
    let checker = Checker { secrets: &secrets };
    let frames = |n, bytes| vec![wit::Body::Text("x".repeat(bytes)); n];
    assert!(checker.reaction(reaction(frames(MAX_REPLIES, 1), frames(1, MAX_REPLY_BYTES))).is_ok());
    assert!(checker.reaction(reaction(frames(MAX_REPLIES + 1, 1), Vec::new())).is_err());
    assert!(checker.reaction(reaction(Vec::new(), frames(1, MAX_REPLY_BYTES + 1))).is_err());
}

#[test]
fn a_reaction_changes_the_heartbeat_and_the_state_within_their_bounds() {
    let secrets = secrets();
    let checker = Checker { secrets: &secrets };
    let quiet = || reaction(Vec::new(), Vec::new());
    let read = checker.reaction(quiet()).unwrap();
    assert_eq!((read.heartbeat, read.state.as_deref()), (Some(Duration::from_secs(1)), Some("")));
    let large = "x".repeat(MAX_CHANNEL_STATE_BYTES + 1);
    assert!(checker.reaction(guest::Reaction { heartbeat_ms: Some(999), ..quiet() }).is_err());
    assert!(checker.reaction(guest::Reaction { state: Some(large), ..quiet() }).is_err());
}

#[test]
fn a_channel_that_breaks_the_contract_is_refused() {
    let channel = || guest::Channel {
        url: "x".repeat(MAX_URL_BYTES),
        subprotocols: vec!["x".to_owned(); MAX_SUBPROTOCOLS],
        heartbeat_ms: 1000,
        heartbeat: Some(wit::Body::Bytes(vec![0xff])),
        state: "s".to_owned(),
    };
    let read = opening(channel()).unwrap();
    assert_eq!(read.rhythm.message, Some(Body::Bytes(vec![0xff])));
    for wrong in [
        guest::Channel { heartbeat_ms: 999, ..channel() },
        guest::Channel { url: "x".repeat(MAX_URL_BYTES + 1), ..channel() },
        guest::Channel { subprotocols: vec!["x".to_owned(); MAX_SUBPROTOCOLS + 1], ..channel() },
        guest::Channel { state: "x".repeat(MAX_CHANNEL_STATE_BYTES + 1), ..channel() },
    ] {
        assert!(opening(wrong).is_err());
    }
}

#[test]
fn the_address_of_a_channel_is_in_no_debug_output() {
    let opening = Opening {
        url: "wss://source.test/?ticket=hunter2".to_owned(),
        subprotocols: Vec::new(),
        rhythm: Rhythm { every: Duration::from_secs(1), message: None },
        state: "hunter2".to_owned(),
    };
    assert_eq!(format!("{opening:?}"), "Opening { rhythm: Rhythm { every: 1s, message: None }, .. }");
}

#[test]
fn an_event_that_is_left_unfinished_is_one_of_those_that_were_given() {
    let handled = |ids: &[&str]| guest::Handled {
        summary: identity_source::Summary {
            read: 1,
            unchanged: 1,
            skipped: 0,
            complete: true,
            incomplete_reason: None,
        },
        unfinished: ids
            .iter()
            .map(|id| guest::UnfinishedEvent { id: (*id).to_owned(), failure: failure() })
            .collect(),
    };
    let secrets = secrets();
    let given = ["1", "2"].map(str::to_owned).into();
    let read = |ids: &[&str]| Checker { secrets: &secrets }.handled(handled(ids), &given);
    let unfinished = read(&["2"]).unwrap().unfinished.remove(0);
    assert_eq!((unfinished.id.as_str(), unfinished.failure.retry_after_ms), ("2", Some(7)));
    assert!(!unfinished.failure.diagnosis.message.contains("hunter2"));
    assert!(read(&["3"]).is_err() && read(&["2", "2"]).is_err());
}

fn failure() -> wit::Failure {
    let diagnosis = wit::Diagnosis {
        code: "busy".to_owned(),
        message: "hunter2 is busy".to_owned(),
        remedy: None,
        translations: Vec::new(),
        facts: Vec::new(),
        setting: None,
    };
    wit::Failure { kind: wit::FailureKind::Unavailable, diagnosis, retry_after_ms: Some(7) }
}

#[test]
fn a_cursor_has_a_most() {
    let secrets = secrets();
    let fetched =
        |n_bytes| guest::FetchedEvents { events: Vec::new(), cursor: Some("x".repeat(n_bytes)), more: false };
    assert!(Checker { secrets: &secrets }.fetched(fetched(MAX_CURSOR_BYTES)).is_ok());
    assert!(Checker { secrets: &secrets }.fetched(fetched(MAX_CURSOR_BYTES + 1)).is_err());
}
