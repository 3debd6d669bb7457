//! What documents and the steps of a trail say.

use rollcall_browse::TrailStep;
use rollcall_host::directory::Action;
use serde_json::Value;

/// What people call what has this document.
pub(crate) fn name_in(document: &Value) -> Option<&str> {
    ["displayName", "userName"].into_iter().find_map(|name| document.get(name)?.as_str())
}

/// Whether a step changed something: it was neither refused nor only planned.
pub(crate) fn is_applied(step: &TrailStep) -> bool {
    !step.run.dry_run && step.change.item.refusal.is_none()
}

/// Whether it takes something away.
pub(crate) const fn is_departure(action: Action) -> bool {
    match action {
        Action::Deactivated | Action::Deleted => true,
        Action::Created | Action::Updated | Action::Restored | Action::Unchanged => false,
    }
}
