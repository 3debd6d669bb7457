//! Events through the control API: what was made and what became of it, and the handles to make it go wrong.

use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refused, done, parsed, refused, written};
use crate::events::{HandMadePush, PushAnswer, PushRequest};
use crate::ids::AppKey;
use crate::server::stream::Order;
use crate::server::{Shared, now_ms, saving};
use crate::state::AppEvents;

/// Everything about events.
pub(super) fn look(shared: &Shared) -> Result<Value, Refused> {
    let simulator = shared.simulator();
    let events = simulator.events();
    written(&json!({
        "paused": events.is_paused(),
        "pending": events.n_pending(),
        "acknowledged": events.n_acknowledged(),
        "made": events.made().collect::<Vec<_>>(),
        "deliveries": events.deliveries().collect::<Vec<_>>(),
        "connections": events.connections().collect::<Vec<_>>(),
    }))
}

pub(super) fn pause(shared: &Shared, is_paused: bool) -> Result<Value, Refused> {
    done(|| shared.simulator().set_pushing_paused(is_paused))
}

pub(super) fn flush(shared: &Shared) -> Result<Value, Refused> {
    done(|| shared.flush())
}

pub(super) fn drop_streams(shared: &Shared) -> Result<Value, Refused> {
    done(|| shared.streams.order_all(|| Order::Drop))
}

pub(super) fn disconnect_streams(shared: &Shared) -> Result<Value, Refused> {
    done(|| shared.streams.order_all(|| Order::Disconnect))
}

/// Chooses how an application gets its events; a URL is asked first.
pub(super) async fn set(shared: &Arc<Shared>, app_key: AppKey, body: &[u8]) -> Result<Value, Refused> {
    let events: AppEvents = parsed(body)?;
    let set = saving::set_events(shared, app_key, events).await;
    set.map(|()| json!({ "ok": true })).map_err(|error| refused(StatusCode::CONFLICT, &error.to_string()))
}

/// Sends an application's receiver a push made by hand, and says what it answered.
pub(super) async fn push_by_hand(
    shared: &Arc<Shared>,
    app_key: AppKey,
    body: &[u8],
) -> Result<Value, Refused> {
    let how: HandMadePush = parsed(body)?;
    let answer = saving::push_by_hand(shared, &app_key, &how).await;
    let answer = answer.map_err(|error| refused(StatusCode::CONFLICT, &error.to_string()))?;
    Ok(match answer {
        PushAnswer::Response { status, body } => {
            json!({ "status": status, "body": String::from_utf8_lossy(&body) })
        }
        PushAnswer::TimedOut => json!({ "error": "timed out" }),
        PushAnswer::Unreachable(why) | PushAnswer::Forbidden(why) => json!({ "error": why }),
    })
}

/// Makes such a push and does not send it: for whoever sends it and takes the time, without the simulator in between.
pub(super) fn seal_by_hand(shared: &Shared, app_key: &AppKey, body: &[u8]) -> Result<Value, Refused> {
    let how: HandMadePush = parsed(body)?;
    let made = shared.simulator().hand_made_push(app_key, &how, now_ms());
    let PushRequest { url, body } =
        made.map_err(|error| refused(StatusCode::CONFLICT, &error.to_string()))?;
    Ok(json!({ "url": url, "body": String::from_utf8_lossy(&body) }))
}

/// Sends a text on every connection.
pub(super) fn send_by_hand(shared: &Shared, body: &[u8]) -> Result<Value, Refused> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Frame {
        text: String,
    }
    let Frame { text } = parsed(body)?;
    done(|| shared.streams.order_all(|| Order::Send(text.clone())))
}
