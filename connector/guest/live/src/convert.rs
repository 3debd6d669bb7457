//! Between the kit's words of events and the generated ones, field by field. What both worlds share is
//! `rollcall-guest`'s.

use crate::bindings::exports::rollcall::connector::events;
use crate::bindings::exports::rollcall::connector::identity_source as source;
use rollcall_kit::live;
use rollcall_kit::model;

pub(crate) fn event(event: live::Event) -> events::Event {
    let live::Event { id, kind, payload, born_at_ms, subjects } = event;
    let subjects = subjects.into_iter().map(rollcall_guest::key).collect();
    events::Event { id, kind, payload, born_at_ms, subjects }
}

pub(crate) fn event_in(event: events::Event) -> live::Event {
    let events::Event { id, kind, payload, born_at_ms, subjects } = event;
    let subjects = subjects.into_iter().map(rollcall_guest::key_in).collect();
    live::Event { id, kind, payload, born_at_ms, subjects }
}

pub(crate) fn delivery_in(delivery: events::Delivery) -> live::Delivery {
    let events::Delivery { query, headers, body } = delivery;
    live::Delivery { query, headers, body }
}

pub(crate) fn receipt(receipt: live::Receipt) -> events::Receipt {
    let live::Receipt { status, headers, body, events } = receipt;
    events::Receipt { status, headers, body, events: all(events) }
}

pub(crate) fn summary(summary: model::Summary) -> source::Summary {
    let model::Summary { read, unchanged, skipped, complete } = summary;
    source::Summary { read, unchanged, skipped, complete }
}

pub(crate) fn missed(missed: live::Missed) -> events::Missed {
    let live::Missed { events, more } = missed;
    events::Missed { events: all(events), more }
}

pub(crate) fn channel(channel: live::Channel) -> events::Channel {
    let live::Channel { url, subprotocols, heartbeat_ms } = channel;
    events::Channel { url, subprotocols, heartbeat_ms }
}

pub(crate) fn reaction(reaction: live::Reaction) -> events::Reaction {
    let live::Reaction { replies, refusals, events, reconnect } = reaction;
    events::Reaction { replies, refusals, events: all(events), reconnect }
}

fn all(events: Vec<live::Event>) -> Vec<events::Event> {
    events.into_iter().map(event).collect()
}
