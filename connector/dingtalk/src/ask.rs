//! The questions that this connector asks, one function each. How they are asked is in `client`.

use crate::api::Api;
use crate::client::Client;
use crate::limits::MEMBER_PAGE;
use crate::trouble::Trouble;
use crate::wire::accounts;
use crate::wire::departments::{self, Details, WireDepartment};
use crate::wire::envelope::Accepted;
use crate::wire::scopes::{Scopes, scopes};
use crate::wire::users::{self, User, UserPage};
use crate::wire::{DepartmentId, Listing, Misread, UserId};
use serde_json::json;
use std::cell::Cell;

impl Client<'_> {
    /// What the application may see.
    pub(crate) async fn scopes(&self) -> Result<Scopes, Trouble> {
        self.call(Api::Scopes, None, scopes).await
    }

    /// The departments directly below this one; none when the answer does not say whether there are any.
    pub(crate) async fn children(
        &self,
        id: DepartmentId,
    ) -> Result<Option<Listing<WireDepartment>>, Trouble> {
        let read = |accepted: Accepted<'_>| departments::children(accepted, id);
        self.call(Api::ListChildren, Some(&json!({"dept_id": id})), read).await
    }

    /// The ids of the departments directly below this one, visible or not.
    pub(crate) async fn child_ids(&self, id: DepartmentId) -> Result<Vec<DepartmentId>, Trouble> {
        self.call(Api::ListChildIds, Some(&json!({"dept_id": id})), departments::child_ids).await
    }

    /// The ids of the people directly in this department, visible or not.
    pub(crate) async fn member_ids(&self, id: DepartmentId) -> Result<Vec<UserId>, Trouble> {
        self.call(Api::ListMemberIds, Some(&json!({"dept_id": id})), users::member_ids).await
    }

    /// One department.
    pub(crate) async fn department(&self, id: DepartmentId) -> Result<(WireDepartment, Details), Trouble> {
        let read = |accepted: Accepted<'_>| departments::department(accepted, id);
        self.call(Api::Department, Some(&json!({"dept_id": id})), read).await
    }

    /// The department itself and those above it, the root last, visible or not.
    pub(crate) async fn chain(&self, id: DepartmentId) -> Result<Vec<DepartmentId>, Trouble> {
        let read = |accepted: Accepted<'_>| departments::chain(accepted, id);
        self.call(Api::Ancestors, Some(&json!({"dept_id": id})), read).await
    }

    /// A page of the people directly in this department.
    pub(crate) async fn members(&self, id: DepartmentId, cursor: i64) -> Result<UserPage, Trouble> {
        // Without `contain_access_limit`, people whose own access is restricted would be left out.
        let body =
            json!({"dept_id": id, "cursor": cursor, "size": MEMBER_PAGE, "contain_access_limit": true});
        // A page of nobody but people of other departments is asked for again before it is looked into.
        let was_strange = Cell::new(false);
        let read = |accepted: Accepted<'_>| {
            let page = users::page(accepted, id, cursor)?;
            let is_strange = !page.strangers.is_empty() && page.strangers.len() == page.users.items.len();
            if is_strange && !was_strange.replace(true) { Err(Misread::other_department()) } else { Ok(page) }
        };
        self.call(Api::ListMembers, Some(&body), read).await
    }

    /// Whether the account that the company owns is disabled.
    pub(crate) async fn is_account_disabled(&self, id: &UserId) -> Result<bool, Trouble> {
        self.call_aside(Api::AccountStatus, Some(&json!({"userId": id})), accounts::is_disabled).await
    }

    /// One person.
    pub(crate) async fn person(&self, id: &UserId) -> Result<User, Trouble> {
        let read = |accepted: Accepted<'_>| users::user(accepted, id);
        self.call(Api::Person, Some(&json!({"userid": id})), read).await
    }
}
