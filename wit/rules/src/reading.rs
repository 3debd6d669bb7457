//! What a connector says of one reading, and in which order.
//!
//! Not here: whether what it says is plausible, which a host weighs.

use std::collections::BTreeSet;

use crate::bounds::{
    MAX_CHECKPOINT_BYTES, MAX_CHECKPOINT_KEYS, MAX_CONTAINERS, MAX_REMOVALS, MAX_SCOPE_PARTS,
};
use crate::key::KeyRef;
use crate::object::check_key;
use crate::refusal::{Refusal, at_most};

/// How far a reading has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    is_open: bool,
    is_closed: bool,
    has_removed: bool,
}

/// What a call of a connector reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Everything.
    All {
        /// Whether anything was put already.
        has_puts: bool,
    },
    /// Some objects.
    Some,
}

/// What was covered of one resource type, as far as rules ask.
#[derive(Clone, Debug)]
pub struct Covered<'a> {
    /// Of which objects.
    pub resource_type: &'a str,
    /// The lists that they were read from.
    pub lists: Vec<KeyRef<'a>>,
}

impl Stage {
    /// Take the scope with which the source is read: that of everything once, and before the first put.
    ///
    /// # Errors
    ///
    /// When it comes too late, or has too many parts or one that is none.
    pub fn open(
        &mut self,
        reads: Reads,
        parts: &[KeyRef<'_>],
        resource_types: &[String],
    ) -> Result<(), Refusal> {
        match reads {
            Reads::All { .. } if self.is_open => {
                return Err(Refusal::of_request("a reading is opened once"));
            }
            Reads::All { has_puts: true } => {
                return Err(Refusal::of_request("a reading is opened before the first put"));
            }
            Reads::All { has_puts: false } | Reads::Some => {}
        }
        at_most(parts.len(), MAX_SCOPE_PARTS, "parts", "a scope")?;
        check_keys(parts, resource_types)?;
        self.is_open = true;
        Ok(())
    }

    /// Take what was covered: once, after the reading was opened.
    ///
    /// # Errors
    ///
    /// When the reading was not opened, it was said before, resource types repeat or are none of the connector's, or lists are too many or none.
    pub fn close(&mut self, coverage: &[Covered<'_>], resource_types: &[String]) -> Result<(), Refusal> {
        if !self.is_open {
            return Err(Refusal::of_request("a reading is closed after it was opened"));
        }
        if self.is_closed {
            return Err(Refusal::of_request("a reading is closed once"));
        }
        let types: BTreeSet<&str> = coverage.iter().map(|covered| covered.resource_type).collect();
        let are_known = types.iter().all(|name| resource_types.iter().any(|known| known == name));
        if types.len() != coverage.len() || !are_known {
            return Err(Refusal::of_request(&format!(
                "what was covered must be different ones of {resource_types:?}"
            )));
        }
        let n_lists = coverage.iter().map(|covered| covered.lists.len()).sum();
        at_most(n_lists, MAX_CONTAINERS, "lists", "a reading")?;
        coverage.iter().try_for_each(|covered| check_keys(&covered.lists, resource_types))?;
        self.is_closed = true;
        Ok(())
    }

    /// Take what a complete reading no longer found: once, after it was closed.
    ///
    /// # Errors
    ///
    /// When the reading was not closed, it was said before, or it is too much.
    pub fn remove(&mut self, n_removals: usize) -> Result<(), Refusal> {
        if !self.is_closed {
            return Err(Refusal::of_request("nothing is removed before the reading is closed"));
        }
        if self.has_removed {
            return Err(Refusal::of_request("a run removes once, so that the whole can be weighed"));
        }
        at_most(n_removals, MAX_REMOVALS, "removals", "one call")?;
        self.has_removed = true;
        Ok(())
    }
}

/// # Errors
///
/// When a checkpoint is too large, or names what is no object of the connector.
pub fn check_checkpoint(
    state: &str,
    unchanged: &[KeyRef<'_>],
    resource_types: &[String],
) -> Result<(), Refusal> {
    at_most(state.len(), MAX_CHECKPOINT_BYTES, "bytes", "a checkpoint")?;
    at_most(unchanged.len(), MAX_CHECKPOINT_KEYS, "keys", "a checkpoint")?;
    check_keys(unchanged, resource_types)
}

/// # Errors
///
/// When one of them is no key of the connector's objects.
pub(crate) fn check_keys(keys: &[KeyRef<'_>], resource_types: &[String]) -> Result<(), Refusal> {
    let checked = keys.iter().try_for_each(|key| check_key(*key, resource_types));
    checked.map_err(|_| Refusal::of_request("a key is not one of this source's objects"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Vec<String> {
        vec!["Department".to_owned(), "User".to_owned()]
    }

    const ALL: Reads = Reads::All { has_puts: false };

    fn covered(resource_type: &str) -> Covered<'_> {
        Covered { resource_type, lists: Vec::new() }
    }

    #[test]
    fn a_reading_is_opened_closed_and_followed_by_one_removal() {
        let mut stage = Stage::default();
        assert!(stage.remove(0).is_err());
        assert!(stage.close(&[], &types()).is_err());
        assert_eq!(stage.open(ALL, &[], &types()), Ok(()));
        assert!(stage.open(ALL, &[], &types()).is_err());
        assert_eq!(stage.close(&[covered("User")], &types()), Ok(()));
        assert!(stage.close(&[], &types()).is_err());
        assert_eq!(stage.remove(1), Ok(()));
        assert!(stage.remove(1).is_err());
    }

    #[test]
    fn the_scope_of_some_objects_is_said_as_often_as_it_turns_out_to_be_another() {
        let mut stage = Stage::default();
        for _ in 0..2 {
            assert_eq!(stage.open(Reads::Some, &[], &types()), Ok(()));
        }
    }

    #[test]
    fn what_is_refused_leaves_the_reading_where_it_was() {
        let mut stage = Stage::default();
        let nobody = KeyRef { resource_type: "Group", external_id: "a" };
        assert!(stage.open(Reads::All { has_puts: true }, &[], &types()).is_err());
        assert!(stage.open(ALL, &[nobody], &types()).is_err());
        assert_eq!(stage, Stage::default());
        stage.open(ALL, &[], &types()).unwrap();
        let opened = stage;
        for wrong in [vec![covered("Group")], vec![covered("User"), covered("User")]] {
            assert!(stage.close(&wrong, &types()).is_err());
        }
        assert_eq!(stage, opened);
        stage.close(&[], &types()).unwrap();
        assert!(stage.remove(MAX_REMOVALS + 1).is_err());
        assert_eq!(stage.remove(MAX_REMOVALS), Ok(()));
    }

    #[test]
    fn a_checkpoint_is_bounded_and_names_objects_of_the_connector() {
        let key = KeyRef { resource_type: "User", external_id: "a" };
        assert_eq!(check_checkpoint("state", &[key, key], &types()), Ok(()));
        assert!(check_checkpoint(&"s".repeat(MAX_CHECKPOINT_BYTES + 1), &[], &types()).is_err());
        assert!(check_checkpoint("", &vec![key; MAX_CHECKPOINT_KEYS + 1], &types()).is_err());
        let nobody = KeyRef { external_id: "", ..key };
        assert!(check_checkpoint("", &[nobody], &types()).is_err());
    }
}
