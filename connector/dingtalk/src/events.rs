//! What DingTalk pushes, by HTTP or over a WebSocket: from its bytes to what must be read again. Keeping events, answering
//! in time and holding the connection are the host's part; how one object is read is `look_up`'s.
//!
//! - [`delivery`] opens an HTTP delivery with `crypto`; [`frame`] understands a text of the WebSocket, [`channel`] asks for
//!   one; [`missed`] fetches what could not be delivered.
//! - All of these find in [`push`] what was said, whatever its shape, and make events of it.
//! - [`notice`] says what an event means, [`actions`] what a batch of them asks for; [`handle`] does it, and [`subtree`]
//!   finds what is below a department that came into view or left it.

mod actions;
pub(crate) mod channel;
pub(crate) mod delivery;
pub(crate) mod frame;
mod handle;
pub(crate) mod messages;
pub(crate) mod missed;
mod notice;
mod push;
mod subtree;

pub(crate) use handle::{forget_unfinished, handle};

#[cfg(test)]
use rollcall_kit::live::Event;

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
    let accepted =
        crate::wire::envelope::Accepted { whole: &body.text, result: None, is_mended: body.is_mended };
    missed::missed(accepted, 0).ok().map(|fetched| fetched.events)
}

#[cfg(test)]
mod tests;
