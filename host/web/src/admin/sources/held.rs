//! What a run holds until a person decides: how much would be removed.

use rollcall_host::approval::{HeldBack, WouldLeave};
use rollcall_host::error::RunError;
use rollcall_host::history::Run;
use rollcall_host::{Identities, Which};

use crate::admin_error::AdminError;
use crate::services::Services;

/// What a run holds.
pub(crate) struct HeldRemovals {
    pub(crate) held_back: HeldBack,
    pub(crate) would_leave: WouldLeave,
    /// The same if ids that belong to somebody else now are those of the same people.
    pub(crate) if_same_people: WouldLeave,
}

impl HeldRemovals {
    /// What still waits of what this run held; none where nothing does.
    pub(crate) async fn of(services: &Services, run: &Run) -> Result<Option<Self>, AdminError> {
        let (host, source) = (services.host(), &run.source);
        let held_back = match host.held_back(source, &run.id, Which::Waiting).await {
            Err(RunError::NothingHeld { .. }) => return Ok(None),
            held_back => held_back?,
        };
        let would_leave = host.would_leave(source, &held_back, Identities::OtherPeople).await?;
        let if_same_people = host.would_leave(source, &held_back, Identities::SamePeople).await?;
        Ok(Some(Self { held_back, would_leave, if_same_people }))
    }
}
