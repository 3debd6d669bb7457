//! Between the kit's words of events and the generated ones, field by field. What both worlds share is
//! `rollcall-guest`'s.

use crate::bindings::exports::rollcall::connector::events;
use crate::bindings::exports::rollcall::connector::identity_source as source;
use rollcall_guest::{body, body_in, name_value_in};
use rollcall_kit::live;
use rollcall_kit::model;

pub(crate) fn event(event: live::Event) -> events::SourceEvent {
    let live::Event { id, kind, payload, occurred_at_ms, subjects } = event;
    let subjects = subjects.into_iter().map(rollcall_guest::key).collect();
    events::SourceEvent { id, kind, payload, occurred_at_ms, subjects }
}

pub(crate) fn event_in(event: events::SourceEvent) -> live::Event {
    let events::SourceEvent { id, kind, payload, occurred_at_ms, subjects } = event;
    let subjects = subjects.into_iter().map(rollcall_guest::key_in).collect();
    live::Event { id, kind, payload, occurred_at_ms, subjects }
}

pub(crate) fn delivery_in(delivery: events::Delivery) -> live::Delivery {
    let events::Delivery { method, query, headers, body } = delivery;
    let headers = headers.into_iter().map(name_value_in).collect();
    live::Delivery { method, query, headers, body: body_in(body) }
}

pub(crate) fn receipt(receipt: live::Receipt) -> events::Receipt {
    let live::Receipt { status, content_type, body, events } = receipt;
    let content_type = match content_type {
        live::ContentType::Text => events::ContentType::Text,
        live::ContentType::Json => events::ContentType::Json,
        live::ContentType::Xml => events::ContentType::Xml,
    };
    events::Receipt { status, content_type, body, events: all(events) }
}

pub(crate) fn handled(handled: live::Handled) -> events::Handled {
    let live::Handled { summary, unfinished } = handled;
    let unfinished = unfinished
        .into_iter()
        .map(|(id, why)| events::UnfinishedEvent { id, failure: rollcall_guest::failure(why) });
    events::Handled { summary: summary_of(summary), unfinished: unfinished.collect() }
}

/// The two worlds have a summary each: an export's types cannot be shared.
fn summary_of(summary: model::Summary) -> source::Summary {
    let rollcall_guest::bindings::exports::rollcall::connector::identity_source::Summary {
        read,
        unchanged,
        skipped,
        complete,
        incomplete_reason,
    } = rollcall_guest::summary(summary);
    source::Summary { read, unchanged, skipped, complete, incomplete_reason }
}

pub(crate) fn fetched(fetched: live::Fetched) -> events::FetchedEvents {
    let live::Fetched { events, cursor, more } = fetched;
    events::FetchedEvents { events: all(events), cursor, more }
}

pub(crate) fn channel(channel: live::Channel) -> events::Channel {
    let live::Channel { url, subprotocols, heartbeat_ms, heartbeat, state } = channel;
    events::Channel { url, subprotocols, heartbeat_ms, heartbeat: heartbeat.map(body), state }
}

pub(crate) fn reaction(reaction: live::Reaction) -> events::Reaction {
    let live::Reaction { replies, refusals, events, reconnect, heartbeat_ms, state } = reaction;
    let messages = |messages: Vec<_>| messages.into_iter().map(body).collect();
    let (replies, refusals) = (messages(replies), messages(refusals));
    events::Reaction { replies, refusals, events: all(events), reconnect, heartbeat_ms, state }
}

fn all(events: Vec<live::Event>) -> Vec<events::SourceEvent> {
    events.into_iter().map(event).collect()
}
