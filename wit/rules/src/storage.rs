//! What a connector keeps for itself: keys, values, and how much of them.

use crate::bounds::{MAX_STORAGE_ENTRIES, MAX_STORAGE_KEY_BYTES, MAX_STORAGE_VALUE_BYTES};
use crate::refusal::{Refusal, at_most};

/// # Errors
///
/// When there are too many keys, or one is empty or too long.
pub fn check_get(keys: &[String]) -> Result<(), Refusal> {
    at_most(keys.len(), MAX_STORAGE_ENTRIES, "keys", "one call")?;
    keys.iter().try_for_each(|key| check_key(key))
}

/// Each entry is a key and its value, none to delete it.
///
/// # Errors
///
/// When there are too many entries, or a key or value is too long, or a key empty: then none is written.
pub fn check_write(entries: &[(String, Option<String>)]) -> Result<(), Refusal> {
    at_most(entries.len(), MAX_STORAGE_ENTRIES, "keys", "one call")?;
    entries.iter().try_for_each(|(key, value)| {
        check_key(key)?;
        let n_bytes = value.as_ref().map_or(0, String::len);
        if n_bytes <= MAX_STORAGE_VALUE_BYTES {
            return Ok(());
        }
        Err(Refusal::of_request(&format!(
            "the value of key {key:?} has {n_bytes} bytes, more than {MAX_STORAGE_VALUE_BYTES}"
        )))
    })
}

/// # Errors
///
/// When a page would have nothing, or more than a page may.
pub fn check_scan(limit: u32) -> Result<(), Refusal> {
    let is_page = usize::try_from(limit).is_ok_and(|limit| (1..=MAX_STORAGE_ENTRIES).contains(&limit));
    if is_page {
        return Ok(());
    }
    Err(Refusal::of_request(&format!("limit {limit} must be 1 to {MAX_STORAGE_ENTRIES}")))
}

fn check_key(key: &str) -> Result<(), Refusal> {
    if (1..=MAX_STORAGE_KEY_BYTES).contains(&key.len()) {
        return Ok(());
    }
    let n_bytes = key.len();
    Err(Refusal::of_request(&format!("a key has {n_bytes} bytes and must have 1 to {MAX_STORAGE_KEY_BYTES}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_not_empty() {
        for (key, is_right) in [("", false), ("k", true)] {
            assert_eq!(check_get(&[key.to_owned()]).is_ok(), is_right, "{key:?}");
            assert_eq!(check_write(&[(key.to_owned(), None)]).is_ok(), is_right, "{key:?}");
        }
        let long = "k".repeat(MAX_STORAGE_KEY_BYTES + 1);
        assert!(check_get(&[long]).is_err());
    }

    #[test]
    fn values_and_pages_are_bounded() {
        let entry = |n_bytes: usize| [("k".to_owned(), Some("v".repeat(n_bytes)))];
        assert_eq!(check_write(&entry(MAX_STORAGE_VALUE_BYTES)), Ok(()));
        assert!(check_write(&entry(MAX_STORAGE_VALUE_BYTES + 1)).is_err());
        assert!(check_get(&vec!["k".to_owned(); MAX_STORAGE_ENTRIES + 1]).is_err());
        assert_eq!([0, 1, 1000, 1001].map(|limit| check_scan(limit).is_ok()), [false, true, true, false]);
    }
}
