//! One text of DingTalk's WebSocket: what it brings, and what to answer so that it is not brought again. Offline, like the
//! whole of it a pure function.
//!
//! Source: DingTalk's description of its Stream protocol and its four SDKs.

use super::push::{self, Push};
use crate::wire::body::BodyText;
use crate::wire::lenient::is_blank;
use rollcall_kit::Body;
use rollcall_kit::live::{Event, Reaction};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A text that is not a frame at all: there is no message to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAFrame;

/// What the server sends.
#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(rename = "type", default)]
    kind: Value,
    #[serde(default)]
    headers: Value,
    #[serde(default)]
    data: Value,
}

/// What a frame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// The connection itself.
    System,
    /// A change.
    Event,
    /// What a robot or a card was told, which needs no connector.
    Callback,
    /// Nothing that is known here.
    Unknown,
}

/// What is answered to one message. The order of the members is that of DingTalk's own clients.
#[derive(serde::Serialize)]
struct Reply<'a> {
    code: u16,
    headers: ReplyHeaders<'a>,
    message: &'a str,
    data: &'a str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ReplyHeaders<'a> {
    content_type: &'a str,
    message_id: &'a str,
}

/// What frames about the connection itself are about.
const SYSTEM_TOPICS: [&str; 5] = ["ping", "disconnect", "connected", "registered", "keepalive"];

/// The event is kept.
const KEPT: &str = r#"{"status":"SUCCESS","message":"success"}"#;

/// The event could not be kept: push it again later.
const LATER: &str = r#"{"status":"LATER","message":"not stored"}"#;

/// Understand one text.
///
/// # Errors
/// When it is not a frame, or one that names no message.
pub(crate) fn react(text: &str) -> Result<Reaction, NotAFrame> {
    let frame: Frame = serde_json::from_str(&BodyText::of(text.as_bytes()).text).map_err(|_| NotAFrame)?;
    match (frame.kind(), &*frame.topic()) {
        (FrameKind::System, "ping") => Ok(answer(frame.reply(200, "OK", &frame.data_text())?)),
        (FrameKind::System, "disconnect") => Ok(Reaction { reconnect: true, ..Reaction::default() }),
        (FrameKind::System, "connected" | "registered" | "keepalive") => Ok(Reaction::default()),
        (FrameKind::Event, _) => frame.event(text),
        (FrameKind::System | FrameKind::Callback, _) => Ok(answer(frame.reply(404, "unknown topic", "")?)),
        (FrameKind::Unknown, _) => Ok(answer(frame.reply(404, "unknown type", "")?)),
    }
}

impl Frame {
    /// What it says that it is about, or else what its headers show.
    fn kind(&self) -> FrameKind {
        let told = self.kind.as_str().unwrap_or_default();
        match told.trim_matches(is_blank).to_ascii_uppercase().as_str() {
            "SYSTEM" => FrameKind::System,
            "EVENT" => FrameKind::Event,
            "CALLBACK" => FrameKind::Callback,
            "" if self.header("eventType").is_some() => FrameKind::Event,
            "" if SYSTEM_TOPICS.contains(&&*self.topic()) => FrameKind::System,
            _ => FrameKind::Unknown,
        }
    }

    fn topic(&self) -> String {
        self.header("topic").unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// A header that says something. DingTalk's are texts; a number is taken as one.
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.headers.get(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// What a frame carries: JSON in a text.
    fn data_text(&self) -> Cow<'_, str> {
        match &self.data {
            Value::String(text) => Cow::Borrowed(text),
            Value::Null => Cow::Borrowed(""),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Cow::Owned(self.data.to_string())
            }
        }
    }

    fn event(&self, text: &str) -> Result<Reaction, NotAFrame> {
        let Some(events) = self.events(text) else {
            let replies = vec![self.reply(400, "malformed", "")?];
            return Ok(Reaction { replies, events: vec![push::unreadable(text)], ..Reaction::default() });
        };
        Ok(Reaction {
            replies: vec![self.reply(200, "OK", KEPT)?],
            refusals: vec![self.reply(500, "not stored", LATER)?],
            events,
            ..Reaction::default()
        })
    }

    fn events(&self, text: &str) -> Option<Vec<Event>> {
        let kind = self.header("eventType")?;
        let mut members = self.members()?;
        // Some kinds carry no time of their own.
        if let Some(born) = self.headers.get("eventBornTime") {
            members.entry("eventTime").or_insert_with(|| born.clone());
        }
        let id = self.header("eventId");
        Some(push::events(Push { kind: &kind, id: id.as_deref(), members: &members, delivery: text }))
    }

    /// What the event says of itself. Changes of the organization say nothing, in one way or another.
    fn members(&self) -> Option<Map<String, Value>> {
        match &*self.data_text() {
            "" | "null" => Some(Map::new()),
            data => push::members(&BodyText::of(data.as_bytes()).text),
        }
    }

    fn reply(&self, code: u16, message: &str, data: &str) -> Result<Body, NotAFrame> {
        let message_id = self.header("messageId").ok_or(NotAFrame)?;
        let headers = ReplyHeaders { content_type: "application/json", message_id: &message_id };
        let reply = serde_json::to_string(&Reply { code, headers, message, data });
        reply.map(Body::Text).map_err(|_| NotAFrame)
    }
}

fn answer(reply: Body) -> Reaction {
    Reaction { replies: vec![reply], ..Reaction::default() }
}

#[cfg(test)]
mod tests;
