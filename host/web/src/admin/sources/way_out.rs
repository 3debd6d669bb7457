//! The proxy of a source and when its full runs are due, as they are configured: texts, of which none is checked.

use serde::{Deserialize, Serialize};

/// The proxy that everything of a source leaves through.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerProxy {
    /// Where it is.
    pub url: String,
    /// The name that it wants.
    pub user: Option<String>,
    /// The password that it wants.
    pub password: Option<String>,
}

/// When full runs are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Five fields: minute, hour, day of month, month, day of week.
    pub cron: String,
    /// A name of the IANA database; UTC if there is none.
    pub time_zone: Option<String>,
    /// How much later a run may begin, in seconds.
    pub jitter_s: u64,
}

impl std::fmt::Debug for ServerProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerProxy").finish_non_exhaustive()
    }
}
