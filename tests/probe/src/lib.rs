//! What the probe tries of a host, and how it judges what the host did. Loaded by any host in any language it tells from
//! inside whether that host keeps the contract.
//!
//! Each thing that the contract promises and a connector can see is a [`Promise`]: a name, where it stands, and a function
//! that tries it. What must end the call of the connector is an [`Ending`], and takes a call of its own.
//!
//! Pure: a host is a trait, so a test tries hosts that make mistakes. Not here: the component around it, and the server that
//! its requests go to (`peer`).

mod ending;
pub mod limits;
mod promise;
mod reading;
mod settings;
mod stand;
mod surroundings;
mod trying;

pub use ending::{Ending, WORDS, endings};
pub use promise::{Promise, Status, Verdict};
pub use reading::{Expected, identity_documents, merge_documents, reading_counters, refresh, sync, told};
pub use settings::{
    ABSENT, ALONE, FORBIDDEN, IDENTITY_ATTRIBUTE, RESOURCE_TYPES, SECRET, Settings, plan, schema,
};
pub use stand::Stand;
pub use surroundings::{Reached, Surroundings};

use rollcall_kit::Host;
use rollcall_kit::model::Finding;
use rollcall_rules::reach::Export;

/// Everything that `check` tries, in its order; those of [`ALONE`] only by their names.
#[must_use]
pub fn promises() -> Vec<Promise> {
    trying::promises()
}

/// `identity-source.check`: a finding for each promise, or for the one that the settings name; none where that one is tried
/// by another function.
#[must_use]
pub fn check(host: &dyn Host, settings: &Settings, surroundings: Option<&dyn Surroundings>) -> Vec<Finding> {
    let stand = Stand::new(host, settings, surroundings);
    if let Some(ending) = ending::named(&settings.probe).filter(|ending| ending.within == Export::Check) {
        return vec![ending.go(&stand)];
    }
    let all = if settings.is_about_the_way() { trying::of_the_way() } else { promises() };
    let chosen = all.into_iter().filter(|promise| settings.chooses(promise.name));
    chosen.map(|promise| promise.finding(promise.try_on(&stand))).collect()
}
