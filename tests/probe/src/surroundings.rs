//! What a program has around it elsewhere, as the component found it: of a closed one nothing is there.
//!
//! Not here: looking for it, which only a component can.

/// What was found around the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// What could be reached that must not be, each in a few words.
    pub reached: Vec<(Reached, String)>,
    /// What the standard library's clock says, in milliseconds since 1970 UTC.
    pub clock_ms: u64,
    /// The standard library's monotonic clock went on, or stood still; it never goes back.
    pub goes_on: bool,
    /// What a hash map's seed makes of nothing.
    pub seed: u64,
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
