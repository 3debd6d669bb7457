//! Events of the core.
