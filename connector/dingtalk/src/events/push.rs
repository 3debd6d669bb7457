//! What was pushed, whatever its shape: DingTalk names the same members differently over HTTP, over WebSocket and in its
//! list of failures, and its pages differ from its pushes. Only ids are taken; what is said about them is read again.

use super::notice::Payload;
use crate::wire::body::REPLACEMENT;
use crate::wire::lenient::{Whole, is_blank};
use rollcall_kit::live::Event;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What begins the name of a change of people, departments, the organization or roles.
///
/// An application may be subscribed to much else, such as approvals or external contacts (`contact_…`): that is answered
/// and forgotten.
const CONTACTS: [&str; 3] = ["user_", "org_", "label_"];

/// The kind of an event that was pushed in a way that even its kind cannot be told.
pub(crate) const UNREADABLE: &str = "unreadable";

/// Bytes of a kind at most.
///
/// Source: `wit/events.wit`, `event.kind`.
const MAX_KIND_BYTES: usize = 64;

/// Bytes of DingTalk's own id of an event at most; one that is longer is told by its digest.
///
/// Why: an event's id may have 128 bytes, of which the kind takes 64. Those captured have 32 to 36.
const MAX_OWN_ID_BYTES: usize = 48;

/// Bytes of ids in the payload of one event. One department may be removed with thousands below it.
///
/// Source: half of what `wit/events.wit` allows a payload.
const MAX_IDS_BYTES: usize = 32_768;

/// Seconds since 1970 are below this, milliseconds above: it is the year 5138 or 1973.
const SECONDS_BELOW: u64 = 100_000_000_000;

/// One change as it was pushed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Push<'a> {
    /// `EventType`.
    pub(crate) kind: &'a str,
    /// DingTalk's own id, where it is not among the members.
    pub(crate) id: Option<&'a str>,
    /// Where ids and times are.
    pub(crate) members: &'a Map<String, Value>,
    /// What tells this delivery from every other, even from one that says the same; at best the same for its repeats.
    pub(crate) delivery: &'a str,
}

/// The members of a message, each for itself: one that is nested without end is an empty object, which is no id of anything.
pub(crate) fn members(text: &str) -> Option<Map<String, Value>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let value =
        |json: &RawValue| serde_json::from_str(json.get()).unwrap_or_else(|_| Value::Object(Map::new()));
    Some(members.into_iter().map(|(name, json)| (name, value(json))).collect())
}

/// What a change is called, whatever stands around the name and however it is written.
pub(crate) fn kind_of(told: &str) -> String {
    told.trim_matches(is_blank).to_ascii_lowercase()
}

/// The events of a change: one as a rule, none if it is not about contacts, several if its ids are too many for one.
pub(crate) fn events(push: Push<'_>) -> Vec<Event> {
    let kind = kind_of(push.kind);
    let push = Push { kind: &kind, ..push };
    if !is_about_contacts(push.kind) {
        return Vec::new();
    }
    let members = folded(push.members);
    let payload = payload(&members);
    let id = id(push, &members, &payload);
    let parts = payload.parts(MAX_IDS_BYTES);
    let event = |(n, part): (usize, Payload)| {
        let id = if n == 0 { id.clone() } else { format!("{id}/{n}") };
        part.into_event(id, push.kind)
    };
    parts.into_iter().enumerate().map(event).collect()
}

/// The event of something that was pushed and cannot be understood.
pub(crate) fn unreadable(whole: &str) -> Event {
    let payload = Payload { unclear: true, ..Payload::default() };
    payload.into_event(digest(UNREADABLE, whole), UNREADABLE)
}

/// Milliseconds since 1970 of a time that DingTalk wrote, which may be in seconds.
pub(crate) fn millis(time: u64) -> u64 {
    if time < SECONDS_BELOW { time * 1_000 } else { time }
}

fn is_about_contacts(kind: &str) -> bool {
    kind.len() <= MAX_KIND_BYTES && CONTACTS.iter().any(|prefix| kind.starts_with(prefix))
}

/// Members by their names in lower case: `UserId`, `userId` and `userid` are the same.
fn folded(members: &Map<String, Value>) -> Vec<(String, &Value)> {
    members.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()
}

fn payload(members: &[(String, &Value)]) -> Payload {
    let mut payload = Payload { at_ms: time(members), ..Payload::default() };
    for (name, value) in members {
        let readable = match name.as_str() {
            "userid" | "userids" | "useridlist" => take_all(value, &mut payload.users),
            "deptid" | "deptids" | "deptidlist" => take_all(value, &mut payload.departments),
            _ => true,
        };
        payload.unclear |= !readable;
    }
    payload
}

/// Take a list or a single id; whether all of it could be read.
fn take_all<Id: DeserializeOwned + Ord>(value: &Value, ids: &mut BTreeSet<Id>) -> bool {
    // Of an id in which characters were replaced nobody can tell whose it is.
    let is_whole = |id: &Value| !id.as_str().is_some_and(|text| text.contains(REPLACEMENT));
    let mut take = |id: &Value| is_whole(id) && Id::deserialize(id).map(|id| ids.insert(id)).is_ok();
    match value {
        Value::Null => true,
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str(text).is_ok_and(|list: Vec<Value>| take_all(&Value::Array(list), ids))
        }
        Value::Array(list) => list.iter().flat_map(divided).filter(|id| !take(id)).count() == 0,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            divided(value).iter().filter(|id| !take(id)).count() == 0
        }
    }
}

/// The ids that a text divides by commas.
///
/// Source: interfaces of DingTalk that take several ids in one text take them in this way, so none has a comma.
fn divided(id: &Value) -> Vec<Value> {
    let Some(text) = id.as_str() else { return vec![id.clone()] };
    let parts = text.split(',').filter(|part| !part.chars().all(is_blank));
    let parts: Vec<Value> = parts.map(Value::from).collect();
    // Commas alone are as little an id as nothing is.
    if parts.is_empty() { vec![Value::from("")] } else { parts }
}

fn time(members: &[(String, &Value)]) -> Option<u64> {
    let read = |name: &str| {
        let Whole(time) = Whole::deserialize(member(members, name)?).ok()?;
        u64::try_from(time).ok().map(millis)
    };
    ["timestamp", "eventtime", "event_time"].into_iter().find_map(read)
}

fn member<'a>(members: &[(String, &'a Value)], wanted: &str) -> Option<&'a Value> {
    members.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value)
}

/// DingTalk's own id, or else a digest of kind, ids and time. Without a time that tells moments apart, two changes of the same
/// objects would be taken for one, so then of the delivery: to act on a repeat costs a request, to miss a change is for good.
fn id(push: Push<'_>, members: &[(String, &Value)], payload: &Payload) -> String {
    let named = || member(members, "eventid")?.as_str();
    let own = push.id.or_else(named).filter(|id| !id.is_empty());
    match own {
        Some(own) if own.len() <= MAX_OWN_ID_BYTES && own.bytes().all(|byte| byte.is_ascii_graphic()) => {
            format!("{}/{own}", push.kind)
        }
        Some(own) => digest(push.kind, own),
        None if payload.tells_its_moment() && !payload.unclear => digest(push.kind, &payload.to_json()),
        None => digest(push.kind, push.delivery),
    }
}

fn digest(kind: &str, of: &str) -> String {
    let hex = blake3::hash(of.as_bytes()).to_hex();
    format!("{kind}/{}", hex.get(..32).unwrap_or_default())
}

#[cfg(test)]
mod tests;
