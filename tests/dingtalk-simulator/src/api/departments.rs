//! The five interfaces about departments.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Answer, Call, result};
use crate::ids::{DepartmentId, UserId};
use crate::refusal::{self, Refusal};
use crate::state::{Department, SceneConfig, UnionDepartment};
use crate::switches::{EmptyLists, MemberCounts, RootParent};

/// A department as `listsub` writes it.
#[derive(Serialize)]
struct ListedDepartment<'a> {
    auto_add_user: bool,
    create_dept_group: bool,
    dept_id: DepartmentId,
    name: &'a str,
    parent_id: DepartmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_union_org: Option<bool>,
}

/// A department as `department/get` writes it.
#[derive(Serialize)]
struct WholeDepartment<'a> {
    auto_add_user: bool,
    auto_approve_apply: bool,
    brief: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    create_dept_group: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    dept_group_chat_id: Option<&'a str>,
    dept_id: DepartmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    dept_manager_userid_list: Option<&'a [UserId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dept_permits: Option<&'a [DepartmentId]>,
    emp_apply_join_dept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    extention: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_union_org: Option<bool>,
    group_contain_sub_dept: bool,
    hide_dept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    hide_scene_config: Option<SceneConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_count: Option<usize>,
    name: &'a str,
    order: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_dept_owner: Option<&'a UserId>,
    outer_dept: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    outer_permit_depts: Option<&'a [DepartmentId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outer_permit_users: Option<&'a [UserId]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outer_scene_config: Option<SceneConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owning_member_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    telephone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    union_dept_ext: Option<&'a UnionDepartment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_permits: Option<&'a [UserId]>,
}

/// `/topapi/v2/department/listsub`: the children, without their order and managers.
pub(super) fn list_sub(call: &Call<'_>) -> Result<Answer, Refusal> {
    let parent_id = if call.params.has("dept_id") { call.readable_department()? } else { root(call)? };
    let children = call.company.children(parent_id).map(|child| ListedDepartment {
        auto_add_user: child.auto_add_user,
        create_dept_group: child.create_dept_group,
        dept_id: child.dept_id,
        name: &child.name,
        parent_id,
        source_identifier: child.source_identifier.as_deref(),
        tags: child.tags.as_deref(),
        ext: child.ext.as_deref(),
        from_union_org: child.from_union_org,
    });
    result(&children.collect::<Vec<_>>())
}

/// `/topapi/v2/department/listsubid`: the numbers of the children, whatever the scope.
pub(super) fn list_sub_id(call: &Call<'_>) -> Result<Answer, Refusal> {
    let parent_id = call.known_department()?;
    let ids: Vec<DepartmentId> = call.company.children(parent_id).map(|child| child.dept_id).collect();
    result(&json!({ "dept_id_list": ids }))
}

/// `/topapi/v2/department/get`: one department with all that is known of it.
pub(super) fn department(call: &Call<'_>) -> Result<Answer, Refusal> {
    let dept_id = call.readable_department()?;
    match call.company.department(dept_id) {
        Some(department) => result(&whole(call, department)),
        None => Err(refusal::no_such_department()),
    }
}

/// `/topapi/v2/department/listparentbydept`: the chain to the root, whatever the scope.
pub(super) fn parents_of_department(call: &Call<'_>) -> Result<Answer, Refusal> {
    let chain = call.company.chain_to_root(call.known_department()?);
    result(&json!({ "parent_id_list": chain }))
}

/// `/topapi/v2/department/listparentbyuser`: a chain for each department of the person, whatever the scope.
pub(super) fn parents_of_user(call: &Call<'_>) -> Result<Answer, Refusal> {
    let userid = call.params.text("userid").filter(|userid| !userid.is_empty());
    let userid = UserId::from(userid.ok_or_else(|| refusal::bad_parameter("userid"))?);
    let user = call.company.user(&userid).ok_or_else(refusal::bad_userid)?;
    let chains: Vec<Value> =
        user.dept_ids().map(|id| json!({ "parent_dept_id_list": call.company.chain_to_root(id) })).collect();
    result(&json!({ "parent_list": chains }))
}

fn root(call: &Call<'_>) -> Result<DepartmentId, Refusal> {
    match call.company.covers_department(call.app, DepartmentId::ROOT) {
        true => Ok(DepartmentId::ROOT),
        false => Err(refusal::department_outside_scope()),
    }
}

fn whole<'a>(call: &Call<'a>, department: &'a Department) -> WholeDepartment<'a> {
    WholeDepartment {
        auto_add_user: department.auto_add_user,
        auto_approve_apply: department.auto_approve_apply,
        brief: &department.brief,
        code: department.code.as_deref(),
        create_dept_group: department.create_dept_group,
        dept_group_chat_id: department.dept_group_chat_id.as_deref(),
        dept_id: department.dept_id,
        dept_manager_userid_list: managers(call, department),
        dept_permits: list(call, &department.dept_permits),
        emp_apply_join_dept: department.emp_apply_join_dept,
        extention: department.extention.as_deref(),
        from_union_org: department.from_union_org,
        group_contain_sub_dept: department.group_contain_sub_dept,
        hide_dept: department.hide_dept,
        hide_scene_config: department.hide_scene_config,
        member_count: counted(call).then(|| n_people_below(call, department.dept_id)),
        name: &department.name,
        order: department.position(),
        org_dept_owner: department.org_dept_owner.as_ref(),
        outer_dept: department.outer_dept,
        outer_permit_depts: list(call, &department.outer_permit_depts),
        outer_permit_users: list(call, &department.outer_permit_users),
        outer_scene_config: department.outer_scene_config,
        owning_member_count: counted(call).then(|| call.company.n_members(department.dept_id)),
        parent_id: parent(call, department),
        source_identifier: department.source_identifier.as_deref(),
        tags: department.tags.as_deref(),
        telephone: department.telephone.as_deref(),
        union_dept_ext: department.union_dept_ext.as_ref(),
        user_permits: list(call, &department.user_permits),
    }
}

fn parent(call: &Call<'_>, department: &Department) -> Option<Value> {
    match (department.parent_id, call.switches.root_parent) {
        (Some(parent_id), _) => Some(json!(parent_id)),
        (None, RootParent::Missing) => None,
        (None, RootParent::Zero) => Some(json!(0)),
        (None, RootParent::Null) => Some(Value::Null),
    }
}

fn managers<'a>(call: &Call<'a>, department: &'a Department) -> Option<&'a [UserId]> {
    let managers = department.dept_manager_userid_list.as_slice();
    match call.switches.empty_lists {
        EmptyLists::Empty => Some(managers),
        EmptyLists::ManagersMissing | EmptyLists::Missing => (!managers.is_empty()).then_some(managers),
    }
}

fn list<'a, T>(call: &Call<'a>, elements: &'a [T]) -> Option<&'a [T]> {
    match call.switches.empty_lists {
        EmptyLists::Empty | EmptyLists::ManagersMissing => Some(elements),
        EmptyLists::Missing => (!elements.is_empty()).then_some(elements),
    }
}

fn counted(call: &Call<'_>) -> bool {
    call.switches.member_counts == MemberCounts::Present
}

fn n_people_below(call: &Call<'_>, dept_id: DepartmentId) -> usize {
    let departments = call.company.subtree_children_first(dept_id);
    let people = departments.iter().flat_map(|id| call.company.members(*id));
    people.map(|user| &user.userid).collect::<BTreeSet<_>>().len()
}
