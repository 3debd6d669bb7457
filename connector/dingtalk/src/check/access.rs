//! Whether DingTalk lets the application in at all, and what it may see.

use super::messages as say;
use super::{Checklist, failure_of};
use crate::api::Api;
use crate::client::Client;
use crate::codes;
use crate::wire::scopes::Scopes;
use rollcall_kit::CheckStatus;

/// Key and secret.
pub(super) async fn token(client: &Client<'_>, checklist: &mut Checklist) -> bool {
    match client.new_token().await {
        Ok(_) => {
            let (status, diagnosis) = match client.old_token_interface() {
                None => (CheckStatus::Passed, codes::token_granted()),
                Some(why) => (CheckStatus::Warning, say::token_granted_to_an_address(why, client.settings)),
            };
            checklist.settle("token", status, diagnosis);
            true
        }
        Err(failure) => {
            checklist.fail("token", failure);
            false
        }
    }
}

/// The caller's address, which the first real call tells, and the scope, if it is any.
pub(super) async fn scopes(client: &Client<'_>, checklist: &mut Checklist) -> Option<Scopes> {
    let asked = client.scopes().await.map_err(|trouble| failure_of(Api::Scopes, trouble));
    match asked {
        Err(failure) => {
            // A permission is only looked at once the address was accepted.
            if failure.diagnosis().code == "permission-missing" {
                checklist.settle("address", CheckStatus::Passed, codes::address_allowed());
            }
            checklist.fail("scope", failure);
            None
        }
        Ok(scopes) => {
            checklist.settle("address", CheckStatus::Passed, codes::address_allowed());
            let (status, diagnosis) = if scopes.is_empty() {
                (CheckStatus::Failed, codes::scope_empty())
            } else if scopes.is_whole() {
                (CheckStatus::Passed, codes::scope_whole())
            } else {
                (CheckStatus::Warning, say::scope_part(&scopes))
            };
            checklist.settle("scope", status, diagnosis);
            (!scopes.is_empty()).then_some(scopes)
        }
    }
}
