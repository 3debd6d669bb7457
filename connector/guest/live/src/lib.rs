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
            "rollcall:connector/types@0.1.0": rollcall_guest::bindings::rollcall::connector::types,
            "rollcall:connector/tasks@0.1.0": rollcall_guest::bindings::rollcall::connector::tasks,
            "rollcall:connector/http@0.1.0": rollcall_guest::bindings::rollcall::connector::http,
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
use bindings::exports::rollcall::connector::identity_source as source;
use rollcall_guest::WitHost;
use rollcall_guest::bindings::rollcall::connector::types;
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
) -> Result<events::Receipt, types::Failure> {
    answered(live::receive::<C>(&WitHost, settings, &convert::delivery_in(delivery)), convert::receipt)
}

/// `events.handle`.
///
/// # Errors
/// When the events are worth another try, or a person must act first.
pub fn handle<C: LiveConnector>(
    settings: &str,
    events: Vec<events::Event>,
) -> Result<source::Summary, types::Failure> {
    let events: Vec<_> = events.into_iter().map(convert::event_in).collect();
    answered(live::handle::<C>(Rc::new(WitHost), settings, &events), convert::summary)
}

/// `events.fetch-missed`.
///
/// # Errors
/// When the source does not say.
pub fn fetch_missed<C: LiveConnector>(settings: &str) -> Result<events::Missed, types::Failure> {
    answered(live::missed::<C>(Rc::new(WitHost), settings), convert::missed)
}

/// `events.open-channel`.
///
/// # Errors
/// When there is none to be had.
pub fn open_channel<C: LiveConnector>(settings: &str) -> Result<Option<events::Channel>, types::Failure> {
    let opened = live::open_channel::<C>(Rc::new(WitHost), settings);
    answered(opened, |channel| channel.map(convert::channel))
}

/// `events.frame`.
///
/// # Errors
/// When it makes no sense at all.
pub fn frame<C: LiveConnector>(settings: &str, frame: &str) -> Result<events::Reaction, types::Failure> {
    answered(live::frame::<C>(settings, frame), convert::reaction)
}

fn answered<T, U>(
    answer: Result<T, rollcall_kit::Failure>,
    convert: impl FnOnce(T) -> U,
) -> Result<U, types::Failure> {
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
                $crate::rollcall_guest::bindings::rollcall::connector::types::Failure,
            > {
                $crate::receive::<$connector>(&settings, delivery)
            }

            fn handle(
                settings: String,
                events: Vec<$crate::bindings::exports::rollcall::connector::events::Event>,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::identity_source::Summary,
                $crate::rollcall_guest::bindings::rollcall::connector::types::Failure,
            > {
                $crate::handle::<$connector>(&settings, events)
            }

            fn fetch_missed(
                settings: String,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::events::Missed,
                $crate::rollcall_guest::bindings::rollcall::connector::types::Failure,
            > {
                $crate::fetch_missed::<$connector>(&settings)
            }

            fn open_channel(
                settings: String,
            ) -> Result<
                Option<$crate::bindings::exports::rollcall::connector::events::Channel>,
                $crate::rollcall_guest::bindings::rollcall::connector::types::Failure,
            > {
                $crate::open_channel::<$connector>(&settings)
            }

            fn frame(
                settings: String,
                frame: String,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::events::Reaction,
                $crate::rollcall_guest::bindings::rollcall::connector::types::Failure,
            > {
                $crate::frame::<$connector>(&settings, &frame)
            }
        }

        $crate::bindings::export!(Component with_types_in $crate::joined);
    };
}
