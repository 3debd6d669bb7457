//! What an event means: which people, departments or roles changed, whatever the words that it came with. What to do
//! about it is in `actions`.

use crate::mapping::{department, user};
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::Key;
use rollcall_kit::limits::MAX_EVENT_SUBJECTS;
use rollcall_kit::live::Event;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is kept of a push: enough to read again what it names.
///
/// Events wait in the host's store, perhaps until another version of this connector reads them: members are only ever
/// added, and each may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Payload {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) users: BTreeSet<UserId>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) departments: BTreeSet<DepartmentId>,
    /// When it happened as DingTalk says, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_ms: Option<u64>,
    /// Whether some of what it named could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unclear: bool,
}

/// What an event means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// People joined, or what is known of them changed.
    UsersChanged(BTreeSet<UserId>),
    /// People are said to have left.
    UsersLeft(BTreeSet<UserId>),
    /// Departments are new.
    DepartmentsCreated(BTreeSet<DepartmentId>),
    /// Departments were renamed, moved or given other managers.
    DepartmentsChanged(BTreeSet<DepartmentId>),
    /// Departments are said to be gone.
    DepartmentsRemoved(BTreeSet<DepartmentId>),
    /// The organization's own data changed.
    OrganizationChanged,
    /// The organization was dissolved.
    OrganizationRemoved,
    /// People were given roles, or lost them.
    RolesGiven(BTreeSet<UserId>),
    /// Roles were renamed or removed, as this kind says; who has them is not said.
    RolesChanged(String),
    /// Something changed that no document shows.
    Irrelevant,
    /// A kind that this connector does not know.
    Unknown(String),
    /// Something of this kind changed, and it cannot be told what.
    Unclear(String),
}

impl Notice {
    /// What an event means: as much as can be told, and whether there is more.
    pub(crate) fn of(event: &Event) -> Vec<Self> {
        let Ok(payload) = serde_json::from_str::<Payload>(&event.payload) else {
            return vec![Self::Unclear(event.kind.clone())];
        };
        let unclear = payload.unclear;
        let notice = Self::read(&event.kind, payload);
        let doubt = (unclear && !matches!(notice, Self::Irrelevant | Self::Unknown(_) | Self::Unclear(_)))
            .then(|| Self::Unclear(event.kind.clone()));
        [Some(notice), doubt].into_iter().flatten().collect()
    }

    fn read(kind: &str, payload: Payload) -> Self {
        let Payload { users, departments, .. } = payload;
        match kind {
            "user_add_org" | "user_modify_org" | "user_active_org" | "org_admin_add" | "org_admin_remove" => {
                some(users, kind, Self::UsersChanged)
            }
            "user_leave_org" => some(users, kind, Self::UsersLeft),
            "org_dept_create" => some(departments, kind, Self::DepartmentsCreated),
            "org_dept_modify" => some(departments, kind, Self::DepartmentsChanged),
            "org_dept_remove" => some(departments, kind, Self::DepartmentsRemoved),
            "org_change" => Self::OrganizationChanged,
            "org_remove" => Self::OrganizationRemoved,
            "label_user_change" => some(users, kind, Self::RolesGiven),
            "label_conf_del" | "label_conf_modify" => Self::RolesChanged(kind.to_owned()),
            // Nobody has it yet.
            "label_conf_add" => Self::Irrelevant,
            super::push::UNREADABLE => Self::Unclear(kind.to_owned()),
            _ => Self::Unknown(kind.to_owned()),
        }
    }
}

impl Payload {
    /// As it is kept.
    pub(crate) fn to_json(&self) -> String {
        // Sets of texts and numbers have no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The event of this kind that carries it.
    pub(crate) fn into_event(self, id: String, kind: &str) -> Event {
        Event {
            id,
            kind: kind.to_owned(),
            payload: self.to_json(),
            occurred_at_ms: self.at_ms,
            subjects: self.subjects(),
        }
    }

    /// What it names, as far as a host shows it: departments first, and only those that a platform could hold.
    fn subjects(&self) -> Vec<Key> {
        let departments = self.departments.iter().filter(|id| id.is_real()).map(|id| department::key(*id));
        departments.chain(self.users.iter().map(user::key)).take(MAX_EVENT_SUBJECTS).collect()
    }

    /// Whether its time tells one moment from the next: not a time in whole seconds, in which much can happen.
    pub(crate) fn tells_its_moment(&self) -> bool {
        self.at_ms.is_some_and(|at_ms| !at_ms.is_multiple_of(1_000))
    }

    /// Whether it names any object.
    pub(crate) fn names_something(&self) -> bool {
        !self.users.is_empty() || !self.departments.is_empty()
    }

    /// The same in parts whose ids take about so many bytes at most; at least one part.
    pub(crate) fn parts(self, max_bytes: usize) -> Vec<Self> {
        let Self { users, departments, at_ms, unclear } = self;
        let mut parts = Parts {
            done: Vec::new(),
            last: Self { at_ms, unclear, ..Self::default() },
            n_bytes: 0,
            max_bytes,
        };
        for id in departments {
            parts.make_room(id.to_string().len());
            parts.last.departments.insert(id);
        }
        for id in users {
            // A character of JSON takes six bytes at most, and an id's are plain as a rule.
            let n_escaped = id.as_str().bytes().map(|byte| if byte.is_ascii_control() { 6 } else { 2 });
            parts.make_room(n_escaped.sum());
            parts.last.users.insert(id);
        }
        parts.done.push(parts.last);
        parts.done
    }
}

struct Parts {
    done: Vec<Payload>,
    last: Payload,
    n_bytes: usize,
    max_bytes: usize,
}

impl Parts {
    fn make_room(&mut self, n_bytes: usize) {
        if self.max_bytes < self.n_bytes + n_bytes && self.last.names_something() {
            let next = Payload { at_ms: self.last.at_ms, unclear: self.last.unclear, ..Payload::default() };
            self.done.push(std::mem::replace(&mut self.last, next));
            self.n_bytes = 0;
        }
        self.n_bytes += n_bytes + 3;
    }
}

/// A notice about these objects, unless it names none: then it cannot be told what changed.
fn some<Id>(ids: BTreeSet<Id>, kind: &str, notice: impl FnOnce(BTreeSet<Id>) -> Notice) -> Notice {
    if ids.is_empty() { Notice::Unclear(kind.to_owned()) } else { notice(ids) }
}

#[cfg(test)]
mod tests;
