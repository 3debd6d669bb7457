//! The interfaces that this connector uses: where each is, what it needs, and which rate limit counts it.

/// One interface of the old API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Api {
    Token,
    Scopes,
    ListChildren,
    Department,
    Ancestors,
    ListMembers,
    Person,
    ListChildIds,
    ListMemberIds,
    FailedDeliveries,
}

/// DingTalk's code for a permission, and its name in the console.
type Permission = (&'static str, &'static str);

const BASE: Permission = ("qyapi_base", "调用企业API基础权限");
const DEPARTMENT_LIST: Permission = ("qyapi_get_department_list", "通讯录部门信息读权限");
const DEPARTMENT_MEMBER: Permission = ("qyapi_get_department_member", "通讯录部门成员读权限");
const MEMBER: Permission = ("qyapi_get_member", "成员信息读权限");

/// The name in the console of the permission with this code; none of one that nothing here needs.
pub(crate) fn permission_name(code: &str) -> Option<&'static str> {
    let known = [BASE, DEPARTMENT_LIST, DEPARTMENT_MEMBER, MEMBER];
    known.into_iter().find(|(known, _)| *known == code).map(|(_, name)| name)
}

impl Api {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Token,
        Self::Scopes,
        Self::ListChildren,
        Self::Department,
        Self::Ancestors,
        Self::ListMembers,
        Self::Person,
        Self::ListChildIds,
        Self::ListMemberIds,
        Self::FailedDeliveries,
    ];

    /// Below the origin.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Token => "/gettoken",
            Self::Scopes => "/auth/scopes",
            Self::ListChildren => "/topapi/v2/department/listsub",
            Self::Department => "/topapi/v2/department/get",
            Self::Ancestors => "/topapi/v2/department/listparentbydept",
            Self::ListMembers => "/topapi/v2/user/list",
            Self::Person => "/topapi/v2/user/get",
            Self::ListChildIds => "/topapi/v2/department/listsubid",
            Self::ListMemberIds => "/topapi/user/listid",
            Self::FailedDeliveries => "/call_back/get_call_back_failed_result",
        }
    }

    /// The rate limit that counts it: DingTalk counts each interface by itself.
    pub(crate) fn bucket(self) -> &'static str {
        self.path().trim_start_matches('/')
    }

    /// Whether it is asked about one department.
    pub(crate) fn is_about_a_department(self) -> bool {
        match self {
            Self::ListChildren
            | Self::Department
            | Self::Ancestors
            | Self::ListMembers
            | Self::ListChildIds
            | Self::ListMemberIds => true,
            Self::Token | Self::Scopes | Self::Person | Self::FailedDeliveries => false,
        }
    }

    /// The permission that it needs: DingTalk's code for it, and its name in the console.
    pub(crate) fn permission(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Token => None,
            Self::Scopes | Self::FailedDeliveries => Some(BASE),
            Self::ListChildren | Self::Department | Self::Ancestors | Self::ListChildIds => {
                Some(DEPARTMENT_LIST)
            }
            Self::ListMembers => Some(DEPARTMENT_MEMBER),
            Self::Person | Self::ListMemberIds => Some(MEMBER),
        }
    }
}
