//! `directory.list-inventory` and `directory.find-inventory`.

use crate::{Case, key, keys, said, wrong_keys};
use rollcall_kit::model::InventoryItem;

pub(crate) fn cases() -> Vec<Case> {
    let page = |limit: u32, expected: &str| {
        let name = format!("list {limit} items of the inventory");
        Case::new(name, expected, move |host| said(host.list_inventory("User", None, limit)))
    };
    let find = |n: usize, expected: &str| {
        let name = format!("find {n} items of the inventory");
        Case::new(name, expected, move |host| said(host.find_inventory(&keys(n))))
    };
    let cases = vec![
        page(0, "request-invalid"),
        page(1, "accepted"),
        page(10_000, "accepted"),
        page(10_001, "request-invalid"),
        page(u32::MAX, "request-invalid"),
        find(0, "accepted"),
        find(1000, "accepted"),
        find(1001, "request-invalid"),
        Case::new("list what is not a resource type of the connector", "0 items", |host| {
            let page = host.list_inventory("Group", None, 10);
            page.map_or_else(|why| why.code, |page| format!("{} items", page.len()))
        }),
        Case::new("list what comes after the last", "0 items", |host| {
            let page = host.list_inventory("User", Some("held"), 10);
            page.map_or_else(|why| why.code, |page| format!("{} items", page.len()))
        }),
        Case::new("find one twice", "held, held", |host| {
            let found = host.find_inventory(&[key("held"), key("held")]);
            found.map_or_else(
                |why| why.code,
                |found| found.into_iter().map(shown).collect::<Vec<_>>().join(", "),
            )
        }),
    ];
    let wrong = wrong_keys().into_iter().map(|(how, key)| {
        Case::new(format!("find a key {how}"), "nobody", move |host| {
            let found = host.find_inventory(std::slice::from_ref(&key));
            found.map_or_else(
                |why| why.code,
                |found| found.into_iter().map(shown).collect::<Vec<_>>().join(", "),
            )
        })
    });
    cases.into_iter().chain(wrong).collect()
}

fn shown(item: Option<InventoryItem>) -> String {
    item.map_or_else(|| "nobody".to_owned(), |item| item.external_id)
}
