//! The web console of the reference host, and the HTTP API under it: connect a source, import, watch, look into what
//! happened.
//!
//! Deliberately not here: whatever a platform that embeds `rollcall-host` would do in its own way. This crate uses the
//! host's public API alone, so all of it can be built again elsewhere.
//!
//! # A walk
//!
//! [`Console::open`] opens the console's own database (accounts, tokens, configured sources, secrets sealed with a key
//! from a file outside it) beside the host's store, and follows what is configured. [`Console::routes`] is everything it
//! answers; [`Listener`] serves it.
//!
//! A request passes the gate (`identity`), which finds out who asks, and reaches a page or the API as a `Visitor`. Pages
//! are drawn on the server (`page` and the folder of each topic) and can be read without JavaScript; what changes by itself
//! is sent again by `live`.

mod admin;
mod console;
mod limits;
mod routes;

mod access;
mod pages;
mod subject;
mod visitor;

mod live;
mod page;
mod paths;
mod problem;

mod api;
mod arriving;
mod assets;
mod callbacks;
mod finishing;
mod listener;
mod operations;
mod scim;

#[cfg(test)]
mod testing;

// The domain by its short names: it is to stand in a crate of its own.
use admin::{
    actor, admin_error, database, endings, error, face, identity, network, options, pace, public_url, pulse,
    sealing, segment, services, sources, webhook,
};

pub use console::{Console, FollowedSource};
pub use database::DatabaseError;
pub use error::ConsoleError;
pub use face::{ScimFace, ScimNames, ScimUserNames};
pub use listener::{Arrival, BindError, Exposure, Listener, Tls, TlsError};
pub use network::{Network, NotANetwork};
pub use options::{ConsoleOptions, Observe};
pub use public_url::{NotAPublicUrl, PublicUrl};
pub use sealing::SealingError;
pub use sources::complaint::Complaint;
pub use sources::input::{CheckedSource, SourceInput};
pub use sources::way_out::{ServerProxy, Timing};
