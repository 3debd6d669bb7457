//! The sources that this program knows: followed, waiting for an administrator, or broken.
//!
//! Each topic has a module: `entry` is a source as it is known, `registry` all of them, `configured` what an administrator wants,
//! `trust` where its secrets may go, `kept` where it is kept, `changing` what is done with it, `differences` what a change is
//! written down as, `asking` what a person asks of a source, `checks` and `checking` the checklist, `standing` how a source
//! stands, `held` what a run of it holds, `deciding` what becomes of that, `shelf` the connectors.
//! Not here: how a source is followed; the host knows.

pub(crate) mod asking;
pub(crate) mod changing;
pub(crate) mod checks;
pub(crate) mod complaint;
pub(crate) mod complaints;
pub(crate) mod configured;
pub(crate) mod deciding;
pub(crate) mod differences;
pub(crate) mod held;
pub(crate) mod kept;
pub(crate) mod pointers;
pub(crate) mod schema;
pub(crate) mod shelf;
pub(crate) mod standing;
pub(crate) mod trust;

mod checking;
pub(crate) mod departed;
mod entry;
mod following;
pub(crate) mod input;
mod registry;
mod under_way;
pub(crate) mod way_out;

pub(crate) use asking::Ended;
pub(crate) use entry::{ConfiguredIn, SourceEntry};
pub(crate) use registry::Sources;
pub(crate) use shelf::Shelf;
pub(crate) use under_way::Unheard;
