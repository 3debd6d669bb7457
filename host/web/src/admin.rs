//! The domain of who administers: configured sources and their secrets, accounts, tokens, the audit log, webhooks.
//!
//! Not here: HTTP, pages, and any sentence about a page. What answers people and programs uses this, and never the other way
//! round.

pub(crate) mod actor;
pub(crate) mod admin_error;
pub(crate) mod database;
pub(crate) mod endings;
pub(crate) mod error;
pub(crate) mod face;
pub(crate) mod identity;
pub(crate) mod network;
pub(crate) mod options;
pub(crate) mod pace;
pub(crate) mod public_url;
pub(crate) mod pulse;
pub(crate) mod sealing;
pub(crate) mod segment;
pub(crate) mod services;
pub(crate) mod sources;
pub(crate) mod webhook;
