//! A person says that what a run held is not to be done.

use super::{Decision, Stand, Verdict, Which, chosen, held_run, is_expired};
use crate::error::RunError;
use crate::limits::{MAX_DECIDER_CHARS, MAX_REASON_CHARS};
use crate::model::{RunId, SourceName};

/// Write down that this is declined.
///
/// # Errors
///
/// When it is no run of the source, holds nothing or nothing of what is chosen, ended too long ago, the reason is empty or too
/// long, or the history fails.
pub(crate) async fn decline(
    stand: &Stand,
    source: &SourceName,
    run: &RunId,
    which: Which,
    reason: &str,
    by: &str,
) -> Result<Decision, RunError> {
    let reason = reason.trim();
    let n_chars = reason.chars().count();
    if !(1..=MAX_REASON_CHARS).contains(&n_chars) {
        return Err(RunError::ReasonNotValid { n_chars, limit: MAX_REASON_CHARS });
    }
    let row = held_run(&*stand.history, source, run).await?;
    let now = stand.clock.now();
    if is_expired(&row, now) {
        return Err(RunError::ApprovalExpired { run: row.id });
    }
    let decision = Decision {
        source: source.clone(),
        run: row.id.clone(),
        at: now,
        by: by.chars().take(MAX_DECIDER_CHARS).collect(),
        verdict: Verdict::Declined,
        about: chosen(stand, &row, which).await?.matters(),
        reason: Some(reason.to_owned()),
    };
    stand.history.record_decision(&decision).await.map_err(RunError::History)?;
    Ok(decision)
}
