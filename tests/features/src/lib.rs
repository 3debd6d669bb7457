//! Packages of others with the features that they have anywhere in this workspace, so that whatever part of it is built, each
//! of them is built once. See `Cargo.toml`.
//!
//! Not here: code. `cargo hakari`, which writes such a crate by itself, puts it below every package; a connector's core must
//! not reach most of these, not even in its tests.
