//! What is below a department, by ids alone: DingTalk lists those whether the application may see them or not, so it is the
//! same question after a department came into view and after it left it. What they are is `look_up`'s part.

use crate::client::Client;
use crate::limits::MAX_SUBTREE_OBJECTS;
use crate::trouble::Trouble;
use crate::wire::{DepartmentId, UserId};
use rollcall_kit::limits::MAX_REQUESTS_IN_FLIGHT;
use rollcall_kit::{Failure, pool};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// All departments below one, and everybody in it and below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Subtree {
    pub(crate) departments: BTreeSet<DepartmentId>,
    pub(crate) users: BTreeSet<UserId>,
}

impl Subtree {
    /// Whether it is so large that reading everything asks less of DingTalk.
    pub(crate) fn is_too_large(&self) -> bool {
        MAX_SUBTREE_OBJECTS < self.departments.len() + self.users.len()
    }
}

/// Why what is below a department is not known.
#[derive(Debug)]
pub(crate) enum Unlisted {
    /// No other call will do better: stop.
    Stopped(Failure),
    /// One of its departments could not be listed.
    Lost(Failure),
}

/// List what is below `top`; as soon as it is too large, no further.
///
/// # Errors
/// When one of its departments could not be listed.
pub(crate) async fn below(client: &Client<'_>, top: DepartmentId) -> Result<Subtree, Unlisted> {
    let found = RefCell::new(Subtree::default());
    let found_ref = &found;
    pool::crawl([top], MAX_REQUESTS_IN_FLIGHT, |id| async move {
        let users = listed(client.member_ids(id).await)?;
        found_ref.borrow_mut().users.extend(users);
        if found_ref.borrow().is_too_large() {
            return Ok(Vec::new());
        }
        let mut children = listed(client.child_ids(id).await)?;
        let mut found = found_ref.borrow_mut();
        // A circle would never end.
        children.retain(|child| child.is_real() && *child != top && found.departments.insert(*child));
        Ok::<_, Unlisted>(children)
    })
    .await?;
    Ok(found.into_inner())
}

/// A department that is gone meanwhile has nothing below it, and its removal is an event of its own. That ids are kept
/// back is not what DingTalk describes.
fn listed<T>(tried: Result<Vec<T>, Trouble>) -> Result<Vec<T>, Unlisted> {
    match tried {
        Ok(listed) => Ok(listed),
        Err(Trouble::Gone(_)) => Ok(Vec::new()),
        Err(Trouble::Hidden(diagnosis)) => Err(Unlisted::Lost(Failure::Protocol(diagnosis))),
        Err(Trouble::Lost(failure) | Trouble::Misread(failure) | Trouble::Unforeseen(failure)) => {
            Err(Unlisted::Lost(failure))
        }
        Err(Trouble::Fatal(failure)) => Err(Unlisted::Stopped(failure)),
    }
}
