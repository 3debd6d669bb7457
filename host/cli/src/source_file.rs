//! `SOURCE.toml`: one configured source, as its administrator writes it.
//!
//! Two stages. `parse` is pure and knows only the text; `Written::resolve` looks up the environment and the files
//! that it points to. What is deliberately not here: whether the settings suit the connector, which the connector says.

mod complaint;
mod parse;
mod places;
mod resolve;
mod schedule;

use std::path::PathBuf;
use std::time::Duration;

use rollcall_host::DepartedUsers;
use rollcall_host::egress::Egress;
use rollcall_host::model::SourceName;
use serde_json::Value;

pub(crate) use complaint::{Complaint, Place};
pub(crate) use parse::parse;
pub(crate) use places::Places;
pub(crate) use resolve::Surroundings;

/// A source, ready to be used. Not `Debug`: the settings hold secrets.
pub(crate) struct Configured {
    /// What its administrator calls it.
    pub(crate) name: SourceName,
    /// The connector's file.
    pub(crate) connector: PathBuf,
    /// What happens to people who left.
    pub(crate) departed: DepartedUsers,
    /// How its requests leave.
    pub(crate) egress: Egress,
    /// What the connector gets, with every secret in place.
    pub(crate) settings: Value,
    /// Where the settings stand.
    pub(crate) places: Places,
    /// When full runs are due; none for never by themselves.
    #[cfg_attr(not(test), expect(dead_code, reason = "whoever follows a source comes in the next change"))]
    pub(crate) schedule: Option<ScheduleText>,
}

/// When full runs are due, in words that look right. What they mean is the host's to say, when it follows the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScheduleText {
    /// Five fields: minute, hour, day, month, day of the week.
    pub(crate) cron: String,
    /// The name of the time zone in which the fields are meant.
    pub(crate) time_zone: Option<String>,
    /// Each run is late by a part of this.
    pub(crate) jitter: Duration,
}
