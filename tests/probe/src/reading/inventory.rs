//! `list-inventory` and `find-inventory`.

use super::user;
use crate::promise::{Trouble, ensure, same};
use crate::trying::{refused, taken};
use crate::{Promise, Stand};
use rollcall_rules::bounds::{MAX_FIND_KEYS, MAX_INVENTORY_PAGE};

/// Once the first run's objects are there.
pub(super) const PROMISES: [Promise; 5] = [
    Promise {
        name: "inventory-order",
        stands_at: "directory.wit, list-inventory; README.md, Byte order",
        says: "the inventory is in the order of the bytes of UTF-8, beyond U+FFFF too",
        attempt: |stand| {
            let ids = ids(stand, MAX_INVENTORY_PAGE)?;
            let mut in_order = ids.clone();
            in_order.sort();
            let first_wrong = ids.iter().zip(&in_order).find(|(found, right)| found != right);
            ensure(first_wrong.is_none(), || {
                format!("it lists {first_wrong:?}: the first where the second should be")
            })
        },
    },
    Promise {
        name: "inventory-pages",
        stands_at: "directory.wit, list-inventory",
        says: "pages go on after `after`, have `limit` items but for the last, and are together the whole",
        attempt: |stand| {
            let whole = ids(stand, MAX_INVENTORY_PAGE)?;
            [1, 7, 300].into_iter().try_for_each(|limit| {
                let paged = ids(stand, limit)?;
                ensure(paged == whole, || {
                    format!("{} items by pages of {limit}, of {}", paged.len(), whole.len())
                })
            })
        },
    },
    Promise {
        name: "inventory-bound",
        stands_at: "directory.wit, list-inventory",
        says: "a page has 1 to 10,000 items: with another limit it fails",
        attempt: |stand| {
            [0, MAX_INVENTORY_PAGE + 1, u32::MAX].into_iter().try_for_each(|limit| {
                refused(&format!("a limit of {limit}"), stand.host.list_inventory("User", None, limit))
            })
        },
    },
    Promise {
        name: "find-order",
        stands_at: "directory.wit, find-inventory",
        says: "what is held of keys comes in their order, and none for what is not held",
        attempt: |stand| {
            let mut asked = super::first::IN_ORDER.map(user).to_vec();
            asked.reverse();
            asked.insert(1, user("nobody"));
            let found = taken("finding", stand.host.find_inventory(&asked))?;
            let right: Vec<Option<&str>> =
                asked.iter().map(|key| Some(key.external_id.as_str()).filter(|id| *id != "nobody")).collect();
            let ids: Vec<Option<&str>> =
                found.iter().map(|item| item.as_ref().map(|item| item.external_id.as_str())).collect();
            same("what was found", &ids, &right)
        },
    },
    Promise {
        name: "find-bound",
        stands_at: "directory.wit, find-inventory",
        says: "1000 keys are found at once, and more fail",
        attempt: |stand| {
            let keys = |n: usize| (0..n).map(|n| user(&n.to_string())).collect::<Vec<_>>();
            let found = taken("finding 1000 keys", stand.host.find_inventory(&keys(MAX_FIND_KEYS)))?;
            same("the answers for 1000 keys", &found.len(), &MAX_FIND_KEYS)?;
            refused("finding 1001 keys", stand.host.find_inventory(&keys(MAX_FIND_KEYS + 1)))
        },
    },
];

/// Ids of everybody held, by pages.
pub(super) fn ids(stand: &Stand<'_>, limit: u32) -> Result<Vec<String>, Trouble> {
    let mut ids: Vec<String> = Vec::new();
    loop {
        let page = taken("a page", stand.host.list_inventory("User", ids.last().map(String::as_str), limit))?;
        let n_items = u32::try_from(page.len()).unwrap_or(u32::MAX);
        ensure(n_items <= limit, || format!("a page of {limit} has {n_items} items"))?;
        let is_last = n_items < limit;
        // One that does not go on never ends.
        let goes_on =
            page.first().is_none_or(|first| ids.last().is_none_or(|last| *last != first.external_id));
        ids.extend(page.into_iter().map(|item| item.external_id));
        ensure(goes_on, || "a page begins with the item that it should begin after".to_owned())?;
        if is_last {
            return Ok(ids);
        }
    }
}
