//! What the webhook leads to: whatever an event names is looked up in the roster, which is read once.

use super::{Bench, JSON, name, status};
use crate::Roster;
use expect_test::{Expect, expect};
use rollcall_kit::live::{Delivery, Event, Handled, fetch, frame, handle, open_channel, receive};
use rollcall_kit::testing::Reply;
use rollcall_kit::{Body, Failure, Summary};
use serde_json::{Value, json};

const SETTINGS: &str = r#"{"url":"https://hr.example/roster.json","webhook_token":"canary-token-5f2c"}"#;

const BEFORE: &str = r#"{"departments":[{"id":"rd","name":"R&D"}],
    "people":[{"id":"7","name":"Hong","departments":["rd"]},{"id":"8","name":"Bai","departments":[]}]}"#;

const AFTER: &str = r#"{"departments":[{"id":"rd","name":"R&D"},{"id":"ops","name":"Ops"}],
    "people":[{"id":"8","name":"Lao Bai","departments":["ops"]},{"id":"9","name":"Li","departments":[]}]}"#;

/// An event as its delivery makes it.
fn told(body: &Value) -> Vec<Event> {
    let bench = Bench::new(SETTINGS);
    let headers = vec![("x-roster-token".to_owned(), "canary-token-5f2c".to_owned())];
    let (method, body) = ("POST".to_owned(), Body::Text(body.to_string()));
    let delivery = Delivery { method, query: String::new(), headers, body };
    receive::<Roster>(&*bench.host, SETTINGS, &delivery).expect("it has the token").events
}

/// Handle these on top of a platform that holds what was [`BEFORE`].
#[track_caller]
fn check(roster: &str, events: &[Event], n_requests: usize, expected: &Expect) {
    let bench = Bench::new(SETTINGS);
    bench.serve("https://hr.example/roster.json", Reply::json(BEFORE));
    bench.run();
    bench.serve("https://hr.example/roster.json", Reply::json(roster));
    bench.requests.borrow_mut().clear();
    let handled = handle::<Roster>(bench.host.clone(), &bench.sealed(), events);
    let (result, unfinished) = match handled {
        Ok(Handled { summary, unfinished }) => (Ok(summary), unfinished),
        Err(failure) => (Err(failure), Vec::new()),
    };
    let mut told = bench.report(&result);
    for (id, why) in unfinished {
        told += &format!("\nunfinished {id}: {} {}", name(&why), why.diagnosis().code);
    }
    let short: Vec<&str> = told.lines().map(|line| line.split(r#","name""#).next().unwrap_or(line)).collect();
    expected.assert_eq(&short.join("\n"));
    assert_eq!(bench.requests.borrow().len(), n_requests);
}

#[test]
fn what_is_named_is_brought_in_line_and_nothing_else() {
    let events = told(&json!({ "id": "1", "people": ["8", "7", "nobody"], "departments": ["ops"] }));
    check(
        AFTER,
        &events,
        1,
        &expect![[r#"
            put Department {"displayName":"Ops","externalId":"ops","parent":null,"schemas":["urn:rollcall:scim:schemas:2.0:Department"]}
            put User {"active":true,"displayName":"Lao Bai","externalId":"8"
            delete User 7
            complete: 2 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn events_that_name_the_same_are_one_reading() {
    let mut events = told(&json!({ "id": "1", "people": ["8"] }));
    events.extend(told(&json!({ "id": "2", "people": ["8"] })));
    check(BEFORE, &events, 1, &expect!["complete: 1 read, 1 unchanged, 0 skipped"]);
}

#[test]
fn nobody_is_gone_while_a_row_is_wrong_and_the_event_is_tried_again() {
    let mut events = told(&json!({ "id": "1", "people": ["7"] }));
    events.extend(told(&json!({ "id": "2", "people": ["8"] })));
    check(
        r#"{"departments":[],"people":[{"id":"8","name":"Lao Bai","departments":[]},{"name":"Nobody"}]}"#,
        &events,
        1,
        &expect![[r#"
            put User {"active":true,"displayName":"Lao Bai","externalId":"8"
            error User 7 [roster-not-whole] the roster has 2 errors; until they are mended nobody is removed and nothing is cleared
            complete: 1 read, 0 unchanged, 0 skipped
            unfinished roster:1:0: unavailable roster-not-whole"#]],
    );
}

#[test]
fn a_roster_that_cannot_be_read_leaves_the_whole_batch_to_another_try() {
    let mut events = told(&json!({ "id": "1", "people": ["7"] }));
    events.extend(told(&json!({ "id": "2", "people": ["8"] })));
    for (roster, expected) in [
        ("<html>", expect!["unavailable: roster.json: this is a web page, not a roster"]),
        ("", expect!["unavailable: roster.json: the file is empty"]),
        (
            r#"{"departments":[]}"#,
            expect![
                "unavailable: roster.json: this is not a roster: missing field `people` at line 1 column 18"
            ],
        ),
        ("id,name", expect![[r#"unavailable: roster.json: this is not JSON; it begins with "id,name""#]]),
    ] {
        check(roster, &events, 1, &expected);
    }
}

#[test]
fn a_roster_that_is_not_there_is_waited_for_and_one_that_is_refused_or_gone_waits_for_a_person() {
    let events = told(&json!({ "id": "1", "people": ["7"] }));
    let ended = |code: u16| {
        let bench = Bench::new(SETTINGS);
        bench.serve("https://hr.example/roster.json", status(code, ""));
        let failure = handle::<Roster>(bench.host.clone(), &bench.sealed(), &events).expect_err("it failed");
        assert_eq!(bench.requests.borrow().len(), 1, "{code}");
        name(&failure)
    };
    assert_eq!([404, 410, 401, 403].map(ended), ["unavailable", "settings", "permission", "permission"]);
}

#[test]
fn an_event_that_cannot_be_read_costs_itself_alone() {
    let mut events = told(&json!({ "id": "1", "people": ["8"] }));
    let unreadable = Event { id: "2".to_owned(), payload: "[7]".to_owned(), ..events[0].clone() };
    check(
        BEFORE,
        std::slice::from_ref(&unreadable),
        0,
        &expect![[r#"
            warning [event-unreadable] what an event says cannot be read, so nothing is done about it
            complete: 0 read, 0 unchanged, 0 skipped"#]],
    );
    events.push(unreadable);
    check(
        BEFORE,
        &events,
        1,
        &expect![[r#"
            warning [event-unreadable] what an event says cannot be read, so nothing is done about it
            complete: 1 read, 1 unchanged, 0 skipped"#]],
    );
}

#[test]
fn there_is_no_channel_and_nothing_to_ask_for() {
    let bench = Bench::new(SETTINGS);
    let fetched = fetch::<Roster>(bench.host.clone(), SETTINGS, Some("place")).expect("nothing stops it");
    assert_eq!((fetched.events, fetched.cursor, fetched.more), (Vec::new(), None, false));
    assert_eq!(open_channel::<Roster>(bench.host.clone(), SETTINGS), Ok(None));
    match frame::<Roster>(JSON, "", &Body::empty()) {
        Err(Failure::Other(why)) => assert_eq!(why.code, "no-channel"),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.requests.borrow().len(), 0);
}

#[test]
fn nothing_to_handle_reads_nothing() {
    let bench = Bench::new(SETTINGS);
    let handled = handle::<Roster>(bench.host.clone(), SETTINGS, &[]).expect("nothing stops it");
    assert_eq!(handled.summary, Summary { complete: true, ..Summary::default() });
    assert_eq!(bench.requests.borrow().len(), 0);
}
