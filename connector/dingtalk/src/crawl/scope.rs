//! Where a reading begins: what the application is authorised for, without what is inside of it anyway.

use super::Crawl;
use crate::api::Api;
use crate::client::Client;
use crate::limits::MAX_SCOPE_BYTES;
use crate::mapping;
use crate::messages::crawl as say;
use crate::trouble::Trouble;
use crate::wire::DepartmentId;
use crate::wire::scopes::Scopes;
use rollcall_kit::document::Version;
use rollcall_kit::limits::MAX_REQUESTS_IN_FLIGHT;
use rollcall_kit::{Entry, Failure, OptionalSet, Severity, pool};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What the application may see; it must be something.
pub(crate) async fn scopes(client: &Client<'_>) -> Result<Scopes, Failure> {
    let scopes = client.scopes().await.map_err(|trouble| trouble.into_failure(Api::Scopes))?;
    // A view of nothing is a mistake in the console; taking it for an empty company would end everyone's account.
    if scopes.is_empty() { Err(Failure::Permission(say::scope_empty())) } else { Ok(scopes) }
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
        Err(Trouble::Lost(failure)) => {
            crawl.incomplete(&mapping::department::key(id), failure.diagnosis().clone());
            crawl.tree.borrow_mut().lose_children();
            Ok(false)
        }
    }
}

/// With what view a reading was made: equal words, equal view.
pub(super) fn in_words(scopes: &Scopes) -> String {
    let departments: Vec<String> = scopes.authed_dept.iter().map(ToString::to_string).collect();
    let people: Vec<&str> = scopes.authed_user.iter().map(|id| id.as_str()).collect();
    let words = format!("departments {}; people {}", departments.join(" "), people.join(" "));
    if words.len() <= MAX_SCOPE_BYTES {
        return words;
    }
    let digest = Version::of(&words, OptionalSet::default());
    format!("{} departments, {} people: {digest}", departments.len(), people.len())
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
    use super::in_words;
    use crate::limits::MAX_SCOPE_BYTES;
    use crate::wire::scopes::Scopes;
    use crate::wire::{DepartmentId, UserId};

    fn scopes(departments: impl Iterator<Item = i64>, people: &[&str]) -> Scopes {
        Scopes {
            authed_dept: departments.map(DepartmentId).collect(),
            authed_user: people.iter().filter_map(|id| UserId::new(id)).collect(),
        }
    }

    #[test]
    fn the_same_view_is_the_same_words_in_any_order() {
        assert_eq!(in_words(&scopes([3, 2].into_iter(), &["b", "a"])), "departments 2 3; people a b");
    }

    #[test]
    fn a_view_that_is_too_long_to_spell_out_is_told_apart_by_its_digest() {
        let (one, other) = (in_words(&scopes(1_000..20_000, &[])), in_words(&scopes(1_001..20_001, &[])));
        assert!(one.starts_with("19000 departments, 0 people: ") && one.len() < MAX_SCOPE_BYTES, "{one}");
        assert_ne!(one, other);
    }
}
