//! Turns a [`rollcall_kit::LiveConnector`] into a WebAssembly component: what `rollcall-guest` does, and `events` beside it.
//! Nothing that both kinds of components share is here.
//!
//! A component crate is one line: `rollcall_guest_live::export_live_connector!(my_connector::MyConnector);`
//!
//! *Why a crate of its own:* generated macros are named by their interface, so one crate cannot hold those of two worlds; and
//! a feature would be united across the components that are built together, and make all of them live.

mod convert;

/// What `wit/` generates for the live world. What it imports is `rollcall-guest`'s.
#[expect(missing_docs, reason = "generated; its documentation is the contract's own")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "live-connector",
        with: {
            "rollcall:connector/model@0.1.0": rollcall_guest::bindings::rollcall::connector::model,
            "rollcall:connector/host@0.1.0": rollcall_guest::bindings::rollcall::connector::host,
            "rollcall:connector/tasks@0.1.0": rollcall_guest::bindings::rollcall::connector::tasks,
            "rollcall:connector/http-client@0.1.0": rollcall_guest::bindings::rollcall::connector::http_client,
            "rollcall:connector/storage@0.1.0": rollcall_guest::bindings::rollcall::connector::storage,
            "rollcall:connector/directory@0.1.0": rollcall_guest::bindings::rollcall::connector::directory,
            "rollcall:connector/history@0.1.0": rollcall_guest::bindings::rollcall::connector::history,
        },
        pub_export_macro: true,
        default_bindings_module: "rollcall_guest_live::bindings",
    });
}

/// Where the generated `export!` finds the interfaces: each in the crate that implements it.
#[doc(hidden)]
pub mod joined {
    pub mod exports {
        pub mod rollcall {
            pub mod connector {
                pub use crate::bindings::exports::rollcall::connector::events;
                pub use rollcall_guest::bindings::exports::rollcall::connector::identity_source;
            }
        }
    }
}

use bindings::exports::rollcall::connector::events;
use rollcall_guest::bindings::rollcall::connector::model;
use rollcall_guest::{WitHost, tell_panics};
use rollcall_kit::{LiveConnector, live};
use std::rc::Rc;

#[doc(hidden)]
pub use rollcall_guest;

/// `events.receive`.
///
/// # Errors
/// When it does not verify, or the settings do not want any.
pub fn receive<C: LiveConnector>(
    settings: &str,
    delivery: events::Delivery,
) -> Result<events::Receipt, model::Failure> {
    tell_panics();
    answered(live::receive::<C>(&WitHost, settings, &convert::delivery_in(delivery)), convert::receipt)
}

/// `events.handle`.
///
/// # Errors
/// When the events are worth another try, or a person must act first.
pub fn handle<C: LiveConnector>(
    settings: &str,
    events: Vec<events::SourceEvent>,
) -> Result<events::Handled, model::Failure> {
    tell_panics();
    let events: Vec<_> = events.into_iter().map(convert::event_in).collect();
    answered(live::handle::<C>(Rc::new(WitHost), settings, &events), convert::handled)
}

/// `events.fetch-events`.
///
/// # Errors
/// When the source does not say.
pub fn fetch_events<C: LiveConnector>(
    settings: &str,
    cursor: Option<&str>,
) -> Result<events::FetchedEvents, model::Failure> {
    tell_panics();
    answered(live::fetch::<C>(Rc::new(WitHost), settings, cursor), convert::fetched)
}

/// `events.open-channel`.
///
/// # Errors
/// When there is none to be had.
pub fn open_channel<C: LiveConnector>(settings: &str) -> Result<Option<events::Channel>, model::Failure> {
    tell_panics();
    let opened = live::open_channel::<C>(Rc::new(WitHost), settings);
    answered(opened, |channel| channel.map(convert::channel))
}

/// `events.frame`.
///
/// # Errors
/// When it makes no sense at all.
pub fn frame<C: LiveConnector>(
    settings: &str,
    state: &str,
    message: model::Body,
) -> Result<events::Reaction, model::Failure> {
    tell_panics();
    answered(live::frame::<C>(settings, state, &rollcall_guest::body_in(message)), convert::reaction)
}

fn answered<T, U>(
    answer: Result<T, rollcall_kit::Failure>,
    convert: impl FnOnce(T) -> U,
) -> Result<U, model::Failure> {
    answer.map(convert).map_err(rollcall_guest::failure)
}

/// Export a connector that also hears of changes as this component.
#[macro_export]
macro_rules! export_live_connector {
    ($connector:ty) => {
        $crate::rollcall_guest::implement_connector!($connector);

        impl $crate::bindings::exports::rollcall::connector::events::Guest for Component {
            fn receive(
                settings: String,
                delivery: $crate::bindings::exports::rollcall::connector::events::Delivery,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::events::Receipt,
                $crate::rollcall_guest::bindings::rollcall::connector::model::Failure,
            > {
                $crate::receive::<$connector>(&settings, delivery)
            }

            fn handle(
                settings: String,
                events: Vec<$crate::bindings::exports::rollcall::connector::events::SourceEvent>,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::events::Handled,
                $crate::rollcall_guest::bindings::rollcall::connector::model::Failure,
            > {
                $crate::handle::<$connector>(&settings, events)
            }

            fn fetch_events(
                settings: String,
                cursor: Option<String>,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::events::FetchedEvents,
                $crate::rollcall_guest::bindings::rollcall::connector::model::Failure,
            > {
                $crate::fetch_events::<$connector>(&settings, cursor.as_deref())
            }

            fn open_channel(
                settings: String,
            ) -> Result<
                Option<$crate::bindings::exports::rollcall::connector::events::Channel>,
                $crate::rollcall_guest::bindings::rollcall::connector::model::Failure,
            > {
                $crate::open_channel::<$connector>(&settings)
            }

            fn frame(
                settings: String,
                state: String,
                message: $crate::rollcall_guest::bindings::rollcall::connector::model::Body,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::events::Reaction,
                $crate::rollcall_guest::bindings::rollcall::connector::model::Failure,
            > {
                $crate::frame::<$connector>(&settings, &state, message)
            }
        }

        $crate::bindings::export!(Component with_types_in $crate::joined);
    };
}
