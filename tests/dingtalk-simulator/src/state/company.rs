//! A company and the indexes that make reading it cheap; the rules of changing it are in `mutate`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{App, Department, User};
use crate::ids::{AppKey, CorpId, DepartmentId, UnionId, UserId};

/// A company. Read it through its methods, change it through [`Company::apply`].
#[derive(Clone, Debug)]
pub struct Company {
    pub(crate) corp_id: CorpId,
    pub(crate) status: CompanyStatus,
    pub(crate) apps: Vec<App>,
    departments: BTreeMap<DepartmentId, Department>,
    people: BTreeMap<UserId, Person>,
    children: BTreeMap<DepartmentId, BTreeSet<(i64, DepartmentId)>>,
    members: BTreeMap<DepartmentId, BTreeSet<(Reverse<i64>, UserId)>>,
    by_mobile: BTreeMap<String, UserId>,
    by_unionid: BTreeMap<UnionId, UserId>,
    revision: u64,
}

/// Whether DingTalk serves the company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanyStatus {
    /// Served.
    #[default]
    Active,
    /// Disabled: 50005.
    Disabled,
    /// Dissolved: 70001.
    Gone,
}

/// How a listing of members is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberOrder {
    Custom,
    EntryAscending,
    EntryDescending,
    ModifiedAscending,
    ModifiedDescending,
}

#[derive(Clone, Debug)]
struct Person {
    user: User,
    /// Revision of the company in which the person entered.
    entered: u64,
    /// Revision of the company in which the person was last changed.
    modified: u64,
}

impl Company {
    /// A company that is a root department and nothing else.
    #[must_use]
    pub fn new(corp_id: impl Into<CorpId>, name: impl Into<String>) -> Self {
        let mut company = Self {
            corp_id: corp_id.into(),
            status: CompanyStatus::Active,
            apps: Vec::new(),
            departments: BTreeMap::new(),
            people: BTreeMap::new(),
            children: BTreeMap::new(),
            members: BTreeMap::new(),
            by_mobile: BTreeMap::new(),
            by_unionid: BTreeMap::new(),
            revision: 0,
        };
        company.put_department(Department::root(name.into()));
        company
    }

    /// `ding…`.
    #[must_use]
    pub const fn corp_id(&self) -> &CorpId {
        &self.corp_id
    }

    /// The display name, which is the name of the root department.
    #[must_use]
    pub fn name(&self) -> &str {
        self.department(DepartmentId::ROOT).map_or("", |root| root.name.as_str())
    }

    /// Whether DingTalk serves it.
    #[must_use]
    pub const fn status(&self) -> CompanyStatus {
        self.status
    }

    /// Its applications.
    #[must_use]
    pub fn apps(&self) -> &[App] {
        &self.apps
    }

    /// One of its applications.
    #[must_use]
    pub fn app(&self, app_key: &AppKey) -> Option<&App> {
        self.apps.iter().find(|app| app.app_key == *app_key)
    }

    /// All departments, the root among them, by number.
    #[must_use]
    pub fn departments(&self) -> impl ExactSizeIterator<Item = &Department> {
        self.departments.values()
    }

    /// All people, by userid.
    #[must_use]
    pub fn users(&self) -> impl ExactSizeIterator<Item = &User> {
        self.people.values().map(|person| &person.user)
    }

    /// One department.
    #[must_use]
    pub fn department(&self, dept_id: DepartmentId) -> Option<&Department> {
        self.departments.get(&dept_id)
    }

    /// One person.
    #[must_use]
    pub fn user(&self, userid: &UserId) -> Option<&User> {
        self.people.get(userid).map(|person| &person.user)
    }

    /// The person with this mobile number, without country code.
    #[must_use]
    pub fn user_by_mobile(&self, mobile: &str) -> Option<&User> {
        self.by_mobile.get(mobile).and_then(|userid| self.user(userid))
    }

    /// The person with this unionid.
    #[must_use]
    pub fn user_by_unionid(&self, unionid: &UnionId) -> Option<&User> {
        self.by_unionid.get(unionid).and_then(|userid| self.user(userid))
    }

    /// The departments directly below one, in the order of their siblings.
    pub fn children(&self, dept_id: DepartmentId) -> impl Iterator<Item = &Department> {
        let ids = self.children.get(&dept_id).into_iter().flatten();
        ids.filter_map(|(_, child)| self.department(*child))
    }

    /// The people directly in a department, in its own order: bigger `dept_order` first.
    pub fn members(&self, dept_id: DepartmentId) -> impl Iterator<Item = &User> {
        let ids = self.members.get(&dept_id).into_iter().flatten();
        ids.filter_map(|(_, userid)| self.user(userid))
    }

    /// How many people are directly in a department.
    #[must_use]
    pub fn n_members(&self, dept_id: DepartmentId) -> usize {
        self.members.get(&dept_id).map_or(0, BTreeSet::len)
    }

    /// The department itself first, the root last; empty when there is no such department.
    #[must_use]
    pub fn chain_to_root(&self, dept_id: DepartmentId) -> Vec<DepartmentId> {
        std::iter::successors(self.department(dept_id), |department| {
            department.parent_id.and_then(|parent| self.department(parent))
        })
        .map(|department| department.dept_id)
        .collect()
    }

    /// The department and all below it, children before their parents.
    #[must_use]
    pub fn subtree_children_first(&self, dept_id: DepartmentId) -> Vec<DepartmentId> {
        let mut found = Vec::new();
        let mut open = vec![dept_id];
        while let Some(next) = open.pop() {
            found.push(next);
            open.extend(self.children(next).map(|child| child.dept_id));
        }
        found.reverse();
        found
    }

    /// Whether the application's scope covers a department, or would if it existed and the scope is the whole company.
    #[must_use]
    pub fn covers_department(&self, app: &App, dept_id: DepartmentId) -> bool {
        let authorised = &app.scope.authed_dept;
        authorised.contains(&DepartmentId::ROOT)
            || self.chain_to_root(dept_id).iter().any(|id| authorised.contains(id))
    }

    /// Whether the application's scope covers a person, or would if they existed and the scope is the whole company.
    #[must_use]
    pub fn covers_user(&self, app: &App, userid: &UserId) -> bool {
        app.scope.authed_dept.contains(&DepartmentId::ROOT)
            || app.scope.authed_user.contains(userid)
            || self.user(userid).is_some_and(|user| user.dept_ids().any(|id| self.covers_department(app, id)))
    }

    /// A department number that nothing uses, of nine digits like a real one; the same for the same state.
    #[must_use]
    pub fn unused_department_id(&self) -> DepartmentId {
        let mut random = crate::random::Random::new(self.revision);
        loop {
            let candidate = 100_000_000_u64.saturating_add(random.below(899_999_999));
            let candidate = DepartmentId::new(i64::try_from(candidate).unwrap_or(i64::MAX));
            if !self.departments.contains_key(&candidate) {
                return candidate;
            }
        }
    }

    pub(crate) fn app_mut(&mut self, app_key: &AppKey) -> Option<&mut App> {
        self.apps.iter_mut().find(|app| app.app_key == *app_key)
    }

    pub(crate) fn put_department(&mut self, department: Department) {
        self.take_department(department.dept_id);
        if let Some(parent_id) = department.parent_id {
            let sibling = (department.position(), department.dept_id);
            self.children.entry(parent_id).or_default().insert(sibling);
        }
        self.departments.insert(department.dept_id, department);
    }

    /// Takes a department out of the tree; what hangs below it hangs on.
    pub(crate) fn take_department(&mut self, dept_id: DepartmentId) -> Option<Department> {
        self.revision = self.revision.saturating_add(1);
        let department = self.departments.remove(&dept_id)?;
        if let Some(siblings) = department.parent_id.and_then(|parent| self.children.get_mut(&parent)) {
            siblings.remove(&(department.position(), dept_id));
        }
        Some(department)
    }

    pub(crate) fn put_user(&mut self, user: User) {
        let entered = self.take_person(&user.userid).map(|person| person.entered);
        for membership in &user.memberships {
            let entry = (Reverse(membership.order), user.userid.clone());
            self.members.entry(membership.dept_id).or_default().insert(entry);
        }
        if let Some(mobile) = user.mobile.clone().filter(|mobile| !mobile.is_empty()) {
            self.by_mobile.insert(mobile, user.userid.clone());
        }
        self.by_unionid.insert(user.unionid.clone(), user.userid.clone());
        let modified = self.revision;
        let person = Person { entered: entered.unwrap_or(modified), modified, user };
        self.people.insert(person.user.userid.clone(), person);
    }

    pub(crate) fn take_user(&mut self, userid: &UserId) -> Option<User> {
        self.take_person(userid).map(|person| person.user)
    }

    /// The people directly in a department, in the order asked for.
    pub(crate) fn members_by(&self, dept_id: DepartmentId, order: MemberOrder) -> Vec<&User> {
        let ids = self.members.get(&dept_id).into_iter().flatten();
        let mut people: Vec<&Person> = ids.filter_map(|(_, userid)| self.people.get(userid)).collect();
        match order {
            MemberOrder::Custom => {}
            MemberOrder::EntryAscending => people.sort_by_key(|person| person.entered),
            MemberOrder::EntryDescending => people.sort_by_key(|person| Reverse(person.entered)),
            MemberOrder::ModifiedAscending => people.sort_by_key(|person| person.modified),
            MemberOrder::ModifiedDescending => people.sort_by_key(|person| Reverse(person.modified)),
        }
        people.into_iter().map(|person| &person.user).collect()
    }

    fn take_person(&mut self, userid: &UserId) -> Option<Person> {
        self.revision = self.revision.saturating_add(1);
        let person = self.people.remove(userid)?;
        for membership in &person.user.memberships {
            if let Some(members) = self.members.get_mut(&membership.dept_id) {
                members.remove(&(Reverse(membership.order), userid.clone()));
            }
        }
        if let Some(mobile) = &person.user.mobile {
            self.by_mobile.remove(mobile);
        }
        self.by_unionid.remove(&person.user.unionid);
        Some(person)
    }
}
