//! The calls that a host makes, with a connector that repeats what it was given.

use super::{
    Channel, ContentType, Delivery, Event, Fetched, Handled, LiveConnector, Moment, Reaction, Receipt, fetch,
    frame, handle, open_channel, receive,
};
use crate::document::Schema;
use crate::lookup::Lookup;
use crate::model::{Descriptor, Diagnosis, Entry, Failure, Finding, Key, Plan, Severity, Text};
use crate::testing::{Reply, TestHost};
use crate::{Body, Connector, Context, Reading};
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

    fn configure(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        if settings.is_empty() {
            return Err(vec![told("empty").about_setting("/all")]);
        }
        Ok((Self(settings.to_owned()), Plan::default()))
    }

    async fn check(&self, _: &Context) -> Vec<Finding> {
        Vec::new()
    }

    async fn read_all(&self, _: &Context, _: &Reading) -> Result<(), Failure> {
        Ok(())
    }

    async fn look_up(&self, _: &Context, _: &Key) -> Lookup {
        Lookup::Unknown(Failure::Other(told("nothing")))
    }
}

impl LiveConnector for Echo {
    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure> {
        let event = event(&delivery.query, &self.0);
        let body = format!("{:?}", moment.random);
        Ok(Receipt { status: 200, content_type: ContentType::Text, body, events: vec![event] })
    }

    async fn handle(&self, context: &Context, events: &[Event]) -> Result<Handled, Failure> {
        context.sleep(1).await;
        for event in events {
            context.record(Entry::new(Severity::Info, told(&event.kind)));
        }
        Err(Failure::Unavailable(told("later"), Some(5)))
    }

    async fn fetch(&self, context: &Context, cursor: Option<&str>) -> Result<Fetched, Failure> {
        context.sleep(1).await;
        let events = vec![event(cursor.unwrap_or("first"), &self.0)];
        Ok(Fetched { events, cursor: Some("next".to_owned()), more: true })
    }

    async fn open_channel(&self, context: &Context) -> Result<Option<Channel>, Failure> {
        context.sleep(1).await;
        let url = format!("wss://{}/?ticket=canary", self.0);
        let (heartbeat, state) = (None, String::new());
        Ok(Some(Channel { url, subprotocols: Vec::new(), heartbeat_ms: 1, heartbeat, state }))
    }

    fn frame(&self, state: &str, message: &Body) -> Result<Reaction, Failure> {
        let state = Some(format!("{state}+"));
        Ok(Reaction { replies: vec![message.clone()], state, ..Reaction::default() })
    }
}

fn told(code: &str) -> Diagnosis {
    Diagnosis::new(code, code, "如上")
}

fn event(id: &str, kind: &str) -> Event {
    Event {
        id: id.to_owned(),
        kind: kind.to_owned(),
        payload: String::new(),
        occurred_at_ms: None,
        subjects: Vec::new(),
    }
}

fn delivery() -> Delivery {
    let body = Body::Text("canary".to_owned());
    Delivery { method: "POST".to_owned(), query: "q".to_owned(), headers: Vec::new(), body }
}

fn host() -> Rc<TestHost> {
    TestHost::new(|_, _| Reply::Hang)
}

#[test]
fn every_call_reads_the_settings_first() {
    let codes = [
        receive::<Echo>(&*host(), "", &delivery()).err(),
        handle::<Echo>(host(), "", &[]).err(),
        fetch::<Echo>(host(), "", None).err(),
        open_channel::<Echo>(host(), "").err(),
        frame::<Echo>("", "", &Body::empty()).err(),
    ];
    let wrong = || Some(Failure::Settings(told("empty").about_setting("/all")));
    assert_eq!(codes, [wrong(), wrong(), wrong(), wrong(), wrong()]);
}

#[test]
fn a_delivery_is_received_with_the_host_s_randomness() {
    let receipt = receive::<Echo>(&*host(), "s", &delivery()).expect("nothing stops it");
    assert_eq!((receipt.events, receipt.body), (vec![event("q", "s")], format!("{:?}", [0_u8; 16])));
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
    let fetched = fetch::<Echo>(host(), "s", Some("last")).expect("nothing stops it");
    let cursor = Some("next".to_owned());
    assert_eq!(fetched, Fetched { events: vec![event("last", "s")], cursor, more: true });
    let message = Body::Bytes(vec![0xff]);
    let reaction = frame::<Echo>("s", "0", &message).expect("nothing stops it");
    assert_eq!((reaction.replies, reaction.state.as_deref()), (vec![message], Some("0+")));
}

#[test]
fn the_debug_form_of_a_delivery_keeps_its_content() {
    assert_eq!(format!("{:?}", delivery()), "Delivery(POST 6 bytes)");
}
