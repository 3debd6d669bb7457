//! `auth/scopes`: what the application may see.

use super::envelope::Accepted;
use super::{DepartmentId, Misread, UserId, lenient};
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

#[derive(Deserialize)]
struct Body {
    auth_org_scopes: Lists,
}

#[derive(Deserialize)]
struct Lists {
    #[serde(default, deserialize_with = "lenient::list")]
    authed_dept: Vec<DepartmentId>,
    #[serde(default, deserialize_with = "lenient::list")]
    authed_user: Vec<UserId>,
}

/// Read the answer of `auth/scopes`, which has no `result`.
pub(crate) fn scopes(accepted: Accepted<'_>) -> Result<Scopes, Misread> {
    let Body { auth_org_scopes: lists } = serde_json::from_str(accepted.whole)?;
    Ok(Scopes {
        authed_dept: lists.authed_dept.into_iter().filter(|id| id.is_real()).collect(),
        authed_user: lists.authed_user.into_iter().collect(),
    })
}
