//! The questions that this connector asks, one function each. How they are asked is in `client`.

use crate::api::Api;
use crate::client::Client;
use crate::limits::MEMBER_PAGE;
use crate::trouble::Trouble;
use crate::wire::Misread;
use crate::wire::departments::{self, BadItem, Department, Details};
use crate::wire::envelope::Accepted;
use crate::wire::scopes::{Scopes, scopes};
use crate::wire::users::{self, Page, User};
use crate::wire::{DepartmentId, UserId};
use serde_json::json;

impl Client<'_> {
    /// What the application may see.
    pub(crate) async fn scopes(&self) -> Result<Scopes, Trouble> {
        self.call(Api::Scopes, None, scopes).await
    }

    /// The departments directly below this one.
    pub(crate) async fn children(
        &self,
        id: DepartmentId,
    ) -> Result<Vec<Result<Department, BadItem>>, Trouble> {
        self.call(Api::ListChildren, Some(&json!({"dept_id": id})), departments::children).await
    }

    /// One department.
    pub(crate) async fn department(&self, id: DepartmentId) -> Result<(Department, Details), Trouble> {
        let read = |accepted: Accepted<'_>| {
            let (department, details) = departments::department(accepted)?;
            same(department.dept_id == id).map(|()| (department, details))
        };
        self.call(Api::Department, Some(&json!({"dept_id": id})), read).await
    }

    /// The department itself and those above it, the root last, visible or not.
    pub(crate) async fn chain(&self, id: DepartmentId) -> Result<Vec<DepartmentId>, Trouble> {
        self.call(Api::Ancestors, Some(&json!({"dept_id": id})), departments::chain).await
    }

    /// A page of the people directly in this department.
    pub(crate) async fn members(&self, id: DepartmentId, cursor: i64) -> Result<Page, Trouble> {
        // Without `contain_access_limit`, people whose own access is restricted would be left out.
        let body =
            json!({"dept_id": id, "cursor": cursor, "size": MEMBER_PAGE, "contain_access_limit": true});
        self.call(Api::ListMembers, Some(&body), |accepted| users::page(accepted, cursor)).await
    }

    /// One person.
    pub(crate) async fn person(&self, id: &UserId) -> Result<User, Trouble> {
        let read = |accepted: Accepted<'_>| {
            let user = users::user(accepted)?;
            same(user.userid == *id).map(|()| user)
        };
        self.call(Api::Person, Some(&json!({"userid": id})), read).await
    }
}

fn same(same: bool) -> Result<(), Misread> {
    same.then_some(()).ok_or_else(|| Misread("expected what was asked about, found another".to_owned()))
}
