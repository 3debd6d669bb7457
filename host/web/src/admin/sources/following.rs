//! How a source begins to be followed.
//!
//! Not here: following it; the host knows.

use std::sync::Arc;

use rollcall_host::follow::{FollowOptions, Follower, Schedule};
use rollcall_host::source::Source;

use super::configured::Outline;
use super::entry::KnownSource;
use crate::error::ConsoleError;
use crate::face::ScimFace;
use crate::pulse::PulseObserver;
use crate::services::Services;

/// Have a source followed from now on.
///
/// # Errors
///
/// When the inbox cannot be read.
pub(super) async fn begin(
    services: &Services,
    source: Source,
    schedule: Option<Schedule>,
    face: ScimFace,
    outline: Option<Outline>,
) -> Result<Arc<KnownSource>, ConsoleError> {
    let other = (services.options().observe)(source.name());
    let observer = Arc::new(PulseObserver { pulse: services.pulse().clone(), other });
    let options = FollowOptions { schedule: schedule.clone(), observer, ..FollowOptions::default() };
    let (host, inbox) = (services.host().clone(), Arc::clone(services.store()));
    let follower = Follower::start(host, inbox, source.clone(), options).await?;
    Ok(Arc::new(KnownSource { source, schedule, follower, face, outline }))
}
