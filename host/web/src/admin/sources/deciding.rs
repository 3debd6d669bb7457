//! Deciding about what a run held: all of it or some, and written down who did.

use rollcall_host::decision::Decision;
use rollcall_host::history::Run;
use rollcall_host::{Approving, Identities, Which};
use serde_json::json;

use super::asking::Begun;
use super::registry::Sources;
use crate::actor::Actor;
use crate::admin_error::AdminError;
use crate::identity::audit;
use crate::services::Services;

/// Approve what a run held, and write down who did.
pub(crate) async fn approved(
    sources: &Sources,
    actor: Actor<'_>,
    run: &Run,
    which: Which,
    removals: Option<u64>,
    identities: Identities,
) -> Result<Begun, AdminError> {
    let n_objects = n_chosen(&which);
    let approving = Approving { removals, which, identities, by: actor.who.name().to_owned() };
    let begun = sources.approve(&run.source, run.id.clone(), approving).await?;
    let detail = json!({
        "source": run.source, "identities": identities, "removals": removals, "n_objects": n_objects, "begun": begun.run,
    });
    audit::record(sources.services(), actor, "run-approved", run.id.as_str(), detail).await?;
    Ok(begun)
}

/// Decline what a run held, and write down who did.
pub(crate) async fn declined(
    services: &Services,
    actor: Actor<'_>,
    run: &Run,
    which: Which,
    reason: &str,
) -> Result<Decision, AdminError> {
    let n_objects = n_chosen(&which);
    let declined = services.host().decline(&run.source, &run.id, which, reason, actor.who.name()).await?;
    let detail = json!({"source": run.source, "n_objects": n_objects, "reason": declined.reason});
    audit::record(services, actor, "run-declined", run.id.as_str(), detail).await?;
    services.pulse().beat();
    Ok(declined)
}

/// None for all.
fn n_chosen(which: &Which) -> Option<usize> {
    match which {
        Which::Waiting => None,
        Which::These(keys) => Some(keys.len()),
    }
}
