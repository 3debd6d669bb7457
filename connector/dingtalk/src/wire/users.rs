//! `user/list`, `user/get` and `user/listid`.

use super::envelope::Accepted;
use super::lenient::{Flag, ObjectMembers, Odd, Oddities, Raw, Whole, is_blank, wholly};
use super::{DepartmentId, Listing, Misread, UserId};
use crate::limits::{MAX_TEXT_BYTES, MEMBER_PAGE};
use time::Date;

/// A person. `user/list` and `user/get` answer the same members, and each some of its own.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) userid: UserId,
    pub(crate) unionid: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    /// "86", without a plus.
    pub(crate) state_code: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) hide_mobile: Option<Flag>,
    /// An extension number, or anything a person typed.
    pub(crate) telephone: Option<String>,
    pub(crate) job_number: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) org_email: Option<String>,
    pub(crate) work_place: Option<String>,
    pub(crate) remark: Option<String>,
    /// JSON text: the company's own fields.
    pub(crate) extension: Option<String>,
    /// All departments of the person, whichever was asked about, visible or not. None if it is absent or cannot be read,
    /// for nothing would tell such a person from one who left every department.
    pub(crate) dept_id_list: Option<Vec<DepartmentId>>,
    pub(crate) hired_date: Option<Date>,
    /// Whether the person has activated the account.
    pub(crate) active: Option<Flag>,
    pub(crate) admin: Option<Flag>,
    pub(crate) boss: Option<Flag>,
    pub(crate) exclusive_account: Option<Flag>,
    pub(crate) exclusive_account_type: Option<String>,
    pub(crate) exclusive_account_corp_id: Option<String>,
    pub(crate) exclusive_account_corp_name: Option<String>,
    pub(crate) login_id: Option<String>,
    pub(crate) nickname: Option<String>,

    /// In the department that was listed; the bigger comes first. Real ones exceed 2^53. `user/list` only.
    pub(crate) dept_order: Option<Whole>,
    /// Of the department that was listed. `user/list` only.
    pub(crate) leader: Option<Flag>,

    /// From here on `user/get` only.
    pub(crate) dept_order_list: Vec<DepartmentOrder>,
    pub(crate) leader_in_dept: Vec<DepartmentLeader>,
    pub(crate) dept_position_list: Vec<DepartmentPosition>,
    pub(crate) manager_userid: Option<UserId>,
    pub(crate) role_list: Option<Vec<Role>>,
    pub(crate) real_authed: Option<Flag>,
    pub(crate) senior: Option<Flag>,
    pub(crate) union_emp_ext: Option<UnionEmployee>,
    /// JSON, as it was sent.
    pub(crate) extension_i18n: Option<String>,
    pub(crate) org_email_type: Option<String>,
    pub(crate) create_time: Option<String>,

    /// Which of these could not be read.
    pub(crate) oddities: Oddities,
}

#[derive(Debug, Clone)]
pub(crate) struct DepartmentOrder {
    pub(crate) dept_id: DepartmentId,
    pub(crate) order: Option<Whole>,
}

#[derive(Debug, Clone)]
pub(crate) struct DepartmentLeader {
    pub(crate) dept_id: DepartmentId,
    pub(crate) leader: Option<Flag>,
}

#[derive(Debug, Clone)]
pub(crate) struct DepartmentPosition {
    pub(crate) dept_id: DepartmentId,
    pub(crate) title: Option<String>,
    pub(crate) work_place: Option<String>,
    pub(crate) is_main: Option<Flag>,
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: Whole,
    pub(crate) name: Option<String>,
    pub(crate) group_name: Option<String>,
}

/// The same person in associated organisations.
#[derive(Debug, Clone)]
pub(crate) struct UnionEmployee {
    pub(crate) userid: Option<String>,
    pub(crate) corp_id: Option<String>,
    pub(crate) union_emp_map_list: Option<Vec<UnionLink>>,
}

#[derive(Debug, Clone)]
pub(crate) struct UnionLink {
    pub(crate) userid: Option<String>,
    pub(crate) corp_id: Option<String>,
}

impl User {
    /// A person of whom the key can be read.
    fn read(mut members: ObjectMembers<'_>) -> Option<Self> {
        let userid = members.read("userid", Raw::user_id)?;
        Some(Self {
            userid,
            unionid: members.text("unionid"),
            name: members.text("name"),
            avatar: members.text("avatar"),
            state_code: members.text("state_code"),
            mobile: members.text("mobile"),
            hide_mobile: members.flag("hide_mobile"),
            telephone: members.text("telephone"),
            job_number: members.text("job_number"),
            title: members.text("title"),
            email: address(&mut members, "email"),
            org_email: address(&mut members, "org_email"),
            work_place: members.text("work_place"),
            remark: members.text("remark"),
            extension: members.embedded("extension"),
            dept_id_list: departments(&mut members),
            hired_date: members.read("hired_date", Raw::date),
            active: members.flag("active"),
            admin: members.flag("admin"),
            boss: members.flag("boss"),
            exclusive_account: members.flag("exclusive_account"),
            exclusive_account_type: members.text("exclusive_account_type"),
            exclusive_account_corp_id: members.text("exclusive_account_corp_id"),
            exclusive_account_corp_name: members.text("exclusive_account_corp_name"),
            login_id: members.text("login_id"),
            nickname: members.text("nickname"),
            dept_order: members.whole("dept_order"),
            leader: members.flag("leader"),
            dept_order_list: members.each("dept_order_list", DepartmentOrder::read),
            leader_in_dept: members.each("leader_in_dept", DepartmentLeader::read),
            dept_position_list: members.each("dept_position_list", DepartmentPosition::read),
            manager_userid: members.read("manager_userid", Raw::user_id),
            role_list: members.list("role_list", |raw| wholly(raw, Role::read)),
            real_authed: members.flag("real_authed"),
            senior: members.flag("senior"),
            union_emp_ext: members.object("union_emp_ext", UnionEmployee::read),
            extension_i18n: members.read("extension_i18n", json),
            org_email_type: members.text("org_email_type"),
            create_time: members.text("create_time"),
            oddities: members.oddities(),
        })
    }

    /// Whether the person names departments, and not this one. Special ones are of no account.
    fn is_of_another(&self, department: DepartmentId) -> bool {
        let mut named = self.dept_id_list.iter().flatten().filter(|id| id.is_real()).peekable();
        named.peek().is_some() && named.all(|id| *id != department)
    }
}

/// All departments of a person. That there is no such list is as odd as one that cannot be read.
fn departments(members: &mut ObjectMembers<'_>) -> Option<Vec<DepartmentId>> {
    members.demand("dept_id_list", |raw| raw.list(|raw| raw.department_id()))
}

/// An address of electronic mail: blanks around it are nobody's.
fn address(members: &mut ObjectMembers<'_>, name: &str) -> Option<String> {
    members.text(name).map(|text| text.trim_matches(is_blank).to_owned()).filter(|text| !text.is_empty())
}

/// Any JSON, or the content of a text.
fn json(raw: Raw<'_>) -> Result<Option<String>, Odd> {
    match raw.json.as_bytes().first() {
        Some(b'{' | b'[') if raw.json.len() <= MAX_TEXT_BYTES => Ok(Some(raw.json.to_owned())),
        Some(b't' | b'f') => Ok(Some(raw.json.to_owned())),
        Some(_) | None => raw.text(),
    }
}

impl DepartmentOrder {
    fn read(members: &mut ObjectMembers<'_>) -> Option<Self> {
        let dept_id = members.read("dept_id", Raw::department_id)?;
        Some(Self { dept_id, order: members.whole("order") })
    }
}

impl DepartmentLeader {
    fn read(members: &mut ObjectMembers<'_>) -> Option<Self> {
        let dept_id = members.read("dept_id", Raw::department_id)?;
        Some(Self { dept_id, leader: members.flag("leader") })
    }
}

impl DepartmentPosition {
    fn read(members: &mut ObjectMembers<'_>) -> Option<Self> {
        let dept_id = members.read("dept_id", Raw::department_id)?;
        let (title, work_place) = (members.text("title"), members.text("work_place"));
        Some(Self { dept_id, title, work_place, is_main: members.flag("is_main") })
    }
}

impl Role {
    fn read(members: &mut ObjectMembers<'_>) -> Option<Self> {
        let id = members.whole("id")?;
        Some(Self { id, name: members.text("name"), group_name: members.text("group_name") })
    }
}

impl UnionEmployee {
    fn read(members: &mut ObjectMembers<'_>) -> Self {
        let (userid, corp_id) = (members.text("userid"), members.text("corp_id"));
        let union_emp_map_list = members.list("union_emp_map_list", |raw| wholly(raw, UnionLink::read));
        Self { userid, corp_id, union_emp_map_list }
    }
}

impl UnionLink {
    fn read(members: &mut ObjectMembers<'_>) -> Option<Self> {
        Some(Self { userid: members.text("userid"), corp_id: members.text("corp_id") })
    }
}

/// One page of a department's direct members.
#[derive(Debug)]
pub(crate) struct UserPage {
    pub(crate) users: Listing<User>,
    /// Those who are listed and do not name the department that was asked about among theirs.
    pub(crate) strangers: Vec<UserId>,
    /// Where the next page begins; none after the last.
    pub(crate) next_cursor: Option<i64>,
}

/// Read the answer of `user/list` about this department that was asked for from `cursor` on. Whatever names nobody is an
/// empty page.
pub(crate) fn page(accepted: Accepted<'_>, of: DepartmentId, cursor: i64) -> Result<UserPage, Misread> {
    let users = Listing { items: Vec::new(), n_unread: 0 };
    let nobody = UserPage { users, strangers: Vec::new(), next_cursor: None };
    let Some(result) = accepted.result() else { return Ok(nobody) };
    let mut members = match result.members() {
        Ok(Some(members)) => members,
        Ok(None) => return Ok(nobody),
        Err(Odd) if result.says_nothing() => return Ok(nobody),
        Err(Odd) => return Err(Misread::expected("an object in result")),
    };
    let list = members.raw("list").map_or(Ok(None), Raw::page_elements);
    let list = list.map_err(|Odd| Misread::expected("a list of people in list"))?;
    // That there are more says that there are some.
    if list.is_none() && members.flag("has_more") == Some(Flag(true)) {
        return Err(Misread::expected("a list of people in list, as there are more"));
    }
    let elements = list.unwrap_or_default();
    let users = Listing::of(&elements, result.is_mended, User::read);
    let strangers = users.items.iter().filter(|user| user.is_of_another(of));
    let strangers: Vec<UserId> = strangers.map(|user| user.userid.clone()).collect();
    let next_cursor = next_cursor(&mut members, cursor, elements.len())?;
    Ok(UserPage { users, strangers, next_cursor })
}

/// On the last page the cursor may be there or not, and means nothing. Where nothing says whether it is the last, it is
/// when it is not full.
fn next_cursor(
    members: &mut ObjectMembers<'_>,
    cursor: i64,
    n_people: usize,
) -> Result<Option<i64>, Misread> {
    let next = members.whole("next_cursor").map(|Whole(next)| next);
    let is_full = usize::try_from(MEMBER_PAGE).is_ok_and(|full| full <= n_people);
    match (members.flag("has_more").map(|Flag(more)| more), next) {
        (Some(false), _) => Ok(None),
        (None, None) if !is_full => Ok(None),
        (None, Some(next)) if n_people == 0 || next <= cursor => Ok(None),
        (_, Some(next)) if cursor < next => Ok(Some(next)),
        (_, Some(_)) => Err(Misread::expected("next_cursor to advance")),
        (_, None) => Err(Misread::expected("next_cursor, as there are more")),
    }
}

/// Read the answer of `user/get` about this person.
pub(crate) fn user(accepted: Accepted<'_>, id: &UserId) -> Result<User, Misread> {
    let user = User::read(accepted.object()?).ok_or_else(|| Misread::expected("userid"))?;
    if user.userid == *id { Ok(user) } else { Err(Misread::other_person()) }
}

/// Read the answer of `listid`.
pub(crate) fn member_ids(accepted: Accepted<'_>) -> Result<Vec<UserId>, Misread> {
    accepted.id_list("userid_list", |raw| raw.user_id())
}

#[cfg(test)]
mod tests;
