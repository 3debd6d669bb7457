//! Which events a change makes; a change that leaves everything as it was makes none.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::event::{DiffInfo, EventIds, EventKind, LabelAction};
use crate::beijing;
use crate::ids::{DepartmentId, UserId};
use crate::mutate::Change;
use crate::state::{Company, CompanyStatus, User};
use crate::switches::ModifyAfterAdd;

/// An event before it has a name and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) kind: EventKind,
    pub(super) ids: EventIds,
    pub(super) diff_info: Option<DiffInfo>,
}

/// The events of a change. `company` is as it is now, `status_before` as it was.
pub(super) fn drafts(
    change: &Change,
    company: &Company,
    status_before: CompanyStatus,
    modify_after_add: ModifyAfterAdd,
) -> Vec<Draft> {
    match change {
        Change::DepartmentAdded { dept_id } => vec![departments(EventKind::OrgDeptCreate, &[*dept_id])],
        Change::DepartmentModified { before, after } if before != after => {
            vec![departments(EventKind::OrgDeptModify, &[after.dept_id])]
        }
        Change::DepartmentsRemoved { dept_ids, moved_users } => {
            let moved = moved_users.iter().map(|userid| one_user(EventKind::UserModifyOrg, userid));
            std::iter::once(departments(EventKind::OrgDeptRemove, dept_ids)).chain(moved).collect()
        }
        Change::CompanyRenamed { before, after } if before != after => {
            vec![
                of_company(EventKind::OrgChange),
                departments(EventKind::OrgDeptModify, &[DepartmentId::ROOT]),
            ]
        }
        Change::CompanyStatusChanged { status: CompanyStatus::Gone }
            if status_before != CompanyStatus::Gone =>
        {
            vec![of_company(EventKind::OrgRemove)]
        }
        Change::UserAdded { userid } => user_added(company.user(userid), userid, modify_after_add),
        Change::UserModified { before, after } => user_modified(before, after),
        Change::UserRemoved { user } => vec![one_user(EventKind::UserLeaveOrg, &user.userid)],
        Change::DepartmentModified { .. }
        | Change::CompanyRenamed { .. }
        | Change::CompanyStatusChanged { .. }
        | Change::AccountChanged { .. }
        | Change::AppChanged { .. } => Vec::new(),
    }
}

fn user_added(user: Option<&User>, userid: &UserId, modify_after_add: ModifyAfterAdd) -> Vec<Draft> {
    let mut drafts = vec![one_user(EventKind::UserAddOrg, userid)];
    if modify_after_add == ModifyAfterAdd::Sent {
        drafts.push(one_user(EventKind::UserModifyOrg, userid));
    }
    if user.is_some_and(|user| user.admin) {
        drafts.push(one_user(EventKind::OrgAdminAdd, userid));
    }
    let labels = user.map_or_else(BTreeSet::new, role_ids);
    drafts.extend(labels_changed(userid, &BTreeSet::new(), &labels));
    drafts
}

fn user_modified(before: &User, after: &User) -> Vec<Draft> {
    let userid = &after.userid;
    let mut drafts = Vec::new();
    if is_profile_changed(before, after) {
        let mut draft = one_user(EventKind::UserModifyOrg, userid);
        draft.diff_info = diff_info(before, after);
        drafts.push(draft);
    }
    if !before.active && after.active {
        drafts.push(one_user(EventKind::UserActiveOrg, userid));
    }
    match (before.admin, after.admin) {
        (false, true) => drafts.push(one_user(EventKind::OrgAdminAdd, userid)),
        (true, false) => drafts.push(one_user(EventKind::OrgAdminRemove, userid)),
        (true, true) | (false, false) => {}
    }
    drafts.extend(labels_changed(userid, &role_ids(before), &role_ids(after)));
    drafts
}

/// Whether anything changed that has no event of its own, the private picture left out.
fn is_profile_changed(before: &User, after: &User) -> bool {
    let comparable = User {
        active: before.active,
        admin: before.admin,
        roles: before.roles.clone(),
        avatar: before.avatar.clone(),
        ..after.clone()
    };
    *before != comparable
}

fn labels_changed(userid: &UserId, before: &BTreeSet<i64>, after: &BTreeSet<i64>) -> Vec<Draft> {
    let draft = |labels: Vec<i64>, action| {
        let ids = EventIds::Labels { users: vec![userid.clone()], labels, action };
        Draft { kind: EventKind::LabelUserChange, ids, diff_info: None }
    };
    let added: Vec<i64> = after.difference(before).copied().collect();
    let removed: Vec<i64> = before.difference(after).copied().collect();
    [(added, LabelAction::Add), (removed, LabelAction::Remove)]
        .into_iter()
        .filter(|(labels, _)| !labels.is_empty())
        .map(|(labels, action)| draft(labels, action))
        .collect()
}

fn role_ids(user: &User) -> BTreeSet<i64> {
    user.roles.iter().map(|role| role.id).collect()
}

fn diff_info(before: &User, after: &User) -> Option<DiffInfo> {
    let (prev, curr) = (shown(before), shown(after));
    (prev != curr).then(|| DiffInfo { userid: after.userid.clone(), prev, curr })
}

/// The fields of a profile that `diffInfo` shows, those that are set.
fn shown(user: &User) -> Map<String, Value> {
    let hired = user.hired_date.and_then(|at_ms| u64::try_from(at_ms).ok()).map(beijing::date);
    let fields = [
        ("managerUserid", user.manager_userid.as_ref().map(|userid| userid.as_str().to_owned())),
        ("hiredDate", hired),
        ("name", Some(user.name.clone())),
        ("telephone", user.telephone.clone()),
        ("email", user.email.clone()),
        ("jobNumber", user.job_number.clone()),
        ("workPlace", user.work_place.clone()),
        ("remark", user.remark.clone()),
        ("extFields", user.extension.clone()),
    ];
    let set = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    set.collect()
}

fn one_user(kind: EventKind, userid: &UserId) -> Draft {
    Draft { kind, ids: EventIds::Users(vec![userid.clone()]), diff_info: None }
}

fn departments(kind: EventKind, dept_ids: &[DepartmentId]) -> Draft {
    Draft { kind, ids: EventIds::Departments(dept_ids.to_vec()), diff_info: None }
}

fn of_company(kind: EventKind) -> Draft {
    Draft { kind, ids: EventIds::Company, diff_info: None }
}
