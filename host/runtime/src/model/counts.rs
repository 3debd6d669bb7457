//! Numbers of objects by resource type.

use std::collections::BTreeMap;

use super::Key;

/// Objects by resource type.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Count one more of its resource type.
pub(crate) fn count(counts: &mut Counts, key: &Key) {
    let n = counts.entry(key.resource_type.clone()).or_default();
    *n = n.saturating_add(1);
}

/// So many of each resource type.
pub(crate) fn counted<'k>(keys: impl IntoIterator<Item = &'k Key>) -> Counts {
    keys.into_iter().fold(Counts::new(), |mut counts, key| {
        count(&mut counts, key);
        counts
    })
}
