//! A department as the company knows it; what an answer shows of it is decided in `api::departments`.

use serde::{Deserialize, Serialize};

use crate::ids::{CorpId, DepartmentId, UserId};

/// A department. Optional fields that are `None` are absent from an answer, never null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its number; [`DepartmentId::UNASSIGNED`] in a department to be added.
    #[serde(default = "unassigned")]
    pub dept_id: DepartmentId,
    /// 1 to 64 characters; distinct among siblings.
    pub name: String,
    /// None = the root department, and only there; in a department to be added, "under the root".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<DepartmentId>,
    /// Position among siblings, smaller first; None = the number of the department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<i64>,
    /// A group chat is linked.
    #[serde(default)]
    pub create_dept_group: bool,
    /// New members join the group chat by themselves.
    #[serde(default)]
    pub auto_add_user: bool,
    /// Requests to join are approved by themselves.
    #[serde(default)]
    pub auto_approve_apply: bool,
    /// The group chat includes sub-departments.
    #[serde(default)]
    pub group_contain_sub_dept: bool,
    /// Hidden in the client; applications still see it.
    #[serde(default)]
    pub hide_dept: bool,
    /// Members see only themselves.
    #[serde(default)]
    pub outer_dept: bool,
    /// Employees may ask to join.
    #[serde(default)]
    pub emp_apply_join_dept: bool,
    /// Set when there is a group chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dept_group_chat_id: Option<String>,
    /// Owner of the group chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_dept_owner: Option<UserId>,
    /// Managers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dept_manager_userid_list: Vec<UserId>,
    /// Departments that may see this one though it is hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dept_permits: Vec<DepartmentId>,
    /// People who may see this one though it is hidden.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_permits: Vec<UserId>,
    /// Departments its members may see though it is an outer one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outer_permit_depts: Vec<DepartmentId>,
    /// People its members may see though it is an outer one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outer_permit_users: Vec<UserId>,
    /// Often `""`.
    #[serde(default)]
    pub brief: String,
    /// JSON text. DingTalk misspells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extention: Option<String>,
    /// Telephone of the department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// At most 30 characters, set by API only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Set by whoever created it by API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identifier: Option<String>,
    /// Schools: campus, period, grade, class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// JSON text, in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
    /// From an associated organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_union_org: Option<bool>,
    /// The department it stands for in an associated organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub union_dept_ext: Option<UnionDepartment>,
    /// Where it is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hide_scene_config: Option<SceneConfig>,
    /// Where it counts as an outer department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer_scene_config: Option<SceneConfig>,
}

impl Department {
    /// A department with nothing set but what it must have.
    #[must_use]
    pub fn new(dept_id: i64, name: impl Into<String>, parent_id: i64) -> Self {
        let parent_id = Some(DepartmentId::new(parent_id));
        Self { parent_id, ..Self::bare(DepartmentId::new(dept_id), name.into()) }
    }

    /// The root department of a company called `name`.
    pub(crate) fn root(name: String) -> Self {
        Self::bare(DepartmentId::ROOT, name)
    }

    /// Position among siblings, smaller first.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.order.unwrap_or(self.dept_id.number())
    }

    const fn bare(dept_id: DepartmentId, name: String) -> Self {
        Self {
            dept_id,
            name,
            parent_id: None,
            order: None,
            create_dept_group: false,
            auto_add_user: false,
            auto_approve_apply: false,
            group_contain_sub_dept: false,
            hide_dept: false,
            outer_dept: false,
            emp_apply_join_dept: false,
            dept_group_chat_id: None,
            org_dept_owner: None,
            dept_manager_userid_list: Vec::new(),
            dept_permits: Vec::new(),
            user_permits: Vec::new(),
            outer_permit_depts: Vec::new(),
            outer_permit_users: Vec::new(),
            brief: String::new(),
            extention: None,
            telephone: None,
            code: None,
            source_identifier: None,
            tags: None,
            ext: None,
            from_union_org: None,
            union_dept_ext: None,
            hide_scene_config: None,
            outer_scene_config: None,
        }
    }
}

/// A department of an associated organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnionDepartment {
    /// The other company.
    pub corp_id: CorpId,
    /// The department there.
    pub dept_id: DepartmentId,
}

/// Places of the client in which a department is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SceneConfig {
    /// On the whole.
    pub active: bool,
    /// Under a chat's title.
    pub chatbox_subtitle: bool,
    /// In the address book.
    pub node_list: bool,
    /// On a person's card.
    pub profile: bool,
    /// In search.
    pub search: bool,
}

const fn unassigned() -> DepartmentId {
    DepartmentId::UNASSIGNED
}
