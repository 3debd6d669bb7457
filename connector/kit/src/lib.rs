//! What every Rollcall connector needs: concurrency, retries, differences and the deletion rules, over one trait of host
//! capabilities. Pure: no clock, no socket, no generated bindings, no word about any one source.
//!
//! An author implements [`Connector`]: settings in, objects out as [`Draft`]s through a [`Reading`], and what the source
//! says about a single object as a [`Lookup`]. Everything else is here:
//!
//! - [`Context`] turns tickets into `async fn`; [`pool::crawl`] keeps a bounded number of requests under way.
//! - [`retry()`] tries again with back-off; the connector says which answers are worth it.
//! - [`Reading`] compares with what the platform holds, sends what differs in batches, and at the end decides what has
//!   gone, from a complete reading only, and what was cleared, from what proves it.
//! - [`LiveConnector`] is for a source that also pushes its changes.

pub mod connector;
pub mod context;
pub mod counted;
pub mod document;
pub mod limits;
pub mod live;
pub mod lookup;
pub mod model;
pub mod pool;
pub mod ports;
pub mod reading;
pub mod reference;
pub mod retry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

mod codes;

pub use connector::Connector;
pub use context::Context;
pub use counted::{counted, numbered};
pub use document::{AttributePath, Draft, Optional, OptionalSet, Schema};
pub use live::LiveConnector;
pub use lookup::{Lookup, unknown_resource_type};
pub use model::{
    Change, CheckStatus, Clearing, Container, Coverage, Descriptor, Diagnosis, Entry, EventDelivery, Failure,
    Finding, Key, Origin, Plan, RateLimit, Removal, ResourceType, Scope, SecretUse, Severity, Summary, Text,
};
pub use ports::{Area, Body, Fault, FaultKind, Host, LogLevel, Request, Response};
pub use reading::{Reading, Refreshed};
pub use reference::Reference;
pub use retry::{Attempt, retry};
