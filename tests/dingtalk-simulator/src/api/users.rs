//! The interfaces about people.

use serde::Serialize;
use serde_json::{Value, json};

use super::page::{Page, Pager};
use super::{Answer, Call, result};
use crate::ids::{DepartmentId, UnionId, UserId};
use crate::refusal::{self, Refusal};
use crate::state::{ExclusiveAccount, Role, User};
use crate::switches::{EnglishNames, UnknownUser};

/// Longest userid, in characters. Source: DingTalk, "create a user".
const MAX_USERID_CHARS: usize = 64;

/// What a list and a single answer both show of a person.
#[derive(Serialize)]
struct CommonFields<'a> {
    active: bool,
    admin: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<&'a str>,
    boss: bool,
    dept_id_list: Vec<DepartmentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    exclusive_account: bool,
    #[serde(flatten)]
    account: Option<&'a ExclusiveAccount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<&'a str>,
    hide_mobile: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    hired_date: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    telephone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<&'a UnionId>,
    userid: &'a UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    work_place: Option<&'a str>,
}

/// A person as `user/list` writes them.
#[derive(Serialize)]
struct ListedUser<'a> {
    #[serde(flatten)]
    common: CommonFields<'a>,
    dept_order: i64,
    leader: bool,
}

/// A person as `user/get` writes them.
#[derive(Serialize)]
struct WholeUser<'a> {
    #[serde(flatten)]
    common: CommonFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<&'a str>,
    dept_order_list: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dept_position_list: Vec<Position<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extension_i18n: Option<&'a str>,
    leader_in_dept: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_userid: Option<&'a UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_email_type: Option<&'a str>,
    real_authed: bool,
    #[serde(skip_serializing_if = "is_empty")]
    role_list: &'a [Role],
    senior: bool,
}

/// What a person is in one department, where it differs from what they are in general.
#[derive(Serialize)]
struct Position<'a> {
    dept_id: DepartmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_main: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work_place: Option<&'a str>,
}

/// `/topapi/v2/user/list`: the people directly in a department.
pub(super) fn list(call: &Call<'_>) -> Result<Answer, Refusal> {
    if !call.params.has("dept_id") {
        return Err(refusal::missing_parameter("dept_id"));
    }
    call.department_number()?;
    let page = Page::read(call, Pager::Users)?;
    let dept_id = call.readable_department()?;
    let body = page.fill(call, dept_id, |user| {
        let membership = user.membership(dept_id);
        ListedUser {
            common: common(call, user),
            dept_order: membership.map_or(0, |membership| membership.order),
            leader: membership.is_some_and(|membership| membership.leader),
        }
    })?;
    result(&body)
}

/// `/topapi/v2/user/get`: one person with all that is known of them.
pub(super) fn user(call: &Call<'_>) -> Result<Answer, Refusal> {
    let userid = readable_userid(call)?;
    match (call.company.user(&userid), call.switches.unknown_user) {
        (Some(user), _) => result(&whole(call, user)),
        (None, UnknownUser::Code60121) => Err(refusal::no_such_user()),
        (None, UnknownUser::Code33012) => Err(refusal::bad_userid()),
    }
}

/// `/topapi/user/listid`: who is directly in a department, whatever the scope.
pub(super) fn ids(call: &Call<'_>) -> Result<Answer, Refusal> {
    let dept_id = call.known_department()?;
    let userids: Vec<&UserId> = call.company.members(dept_id).map(|user| &user.userid).collect();
    result(&json!({ "userid_list": userids }))
}

/// `/topapi/user/listsimple`: names of the people directly in a department.
pub(super) fn names(call: &Call<'_>) -> Result<Answer, Refusal> {
    call.department_number()?;
    let page = Page::read(call, Pager::Names)?;
    let dept_id = call.readable_department()?;
    let body = page.fill(call, dept_id, |user| json!({ "userid": user.userid, "name": user.name }))?;
    result(&body)
}

/// `/topapi/v2/user/getbymobile`.
pub(super) fn by_mobile(call: &Call<'_>) -> Result<Answer, Refusal> {
    let mobile = call.params.text("mobile").ok_or_else(|| refusal::bad_parameter("mobile"))?;
    let digits = mobile.trim_start_matches('+').replace('-', "");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refusal::bad_mobile());
    }
    let user = find_by_mobile(call, &mobile).ok_or_else(refusal::no_such_user)?;
    readable(call, &user.userid)?;
    let exclusive: Vec<&UserId> = user.exclusive_account.iter().map(|_| &user.userid).collect();
    match call.params.boolean("support_exclusive_account_search") {
        Some(true) => result(&json!({ "userid": user.userid, "exclusive_account_userid_list": exclusive })),
        Some(false) | None => result(&json!({ "userid": user.userid })),
    }
}

/// `/topapi/user/getbyunionid`. External contacts are not simulated, so `contact_type` is 0.
pub(super) fn by_unionid(call: &Call<'_>) -> Result<Answer, Refusal> {
    let unionid = call.params.text("unionid").ok_or_else(|| refusal::bad_parameter("unionid"))?;
    let user = call.company.user_by_unionid(&UnionId::from(unionid)).ok_or_else(refusal::no_such_user)?;
    readable(call, &user.userid)?;
    result(&json!({ "contact_type": 0, "userid": user.userid }))
}

/// `/topapi/user/count`: how many people the company has, whatever the scope.
pub(super) fn count(call: &Call<'_>) -> Result<Answer, Refusal> {
    let only_active =
        call.params.boolean("only_active").ok_or_else(|| refusal::bad_parameter("only_active"))?;
    let count = call.company.users().filter(|user| user.active || !only_active).count();
    result(&json!({ "count": count }))
}

fn readable_userid(call: &Call<'_>) -> Result<UserId, Refusal> {
    let userid = call.params.text("userid").ok_or_else(|| refusal::bad_parameter("userid"))?;
    if userid.is_empty() || MAX_USERID_CHARS < userid.chars().count() {
        return Err(refusal::bad_userid());
    }
    let userid = UserId::from(userid);
    readable(call, &userid)?;
    Ok(userid)
}

/// Whether the scope covers a person. Somebody who does not exist is found missing later, not refused here.
fn readable(call: &Call<'_>, userid: &UserId) -> Result<(), Refusal> {
    match call.company.user(userid).is_none() || call.company.covers_user(call.app, userid) {
        true => Ok(()),
        false => Err(refusal::user_outside_scope()),
    }
}

fn find_by_mobile<'a>(call: &Call<'a>, mobile: &str) -> Option<&'a User> {
    match mobile.strip_prefix('+').and_then(|abroad| abroad.split_once('-')) {
        Some((code, number)) => {
            call.company.user_by_mobile(number).filter(|user| user.state_code.as_deref() == Some(code))
        }
        None => call.company.user_by_mobile(mobile),
    }
}

fn common<'a>(call: &Call<'a>, user: &'a User) -> CommonFields<'a> {
    let granted = call.app.field_permissions;
    let personal = |field: &'a Option<String>| field.as_deref().filter(|_| granted.personal);
    let mobile = |field: &'a Option<String>| field.as_deref().filter(|_| granted.mobile);
    CommonFields {
        active: user.active,
        admin: user.admin,
        avatar: user.avatar.as_deref(),
        boss: user.boss,
        dept_id_list: user.dept_ids().collect(),
        email: personal(&user.email),
        exclusive_account: user.exclusive_account.is_some(),
        account: user.exclusive_account.as_ref(),
        extension: personal(&user.extension),
        hide_mobile: user.hide_mobile,
        hired_date: user.hired_date,
        job_number: user.job_number.as_deref(),
        mobile: mobile(&user.mobile),
        name: Some(user.name.as_str()).filter(|_| named(call)),
        org_email: personal(&user.org_email),
        remark: personal(&user.remark),
        state_code: mobile(&user.state_code),
        telephone: user.telephone.as_deref(),
        title: user.title.as_deref(),
        unionid: Some(&user.unionid).filter(|unionid| **unionid != UnionId::default()),
        userid: &user.userid,
        work_place: personal(&user.work_place),
    }
}

fn named(call: &Call<'_>) -> bool {
    let english = call.params.text("language").as_deref() == Some("en_US");
    match call.switches.english_names {
        EnglishNames::Same => true,
        EnglishNames::Missing => !english,
    }
}

fn whole<'a>(call: &Call<'a>, user: &'a User) -> WholeUser<'a> {
    let memberships = user.memberships.iter();
    WholeUser {
        common: common(call, user),
        create_time: user.create_time.as_deref(),
        dept_order_list: memberships
            .clone()
            .map(|m| json!({ "dept_id": m.dept_id, "order": m.order }))
            .collect(),
        dept_position_list: positions(user),
        extension_i18n: user.extension_i18n.as_deref().filter(|_| call.app.field_permissions.personal),
        leader_in_dept: memberships.map(|m| json!({ "dept_id": m.dept_id, "leader": m.leader })).collect(),
        manager_userid: user.manager_userid.as_ref(),
        org_email_type: user.org_email_type.as_deref(),
        real_authed: user.real_authed,
        role_list: &user.roles,
        senior: user.senior,
    }
}

fn positions(user: &User) -> Vec<Position<'_>> {
    let described = user
        .memberships
        .iter()
        .filter(|membership| {
            membership.title.is_some() || membership.work_place.is_some() || membership.is_main.is_some()
        })
        .map(|membership| Position {
            dept_id: membership.dept_id,
            is_main: membership.is_main,
            title: membership.title.as_deref(),
            work_place: membership.work_place.as_deref(),
        });
    described.collect()
}

fn is_empty(roles: &&[Role]) -> bool {
    roles.is_empty()
}
