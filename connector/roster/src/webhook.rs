//! The webhook: whoever keeps the roster says what has changed in it, and that is read again. From an HTTP delivery to
//! events, and from events to the objects that they name. Pure; the format is described in `docs/roster.md`.

use crate::codes;
use crate::json_file::text_of;
use crate::limits::{MAX_DELIVERY_ID_BYTES, MAX_ID_BYTES, MAX_NAMED};
use crate::row::{RowKind, tidy};
use crate::token::WebhookToken;
use rollcall_kit::limits::MAX_EVENT_SUBJECTS;
use rollcall_kit::live::{ContentType, Delivery, Event, Moment, Receipt};
use rollcall_kit::{Diagnosis, Failure, Key};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What the events are called.
const EVENT_KIND: &str = "roster-changed";

/// The lists of a delivery and of an event, in the order in which they are brought in line.
const LISTS: [(&str, RowKind); 2] = [("departments", RowKind::Departments), ("people", RowKind::People)];

/// Verify a delivery, and make events of what it names.
///
/// # Errors
/// When no webhook is set up, or the delivery has another token. What is wrong with one that has it is told in the
/// receipt: its sender is the one who can mend it.
pub(crate) fn receive(
    token: Option<&WebhookToken>,
    moment: Moment,
    delivery: &Delivery,
) -> Result<Receipt, Failure> {
    let Some(token) = token else { return Err(Failure::Settings(not_set_up())) };
    if delivery.method != "POST" {
        return Ok(refused(405, "a change is told by POST".to_owned()));
    }
    if !token.is_in(delivery) {
        return Err(Failure::Other(not_authentic()));
    }
    Ok(match WebhookBody::read(delivery.body.as_bytes()) {
        Ok(told) => told.accepted(moment),
        Err(why) => refused(400, why),
    })
}

/// The objects that an event names; none when its payload cannot be read.
pub(crate) fn keys(event: &Event) -> Option<Vec<Key>> {
    let payload: Map<String, Value> = serde_json::from_str(&event.payload).ok()?;
    named(&payload).ok()
}

/// Why an event is not acted on.
pub(crate) fn unreadable(event: &Event) -> Diagnosis {
    codes::event_unreadable().fact("event", &event.id)
}

/// Why no message of a channel is understood.
pub(crate) fn no_channel() -> Failure {
    Failure::Other(codes::no_channel())
}

/// What a delivery says.
struct WebhookBody {
    /// What its sender calls it, so that a repeat is known.
    id: Option<String>,
    /// What it names, departments first.
    keys: Vec<Key>,
}

impl WebhookBody {
    /// Read a body.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence for its sender.
    fn read(body: &[u8]) -> Result<Self, String> {
        let Ok(members) = serde_json::from_slice::<Map<String, Value>>(body) else {
            return Err(r#"the body must be a JSON object such as {"people": ["7"]}"#.to_owned());
        };
        let id = match members.get("id") {
            None => None,
            Some(Value::String(id)) if (1..=MAX_DELIVERY_ID_BYTES).contains(&id.len()) => Some(id.clone()),
            Some(_) => return Err(format!("`id` must be a text of 1 to {MAX_DELIVERY_ID_BYTES} bytes")),
        };
        let keys = named(&members)?;
        match keys.len() {
            0 => Err("the body names nobody: list ids under `people` or `departments`".to_owned()),
            n if MAX_NAMED < n => Err(format!("the body names {n} objects, at most {MAX_NAMED} are taken")),
            _ => Ok(Self { id, keys }),
        }
    }

    fn accepted(&self, moment: Moment) -> Receipt {
        let id = match &self.id {
            Some(id) => format!("roster:{id}"),
            // Each delivery is a change of its own.
            None => format!("{:032x}", u128::from_be_bytes(moment.random)),
        };
        let parts = self.keys.chunks(MAX_EVENT_SUBJECTS).enumerate();
        let events = parts.map(|(n, keys)| event(format!("{id}:{n}"), keys)).collect();
        let body = json!({ "accepted": self.keys.len() }).to_string();
        Receipt { status: 202, content_type: ContentType::Json, body, events }
    }
}

/// What the lists name, departments first, each once and in the order in which it is given.
///
/// # Errors
/// What is wrong with a list, in a sentence for whoever wrote it.
fn named(members: &Map<String, Value>) -> Result<Vec<Key>, String> {
    let (mut keys, mut known) = (Vec::new(), BTreeSet::new());
    for (list, kind) in LISTS {
        let ids = match members.get(list) {
            None => continue,
            Some(Value::Array(ids)) => ids,
            Some(_) => return Err(format!("`{list}` must be a list of ids")),
        };
        for (index, id) in ids.iter().enumerate() {
            let Some(id) = id_of(id) else {
                return Err(format!(
                    "`{list}[{index}]` must be a text of 1 to {MAX_ID_BYTES} bytes or a whole number"
                ));
            };
            let key = kind.key(&id);
            if known.insert(key.clone()) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

/// An id as a row of the roster may write it.
fn id_of(value: &Value) -> Option<String> {
    tidy(&text_of(value.clone())?, MAX_ID_BYTES).ok()?
}

fn event(id: String, keys: &[Key]) -> Event {
    let list = |wanted: RowKind| -> Vec<&str> {
        let of_kind = keys.iter().filter(|key| key.resource_type == wanted.resource_type());
        of_kind.map(|key| key.external_id.as_str()).collect()
    };
    let payload: Map<String, Value> =
        LISTS.into_iter().map(|(name, kind)| (name.to_owned(), json!(list(kind)))).collect();
    Event {
        id,
        kind: EVENT_KIND.to_owned(),
        payload: Value::Object(payload).to_string(),
        occurred_at_ms: None,
        subjects: keys.to_vec(),
    }
}

fn refused(status: u16, why: String) -> Receipt {
    Receipt { status, content_type: ContentType::Text, body: why, events: Vec::new() }
}

fn not_set_up() -> Diagnosis {
    codes::webhook_not_set_up().about_setting("/webhook_token")
}

fn not_authentic() -> Diagnosis {
    codes::webhook_not_authentic()
}

#[cfg(test)]
mod tests;
