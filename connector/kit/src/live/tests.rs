//! The calls that a host makes, with a connector that repeats what it was given.

use super::{
    Channel, Delivery, Event, LiveConnector, Missed, Moment, Reaction, Receipt, frame, handle, missed,
    open_channel, receive,
};
use crate::connector::Sighting;
use crate::document::Schema;
use crate::model::{
    Descriptor, Diagnosis, Entry, Failure, Finding, Key, Plan, Problem, Severity, Summary, Text,
};
use crate::testing::{Reply, TestHost};
use crate::{Connector, Context, Reading};
use std::rc::Rc;

/// Tells what it was called with; its settings are right unless they are empty.
struct Echo(String);

impl Connector for Echo {
    const SCHEMAS: &'static [Schema] = &[];

    fn describe() -> Descriptor {
        Descriptor {
            id: "echo".to_owned(),
            name: Text::new("Echo", "回声"),
            version: "1.0.0".to_owned(),
            settings_schema: "{}".to_owned(),
            resource_types: Vec::new(),
        }
    }

    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Problem>> {
        if settings.is_empty() {
            return Err(vec![Problem { pointer: "/all".to_owned(), diagnosis: told("empty") }]);
        }
        Ok((Self(settings.to_owned()), Plan::default()))
    }

    async fn check(&self, _: &Context) -> Vec<Finding> {
        Vec::new()
    }

    async fn read_all(&self, _: &Context, _: &Reading) -> Result<String, Failure> {
        Ok(String::new())
    }

    async fn look(&self, _: &Context, _: &Key) -> Sighting {
        Sighting::Unknown(Failure::Other(told("nothing")))
    }
}

impl LiveConnector for Echo {
    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure> {
        let event = event(&delivery.query, &self.0);
        Ok(Receipt { status: 200, headers: Vec::new(), body: moment.random.to_vec(), events: vec![event] })
    }

    async fn handle(&self, context: &Context, events: &[Event]) -> Result<Summary, Failure> {
        context.sleep(1).await;
        for event in events {
            context.record(Entry::new(Severity::Info, told(&event.kind)));
        }
        Err(Failure::Unavailable(told("later"), Some(5)))
    }

    async fn missed(&self, context: &Context) -> Result<Missed, Failure> {
        context.sleep(1).await;
        Ok(Missed { events: vec![event("missed", &self.0)], more: true })
    }

    async fn open_channel(&self, context: &Context) -> Result<Option<Channel>, Failure> {
        context.sleep(1).await;
        let url = format!("wss://{}/?ticket=canary", self.0);
        Ok(Some(Channel { url, subprotocols: Vec::new(), heartbeat_ms: 1 }))
    }

    fn frame(&self, frame: &str) -> Result<Reaction, Failure> {
        Ok(Reaction { replies: vec![frame.to_owned()], ..Reaction::default() })
    }
}

fn told(code: &str) -> Diagnosis {
    Diagnosis::new(code, code, "如上")
}

fn event(id: &str, kind: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: kind.to_owned(),
        payload: Vec::new(),
        born_at_ms: None,
        subjects: Vec::new(),
    }
}

fn delivery() -> Delivery {
    Delivery { query: "q".to_owned(), headers: Vec::new(), body: b"canary".to_vec() }
}

fn host() -> Rc<TestHost> {
    TestHost::new(|_, _| Reply::Hang)
}

#[test]
fn every_call_reads_the_settings_first() {
    let codes = [
        receive::<Echo>(&*host(), "", &delivery()).err(),
        handle::<Echo>(host(), "", &[]).err(),
        missed::<Echo>(host(), "").err(),
        open_channel::<Echo>(host(), "").err(),
        frame::<Echo>("", "f").err(),
    ];
    let wrong = || Some(Failure::Settings(told("empty").fact("setting", "/all")));
    assert_eq!(codes, [wrong(), wrong(), wrong(), wrong(), wrong()]);
}

#[test]
fn a_delivery_is_received_with_the_host_s_randomness() {
    let receipt = receive::<Echo>(&*host(), "s", &delivery()).expect("nothing stops it");
    assert_eq!((receipt.events, receipt.body), (vec![event("q", "s")], vec![0; 16]));
}

#[test]
fn what_is_handled_may_wait_and_record_and_its_failure_comes_back() {
    let host = host();
    let handled = handle::<Echo>(host.clone(), "s", &[event("1", "a"), event("2", "b")]);
    let recorded: Vec<String> = host.take_entries().into_iter().map(|entry| entry.diagnosis.code).collect();
    assert_eq!(
        (handled, recorded),
        (Err(Failure::Unavailable(told("later"), Some(5))), vec!["a".to_owned(), "b".to_owned()])
    );
}

#[test]
fn the_other_calls_hand_on_what_the_connector_says() {
    let channel = open_channel::<Echo>(host(), "example.test").expect("nothing stops it");
    assert_eq!(format!("{channel:?}"), r#"Some(Channel { url: "wss://example.test/", .. })"#);
    let missed = missed::<Echo>(host(), "s").expect("nothing stops it");
    assert_eq!(missed, Missed { events: vec![event("missed", "s")], more: true });
    let reaction = frame::<Echo>("s", "f").expect("nothing stops it");
    assert_eq!(reaction.replies, ["f"]);
}

#[test]
fn the_debug_form_of_a_delivery_keeps_its_content() {
    assert_eq!(format!("{:?}", delivery()), "Delivery(6 bytes)");
}
