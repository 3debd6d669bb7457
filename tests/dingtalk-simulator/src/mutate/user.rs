//! The rules of changing people; lengths of their attributes are not checked, readers must cope with any.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Change, MutationError, memberships_of, patched};
use crate::ids::{DepartmentId, UnionId, UserId};
use crate::state::{Company, User};

/// Longest userid, in characters. Source: DingTalk, "create a user".
const MAX_USERID_CHARS: usize = 64;

impl Company {
    pub(super) fn add_user(&mut self, user: &User) -> Result<Change, MutationError> {
        let mut user = user.clone();
        let userid = user.userid.clone();
        let n_chars = userid.as_str().chars().count();
        if n_chars == 0 || MAX_USERID_CHARS < n_chars {
            return Err(MutationError::BadUserId(userid));
        }
        if self.user(&userid).is_some() {
            return Err(MutationError::UserInUse(userid));
        }
        if user.unionid == UnionId::default() {
            user.unionid = User::new(userid.clone(), "").unionid;
        }
        self.consistent(&user)?;
        self.put_user(user);
        Ok(Change::UserAdded { userid })
    }

    pub(super) fn patch_user(
        &mut self,
        userid: &UserId,
        patch: &Map<String, Value>,
    ) -> Result<Change, MutationError> {
        let before = self.employee(userid)?;
        let subject = format!("user {userid}");
        let after: User = match patched(before, patch) {
            Ok(after) => after,
            Err(source) => return Err(MutationError::BadPatch { subject, source }),
        };
        match after.userid == *userid {
            true => self.replace_user(after),
            false => Err(MutationError::FixedField { subject, field: "userid" }),
        }
    }

    pub(super) fn set_account(&mut self, userid: &UserId, disabled: bool) -> Result<Change, MutationError> {
        let before = self.employee(userid)?.clone();
        self.put_user(User { account_disabled: disabled, ..before });
        Ok(Change::AccountChanged { userid: userid.clone() })
    }

    pub(super) fn move_user(
        &mut self,
        userid: &UserId,
        dept_ids: &[DepartmentId],
    ) -> Result<Change, MutationError> {
        let before = self.employee(userid)?;
        self.replace_user(User { memberships: memberships_of(before, dept_ids), ..before.clone() })
    }

    pub(super) fn remove_user(&mut self, userid: &UserId) -> Result<Change, MutationError> {
        let user = self.take_user(userid).ok_or_else(|| MutationError::UnknownUser(userid.clone()))?;
        Ok(Change::UserRemoved { user: Box::new(user) })
    }

    fn replace_user(&mut self, after: User) -> Result<Change, MutationError> {
        self.consistent(&after)?;
        let before = self.employee(&after.userid)?.clone();
        self.put_user(after.clone());
        Ok(Change::UserModified { before: Box::new(before), after: Box::new(after) })
    }

    fn employee(&self, userid: &UserId) -> Result<&User, MutationError> {
        self.user(userid).ok_or_else(|| MutationError::UnknownUser(userid.clone()))
    }

    fn consistent(&self, user: &User) -> Result<(), MutationError> {
        self.sound_memberships(user)?;
        let mobile = user.mobile.as_deref().and_then(|mobile| self.user_by_mobile(mobile));
        if let Some(other) = mobile.filter(|other| other.userid != user.userid) {
            return Err(MutationError::MobileInUse(user.userid.clone(), other.userid.clone()));
        }
        let unionid = Some(&user.unionid).filter(|unionid| **unionid != UnionId::default());
        let holder = unionid.and_then(|unionid| self.user_by_unionid(unionid));
        match holder.filter(|other| other.userid != user.userid) {
            Some(other) => Err(MutationError::UnionIdInUse(user.userid.clone(), other.userid.clone())),
            None => Ok(()),
        }
    }

    fn sound_memberships(&self, user: &User) -> Result<(), MutationError> {
        let mut seen = BTreeSet::new();
        for dept_id in user.dept_ids() {
            self.existing(dept_id)?;
            if !seen.insert(dept_id) {
                return Err(MutationError::DuplicateMembership { userid: user.userid.clone(), dept_id });
            }
        }
        match seen.is_empty() {
            true => Err(MutationError::NoDepartment(user.userid.clone())),
            false => Ok(()),
        }
    }
}
