//! In which parts changes are applied: as many at once as may be, and no more than memory has room for.
//!
//! Pure. Not here: what is done with a part (`apply`).

use std::collections::BTreeSet;

use super::DirectoryChange;
use crate::limits::MAX_PARSED_BYTES;
use crate::model::Key;

/// Changes of different objects, each with its place among all.
pub(super) type ChangesPart = Vec<(usize, DirectoryChange)>;

/// The changes in the order in which they are applied, in parts of different objects. Of a part that is cut because its documents
/// are large, what leaves comes last, as it does within one.
pub(super) fn in_parts(changes: Vec<DirectoryChange>) -> Vec<ChangesPart> {
    in_groups(changes).into_iter().flat_map(|group| cut(group, MAX_PARSED_BYTES)).collect()
}

/// Cut before each object that occurred already, because the second change of an object must see the first one.
fn in_groups(changes: Vec<DirectoryChange>) -> Vec<ChangesPart> {
    let (mut groups, mut group, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (place, change) in changes.into_iter().enumerate() {
        let key = key_of(&change);
        if seen.contains(key) {
            seen.clear();
            groups.push(std::mem::take(&mut group));
        }
        seen.insert(key.clone());
        group.push((place, change));
    }
    groups.push(group);
    groups
}

fn cut(group: ChangesPart, most_bytes: usize) -> Vec<ChangesPart> {
    if sum(&group) <= most_bytes {
        return vec![group];
    }
    let (puts, departures): (ChangesPart, ChangesPart) =
        group.into_iter().partition(|(_, change)| matches!(change, DirectoryChange::Put(_)));
    let (mut parts, mut part, mut n_bytes) = (Vec::new(), Vec::new(), 0_usize);
    for put in puts {
        let added = document_bytes(&put.1);
        if most_bytes < n_bytes.saturating_add(added) && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            n_bytes = 0;
        }
        n_bytes = n_bytes.saturating_add(added);
        part.push(put);
    }
    parts.extend([part, departures].into_iter().filter(|part| !part.is_empty()));
    parts
}

fn sum(part: &ChangesPart) -> usize {
    part.iter().map(|(_, change)| document_bytes(change)).fold(0, usize::saturating_add)
}

fn document_bytes(change: &DirectoryChange) -> usize {
    match change {
        DirectoryChange::Put(object) => object.document.len(),
        DirectoryChange::Delete(_) => 0,
    }
}

fn key_of(change: &DirectoryChange) -> &Key {
    match change {
        DirectoryChange::Put(object) => &object.key,
        DirectoryChange::Delete(departure) => &departure.key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Departure, Object};

    fn put(id: &str, n_bytes: usize) -> DirectoryChange {
        let (key, version) = (Key::new("User", id), "1".to_owned());
        DirectoryChange::Put(Object { key, version, document: "x".repeat(n_bytes) })
    }

    fn gone(id: &str) -> DirectoryChange {
        DirectoryChange::Delete(Departure { key: Key::new("User", id), witness: "gone".to_owned() })
    }

    fn places(parts: &[ChangesPart]) -> Vec<Vec<usize>> {
        parts.iter().map(|part| part.iter().map(|(place, _)| *place).collect()).collect()
    }

    #[test]
    fn an_object_that_comes_again_begins_another_part() {
        let changes = ["a", "b", "a", "a", "c"].map(|id| put(id, 1)).to_vec();
        assert_eq!(places(&in_parts(changes)), [vec![0, 1], vec![2], vec![3, 4]]);
    }

    #[test]
    fn large_documents_come_in_parts_and_what_leaves_comes_last() {
        let changes =
            vec![put("a", 6), gone("x"), put("b", 6), put("c", 4), gone("y"), put("d", 90), put("e", 1)];
        let [group] = in_groups(changes).try_into().unwrap();
        assert_eq!(places(&cut(group, 10)), [vec![0], vec![2, 3], vec![5], vec![6], vec![1, 4]]);
    }

    #[test]
    fn small_ones_stay_together_as_they_came() {
        let [group] = in_groups(vec![put("a", 6), gone("x"), put("b", 4)]).try_into().unwrap();
        assert_eq!(places(&cut(group, 10)), [vec![0, 1, 2]]);
    }
}
