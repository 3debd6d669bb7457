//! A CSV or JSON roster behind a URL, as a Rollcall connector. Pure: every request goes through the kit's
//! [`Context`](rollcall_kit::Context).
//!
//! A roster is one JSON document, or two CSV files: departments and people. It is read whole, checked as a whole (ids,
//! references, cycles) and given to the kit departments first. Whoever keeps it may tell what has changed, by a webhook. It is also the example that `docs/connector-guide.md`
//! walks through; the formats are described in `docs/roster.md`.

mod codes;
mod connector;
mod contents;
mod csv_file;
mod fetch;
mod json_file;
mod limits;
mod mapping;
mod place;
mod redirect;
mod row;
mod settings;
mod token;
mod webhook;

pub use connector::Roster;

#[cfg(test)]
mod tests;

/// The guide's example, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/connector-guide.md")]
pub struct Guide;
