//! Deliveries to the callback address: every way DingTalk may write them is understood, everything else changes nothing.

use super::{feihua, rename_user};
use crate::expectation::Documents;
use crate::harness::extra::until;
use crate::harness::live::{CALLBACK_AES_KEY, CALLBACK_TOKEN, Live, Way, app_key};
use rollcall_dingtalk_simulator::{
    AppEvents, ChangeTime, EventShape, HandMadePush, OwnerKey, PushAnswer, SetEventsError, SignatureNames,
    TimestampName, TimestampUnit, UrlRefused,
};
use rollcall_host::history::Run;
use rollcall_host::inbox::{EventState, InboxEvent};

/// A mebibyte of JSON around what is right: larger than a delivery may be, which every server says.
const TOO_LARGE: u16 = 413;

#[test]
fn a_bad_delivery_gets_the_same_answer_whatever_is_wrong_and_changes_nothing_but_a_count() {
    let live = Live::started(feihua(), Way::Http);
    let before = kept(&live);
    let bad = [
        HandMadePush::WrongSignature,
        HandMadePush::NoSignature,
        HandMadePush::OldTimestamp,
        HandMadePush::BadPadding,
        HandMadePush::BadLength,
        HandMadePush::TruncatedCiphertext,
        HandMadePush::NotBase64,
        HandMadePush::WrongOwnerKey,
        HandMadePush::BodyNotJson,
        HandMadePush::TruncatedBody,
    ];
    let refused = |status| PushAnswer::Response { status, body: Vec::new() };
    for (n, how) in (1..).zip(&bad) {
        assert_eq!(push(&live, how), refused(403), "{how:?}");
        until("the refusal is counted", || live.following().n_refused == n);
        assert_eq!(kept(&live), before, "{how:?}");
    }
    assert_eq!(push(&live, &HandMadePush::Huge), refused(TOO_LARGE));
    until("the refusal is counted", || live.following().n_refused == 11);
    let last = live.following().last_refused.expect("something was refused");
    assert_eq!(last.diagnosis.code, "delivery-too-large");
    assert_eq!(kept(&live), before);
}

#[test]
fn whoever_saves_the_callback_address_with_other_secrets_is_told_that_it_does_not_answer() {
    let mut live = Live::new(feihua(), Way::Http);
    live.follow();
    let other_token = AppEvents::http(live.callback_url(), "anothertoken", CALLBACK_AES_KEY);
    let other_key = AppEvents::http(live.callback_url(), CALLBACK_TOKEN, "a".repeat(43));
    for events in [other_token, other_key] {
        let saved = live.server().set_events(&app_key(), events);
        assert!(matches!(saved, Err(SetEventsError::Url(UrlRefused::NotSuccess(_)))), "{saved:?}");
    }
    assert!(live.save_events().is_ok());
}

#[test]
fn every_way_to_write_a_delivery_is_understood_from_the_moment_the_address_is_saved() {
    let live = Live::started(feihua(), Way::Http);
    let mut n_events = 0;
    for (n, (shape, signature_names, timestamp_name, timestamp_unit, owner_key)) in ways().enumerate() {
        live.with(|simulator| {
            let switches = &mut simulator.switches_mut().events;
            switches.shape = shape;
            switches.signature_names = signature_names;
            switches.timestamp_name = timestamp_name;
            switches.timestamp_unit = timestamp_unit;
            switches.owner_key = owner_key;
        });
        // Asks `check_url`, written in the same way.
        live.subscribe();
        live.change(&rename_user("xiaohong", &format!("小红 {n}")));
        live.assert_in_line();
        n_events += 1;
        assert_eq!(live.events().len(), n_events);
    }
    assert_eq!((n_events, live.following().n_refused), (48, 0));
}

#[test]
fn an_event_that_is_pushed_twice_is_kept_once() {
    for shape in [EventShape::A, EventShape::B] {
        let live = Live::started(feihua(), Way::Http);
        live.with(|simulator| {
            let switches = &mut simulator.switches_mut().events;
            switches.shape = shape;
            switches.duplicate_percent = 100;
        });
        live.change(&rename_user("xiaohong", "小红红"));
        live.assert_in_line();
        let states: Vec<_> = live.events().iter().map(|event| event.state).collect();
        let n_pushed = live.with(|simulator| simulator.events().n_acknowledged());
        assert_eq!((n_pushed, states), (2, vec![EventState::Done]), "{shape:?}");
    }
}

#[test]
fn two_changes_of_one_person_in_one_second_are_both_kept() {
    let live = Live::started(feihua(), Way::Http);
    live.with(|simulator| simulator.switches_mut().events.change_time = ChangeTime::FullSecond);
    // Three of them, as a second may end between two.
    for n in 0..3 {
        live.real.mutate(&rename_user("xiaohong", &format!("小红 {n}")));
    }
    live.settled();
    live.assert_in_line();
    assert_eq!(live.events().len(), 3);
}

fn ways() -> impl Iterator<Item = (EventShape, SignatureNames, TimestampName, TimestampUnit, OwnerKey)> {
    let names = [SignatureNames::Both, SignatureNames::MsgSignature, SignatureNames::Signature];
    let times = [TimestampName::Timestamp, TimestampName::TimeStamp];
    let units = [TimestampUnit::Milliseconds, TimestampUnit::Seconds];
    let owners = [OwnerKey::AppKey, OwnerKey::CorpId];
    let shapes = [EventShape::A, EventShape::B].into_iter();
    shapes.flat_map(move |shape| {
        names.into_iter().flat_map(move |name| {
            times.into_iter().flat_map(move |time| {
                units.into_iter().flat_map(move |unit| {
                    owners.into_iter().map(move |owner| (shape, name, time, unit, owner))
                })
            })
        })
    })
}

fn push(live: &Live, how: &HandMadePush) -> PushAnswer {
    live.server().push_by_hand(&app_key(), how).expect("the application takes pushes")
}

/// What a delivery could have changed.
fn kept(live: &Live) -> (Documents, Vec<InboxEvent>, Vec<Run>) {
    (live.real.documents(), live.events(), live.rows())
}
