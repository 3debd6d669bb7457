//! Each permission, tried on a few departments and people.

use super::messages as say;
use super::{Checklist, failure_of};
use crate::api::Api;
use crate::client::Client;
use crate::codes;
use crate::limits::{MAX_SAMPLE_DEPARTMENTS, MAX_SAMPLES};
use crate::trouble::Trouble;
use crate::wire::departments::WireDepartment;
use crate::wire::scopes::Scopes;
use crate::wire::users::User;
use crate::wire::{DepartmentId, Listing, UserId};
use rollcall_kit::{CheckStatus, Diagnosis};
use std::collections::VecDeque;

/// The check of accounts that the company owns.
pub(super) const ACCOUNTS: &str = "account-status";

/// An id that nobody has: whether a person may be asked about can be told without one.
const NOBODY: &str = "rollcall-connection-check";

/// Departments, members, single people and their fields.
pub(super) async fn check(client: &Client<'_>, scopes: &Scopes, checklist: &mut Checklist) {
    let mut samples = Vec::new();
    match first_department(scopes) {
        Some(first) => {
            let children = children(client, first, checklist).await;
            samples = members(client, first, children, checklist).await;
        }
        None => {
            for check in ["department-list", "member-list"] {
                checklist.settle(check, CheckStatus::Skipped, say::no_department(check));
            }
        }
    }
    let id = samples.first().map(|user| &user.userid).or_else(|| scopes.authed_user.first());
    if let Some(person) = person(client, id, checklist).await
        && samples.is_empty()
    {
        samples.push(person);
    }
    fields(&samples, checklist);
    if client.settings.account_status {
        accounts(client, &samples, checklist).await;
    }
}

/// Whether accounts of the company's can be asked about. Nothing else depends on it.
async fn accounts(client: &Client<'_>, samples: &[User], checklist: &mut Checklist) {
    let sample = samples.iter().find(|user| client.asks_about_account(user));
    let nobody = UserId::new(NOBODY);
    let Some(id) = sample.map(|user| &user.userid).or(nobody.as_ref()) else { return };
    let (status, diagnosis) = match client.is_account_disabled(id).await {
        Ok(_) => (CheckStatus::Passed, codes::accounts_read()),
        // Who may ask is judged before whom is asked about.
        Err(Trouble::Gone(_) | Trouble::Hidden(_) | Trouble::Unforeseen(_)) if sample.is_none() => {
            (CheckStatus::Passed, codes::accounts_read())
        }
        Err(trouble) => (CheckStatus::Warning, trouble.into_failure(Api::AccountStatus).diagnosis().clone()),
    };
    checklist.settle(ACCOUNTS, status, diagnosis);
}

fn first_department(scopes: &Scopes) -> Option<DepartmentId> {
    if scopes.is_whole() { Some(DepartmentId::ROOT) } else { scopes.authed_dept.first().copied() }
}

async fn children(client: &Client<'_>, first: DepartmentId, checklist: &mut Checklist) -> Vec<DepartmentId> {
    match client.children(first).await {
        Ok(listing) => {
            let children = ids(listing);
            checklist.settle("department-list", CheckStatus::Passed, say::departments_listed(children.len()));
            children
        }
        Err(trouble) => {
            checklist.fail("department-list", failure_of(Api::ListChildren, trouble));
            Vec::new()
        }
    }
}

/// Members of the first department, and of those below it while there are too few.
async fn members(
    client: &Client<'_>,
    first: DepartmentId,
    children: Vec<DepartmentId>,
    checklist: &mut Checklist,
) -> Vec<User> {
    let mut samples = match sample(client, first).await {
        Ok(samples) => samples,
        Err(trouble) => {
            checklist.fail("member-list", failure_of(Api::ListMembers, trouble));
            return Vec::new();
        }
    };
    let mut queue = VecDeque::from(children);
    for _ in 1..MAX_SAMPLE_DEPARTMENTS {
        let Some(id) = queue.pop_front().filter(|_| samples.len() < MAX_SAMPLES) else { break };
        // The question was whether it can be done at all, and that is answered.
        for user in sample(client, id).await.unwrap_or_default() {
            // Who is in two departments is one person.
            if samples.iter().all(|known| known.userid != user.userid) {
                samples.push(user);
            }
        }
        if queue.is_empty() {
            let below = client.children(id).await.unwrap_or_default();
            queue.extend(ids(below));
        }
    }
    samples.truncate(MAX_SAMPLES);
    checklist.settle("member-list", CheckStatus::Passed, say::members_listed(samples.len()));
    samples
}

fn ids(listing: Option<Listing<WireDepartment>>) -> Vec<DepartmentId> {
    let children = listing.map(|listing| listing.items).unwrap_or_default();
    children.into_iter().map(|child| child.dept_id).filter(|id| id.is_real()).collect()
}

async fn sample(client: &Client<'_>, id: DepartmentId) -> Result<Vec<User>, Trouble> {
    Ok(client.members(id, 0).await?.users.items)
}

async fn person(client: &Client<'_>, id: Option<&UserId>, checklist: &mut Checklist) -> Option<User> {
    let nobody = UserId::new(NOBODY);
    let id = id.or(nobody.as_ref())?;
    match client.person(id).await {
        Ok(person) => {
            checklist.settle("member-read", CheckStatus::Passed, codes::person_read());
            Some(person)
        }
        // Who may ask is judged before whom is asked about.
        Err(Trouble::Gone(_) | Trouble::Hidden(_)) => {
            checklist.settle("member-read", CheckStatus::Passed, codes::person_read());
            None
        }
        Err(trouble) => {
            checklist.fail("member-read", failure_of(Api::Person, trouble));
            None
        }
    }
}

fn fields(samples: &[User], checklist: &mut Checklist) {
    let has_personal = |user: &&User| {
        let fields = [&user.email, &user.org_email, &user.work_place, &user.remark, &user.extension];
        fields.into_iter().any(Option::is_some)
    };
    let n_mobile = samples.iter().filter(|user| user.mobile.is_some()).count();
    let n_personal = samples.iter().filter(has_personal).count();
    let mobile = Field { check: "mobile-field", seen: say::mobile_seen, not_seen: say::mobile_not_seen };
    let personal = Field {
        check: "personal-fields",
        seen: say::personal_fields_seen,
        not_seen: say::personal_fields_not_seen,
    };
    field(samples, n_mobile, &mobile, checklist);
    field(samples, n_personal, &personal, checklist);
}

/// What a field permission opens, and how it is said whether it is there.
struct Field {
    check: &'static str,
    /// Of how many people it is seen, of how many that were looked at.
    seen: fn(usize, usize) -> Diagnosis,
    not_seen: fn(usize) -> Diagnosis,
}

fn field(
    samples: &[User],
    n_with: usize,
    &Field { check, seen, not_seen }: &Field,
    checklist: &mut Checklist,
) {
    if samples.is_empty() {
        // Why there is nobody was said by the check of the list, if it failed.
        if checklist.has_failed("member-list") {
            return;
        }
        checklist.settle(check, CheckStatus::Skipped, say::nobody_to_judge_by(check));
    } else if n_with == 0 {
        checklist.settle(check, CheckStatus::Warning, not_seen(samples.len()));
    } else {
        checklist.settle(check, CheckStatus::Passed, seen(n_with, samples.len()));
    }
}
