//! Where a reading begins: what the application is authorised for, without what is inside of it anyway.

use super::Crawl;
use crate::api::Api;
use crate::client::Client;
use crate::limits::SCOPES_REMEMBERED_MS;
use crate::mapping;
use crate::memory;
use crate::messages::crawl as say;
use crate::trouble::Trouble;
use crate::wire::DepartmentId;
use crate::wire::scopes::Scopes;
use rollcall_kit::limits::MAX_REQUESTS_IN_FLIGHT;
use rollcall_kit::{Entry, Failure, Scope, Severity, pool};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What the application may see; it must be something.
pub(crate) async fn scopes(client: &Client<'_>) -> Result<Scopes, Failure> {
    let scopes = client.scopes().await.map_err(|trouble| trouble.into_failure(Api::Scopes))?;
    // A view of nothing is a mistake in the console; taking it for an empty company would end everyone's account.
    if scopes.is_empty() {
        memory::forget(client.context, SCOPES);
        return Err(Failure::Permission(say::scope_empty()));
    }
    let at_ms = client.context.now_ms();
    memory::remember(client.context, SCOPES, &Remembered { at_ms, scopes: scopes.clone() });
    Ok(scopes)
}

/// What the application could see a while ago, so that an event costs one request. Not for a full reading, and nobody is
/// removed on it.
pub(crate) fn remembered_scopes(client: &Client<'_>) -> Option<Scopes> {
    let Remembered { at_ms, scopes } = memory::recall(client.context, SCOPES)?;
    (client.context.now_ms().checked_sub(at_ms)? < SCOPES_REMEMBERED_MS).then_some(scopes)
}

/// Where the scopes are remembered.
const SCOPES: &str = "scopes";

#[derive(Serialize, Deserialize)]
struct Remembered {
    at_ms: u64,
    scopes: Scopes,
}

/// The departments to begin at: the root, or those authorised ones that are not below another.
pub(super) async fn tops(crawl: &Crawl<'_>, scopes: &Scopes) -> Result<BTreeSet<DepartmentId>, Failure> {
    if scopes.is_whole() {
        return Ok(BTreeSet::from([DepartmentId::ROOT]));
    }
    if scopes.authed_dept.len() < 2 {
        return Ok(scopes.authed_dept.clone());
    }
    let tops = RefCell::new(BTreeSet::new());
    let tops_ref = &tops;
    pool::crawl(scopes.authed_dept.iter().copied(), MAX_REQUESTS_IN_FLIGHT, |id| async move {
        if is_top(crawl, scopes, id).await? {
            tops_ref.borrow_mut().insert(id);
        }
        Ok::<_, Failure>(Vec::new())
    })
    .await?;
    Ok(tops.into_inner())
}

async fn is_top(crawl: &Crawl<'_>, scopes: &Scopes, id: DepartmentId) -> Result<bool, Failure> {
    match crawl.client.chain(id).await {
        Ok(chain) => Ok(!chain.iter().any(|above| *above != id && scopes.authed_dept.contains(above))),
        Err(Trouble::Fatal(failure)) => Err(failure),
        // Reading it will say what is wrong with it.
        Err(Trouble::Gone(_) | Trouble::Hidden(_)) => Ok(true),
        Err(Trouble::Lost(failure) | Trouble::Misread(failure) | Trouble::Unforeseen(failure)) => {
            crawl.incomplete(&mapping::department::key(id), failure.diagnosis().clone());
            crawl.tree.borrow_mut().lose_children();
            Ok(false)
        }
    }
}

/// With what view a reading is made.
pub(crate) fn told(scopes: &Scopes) -> Scope {
    if scopes.is_whole() {
        return Scope::whole();
    }
    let departments = scopes.authed_dept.iter().map(|id| mapping::department::key(*id));
    let people = scopes.authed_user.iter().map(mapping::user::key);
    Scope { whole: false, parts: departments.chain(people).collect() }
}

impl Crawl<'_> {
    /// When every top is hidden, the console contradicts itself, and nothing at all was read.
    pub(super) fn judge_tops(&self) -> Result<(), Failure> {
        match &*self.hidden_top.borrow() {
            Some(hidden) if self.tree.borrow().is_empty() => {
                Err(Failure::Permission(say::no_top_visible(hidden)))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What a whole run has to say once.
    pub(super) fn tell_counts(&self) {
        let n_kept = u64::try_from(self.kept.borrow().len()).unwrap_or(u64::MAX);
        let counts = [
            (Severity::Warning, n_kept, say::people_kept(n_kept)),
            (
                Severity::Info,
                self.n_not_visible.get(),
                say::memberships_not_visible(self.n_not_visible.get()),
            ),
            (Severity::Info, self.client.n_throttled(), say::calls_throttled(self.client.n_throttled())),
        ];
        for (severity, n, diagnosis) in counts {
            if 0 < n {
                self.client.context.record(Entry::new(severity, diagnosis));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::wire::scopes::Scopes;
    use crate::wire::{DepartmentId, UserId};
    use rollcall_kit::{Key, Scope};

    fn scopes(departments: &[i64], people: &[&str]) -> Scopes {
        Scopes {
            authed_dept: departments.iter().copied().map(DepartmentId).collect(),
            authed_user: people.iter().filter_map(|id| UserId::new(id)).collect(),
        }
    }

    #[test]
    fn whoever_may_see_the_root_may_see_the_whole() {
        assert_eq!(told(&scopes(&[1, 7], &["a"])), Scope::whole());
    }

    #[test]
    fn a_part_is_told_by_its_departments_and_people() {
        let parts = vec![Key::new("Department", "2"), Key::new("Department", "3"), Key::new("User", "a")];
        assert_eq!(told(&scopes(&[3, 2], &["a"])), Scope { whole: false, parts });
    }
}
