//! An event: what happened, to which ids, when; how it is written for a receiver is in `body`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{CorpId, DepartmentId, UserId};

/// The name DingTalk gives to one event; the same in every push of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    /// The id written like this.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as it is written on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that happened in a company, told to all its applications whatever their scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its name.
    pub event_id: EventId,
    /// The company.
    pub corp_id: CorpId,
    /// What happened.
    pub kind: EventKind,
    /// To whom or what.
    pub ids: EventIds,
    /// When, in milliseconds since 1970.
    pub born_at_ms: u64,
    /// Who did it, if a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_staff_id: Option<UserId>,
    /// The profile's fields before and after, if a profile changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff_info: Option<DiffInfo>,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventIds {
    /// People.
    Users(Vec<UserId>),
    /// Departments.
    Departments(Vec<DepartmentId>),
    /// People and the roles given to them or taken from them.
    Labels {
        /// The people.
        users: Vec<UserId>,
        /// Numbers of the roles.
        labels: Vec<i64>,
        /// `add` or `remove`.
        action: LabelAction,
    },
    /// The company itself.
    Company,
}

/// What happened to roles of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelAction {
    /// Given.
    Add,
    /// Taken.
    Remove,
}

impl LabelAction {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
        }
    }
}

/// The fields of one profile that `diffInfo` shows, those that are set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffInfo {
    /// Whose profile.
    pub userid: UserId,
    /// As they were.
    pub prev: Map<String, Value>,
    /// As they are; a field that is missing here was cleared.
    pub curr: Map<String, Value>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)+) => {
        /// The contacts events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EventKind {
            $($(#[$doc])* $kind,)+
        }

        impl EventKind {
            /// All of them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$kind),+];

            /// As it is written on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// A person joined.
    UserAddOrg = "user_add_org",
    /// A person's profile in the company changed, their departments included.
    UserModifyOrg = "user_modify_org",
    /// A person left.
    UserLeaveOrg = "user_leave_org",
    /// A person who had joined logged in for the first time.
    UserActiveOrg = "user_active_org",
    /// A person became an administrator.
    OrgAdminAdd = "org_admin_add",
    /// A person is no administrator any more.
    OrgAdminRemove = "org_admin_remove",
    /// A department is new.
    OrgDeptCreate = "org_dept_create",
    /// A department was renamed, moved or changed; department 1 when the company was renamed.
    OrgDeptModify = "org_dept_modify",
    /// Departments are gone.
    OrgDeptRemove = "org_dept_remove",
    /// The company's own data changed.
    OrgChange = "org_change",
    /// The company was dissolved.
    OrgRemove = "org_remove",
    /// Roles were given to people or taken from them.
    LabelUserChange = "label_user_change",
}

impl EventKind {
    /// The kind written like this.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
