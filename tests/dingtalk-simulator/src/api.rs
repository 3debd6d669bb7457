//! The interfaces: which there are, what each asks for, who answers; the checks before an answer are in `gateway`.

mod callback;
mod connection;
mod departments;
mod organization;
mod page;
mod scopes;
mod token;
mod users;

use http::Method;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::ids::{CorpId, DepartmentId};
use crate::refusal::{self, Refusal};
use crate::request::{ApiRequest, Params};
use crate::state::{App, Company, permission};
use crate::switches::Switches;

pub(crate) use callback::{CallbackCall, wanted as wanted_callback};
pub(crate) use connection::open as open_connection;
pub(crate) use token::TokenCall;

/// Host of the old API.
const OLD_HOST: &str = "oapi.dingtalk.com";

/// Host of the new API.
const NEW_HOST: &str = "api.dingtalk.com";

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    Token(TokenCall),
    Callback(CallbackCall),
    OpenConnection,
    Read(Read),
}

/// A reading interface of the old API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Scopes,
    ListSub,
    ListSubId,
    Department,
    ParentsOfDepartment,
    ParentsOfUser,
    UserList,
    User,
    UserIds,
    UserNames,
    UserByMobile,
    UserByUnionId,
    UserCount,
    /// New API.
    Organization,
    /// New API.
    AccountStatus,
}

/// One call that passed the gateway.
pub(crate) struct Call<'a> {
    pub(crate) company: &'a Company,
    pub(crate) app: &'a App,
    pub(crate) params: &'a Params,
    pub(crate) switches: &'a Switches,
}

/// The good answer of an interface, before the envelope.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Goes under `result`.
    Result(Box<RawValue>),
    /// Is the whole body, which happens on old paths.
    Whole(Box<RawValue>),
}

/// Finds out what a request is for.
pub(crate) fn route(request: &ApiRequest) -> Result<Api, Refusal> {
    let path = request.path.as_str();
    let is_new = path.starts_with("/v1.0/") || request.host.eq_ignore_ascii_case(NEW_HOST);
    let is_elsewhere = is_new && request.host.eq_ignore_ascii_case(OLD_HOST);
    let callback = || CallbackCall::ALL.into_iter().find(|call| call.path() == path).map(Api::Callback);
    let connection = || (path == connection::PATH).then_some(Api::OpenConnection);
    let found = token_call(path).or_else(callback).or_else(connection).or_else(|| {
        let read = Read::ALL.into_iter().find(|read| read.path() == path);
        read.map(Api::Read)
    });
    match (found, is_new) {
        (Some(api), _) if !is_elsewhere && path.starts_with("/v1.0/") == is_new => Ok(api),
        (_, true) => Err(Refusal::UnknownPath),
        (_, false) => Err(Refusal::UnknownInterface { name: interface_name(path) }),
    }
}

fn token_call(path: &str) -> Option<Api> {
    let unified = || {
        let corp_id = path.strip_prefix("/v1.0/oauth2/")?.strip_suffix("/token")?;
        let is_name = !corp_id.is_empty() && !corp_id.contains('/');
        is_name.then(|| TokenCall::Unified(CorpId::from(corp_id)))
    };
    let call = match path {
        TokenCall::OLD_PATH => Some(TokenCall::Old),
        TokenCall::NEW_PATH => Some(TokenCall::New),
        _ => unified(),
    };
    call.map(Api::Token)
}

/// `/topapi/v2/user/get` is called `dingtalk.oapi.v2.user.get` in messages.
pub(crate) fn interface_name(path: &str) -> String {
    let path = path.strip_prefix("/topapi").unwrap_or(path);
    format!("dingtalk.oapi{}", path.replace('/', "."))
}

impl Read {
    const ALL: [Self; 15] = [
        Self::Scopes,
        Self::ListSub,
        Self::ListSubId,
        Self::Department,
        Self::ParentsOfDepartment,
        Self::ParentsOfUser,
        Self::UserList,
        Self::User,
        Self::UserIds,
        Self::UserNames,
        Self::UserByMobile,
        Self::UserByUnionId,
        Self::UserCount,
        Self::Organization,
        Self::AccountStatus,
    ];

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Scopes => "/auth/scopes",
            Self::ListSub => "/topapi/v2/department/listsub",
            Self::ListSubId => "/topapi/v2/department/listsubid",
            Self::Department => "/topapi/v2/department/get",
            Self::ParentsOfDepartment => "/topapi/v2/department/listparentbydept",
            Self::ParentsOfUser => "/topapi/v2/department/listparentbyuser",
            Self::UserList => "/topapi/v2/user/list",
            Self::User => "/topapi/v2/user/get",
            Self::UserIds => "/topapi/user/listid",
            Self::UserNames => "/topapi/user/listsimple",
            Self::UserByMobile => "/topapi/v2/user/getbymobile",
            Self::UserByUnionId => "/topapi/user/getbyunionid",
            Self::UserCount => "/topapi/user/count",
            Self::Organization => "/v1.0/contact/organizations/authInfos",
            Self::AccountStatus => "/v1.0/contact/orgAccounts/status",
        }
    }

    /// The permission point asked for.
    pub(crate) const fn permission(self) -> &'static str {
        match self {
            Self::Scopes => permission::BASE,
            Self::ListSub
            | Self::ListSubId
            | Self::Department
            | Self::ParentsOfDepartment
            | Self::ParentsOfUser => permission::DEPARTMENT_LIST,
            Self::UserList | Self::UserNames => permission::DEPARTMENT_MEMBER,
            // Not documented for the last two; reading one person is the nearest point.
            Self::User | Self::UserIds | Self::UserByUnionId | Self::UserCount => permission::MEMBER,
            Self::UserByMobile => permission::MEMBER_BY_MOBILE,
            Self::Organization => permission::ORGANIZATION,
            Self::AccountStatus => permission::ORG_ACCOUNTS,
        }
    }

    fn method(self) -> Method {
        if matches!(self, Self::Scopes | Self::Organization | Self::AccountStatus) {
            Method::GET
        } else {
            Method::POST
        }
    }

    /// Answers a call that passed the gateway.
    pub(crate) fn answer(self, method: &Method, call: &Call<'_>) -> Result<Answer, Refusal> {
        match (self.method() == *method, self) {
            (true, _) => {}
            (false, Self::Organization | Self::AccountStatus) => return Err(Refusal::UnknownPath),
            (false, Self::Scopes) => return Err(refusal::needs_get()),
            (false, _) => return Err(refusal::needs_post()),
        }
        if call.params.malformed {
            return Err(refusal::bad_parameter("body"));
        }
        match self {
            Self::Scopes => scopes::scopes(call),
            Self::ListSub => departments::list_sub(call),
            Self::ListSubId => departments::list_sub_id(call),
            Self::Department => departments::department(call),
            Self::ParentsOfDepartment => departments::parents_of_department(call),
            Self::ParentsOfUser => departments::parents_of_user(call),
            Self::UserList => users::list(call),
            Self::User => users::user(call),
            Self::UserIds => users::ids(call),
            Self::UserNames => users::names(call),
            Self::UserByMobile => users::by_mobile(call),
            Self::UserByUnionId => users::by_unionid(call),
            Self::UserCount => users::count(call),
            Self::Organization => organization::organization(call),
            Self::AccountStatus => organization::account_status(call),
        }
    }
}

impl Call<'_> {
    /// The department named by `dept_id`, which the caller may read.
    fn readable_department(&self) -> Result<DepartmentId, Refusal> {
        let dept_id = self.department_number()?;
        match self.company.covers_department(self.app, dept_id) {
            true => self.existing(dept_id),
            false => Err(refusal::department_outside_scope()),
        }
    }

    /// The department named by `dept_id`, whatever the caller may read.
    fn known_department(&self) -> Result<DepartmentId, Refusal> {
        self.existing(self.department_number()?)
    }

    fn department_number(&self) -> Result<DepartmentId, Refusal> {
        let number = self.params.department("dept_id").filter(|number| number.number() != 0);
        number.ok_or_else(|| refusal::bad_parameter("dept_id"))
    }

    fn existing(&self, dept_id: DepartmentId) -> Result<DepartmentId, Refusal> {
        let found = self.company.department(dept_id).map(|department| department.dept_id);
        found.ok_or_else(refusal::no_such_department)
    }
}

/// Writes a good answer that is the whole body.
fn whole(value: &impl Serialize) -> Result<Answer, Refusal> {
    to_raw_value(value).map(Answer::Whole).map_err(|_| refusal::unknown_error())
}

/// Writes a good answer. Nothing that the interfaces write can fail to be JSON: no map has keys but strings.
fn result(value: &impl Serialize) -> Result<Answer, Refusal> {
    to_raw_value(value).map(Answer::Result).map_err(|_| refusal::unknown_error())
}
