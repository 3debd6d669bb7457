//! Whether changes will arrive in the way that the settings say, as far as that can be told without listening. Nothing is
//! asked that DingTalk would remember: its list of failed deliveries forgets what it has once answered.

use super::messages as say;
use super::{Checklist, diagnosis_of};
use crate::client::Client;
use crate::codes;
use crate::events::channel;
use crate::settings::EventsWay;
use rollcall_kit::CheckStatus;

/// What is on the list for this way. Who wants no changes pushed has nothing to mend.
pub(super) fn name(way: &EventsWay) -> Option<&'static str> {
    match way {
        EventsWay::Off => None,
        EventsWay::Http(_) => Some("event-callback"),
        EventsWay::Stream => Some("event-channel"),
    }
}

/// Try what can be tried. The ticket of a channel is left to expire.
pub(super) async fn check(client: &Client<'_>, checklist: &mut Checklist) {
    let Some(check) = name(&client.settings.events) else { return };
    match client.settings.events {
        EventsWay::Off => {}
        // Fetching what could not be delivered needs the permission that the scope needs.
        EventsWay::Http(_) if checklist.has_failed("scope") => {}
        EventsWay::Http(_) => checklist.settle(check, CheckStatus::Passed, codes::callback_well_formed()),
        EventsWay::Stream => match channel::open(client.context, client.settings).await {
            Ok(opened) => {
                let (status, diagnosis) = match channel::unplanned(&opened, client.settings) {
                    None => (CheckStatus::Passed, codes::channel_opened()),
                    Some(origin) => (CheckStatus::Warning, say::channel_leads_elsewhere(&origin)),
                };
                checklist.settle(check, status, diagnosis);
            }
            Err(failure) => checklist.settle(check, CheckStatus::Failed, diagnosis_of(failure)),
        },
    }
}
