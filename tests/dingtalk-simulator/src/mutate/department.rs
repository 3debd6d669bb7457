//! The rules of changing the tree; depth and count are not limited, DingTalk publishes no number.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Change, MutationError, memberships_of, patched};
use crate::ids::{DepartmentId, UserId};
use crate::state::{Company, Department};

/// Longest name of a department, in characters. Source: DingTalk, "create a department".
const MAX_NAME_CHARS: usize = 64;

/// Characters a name must not contain. Source: DingTalk, "create a department".
const FORBIDDEN_IN_NAMES: [char; 3] = ['-', ',', '，'];

impl Company {
    pub(super) fn add_department(&mut self, department: &Department) -> Result<Change, MutationError> {
        let mut department = department.clone();
        if department.dept_id == DepartmentId::UNASSIGNED {
            department.dept_id = self.unused_department_id();
        }
        let dept_id = department.dept_id;
        if self.department(dept_id).is_some() {
            return Err(MutationError::DepartmentInUse(dept_id));
        }
        let parent_id = *department.parent_id.get_or_insert(DepartmentId::ROOT);
        self.existing(parent_id)?;
        self.free_name(parent_id, dept_id, &department.name)?;
        self.put_department(department);
        Ok(Change::DepartmentAdded { dept_id })
    }

    pub(super) fn rename_department(
        &mut self,
        dept_id: DepartmentId,
        name: &str,
    ) -> Result<Change, MutationError> {
        let parent_id = self.parent_below_root(dept_id)?;
        self.free_name(parent_id, dept_id, name)?;
        self.change_department(dept_id, |department| name.clone_into(&mut department.name))
    }

    pub(super) fn move_department(
        &mut self,
        dept_id: DepartmentId,
        parent_id: DepartmentId,
    ) -> Result<Change, MutationError> {
        self.parent_below_root(dept_id)?;
        self.existing(parent_id)?;
        if self.chain_to_root(parent_id).contains(&dept_id) {
            return Err(MutationError::Cycle { dept_id, parent_id });
        }
        let name = self.existing(dept_id)?.name.clone();
        self.free_name(parent_id, dept_id, &name)?;
        self.change_department(dept_id, |department| department.parent_id = Some(parent_id))
    }

    pub(super) fn set_managers(
        &mut self,
        dept_id: DepartmentId,
        userids: &[UserId],
    ) -> Result<Change, MutationError> {
        if let Some(unknown) = userids.iter().find(|userid| self.user(userid).is_none()) {
            return Err(MutationError::UnknownUser(unknown.clone()));
        }
        self.change_department(dept_id, |department| department.dept_manager_userid_list = userids.to_vec())
    }

    pub(super) fn patch_department(
        &mut self,
        dept_id: DepartmentId,
        patch: &Map<String, Value>,
    ) -> Result<Change, MutationError> {
        let before = self.existing(dept_id)?;
        let subject = format!("department {dept_id}");
        let after = match patched(before, patch) {
            Ok(after) => after,
            Err(source) => return Err(MutationError::BadPatch { subject, source }),
        };
        for (field, changed) in [
            ("dept_id", after.dept_id != before.dept_id),
            ("parent_id", after.parent_id != before.parent_id),
            ("name", after.name != before.name),
        ] {
            if changed {
                return Err(MutationError::FixedField { subject, field });
            }
        }
        self.change_department(dept_id, |department| *department = after)
    }

    pub(super) fn remove_department(&mut self, dept_id: DepartmentId) -> Result<Change, MutationError> {
        self.parent_below_root(dept_id)?;
        let dept_ids = self.subtree_children_first(dept_id);
        let gone: BTreeSet<DepartmentId> = dept_ids.iter().copied().collect();
        let moved_users: Vec<UserId> = {
            let members = dept_ids.iter().flat_map(|id| self.members(*id));
            members.map(|user| user.userid.clone()).collect::<BTreeSet<_>>().into_iter().collect()
        };
        for userid in &moved_users {
            self.leave_departments(userid, &gone);
        }
        for id in &dept_ids {
            self.take_department(*id);
        }
        Ok(Change::DepartmentsRemoved { dept_ids, moved_users })
    }

    /// Puts a changed copy in the place of a department.
    pub(super) fn change_department(
        &mut self,
        dept_id: DepartmentId,
        change: impl FnOnce(&mut Department),
    ) -> Result<Change, MutationError> {
        let before = self.existing(dept_id)?.clone();
        let mut after = before.clone();
        change(&mut after);
        self.put_department(after.clone());
        Ok(Change::DepartmentModified { before: Box::new(before), after: Box::new(after) })
    }

    pub(super) fn existing(&self, dept_id: DepartmentId) -> Result<&Department, MutationError> {
        self.department(dept_id).ok_or(MutationError::UnknownDepartment(dept_id))
    }

    fn parent_below_root(&self, dept_id: DepartmentId) -> Result<DepartmentId, MutationError> {
        self.existing(dept_id)?.parent_id.ok_or(MutationError::RootDepartment)
    }

    fn free_name(
        &self,
        parent_id: DepartmentId,
        dept_id: DepartmentId,
        name: &str,
    ) -> Result<(), MutationError> {
        let n_chars = name.chars().count();
        if n_chars == 0 || MAX_NAME_CHARS < n_chars || name.contains(FORBIDDEN_IN_NAMES) {
            return Err(MutationError::BadDepartmentName(name.to_owned()));
        }
        match self.children(parent_id).any(|child| child.name == name && child.dept_id != dept_id) {
            true => Err(MutationError::DuplicateSiblingName { parent_id, name: name.to_owned() }),
            false => Ok(()),
        }
    }

    fn leave_departments(&mut self, userid: &UserId, gone: &BTreeSet<DepartmentId>) {
        let Some(mut user) = self.user(userid).cloned() else { return };
        user.memberships.retain(|membership| !gone.contains(&membership.dept_id));
        if user.memberships.is_empty() {
            user.memberships = memberships_of(&user, &[DepartmentId::ROOT]);
        }
        self.put_user(user);
    }
}
