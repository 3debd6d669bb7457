//! A company from parts in any order, and to and from JSON; each part passes the same checks as a change made later.

use serde::{Deserialize, Serialize};

use super::{App, Company, CompanyStatus, Department, User};
use crate::ids::{CorpId, DepartmentId};
use crate::mutate::{Mutation, MutationError};

/// Collects the parts of a company. Made by [`Company::builder`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyBuilder {
    corp_id: CorpId,
    name: String,
    #[serde(default)]
    status: CompanyStatus,
    #[serde(default)]
    apps: Vec<App>,
    #[serde(default)]
    departments: Vec<Department>,
    #[serde(default)]
    users: Vec<User>,
}

impl Company {
    /// Begins a company; the root department is made from `name`.
    #[must_use]
    pub fn builder(corp_id: impl Into<CorpId>, name: impl Into<String>) -> CompanyBuilder {
        CompanyBuilder {
            corp_id: corp_id.into(),
            name: name.into(),
            status: CompanyStatus::Active,
            apps: Vec::new(),
            departments: Vec::new(),
            users: Vec::new(),
        }
    }
}

impl CompanyBuilder {
    /// Adds an application.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Adds a department; number 1 sets the attributes of the root, whose name stays the company's.
    #[must_use]
    pub fn department(mut self, department: Department) -> Self {
        self.departments.push(department);
        self
    }

    /// Adds a person.
    #[must_use]
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// The company.
    ///
    /// # Errors
    ///
    /// The first part that a change of a living company would be refused for: an unknown parent (a cycle among them),
    /// siblings of one name, a number or a mobile used twice, a person without department.
    pub fn build(self) -> Result<Company, MutationError> {
        let mut company = Company::new(self.corp_id, self.name);
        company.status = self.status;
        for app in self.apps {
            company.apply(&Mutation::AddApp(app))?;
        }
        let (roots, below): (Vec<_>, Vec<_>) =
            self.departments.into_iter().partition(|department| department.dept_id == DepartmentId::ROOT);
        for root in roots {
            let name = company.name().to_owned();
            company.put_department(Department { name, parent_id: None, ..root });
        }
        for department in parents_first(below) {
            company.apply(&Mutation::AddDepartment(Box::new(department)))?;
        }
        for user in self.users {
            company.apply(&Mutation::AddUser(Box::new(user)))?;
        }
        Ok(company)
    }
}

impl From<&Company> for CompanyBuilder {
    fn from(company: &Company) -> Self {
        Self {
            corp_id: company.corp_id.clone(),
            name: company.name().to_owned(),
            status: company.status,
            apps: company.apps.clone(),
            departments: company.departments().cloned().collect(),
            users: company.users().cloned().collect(),
        }
    }
}

impl Serialize for Company {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        CompanyBuilder::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Company {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CompanyBuilder::deserialize(deserializer)?.build().map_err(serde::de::Error::custom)
    }
}

/// Sorts by depth; what hangs on nothing known comes last and is refused there, by name.
fn parents_first(departments: Vec<Department>) -> Vec<Department> {
    let parents: std::collections::BTreeMap<DepartmentId, DepartmentId> = departments
        .iter()
        .filter_map(|department| department.parent_id.map(|parent| (department.dept_id, parent)))
        .collect();
    let limit = parents.len();
    let depth = |department: &Department| {
        let chain = std::iter::successors(department.parent_id, |id| parents.get(id).copied());
        chain.take(limit.saturating_add(1)).count()
    };
    let mut sorted = departments;
    sorted.sort_by_cached_key(depth);
    sorted
}
