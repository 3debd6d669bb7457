//! Departments of branch organisations (上下级组织): a company links them, and they may be left out. That such a link has
//! ended looks like everybody of the branch leaving at once, so it waits for a person, and so does leaving them out once they
//! were imported.
//!
//! A host holds every removal of a reading of which a list was not read to its end, unless a person approved it. That is just
//! so of what is below a branch that is not read any more.

use super::Crawl;
use crate::codes;
use crate::mapping::{self, department};
use crate::messages::crawl as say;
use crate::wire::DepartmentId;
use crate::wire::departments::WireDepartment;
use crate::wire::lenient::Flag;
use rollcall_kit::{Area, Container, Context, Entry, Failure, Severity};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Where the connector remembers the branches that were imported: their uppermost departments.
const IMPORTED: &str = "branches-imported";

/// What a reading has seen of branches: their uppermost departments.
#[derive(Debug, Default)]
pub(super) struct Branches {
    imported: RefCell<BTreeSet<DepartmentId>>,
    left_out: RefCell<BTreeSet<DepartmentId>>,
    /// Departments below those, as far as anybody is in them.
    below_left_out: RefCell<BTreeSet<DepartmentId>>,
}

impl Branches {
    /// Whether this department is known to be left out.
    pub(super) fn leave_out(&self, id: DepartmentId) -> bool {
        self.left_out.borrow().contains(&id) || self.below_left_out.borrow().contains(&id)
    }

    /// Those that were left out.
    pub(super) fn into_left_out(self) -> BTreeSet<DepartmentId> {
        self.left_out.into_inner()
    }
}

impl Crawl<'_> {
    /// Whether a department is left out, with all below it, because it is a branch's. Takes note of it.
    pub(super) fn leaves_out(&self, department: &WireDepartment, parent: Option<DepartmentId>) -> bool {
        let id = department.dept_id;
        let is_unclear = department.oddities.unread.contains("from_union_org");
        // What it is cannot be told: it stays as it was, in or out, with the word that any unread member has.
        let stays_out = is_unclear
            && self.client.settings.leave_out_branches
            && !self.reading.holds(&department::key(id));
        if stays_out {
            self.note(Severity::Warning, &department::key(id), None, codes::branch_unclear());
            self.branches.left_out.borrow_mut().insert(id);
            self.tree.borrow_mut().answered(id, false);
            return true;
        }
        if department.from_union_org != Some(Flag(true)) {
            return false;
        }
        if self.client.settings.leave_out_branches {
            self.branches.left_out.borrow_mut().insert(id);
            self.tree.borrow_mut().answered(id, false);
            return true;
        }
        let mut imported = self.branches.imported.borrow_mut();
        if parent.is_none_or(|parent| !self.is_of_a_branch(&imported, parent)) {
            imported.insert(id);
        }
        false
    }

    /// Whether a department is left out, given those above it. Takes note of it.
    pub(super) fn is_left_out(&self, id: DepartmentId, chain: &[DepartmentId]) -> bool {
        let is_left_out = chain.iter().any(|id| self.branches.left_out.borrow().contains(id));
        if is_left_out {
            self.branches.below_left_out.borrow_mut().insert(id);
        }
        is_left_out
    }

    /// Whether this department is one of these, or below one.
    fn is_of_a_branch(&self, branches: &BTreeSet<DepartmentId>, id: DepartmentId) -> bool {
        let tree = self.tree.borrow();
        let above = |id: &DepartmentId| tree.parent(*id);
        std::iter::successors(Some(id), above).any(|id| branches.contains(&id))
    }

    /// Say which branches that the platform holds were not read, so that what is below them waits for a person; and remember
    /// those that were imported.
    pub(super) fn conclude_branches(&self) -> Result<(), Failure> {
        let left_out = self.branches.left_out.borrow();
        let before = remembered(self.client.context)?;
        let is_held = |id: &DepartmentId| self.reading.holds(&department::key(*id));
        let is_missed = |id: &DepartmentId| is_held(id) && !self.reading.has_seen(&department::key(*id));
        let missed: BTreeSet<_> = before.union(&left_out).copied().filter(is_missed).collect();
        for id in &missed {
            let key = department::key(*id);
            let why = if left_out.contains(id) { codes::branch_left_out() } else { codes::branch_ended() };
            self.note(Severity::Warning, &key, None, why);
            let list = Container { key, closed: false, listed: 0, expected: None };
            self.reading.listed(mapping::DEPARTMENT.resource_type, list)?;
        }
        if !left_out.is_empty() {
            let told = say::branches_left_out(left_out.len());
            self.client.context.record(Entry::new(Severity::Info, told));
        }
        let imported = self.branches.imported.borrow();
        let now: BTreeSet<_> = imported.union(&missed).copied().collect();
        if now != before && self.reading.is_complete() { remember(self.client.context, &now) } else { Ok(()) }
    }
}

fn remembered(context: &Context) -> Result<BTreeSet<DepartmentId>, Failure> {
    let stored = context.host().storage_get(Area::Durable, &[IMPORTED.to_owned()]).map_err(Failure::Host)?;
    let text = stored.into_iter().next().flatten();
    // What an older or newer version has written is forgotten: only a link that ends meanwhile is not noticed.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn remember(context: &Context, branches: &BTreeSet<DepartmentId>) -> Result<(), Failure> {
    let text = if branches.is_empty() { None } else { serde_json::to_string(branches).ok() };
    context.host().storage_write(Area::Durable, vec![(IMPORTED.to_owned(), text)]).map_err(Failure::Host)
}
