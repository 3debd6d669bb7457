//! Which function of a connector may use what of its host: one table, looked at each time that it asks for something.
//!
//! Not here: what each capability does. `host` is missing, because every function has it.

use std::fmt;

/// A function that a connector exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// `identity-source.describe`.
    Describe,
    /// `identity-source.validate`.
    Validate,
    /// `identity-source.check`.
    Check,
    /// `identity-source.sync`.
    Sync,
    /// `identity-source.refresh`.
    Refresh,
    /// `events.receive`.
    Receive,
    /// `events.handle`.
    Handle,
    /// `events.fetch-events`.
    FetchEvents,
    /// `events.open-channel`.
    OpenChannel,
    /// `events.frame`.
    Frame,
}

/// A call of what the function under way may not use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfReach {
    export: Export,
    function: &'static str,
}

impl std::error::Error for OutOfReach {}

impl fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { export, function } = self;
        if export.reach().is_empty() {
            return write!(f, "it called {function:?} from a function that is offline");
        }
        write!(f, "it called {function:?} from {:?}, which may not", export.as_str())
    }
}

/// A part of what a host offers that is given or refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Waiting, and timers.
    Tasks,
    /// Requests.
    HttpClient,
    /// The connector's own small state.
    Storage,
    /// What an administrator reads of a run.
    History,
    /// What the platform holds, and changes to it.
    Directory,
    /// What only a full reading says and does: its coverage, what it no longer found, how far it has come.
    Reading,
}

impl Export {
    /// Its name in the contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Validate => "validate",
            Self::Check => "check",
            Self::Sync => "sync",
            Self::Refresh => "refresh",
            Self::Receive => "receive",
            Self::Handle => "handle",
            Self::FetchEvents => "fetch-events",
            Self::OpenChannel => "open-channel",
            Self::Frame => "frame",
        }
    }

    /// Whether it may use this.
    #[must_use]
    pub fn may_use(self, capability: Capability) -> bool {
        self.reach().contains(&capability)
    }

    /// # Errors
    ///
    /// When it calls a function of what it may not use, and so breaks the contract.
    pub fn check(self, capability: Capability, function: &'static str) -> Result<(), OutOfReach> {
        if self.may_use(capability) { Ok(()) } else { Err(OutOfReach { export: self, function }) }
    }

    /// The table.
    const fn reach(self) -> &'static [Capability] {
        use Capability::{Directory, History, HttpClient, Reading, Storage, Tasks};
        match self {
            Self::Describe | Self::Validate | Self::Receive | Self::Frame => &[],
            Self::Check | Self::FetchEvents | Self::OpenChannel => &[Tasks, HttpClient, Storage],
            Self::Refresh | Self::Handle => &[Tasks, HttpClient, Storage, History, Directory],
            Self::Sync => &[Tasks, HttpClient, Storage, History, Directory, Reading],
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_function_reaches_what_its_work_needs_and_no_more() {
        const EXPORTS: [Export; 10] = [
            Export::Describe,
            Export::Validate,
            Export::Check,
            Export::Sync,
            Export::Refresh,
            Export::Receive,
            Export::Handle,
            Export::FetchEvents,
            Export::OpenChannel,
            Export::Frame,
        ];
        let line = |export: &Export| format!("{}: {:?}\n", export.as_str(), export.reach());
        expect![[r#"
            describe: []
            validate: []
            check: [Tasks, HttpClient, Storage]
            sync: [Tasks, HttpClient, Storage, History, Directory, Reading]
            refresh: [Tasks, HttpClient, Storage, History, Directory]
            receive: []
            handle: [Tasks, HttpClient, Storage, History, Directory]
            fetch-events: [Tasks, HttpClient, Storage]
            open-channel: [Tasks, HttpClient, Storage]
            frame: []
        "#]]
        .assert_eq(&EXPORTS.iter().map(line).collect::<String>());
    }
}
