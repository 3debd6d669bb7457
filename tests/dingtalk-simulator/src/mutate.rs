//! Every change of a company is a named mutation that is checked and says what it changed; the events of it are in `events`.

mod department;
mod error;
mod user;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{AppKey, DepartmentId, UserId};
use crate::state::{
    App, AppEvents, AppSecret, Company, CompanyStatus, Department, FieldPermissions, Membership, Scope, User,
};

pub use error::MutationError;

/// What somebody does to a company in the console, or through a writing API.
///
/// As JSON: `{"rename_department":{"dept_id":5,"name":"Production Research"}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// A new department. Without number it gets an unused one, without parent it hangs under the root.
    AddDepartment(Box<Department>),
    /// A new name, distinct among its siblings.
    RenameDepartment {
        /// Not the root; see `RenameCompany`.
        dept_id: DepartmentId,
        /// The new name.
        name: String,
    },
    /// Another parent, taking everything below along.
    MoveDepartment {
        /// Not the root.
        dept_id: DepartmentId,
        /// The new parent, not inside the department itself.
        parent_id: DepartmentId,
    },
    /// Another position among the siblings.
    SetDepartmentOrder {
        /// The department.
        dept_id: DepartmentId,
        /// Smaller first.
        order: i64,
    },
    /// Other managers.
    SetDepartmentManagers {
        /// The department.
        dept_id: DepartmentId,
        /// People of the company; empty = nobody.
        userids: Vec<UserId>,
    },
    /// Any attributes, as a JSON merge patch (null removes).
    ModifyDepartment {
        /// The department.
        dept_id: DepartmentId,
        /// Attributes under their names in [`Department`]; not `dept_id`.
        patch: Map<String, Value>,
    },
    /// Removes the department and all below it. People left with no department go to the root.
    RemoveDepartment {
        /// Not the root.
        dept_id: DepartmentId,
    },
    /// The company's display name, and so the root's.
    RenameCompany {
        /// The new name.
        name: String,
    },
    /// A new employee.
    AddUser(Box<User>),
    /// Any attributes, as a JSON merge patch (null removes).
    ModifyUser {
        /// The person.
        userid: UserId,
        /// Attributes under their names in [`User`]; not `userid`.
        patch: Map<String, Value>,
    },
    /// Other departments. A department kept keeps its order and title.
    MoveUser {
        /// The person.
        userid: UserId,
        /// All departments from now on, at least one.
        dept_ids: Vec<DepartmentId>,
    },
    /// The person resigns.
    RemoveUser {
        /// The person.
        userid: UserId,
    },
    /// A new application.
    AddApp(App),
    /// What the application sees.
    SetScope {
        /// The application.
        app_key: AppKey,
        /// The new scope.
        scope: Scope,
    },
    /// Its permission points.
    SetPermissions {
        /// The application.
        app_key: AppKey,
        /// All points from now on.
        permissions: BTreeSet<String>,
    },
    /// Its field permissions.
    SetFieldPermissions {
        /// The application.
        app_key: AppKey,
        /// From now on.
        field_permissions: FieldPermissions,
    },
    /// The addresses it may be called from.
    SetIpWhitelist {
        /// The application.
        app_key: AppKey,
        /// Addresses, `*` standing for the rest.
        addresses: Vec<String>,
    },
    /// The company disables an account that it owns, or enables it. No event tells of it.
    SetAccountDisabled {
        /// Whose.
        userid: UserId,
        /// Whether it is disabled from now on.
        disabled: bool,
    },
    /// A new Client Secret. Tokens issued before stay good.
    SetSecret {
        /// The application.
        app_key: AppKey,
        /// The new secret.
        app_secret: AppSecret,
    },
    /// Calls a second on one interface.
    SetQps {
        /// The application.
        app_key: AppKey,
        /// 0 = unlimited.
        qps: u32,
    },
    /// Disables or enables the application: 50003.
    SetAppEnabled {
        /// The application.
        app_key: AppKey,
        /// False = disabled.
        enabled: bool,
    },
    /// How the application gets its events. A URL is not asked first; the console and the control API do that.
    SetEvents {
        /// The application.
        app_key: AppKey,
        /// From now on.
        events: AppEvents,
    },
    /// Disables, dissolves or restores the company: 50005, 70001.
    SetCompanyStatus {
        /// The new status.
        status: CompanyStatus,
    },
}

/// What a mutation changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A department is new.
    DepartmentAdded {
        /// Its number, assigned if none was given.
        dept_id: DepartmentId,
    },
    /// A department has other attributes. Its children and members are not mentioned when it moves.
    DepartmentModified {
        /// As it was.
        before: Box<Department>,
        /// As it is.
        after: Box<Department>,
    },
    /// Departments are gone.
    DepartmentsRemoved {
        /// All of them, children before their parents.
        dept_ids: Vec<DepartmentId>,
        /// People whose departments changed by it.
        moved_users: Vec<UserId>,
    },
    /// The company has another name.
    CompanyRenamed {
        /// As it was.
        before: String,
        /// As it is.
        after: String,
    },
    /// The company has another status.
    CompanyStatusChanged {
        /// As it is.
        status: CompanyStatus,
    },
    /// A person is new.
    UserAdded {
        /// The person.
        userid: UserId,
    },
    /// A person has other attributes or departments.
    UserModified {
        /// As they were.
        before: Box<User>,
        /// As they are.
        after: Box<User>,
    },
    /// A person is gone.
    UserRemoved {
        /// As they were.
        user: Box<User>,
    },
    /// An account that the company owns was disabled or enabled.
    AccountChanged {
        /// Whose.
        userid: UserId,
    },
    /// An application is new or has other settings.
    AppChanged {
        /// The application.
        app_key: AppKey,
    },
}

impl Mutation {
    /// A JSON merge patch of a person; a `patch` that is no object changes nothing.
    #[must_use]
    pub fn modify_user(userid: impl Into<UserId>, patch: &Value) -> Self {
        Self::ModifyUser { userid: userid.into(), patch: patch.as_object().cloned().unwrap_or_default() }
    }

    /// A JSON merge patch of a department; a `patch` that is no object changes nothing.
    #[must_use]
    pub fn modify_department(dept_id: i64, patch: &Value) -> Self {
        let dept_id = DepartmentId::new(dept_id);
        Self::ModifyDepartment { dept_id, patch: patch.as_object().cloned().unwrap_or_default() }
    }
}

impl Company {
    /// Makes a change, or none at all.
    ///
    /// # Errors
    ///
    /// [`MutationError`] says which rule of the directory forbids it.
    pub fn apply(&mut self, mutation: &Mutation) -> Result<Change, MutationError> {
        match mutation {
            Mutation::AddDepartment(department) => self.add_department(department),
            Mutation::RenameDepartment { dept_id, name } => self.rename_department(*dept_id, name),
            Mutation::MoveDepartment { dept_id, parent_id } => self.move_department(*dept_id, *parent_id),
            Mutation::SetDepartmentOrder { dept_id, order } => {
                self.change_department(*dept_id, |department| department.order = Some(*order))
            }
            Mutation::SetDepartmentManagers { dept_id, userids } => self.set_managers(*dept_id, userids),
            Mutation::ModifyDepartment { dept_id, patch } => self.patch_department(*dept_id, patch),
            Mutation::RemoveDepartment { dept_id } => self.remove_department(*dept_id),
            Mutation::RenameCompany { name } => self.rename_company(name),
            Mutation::AddUser(user) => self.add_user(user),
            Mutation::ModifyUser { userid, patch } => self.patch_user(userid, patch),
            Mutation::MoveUser { userid, dept_ids } => self.move_user(userid, dept_ids),
            Mutation::RemoveUser { userid } => self.remove_user(userid),
            Mutation::AddApp(app) => self.add_app(app),
            Mutation::SetScope { app_key, scope } => {
                self.change_app(app_key, |app| app.scope = scope.clone())
            }
            Mutation::SetPermissions { app_key, permissions } => {
                self.change_app(app_key, |app| app.permissions.clone_from(permissions))
            }
            Mutation::SetFieldPermissions { app_key, field_permissions } => {
                self.change_app(app_key, |app| app.field_permissions = *field_permissions)
            }
            Mutation::SetIpWhitelist { app_key, addresses } => {
                self.change_app(app_key, |app| app.ip_whitelist.clone_from(addresses))
            }
            Mutation::SetAccountDisabled { userid, disabled } => self.set_account(userid, *disabled),
            Mutation::SetSecret { app_key, app_secret } => {
                self.change_app(app_key, |app| app.app_secret = app_secret.clone())
            }
            Mutation::SetQps { app_key, qps } => self.change_app(app_key, |app| app.qps = *qps),
            Mutation::SetAppEnabled { app_key, enabled } => {
                self.change_app(app_key, |app| app.enabled = *enabled)
            }
            Mutation::SetEvents { app_key, events } => self.set_events(app_key, events),
            Mutation::SetCompanyStatus { status } => {
                self.status = *status;
                Ok(Change::CompanyStatusChanged { status: *status })
            }
        }
    }

    fn rename_company(&mut self, name: &str) -> Result<Change, MutationError> {
        let before = self.name().to_owned();
        self.change_department(DepartmentId::ROOT, |root| name.clone_into(&mut root.name))?;
        Ok(Change::CompanyRenamed { before, after: name.to_owned() })
    }

    fn add_app(&mut self, app: &App) -> Result<Change, MutationError> {
        if self.app(&app.app_key).is_some() {
            return Err(MutationError::AppKeyInUse(app.app_key.clone()));
        }
        sound_events(&app.app_key, &app.events)?;
        self.apps.push(app.clone());
        Ok(Change::AppChanged { app_key: app.app_key.clone() })
    }

    fn set_events(&mut self, app_key: &AppKey, events: &AppEvents) -> Result<Change, MutationError> {
        sound_events(app_key, events)?;
        self.change_app(app_key, |app| app.events = events.clone())
    }

    fn change_app(
        &mut self,
        app_key: &AppKey,
        change: impl FnOnce(&mut App),
    ) -> Result<Change, MutationError> {
        let app = self.app_mut(app_key).ok_or_else(|| MutationError::UnknownApp(app_key.clone()))?;
        change(app);
        Ok(Change::AppChanged { app_key: app_key.clone() })
    }
}

fn sound_events(app_key: &AppKey, events: &AppEvents) -> Result<(), MutationError> {
    let bad = |why| MutationError::BadEvents { app_key: app_key.clone(), why };
    events.fault().map_or(Ok(()), |why| Err(bad(why)))
}

/// Members that are set in both keep what they were; the others are ordinary.
fn memberships_of(user: &User, dept_ids: &[DepartmentId]) -> Vec<Membership> {
    let kept = |id: &DepartmentId| user.membership(*id).cloned();
    dept_ids.iter().map(|id| kept(id).unwrap_or_else(|| Membership::new(*id))).collect()
}

/// Applies a JSON merge patch (RFC 7396, one level deep: nested values are replaced whole) to a record.
fn patched<T>(record: &T, patch: &Map<String, Value>) -> Result<T, serde_json::Error>
where
    T: Serialize + serde::de::DeserializeOwned,
{
    let mut merged: Map<String, Value> = serde_json::from_value(serde_json::to_value(record)?)?;
    for (key, value) in patch {
        match value.is_null() {
            true => merged.remove(key),
            false => merged.insert(key.clone(), value.clone()),
        };
    }
    serde_json::from_value(Value::Object(merged))
}
