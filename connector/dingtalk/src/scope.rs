//! What the application may see: asked for, remembered for a while, and told in the words of the contract.

use crate::api::Api;
use crate::client::Client;
use crate::codes;
use crate::limits::SCOPES_REMEMBERED_MS;
use crate::mapping;
use crate::memory;
use crate::wire::scopes::Scopes;
use rollcall_kit::{Failure, Scope};
use serde::{Deserialize, Serialize};

/// What the application may see; it must be something.
pub(crate) async fn scopes(client: &Client<'_>) -> Result<Scopes, Failure> {
    let scopes = client.scopes().await.map_err(|trouble| trouble.into_failure(Api::Scopes))?;
    // A view of nothing is a mistake in the console; taking it for an empty company would end everyone's account.
    if scopes.is_empty() {
        memory::forget(client.context, SCOPES);
        return Err(Failure::Permission(codes::scope_empty()));
    }
    let at_ms = client.context.now_ms();
    memory::remember(client.context, SCOPES, &Remembered { at_ms, scopes: scopes.clone() });
    Ok(scopes)
}

/// What the application could see a while ago, so that an event costs one request. Not for a full reading, and nobody is
/// removed on it.
pub(crate) fn remembered_scopes(client: &Client<'_>) -> Option<Scopes> {
    let Remembered { at_ms, scopes } = memory::recall(client.context, SCOPES)?;
    (client.context.now_ms().checked_sub(at_ms)? < SCOPES_REMEMBERED_MS).then_some(scopes)
}

/// Where the scopes are remembered.
const SCOPES: &str = "scopes";

#[derive(Serialize, Deserialize)]
struct Remembered {
    at_ms: u64,
    scopes: Scopes,
}

/// With what view a reading is made.
pub(crate) fn told(scopes: &Scopes) -> Scope {
    if scopes.is_whole() {
        return Scope::whole();
    }
    let departments = scopes.authed_dept.iter().map(|id| mapping::department::key(*id));
    let people = scopes.authed_user.iter().map(mapping::user::key);
    Scope { whole: false, parts: departments.chain(people).collect() }
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::wire::scopes::Scopes;
    use crate::wire::{DepartmentId, UserId};
    use rollcall_kit::{Key, Scope};

    fn scopes(departments: &[i64], people: &[&str]) -> Scopes {
        Scopes {
            authed_dept: departments.iter().copied().map(DepartmentId).collect(),
            authed_user: people.iter().filter_map(|id| UserId::new(id)).collect(),
        }
    }

    #[test]
    fn whoever_may_see_the_root_may_see_the_whole() {
        assert_eq!(told(&scopes(&[1, 7], &["a"])), Scope::whole());
    }

    #[test]
    fn a_part_is_told_by_its_departments_and_people() {
        let parts = vec![Key::new("Department", "2"), Key::new("Department", "3"), Key::new("User", "a")];
        assert_eq!(told(&scopes(&[3, 2], &["a"])), Scope { whole: false, parts });
    }
}
