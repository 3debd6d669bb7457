//! `department/listsub`, `department/get` and `department/listparentbydept`.

use super::envelope::Accepted;
use super::lenient::{self, Flag, Whole};
use super::{DepartmentId, Misread, UserId};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A department as `listsub` lists it, and as the first part of what `get` answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Department {
    pub(crate) dept_id: DepartmentId,
    /// Absent, null or 0 for the root.
    pub(crate) parent_id: Option<DepartmentId>,
    pub(crate) name: String,
    pub(crate) create_dept_group: Option<Flag>,
    pub(crate) auto_add_user: Option<Flag>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) source_identifier: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) tags: Option<String>,
    /// JSON text. `listsub` alone has it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) ext: Option<String>,
    pub(crate) from_union_org: Option<Flag>,
}

/// What `get` alone knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Details {
    /// Among its siblings; the smaller comes first. Its default is the department's id.
    pub(crate) order: Option<Whole>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) dept_manager_userid_list: Vec<UserId>,
    pub(crate) auto_approve_apply: Option<Flag>,
    pub(crate) group_contain_sub_dept: Option<Flag>,
    pub(crate) hide_dept: Option<Flag>,
    pub(crate) outer_dept: Option<Flag>,
    pub(crate) emp_apply_join_dept: Option<Flag>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) dept_group_chat_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) org_dept_owner: Option<String>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) dept_permits: Vec<DepartmentId>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) outer_permit_depts: Vec<DepartmentId>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) user_permits: Vec<UserId>,
    #[serde(default, deserialize_with = "lenient::list")]
    pub(crate) outer_permit_users: Vec<UserId>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) brief: Option<String>,
    /// Misspelt by DingTalk; JSON text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) extention: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) telephone: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) code: Option<String>,
    pub(crate) hide_scene_config: Option<Scenes>,
    pub(crate) outer_scene_config: Option<Scenes>,
    pub(crate) union_dept_ext: Option<UnionDepartment>,
}

/// Where in DingTalk's client a rule applies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Scenes {
    pub(crate) active: Option<Flag>,
    pub(crate) chatbox_subtitle: Option<Flag>,
    pub(crate) node_list: Option<Flag>,
    pub(crate) profile: Option<Flag>,
    pub(crate) search: Option<Flag>,
}

/// The same department in an associated organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct UnionDepartment {
    #[serde(default, deserialize_with = "lenient::text")]
    pub(crate) corp_id: Option<String>,
    pub(crate) dept_id: Option<DepartmentId>,
}

/// A member of a list that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadItem {
    /// Its id, if at least that could be read.
    pub(crate) id: Option<String>,
    /// What is wrong with it.
    pub(crate) why: Misread,
}

/// Read the answer of `listsub`: none and an empty list are the same.
pub(crate) fn children(accepted: Accepted<'_>) -> Result<Vec<Result<Department, BadItem>>, Misread> {
    let items: Option<Vec<&RawValue>> = serde_json::from_str(accepted.result.unwrap_or("null"))?;
    Ok(items.unwrap_or_default().into_iter().map(child).collect())
}

/// Read the answer of `get`.
pub(crate) fn department(accepted: Accepted<'_>) -> Result<(Department, Details), Misread> {
    let result = accepted.result.ok_or_else(|| Misread("expected a result, found none".to_owned()))?;
    Ok((serde_json::from_str(result)?, serde_json::from_str(result)?))
}

/// Read the answer of `listparentbydept`: the department itself first, the root last.
pub(crate) fn chain(accepted: Accepted<'_>) -> Result<Vec<DepartmentId>, Misread> {
    #[derive(Deserialize)]
    struct Body {
        parent_id_list: Vec<DepartmentId>,
    }
    let body: Body = serde_json::from_str(accepted.result.unwrap_or("null"))?;
    Ok(body.parent_id_list)
}

fn child(item: &RawValue) -> Result<Department, BadItem> {
    serde_json::from_str(item.get()).map_err(|error| BadItem {
        id: member(item, "dept_id")
            .and_then(|id| serde_json::from_str::<DepartmentId>(id).ok())
            .map(|id| id.to_string()),
        why: Misread::from(error),
    })
}

/// One member of an object, as JSON.
pub(super) fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a str> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(object.get()).ok()?;
    members.get(name).map(|value| value.get())
}
