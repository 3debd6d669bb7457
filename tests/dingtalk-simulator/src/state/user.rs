//! A person as the company knows them; what an answer shows is decided in `api::users`.

use serde::{Deserialize, Serialize};

use crate::ids::{CorpId, DepartmentId, UnionId, UserId};

/// An employee. `None` is absent from an answer and `Some("")` is an empty string in it; both mean "not set".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// At most 64 characters, unique in the company.
    pub userid: UserId,
    /// Unique among the companies of a developer account; made from `userid` when left empty at first. One that is emptied
    /// later is left out of answers, as that of an enterprise account may be.
    #[serde(default)]
    pub unionid: UnionId,
    /// At most 80 characters.
    pub name: String,
    /// The departments, in the order of `dept_id_list`; at least one.
    pub memberships: Vec<Membership>,
    /// A picture's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    /// Country code without a plus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_code: Option<String>,
    /// Number without country code; unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// The client does not show the number.
    #[serde(default)]
    pub hide_mobile: bool,
    /// Extension number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// Not unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_number: Option<String>,
    /// Common to all departments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Personal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address in the company's own domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_email: Option<String>,
    /// `profession` or `base`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_email_type: Option<String>,
    /// Office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_place: Option<String>,
    /// Remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// JSON text of the company's own fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// JSON text of the same in other languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_i18n: Option<String>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hired_date: Option<i64>,
    /// As captured: `2024-07-15T07:05:43.000Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// Has logged into DingTalk.
    #[serde(default = "yes")]
    pub active: bool,
    /// Administrator.
    #[serde(default)]
    pub admin: bool,
    /// Owner.
    #[serde(default)]
    pub boss: bool,
    /// Executive mode.
    #[serde(default)]
    pub senior: bool,
    /// Has proved their name.
    #[serde(default)]
    pub real_authed: bool,
    /// Direct manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_userid: Option<UserId>,
    /// Roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// Set when the account belongs to the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_account: Option<ExclusiveAccount>,
    /// The company has disabled the account that it owns. Nothing but `orgAccounts/status` shows it.
    #[serde(default)]
    pub account_disabled: bool,
    /// Access-restricted: lists leave the person out unless asked by `contain_access_limit`.
    #[serde(default)]
    pub access_limited: bool,
}

impl User {
    /// A person of the root department with nothing set but what everybody has.
    #[must_use]
    pub fn new(userid: impl Into<UserId>, name: impl Into<String>) -> Self {
        Self::bare(userid.into(), name.into())
    }

    /// The same person in these departments instead.
    #[must_use]
    pub fn in_departments(mut self, dept_ids: impl IntoIterator<Item = i64>) -> Self {
        self.memberships = dept_ids.into_iter().map(|id| Membership::new(DepartmentId::new(id))).collect();
        self
    }

    /// The departments, in the order of `dept_id_list`.
    pub fn dept_ids(&self) -> impl Iterator<Item = DepartmentId> {
        self.memberships.iter().map(|membership| membership.dept_id)
    }

    /// The membership of one department.
    #[must_use]
    pub fn membership(&self, dept_id: DepartmentId) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.dept_id == dept_id)
    }

    fn bare(userid: UserId, name: String) -> Self {
        Self {
            unionid: UnionId::new(format!("{userid}iE")),
            userid,
            name,
            memberships: vec![Membership::new(DepartmentId::ROOT)],
            avatar: None,
            state_code: None,
            mobile: None,
            hide_mobile: false,
            telephone: None,
            job_number: None,
            title: None,
            email: None,
            org_email: None,
            org_email_type: None,
            work_place: None,
            remark: None,
            extension: None,
            extension_i18n: None,
            hired_date: None,
            create_time: None,
            active: true,
            admin: false,
            boss: false,
            senior: false,
            real_authed: false,
            manager_userid: None,
            roles: Vec::new(),
            exclusive_account: None,
            account_disabled: false,
            access_limited: false,
        }
    }
}

/// What a person is in one department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The department.
    pub dept_id: DepartmentId,
    /// Position in it, bigger first; real ones are about 1.76e17.
    #[serde(default = "default_order")]
    pub order: i64,
    /// Leader of this department.
    #[serde(default)]
    pub leader: bool,
    /// Title in this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Office in this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_place: Option<String>,
    /// The main one of the person's departments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_main: Option<bool>,
}

impl Membership {
    /// An ordinary member of the department.
    #[must_use]
    pub const fn new(dept_id: DepartmentId) -> Self {
        Self { dept_id, order: default_order(), leader: false, title: None, work_place: None, is_main: None }
    }
}

/// A role a person has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its number, an int64.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The group of roles it belongs to.
    pub group_name: String,
}

/// A company-owned account ("企业账号").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExclusiveAccount {
    /// `sso` or `dingtalk`.
    pub exclusive_account_type: String,
    /// Name to log in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_id: Option<String>,
    /// Nickname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The company that owns the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_account_corp_id: Option<CorpId>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive_account_corp_name: Option<String>,
}

/// An order as a real directory has it: above 2^53, so that a reader through floating point loses digits.
const fn default_order() -> i64 {
    176_220_178_909_140_512
}

const fn yes() -> bool {
    true
}
