//! `auth/scopes`: what the application may see.

use super::envelope::Accepted;
use super::{DepartmentId, Misread, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The authorised departments, with all below them, and single people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scopes {
    pub(crate) authed_dept: BTreeSet<DepartmentId>,
    pub(crate) authed_user: BTreeSet<UserId>,
}

impl Scopes {
    /// Whether the whole company is authorised.
    pub(crate) fn is_whole(&self) -> bool {
        self.authed_dept.contains(&DepartmentId::ROOT)
    }

    /// Whether this department is, given those above it.
    pub(crate) fn cover(&self, id: DepartmentId, chain: &[DepartmentId]) -> bool {
        self.is_whole() || chain.iter().chain([&id]).any(|id| self.authed_dept.contains(id))
    }

    /// Whether nothing is.
    pub(crate) fn is_empty(&self) -> bool {
        self.authed_dept.is_empty() && self.authed_user.is_empty()
    }
}

/// Read the answer of `auth/scopes`, which has no `result`. Each list is read as a whole: a part of it would be a smaller
/// view, of which everything else seems gone.
pub(crate) fn scopes(accepted: Accepted<'_>) -> Result<Scopes, Misread> {
    let mut whole = accepted.whole()?;
    let lists = whole.object("auth_org_scopes", |lists| {
        // An element that is nothing is nobody.
        let authed_dept = lists.list("authed_dept", |raw| raw.department_id().map(Some))?;
        let authed_user = lists.list("authed_user", |raw| raw.user_id().map(Some))?;
        Some(Scopes {
            authed_dept: authed_dept.into_iter().flatten().filter(|id| id.is_real()).collect(),
            authed_user: authed_user.into_iter().flatten().collect(),
        })
    });
    lists.flatten().ok_or_else(|| Misread::expected("auth_org_scopes with authed_dept and authed_user"))
}
