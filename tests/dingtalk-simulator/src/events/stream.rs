//! Stream without its socket: tickets, connections, frames and what an ack says.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::delivery::AttemptEnd;
use super::event::Event;
use crate::ids::{AppKey, CorpId};
use crate::random::Random;
use crate::switches::EventSwitches;

/// A WebSocket connection: 1, 2, 3, … in the order of opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(pub u64);

/// A connection, open or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Its number.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub app_key: AppKey,
    /// Milliseconds since 1970.
    pub opened_at_ms: u64,
    /// Where it stands.
    pub state: ConnectionState,
    /// SYSTEM pings sent.
    pub n_pings: u64,
    /// Of them, those answered with their own opaque text.
    pub n_pongs: u64,
    /// Event frames sent.
    pub n_events: u64,
    /// The opaque text of the last ping.
    #[serde(skip)]
    opaque: String,
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Gets events.
    Open,
    /// Was told to disconnect: gets nothing new, may still answer.
    Retired,
    /// Ended.
    Closed,
}

/// A ticket or a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ticket is unknown, used or expired; ask for a new one")]
pub struct TicketRefused;

/// Everything about connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams {
    tickets: BTreeMap<Ticket, Granted>,
    connections: BTreeMap<ConnectionId, Connection>,
    last_number: u64,
}

/// Opens one connection. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket(String);

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

#[derive(Clone, Debug)]
struct Granted {
    app_key: AppKey,
    expires_at_ms: u64,
}

/// What a client says.
pub(super) enum Said {
    /// The answer to an event.
    Ack { message_id: String, end: AttemptEnd },
    /// The answer to a ping, or something that is not understood.
    Other,
}

impl Streams {
    pub(super) fn grant(&mut self, app_key: &AppKey, expires_at_ms: u64, random: &mut Random) -> String {
        let mut group = |len| random.text(b"0123456789abcdef", len);
        let ticket = [group(8), group(4), group(4), group(4), group(12)].join("-");
        self.tickets.insert(Ticket(ticket.clone()), Granted { app_key: app_key.clone(), expires_at_ms });
        ticket
    }

    pub(super) fn connect(&mut self, now_ms: u64, ticket: &str) -> Result<ConnectionId, TicketRefused> {
        let granted = self.tickets.remove(&Ticket(ticket.to_owned())).ok_or(TicketRefused)?;
        if granted.expires_at_ms <= now_ms {
            return Err(TicketRefused);
        }
        self.last_number = self.last_number.saturating_add(1);
        let connection_id = ConnectionId(self.last_number);
        let connection = Connection {
            connection_id,
            app_key: granted.app_key,
            opened_at_ms: now_ms,
            state: ConnectionState::Open,
            n_pings: 0,
            n_pongs: 0,
            n_events: 0,
            opaque: String::new(),
        };
        self.connections.insert(connection_id, connection);
        Ok(connection_id)
    }

    pub(super) const fn continue_after(&mut self, other: &Self) {
        self.last_number = other.last_number;
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Connection> {
        self.connections.values()
    }

    pub(super) fn set_state(&mut self, connection_id: ConnectionId, state: ConnectionState) {
        if let Some(connection) = self.connections.get_mut(&connection_id) {
            connection.state = state;
        }
    }

    /// One of the application's open connections, by chance.
    pub(super) fn choose(&mut self, app_key: &AppKey, random: &mut Random) -> Option<ConnectionId> {
        let open = |one: &&Connection| one.app_key == *app_key && one.state == ConnectionState::Open;
        let ids: Vec<ConnectionId> = self.all().filter(open).map(|one| one.connection_id).collect();
        let chosen = *random.pick(&ids)?;
        if let Some(connection) = self.connections.get_mut(&chosen) {
            connection.n_events = connection.n_events.saturating_add(1);
        }
        Some(chosen)
    }

    /// A SYSTEM ping for an open connection.
    pub(super) fn ping(
        &mut self,
        connection_id: ConnectionId,
        now_ms: u64,
        random: &mut Random,
    ) -> Option<String> {
        let connection = self.connections.get_mut(&connection_id)?;
        connection.n_pings = connection.n_pings.saturating_add(1);
        connection.opaque = random.text(b"0123456789abcdef", 32);
        let data = json!({ "opaque": connection.opaque }).to_string();
        Some(system_frame("ping", &data, now_ms, random))
    }

    /// Reads what a client says.
    pub(super) fn read(&mut self, connection_id: ConnectionId, text: &str) -> Said {
        let Ok(ack) = serde_json::from_str::<Ack>(text) else { return Said::Other };
        let data: Value = serde_json::from_str(ack.data.as_deref().unwrap_or_default()).unwrap_or_default();
        if let Some(connection) = self.connections.get_mut(&connection_id)
            && data.get("opaque").and_then(Value::as_str).is_some_and(|opaque| opaque == connection.opaque)
        {
            connection.n_pongs = connection.n_pongs.saturating_add(1);
            return Said::Other;
        }
        let wants_it_later = data.get("status").and_then(Value::as_str) == Some("LATER");
        let end = match (ack.code, wants_it_later) {
            (200, false) => AttemptEnd::Acknowledged,
            (_, true) | (500, _) => AttemptEnd::Later,
            (code, false) => AttemptEnd::Refused(format!("ack with code {code}")),
        };
        Said::Ack { message_id: ack.headers.message_id, end }
    }
}

#[derive(Deserialize)]
struct Ack {
    code: i64,
    headers: AckHeaders,
    #[serde(default)]
    data: Option<String>,
}

#[derive(Deserialize)]
struct AckHeaders {
    #[serde(rename = "messageId")]
    message_id: String,
}

/// A frame that carries an event. All values of its headers are strings, and so is its data.
pub(super) fn event_frame(
    event: &Event,
    app_key: &AppKey,
    message_id: &str,
    now_ms: u64,
    switches: &EventSwitches,
) -> String {
    let headers = json!({
        "topic": "*",
        "messageId": message_id,
        "contentType": "application/json",
        "time": now_ms.to_string(),
        "appId": unified_app_id(&event.corp_id, app_key),
        "eventType": event.kind.as_str(),
        "eventId": event.event_id,
        "eventCorpId": event.corp_id,
        "eventBornTime": event.born_at_ms.to_string(),
        "eventUnifiedAppId": unified_app_id(&event.corp_id, app_key),
    });
    let data = super::body::streamed(event, switches).to_string();
    json!({ "specVersion": "1.0", "type": "EVENT", "headers": headers, "data": data }).to_string()
}

/// Tells a client to open a new connection.
pub(super) fn disconnect_frame(now_ms: u64, random: &mut Random) -> String {
    let data = json!({ "reason": "connection is expired" }).to_string();
    system_frame("disconnect", &data, now_ms, random)
}

fn system_frame(topic: &str, data: &str, now_ms: u64, random: &mut Random) -> String {
    let headers = json!({
        "topic": topic,
        "messageId": message_id(random),
        "contentType": "application/json",
        "time": now_ms.to_string(),
    });
    json!({ "specVersion": "1.0", "type": "SYSTEM", "headers": headers, "data": data }).to_string()
}

pub(super) fn message_id(random: &mut Random) -> String {
    random.text(b"0123456789abcdef", 32)
}

/// The name of an application in frames, which is neither its key nor its number; the same for the same application.
fn unified_app_id(corp_id: &CorpId, app_key: &AppKey) -> String {
    let text = format!("{corp_id}/{app_key}");
    let seed = text.bytes().fold(0_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut random = Random::new(seed);
    let mut group = |len| random.text(b"0123456789abcdef", len);
    [group(8), group(4), group(4), group(4), group(12)].join("-")
}
