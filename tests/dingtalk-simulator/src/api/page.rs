//! Pages of people: the parameters, the order, the slice; who may see a person is decided by the department.

use serde::Serialize;

use super::Call;
use crate::ids::DepartmentId;
use crate::refusal::{self, Refusal};
use crate::state::{MemberOrder, User};
use crate::switches::{AccessLimited, LastCursor, OversizedPage};

/// Most people on a page. Source: DingTalk, "list the users of a department".
const MAX_PAGE: i64 = 100;

/// Which of the two paged interfaces asks; they refuse bad pages differently.
#[derive(Clone, Copy)]
pub(super) enum Pager {
    Users,
    Names,
}

/// The slice asked for.
pub(super) struct Page {
    cursor: usize,
    size: usize,
}

/// A page as it is written.
#[derive(Serialize)]
pub(super) struct PageBody<T> {
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<usize>,
    list: Vec<T>,
}

impl Page {
    pub(super) fn read(call: &Call<'_>, pager: Pager) -> Result<Self, Refusal> {
        let cursor = required(call, "cursor", pager)?;
        let size = required(call, "size", pager)?;
        let cursor = usize::try_from(cursor).map_err(|_| bad_cursor(pager))?;
        match usize::try_from(size) {
            Ok(size @ 1..) if call.params.integer("size") <= Some(MAX_PAGE) => Ok(Self { cursor, size }),
            Ok(_) | Err(_) => Err(bad_size(call, pager)),
        }
    }

    /// The people of this page and what follows them.
    pub(super) fn fill<'a, T>(
        &self,
        call: &Call<'a>,
        dept_id: DepartmentId,
        write: impl Fn(&'a User) -> T,
    ) -> Result<PageBody<T>, Refusal> {
        let people = listed(call, dept_id)?;
        let end = self.cursor.saturating_add(self.size);
        let has_more = end < people.len();
        let list = people.iter().skip(self.cursor).take(self.size).map(|user| write(user)).collect();
        let next_cursor = match (has_more, call.switches.last_cursor) {
            (true, _) => Some(end),
            (false, LastCursor::Present) => Some(people.len()),
            (false, LastCursor::Absent) => None,
        };
        Ok(PageBody { has_more, next_cursor, list })
    }
}

fn listed<'a>(call: &Call<'a>, dept_id: DepartmentId) -> Result<Vec<&'a User>, Refusal> {
    let mut people = call.company.members_by(dept_id, order(call)?);
    let asked = call.params.boolean("contain_access_limit").unwrap_or(false);
    if !asked && call.switches.access_limited == AccessLimited::LeftOut {
        people.retain(|user| !user.access_limited);
    }
    Ok(people)
}

fn order(call: &Call<'_>) -> Result<MemberOrder, Refusal> {
    match call.params.text("order_field").as_deref() {
        None | Some("" | "custom") => Ok(MemberOrder::Custom),
        Some("entry_asc") => Ok(MemberOrder::EntryAscending),
        Some("entry_desc") => Ok(MemberOrder::EntryDescending),
        Some("modify_asc") => Ok(MemberOrder::ModifiedAscending),
        Some("modify_desc") => Ok(MemberOrder::ModifiedDescending),
        Some(_) => Err(refusal::bad_parameter("order_field")),
    }
}

fn required(call: &Call<'_>, name: &'static str, pager: Pager) -> Result<i64, Refusal> {
    match (call.params.integer(name), call.params.has(name), name) {
        (Some(number), _, _) => Ok(number),
        (None, false, _) => Err(refusal::missing_parameter(name)),
        (None, true, "size") => Err(bad_size(call, pager)),
        (None, true, _) => Err(bad_cursor(pager)),
    }
}

fn bad_cursor(pager: Pager) -> Refusal {
    match pager {
        Pager::Users => refusal::bad_parameter("cursor"),
        Pager::Names => refusal::bad_cursor(),
    }
}

fn bad_size(call: &Call<'_>, pager: Pager) -> Refusal {
    match (pager, call.switches.oversized_page) {
        (Pager::Names, _) => refusal::bad_size(),
        (Pager::Users, OversizedPage::Code400002) => refusal::bad_parameter("size"),
        (Pager::Users, OversizedPage::Code40035) => refusal::unfit_parameter("size"),
    }
}
