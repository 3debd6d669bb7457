//! What is found in a store that answers what people look up.

pub mod about;
pub mod conditions;
pub mod objects;
pub mod outline;
pub mod runs;
pub mod snapshot;
