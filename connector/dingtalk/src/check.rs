//! The checklist: each thing that an import needs, tried on the real thing in the order in which they build on each other.
//! Proxy and TLS are the host's to check.

mod access;
mod corp;
mod events;
mod messages;
mod people;

pub(crate) use corp::BUCKET as CORP_BUCKET;

use self::messages as say;
use crate::api::Api;
use crate::client::Client;
use crate::codes;
use crate::messages::crawl;
use crate::trouble::Trouble;
use rollcall_kit::{CheckStatus, Diagnosis, Failure, Finding};
use std::collections::BTreeMap;

/// Every check of an import, in the order of the list.
const CHECKS: [&str; 10] = [
    "settings",
    "token",
    "address",
    "scope",
    "department-list",
    "member-list",
    "member-read",
    "mobile-field",
    "personal-fields",
    "corp-id",
];

/// Go through the list. Reads little and changes nothing.
pub(crate) async fn check(client: &Client<'_>) -> Vec<Finding> {
    let of_accounts = client.settings.account_status.then_some(people::ACCOUNTS);
    let of_events = events::name(&client.settings.events);
    let mut checklist = Checklist { of_accounts, of_events, ..Checklist::default() };
    checklist.settle("settings", CheckStatus::Passed, codes::settings_valid());
    if access::token(client, &mut checklist).await {
        if let Some(scopes) = access::scopes(client, &mut checklist).await {
            people::check(client, &scopes, &mut checklist).await;
        }
        if checklist.has_passed("address") {
            corp::check(client, &mut checklist).await;
            events::check(client, &mut checklist).await;
        }
    }
    checklist.into_findings()
}

/// What was found so far. What stays open was made meaningless by the first failure.
#[derive(Debug, Default)]
struct Checklist {
    found: BTreeMap<&'static str, (CheckStatus, Diagnosis)>,
    failed: Option<&'static str>,
    /// What comes after the checks of an import, where the settings want it.
    of_accounts: Option<&'static str>,
    of_events: Option<&'static str>,
}

impl Checklist {
    fn settle(&mut self, check: &'static str, status: CheckStatus, diagnosis: Diagnosis) {
        if status == CheckStatus::Failed {
            self.failed.get_or_insert(check);
        }
        self.found.insert(check, (status, diagnosis));
    }

    /// A check ended in a failure, which may be about the caller's address and not about what was checked.
    fn fail(&mut self, check: &'static str, failure: Failure) {
        let diagnosis = diagnosis_of(failure);
        let about_address = diagnosis.code == "ip-not-allowed";
        self.settle(if about_address { "address" } else { check }, CheckStatus::Failed, diagnosis);
    }

    fn has_passed(&self, check: &str) -> bool {
        self.found.get(check).is_some_and(|(status, _)| *status == CheckStatus::Passed)
    }

    fn has_failed(&self, check: &str) -> bool {
        self.found.get(check).is_some_and(|(status, _)| *status == CheckStatus::Failed)
    }

    fn into_findings(mut self) -> Vec<Finding> {
        let blocked_by = self.failed.unwrap_or("settings");
        let one = |check: &&'static str| {
            let open = || (CheckStatus::Skipped, say::not_tried(check, blocked_by));
            let (status, diagnosis) = self.found.remove(check).unwrap_or_else(open);
            Finding { check: (*check).to_owned(), status, diagnosis }
        };
        CHECKS.iter().chain(&self.of_accounts.take()).chain(&self.of_events.take()).map(one).collect()
    }
}

/// Whatever came instead of an answer, as a failure.
fn failure_of(api: Api, trouble: Trouble) -> Failure {
    match trouble {
        // What is asked about here is what the scope itself names.
        Trouble::Hidden(diagnosis) => Failure::Permission(crawl::no_top_visible(&diagnosis)),
        Trouble::Gone(_)
        | Trouble::Lost(_)
        | Trouble::Misread(_)
        | Trouble::Unforeseen(_)
        | Trouble::Fatal(_) => trouble.into_failure(api),
    }
}

fn diagnosis_of(failure: Failure) -> Diagnosis {
    match failure {
        Failure::Settings(diagnosis)
        | Failure::Permission(diagnosis)
        | Failure::Unavailable(diagnosis, _)
        | Failure::Protocol(diagnosis)
        | Failure::Host(diagnosis)
        | Failure::Other(diagnosis) => diagnosis,
    }
}

#[cfg(test)]
mod tests;
