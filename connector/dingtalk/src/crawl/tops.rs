//! Where a reading begins: what the application is authorised for, without what is inside of it anyway.

use super::Crawl;
use crate::mapping;
use crate::messages::crawl as say;
use crate::trouble::Trouble;
use crate::wire::DepartmentId;
use crate::wire::scopes::Scopes;
use rollcall_kit::limits::MAX_REQUESTS_IN_FLIGHT;
use rollcall_kit::{Entry, Failure, Severity, pool};
use std::cell::RefCell;
use std::collections::BTreeSet;

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
