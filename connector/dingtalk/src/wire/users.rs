//! `user/list` and `user/get`.

use super::departments::{BadItem, member};
use super::envelope::Accepted;
use super::lenient::{self, Flag, Whole};
use super::{DepartmentId, Misread, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A person. `user/list` and `user/get` answer the same members, and each some of its own.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct User {
    pub(crate) userid: UserId,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) unionid: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) avatar: Option<String>,
    /// "86", without a plus.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) state_code: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) mobile: Option<String>,
    pub(crate) hide_mobile: Option<Flag>,
    /// An extension number, or anything a person typed.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) telephone: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) job_number: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) title: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) email: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) org_email: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) work_place: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) remark: Option<String>,
    /// JSON text: the company's own fields.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) extension: Option<String>,
    /// All departments of the person, whichever was asked about, visible or not. Never absent: a person without this list
    /// is not understood, for nothing would tell them from one who left every department.
    pub(crate) dept_id_list: Vec<DepartmentId>,
    /// Milliseconds since 1970 UTC.
    #[serde(default, deserialize_with = "lenient::whole")]
    pub(crate) hired_date: Option<Whole>,
    /// Whether the person has activated the account.
    pub(crate) active: Option<Flag>,
    pub(crate) admin: Option<Flag>,
    pub(crate) boss: Option<Flag>,
    pub(crate) exclusive_account: Option<Flag>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) exclusive_account_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) exclusive_account_corp_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) exclusive_account_corp_name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) login_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) nickname: Option<String>,

    /// In the department that was listed; the bigger comes first. Real ones exceed 2^53. `user/list` only.
    pub(crate) dept_order: Option<Whole>,
    /// Of the department that was listed. `user/list` only.
    pub(crate) leader: Option<Flag>,

    /// From here on `user/get` only.
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) dept_order_list: Vec<DepartmentOrder>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) leader_in_dept: Vec<DepartmentLeader>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) dept_position_list: Vec<DepartmentPosition>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) manager_userid: Option<String>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) role_list: Vec<Role>,
    pub(crate) real_authed: Option<Flag>,
    pub(crate) senior: Option<Flag>,
    pub(crate) union_emp_ext: Option<UnionEmployee>,
    pub(crate) extension_i18n: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) org_email_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) create_time: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DepartmentOrder {
    pub(crate) dept_id: DepartmentId,
    pub(crate) order: Option<Whole>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DepartmentLeader {
    pub(crate) dept_id: DepartmentId,
    pub(crate) leader: Option<Flag>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct DepartmentPosition {
    pub(crate) dept_id: DepartmentId,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) title: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) work_place: Option<String>,
    pub(crate) is_main: Option<Flag>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: Whole,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) group_name: Option<String>,
}

/// The same person in associated organisations.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct UnionEmployee {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) userid: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) corp_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) union_emp_map_list: Vec<UnionLink>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct UnionLink {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) userid: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) corp_id: Option<String>,
}

/// One page of a department's direct members.
#[derive(Debug)]
pub(crate) struct Page {
    /// Each that could be read, and what is wrong with each that could not.
    pub(crate) users: Vec<Result<User, BadItem>>,
    /// Where the next page begins; none after the last.
    pub(crate) next_cursor: Option<i64>,
}

/// Read the answer of `user/list` that was asked for from `cursor` on.
pub(crate) fn page(accepted: Accepted<'_>, cursor: i64) -> Result<Page, Misread> {
    #[derive(Deserialize)]
    struct Body<'a> {
        has_more: Flag,
        next_cursor: Option<Whole>,
        #[serde(borrow)]
        list: Vec<&'a RawValue>,
    }
    let body: Body<'_> = serde_json::from_str(accepted.result.unwrap_or("null"))?;
    // On the last page the cursor may be there or not, and means nothing.
    let next_cursor = match (body.has_more, body.next_cursor) {
        (Flag(false), _) => None,
        (Flag(true), Some(Whole(next))) if cursor < next => Some(next),
        (Flag(true), Some(_)) => return Err(Misread("expected next_cursor to advance".to_owned())),
        (Flag(true), None) => return Err(Misread("expected next_cursor, as has_more is true".to_owned())),
    };
    Ok(Page { users: body.list.into_iter().map(user_item).collect(), next_cursor })
}

/// Read the answer of `user/get`.
pub(crate) fn user(accepted: Accepted<'_>) -> Result<User, Misread> {
    Ok(serde_json::from_str(accepted.result.unwrap_or("null"))?)
}

fn user_item(item: &RawValue) -> Result<User, BadItem> {
    serde_json::from_str(item.get()).map_err(|error| BadItem {
        id: member(item, "userid")
            .and_then(|id| serde_json::from_str::<UserId>(id).ok())
            .map(|id| id.as_str().to_owned()),
        why: culprit(item).unwrap_or_else(|| Misread::from(error)),
    })
}

/// Which member of a person cannot be read, found by reading each of them alone.
fn culprit(item: &RawValue) -> Option<Misread> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(item.get()).ok()?;
    members.iter().filter(|(name, _)| *name != "userid").find_map(|(name, value)| {
        let needed = if name == "dept_id_list" { "" } else { r#""dept_id_list":[],"# };
        let name_json = serde_json::Value::from(name.as_str());
        let alone = format!(r#"{{"userid":"-",{needed}{name_json}:{}}}"#, value.get());
        let Misread(why) = serde_json::from_str::<User>(&alone).err()?.into();
        let why = why.split(" at line ").next().unwrap_or_default();
        Some(Misread(format!("member {name:?}: {why}")))
    })
}

#[cfg(test)]
mod tests;
