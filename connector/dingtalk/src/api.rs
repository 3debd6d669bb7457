//! The interfaces that this connector uses: where each is, what it needs, and which rate limit counts it.

/// Which of DingTalk's two APIs it is: each has an origin, and words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `errcode` in an answer of status 200; the token in the address.
    Old,
    /// A status, and `code` in a refusal; the token in a header.
    New,
}

/// One interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Api {
    /// The secret, in a body, for a token.
    AccessToken,
    /// The secret, in an address, for a token.
    GetToken,
    Scopes,
    ListChildren,
    Department,
    Ancestors,
    ListMembers,
    Person,
    ListChildIds,
    ListMemberIds,
    FailedDeliveries,
    /// Of an account that the company owns.
    AccountStatus,
}

/// DingTalk's code for a permission, and its name in the console.
type Permission = (&'static str, &'static str);

const BASE: Permission = ("qyapi_base", "调用企业API基础权限");
const DEPARTMENT_LIST: Permission = ("qyapi_get_department_list", "通讯录部门信息读权限");
const DEPARTMENT_MEMBER: Permission = ("qyapi_get_department_member", "通讯录部门成员读权限");
const MEMBER: Permission = ("qyapi_get_member", "成员信息读权限");
const ORG_ACCOUNT: Permission = ("Contact.OrgAccountSecurity.ReadWrite", "通讯录企业账号安全数据读写权限");

/// The name in the console of the permission with this code; none of one that nothing here needs.
pub(crate) fn permission_name(code: &str) -> Option<&'static str> {
    let known = [BASE, DEPARTMENT_LIST, DEPARTMENT_MEMBER, MEMBER, ORG_ACCOUNT];
    known.into_iter().find(|(known, _)| *known == code).map(|(_, name)| name)
}

impl Api {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::AccessToken,
        Self::GetToken,
        Self::Scopes,
        Self::ListChildren,
        Self::Department,
        Self::Ancestors,
        Self::ListMembers,
        Self::Person,
        Self::ListChildIds,
        Self::ListMemberIds,
        Self::FailedDeliveries,
        Self::AccountStatus,
    ];

    /// Below the origin.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::AccessToken => "/v1.0/oauth2/accessToken",
            Self::GetToken => "/gettoken",
            Self::Scopes => "/auth/scopes",
            Self::ListChildren => "/topapi/v2/department/listsub",
            Self::Department => "/topapi/v2/department/get",
            Self::Ancestors => "/topapi/v2/department/listparentbydept",
            Self::ListMembers => "/topapi/v2/user/list",
            Self::Person => "/topapi/v2/user/get",
            Self::ListChildIds => "/topapi/v2/department/listsubid",
            Self::ListMemberIds => "/topapi/user/listid",
            Self::FailedDeliveries => "/call_back/get_call_back_failed_result",
            Self::AccountStatus => "/v1.0/contact/orgAccounts/status",
        }
    }

    /// The rate limit that counts it: DingTalk counts each interface by itself.
    pub(crate) fn bucket(self) -> &'static str {
        self.path().trim_start_matches('/')
    }

    /// How it speaks.
    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::AccessToken | Self::AccountStatus => Dialect::New,
            Self::GetToken
            | Self::Scopes
            | Self::ListChildren
            | Self::Department
            | Self::Ancestors
            | Self::ListMembers
            | Self::Person
            | Self::ListChildIds
            | Self::ListMemberIds
            | Self::FailedDeliveries => Dialect::Old,
        }
    }

    /// The setting that says where it is.
    pub(crate) fn base(self) -> &'static str {
        match self.dialect() {
            Dialect::Old => "oapi_base",
            Dialect::New => "api_base",
        }
    }

    /// Whether it gives a token, and so needs none.
    pub(crate) fn gives_a_token(self) -> bool {
        matches!(self, Self::AccessToken | Self::GetToken)
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
            Self::AccessToken
            | Self::GetToken
            | Self::Scopes
            | Self::Person
            | Self::FailedDeliveries
            | Self::AccountStatus => false,
        }
    }

    /// The permission that it needs: DingTalk's code for it, and its name in the console.
    pub(crate) fn permission(self) -> Option<Permission> {
        match self {
            Self::AccessToken | Self::GetToken => None,
            Self::Scopes | Self::FailedDeliveries => Some(BASE),
            Self::ListChildren | Self::Department | Self::Ancestors | Self::ListChildIds => {
                Some(DEPARTMENT_LIST)
            }
            Self::ListMembers => Some(DEPARTMENT_MEMBER),
            Self::Person | Self::ListMemberIds => Some(MEMBER),
            Self::AccountStatus => Some(ORG_ACCOUNT),
        }
    }
}
