//! The part of the queue that goes over Stream: which connection, how long an ack may take, what its absence means.

use super::Events;
use super::delivery::{Attempt, AttemptEnd, DeliveryId, Fate, Loss, Way};
use super::stream::{self, ConnectionId, ConnectionState, Said, TicketRefused};
use crate::ids::AppKey;
use crate::switches::EventSwitches;

impl Events {
    pub(crate) fn grant_ticket(&mut self, app_key: &AppKey, now_ms: u64, switches: &EventSwitches) -> String {
        let expires_at_ms = now_ms.saturating_add(switches.ticket_life_ms);
        self.streams.grant(app_key, expires_at_ms, &mut self.random)
    }

    pub(crate) fn connect(&mut self, now_ms: u64, ticket: &str) -> Result<ConnectionId, TicketRefused> {
        self.streams.connect(now_ms, ticket)
    }

    pub(crate) fn set_connection(&mut self, connection_id: ConnectionId, state: ConnectionState) {
        self.streams.set_state(connection_id, state);
    }

    pub(crate) fn ping_frame(&mut self, connection_id: ConnectionId, now_ms: u64) -> Option<String> {
        self.streams.ping(connection_id, now_ms, &mut self.random)
    }

    pub(crate) fn disconnect_frame(&mut self, now_ms: u64) -> String {
        stream::disconnect_frame(now_ms, &mut self.random)
    }

    /// The frame of a delivery that was taken, and where to send it; none if nobody is connected.
    pub(crate) fn stream_push(
        &mut self,
        delivery_id: DeliveryId,
        now_ms: u64,
        switches: &EventSwitches,
    ) -> Option<(ConnectionId, String)> {
        let app_key = self.deliveries.get(&delivery_id)?.app_key.clone();
        let Some(connection_id) = self.streams.choose(&app_key, &mut self.random) else {
            self.miss(delivery_id, now_ms, switches);
            return None;
        };
        let message_id = stream::message_id(&mut self.random);
        let event = self.event_of_delivery(delivery_id)?;
        let frame = stream::event_frame(event, &app_key, &message_id, now_ms, switches);
        self.begin(delivery_id, now_ms, Way::Stream(connection_id), AttemptEnd::Open);
        self.frames.insert(message_id, delivery_id);
        self.unacked.insert((now_ms.saturating_add(switches.stream_ack_timeout_ms), delivery_id));
        Some((connection_id, frame))
    }

    /// Takes what a client says.
    pub(crate) fn hear(
        &mut self,
        connection_id: ConnectionId,
        text: &str,
        now_ms: u64,
        switches: &EventSwitches,
    ) {
        if let Said::Ack { message_id, end } = self.streams.read(connection_id, text)
            && let Some(delivery_id) = self.frames.remove(&message_id)
        {
            self.conclude_stream(delivery_id, end, now_ms, switches);
        }
    }

    /// Ends the tries whose acks did not come in time.
    pub(crate) fn expire(&mut self, now_ms: u64, switches: &EventSwitches) {
        while let Some((until_ms, delivery_id)) =
            self.unacked.first().copied().filter(|(at, _)| *at <= now_ms)
        {
            self.unacked.remove(&(until_ms, delivery_id));
            self.conclude_stream(delivery_id, AttemptEnd::TimedOut, now_ms, switches);
        }
    }

    fn conclude_stream(
        &mut self,
        delivery_id: DeliveryId,
        end: AttemptEnd,
        now_ms: u64,
        switches: &EventSwitches,
    ) {
        self.frames.retain(|_, carried| *carried != delivery_id);
        self.unacked.retain(|(_, waiting)| *waiting != delivery_id);
        let is_acknowledged = end == AttemptEnd::Acknowledged;
        let Some(n_attempts) = self.end_attempt(delivery_id, end) else { return };
        if is_acknowledged {
            return self.settle(delivery_id, Fate::Acknowledged);
        }
        match switches.stream_retry_delays_s.get(n_attempts.saturating_sub(1)) {
            Some(delay_s) => {
                self.wait_until(delivery_id, now_ms.saturating_add(switches.scaled_ms(*delay_s)));
            }
            None => self.settle(delivery_id, Fate::Lost(Loss::TriesUsedUp)),
        }
    }

    /// Nobody is connected: the next try, while it is kept at all.
    fn miss(&mut self, delivery_id: DeliveryId, now_ms: u64, switches: &EventSwitches) {
        let end = AttemptEnd::Unreachable("no connection".to_owned());
        self.begin(delivery_id, now_ms, Way::StreamWithoutConnection, end);
        let Some(delivery) = self.deliveries.get(&delivery_id) else { return };
        let kept_ms = switches.scaled_ms(switches.stream_unconnected_life_s);
        let lost_at_ms = delivery.first_due_ms.saturating_add(kept_ms);
        if lost_at_ms <= now_ms {
            return self.settle(delivery_id, Fate::Lost(Loss::NotConnected));
        }
        let delays = &switches.stream_retry_delays_s;
        let delay_s = delays.get(delivery.attempts.len().saturating_sub(1)).or(delays.last()).copied();
        let next_ms = now_ms.saturating_add(switches.scaled_ms(delay_s.unwrap_or(0)).max(1));
        self.wait_until(delivery_id, next_ms.min(lost_at_ms));
    }

    fn begin(&mut self, delivery_id: DeliveryId, at_ms: u64, way: Way, end: AttemptEnd) {
        if let Some(delivery) = self.deliveries.get_mut(&delivery_id) {
            delivery.attempts.push(Attempt { at_ms, way, end });
        }
    }
}
