//! Every bound of the roster connector, with its unit and its reason.

/// Milliseconds that a roster may take to arrive.
///
/// Why: 16 MiB, the reference host's largest response, over a line of 2 Mbit/s.
pub(crate) const REQUEST_TIMEOUT_MS: u32 = 60_000;

/// Bytes of an id at most.
///
/// Source: the contract, `types.key.external-id`.
pub(crate) const MAX_ID_BYTES: usize = 256;

/// Bytes of any other value at most.
///
/// Why: no name, title or address is longer; a longer one is a quotation mark that was never closed.
pub(crate) const MAX_VALUE_BYTES: usize = 1_024;

/// Departments of one person at most.
///
/// Why: with ids of the greatest length they still fit into a document of 256 KiB.
pub(crate) const MAX_DEPARTMENTS: usize = 500;

/// Characters of a value that a message repeats at most.
///
/// Why: enough to find the cell, short enough for a line of a log.
pub(crate) const MAX_QUOTED_CHARS: usize = 60;

/// Problems that a check lists one by one; the rest is counted.
///
/// Why: a checklist is read on one screen. A run records all of them.
pub(crate) const MAX_FINDINGS: usize = 20;

/// Redirects that are followed for one file.
///
/// Why: an export moves once or twice, to another path and from there to a store; more is a circle.
pub(crate) const MAX_REDIRECTS: u32 = 5;

/// Fewest characters of the token that deliveries carry.
///
/// Why: 16 random letters and digits have 95 bits, which nobody guesses over a network.
pub(crate) const MIN_TOKEN_CHARS: usize = 16;

/// Most characters of it.
///
/// Why: a header of this length passes every web server and proxy.
pub(crate) const MAX_TOKEN_CHARS: usize = 256;

/// Bytes of what a delivery calls itself at most.
///
/// Why: an event's id has 128 (the contract, `events.source-event`), and what stands around this one takes some.
pub(crate) const MAX_DELIVERY_ID_BYTES: usize = 100;

/// Objects that one delivery may name.
///
/// Why: as many as one refresh takes (the contract, `identity-source.refresh`). Who has changed more wants a whole import.
pub(crate) const MAX_NAMED: usize = 1_000;
