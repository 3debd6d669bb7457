//! The full runs that tell whether something is there.

use rollcall_browse::RunFilter;
use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::model::SourceName;

use crate::problem::Problem;
use crate::services::Services;

pub(crate) async fn last_full(
    services: &Services,
    source: &SourceName,
    state: Option<RunState>,
) -> Result<Option<Run>, Problem> {
    let filter = RunFilter {
        source: Some(source.clone()),
        kind: Some(RunKind::Full),
        state,
        trigger: None,
        dry_run: Some(false),
    };
    Ok(services.store().runs_where(&filter, None, 1).await?.into_iter().next())
}

/// The newest full run that read everything and was no preview. One whose departures wait for somebody had read everything, too.
pub(crate) async fn last_complete(services: &Services, source: &SourceName) -> Result<Option<Run>, Problem> {
    let succeeded = last_full(services, source, Some(RunState::Succeeded)).await?;
    let held = last_full(services, source, Some(RunState::Held)).await?;
    Ok([succeeded, held].into_iter().flatten().max_by_key(|run| run.started_at))
}
