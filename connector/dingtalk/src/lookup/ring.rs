//! Departments whose parents lead back to them. DingTalk should have none, and a platform that is told of one has people and
//! departments below nothing: whatever goes through its tree from the top no longer finds them.

use super::VisibleDepartments;
use crate::client::Client;
use crate::limits::MAX_PARENTS_ASKED;
use crate::trouble::Trouble;
use crate::wire::DepartmentId;
use rollcall_kit::Failure;

/// The departments from this one up to itself, if its parents lead there; `above` is the one that it names. Whoever hangs in
/// a ring without being part of it is in none.
///
/// Each is asked about by itself, because what it says of itself is what events put. An answer that cannot be had costs the
/// question alone: the event that asks it is about another department.
///
/// # Errors
/// When nothing else needs to be asked either.
pub(super) async fn around(
    client: &Client<'_>,
    view: &VisibleDepartments,
    id: DepartmentId,
    above: Option<DepartmentId>,
) -> Result<Option<Vec<DepartmentId>>, Failure> {
    view.parents.borrow_mut().insert(id, above);
    let mut way = vec![id];
    let mut next = above;
    while let Some(above) = next {
        if above == id {
            return Ok(Some(way));
        }
        if above == DepartmentId::ROOT || way.contains(&above) || MAX_PARENTS_ASKED <= way.len() {
            return Ok(None);
        }
        way.push(above);
        next = parent(client, view, above).await?;
    }
    Ok(None)
}

/// The parent that a department names; none as well if it does not tell.
async fn parent(
    client: &Client<'_>,
    view: &VisibleDepartments,
    id: DepartmentId,
) -> Result<Option<DepartmentId>, Failure> {
    if let Some(known) = view.parents.borrow().get(&id) {
        return Ok(*known);
    }
    let parent = match client.department(id).await {
        Ok((department, _)) => department.parent(),
        Err(Trouble::Fatal(failure)) => return Err(failure),
        Err(
            Trouble::Gone(_)
            | Trouble::Hidden(_)
            | Trouble::Lost(_)
            | Trouble::Misread(_)
            | Trouble::Unforeseen(_),
        ) => None,
    };
    view.parents.borrow_mut().insert(id, parent);
    Ok(parent)
}
