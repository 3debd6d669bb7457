//! A person as a SCIM User, with the enterprise extension, ours and DingTalk's.

use super::doubts::Doubts;
use super::extension::extension;
use super::phone::{Phone, phone};
use super::{Account, DINGTALK_USER, MOBILE, Object, USER};
use crate::codes;
use crate::limits::{MAX_NAME_BYTES, cut};
use crate::wire::lenient::{Flag, Whole};
use crate::wire::users::{Role, UnionEmployee, UnionLink, User};
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::{Diagnosis, Draft, Key};
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Optional attributes that are only there with details.
const DETAILS: &[&str] = &["manager_userid", "org_email_type", "extension_i18n"];

/// What only `user/get` shows and details are for.
const DETAILED: &[&str] = &[
    "dept_position_list",
    "manager_userid",
    "role_list",
    "real_authed",
    "senior",
    "union_emp_ext",
    "extension_i18n",
    "org_email_type",
    "create_time",
];

/// What a person is in one department.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Membership {
    /// The bigger comes first.
    pub(crate) order: Option<Whole>,
    pub(crate) leader: Option<Flag>,
    /// From here on only `user/get` knows.
    pub(crate) title: Option<String>,
    pub(crate) work_place: Option<String>,
    pub(crate) is_main: Option<Flag>,
}

/// A person's departments, as far as the application may see them.
pub(crate) type Memberships = BTreeMap<DepartmentId, Membership>;

/// The key of a person.
pub(crate) fn key(id: &UserId) -> Key {
    Key::new(USER.resource_type, id.as_str())
}

/// What a person is called in a log.
pub(crate) fn display_name(user: &User) -> &str {
    cut(user.name.as_deref().unwrap_or(user.userid.as_str()), MAX_NAME_BYTES)
}

/// The departments that `user/get` names, with all that it says about each; none if it cannot be told.
pub(crate) fn memberships(user: &User, details: bool) -> Option<Memberships> {
    let named = user.dept_id_list.as_ref()?.iter().copied().filter(|id| id.is_real());
    Some(memberships_in(user, named, details))
}

/// What `user/get` says about these departments.
pub(crate) fn memberships_in(
    user: &User,
    departments: impl Iterator<Item = DepartmentId>,
    details: bool,
) -> Memberships {
    let one = |id: DepartmentId| {
        let position = user.dept_position_list.iter().find(|position| details && position.dept_id == id);
        Membership {
            order: user
                .dept_order_list
                .iter()
                .find(|order| order.dept_id == id)
                .and_then(|order| order.order),
            leader: user
                .leader_in_dept
                .iter()
                .find(|leader| leader.dept_id == id)
                .and_then(|leader| leader.leader),
            title: position.and_then(|position| position.title.clone()),
            work_place: position.and_then(|position| position.work_place.clone()),
            is_main: position.and_then(|position| position.is_main),
        }
    };
    departments.map(|id| (id, one(id))).collect()
}

/// Map a person, and say what could not be mapped. With `details`, `user` is what `user/get` answered. Without
/// memberships it is not known which departments there are.
pub(crate) fn draft(
    user: &User,
    memberships: Option<&Memberships>,
    account: Account,
    details: bool,
) -> (Draft, Vec<Diagnosis>) {
    let mut doubts = Doubts::default();
    doubts.about_members(&user.oddities, |member| details || !DETAILED.contains(&member));
    doubts.diagnoses.extend(untold(user, memberships));
    let enterprise = Object::default()
        .text("employeeNumber", user.job_number.as_ref())
        .with("manager", user.manager_userid.as_ref().filter(|_| details).map(|id| json!({"value": id})));
    let document = Object::default()
        .with(
            "schemas",
            Some(json!([schema::USER, schema::ENTERPRISE_USER, schema::ORGANISATION_USER, DINGTALK_USER])),
        )
        .with("externalId", Some(user.userid.as_str()))
        .with("userName", Some(user.userid.as_str()))
        .text("displayName", user.name.as_ref())
        .with("name", user.name.as_ref().map(|name| json!({"formatted": name})))
        // DingTalk's own `active` says whether the account was activated; whoever is listed is employed.
        .with("active", is_active(account))
        .text("title", user.title.as_ref())
        .with("emails", typed([("work", user.org_email.clone()), ("other", user.email.clone())]))
        .with(
            "phoneNumbers",
            typed([("mobile", mobile(user, &mut doubts)), ("work", user.telephone.clone())]),
        )
        .with("photos", typed([("photo", user.avatar.clone())]))
        .filled(schema::ENTERPRISE_USER, enterprise)
        .with(
            schema::ORGANISATION_USER,
            memberships.map(|memberships| json!({"departments": departments(memberships)})),
        )
        .filled(DINGTALK_USER, own(user, details));
    let unasked = if details { &[] } else { DETAILS };
    let draft = Draft::new(&USER, key(&user.userid), display_name(user), document.0);
    let draft = doubts.applied(draft.without_word_of(&USER, unasked), &USER);
    // A number that was taken away may leave its country behind.
    (draft.showing(user.state_code.as_ref().map(|_| MOBILE)), doubts.diagnoses)
}

/// What DingTalk says of everybody, and does not say of this person.
fn untold(user: &User, memberships: Option<&Memberships>) -> impl Iterator<Item = Diagnosis> {
    let is_absent = |is_none, member| is_none && !user.oddities.unread.contains(member);
    let name = is_absent(user.name.is_none(), "name").then(codes::person_without_name);
    let is_nowhere = is_absent(user.dept_id_list.is_none(), "dept_id_list") && memberships.is_none();
    name.into_iter().chain(is_nowhere.then(codes::person_without_departments))
}

/// What is not known stays as it is held.
fn is_active(account: Account) -> Option<bool> {
    match account {
        Account::Enabled => Some(true),
        Account::Disabled => Some(false),
        Account::Unknown => None,
    }
}

fn mobile(user: &User, doubts: &mut Doubts) -> Option<String> {
    let mobile = user.mobile.as_deref()?;
    if user.oddities.unread.contains("state_code") {
        // Of which country it is was said, in a form that is not known.
        doubts.unknown("mobile");
        return None;
    }
    match phone(user.state_code.as_deref(), mobile) {
        Phone::E164(number) => Some(number),
        Phone::Doubtful(number) => {
            doubts.diagnoses.push(codes::phone_doubtful());
            Some(number)
        }
        Phone::WithoutCountry(number) => {
            doubts.diagnoses.push(codes::phone_without_country());
            Some(number)
        }
        Phone::NotUnderstood => {
            doubts.about("mobile", codes::phone_not_understood());
            None
        }
    }
}

/// The elements of `emails`, `phoneNumbers` or `photos`.
fn typed<const N: usize>(elements: [(&str, Option<String>); N]) -> Option<Value> {
    let present =
        elements.into_iter().filter_map(|(kind, value)| Some(json!({"type": kind, "value": value?})));
    let elements: Vec<Value> = present.collect();
    (!elements.is_empty()).then_some(Value::Array(elements))
}

fn departments(memberships: &Memberships) -> Value {
    let one = |(id, membership): (&DepartmentId, &Membership)| {
        Value::from(
            Object::default()
                .with("value", Some(id.to_string()))
                .digits("order", membership.order)
                .flag("leader", membership.leader)
                .text("title", membership.title.as_ref())
                .text("workPlace", membership.work_place.as_ref())
                .flag("primary", membership.is_main.filter(|Flag(is_main)| *is_main)),
        )
    };
    memberships.iter().map(one).collect()
}

fn own(user: &User, details: bool) -> Object {
    let own = Object::default()
        .text("unionid", user.unionid.as_ref())
        .flag("activated", user.active)
        .flag("admin", user.admin)
        .flag("boss", user.boss)
        .flag("hideMobile", user.hide_mobile)
        .flag("exclusiveAccount", user.exclusive_account)
        .text("exclusiveAccountType", user.exclusive_account_type.as_ref())
        .text("exclusiveAccountCorpId", user.exclusive_account_corp_id.as_ref())
        .text("exclusiveAccountCorpName", user.exclusive_account_corp_name.as_ref())
        .text("loginId", user.login_id.as_ref())
        .text("nickname", user.nickname.as_ref())
        .with("hiredDate", user.hired_date.map(|day| day.to_string()))
        .text("workPlace", user.work_place.as_ref())
        .text("remark", user.remark.as_ref())
        .with("extension", user.extension.as_deref().map(extension));
    if details { with_details(own, user) } else { own }
}

fn with_details(own: Object, user: &User) -> Object {
    own.flag("realAuthed", user.real_authed)
        .flag("senior", user.senior)
        .with("roles", user.role_list.as_deref().map(roles))
        .with("unionEmpExt", user.union_emp_ext.as_ref().map(union_employee))
        .text("extensionI18n", user.extension_i18n.as_ref())
        .text("orgEmailType", user.org_email_type.as_ref())
        .text("createTime", user.create_time.as_ref())
}

/// In order of id: DingTalk promises none, and another order is no change.
fn roles(roles: &[Role]) -> Value {
    let one = |role: &Role| {
        Object::default()
            .digits("id", Some(role.id))
            .text("name", role.name.as_ref())
            .text("group", role.group_name.as_ref())
    };
    let by_id: BTreeMap<Whole, Object> = roles.iter().map(|role| (role.id, one(role))).collect();
    by_id.into_values().map(Value::from).collect()
}

fn union_employee(union: &UnionEmployee) -> Object {
    let link = |link: &UnionLink| {
        let UnionLink { userid, corp_id } = link;
        Value::from(Object::default().text("userid", userid.as_ref()).text("corpId", corp_id.as_ref()))
    };
    Object::default().text("userid", union.userid.as_ref()).text("corpId", union.corp_id.as_ref()).with(
        "unionEmpMapList",
        union.union_emp_map_list.as_ref().map(|links| links.iter().map(link).collect::<Value>()),
    )
}

#[cfg(test)]
mod tests;
