//! What a batch of notices asks for, as one pure function. Doing it is `handle`'s part.

use super::notice::Notice;
use crate::codes;
use crate::mapping::{department, user};
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::{Diagnosis, Key};
use std::collections::BTreeSet;

/// What notices ask for, each thing once, whatever their number and order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Actions {
    /// Departments to read again.
    pub(crate) departments: BTreeSet<DepartmentId>,
    /// Of these, the ones below which much changes if they came into view or left it: nothing is pushed for what is
    /// below a department that is moved.
    pub(crate) subtrees: BTreeSet<DepartmentId>,
    /// People to read again.
    pub(crate) users: BTreeSet<UserId>,
    /// People of whose roles alone is spoken.
    pub(crate) roles: BTreeSet<UserId>,
    /// Kinds of change of roles themselves.
    pub(crate) roles_changed: BTreeSet<String>,
    /// Kinds of change of which only a full reading can find the objects.
    pub(crate) full: BTreeSet<String>,
    /// Kinds of change about which nothing is done.
    pub(crate) ignored: BTreeSet<String>,
    /// Why nothing more must be done.
    pub(crate) stop: Option<Diagnosis>,
}

impl Actions {
    /// What to read again, departments before the people in them.
    pub(crate) fn refresh(&self) -> Vec<Key> {
        let departments = self.departments.iter().map(|id| department::key(*id));
        departments.chain(self.users.iter().map(user::key)).collect()
    }

    /// What these and those ask for.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        let Self { departments, subtrees, users, roles, roles_changed, full, ignored, stop } = other;
        self.departments.extend(departments);
        self.subtrees.extend(subtrees);
        self.users.extend(users.iter().cloned());
        self.roles.extend(roles.iter().cloned());
        self.roles_changed.extend(roles_changed.iter().cloned());
        self.full.extend(full.iter().cloned());
        self.ignored.extend(ignored.iter().cloned());
        self.stop = self.stop.or_else(|| stop.clone());
        self
    }

    /// Follow changes of roles too, for documents that show them.
    pub(crate) fn follow_roles(&mut self) {
        self.users.append(&mut self.roles);
        self.full.append(&mut self.roles_changed);
    }
}

/// What these notices ask for. All of them are hints: what is said to be gone is asked about like everything else.
pub(crate) fn plan(notices: impl IntoIterator<Item = Notice>) -> Actions {
    let mut actions = Actions::default();
    for notice in notices {
        actions.add(notice);
    }
    actions
}

impl Actions {
    fn add(&mut self, notice: Notice) {
        match notice {
            Notice::UsersChanged(ids) | Notice::UsersLeft(ids) => self.users.extend(ids),
            Notice::DepartmentsChanged(ids) => {
                self.subtrees.extend(ids.iter().filter(|id| id.is_real()));
                self.add_departments(ids);
            }
            Notice::DepartmentsCreated(ids) | Notice::DepartmentsRemoved(ids) => self.add_departments(ids),
            Notice::OrganizationChanged => self.add_departments(BTreeSet::from([DepartmentId::ROOT])),
            Notice::OrganizationRemoved => self.stop = Some(codes::organization_dissolved()),
            Notice::RolesGiven(ids) => self.roles.extend(ids),
            Notice::RolesChanged(kind) => {
                self.roles_changed.insert(kind);
            }
            Notice::Irrelevant => {}
            Notice::Unknown(kind) => {
                self.ignored.insert(kind);
            }
            Notice::Unclear(kind) => {
                self.full.insert(kind);
            }
        }
    }

    /// Special departments with negative ids cannot be asked about and are in no document.
    fn add_departments(&mut self, ids: BTreeSet<DepartmentId>) {
        self.departments.extend(ids.into_iter().filter(|id| id.is_real()));
    }
}
