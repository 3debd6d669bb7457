//! What a program has around it elsewhere: of a closed component nothing is there.
//!
//! Not here: looking for it, which only a component can. Each promise looks for its own, so that one that ends the call
//! leaves the others to be tried by their names.

use std::fmt;

/// What there is around the component.
pub trait Surroundings: fmt::Debug {
    /// What could be reached of this kind, each in a few words.
    fn reached(&self, kind: Reached) -> Vec<String>;
    /// What the standard library's clock says, in milliseconds since 1970 UTC.
    fn clock_ms(&self) -> u64;
    /// Whether the standard library's monotonic clock never goes back.
    fn goes_on(&self) -> bool;
    /// What a hash map's seed makes of nothing.
    fn seed(&self) -> u64;
}

/// What must not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// A variable of the environment.
    Environment,
    /// An argument of the command line.
    Arguments,
    /// A file or a folder.
    Files,
    /// A socket, or a name's address.
    Sockets,
    /// Something on standard input.
    Input,
}
