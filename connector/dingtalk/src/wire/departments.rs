//! `department/listsub`, `department/listsubid`, `department/get` and `department/listparentbydept`.

use super::envelope::Accepted;
use super::lenient::{Flag, ObjectMembers, Oddities, Raw, Whole};
use super::{DepartmentId, Listing, Misread, UserId};

/// A department as `listsub` lists it, and as the first part of what `get` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WireDepartment {
    pub(crate) dept_id: DepartmentId,
    /// Absent, null or 0 for the root.
    pub(crate) parent_id: Option<DepartmentId>,
    pub(crate) name: Option<String>,
    pub(crate) create_dept_group: Option<Flag>,
    pub(crate) auto_add_user: Option<Flag>,
    pub(crate) source_identifier: Option<String>,
    pub(crate) tags: Option<String>,
    /// JSON text. `listsub` alone has it.
    pub(crate) ext: Option<String>,
    pub(crate) from_union_org: Option<Flag>,
    /// Which of these could not be read.
    pub(crate) oddities: Oddities,
}

/// What `get` alone knows. A list that could not be read is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Details {
    /// Among its siblings; the smaller comes first. Its default is the department's id.
    pub(crate) order: Option<Whole>,
    pub(crate) dept_manager_userid_list: Option<Vec<UserId>>,
    pub(crate) auto_approve_apply: Option<Flag>,
    pub(crate) group_contain_sub_dept: Option<Flag>,
    pub(crate) hide_dept: Option<Flag>,
    pub(crate) outer_dept: Option<Flag>,
    pub(crate) emp_apply_join_dept: Option<Flag>,
    pub(crate) dept_group_chat_id: Option<String>,
    pub(crate) org_dept_owner: Option<String>,
    pub(crate) dept_permits: Option<Vec<DepartmentId>>,
    pub(crate) outer_permit_depts: Option<Vec<DepartmentId>>,
    pub(crate) user_permits: Option<Vec<UserId>>,
    pub(crate) outer_permit_users: Option<Vec<UserId>>,
    pub(crate) brief: Option<String>,
    /// Misspelt by DingTalk; JSON text.
    pub(crate) extention: Option<String>,
    pub(crate) telephone: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) hide_scene_config: Option<Scenes>,
    pub(crate) outer_scene_config: Option<Scenes>,
    pub(crate) union_dept_ext: Option<UnionDepartment>,
    /// Which of these could not be read.
    pub(crate) oddities: Oddities,
}

/// Where in DingTalk's client a rule applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scenes {
    pub(crate) active: Option<Flag>,
    pub(crate) chatbox_subtitle: Option<Flag>,
    pub(crate) node_list: Option<Flag>,
    pub(crate) profile: Option<Flag>,
    pub(crate) search: Option<Flag>,
}

/// The same department in an associated organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnionDepartment {
    pub(crate) corp_id: Option<String>,
    pub(crate) dept_id: Option<DepartmentId>,
}

impl WireDepartment {
    /// A department of which the key can be read.
    fn read(mut members: ObjectMembers<'_>) -> Option<Self> {
        let dept_id = members.read("dept_id", Raw::department_id)?;
        Some(Self {
            dept_id,
            parent_id: members.read("parent_id", Raw::department_id),
            name: members.text("name"),
            create_dept_group: members.flag("create_dept_group"),
            auto_add_user: members.flag("auto_add_user"),
            source_identifier: members.text("source_identifier"),
            tags: members.text("tags"),
            ext: members.text("ext"),
            from_union_org: members.flag("from_union_org"),
            oddities: members.oddities(),
        })
    }

    /// The department above it, as far as it says.
    pub(crate) fn parent(&self) -> Option<DepartmentId> {
        self.parent_id.filter(|parent| parent.is_real())
    }
}

impl Details {
    fn read(mut members: ObjectMembers<'_>) -> Self {
        Self {
            order: members.whole("order"),
            dept_manager_userid_list: members.list("dept_manager_userid_list", |raw| raw.user_id()),
            auto_approve_apply: members.flag("auto_approve_apply"),
            group_contain_sub_dept: members.flag("group_contain_sub_dept"),
            hide_dept: members.flag("hide_dept"),
            outer_dept: members.flag("outer_dept"),
            emp_apply_join_dept: members.flag("emp_apply_join_dept"),
            dept_group_chat_id: members.text("dept_group_chat_id"),
            org_dept_owner: members.text("org_dept_owner"),
            dept_permits: members.list("dept_permits", |raw| raw.department_id()),
            outer_permit_depts: members.list("outer_permit_depts", |raw| raw.department_id()),
            user_permits: members.list("user_permits", |raw| raw.user_id()),
            outer_permit_users: members.list("outer_permit_users", |raw| raw.user_id()),
            brief: members.text("brief"),
            extention: members.text("extention"),
            telephone: members.text("telephone"),
            code: members.text("code"),
            hide_scene_config: members.object("hide_scene_config", Scenes::read),
            outer_scene_config: members.object("outer_scene_config", Scenes::read),
            union_dept_ext: members.object("union_dept_ext", UnionDepartment::read),
            oddities: members.oddities(),
        }
    }
}

impl Scenes {
    fn read(members: &mut ObjectMembers<'_>) -> Self {
        Self {
            active: members.flag("active"),
            chatbox_subtitle: members.flag("chatbox_subtitle"),
            node_list: members.flag("node_list"),
            profile: members.flag("profile"),
            search: members.flag("search"),
        }
    }
}

impl UnionDepartment {
    fn read(members: &mut ObjectMembers<'_>) -> Self {
        Self { corp_id: members.text("corp_id"), dept_id: members.read("dept_id", Raw::department_id) }
    }
}

/// Read the answer of `listsub`; none when it is no list, which no description allows: it may be an object around one, and
/// nobody can tell whether that is all of it.
pub(crate) fn children(
    accepted: Accepted<'_>,
    of: DepartmentId,
) -> Result<Option<Listing<WireDepartment>>, Misread> {
    let Some(result) = accepted.result() else { return Ok(None) };
    // `{}` is how some programs write an empty list, and how a gateway writes that it has nothing.
    let elements = result.page_elements().ok().flatten().filter(|_| result.json.starts_with('['));
    let Some(elements) = elements else { return Ok(None) };
    let listing = Listing::of(&elements, result.is_mended, WireDepartment::read);
    // Special departments are listed wherever they like.
    let real = listing.items.iter().filter(|department| department.dept_id.is_real());
    let claimed: Vec<_> = real.filter_map(WireDepartment::parent).collect();
    if !claimed.is_empty() && !claimed.contains(&of) {
        return Err(Misread::other_department());
    }
    Ok(Some(listing))
}

/// Read the answer of `listsubid`.
pub(crate) fn child_ids(accepted: Accepted<'_>) -> Result<Vec<DepartmentId>, Misread> {
    accepted.id_list("dept_id_list", |raw| raw.department_id())
}

/// Read the answer of `get` about this department.
pub(crate) fn department(
    accepted: Accepted<'_>,
    id: DepartmentId,
) -> Result<(WireDepartment, Details), Misread> {
    let department = WireDepartment::read(accepted.object()?).ok_or_else(|| Misread::expected("dept_id"))?;
    if department.dept_id != id {
        return Err(Misread::other_department());
    }
    Ok((department, Details::read(accepted.object()?)))
}

/// Read the answer of `listparentbydept` about this department: itself first, the root last.
pub(crate) fn chain(accepted: Accepted<'_>, id: DepartmentId) -> Result<Vec<DepartmentId>, Misread> {
    let chain = accepted.id_list("parent_id_list", |raw| raw.department_id())?;
    match chain.contains(&id) {
        true => Ok(chain),
        false => Err(Misread::other_department()),
    }
}
