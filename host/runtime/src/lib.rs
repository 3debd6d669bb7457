//! Embed Rollcall connectors: import people and departments from a directory service into your own platform.
//!
//! A connector is a WebAssembly component that knows one directory service. This crate runs it: it gives it HTTP through
//! your proxy, a place for its small state, and your platform's tables, and nothing else. It knows no connector by name.
//! Deliberately not here: a user interface, a place for configuration, and any web server.
//!
//! # A walk
//!
//! 1. **Stores.** Your platform implements four traits over its own tables: [`directory::Directory`] (people and
//!    departments), [`storage::Storage`] (the connector's own state), [`history::History`] (what was tried and what
//!    changed) and, only to follow a source, [`inbox::Inbox`] (what it pushed). `SqliteStore` of the crate
//!    `rollcall-sqlite` is all four in one file, to begin with or to stay with.
//! 2. **Engine.** [`Engine`] is made once a process. It compiles components, keeps the compiled code if you name a
//!    folder, and bounds the memory and the time of everything that runs in it.
//! 3. **Connector.** [`Engine::load`] reads a file, refuses it if it imports anything a connector is not given, and asks
//!    it who it is. [`Connector::descriptor`] has the JSON Schema of its settings, from which you can draw a form.
//! 4. **Source.** [`Source`] is a connector with settings, a name, and a way out ([`egress::Egress`]: proxy,
//!    certificates, granted origins).
//! 5. **Check.** [`Host::check`] answers with a list that an administrator can act on: settings, proxy, password, TLS,
//!    then credentials and permissions at the source. Every finding is in English and Chinese.
//! 6. **Import.** [`Host::sync`] is one run. Its row is in the history before the first byte leaves, and says in the end
//!    what was created, changed, kept and removed, or why it could not go on. [`RunOptions`] has the dry run, the
//!    observer of its progress, and the handle that stops it.
//! 7. **Follow.** [`Follower::start`] keeps the platform in line from then on. What the source pushes is kept in the
//!    [`inbox::Inbox`] before it is acknowledged, and acted on a moment later: hand every callback of your web server to
//!    [`Follower::receive`]; a channel is held open by itself, by the same way out. Full runs by a [`follow::Schedule`]
//!    find what nobody pushed. [`Follower::sync`] and [`Follower::refresh`] are then the way to run the source, because
//!    they wait for their turn.
//!
//! ```
//! # mod company { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in")); }
//! use rollcall_host::history::RunState;
//! use rollcall_host::model::SourceName;
//! use rollcall_host::{Engine, EngineOptions, Host, RunOptions, Source};
//!
//! # fn main() -> Result<(), company::Failed> { company::run(async {
//! # let company::Company { reach, connector, settings, egress, store, _folder } = company::Company::new()?;
//! let engine = Engine::new(EngineOptions { reach, ..EngineOptions::default() })?;
//! let connector = engine.load(connector).await?;
//! let host = Host::new(engine, store.clone(), store.clone(), store);
//! let source = Source::new(SourceName::new("head-office")?, connector, settings, egress);
//! let report = host.sync(&source, RunOptions::default()).await?;
//! println!("{}: {:?}", report.state, report.counters);
//! assert_eq!(report.state, RunState::Succeeded);
//! # Ok(()) }) }
//! ```
//!
//! # What holds, whatever a connector does
//!
//! - With a proxy, nothing of a source leaves without it: a proxy that is down means a failed run.
//! - Nothing is sent to an origin that is not granted, and no redirect is followed.
//! - In a full run nothing leaves the platform but by one call at the end, and nobody without evidence.
//! - A connector that crashes, loops, hoards or floods ends its own run with a sentence that says so, and no other.
//! - A secret of the settings or the proxy's password is in no error, log, history row or debug output.
//! - An event that was acknowledged is in the inbox until a run has brought what it names in line, or a person was told.
//! - A run has a row, and the row is closed, or reads `interrupted` when its process died.
//!
//! # Where to read on
//!
//! [`run`] is one attempt from beginning to end; [`follow`] is everything between two of them; [`limits`] has every bound
//! with its reason; [`egress`], [`grant`] and [`rate`] are the way out; [`merge`] says what becomes of a document.

pub mod directory;
pub mod document;
pub mod history;
pub mod inbox;
pub mod storage;

pub mod approval;
pub mod connector;
pub mod decision;
pub mod engine;
pub mod host;
pub mod model;
pub mod observe;
pub mod run;
pub mod source;

pub mod follow;

pub mod cancel;
pub mod clock;
pub mod egress;
pub mod error;
pub mod figures;
pub mod grant;
pub mod limits;
pub mod merge;
pub mod proof;
pub mod rate;
pub mod removals;

mod amount;
mod apply;
mod awaiting;
mod backwards;
mod bindings;
mod capabilities;
mod check;
mod clearing;
mod convert;
mod dry_run;
mod exclusive;
mod guard;
mod leaving;
mod listening;
mod memory;
mod options;
mod preflight;
mod prepare;
mod random;
mod recorder;
mod refusal;
mod sealed;
mod secrets;
mod services;
mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod undo;

pub use apply::{DepartedUsers, Identities};
pub use approval::{Approving, Which};
pub use cancel::Cancel;
pub use connector::Connector;
pub use engine::{Engine, EngineOptions};
pub use follow::{FollowOptions, Follower};
pub use host::Host;
pub use options::{Removals, RunOptions};
pub use run::RunReport;
pub use source::Source;
