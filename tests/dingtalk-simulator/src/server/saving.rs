//! What needs a receiver's answer before it is done: saving a URL, and pushes made by hand.

use std::sync::Arc;

use super::{Shared, now_ms};
use crate::events::{HandMadePush, PushAnswer};
use crate::ids::AppKey;
use crate::mutate::{Mutation, MutationError};
use crate::simulator::UrlRefused;
use crate::state::AppEvents;

/// Why an application's way of getting events was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetEventsError {
    /// There is no such application, or the settings are not sound.
    #[error(transparent)]
    Unfit(#[from] MutationError),
    /// The URL did not answer as it must.
    #[error(transparent)]
    Url(#[from] UrlRefused),
    /// The server is gone.
    #[error("server has stopped")]
    Stopped,
}

/// Asks the URL, if there is one, and saves the settings.
pub(super) async fn set_events(
    shared: &Arc<Shared>,
    app_key: AppKey,
    events: AppEvents,
) -> Result<(), SetEventsError> {
    let check = shared.simulator().check_of(&app_key, &events, now_ms())?;
    if let Some(check) = check {
        check.verdict(&shared.post(check.request().clone()).await)?;
    }
    let corp_id = {
        let simulator = shared.simulator();
        let company = simulator.company_with_app(&app_key);
        let unknown = || MutationError::UnknownApp(app_key.clone());
        company.ok_or_else(unknown)?.corp_id().clone()
    };
    shared.simulator().mutate_in(&corp_id, &Mutation::SetEvents { app_key, events })?;
    shared.wake();
    Ok(())
}

/// Sends a push made by hand, and gives the receiver's answer.
pub(super) async fn push_by_hand(
    shared: &Arc<Shared>,
    app_key: &AppKey,
    how: &HandMadePush,
) -> Result<PushAnswer, MutationError> {
    let request = shared.simulator().hand_made_push(app_key, how, now_ms())?;
    Ok(shared.post(request).await)
}
