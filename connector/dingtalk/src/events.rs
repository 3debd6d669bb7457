//! What DingTalk pushes, by HTTP or over a WebSocket: from its bytes to what must be read again. Keeping events, answering
//! in time and holding the connection are the host's part; how one object is read is `look_up`'s.
//!
//! - [`delivery`] opens an HTTP delivery with [`crypto`]; [`frame`] understands a text of the WebSocket, [`channel`] asks
//!   for one; [`missed`] fetches what could not be delivered.
//! - All of these find in [`push`] what was said, whatever its shape, and make events of it.
//! - [`notice`] says what an event means, [`actions`] what a batch of them asks for; [`handle`] does it, and [`subtree`]
//!   finds what is below a department that came into view or left it.

mod actions;
pub(crate) mod channel;
pub(crate) mod crypto;
pub(crate) mod delivery;
mod frame;
mod handle;
mod missed;
mod notice;
mod push;
mod subtree;

use crate::DingTalk;
use crate::api::Api;
use crate::messages::events as say;
use crate::settings::Settings;
use crate::wire::envelope::Accepted;
use crypto::Callback;
pub(crate) use handle::forget_unfinished;
use rollcall_kit::live::{
    Channel, Delivery, Event, Fetched, Handled, LiveConnector, Moment, Reaction, Receipt,
};
use rollcall_kit::{Body, Context, Diagnosis, Failure, Plan};

/// How changes are to arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Way {
    /// Not at all.
    #[default]
    Off,
    /// DingTalk calls an address of the host.
    Http(Callback),
    /// The host holds a WebSocket.
    Stream,
}

impl LiveConnector for DingTalk {
    fn receiver(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        Settings::parse_for_deliveries(settings).map(Self::with)
    }

    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure> {
        let Way::Http(callback) = &self.settings.events else { return Err(say::deliveries_not_wanted()) };
        // A subscription of the application is meant for its key, one that was registered by API for the organization.
        let owners = [self.settings.app_key.as_str(), self.settings.corp_id.as_str()];
        delivery::receive(callback, &owners, moment, delivery).map_err(say::delivery_refused)
    }

    async fn handle(&self, context: &Context, events: &[Event]) -> Result<Handled, Failure> {
        handle::handle(self, context, events).await
    }

    async fn fetch(&self, context: &Context, _cursor: Option<&str>) -> Result<Fetched, Failure> {
        match self.settings.events {
            Way::Http(_) => {
                let read = |accepted: Accepted<'_>| missed::missed(accepted, context.now_ms());
                let asked = self.client(context).call(Api::FailedDeliveries, None, read).await;
                asked.map_err(|trouble| trouble.into_failure(Api::FailedDeliveries))
            }
            Way::Off | Way::Stream => Ok(Fetched::default()),
        }
    }

    async fn open_channel(&self, context: &Context) -> Result<Option<Channel>, Failure> {
        match self.settings.events {
            Way::Stream => channel::open(context, &self.settings).await.map(Some),
            Way::Off | Way::Http(_) => Ok(None),
        }
    }

    fn frame(&self, _state: &str, message: &Body) -> Result<Reaction, Failure> {
        let Body::Text(text) = message else { return Err(say::frame_not_understood()) };
        frame::react(text).map_err(|frame::NotAFrame| say::frame_not_understood())
    }
}

/// The events of a message that was decrypted; none for one that is refused.
#[cfg(test)]
pub(crate) fn delivered(message: &[u8]) -> Option<Vec<Event>> {
    let message = crate::wire::body::decoded(message);
    delivery::events(&message, &message)
}

/// The events of a text of the WebSocket, which hands over nothing but UTF-8; none for one that is not kept.
#[cfg(test)]
pub(crate) fn framed(text: &[u8]) -> Option<Vec<Event>> {
    frame::react(&crate::wire::body::decoded(text)).ok().map(|reaction| reaction.events)
}

/// The events of an answer of failed deliveries.
#[cfg(test)]
pub(crate) fn missed(body: &[u8]) -> Option<Vec<Event>> {
    let body = crate::wire::body::BodyText::of(body);
    let accepted = Accepted { whole: &body.text, result: None, is_mended: body.is_mended };
    missed::missed(accepted, 0).ok().map(|fetched| fetched.events)
}

#[cfg(test)]
mod tests;
