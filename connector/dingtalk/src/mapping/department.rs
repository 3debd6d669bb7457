//! A department as SCIM's neighbour: our own resource type with DingTalk's extension.

use super::doubts::Doubts;
use super::{DEPARTMENT, DINGTALK_DEPARTMENT, Object};
use crate::codes;
use crate::limits::{MAX_NAME_BYTES, cut};
use crate::wire::departments::{Details, Scenes, UnionDepartment, WireDepartment};
use crate::wire::lenient::Whole;
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::{Diagnosis, Draft, Key};
use rollcall_rules::vocabulary::{attribute, schema};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Optional attributes that are only there with details.
const DETAILS: &[&str] = &["dept_group_chat_id", "org_dept_owner", "brief", "extention", "telephone", "code"];

/// Optional attributes that `department/get` never shows.
const LISTED: &[&str] = &["ext"];

/// Where a department was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DepartmentOrigin {
    /// In the listing of its parent.
    Listed,
    /// By asking about it alone.
    Alone,
}

/// The key of a department.
pub(crate) fn key(id: DepartmentId) -> Key {
    Key::new(DEPARTMENT.resource_type, id.to_string())
}

/// Map a department below `parent`, or at the top, and say what could not be mapped. `details` is what only
/// `department/get` knows, when it was asked for.
pub(crate) fn draft(
    department: &WireDepartment,
    found: DepartmentOrigin,
    parent: Option<DepartmentId>,
    details: Option<&Details>,
) -> (Draft, Vec<Diagnosis>) {
    let document = Object::default()
        .with("schemas", Some(json!([schema::DEPARTMENT, DINGTALK_DEPARTMENT])))
        .with("externalId", Some(department.dept_id.to_string()))
        .text("displayName", department.name.as_ref())
        .with("parent", Some(parent.map_or(Value::Null, |id| json!({"value": id.to_string()}))))
        .digits("order", details.and_then(|details| details.order))
        .with(
            "managers",
            details.and_then(|details| details.dept_manager_userid_list.as_deref()).map(managers),
        )
        .with(DINGTALK_DEPARTMENT, Some(own(department, details)));
    let mut doubts = Doubts::default();
    doubts.about_members(&department.oddities, |_| true);
    if let Some(details) = details {
        doubts.about_members(&details.oddities, |_| true);
    }
    if department.name.is_none() && !department.oddities.unread.contains("name") {
        doubts.diagnoses.push(codes::department_without_name());
    }
    let draft = Draft::new(&DEPARTMENT, key(department.dept_id), &display_name(department), document.0);
    let draft = if details.is_some() { draft } else { draft.without_word_of(&DEPARTMENT, DETAILS) };
    let draft = match found {
        DepartmentOrigin::Listed => draft,
        DepartmentOrigin::Alone => draft.without_word_of(&DEPARTMENT, LISTED),
    };
    (doubts.applied(draft, &DEPARTMENT), doubts.diagnoses)
}

/// The same of a department of which nobody can tell where it is: the platform keeps where it has it.
pub(crate) fn without_place(mut draft: Draft) -> Draft {
    draft.document.remove(attribute::PARENT);
    draft
}

/// What a department is called in a log.
pub(crate) fn display_name(department: &WireDepartment) -> String {
    let name = department.name.clone().unwrap_or_else(|| department.dept_id.to_string());
    cut(&name, MAX_NAME_BYTES).to_owned()
}

/// Each once, in the order in which they were named.
fn managers(ids: &[UserId]) -> Value {
    let mut named = BTreeSet::new();
    ids.iter().filter(|id| named.insert(*id)).map(|id| json!({"value": id})).collect()
}

fn own(department: &WireDepartment, details: Option<&Details>) -> Object {
    let own = Object::default()
        .flag("createDeptGroup", department.create_dept_group)
        .flag("autoAddUser", department.auto_add_user)
        .text("sourceIdentifier", department.source_identifier.as_ref())
        .text("tags", department.tags.as_ref())
        .text("ext", department.ext.as_ref())
        .flag("fromUnionOrg", department.from_union_org);
    let Some(details) = details else { return own };
    own.flag("autoApproveApply", details.auto_approve_apply)
        .flag("groupContainSubDept", details.group_contain_sub_dept)
        .flag("hideDept", details.hide_dept)
        .flag("outerDept", details.outer_dept)
        .flag("empApplyJoinDept", details.emp_apply_join_dept)
        .text("deptGroupChatId", details.dept_group_chat_id.as_ref())
        .text("orgDeptOwner", details.org_dept_owner.as_ref())
        .with("deptPermits", details.dept_permits.as_deref().map(departments))
        .with("outerPermitDepts", details.outer_permit_depts.as_deref().map(departments))
        .with("userPermits", details.user_permits.as_deref().map(people))
        .with("outerPermitUsers", details.outer_permit_users.as_deref().map(people))
        .text("brief", details.brief.as_ref())
        .text("extention", details.extention.as_ref())
        .text("telephone", details.telephone.as_ref())
        .text("code", details.code.as_ref())
        .with("hideSceneConfig", details.hide_scene_config.as_ref().map(scenes))
        .with("outerSceneConfig", details.outer_scene_config.as_ref().map(scenes))
        .with("unionDeptExt", details.union_dept_ext.as_ref().map(union_department))
}

/// In order of id: DingTalk promises none, and another order is no change.
fn departments(ids: &[DepartmentId]) -> Value {
    let ids: BTreeSet<_> = ids.iter().collect();
    ids.into_iter().map(|id| Value::from(id.to_string())).collect()
}

fn people(ids: &[UserId]) -> Value {
    let ids: BTreeSet<_> = ids.iter().map(UserId::as_str).collect();
    ids.into_iter().map(Value::from).collect()
}

fn scenes(scenes: &Scenes) -> Object {
    Object::default()
        .flag("active", scenes.active)
        .flag("chatboxSubtitle", scenes.chatbox_subtitle)
        .flag("nodeList", scenes.node_list)
        .flag("profile", scenes.profile)
        .flag("search", scenes.search)
}

fn union_department(union: &UnionDepartment) -> Object {
    Object::default()
        .text("corpId", union.corp_id.as_ref())
        .digits("deptId", union.dept_id.map(|DepartmentId(id)| Whole(id)))
}

#[cfg(test)]
mod tests;
