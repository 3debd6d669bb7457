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

use rollcall_host::DepartedUsers;
use rollcall_host::egress::Egress;
use rollcall_host::follow::Schedule;
use rollcall_host::model::SourceName;
use rollcall_web::ScimFace;
use serde_json::Value;

pub(crate) use complaint::{FileComplaint, TextPosition};
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
    pub(crate) schedule: Option<Schedule>,
    /// How its people are told over SCIM.
    pub(crate) face: ScimFace,
}
