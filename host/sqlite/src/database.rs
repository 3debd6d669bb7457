//! One SQLite file: how it is opened, kept and brought to this version, whatever its tables are.
//!
//! Not here: the tables. Whoever opens a file brings its [`FileFormat`].

mod checkpoints;
mod connections;
mod lock;
mod migrations;

pub(crate) use connections::{ConnectionFault, Connections, Urgency};
pub(crate) use lock::lock;
#[cfg(test)]
pub(crate) use migrations::testing;
pub(crate) use migrations::{FileFormat, Step};
