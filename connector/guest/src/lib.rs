//! Turns a [`rollcall_kit::Connector`] into a WebAssembly component: generated bindings, conversions, the host's
//! capabilities behind the kit's trait. No decision about a person or a department is taken here.
//!
//! A component crate is one line: `rollcall_guest::export_connector!(my_connector::MyConnector);`. One whose source pushes
//! its changes is one line too, of `rollcall-guest-live`.

mod convert;
mod host;

/// What `wit/` generates.
#[expect(missing_docs, reason = "generated; its documentation is the contract's own")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "connector",
        pub_export_macro: true,
        default_bindings_module: "rollcall_guest::bindings",
    });
}

use bindings::exports::rollcall::connector::identity_source as source;
use bindings::rollcall::connector::model;
use rollcall_kit::{Connector, connector};
use std::rc::Rc;

pub use convert::{
    body, body_in, failure, finding, invalid_settings, key, key_in, name_value, name_value_in, plan, summary,
};
pub use host::{WitHost, tell_panics};

/// `identity-source.describe`.
#[must_use]
pub fn describe<C: Connector>() -> source::Descriptor {
    tell_panics();
    convert::descriptor(C::describe())
}

/// `identity-source.validate`.
///
/// # Errors
/// Every wrong setting.
pub fn validate<C: Connector>(settings: &str) -> Result<source::Plan, source::InvalidSettings> {
    tell_panics();
    match connector::validate::<C>(settings) {
        Ok(plan) => Ok(convert::plan(plan)),
        Err(problems) => Err(convert::invalid_settings(problems)),
    }
}

/// `identity-source.check`.
#[must_use]
pub fn check<C: Connector>(settings: &str) -> Vec<source::Finding> {
    tell_panics();
    connector::check::<C>(Rc::new(WitHost), settings).into_iter().map(convert::finding).collect()
}

/// `identity-source.sync`.
///
/// # Errors
/// When it could not go on.
pub fn sync<C: Connector>(settings: &str) -> Result<source::Summary, model::Failure> {
    tell_panics();
    connector::sync::<C>(Rc::new(WitHost), settings).map(convert::summary).map_err(convert::failure)
}

/// `identity-source.refresh`.
///
/// # Errors
/// When it could not go on.
pub fn refresh<C: Connector>(
    settings: &str,
    keys: Vec<model::Key>,
) -> Result<source::Summary, model::Failure> {
    tell_panics();
    let keys: Vec<_> = keys.into_iter().map(convert::key_in).collect();
    connector::refresh::<C>(Rc::new(WitHost), settings, &keys).map(convert::summary).map_err(convert::failure)
}

/// Export a connector as this component.
#[macro_export]
macro_rules! export_connector {
    ($connector:ty) => {
        $crate::implement_connector!($connector);
        $crate::bindings::export!(Component with_types_in $crate::bindings);
    };
}

/// What every component is, whatever else it exports: `Component` with `identity-source`.
#[doc(hidden)]
#[macro_export]
macro_rules! implement_connector {
    ($connector:ty) => {
        struct Component;

        impl $crate::bindings::exports::rollcall::connector::identity_source::Guest for Component {
            fn describe() -> $crate::bindings::exports::rollcall::connector::identity_source::Descriptor {
                $crate::describe::<$connector>()
            }

            fn validate(
                settings: String,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::identity_source::Plan,
                $crate::bindings::exports::rollcall::connector::identity_source::InvalidSettings,
            > {
                $crate::validate::<$connector>(&settings)
            }

            fn check(
                settings: String,
            ) -> Vec<$crate::bindings::exports::rollcall::connector::identity_source::Finding> {
                $crate::check::<$connector>(&settings)
            }

            // A connector of the kit leaves no checkpoint yet, so it is given none.
            fn sync(
                settings: String,
                _checkpoint: Option<String>,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::identity_source::Summary,
                $crate::bindings::rollcall::connector::model::Failure,
            > {
                $crate::sync::<$connector>(&settings)
            }

            fn refresh(
                settings: String,
                keys: Vec<$crate::bindings::rollcall::connector::model::Key>,
            ) -> Result<
                $crate::bindings::exports::rollcall::connector::identity_source::Summary,
                $crate::bindings::rollcall::connector::model::Failure,
            > {
                $crate::refresh::<$connector>(&settings, keys)
            }
        }
    };
}
